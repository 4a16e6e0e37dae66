// SPDX-License-Identifier: MIT
//
// Unpacking while streaming: gzip (RFC 1952), zlib (RFC 1950), raw deflate (RFC 1951), or plain data passed through,
// told apart by content. Checksums and lengths are checked.
//
// The inflate itself is zlib's: it takes input as it comes and may stop anywhere (push style), asks for all its
// memory through a callback, decodes by tables several bits at a time, and is the most used one there is.
// MicroPython's uzlib goes bit by bit and pulls its input, which here would need a stack of its own.

#ifndef JTAG_INFLATE_H
#define JTAG_INFLATE_H

#include "jtag/jtag.h"

typedef enum {
    INFLATE_AUTO, // gzip or zlib by their headers, else plain
    INFLATE_PLAIN,
    INFLATE_GZIP,
    INFLATE_ZLIB,
    INFLATE_RAW,
} inflate_format_t;

// Unpacked data comes in pieces of at most this many bytes, from two buffers in turns.
#define INFLATE_CHUNK_BYTES (2048)

// Memory for a window of 1 << window_bits bytes, 8 to 15. Files of `gzip -9` need 15 bits unless they unpack to less;
// files packed with a 4 KiB window need 12.
#define INFLATE_STATE_BYTES (7680)
#define INFLATE_MEMORY_BYTES(window_bits) (INFLATE_STATE_BYTES + 2 * INFLATE_CHUNK_BYTES + (1 << (window_bits)))

// The caller owns it; read-only.
typedef struct {
    jtag_sink_t sink;
    inflate_format_t format; // once known, never INFLATE_AUTO
    uint32_t bytes_in;
    uint32_t bytes_out;
    uint32_t trailing; // bytes after the end of packed data that are not part of it, zeros aside
    // Private.
    uint8_t *memory;
    size_t memory_bytes;
    size_t used;
    struct z_stream_s *zlib;
    uint8_t *chunk[2];
    uint8_t turn;
    uint8_t state;
    uint8_t flags; // of the gzip header
    uint8_t have; // bytes in header[]
    uint8_t window_bits;
    uint8_t header[10];
    uint16_t skip;
    uint32_t fill; // of the current chunk
    uint32_t checksum;
    uint32_t member_out; // bytes of this gzip member
} inflate_t;

// Whether data begins as gzip or zlib data does, by its first three bytes or as many as there are.
bool inflate_is_packed(const uint8_t *data, size_t length);

// Start. memory may be NULL when only plain data is to pass; it is used from the first packed byte until finish. The
// window is as large as fits, and for zlib no larger than its header asks.
void inflate_open(inflate_t *inflate, jtag_sink_t sink, inflate_format_t format, void *memory, size_t memory_bytes);

// Push the next bytes (a sink's shape). After the end of packed data other bytes than a further gzip member are counted in
// `trailing` and dropped. LX_EDEFLATE: damaged. LX_EWINDOW: packed with a larger window than there
// is memory for. LX_ECHECKSUM. LX_EOVERFLOW: not even memory for the smallest window. Or what the sink returned.
int inflate_write(void *inflate, const uint8_t *data, size_t length);

// The end of the input: LX_ETRUNCATED when the packed data is not complete.
int inflate_finish(inflate_t *inflate);

#endif // JTAG_INFLATE_H
