// SPDX-License-Identifier: MIT
//
// bitstream.c with real files and with ones that are built here, cut in every way.

#include "harness.h"
#include "jtag/bitstream.h"

typedef struct {
    uint8_t *data;
    size_t length;
    size_t room;
    unsigned writes;
    int fail_at; // this write fails
} gather_t;

static int gather(void *ctx, const uint8_t *data, size_t length) {
    gather_t *to = ctx;
    if (to->fail_at && (int)++to->writes == to->fail_at) {
        return LX_EIO;
    }
    if (to->length + length > to->room) {
        to->room = 2 * (to->room + length);
        to->data = realloc(to->data, to->room);
    }
    memcpy(to->data + to->length, data, length);
    to->length += length;
    return LX_OK;
}

static int feed(bitstream_t *bs, const uint8_t *data, size_t length, size_t part) {
    int status = LX_OK;
    // Each part in memory of its own, so that a look beyond it is seen.
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        size_t now = length - at < part ? length - at : part;
        uint8_t *copy = malloc(now);
        memcpy(copy, data + at, now);
        status = bitstream_write(bs, copy, now);
        free(copy);
    }
    return status == LX_OK ? bitstream_finish(bs) : status;
}

static const jtag_sink_t nowhere = { NULL, NULL };

// Where the preamble of a real file is.
static size_t preamble_of(const uint8_t *data) {
    size_t at = 0;
    while (data[at] != 0xff || data[at + 1] != 0xff || data[at + 2] != 0xbd || data[at + 3] != 0xb3) {
        at++;
    }
    return at;
}

typedef struct {
    const char *file;
    const char *device;
    uint32_t idcode;
    bool compressed;
    uint8_t spi_mode;
} real_case_t;

static const real_case_t real_cases[] = {
    { "12f.bit", "LFE5U-12F", 0x21111043, false, 0 },
    { "12f-compress.bit", "LFE5U-12F", 0x21111043, true, 0 },
    { "25f.bit", "LFE5U-25F", 0x41111043, false, 0 },
    { "25f-compress.bit", "LFE5U-25F", 0x41111043, true, 0 },
    { "25f-background.bit", "LFE5U-25F", 0x41111043, false, 0 },
    { "25f-qspi.bit", "LFE5U-25F", 0x41111043, false, 0x59 },
    { "25f-compress-qspi.bit", "LFE5U-25F", 0x41111043, true, 0x59 },
    { "45f.bit", "LFE5U-45F", 0x41112043, false, 0 },
    { "45f-compress.bit", "LFE5U-45F", 0x41112043, true, 0 },
    { "85f.bit", "LFE5U-85F", 0x41113043, false, 0 },
    { "85f-compress.bit", "LFE5U-85F", 0x41113043, true, 0 },
};

static void test_real(void) {
    static const size_t parts[] = { 1 << 24, 4096, 1000, 37 };
    for (unsigned i = 0; i < sizeof(real_cases) / sizeof(real_cases[0]); i++) {
        const real_case_t *real = &real_cases[i];
        size_t length;
        uint8_t *data = bitstream_file(real->file, &length);
        const ecp5_device_t *device = ecp5_find(real->idcode);
        for (unsigned part = 0; part < 4; part++) {
            for (unsigned check = 0; check < 2; check++) {
                bitstream_t bs;
                bitstream_open(&bs, device, nowhere, check ? BITSTREAM_CHECK : 0);
                CHECK_OK(feed(&bs, data, length, parts[part]));
                CHECK_EQ(bs.info.bytes, length);
                CHECK_EQ(bs.info.idcode, real->idcode);
                CHECK(strcmp(bs.geometry->name, real->device) == 0);
                CHECK_EQ(bs.info.frames, device->frames);
                CHECK_EQ(bs.info.frames_seen, device->frames);
                CHECK_EQ(bs.info.compressed, real->compressed);
                CHECK_EQ(bs.info.spi_mode, real->spi_mode);
                CHECK(bs.info.done && !bs.info.encrypted && !bs.info.jump);
                CHECK_EQ(bs.info.header_bytes, preamble_of(data));
                if (check) {
                    CHECK(bs.info.crc_checked > device->frames);
                    CHECK_EQ(bs.info.ram_frames % 256, 0);
                    CHECK_EQ(bs.info.usercode, strstr(real->file, "compress-qspi") ? 0x1234abcd : 0);
                } else {
                    CHECK_EQ(bs.info.crc_checked, 1);
                }
            }
        }
        free(data);
    }
}

static void test_filter_keeps(void) {
    // Without a change, what comes out is padding and all from the preamble on.
    static const char *const files[] = { "25f.bit", "25f-compress.bit", "25f-qspi.bit" };
    static const size_t parts[] = { 1 << 24, 4096, 1, 999 };
    for (unsigned i = 0; i < 3; i++) {
        size_t length;
        uint8_t *data = bitstream_file(files[i], &length);
        size_t from = preamble_of(data);
        for (unsigned part = 0; part < 4; part++) {
            for (unsigned check = 0; check < 2; check++) {
                gather_t to = { 0 };
                bitstream_t bs;
                bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, check ? BITSTREAM_CHECK : 0);
                CHECK_OK(feed(&bs, data, parts[part] == 1 ? 3000 : length, parts[part]) == LX_ETRUNCATED ? 0
                    : bs.info.done ? 0 : 1);
                size_t expected = (parts[part] == 1 ? 3000 : length) - from;
                CHECK_EQ(to.length, expected + 16);
                for (unsigned byte = 0; byte < 16; byte++) {
                    CHECK_EQ(to.data[byte], 0xff);
                }
                CHECK(memcmp(to.data + 16, data + from, expected) == 0);
                free(to.data);
            }
        }
        free(data);
    }
}

static void test_strip(void) {
    static const char *const files[] = { "25f-qspi.bit", "25f-compress-qspi.bit" };
    for (unsigned i = 0; i < 2; i++) {
        size_t length;
        uint8_t *data = bitstream_file(files[i], &length);
        gather_t to = { 0 };
        bitstream_t bs;
        bitstream_open(&bs, ecp5_find(0x41111043), (jtag_sink_t) { gather, &to }, BITSTREAM_STRIP_SPI_MODE);
        CHECK_OK(feed(&bs, data, length, 5000));
        CHECK_EQ(bs.info.spi_mode, 0x59);
        CHECK_EQ(to.length, length - preamble_of(data) + 16);
        // What came out holds no SPI mode, and its CRCs are right.
        bitstream_t again;
        bitstream_open(&again, ecp5_find(0x41111043), nowhere, BITSTREAM_CHECK);
        CHECK_OK(feed(&again, to.data, to.length, 5000));
        CHECK_EQ(again.info.spi_mode, 0);
        free(to.data);
        free(data);
    }
}

static void test_wrong_device(void) {
    size_t length;
    uint8_t *data = bitstream_file("45f-compress.bit", &length);
    gather_t to = { 0 };
    bitstream_t bs;
    bitstream_open(&bs, ecp5_find(0x41113043), (jtag_sink_t) { gather, &to }, 0);
    CHECK_EQ(feed(&bs, data, length, 100), LX_EWRONGDEVICE);
    CHECK_EQ(bs.info.idcode, 0x41112043);
    CHECK(strcmp(bs.geometry->name, "LFE5U-45F") == 0);
    CHECK_EQ(to.length, 0);
    // Another size is refused even on request.
    bitstream_open(&bs, ecp5_find(0x41113043), (jtag_sink_t) { gather, &to }, BITSTREAM_OVERRIDE_ID);
    CHECK_EQ(feed(&bs, data, length, 100), LX_EWRONGDEVICE);
    CHECK_EQ(to.length, 0);
    // An id of nobody.
    size_t at = preamble_of(data);
    while (data[at] != 0xe2) {
        at++;
    }
    data[at + 4] = 0x99;
    bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, 0);
    CHECK_EQ(feed(&bs, data, length, 100), LX_EWRONGDEVICE);
    CHECK_EQ(to.length, 0);
    free(data);
}

static void test_override(void) {
    static const char *const files[] = { "12f.bit", "12f-compress.bit", "12f-compress-qspi.bit" };
    for (unsigned i = 0; i < 3; i++) {
        size_t length;
        uint8_t *data = bitstream_file(files[i], &length);
        for (unsigned damaged = 0; damaged < 2; damaged++) {
            gather_t to = { 0 };
            bitstream_t bs;
            // A wrong bit in the first frame stays wrong.
            data[preamble_of(data) + 60] ^= damaged ? 1 : 0;
            bitstream_open(&bs, ecp5_find(0x41111043), (jtag_sink_t) { gather, &to },
                BITSTREAM_OVERRIDE_ID | BITSTREAM_STRIP_SPI_MODE);
            int status = feed(&bs, data, length, 4096);
            CHECK(damaged || status == LX_OK);
            CHECK_EQ(bs.info.idcode, 0x21111043);
            bitstream_t again;
            bitstream_open(&again, ecp5_find(0x41111043), nowhere, BITSTREAM_CHECK);
            CHECK_EQ(feed(&again, to.data, to.length, 4096), damaged ? LX_ECRC : LX_OK);
            CHECK_EQ(again.info.idcode, 0x41111043);
            free(to.data);
        }
        free(data);
    }
}

static void test_damaged(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    size_t from = preamble_of(data);
    unsigned verdicts[3] = { 0 };
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t seed = i + 1;
        size_t at = from + 30 + random_word(&seed) % (length - from - 50);
        data[at] ^= 1 << i % 8;
        bitstream_t bs;
        bitstream_open(&bs, NULL, nowhere, BITSTREAM_CHECK);
        int status = feed(&bs, data, length, 8192);
        CHECK(status == LX_ECRC || status == LX_ECOMMAND || status == LX_ETRUNCATED);
        verdicts[status == LX_ECRC ? 0 : status == LX_ECOMMAND ? 1 : 2]++;
        data[at] ^= 1 << i % 8;
    }
    CHECK(verdicts[0] > 50);
    free(data);
}

static void test_truncated(void) {
    static const char *const files[] = { "25f.bit", "25f-compress.bit" };
    for (unsigned i = 0; i < 2; i++) {
        size_t length;
        uint8_t *data = bitstream_file(files[i], &length);
        // The end is four bytes of command and four of padding.
        for (size_t cut = 1; cut < length; cut += cut < 200 ? 1 : 9973) {
            bitstream_t bs;
            for (unsigned check = 0; check < 2; check++) {
                bitstream_open(&bs, NULL, nowhere, check ? BITSTREAM_CHECK : 0);
                int status = feed(&bs, data, length - cut, 8192);
                bool header = length - cut < preamble_of(data) + 4;
                CHECK_EQ(status, cut <= 4 ? LX_OK : header ? LX_ENOBITSTREAM : LX_ETRUNCATED);
            }
        }
        bitstream_t bs;
        bitstream_open(&bs, NULL, nowhere, 0);
        CHECK_EQ(feed(&bs, data, 0, 1), LX_ENOBITSTREAM);
        // Padding within what looks like the last command, at every place of a cut.
        data[length - 8] = 0x5e;
        data[length - 7] = 0x00;
        data[length - 6] = 0xff;
        data[length - 5] = 0x00;
        data[length - 4] = 0x00;
        for (size_t cut = length - 10; cut < length; cut++) {
            bitstream_open(&bs, NULL, nowhere, 0);
            CHECK_OK(bitstream_write(&bs, data, cut));
            CHECK_OK(bitstream_write(&bs, data + cut, length - cut));
            CHECK_EQ(bitstream_finish(&bs), i ? LX_ETRUNCATED : LX_OK);
        }
        free(data);
    }
}

// Whatever follows the end of a configuration, and wherever the parts are cut.
static void test_more_behind(void) {
    static const char *const files[] = { "25f.bit", "25f-compress.bit", "25f-compress-qspi.bit" };
    for (unsigned i = 0; i < 3; i++) {
        size_t length;
        uint8_t *file = bitstream_file(files[i], &length);
        uint8_t *data = malloc(length + 4096);
        memcpy(data, file, length);
        free(file);
        for (unsigned kind = 0; kind < 3; kind++) {
            for (unsigned at = 0; at < 4096; at++) {
                data[length + at] = kind == 0 ? 0 : kind == 1 ? at * 7 : at < 100 ? 0xff : 1;
            }
            bitstream_t bs;
            for (size_t cut = length - 20; cut < length + 8; cut++) {
                bitstream_open(&bs, NULL, nowhere, 0);
                CHECK_OK(bitstream_write(&bs, data, cut));
                CHECK_OK(bitstream_write(&bs, data + cut, length + 4096 - cut));
                CHECK_OK(bitstream_finish(&bs));
            }
            static const size_t parts[] = { 1, 2, 3, 7, 8, 4096 };
            for (unsigned part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
                bitstream_open(&bs, NULL, nowhere, 0);
                CHECK_OK(feed(&bs, data, length + 4096, parts[part]));
            }
            // The same without the end.
            data[length - 8] ^= 1;
            bitstream_open(&bs, NULL, nowhere, 0);
            int status = feed(&bs, data, length + 4096, 1000);
            CHECK(status == LX_ETRUNCATED || (i == 0 && status == LX_ECOMMAND));
            data[length - 8] ^= 1;
        }
        free(data);
    }
}

static void test_no_bitstream(void) {
    uint8_t noise[8192];
    uint32_t seed = 7;
    for (unsigned i = 0; i < sizeof(noise); i++) {
        noise[i] = random_word(&seed);
    }
    bitstream_t bs;
    bitstream_open(&bs, NULL, nowhere, 0);
    CHECK_EQ(feed(&bs, noise, sizeof(noise), 100), LX_ENOBITSTREAM);
    CHECK(bs.info.bytes <= BITSTREAM_SEARCH_BYTES);
    memset(noise, 0xff, sizeof(noise));
    bitstream_open(&bs, NULL, nowhere, 0);
    CHECK_EQ(feed(&bs, noise, sizeof(noise), sizeof(noise)), LX_ENOBITSTREAM);
    bitstream_open(&bs, NULL, nowhere, 0);
    CHECK_EQ(feed(&bs, noise, 100, 100), LX_ENOBITSTREAM);
}

// Bitstreams made of commands.
typedef struct {
    uint8_t data[8192];
    size_t length;
} build_t;

static void put(build_t *build, const char *hex) {
    for (; *hex; hex++) {
        if (*hex != ' ') {
            unsigned byte;
            sscanf(hex, "%2x", &byte);
            build->data[build->length++] = byte;
            hex++;
        }
    }
}

#define PREAMBLE "ff ff bd b3 ff ff ff ff"
#define RESET_CRC "3b 00 00 00"
#define ID_25F "e2 00 00 00 41 11 10 43"
#define DONE "5e 00 00 00 ff ff ff ff"

static int run(build_t *build, uint8_t options, bitstream_t *bs) {
    bitstream_open(bs, NULL, nowhere, options);
    return feed(bs, build->data, build->length, 7);
}

static void test_commands(void) {
    bitstream_t bs;
    build_t jump = { 0 };
    put(&jump, "ff ff ff ff " PREAMBLE "22 00 00 00 00 00 00 00 7e 00 00 00 03 20 00 00 ff ff ff");
    CHECK_OK(run(&jump, 0, &bs));
    CHECK(bs.info.jump && bs.info.done);

    build_t no_id = { 0 };
    put(&no_id, PREAMBLE RESET_CRC "46 00 00 00 82 91 00 01");
    CHECK_EQ(run(&no_id, 0, &bs), LX_ENOID);

    build_t unknown = { 0 };
    put(&unknown, PREAMBLE RESET_CRC ID_25F "99 00 00 00");
    CHECK_EQ(run(&unknown, 0, &bs), LX_ECOMMAND);

    build_t too_long = { 0 };
    put(&too_long, PREAMBLE RESET_CRC ID_25F "82 91 ff ff");
    CHECK_EQ(run(&too_long, 0, &bs), LX_ECOMMAND);

    build_t encrypted = { 0 };
    put(&encrypted, "ff ff ba b3 01 02 03 04");
    CHECK_OK(run(&encrypted, 0, &bs));
    CHECK(bs.info.encrypted && bs.info.idcode == 0);

    build_t encrypted_frames = { 0 };
    put(&encrypted_frames, PREAMBLE RESET_CRC ID_25F "b6 91 00 01 12 34");
    CHECK_OK(run(&encrypted_frames, BITSTREAM_CHECK, &bs));
    CHECK(bs.info.encrypted);

    // No frames at all, other commands; a DONE that has a CRC, a wrong one.
    build_t plain = { 0 };
    put(&plain, PREAMBLE RESET_CRC ID_25F "56 00 00 00 ce 00 00 00 a2 00 00 00 12 34 56 78 "
        "82 91 00 00 b2 d0 00 00 b4 00 00 00 00 00 00 00 "
        "5e 80 00 00 12 34 ff");
    CHECK_EQ(run(&plain, BITSTREAM_CHECK, &bs), LX_ECRC);
    CHECK_OK(run(&plain, 0, &bs));
    CHECK(bs.info.done);

    // Much before the IDCODE: padding may be long, commands may not.
    build_t padded = { 0 };
    put(&padded, PREAMBLE);
    memset(padded.data + padded.length, 0xff, 1500);
    padded.length += 1500;
    put(&padded, RESET_CRC ID_25F DONE);
    gather_t to = { 0 };
    bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, 0);
    CHECK_OK(feed(&bs, padded.data, padded.length, 100));
    CHECK(to.length < 200);
    free(to.data);
    build_t endless = { 0 };
    put(&endless, PREAMBLE);
    memset(endless.data + endless.length, 0xff, 4000);
    endless.length += 4000;
    to = (gather_t) { 0 };
    bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, 0);
    CHECK_EQ(feed(&bs, endless.data, endless.length, 100), LX_ENOID);
    build_t chatty = { 0 };
    put(&chatty, PREAMBLE);
    for (unsigned i = 0; i < 60; i++) {
        put(&chatty, RESET_CRC);
    }
    bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, 0);
    CHECK_EQ(feed(&bs, chatty.data, chatty.length, 100), LX_ENOID);
    CHECK_EQ(to.length, 0);
    // The same where nothing goes anywhere; and together it is less than is ever erased.
    CHECK_EQ(run(&endless, 0, &bs), LX_ENOID);
    CHECK(bs.info.bytes <= 2 * BITSTREAM_ID_MAX);
    CHECK_EQ(run(&chatty, 0, &bs), LX_ENOID);
    build_t mixed = { 0 };
    memset(mixed.data, 'c', BITSTREAM_ID_MAX - 4);
    mixed.length = BITSTREAM_ID_MAX - 4;
    put(&mixed, "ff ff bd b3");
    memset(mixed.data + mixed.length, 0xff, BITSTREAM_ID_MAX);
    mixed.length += BITSTREAM_ID_MAX;
    for (unsigned i = 0; i < 20; i++) {
        put(&mixed, RESET_CRC);
    }
    CHECK_EQ(run(&mixed, 0, &bs), LX_ENOID);
    CHECK(bs.info.bytes < 4096 - 80);
    // A jump is for no device, whatever follows it.
    memset(jump.data + jump.length, 0, 4000);
    jump.length += 4000;
    CHECK_OK(run(&jump, 0, &bs));

    // SPI mode after the CRC was reset: the CRC that follows is put right.
    build_t late = { 0 };
    put(&late, PREAMBLE RESET_CRC "79 59 00 00" ID_25F "c2 80 00 00 00 00 00 07");
    uint16_t crc = 0;
    for (size_t i = 12; i < late.length; i++) {
        for (int bit = 7; bit >= 0; bit--) {
            bool top = (crc >> 15) ^ (late.data[i] >> bit & 1);
            crc = crc << 1 ^ (top ? 0x8005 : 0);
        }
    }
    late.data[late.length++] = crc >> 8;
    late.data[late.length++] = crc;
    put(&late, DONE);
    CHECK_OK(run(&late, BITSTREAM_CHECK, &bs));
    CHECK_EQ(bs.info.usercode, 7);
    to = (gather_t) { 0 };
    bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, BITSTREAM_STRIP_SPI_MODE);
    CHECK_OK(feed(&bs, late.data, late.length, 3));
    CHECK_EQ(to.length, late.length + 16);
    bitstream_open(&bs, NULL, nowhere, BITSTREAM_CHECK);
    CHECK_OK(feed(&bs, to.data, to.length, 3));
    CHECK_EQ(bs.info.spi_mode, 0);
    CHECK_EQ(bs.info.crc_checked, 1);
    free(to.data);
}

// The same configuration may come whole, as ecppack --delta writes it, as a jump or encrypted.
static void test_kinds(void) {
    static const struct {
        const char *hex;
        bitstream_kind_t kind;
        uint8_t refusal;
        int refused;
    } kinds[] = {
        { PREAMBLE RESET_CRC ID_25F "22 00 00 00 40 00 00 3b 46 00 00 00 82 91 1d 8a", BITSTREAM_COMPLETE,
      BITSTREAM_REFUSE_PLAIN, LX_EDECRYPTONLY },
        { PREAMBLE RESET_CRC ID_25F "b4 00 00 00 00 00 00 07 82 91 00 01", BITSTREAM_PARTIAL,
      BITSTREAM_REFUSE_PARTIAL, LX_EPARTIAL },
        { PREAMBLE RESET_CRC ID_25F "46 00 00 00 82 91 00 0a", BITSTREAM_PARTIAL, BITSTREAM_REFUSE_PLAIN, LX_EDECRYPTONLY },
        { PREAMBLE RESET_CRC ID_25F DONE, BITSTREAM_PARTIAL, BITSTREAM_REFUSE_PARTIAL, LX_EPARTIAL },
        { PREAMBLE "22 00 00 00 00 00 00 00 7e 00 00 00 03 20 00 00 ff", BITSTREAM_JUMP, BITSTREAM_REFUSE_JUMP, LX_EJUMP },
        { "ff ff bf b3 12 34", BITSTREAM_ENCRYPTED, 0, LX_OK },
        { "ff ff ba b3 12 34", BITSTREAM_ENCRYPTED, BITSTREAM_REFUSE_PLAIN, LX_OK },
    };
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        build_t build = { 0 };
        put(&build, kinds[i].hex);
        for (unsigned part = 1; part < 100; part += 33) {
            for (unsigned pass = 0; pass < 2; pass++) {
                uint8_t options = pass ? BITSTREAM_PASS_ALL : 0;
                gather_t to = { 0 };
                bitstream_t bs;
                bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, options);
                int status = feed(&bs, build.data, build.length, part);
                CHECK(status == LX_OK || status == LX_ETRUNCATED);
                CHECK_EQ(bs.info.kind, kinds[i].kind);
                CHECK(bs.decided && to.length > 0);
                CHECK(!pass || (to.length == build.length && memcmp(to.data, build.data, build.length) == 0));
                // Refused, nothing of it goes anywhere, unless everything passes at once.
                to.length = 0;
                bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, options | kinds[i].refusal);
                status = feed(&bs, build.data, build.length, part);
                if (kinds[i].refused) {
                    CHECK_EQ(status, kinds[i].refused);
                    CHECK(pass || to.length == 0);
                }
                free(to.data);
            }
        }
    }
    CHECK_EQ(ecp5_mclk_hz(0x4000003b), 62000000);
    CHECK_EQ(ecp5_mclk_hz(0x40000000), 2400000);
    CHECK_EQ(ecp5_mclk_hz(0x40000005), 0);
}

// How far the preamble is looked for, and data in which there is none.
static void test_search(void) {
    size_t length;
    uint8_t *file = bitstream_file("25f-compress.bit", &length);
    static const uint32_t padding[] = { 4096, 60000, BITSTREAM_SEARCH_BYTES };
    for (unsigned i = 0; i < 3; i++) {
        uint8_t *data = malloc(padding[i] + length);
        memset(data, 0xff, padding[i]);
        memcpy(data + padding[i], file, length);
        bool within = padding[i] < BITSTREAM_SEARCH_BYTES;
        bitstream_t bs;
        bitstream_open(&bs, ecp5_find(0x41113043), nowhere, 0);
        CHECK_EQ(feed(&bs, data, padding[i] + length, 777), within ? LX_EWRONGDEVICE : LX_ENOBITSTREAM);
        // Another limit, exactly.
        size_t end = padding[i] + preamble_of(data + padding[i]) + 4;
        for (unsigned more = 0; more < 2; more++) {
            bitstream_open(&bs, NULL, nowhere, 0);
            bs.search_bytes = end - 1 + more;
            CHECK_EQ(feed(&bs, data, padding[i] + length, 777), more ? LX_OK : LX_ENOBITSTREAM);
        }
        gather_t to = { 0 };
        bitstream_open(&bs, ecp5_find(0x41113043), (jtag_sink_t) { gather, &to }, BITSTREAM_PASS_ALL);
        CHECK_EQ(feed(&bs, data, padding[i] + length, 777), within ? LX_EWRONGDEVICE : LX_OK);
        CHECK(within || (bs.decided && bs.info.kind == BITSTREAM_NONE && to.length == padding[i] + length));
        bitstream_open(&bs, NULL, nowhere, BITSTREAM_PASS_ALL | BITSTREAM_REQUIRED);
        CHECK_EQ(feed(&bs, data, padding[i] + length, 777), within ? LX_OK : LX_ENOBITSTREAM);
        free(to.data);
        free(data);
    }
    // A command of nobody: other data, where that may pass; it passes whole.
    build_t build = { 0 };
    put(&build, "01 02 " PREAMBLE RESET_CRC "99 88 77 66 55");
    for (unsigned part = 1; part < 30; part += 7) {
        gather_t to = { 0 };
        bitstream_t bs;
        bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, BITSTREAM_PASS_ALL);
        CHECK_OK(feed(&bs, build.data, build.length, part));
        CHECK(bs.decided && bs.info.kind == BITSTREAM_NONE);
        CHECK(to.length == build.length && memcmp(to.data, build.data, build.length) == 0);
        free(to.data);
    }
    free(file);
}

// A sink whose last data is still on its way.
typedef struct {
    uint8_t copy[16];
    const uint8_t *data;
    size_t length;
    unsigned changed;
} on_its_way_t;

static int look_back(void *ctx, const uint8_t *data, size_t length) {
    on_its_way_t *last = ctx;
    last->changed += last->length && memcmp(last->copy, last->data, last->length) != 0;
    last->length = length < sizeof(last->copy) ? length : 0;
    last->data = data;
    memcpy(last->copy, data, last->length);
    return LX_OK;
}

// What goes out stays as it is until the next part has gone out.
static void test_data_stays(void) {
    build_t build = { 0 };
    put(&build, PREAMBLE RESET_CRC ID_25F "22 00 00 00 11 22 33 44 79 59 00 00 c2 00 00 00 55 66 77 88 "
        "79 51 00 00 22 00 00 00 12 34 56 78 " DONE);
    for (uint8_t options = 0; options <= BITSTREAM_STRIP_SPI_MODE; options += BITSTREAM_STRIP_SPI_MODE) {
        on_its_way_t last = { .length = 0 };
        bitstream_t bs;
        bitstream_open(&bs, NULL, (jtag_sink_t) { look_back, &last }, options);
        CHECK_OK(bitstream_write(&bs, build.data, build.length));
        CHECK_OK(bitstream_finish(&bs));
        CHECK_EQ(bs.info.spi_mode, 0x51);
        CHECK_EQ(last.changed, 0);
    }
}

static void test_sink_fails(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress-qspi.bit", &length);
    for (int fail = 1; fail < 20; fail++) {
        for (unsigned options = 0; options < 4; options++) {
            gather_t to = { .fail_at = fail };
            bitstream_t bs;
            bitstream_open(&bs, NULL, (jtag_sink_t) { gather, &to }, options);
            CHECK_EQ(feed(&bs, data, length, 2000), LX_EIO);
            free(to.data);
        }
    }
    free(data);
}

const test_t tests_bitstream[] = {
    TEST(test_real), TEST(test_filter_keeps), TEST(test_strip), TEST(test_wrong_device), TEST(test_override),
    TEST(test_damaged), TEST(test_truncated), TEST(test_more_behind), TEST(test_no_bitstream), TEST(test_commands), TEST(test_kinds), TEST(test_search), TEST(test_data_stays),
    TEST(test_sink_fails),
    { NULL, NULL },
};
