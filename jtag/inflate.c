// SPDX-License-Identifier: MIT
//
// gzip and zlib framing around zlib's inflate (inflate.h), after RFC 1950 and 1952. The framing is done here and zlib
// only sees raw deflate: its own gzip code would add nothing but a second CRC table.

#include "jtag/inflate.h"

#include <string.h>

#include "common/crc32.h"

#include <zlib.h>

#define WINDOW_BITS_MIN (8)
#define WINDOW_BITS_MAX (15)

#define GZIP_MAGIC_0 (0x1f)
#define GZIP_MAGIC_1 (0x8b)
#define GZIP_DEFLATE (8)
#define GZIP_HEADER_BYTES (10)
#define GZIP_HEADER_CRC (1 << 1)
#define GZIP_EXTRA (1 << 2)
#define GZIP_NAME (1 << 3)
#define GZIP_COMMENT (1 << 4)
#define GZIP_RESERVED (0xe0)
#define ZLIB_DICTIONARY (1 << 5)
#define ADLER_BASE (65521)
// The number of bytes that can be added before a 32-bit sum overflows.
#define ADLER_RUN (5552)

enum {
    STATE_DETECT,
    STATE_PLAIN,
    STATE_GZIP_HEADER,
    STATE_GZIP_EXTRA_LENGTH,
    STATE_GZIP_EXTRA,
    STATE_GZIP_NAME,
    STATE_GZIP_COMMENT,
    STATE_GZIP_CRC,
    STATE_ZLIB_HEADER,
    STATE_DATA,
    STATE_TRAILER,
    STATE_END,
};

static uint32_t adler32_of(uint32_t adler, const uint8_t *data, size_t length) {
    uint32_t a = adler & 0xffff;
    uint32_t b = adler >> 16;
    while (length) {
        size_t now = length < ADLER_RUN ? length : ADLER_RUN;
        length -= now;
        while (now--) {
            a += *data++;
            b += a;
        }
        a %= ADLER_BASE;
        b %= ADLER_BASE;
    }
    return b << 16 | a;
}

static void *take(inflate_t *inf, size_t bytes) {
    bytes = (bytes + 15) & ~(size_t)15;
    if (bytes > inf->memory_bytes - inf->used) {
        return NULL;
    }
    void *memory = inf->memory + inf->used;
    inf->used += bytes;
    return memory;
}

static void *allocate(void *opaque, unsigned items, unsigned size) {
    return take(opaque, (size_t)items * size);
}

static void release(void *opaque, void *address) {
    (void)opaque;
    (void)address;
}

// Make zlib ready for raw deflate. need_bits: the window that the header names.
static int begin_data(inflate_t *inf, unsigned need_bits) {
    inf->state = STATE_DATA;
    inf->member_out = 0;
    inf->checksum = inf->format == INFLATE_ZLIB ? 1 : 0;
    if (inf->zlib) {
        return inflateReset(inf->zlib) == Z_OK ? LX_OK : LX_EDEFLATE;
    }
    // The arena begins at an address that any type is happy with.
    size_t ahead = -(uintptr_t)inf->memory & 15;
    unsigned bits = need_bits;
    while (bits >= WINDOW_BITS_MIN && ahead + INFLATE_MEMORY_BYTES(bits) > inf->memory_bytes) {
        bits--;
    }
    if (inf->memory == NULL || bits < WINDOW_BITS_MIN) {
        return LX_EOVERFLOW;
    }
    inf->memory += ahead;
    inf->memory_bytes -= ahead;
    inf->window_bits = bits;
    inf->chunk[0] = take(inf, INFLATE_CHUNK_BYTES);
    inf->chunk[1] = take(inf, INFLATE_CHUNK_BYTES);
    z_stream *zlib = take(inf, sizeof(*zlib));
    if (zlib == NULL) {
        return LX_EOVERFLOW;
    }
    memset(zlib, 0, sizeof(*zlib));
    zlib->zalloc = allocate;
    zlib->zfree = release;
    zlib->opaque = inf;
    if (inflateInit2(zlib, -(int)bits) != Z_OK) {
        return LX_EOVERFLOW;
    }
    inf->zlib = zlib;
    return LX_OK;
}

// The current chunk is full, or the data ends.
static int flush(inflate_t *inf) {
    uint32_t length = inf->fill;
    uint8_t *data = inf->chunk[inf->turn];
    if (length == 0) {
        return LX_OK;
    }
    if (inf->format == INFLATE_GZIP) {
        inf->checksum = crc32_update(inf->checksum, data, length);
    } else if (inf->format == INFLATE_ZLIB) {
        inf->checksum = adler32_of(inf->checksum, data, length);
    }
    inf->bytes_out += length;
    inf->member_out += length;
    inf->fill = 0;
    inf->turn ^= 1;
    return inf->sink.write(inf->sink.ctx, data, length);
}

static int data_error(const inflate_t *inf) {
    const char *text = inf->zlib->msg;
    bool distance = text && strcmp(text, "invalid distance too far back") == 0;
    uint32_t seen = inf->member_out + inf->fill;
    bool window = distance && inf->window_bits < WINDOW_BITS_MAX && seen >= (uint32_t)1 << inf->window_bits;
    return window ? LX_EWINDOW : LX_EDEFLATE;
}

static int unpack(inflate_t *inf, const uint8_t *data, size_t length, size_t *used) {
    z_stream *zlib = inf->zlib;
    zlib->next_in = (uint8_t *)data;
    zlib->avail_in = length;
    int status = LX_OK;
    int result = Z_OK;
    // Until zlib wants more input: it has used all of it, and has room to spare for output.
    do {
        zlib->next_out = inf->chunk[inf->turn] + inf->fill;
        zlib->avail_out = INFLATE_CHUNK_BYTES - inf->fill;
        result = inflate(zlib, Z_NO_FLUSH);
        inf->fill = INFLATE_CHUNK_BYTES - zlib->avail_out;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            status = result == Z_MEM_ERROR ? LX_EOVERFLOW : data_error(inf);
            break;
        }
        if (inf->fill == INFLATE_CHUNK_BYTES || result == Z_STREAM_END) {
            status = flush(inf);
        }
    } while (status == LX_OK && result == Z_OK && (zlib->avail_in || zlib->avail_out == 0));
    *used = length - zlib->avail_in;
    if (status == LX_OK && result == Z_STREAM_END) {
        inf->have = 0;
        inf->state = inf->format == INFLATE_RAW ? STATE_END : STATE_TRAILER;
    }
    return status;
}

static int trailer_seen(inflate_t *inf) {
    const uint8_t *bytes = inf->header;
    uint32_t checksum = inf->format == INFLATE_ZLIB
        ? (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3]
        : bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    uint32_t length = bytes[4] | (uint32_t)bytes[5] << 8 | (uint32_t)bytes[6] << 16 | (uint32_t)bytes[7] << 24;
    inf->have = 0;
    inf->state = STATE_END;
    if (checksum != inf->checksum || (inf->format == INFLATE_GZIP && length != inf->member_out)) {
        return LX_ECHECKSUM;
    }
    return LX_OK;
}

// The parts of a gzip header that its flags announce, in order.
static int gzip_part(inflate_t *inf) {
    inf->have = 0;
    if (inf->flags & GZIP_EXTRA) {
        inf->flags &= ~GZIP_EXTRA;
        inf->state = STATE_GZIP_EXTRA_LENGTH;
    } else if (inf->flags & GZIP_NAME) {
        inf->flags &= ~GZIP_NAME;
        inf->state = STATE_GZIP_NAME;
    } else if (inf->flags & GZIP_COMMENT) {
        inf->flags &= ~GZIP_COMMENT;
        inf->state = STATE_GZIP_COMMENT;
    } else if (inf->flags & GZIP_HEADER_CRC) {
        inf->flags &= ~GZIP_HEADER_CRC;
        inf->state = STATE_GZIP_CRC;
    } else {
        return begin_data(inf, WINDOW_BITS_MAX);
    }
    return LX_OK;
}

// Bytes that resemble a gzip header: damage in the first member, trailing data after one.
static int not_a_member(inflate_t *inf) {
    if (inf->zlib == NULL) {
        return LX_EDEFLATE;
    }
    inf->trailing += inf->have;
    inf->state = STATE_END;
    return LX_OK;
}

static int gzip_header_seen(inflate_t *inf) {
    const uint8_t *bytes = inf->header;
    if (bytes[0] != GZIP_MAGIC_0 || bytes[1] != GZIP_MAGIC_1 || bytes[2] != GZIP_DEFLATE
        || (bytes[3] & GZIP_RESERVED)) {
        return not_a_member(inf);
    }
    inf->flags = bytes[3];
    inf->checksum = crc32_update(0, bytes, GZIP_HEADER_BYTES);
    return gzip_part(inf);
}

// The lower half of the CRC-32 of all of the header before it.
static int gzip_header_crc_seen(inflate_t *inf) {
    uint16_t given = inf->header[0] | inf->header[1] << 8;
    return given == (uint16_t)inf->checksum ? gzip_part(inf) : LX_EDEFLATE;
}

static bool is_zlib_header(const uint8_t *bytes) {
    return (bytes[0] & 15) == GZIP_DEFLATE && bytes[0] >> 4 <= 7 && (bytes[0] << 8 | bytes[1]) % 31 == 0
           && !(bytes[1] & ZLIB_DICTIONARY);
}

bool inflate_is_packed(const uint8_t *data, size_t length) {
    if (length >= 2 && data[0] == GZIP_MAGIC_0 && data[1] == GZIP_MAGIC_1) {
        return length < 3 || data[2] == GZIP_DEFLATE;
    }
    return length >= 2 && is_zlib_header(data);
}

static int zlib_header_seen(inflate_t *inf) {
    return is_zlib_header(inf->header) ? begin_data(inf, (inf->header[0] >> 4) + 8) : LX_EDEFLATE;
}

// Plain data: what was held to look at it goes first.
static int pass_held(inflate_t *inf) {
    inf->format = INFLATE_PLAIN;
    inf->state = STATE_PLAIN;
    inf->bytes_out += inf->have;
    return inf->have ? inf->sink.write(inf->sink.ctx, inf->header, inf->have) : LX_OK;
}

// Three bytes tell gzip from the rest, two tell zlib.
static int detect(inflate_t *inf) {
    const uint8_t *bytes = inf->header;
    if (inf->have == 1 && bytes[0] != GZIP_MAGIC_0 && (bytes[0] & 15) != GZIP_DEFLATE) {
        return pass_held(inf);
    }
    if (inf->have == 2 && is_zlib_header(bytes)) {
        inf->format = INFLATE_ZLIB;
        return zlib_header_seen(inf);
    }
    if (inf->have == 2 && (bytes[0] != GZIP_MAGIC_0 || bytes[1] != GZIP_MAGIC_1)) {
        return pass_held(inf);
    }
    if (inf->have == 3) {
        if (bytes[2] != GZIP_DEFLATE) {
            return pass_held(inf);
        }
        inf->format = INFLATE_GZIP;
        inf->state = STATE_GZIP_HEADER;
    }
    return LX_OK;
}

// After the end of packed data: another gzip member, or padding, which is not an error once all data is through. A
// member begins right after the one before it or after zeros (tapes and sectors are filled up with them).
static int after_end(inflate_t *inf, uint8_t byte) {
    inf->have = 0;
    if (inf->format == INFLATE_GZIP && byte == GZIP_MAGIC_0 && inf->trailing == 0) {
        inf->header[inf->have++] = byte;
        inf->state = STATE_GZIP_HEADER;
        return LX_OK;
    }
    inf->trailing += byte || inf->trailing;
    return LX_OK;
}

// One byte of whatever is not data.
static int frame_byte(inflate_t *inf, uint8_t byte) {
    if (inf->have < sizeof(inf->header)) {
        inf->header[inf->have++] = byte;
    }
    if (inf->state >= STATE_GZIP_EXTRA_LENGTH && inf->state <= STATE_GZIP_COMMENT) {
        inf->checksum = crc32_update(inf->checksum, &byte, 1);
    }
    switch (inf->state) {
        case STATE_DETECT:
            return detect(inf);
        case STATE_GZIP_HEADER:
            return inf->have == GZIP_HEADER_BYTES ? gzip_header_seen(inf) : LX_OK;
        case STATE_GZIP_EXTRA_LENGTH:
            if (inf->have == 2) {
                inf->skip = inf->header[0] | inf->header[1] << 8;
                inf->state = STATE_GZIP_EXTRA;
                return inf->skip ? LX_OK : gzip_part(inf);
            }
            return LX_OK;
        case STATE_GZIP_EXTRA:
            return --inf->skip ? LX_OK : gzip_part(inf);
        case STATE_GZIP_NAME:
        case STATE_GZIP_COMMENT:
            return byte ? LX_OK : gzip_part(inf);
        case STATE_GZIP_CRC:
            return inf->have == 2 ? gzip_header_crc_seen(inf) : LX_OK;
        case STATE_ZLIB_HEADER:
            return inf->have == 2 ? zlib_header_seen(inf) : LX_OK;
        case STATE_TRAILER:
            return inf->have == (inf->format == INFLATE_GZIP ? 8 : 4) ? trailer_seen(inf) : LX_OK;
        default:
            return after_end(inf, byte);
    }
}

void inflate_open(inflate_t *inf, jtag_sink_t sink, inflate_format_t format, void *memory, size_t memory_bytes) {
    static const uint8_t first_state[] = {
        [INFLATE_AUTO] = STATE_DETECT,
        [INFLATE_PLAIN] = STATE_PLAIN,
        [INFLATE_GZIP] = STATE_GZIP_HEADER,
        [INFLATE_ZLIB] = STATE_ZLIB_HEADER,
        [INFLATE_RAW] = STATE_DATA,
    };
    memset(inf, 0, sizeof(*inf));
    inf->sink = sink;
    inf->format = format;
    inf->memory = memory;
    inf->memory_bytes = memory_bytes;
    inf->state = first_state[format];
}

int inflate_write(void *ctx, const uint8_t *data, size_t length) {
    inflate_t *inf = ctx;
    inf->bytes_in += length;
    while (length) {
        int status;
        size_t used = 1;
        if (inf->state == STATE_PLAIN) {
            inf->bytes_out += length;
            return inf->sink.write(inf->sink.ctx, data, length);
        }
        if (inf->state == STATE_DATA) {
            status = inf->zlib ? LX_OK : begin_data(inf, WINDOW_BITS_MAX);
            if (status == LX_OK) {
                status = unpack(inf, data, length, &used);
            }
        } else {
            status = frame_byte(inf, *data);
        }
        if (status != LX_OK) {
            return status;
        }
        data += used;
        length -= used;
    }
    return LX_OK;
}

int inflate_finish(inflate_t *inf) {
    if (inf->state == STATE_DETECT) {
        return pass_held(inf);
    }
    if (inf->state == STATE_GZIP_HEADER) {
        return inf->zlib ? not_a_member(inf) : LX_ETRUNCATED;
    }
    return inf->state == STATE_PLAIN || inf->state == STATE_END ? LX_OK : LX_ETRUNCATED;
}
