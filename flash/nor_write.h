// SPDX-License-Identifier: MIT
//
// Writing a stream to flash: read and compare, erase only what must be, program only what differs, verify by reading
// back, retry a bounded number of times. Running it again after any interruption ends with the same content.
//
// Memory is one buffer of the caller, of a power of two from the smallest erase size (4 KiB on most chips) up to 64
// KiB: what fits in it is planned together. With 64 KiB the erase of a whole block replaces those of its sectors
// where that is faster; with 4 KiB each sector is erased alone.

#ifndef FLASH_NOR_WRITE_H
#define FLASH_NOR_WRITE_H

#include "flash/nor.h"

#define NOR_WRITE_BUFFER_MAX (0x10000)
#define NOR_WRITE_SECTORS_MAX (16)
#define NOR_WRITE_CHUNK (256)
#define NOR_WRITE_ATTEMPTS (3)

// Options of nor_write_open().
#define NOR_WRITE_COMPARE_ONLY (1 << 0) // change nothing, only report

// What happened. Sectors are units of the smallest erase size.
typedef struct {
    uint32_t bytes; // of the stream
    uint32_t compared; // bytes that were read to compare
    uint32_t skipped; // bytes that were there already
    uint32_t erased; // bytes
    uint32_t written; // bytes programmed
    uint32_t verified; // bytes read back after writing and found right
    uint32_t crc32; // of the stream
    uint32_t retries; // sectors that had to be written again
    uint32_t sectors; // touched by the stream
    uint32_t sectors_erased;
    uint32_t sectors_written;
    uint32_t erases[NOR_ERASES]; // commands, by nor->erase[]
    uint32_t bad_address; // the first byte that would not become right
    uint8_t bad_wanted;
    uint8_t bad_found;
} nor_report_t;

// The caller owns it; read-only.
typedef struct {
    nor_t *nor;
    nor_report_t report;
    uint8_t *buffer;
    uint32_t buffer_bytes;
    uint32_t address; // where the buffer's content goes
    uint32_t fill;
    uint8_t options;
    bool open;
    // Private: per sector of the buffer.
    uint8_t state[NOR_WRITE_SECTORS_MAX];
    uint8_t erase_with[NOR_WRITE_SECTORS_MAX];
    uint8_t dirty[NOR_WRITE_BUFFER_MAX / 256 / 8]; // a bit per page that differs
    uint32_t chunk[2][NOR_WRITE_CHUNK / 4];
} nor_write_t;

// Begin at an address aligned to the smallest erase size (else LX_EINVAL). length: of the stream, 0 when unknown;
// it is checked against the end of the chip (LX_EOVERFLOW) and the protected range (LX_EPROTECTED) before
// anything changes; where it is unknown, part by part. A buffer_bytes that is no power of two or too large is used in
// part; LX_EOVERFLOW: it is too small.
int nor_write_open(nor_write_t *writer, nor_t *nor, uint32_t address, uint32_t length, uint8_t *buffer,
    size_t buffer_bytes, uint8_t options);

// Push the next bytes: has a sink's shape, but the data is free again on return. Besides errors of the bus:
// LX_EFLASHERASE, LX_EFLASHPROGRAM (report.bad_address says where), LX_EFLASHBUSY, LX_EFLASHLOST,
// LX_EPROTECTED, LX_EOVERFLOW. After an error only open is allowed again.
int nor_write(void *writer, const uint8_t *data, size_t length);

// Write what is left. The rest of the last sector keeps its content.
int nor_write_finish(nor_write_t *writer);

#endif // FLASH_NOR_WRITE_H
