// SPDX-License-Identifier: MIT
//
// inflate.c: what zlib's own deflate packs must come out, in every framing, cut in every way, with every window.

#include "common/crc32.h"
#include "harness.h"
#include "jtag/inflate.h"

#include <zlib.h>

typedef struct {
    const uint8_t *expected;
    size_t length;
    size_t got;
    const uint8_t *last; // belongs to us until the next write returns
    uint32_t last_crc;
    size_t last_length;
    unsigned fail_at;
    unsigned writes;
} expect_t;

static int expect(void *ctx, const uint8_t *data, size_t length) {
    expect_t *to = ctx;
    if (++to->writes == to->fail_at) {
        return LX_EIO;
    }
    CHECK(to->got + length <= to->length);
    CHECK(memcmp(data, to->expected + to->got, length) == 0);
    if (to->last) {
        CHECK_EQ(crc32_update(0, to->last, to->last_length), to->last_crc);
    }
    to->last = data;
    to->last_length = length;
    to->last_crc = crc32_update(0, data, length);
    to->got += length;
    return LX_OK;
}

static void *test_allocate(void *opaque, unsigned items, unsigned size) {
    (void)opaque;
    return calloc(items, size);
}

static void test_release(void *opaque, void *memory) {
    (void)opaque;
    free(memory);
}

static size_t deflated(const uint8_t *data, size_t length, int bits, int level, uint8_t *out, size_t room) {
    z_stream zlib = { .zalloc = test_allocate, .zfree = test_release };
    CHECK_OK(deflateInit2(&zlib, level, Z_DEFLATED, -bits, 9, Z_DEFAULT_STRATEGY));
    zlib.next_in = (uint8_t *)data;
    zlib.avail_in = length;
    zlib.next_out = out;
    zlib.avail_out = room;
    CHECK_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    CHECK_OK(deflateEnd(&zlib));
    return room - zlib.avail_out;
}

static void little(uint8_t *at, uint32_t word) {
    for (unsigned i = 0; i < 4; i++) {
        at[i] = word >> 8 * i;
    }
}

// A gzip file; header_flags: 4 extra, 8 name, 16 comment, 2 CRC.
static size_t gzipped(const uint8_t *data, size_t length, int bits, uint8_t header_flags, uint8_t *out, size_t room) {
    static const uint8_t fixed[10] = { 0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 2, 3 };
    size_t at = 10;
    memcpy(out, fixed, 10);
    out[3] = header_flags;
    if (header_flags & 4) {
        unsigned extra = header_flags & 1 ? 0 : 300;
        out[at++] = extra;
        out[at++] = extra >> 8;
        memset(out + at, 0x5a, extra);
        at += extra;
    }
    if (header_flags & 8) {
        at += sprintf((char *)out + at, "blink.bit") + 1;
    }
    if (header_flags & 16) {
        at += sprintf((char *)out + at, "a comment longer than ten bytes") + 1;
    }
    if (header_flags & 2) {
        uint32_t crc = crc32_update(0, out, at);
        out[at++] = crc;
        out[at++] = crc >> 8;
    }
    at += deflated(data, length, bits, 9, out + at, room - at - 8);
    little(out + at, crc32_update(0, data, length));
    little(out + at + 4, length);
    return at + 8;
}

static size_t zlibbed(const uint8_t *data, size_t length, int bits, uint8_t *out, size_t room) {
    out[0] = (bits - 8) << 4 | 8;
    out[1] = 31 - (out[0] << 8) % 31;
    size_t at = 2 + deflated(data, length, bits, 9, out + 2, room - 6);
    uint32_t a = 1;
    uint32_t b = 0;
    for (size_t i = 0; i < length; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    little(out + at, __builtin_bswap32(b << 16 | a));
    return at + 4;
}

static int feed(inflate_t *inf, const uint8_t *data, size_t length, size_t part) {
    int status = LX_OK;
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        size_t now = length - at < part ? length - at : part;
        status = inflate_write(inf, data + at, now);
    }
    return status == LX_OK ? inflate_finish(inf) : status;
}

static int unpack_with(const uint8_t *packed, size_t packed_length, const uint8_t *data, size_t length, size_t part,
    inflate_format_t format, int memory_bits, inflate_t *inf) {
    size_t bytes = memory_bits ? INFLATE_MEMORY_BYTES(memory_bits) + 15 : 0;
    uint8_t *memory = bytes ? malloc(bytes) : NULL;
    expect_t to = { data, length, 0, NULL, 0, 0, 0, 0 };
    inflate_open(inf, (jtag_sink_t) { expect, &to }, format, memory, bytes);
    int status = feed(inf, packed, packed_length, part);
    if (status == LX_OK) {
        CHECK_EQ(to.got, length);
        CHECK_EQ(inf->bytes_out, length);
        CHECK_EQ(inf->bytes_in, packed_length);
    }
    free(memory);
    return status;
}

#define ROOM (1 << 21)

static void test_framings(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    uint8_t *packed = malloc(ROOM);
    inflate_t inf;
    static const size_t parts[] = { 1 << 24, 4096, 1, 13 };
    for (unsigned part = 0; part < 4; part++) {
        for (unsigned flags = 0; flags < 32; flags += 2) {
            size_t packed_length = gzipped(data, length, 15, flags, packed, ROOM);
            CHECK_OK(unpack_with(packed, packed_length, data, length, parts[part], INFLATE_AUTO, 15, &inf));
            CHECK_EQ(inf.format, INFLATE_GZIP);
        }
        size_t packed_length = gzipped(data, length, 15, 5, packed, ROOM);
        CHECK_OK(unpack_with(packed, packed_length, data, length, parts[part], INFLATE_GZIP, 15, &inf));
        for (int bits = 9; bits <= 15; bits++) {
            packed_length = zlibbed(data, length, bits, packed, ROOM);
            inflate_format_t format = bits & 1 ? INFLATE_AUTO : INFLATE_ZLIB;
            CHECK_OK(unpack_with(packed, packed_length, data, length, parts[part], format, 15, &inf));
            CHECK_EQ(inf.format, INFLATE_ZLIB);
            CHECK_EQ(inf.window_bits, bits);
        }
        packed_length = deflated(data, length, 15, 6, packed, ROOM);
        CHECK_OK(unpack_with(packed, packed_length, data, length, parts[part], INFLATE_RAW, 15, &inf));
        CHECK_OK(unpack_with(data, length, data, length, parts[part], INFLATE_AUTO, 0, &inf));
        CHECK_EQ(inf.format, INFLATE_PLAIN);
        CHECK_OK(unpack_with(packed, packed_length, packed, packed_length, parts[part], INFLATE_PLAIN, 0, &inf));
    }
    free(packed);
    free(data);
}

static void test_windows(void) {
    size_t length;
    uint8_t *data = bitstream_file("85f.bit", &length);
    uint8_t *packed = malloc(ROOM);
    inflate_t inf;
    for (int bits = 9; bits <= 15; bits++) {
        size_t packed_length = gzipped(data, length, bits, 0, packed, ROOM);
        for (int memory = 8; memory <= 15; memory++) {
            int status = unpack_with(packed, packed_length, data, length, 1000, INFLATE_AUTO, memory, &inf);
            if (status != LX_OK) {
                CHECK(memory < bits);
                CHECK_EQ(status, LX_EWINDOW);
            }
            CHECK_EQ(inf.window_bits, memory);
        }
    }
    // Far matches for certain: random data, twice.
    uint8_t *twice = malloc(40000);
    uint32_t seed = 3;
    for (unsigned i = 0; i < 20000; i++) {
        twice[i] = twice[20000 + i] = random_word(&seed);
    }
    size_t packed_length = gzipped(twice, 40000, 15, 0, packed, ROOM);
    CHECK_EQ(unpack_with(packed, packed_length, twice, 40000, 1000, INFLATE_AUTO, 12, &inf), LX_EWINDOW);
    CHECK_OK(unpack_with(packed, packed_length, twice, 40000, 1000, INFLATE_AUTO, 15, &inf));
    packed_length = zlibbed(twice, 40000, 15, packed, ROOM);
    CHECK_EQ(unpack_with(packed, packed_length, twice, 40000, 1000, INFLATE_AUTO, 13, &inf), LX_EWINDOW);
    // No memory, or hardly any.
    CHECK_EQ(unpack_with(packed, packed_length, twice, 40000, 1000, INFLATE_AUTO, 0, &inf), LX_EOVERFLOW);
    uint8_t little_memory[4096];
    inflate_open(&inf, (jtag_sink_t) { expect, NULL }, INFLATE_AUTO, little_memory, sizeof(little_memory));
    CHECK_EQ(feed(&inf, packed, packed_length, 100), LX_EOVERFLOW);
    free(twice);
    free(packed);
    free(data);
}

static void test_plain_prefixes(void) {
    // Plain data that begins like something else.
    static const uint8_t starts[][3] = {
        { 0x1f, 0x00, 0x00 }, { 0x1f, 0x8b, 0x07 }, { 0x78, 0x00, 0x00 }, { 0x78, 0x20, 0x01 }, { 0x08, 0x08, 0x08 },
        { 0xff, 0x00, 0 },
    };
    inflate_t inf;
    for (unsigned i = 0; i < sizeof(starts) / 3; i++) {
        uint8_t data[100];
        memset(data, i, sizeof(data));
        memcpy(data, starts[i], 3);
        for (size_t length = 0; length < 10; length++) {
            for (size_t part = 1; part < 5; part++) {
                CHECK_OK(unpack_with(data, length, data, length, part, INFLATE_AUTO, 12, &inf));
            }
        }
    }
}

static void test_damage(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    uint8_t *packed = malloc(ROOM);
    inflate_t inf;
    size_t packed_length = gzipped(data, length, 15, 0, packed, ROOM);
    // Every byte that is missing at the end.
    for (size_t cut = 1; cut < packed_length; cut += cut < 40 ? 1 : 499) {
        if (packed_length - cut >= 3) {
            int status = unpack_with(packed, packed_length - cut, data, length, 1000, INFLATE_AUTO, 15, &inf);
            CHECK_EQ(status, LX_ETRUNCATED);
        }
    }
    // Checksum and length.
    for (size_t at = packed_length - 8; at < packed_length; at++) {
        packed[at] ^= 0x10;
        CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_AUTO, 15, &inf), LX_ECHECKSUM);
        packed[at] ^= 0x10;
    }
    packed[3] = 0x80;
    CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_AUTO, 15, &inf), LX_EDEFLATE);
    packed[3] = 0;
    packed[1] = 0;
    CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_GZIP, 15, &inf), LX_EDEFLATE);
    CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_ZLIB, 15, &inf), LX_EDEFLATE);
    packed[1] = 0x8b;
    packed[10] = 0x07; // a block of a type that does not exist
    CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_AUTO, 15, &inf), LX_EDEFLATE);
    // Time, name and checksum of a header that has one.
    packed_length = gzipped(data, length, 15, 2 | 8, packed, ROOM);
    for (size_t at = 4; at < 22; at += at == 18 ? 2 : 1) {
        packed[at] ^= 0x10;
        CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_AUTO, 15, &inf), LX_EDEFLATE);
        packed[at] ^= 0x10;
    }
    packed_length = zlibbed(data, length, 15, packed, ROOM);
    packed[packed_length - 1] ^= 1;
    CHECK_EQ(unpack_with(packed, packed_length, data, length, 1000, INFLATE_AUTO, 15, &inf), LX_ECHECKSUM);
    packed[packed_length - 1] ^= 1;
    // What follows the end is told, and is not an error.
    packed[packed_length] = 1;
    CHECK_OK(unpack_with(packed, packed_length + 1, data, length, 1000, INFLATE_AUTO, 15, &inf));
    CHECK_EQ(inf.trailing, 1);
    free(packed);
    free(data);
}

static void test_members(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    uint8_t *packed = malloc(ROOM);
    inflate_t inf;
    size_t half = length / 2;
    size_t at = gzipped(data, half, 15, 8, packed, ROOM);
    at += gzipped(data + half, length - half, 15, 0, packed + at, ROOM - at);
    memset(packed + at, 0, 512);
    CHECK_OK(unpack_with(packed, at + 512, data, length, 1000, INFLATE_AUTO, 15, &inf));
    CHECK_EQ(inf.trailing, 0);
    // Padding of other values; some of it resembles the beginning of a member.
    static const uint8_t first[] = { 0x01, 0x1a, 0xff, 0x1f };
    for (unsigned i = 0; i < sizeof(first); i++) {
        memset(packed + at, 0x1a, 512);
        packed[at] = first[i];
        CHECK_OK(unpack_with(packed, at + 512, data, length, 1000, INFLATE_AUTO, 15, &inf));
        CHECK_EQ(inf.trailing, 512);
        CHECK_OK(unpack_with(packed, at + 2, data, length, 1, INFLATE_AUTO, 15, &inf));
        CHECK_EQ(inf.trailing, 2);
    }
    free(packed);
    free(data);
}

static void test_sink_fails(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    uint8_t *packed = malloc(ROOM);
    uint8_t *memory = malloc(INFLATE_MEMORY_BYTES(15));
    size_t packed_length = gzipped(data, length, 15, 0, packed, ROOM);
    for (unsigned fail = 1; fail < 52; fail += 10) {
        expect_t to = { data, length, 0, NULL, 0, 0, fail, 0 };
        inflate_t inf;
        inflate_open(&inf, (jtag_sink_t) { expect, &to }, INFLATE_AUTO, memory, INFLATE_MEMORY_BYTES(15));
        CHECK_EQ(feed(&inf, packed, packed_length, 5000), LX_EIO);
    }
    free(memory);
    free(packed);
    free(data);
}

static void test_files(void) {
    static const char *const files[][2] = {
        { "25f.bit.gz", "25f.bit" }, { "25f.4k.bit.gz", "25f.bit" }, { "85f-compress.bit.gz", "85f-compress.bit" },
        { "85f-compress.4k.bit.gz", "85f-compress.bit" },
    };
    for (unsigned i = 0; i < 4; i++) {
        size_t length;
        size_t packed_length;
        uint8_t *packed = bitstream_file(files[i][0], &packed_length);
        uint8_t *data = bitstream_file(files[i][1], &length);
        inflate_t inf;
        CHECK_OK(unpack_with(packed, packed_length, data, length, 1024, INFLATE_AUTO, i & 1 ? 12 : 15, &inf));
        free(packed);
        free(data);
    }
}

const test_t tests_inflate[] = {
    TEST(test_framings), TEST(test_windows), TEST(test_plain_prefixes), TEST(test_damage), TEST(test_members),
    TEST(test_sink_fails), TEST(test_files), { NULL, NULL },
};
