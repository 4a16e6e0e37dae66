// SPDX-License-Identifier: MIT
//
// The one path of a bitstream: bytes from any source are pushed in, unpacked when they are packed, looked at by the
// parser, and go to the SRAM of an ECP5, to a flash, or nowhere (to check a file). Open, write, finish or abort.

#ifndef JTAG_STREAM_H
#define JTAG_STREAM_H

#include "flash/nor_write.h"
#include "jtag/bitstream.h"
#include "jtag/ecp5.h"
#include "jtag/inflate.h"
#include "jtag/jtag.h"

typedef enum {
    STREAM_SRAM,
    STREAM_FLASH,
    STREAM_CHECK,
    STREAM_PROBE, // find out what a source is, before the flash it is meant for is opened
} stream_target_t;

#define STREAM_REQUIRE_BITSTREAM (1 << 0) // to flash: refuse other data (to SRAM it always is)
#define STREAM_OVERRIDE_ID (1 << 1) // take a bitstream for another device of the same size, under this device's IDCODE
#define STREAM_ANY_DATA (1 << 2) // to flash: do not look at the content at all
#define STREAM_WHOLE (1 << 3) // STREAM_PROBE: all of the source is pushed, and a truncated bitstream is an error

#define STREAM_PROBE_BYTES (8192)

typedef struct {
    stream_target_t target;
    ecp5_t *ecp5; // STREAM_SRAM: the destination; else, unless NULL, the device whose fuses count
    const ecp5_device_t *device; // the one on the board; a bitstream for another is refused. NULL: any
    nor_write_t *writer; // STREAM_FLASH: opened by nor_write_open()
    inflate_format_t format; // INFLATE_AUTO, or what the caller knows
    void *memory; // for unpacking, see INFLATE_MEMORY_BYTES(); NULL: packed data is refused
    size_t memory_bytes;
    // STREAM_FLASH at a boot address, from a source that may break off: memory for the first hold_bytes, one sector, which
    // are written after all else was verified, at `address`. Until then the sector is blank, so that the ECP5 does not take
    // a mixture of two images for one. NULL: everything is written in order.
    uint8_t *hold;
    uint32_t hold_bytes;
    uint32_t address;
    uint8_t options;
    // The preamble is looked for in this many bytes. 0: as many as an ECP5 does, or STREAM_PROBE_BYTES on the way to a
    // flash, where a caller keeps what it has probed.
    uint32_t search_bytes;
} stream_config_t;

// The caller owns it; read-only. inflate, bitstream.info and the writer's report say how far it is.
typedef struct {
    stream_config_t config;
    inflate_t inflate;
    bitstream_t bitstream;
    bool open;
    bool loading; // the SRAM load has begun: nothing was erased before
    bool is_bitstream; // false: other data, or content that was not looked at
    uint32_t held; // bytes in config.hold
    bool holding; // they are not written yet, and the flash holds others
    uint32_t crc32; // of what went to the flash, with config.hold
    bool known; // what it is, and that it may go to the device: a probe needs no more
} stream_t;

// Start. To SRAM, nothing happens to the device before the bitstream was accepted: device, fuses, kind. To flash, all data
// goes to the writer as it comes, which may erase before that: probe the beginning of the source first.
void stream_open(stream_t *stream, const stream_config_t *config);

// Push the next bytes; they must stay until the next call has returned. The first error ends it: the TAP is in reset
// then, and the error is that of inflate.h, bitstream.h, ecp5.h or nor_write.h. LX_EBUSY after that.
int stream_write(void *stream, const uint8_t *data, size_t length);

// The end of the source. LX_OK means: to SRAM, DONE is high; to flash, all is verified; in a check, all CRCs are
// right; in a probe, which may finish early, that nothing speaks against the source so far.
int stream_finish(stream_t *stream);

// Give up, at any time, any number of times.
int stream_abort(stream_t *stream);

// Once it has ended: keep no pointer to the memory that it was given, which a garbage collector might take for use.
// What is known of the stream and of the write stays.
void stream_forget(stream_t *stream);

#endif // JTAG_STREAM_H
