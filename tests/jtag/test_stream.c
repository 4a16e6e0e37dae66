// SPDX-License-Identifier: MIT
//
// stream.c: whole files through every layer onto the virtual board, by transports that run at once and late; refusals
// that leave the board alone; and how close the sequences come to the wire's limit, in the board's own time.

#include "harness.h"
#include "common/crc32.h"
#include "flash/nor_protect.h"
#include "jtag/boot.h"
#include "jtag/bridge.h"
#include "jtag/stream.h"
#include "vboard.h"

#define MEMORY (INFLATE_MEMORY_BYTES(15) + 16)

typedef struct {
    vboard_t *board;
    tap_t tap;
    ecp5_t ecp5;
    bridge_t bridge;
    nor_t nor;
    nor_write_t writer;
    stream_t stream;
    uint8_t *memory;
    uint8_t *buffer;
    size_t buffer_bytes;
    uint8_t hold[4096];
    bool holds; // the first sector is written last
    // Two buffers in turns, as a source that reads a file has them.
    uint8_t *turns[2];
} rig_t;

static void rig_open(rig_t *rig, const char *device, const char *chip, const char *fault, bool late) {
    memset(rig, 0, sizeof(*rig));
    rig->board = vboard_new(device, chip, fault);
    rig->memory = malloc(MEMORY);
    rig->buffer = malloc(65536);
    rig->buffer_bytes = 65536;
    rig->turns[0] = malloc(65536);
    rig->turns[1] = malloc(65536);
    tap_init(&rig->tap, vboard_transport(rig->board, late));
    CHECK_OK(tap_set_freq(&rig->tap, 25000000));
    CHECK_OK(ecp5_open(&rig->ecp5, &rig->tap, 0));
}

static void rig_close(rig_t *rig) {
    vboard_free(rig->board);
    free(rig->memory);
    free(rig->buffer);
    free(rig->turns[0]);
    free(rig->turns[1]);
}

static int push(rig_t *rig, const uint8_t *data, size_t length, size_t part) {
    int status = LX_OK;
    unsigned turn = 0;
    for (size_t at = 0; status == LX_OK && at < length; at += part, turn ^= 1) {
        size_t now = length - at < part ? length - at : part;
        memcpy(rig->turns[turn], data + at, now);
        status = stream_write(&rig->stream, rig->turns[turn], now);
    }
    return status == LX_OK ? stream_finish(&rig->stream) : status;
}

static int load(rig_t *rig, const uint8_t *data, size_t length, size_t part, uint8_t options) {
    stream_config_t config = {
        .target = STREAM_SRAM,
        .ecp5 = &rig->ecp5,
        .device = rig->ecp5.device,
        .memory = rig->memory,
        .memory_bytes = MEMORY,
        .options = options,
    };
    stream_open(&rig->stream, &config);
    return push(rig, data, length, part);
}

// length: what nor_write_open() is told.
static int flash(rig_t *rig, uint32_t address, const uint8_t *data, size_t length, uint32_t told, size_t part,
    uint8_t options) {
    int status = bridge_open(&rig->bridge, &rig->ecp5);
    if (status == LX_OK) {
        status = nor_open(&rig->nor, (flash_bus_t) { &bridge_ops, &rig->bridge });
    }
    if (status == LX_OK) {
        status = nor_write_open(&rig->writer, &rig->nor, address, told, rig->buffer, rig->buffer_bytes, 0);
    }
    if (status == LX_OK) {
        stream_config_t config = {
            .target = STREAM_FLASH,
            .ecp5 = &rig->ecp5,
            .device = rig->ecp5.device,
            .writer = &rig->writer,
            .memory = rig->memory,
            .memory_bytes = MEMORY,
            .options = options,
            .hold = rig->holds ? rig->hold : NULL,
            .hold_bytes = rig->holds ? sizeof(rig->hold) : 0,
            .address = address,
        };
        stream_open(&rig->stream, &config);
        status = push(rig, data, length, part);
    }
    if (status == LX_OK) {
        status = nor_close(&rig->nor);
    }
    int closed = bridge_close(&rig->bridge);
    return status == LX_OK ? closed : status;
}

typedef struct {
    const char *file;
    const char *device;
} load_case_t;

static void test_sram(void) {
    static const load_case_t cases[] = {
        { "12f.bit", "LFE5U-12F" }, { "25f.bit", "LFE5U-25F" }, { "25f-compress.bit", "LFE5U-25F" },
        { "25f-qspi.bit", "LFE5U-25F" }, { "25f-compress-qspi.bit", "LFE5U-25F" },
        { "25f-background.bit", "LFE5U-25F" },
        { "25f.bit.gz", "LFE5U-25F" }, { "25f-compress.4k.bit.gz", "LFE5U-25F" }, { "45f-compress.bit", "LFE5U-45F" },
        { "85f-compress.bit", "LFE5U-85F" }, { "85f.4k.bit.gz", "LFE5U-85F" },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t length;
        uint8_t *data = bitstream_file(cases[i].file, &length);
        rig_t rig;
        rig_open(&rig, cases[i].device, NULL, NULL, i & 1);
        int status = load(&rig, data, length, i % 3 ? 4096 : 1500, 0);
        if (status) {
            fprintf(stderr, "%s: %s: ", cases[i].file, status_text(status));
        }
        CHECK_OK(status);
        CHECK(vboard_user_mode(rig.board));
        CHECK_EQ(vboard_frames(rig.board), rig.ecp5.device->frames);
        CHECK(vboard_in_reset(rig.board));
        CHECK_EQ(stream_finish(&rig.stream), LX_EBUSY);
        CHECK_EQ(stream_write(&rig.stream, data, 1), LX_EBUSY);
        CHECK_OK(stream_abort(&rig.stream));
        rig_close(&rig);
        free(data);
    }
}

// An image with more behind the end of its configuration: loaded, written, booted.
static void test_more_behind(void) {
    size_t length;
    uint8_t *file = bitstream_file("25f-compress.bit", &length);
    uint8_t *data = calloc(1, length + 4096);
    memcpy(data, file, length);
    free(file);
    rig_t rig;
    rig_open(&rig, "LFE5U-25F", "W25Q128", NULL, true);
    CHECK_OK(load(&rig, data, length + 4096, 1000, 0));
    CHECK(vboard_user_mode(rig.board));
    CHECK_OK(flash(&rig, 0, data, length + 4096, 0, 1000, STREAM_REQUIRE_BITSTREAM));
    CHECK_OK(ecp5_refresh(&rig.ecp5, 0));
    CHECK(vboard_user_mode(rig.board));
    rig_close(&rig);
    free(data);
}

static void test_sram_refused(void) {
    size_t length;
    rig_t rig;
    rig_open(&rig, "LFE5U-25F", "W25Q32", NULL, true);
    uint8_t *good = bitstream_file("25f-compress.bit", &length);
    CHECK_OK(load(&rig, good, length, 4096, 0));
    uint32_t clears = vboard_clears(rig.board);
    uint32_t crc = vboard_memory_crc(rig.board);
    // Another device, packed and plain; another one that would fit; no bitstream; nothing.
    static const char *const others[] = { "85f-compress.bit", "85f.4k.bit.gz", "12f.bit" };
    for (unsigned i = 0; i < 3; i++) {
        size_t other_length;
        uint8_t *other = bitstream_file(others[i], &other_length);
        CHECK_EQ(load(&rig, other, other_length, 2000, 0), LX_EWRONGDEVICE);
        CHECK(rig.stream.bitstream.info.idcode != rig.ecp5.device->idcode);
        CHECK_EQ(stream_finish(&rig.stream), LX_EBUSY);
        free(other);
    }
    uint8_t text[5000];
    memset(text, 'x', sizeof(text));
    CHECK_EQ(load(&rig, text, sizeof(text), 2000, 0), LX_ENOBITSTREAM);
    CHECK_EQ(load(&rig, text, 100, 2000, 0), LX_ENOBITSTREAM);
    CHECK_EQ(load(&rig, text, 0, 2000, 0), LX_ENOBITSTREAM);
    // The design that ran still runs.
    CHECK_EQ(vboard_clears(rig.board), clears);
    CHECK_EQ(vboard_memory_crc(rig.board), crc);
    CHECK(vboard_user_mode(rig.board));
    // On request a 12F's bitstream goes onto a 25F.
    size_t other_length;
    uint8_t *other = bitstream_file("12f-compress-qspi.bit", &other_length);
    CHECK_OK(load(&rig, other, other_length, 2000, STREAM_OVERRIDE_ID));
    CHECK(vboard_user_mode(rig.board));
    free(other);
    // Cut short, damaged gzip, and given up in the middle.
    CHECK_EQ(load(&rig, good, length / 2, 4096, 0), LX_ETRUNCATED);
    CHECK(!vboard_user_mode(rig.board) && vboard_in_reset(rig.board));
    uint8_t *packed = bitstream_file("25f-compress.bit.gz", &other_length);
    packed[other_length - 6] ^= 1;
    CHECK_EQ(load(&rig, packed, other_length, 4096, 0), LX_ECHECKSUM);
    CHECK_EQ(load(&rig, packed, other_length / 2, 4096, 0), LX_ETRUNCATED);
    free(packed);
    stream_config_t config = { .target = STREAM_SRAM, .ecp5 = &rig.ecp5, .device = rig.ecp5.device };
    stream_open(&rig.stream, &config);
    CHECK_OK(stream_write(&rig.stream, good, 5000));
    CHECK_OK(stream_abort(&rig.stream));
    CHECK_OK(stream_abort(&rig.stream));
    CHECK_EQ(stream_write(&rig.stream, good, 5000), LX_EBUSY);
    CHECK(vboard_in_reset(rig.board));
    CHECK_OK(load(&rig, good, length, 4096, 0));
    rig_close(&rig);
    free(good);
}

static void test_flash_and_boot(void) {
    static const char *const files[] = { "25f-compress.bit", "25f.4k.bit.gz", "25f-compress-qspi.bit", "25f.bit.gz" };
    for (unsigned i = 0; i < 4; i++) {
        size_t length;
        uint8_t *data = bitstream_file(files[i], &length);
        rig_t rig;
        rig_open(&rig, "LFE5U-25F", "W25Q128", NULL, i & 1);
        rig.buffer_bytes = i & 2 ? 4096 : 65536;
        bool packed = strstr(files[i], ".gz");
        CHECK_OK(flash(&rig, 0, data, length, packed ? 0 : length, 4096, STREAM_REQUIRE_BITSTREAM));
        CHECK(rig.stream.is_bitstream);
        CHECK_EQ(rig.writer.report.bytes, rig.stream.inflate.bytes_out);
        CHECK_EQ(rig.writer.report.verified, rig.writer.report.bytes);
        CHECK(vboard_in_reset(rig.board));
        CHECK_OK(ecp5_refresh(&rig.ecp5, 0));
        CHECK(vboard_user_mode(rig.board));
        CHECK_EQ(vboard_boots(rig.board), 1);
        rig_close(&rig);
        free(data);
    }
}

static void test_flash_refused(void) {
    size_t length;
    uint8_t *data = bitstream_file("85f-compress.bit", &length);
    rig_t rig;
    rig_open(&rig, "LFE5U-25F", "W25Q128", NULL, true);
    vboard_counters_t counters;
    CHECK_EQ(flash(&rig, 0, data, length, length, 1000, 0), LX_EWRONGDEVICE);
    CHECK_EQ(rig.stream.bitstream.info.idcode, 0x41113043);
    uint8_t text[9000];
    memset(text, 'x', sizeof(text));
    CHECK_EQ(flash(&rig, 0, text, sizeof(text), sizeof(text), 1000, STREAM_REQUIRE_BITSTREAM), LX_ENOBITSTREAM);
    CHECK_EQ(flash(&rig, 0, text, 10, 10, 1000, STREAM_REQUIRE_BITSTREAM), LX_ENOBITSTREAM);
    // The IDCODE of another device behind more padding than a buffer holds.
    static uint8_t padded[100000];
    memset(padded, 0xff, sizeof(padded));
    memcpy(padded, "\xff\xff\xbd\xb3", 4);
    memcpy(padded + 70000, "\xe2\0\0\0\x41\x11\x30\x43", 8);
    CHECK_EQ(flash(&rig, 0, padded, sizeof(padded), sizeof(padded), 512, 0), LX_ENOID);
    vboard_counters(rig.board, &counters);
    CHECK_EQ(counters.operations, 0);
    // Not a bitstream, and not required to be one.
    CHECK_OK(flash(&rig, 0x10000, text, sizeof(text), sizeof(text), 1000, 0));
    CHECK(!rig.stream.is_bitstream);
    CHECK_OK(flash(&rig, 0x20000, text, 10, 10, 1000, 0));
    CHECK(!rig.stream.is_bitstream);
    CHECK_OK(flash(&rig, 0x30000, data, length, length, 1000, STREAM_ANY_DATA));
    size_t flash_bytes;
    CHECK(memcmp(vboard_flash(rig.board, &flash_bytes) + 0x30000, data, length) == 0);
    // Too short.
    size_t short_length;
    uint8_t *cut = bitstream_file("25f-compress.bit", &short_length);
    CHECK_EQ(flash(&rig, 0, cut, short_length / 2, 0, 1000, 0), LX_ETRUNCATED);
    CHECK_EQ(rig.writer.report.bytes, short_length / 2);
    CHECK_EQ(ecp5_refresh(&rig.ecp5, 300), LX_EREFRESH);
    free(cut);
    free(data);
    rig_close(&rig);
}

// The sector that the ECP5 boots from is blank until all else is verified.
static void test_first_sector_last(void) {
    static const uint32_t parts[] = { 100, 4096, 30000 };
    for (unsigned i = 0; i < 3; i++) {
        size_t length, old_length, flash_bytes;
        uint8_t *data = bitstream_file("25f-compress.bit", &length);
        uint8_t *old = bitstream_file("25f-compress-qspi.bit", &old_length);
        rig_t rig;
        rig_open(&rig, "LFE5U-25F", "W25Q128", NULL, i & 1);
        const uint8_t *content = vboard_flash(rig.board, &flash_bytes);
        CHECK_OK(flash(&rig, 0, old, old_length, old_length, parts[i], 0));
        rig.holds = true;
        CHECK_EQ(flash(&rig, 0, data, length - 20000, 0, parts[i], 0), LX_ETRUNCATED);
        for (unsigned at = 0; at < sizeof(rig.hold); at++) {
            CHECK_EQ(content[at], 0xff);
        }
        CHECK(memcmp(content + 4096, data + 4096, length - 20000 - 4096) == 0);
        CHECK_OK(flash(&rig, 0, data, length, 0, parts[i], 0));
        CHECK(memcmp(content, data, length) == 0);
        CHECK_EQ(rig.writer.report.bytes, length);
        CHECK_EQ(rig.writer.report.crc32, crc32_update(0, data, length));
        // What is there already stays, also where less than a sector comes.
        CHECK_OK(flash(&rig, 0, data, length, 0, parts[i], 0));
        CHECK_EQ(rig.writer.report.written + rig.writer.report.erased, 0);
        CHECK_OK(flash(&rig, 0x200000, data, 1000, 0, parts[i], STREAM_ANY_DATA));
        CHECK(memcmp(content + 0x200000, data, 1000) == 0);
        CHECK_EQ(rig.writer.report.crc32, crc32_update(0, data, 1000));
        rig_close(&rig);
        free(data);
        free(old);
    }
}

// What can be known before the flash is opened, from the beginning of a source in parts of any length.
static int look(stream_t *stream, const char *name, size_t length, size_t part, uint8_t options) {
    static uint8_t memory[MEMORY];
    size_t all;
    uint8_t *data = bitstream_file(name, &all);
    length = length < all ? length : all;
    stream_config_t config = {
        .target = STREAM_PROBE, .device = ecp5_find(0x41111043), .memory = memory, .memory_bytes = MEMORY, .options = options,
    };
    stream_open(stream, &config);
    int status = LX_OK;
    for (size_t at = 0; status == LX_OK && (!stream->known || (options & STREAM_WHOLE)) && at < length; at += part) {
        status = stream_write(stream, data + at, length - at < part ? length - at : part);
    }
    free(data);
    return status == LX_OK ? stream_finish(stream) : status;
}

static void test_look(void) {
    stream_t stream;
    static const size_t parts[] = { 1, 37, 512, 9000 };
    for (unsigned i = 0; i < 4; i++) {
        CHECK_OK(look(&stream, "25f-compress.bit", 9000, parts[i], 0));
        CHECK(stream.known && stream.is_bitstream);
        CHECK_OK(look(&stream, "25f-compress.bit.gz", 9000, parts[i], 0));
        CHECK(stream.known && stream.is_bitstream);
        CHECK_EQ(look(&stream, "85f-compress.bit", 9000, parts[i], 0), LX_EWRONGDEVICE);
        CHECK_EQ(look(&stream, "85f-compress.4k.bit.gz", 9000, parts[i], 0), LX_EWRONGDEVICE);
        CHECK_OK(look(&stream, "85f-compress.bit", 9000, parts[i], STREAM_ANY_DATA));
        CHECK(stream.known && !stream.is_bitstream);
        // Too little to know: that is for the write itself.
        CHECK_OK(look(&stream, "25f-compress.bit", 20, parts[i], 0));
        CHECK(!stream.known);
        CHECK_EQ(look(&stream, "25f-compress.bit.gz", 20, parts[i], 0), LX_ETRUNCATED);
        CHECK_OK(look(&stream, "25f-compress.bit", 0, parts[i], 0));
        CHECK_EQ(stream_finish(&stream), LX_EBUSY);
    }
}

static int load_to(rig_t *rig, const char *name, uint8_t options) {
    size_t length;
    uint8_t *data = bitstream_file(name, &length);
    int status = load(rig, data, length, 4096, options);
    free(data);
    return status;
}

// Encrypted bitstreams, and fuses that know a key or accept nothing else.
static void test_encrypted(void) {
    static uint8_t encrypted[60000];
    uint32_t seed = 5;
    for (unsigned i = 0; i < sizeof(encrypted); i++) {
        encrypted[i] = random_word(&seed);
    }
    memcpy(encrypted, "\xff\0Part: LFE5U-25F\0\xff\xff\xff\xbf\xb3", 23);
    rig_t rig;
    // No key: the device says so.
    rig_open(&rig, "LFE5U-25F", "W25Q32", NULL, true);
    CHECK_EQ(load(&rig, encrypted, sizeof(encrypted), 4096, 0), LX_ENOKEY);
    CHECK_OK(flash(&rig, 0, encrypted, sizeof(encrypted), 0, 4096, STREAM_REQUIRE_BITSTREAM));
    CHECK_EQ(ecp5_refresh(&rig.ecp5, 0), LX_ENOKEY);
    rig_close(&rig);
    static const char *const fuses[] = { "decrypts", "decrypt-only" };
    for (unsigned i = 0; i < 2; i++) {
        rig_open(&rig, "LFE5U-25F", "W25Q32", fuses[i], i);
        CHECK_EQ(ecp5_accepts_encrypted_only(&rig.ecp5), i);
        CHECK_OK(load(&rig, encrypted, sizeof(encrypted), 4096, 0));
        CHECK_EQ(rig.stream.bitstream.info.kind, BITSTREAM_ENCRYPTED);
        CHECK(vboard_user_mode(rig.board));
        CHECK_OK(flash(&rig, 0, encrypted, sizeof(encrypted), 0, 4096, STREAM_REQUIRE_BITSTREAM));
        CHECK_OK(ecp5_refresh(&rig.ecp5, 0));
        CHECK(vboard_user_mode(rig.board));
        // A plain one is refused before the running design ends.
        uint32_t clears = vboard_clears(rig.board);
        CHECK_EQ(load_to(&rig, "25f-compress.bit", 0), i ? LX_EDECRYPTONLY : LX_OK);
        CHECK_EQ(vboard_clears(rig.board) - clears, i ? 0 : 1);
        CHECK(vboard_user_mode(rig.board));
        rig_close(&rig);
    }
    // What got into the flash by other ways: the boot's verdict tells.
    rig_open(&rig, "LFE5U-25F", "W25Q32", "decrypt-only", true);
    size_t length;
    size_t flash_bytes;
    uint8_t *plain = bitstream_file("25f-compress.bit", &length);
    CHECK_EQ(flash(&rig, 0, plain, length, length, 4096, 0), LX_EDECRYPTONLY);
    memcpy(vboard_flash(rig.board, &flash_bytes), plain, length);
    CHECK_EQ(ecp5_refresh(&rig.ecp5, 0), LX_EDECRYPTONLY);
    free(plain);
    rig_close(&rig);
}

// What is not a complete bitstream is named, and the running design stays.
static void test_other_kinds(void) {
    static const uint8_t jump[] = {
        0xff, 0xff, 0xbd, 0xb3, 0xff, 0x22, 0, 0, 0, 0, 0, 0, 0, 0x7e, 0, 0, 0, 3, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff,
    };
    static const uint8_t partial[] = {
        0xff, 0xff, 0xbd, 0xb3, 0xff, 0x3b, 0, 0, 0, 0xe2, 0, 0, 0, 0x41, 0x11, 0x10, 0x43, 0xb4, 0, 0, 0, 0, 0, 0, 7,
        0x82, 0x91, 0, 1, 0, 0, 0,
    };
    rig_t rig;
    rig_open(&rig, "LFE5U-25F", "W25Q32", NULL, true);
    CHECK_OK(load_to(&rig, "25f-compress.bit", 0));
    uint32_t clears = vboard_clears(rig.board);
    CHECK_EQ(load(&rig, jump, sizeof(jump), 4096, 0), LX_EJUMP);
    CHECK_EQ(load(&rig, partial, sizeof(partial), 7, 0), LX_EPARTIAL);
    CHECK_EQ(rig.stream.bitstream.info.kind, BITSTREAM_PARTIAL);
    CHECK_EQ(vboard_clears(rig.board), clears);
    CHECK(vboard_user_mode(rig.board));
    // In a flash a jump has its place.
    CHECK_OK(flash(&rig, 0x3ff000, jump, sizeof(jump), sizeof(jump), 4096, STREAM_REQUIRE_BITSTREAM));
    CHECK_EQ(flash(&rig, 0, partial, sizeof(partial), sizeof(partial), 4096, 0), LX_EPARTIAL);
    CHECK_OK(flash(&rig, 0, partial, sizeof(partial), sizeof(partial), 4096, STREAM_ANY_DATA));
    rig_close(&rig);
}

// To flash under the IDCODE of the board's device: it boots.
static void test_flash_override(void) {
    static const char *const files[] = { "12f.bit", "12f-compress-qspi.bit" };
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned part = 37; part < 9000; part += 4400) {
            size_t length;
            uint8_t *data = bitstream_file(files[i], &length);
            rig_t rig;
            rig_open(&rig, "LFE5U-25F", "W25Q128", NULL, true);
            CHECK_EQ(flash(&rig, 0, data, length, length, part, 0), LX_EWRONGDEVICE);
            CHECK_OK(flash(&rig, 0, data, length, length, part, STREAM_OVERRIDE_ID));
            size_t flash_bytes;
            const uint8_t *written = vboard_flash(rig.board, &flash_bytes);
            unsigned changed = 0;
            for (size_t at = 0; at < length; at++) {
                changed += written[at] != data[at];
            }
            CHECK(changed > 0 && changed <= 6); // IDCODE and a CRC
            CHECK_OK(ecp5_refresh(&rig.ecp5, 0));
            CHECK(vboard_user_mode(rig.board));
            rig_close(&rig);
            free(data);
        }
    }
}

static boot_report_t examine(rig_t *rig) {
    boot_report_t report;
    CHECK_OK(bridge_open(&rig->bridge, &rig->ecp5));
    CHECK_OK(nor_open(&rig->nor, (flash_bus_t) { &bridge_ops, &rig->bridge }));
    CHECK_OK(boot_examine(&rig->nor, 0, rig->ecp5.device, &report));
    CHECK_OK(nor_close(&rig->nor));
    CHECK_OK(bridge_close(&rig->bridge));
    return report;
}

// Why a verified image does not boot.
static void test_boot(void) {
    static const struct {
        const char *chip;
        const char *file;
        bool boots;
        uint8_t problems;
        uint8_t mode;
        uint32_t mclk_hz;
    } cases[] = {
        { "W25Q128", "25f-compress.bit", true, 0, BOOT_READ_SLOW, 2400000 },
        { "W25Q128", "25f-compress-62mhz.bit", false, BOOT_TOO_FAST, BOOT_READ_SLOW, 62000000 },
        { "IS25LP256", "25f-compress-62mhz.bit", true, 0, BOOT_READ_SLOW, 62000000 },
        { "IS25LP128", "25f-compress-62mhz.bit", true, BOOT_TOO_FAST, BOOT_READ_SLOW, 62000000 }, // the faster revision
        { "W25Q128", "25f-qspi.bit", true, 0, BOOT_READ_QUAD, 38800000 },
        { "GD25Q128", "25f-qspi.bit", false, BOOT_QUAD_OFF, BOOT_READ_QUAD, 38800000 },
        { "W25Q128", "85f-compress.bit", false, BOOT_WRONG_DEVICE, BOOT_READ_SLOW, 0 },
        { "W25Q128", NULL, false, BOOT_NO_BITSTREAM, BOOT_READ_SLOW, 0 },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rig_t rig;
        rig_open(&rig, "LFE5U-25F", cases[i].chip, NULL, true);
        if (cases[i].file) {
            size_t length;
            uint8_t *data = bitstream_file(cases[i].file, &length);
            CHECK_OK(flash(&rig, 0, data, length, length, 4096, STREAM_ANY_DATA));
            free(data);
        }
        CHECK_EQ(ecp5_refresh(&rig.ecp5, 0), cases[i].boots ? LX_OK : LX_EREFRESH);
        boot_report_t report = examine(&rig);
        CHECK_EQ(report.problems, cases[i].problems);
        CHECK_EQ(report.image.spi_mode, cases[i].mode);
        CHECK_EQ(report.mclk_hz, cases[i].mclk_hz);
        rig_close(&rig);
    }
}

// A probe of a whole source sees that it is cut; one that stops when it knows enough does not.
static void test_probe_whole(void) {
    stream_t stream;
    CHECK_OK(look(&stream, "25f-compress.bit", 1 << 24, 4096, STREAM_WHOLE));
    CHECK_EQ(look(&stream, "25f-compress.bit", 9000, 4096, 0), LX_OK);
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    stream_config_t config = { .target = STREAM_PROBE, .device = ecp5_find(0x41111043), .options = STREAM_WHOLE };
    stream_open(&stream, &config);
    CHECK_OK(stream_write(&stream, data, length / 2));
    CHECK(stream.known);
    CHECK_EQ(stream_finish(&stream), LX_ETRUNCATED);
    // Data behind more padding than the limit is known not to be checked.
    uint8_t padding[5000];
    memset(padding, 0xff, sizeof(padding));
    config.options = 0;
    config.search_bytes = 4096;
    stream_open(&stream, &config);
    CHECK_OK(stream_write(&stream, padding, sizeof(padding)));
    CHECK(stream.known && !stream.is_bitstream);
    CHECK_EQ(stream.bitstream.info.kind, BITSTREAM_NONE);
    free(data);
}

static void test_check(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f.bit.gz", &length);
    uint8_t *memory = malloc(MEMORY);
    stream_t stream;
    stream_config_t config = { .target = STREAM_CHECK, .memory = memory, .memory_bytes = MEMORY };
    stream_open(&stream, &config);
    CHECK_OK(stream_write(&stream, data, length));
    CHECK_OK(stream_finish(&stream));
    CHECK(stream.bitstream.info.crc_checked > 7000);
    config.memory = NULL;
    config.memory_bytes = 0;
    stream_open(&stream, &config);
    CHECK_EQ(stream_write(&stream, data, length), LX_EOVERFLOW);
    free(memory);
    free(data);
}

// The cable falls off, or the power of the board goes, anywhere in a flash write; afterwards it is run again.
static void test_lost(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    static const char *const faults[] = { "disconnect", "power-loss" };
    for (unsigned after = 300; after < 2 * length; after = after * 5 / 2 + 7) {
        for (unsigned i = 0; i < 2; i++) {
            char fault[40];
            snprintf(fault, sizeof(fault), "%s=%u", faults[i], after);
            rig_t rig;
            rig_open(&rig, "LFE5U-25F", "W25Q32", fault, true);
            int status = flash(&rig, 0, data, length, length, 4096, 0);
            CHECK(status != LX_OK);
            vboard_set_fault(rig.board, NULL);
            CHECK_OK(ecp5_open(&rig.ecp5, &rig.tap, 0));
            CHECK_OK(flash(&rig, 0, data, length, length, 4096, 0));
            size_t flash_bytes;
            CHECK(memcmp(vboard_flash(rig.board, &flash_bytes), data, length) == 0);
            rig_close(&rig);
        }
    }
    free(data);
}

static unsigned rate(const rig_t *rig, uint64_t start_us, size_t bytes) {
    return bytes * 1000 / (vboard_now_us(rig->board) - start_us);
}

// In the board's time at 25 MHz, which leaves out what a processor needs between operations: the limits of the
// sequences.
static void test_speed(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f.bit", &length);
    uint8_t *other = bitstream_file("25f-other.bit", &length);
    rig_t rig;
    rig_open(&rig, "LFE5U-25F", "W25Q128", NULL, true);
    CHECK_OK(ecp5_sram_open(&rig.ecp5));
    uint64_t start = vboard_now_us(rig.board);
    for (size_t at = 0; at < length; at += 4096) {
        CHECK_OK(ecp5_sram_write(&rig.ecp5, data + at, length - at < 4096 ? length - at : 4096));
    }
    CHECK_OK(tap_wait(&rig.tap, 0));
    unsigned sram = rate(&rig, start, length);
    CHECK_OK(ecp5_sram_finish(&rig.ecp5));
    uint32_t block = 0x80000;
    for (size_t i = 0; i < length; i++) {
        data[i] ^= i * 7 >> 3; // not blank anywhere, and different from the other one
        other[i] ^= ~(i * 7 >> 3) + (i >> 9);
    }
    CHECK_OK(bridge_open(&rig.bridge, &rig.ecp5));
    CHECK_OK(nor_open(&rig.nor, (flash_bus_t) { &bridge_ops, &rig.bridge }));
    unsigned rates[3];
    static const char *const names[] = { "blank", "same", "different" };
    static const unsigned least[] = { 330, 2900, 200 };
    for (unsigned i = 0; i < 3; i++) {
        CHECK_OK(nor_write_open(&rig.writer, &rig.nor, 0, block, rig.buffer, rig.buffer_bytes, 0));
        start = vboard_now_us(rig.board);
        CHECK_OK(nor_write(&rig.writer, i < 2 ? data : other, block));
        CHECK_OK(nor_write_finish(&rig.writer));
        rates[i] = rate(&rig, start, block);
    }
    printf("kB/s at 25 MHz, wire and flash alone: sram %u", sram);
    for (unsigned i = 0; i < 3; i++) {
        printf(", flash %s %u", names[i], rates[i]);
    }
    printf("\n");
    CHECK(sram > 3100);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(rates[i] >= least[i]);
    }
    rig_close(&rig);
    free(other);
    free(data);
}

const test_t tests_stream[] = {
    TEST(test_sram), TEST(test_more_behind), TEST(test_sram_refused), TEST(test_flash_and_boot), TEST(test_flash_refused), TEST(test_first_sector_last), TEST(test_look), TEST(test_check), TEST(test_encrypted),
    TEST(test_other_kinds), TEST(test_flash_override), TEST(test_boot), TEST(test_probe_whole),
    TEST(test_lost), TEST(test_speed), { NULL, NULL },
};
