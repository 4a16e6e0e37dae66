// SPDX-License-Identifier: MIT
//
// Writing a stream to flash: read and compare, erase only what must be, program only what differs, verify by
// reading back, retry a bounded number of times. What the stream does not cover of the sectors that are
// erased is kept. At the end, all that was written before the last change is read once more, so that the
// result is right also where the chip is not what its description says. Running it again after any
// interruption ends with the same content.
//
// Memory is one buffer of the caller, from the size of a sector, the smallest erase there (4 KiB on most
// chips, up to 256 KiB on some), to 64 KiB: what fits in it is planned together. With 64 KiB the erase of a
// whole block replaces those of its sectors where that is faster; with 4 KiB each sector is erased alone.

#ifndef FLASH_NOR_WRITE_H
#define FLASH_NOR_WRITE_H

#include "flash/nor.h"

#define NOR_WRITE_BUFFER_MAX (NOR_SECTOR_MAX)
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
    uint32_t rechecked; // bytes of those read once more at the end
    uint32_t crc32; // of the stream
    uint32_t retries; // sectors that had to be written again
    uint32_t sectors; // touched by the stream
    uint32_t sectors_erased;
    uint32_t sectors_written;
    uint32_t erases[NOR_ERASES]; // commands, one count for each of nor->erase[]
    uint32_t bad_address; // the first byte that would not become right
    uint8_t bad_wanted;
    uint8_t bad_found;
    bool worn; // it would not become right in a sector that was erased and found blank before
} nor_report_t;

// The caller owns it; read-only.
typedef struct {
    nor_t *nor;
    nor_report_t report;
    uint8_t *buffer;
    uint32_t buffer_bytes;
    uint32_t start; // where the stream begins
    uint32_t address; // where the buffer's content goes
    uint32_t fill;
    uint8_t options;
    bool open;
    // Private. Of the present region:
    const nor_region_t *region;
    uint32_t sector; // what its smallest erase clears
    uint32_t span; // the stretch, a multiple of that
    uint8_t types[NOR_ERASES]; // its erases, smallest first, as indices of nor->erase[]
    uint8_t type_count;
    // What lies before the stream in its first sector.
    bool head_kept;
    uint32_t head; // bytes; 0 after the first stretch
    uint32_t head_address;
    uint32_t head_crc32;
    // The end of the write: `done` bytes of the stream are written, and those before the last change have
    // this CRC.
    uint32_t done;
    uint32_t recheck_bytes;
    uint32_t recheck_crc32;
    // Per sector of the buffer.
    uint8_t state[NOR_WRITE_SECTORS_MAX];
    uint8_t erase_with[NOR_WRITE_SECTORS_MAX];
    uint8_t dirty[NOR_WRITE_BUFFER_MAX / 256 / 8]; // a bit per page that differs
    uint32_t chunk[2][NOR_WRITE_CHUNK / 4];
} nor_write_t;

// Begin at an address that is a multiple of the sector, or of 64 KiB where sectors are larger (else
// LX_EINVAL). length: of the stream, 0 when unknown; it is checked against the end of the chip (LX_EOVERFLOW)
// and the protected range (LX_EPROTECTED) before anything changes; where it is unknown, part by part. Of the
// buffer, a part is used when it is large. LX_EOVERFLOW: it is smaller than a sector, see
// nor_largest_sector().
int nor_write_open(nor_write_t *writer, nor_t *nor, uint32_t address, uint32_t length, uint8_t *buffer,
    size_t buffer_bytes, uint8_t options);

// Push the next bytes: has a sink's shape, but the data is free again on return. Besides errors of the bus:
// LX_EFLASHERASE, LX_EFLASHPROGRAM (report.bad_address says where), LX_EFLASHBUSY, LX_EFLASHLOST,
// LX_EPROTECTED, LX_EOVERFLOW, LX_EREACH. After an error only open is allowed again.
int nor_write(void *writer, const uint8_t *data, size_t length);

// Write the rest of the stream, and read back what was written before the last change. LX_EREACH: the flash
// does not hold it any more, or lost the data before it in its first sector. Other errors are those of
// nor_write().
int nor_write_finish(nor_write_t *writer);

#endif // FLASH_NOR_WRITE_H
