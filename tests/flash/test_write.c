// SPDX-License-Identifier: MIT
//
// nor_write.c: erases and programs are counted, every fault has its verdict, and after power was lost
// anywhere the same write succeeds.

#include "common/crc32.h"
#include "flash/nor_protect.h"
#include "flash/nor_write.h"
#include "tests/runner.h"
#include "vflash.h"

#define LENGTH (200000)

static void fill(uint8_t *data, size_t length, uint32_t seed) {
    for (size_t i = 0; i < length; i++) {
        data[i] = random_word(&seed);
    }
}

static int write_all(nor_write_t *writer, nor_t *nor, uint32_t address, const uint8_t *data, size_t length, size_t part,
    uint8_t *buffer, size_t buffer_bytes, uint8_t options) {
    int status = nor_write_open(writer, nor, address, length, buffer, buffer_bytes, options);
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        status = nor_write(writer, data + at, length - at < part ? length - at : part);
    }
    return status == LX_OK ? nor_write_finish(writer) : status;
}

// One after the other: blank, the same, a byte, a bit to 0, all different; in several sizes of buffers and
// parts, at several places.
static void test_sequence(void) {
    static const size_t buffers[] = { 4096, 8192, 32768, 65536, 100000 };
    static const size_t parts[] = { 1 << 20, 4096, 1000, 70001 };
    static const uint32_t places[] = { 0, 0x1000, 0x1f000, 0x3f0000 - 0x30000 };
    uint8_t *data = malloc(LENGTH);
    uint8_t *buffer = malloc(100000);
    for (unsigned run = 0; run < 20; run++) {
        size_t buffer_bytes = buffers[run % 5];
        size_t part = parts[run % 4];
        uint32_t place = places[run / 5];
        vflash_t *board = vflash_new("W25Q32", NULL);
        size_t flash_bytes;
        uint8_t *flash = vflash_memory(board, &flash_bytes);
        nor_t nor;
        nor_write_t writer;
        vflash_counters_t before;
        vflash_counters_t after;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        fill(data, LENGTH, run + 1);
        flash[place + LENGTH] = 0x5a; // must survive all of it
        CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, part, buffer, buffer_bytes, 0));
        CHECK(memcmp(flash + place, data, LENGTH) == 0);
        CHECK_EQ(writer.report.bytes, LENGTH);
        CHECK_EQ(writer.report.compared, LENGTH);
        CHECK_EQ(writer.report.erased, 0);
        CHECK_EQ(writer.report.written, LENGTH);
        CHECK_EQ(writer.report.verified, LENGTH);
        CHECK_EQ(writer.report.retries, 0);
        CHECK_EQ(writer.report.skipped, 0);
        CHECK_EQ(writer.report.sectors, (LENGTH + 4095) / 4096);
        CHECK_EQ(writer.report.sectors_written, writer.report.sectors);
        CHECK_EQ(writer.report.crc32, crc32_update(0, data, LENGTH));

        vflash_counters(board, &before);
        CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, part, buffer, buffer_bytes, 0));
        vflash_counters(board, &after);
        CHECK_EQ(after.operations, before.operations);
        CHECK_EQ(writer.report.skipped, LENGTH);
        CHECK_EQ(writer.report.written + writer.report.erased + writer.report.verified, 0);
        CHECK_EQ(writer.report.crc32, crc32_update(0, data, LENGTH));

        // One byte that needs an erase: one sector, and its pages.
        data[70000] = ~data[70000];
        data[70000] |= 1 << 3;
        flash[place + 70000] &= ~(1 << 3);
        CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, part, buffer, buffer_bytes, 0));
        CHECK(memcmp(flash + place, data, LENGTH) == 0);
        CHECK_EQ(writer.report.erased, 4096);
        CHECK_EQ(writer.report.erases[0], 1);
        CHECK_EQ(writer.report.sectors_erased, 1);
        CHECK_EQ(writer.report.sectors_written, 1);
        CHECK_EQ(writer.report.written, 4096);
        CHECK_EQ(writer.report.verified, 4096);

        // Bits that only fall: one page, no erase.
        data[9000] = 0;
        data[9001] = 0;
        CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, part, buffer, buffer_bytes, 0));
        CHECK(memcmp(flash + place, data, LENGTH) == 0);
        CHECK_EQ(writer.report.erased, 0);
        CHECK_EQ(writer.report.written, 256);

        // In the last sector, which the data covers in part: the rest stays.
        data[LENGTH - 1] = 0xff;
        flash[place + LENGTH - 1] = 0;
        CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, part, buffer, buffer_bytes, 0));
        CHECK(memcmp(flash + place, data, LENGTH) == 0);
        CHECK_EQ(flash[place + LENGTH], 0x5a);
        CHECK_EQ(writer.report.erased, 4096);

        // All different.
        fill(data, LENGTH, run + 100);
        CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, part, buffer, buffer_bytes, 0));
        CHECK(memcmp(flash + place, data, LENGTH) == 0);
        CHECK_EQ(flash[place + LENGTH], 0x5a);
        CHECK(writer.report.erased >= LENGTH && writer.report.erased <= LENGTH + 8192);
        if (buffer_bytes >= 65536) {
            CHECK(writer.report.erases[2] >= 2);
        } else if (buffer_bytes >= 32768) {
            CHECK(writer.report.erases[1] >= 4);
        } else {
            CHECK_EQ(writer.report.erases[1] + writer.report.erases[2], 0);
        }
        vflash_counters(board, &after);
        CHECK_EQ(after.refused, 0);
        vflash_free(board);
    }
    free(buffer);
    free(data);
}

// The planner against all that could be done, in the time that the model counts.
static void test_plan(void) {
    uint8_t *data = malloc(65536);
    uint8_t *buffer = malloc(65536);
    vflash_t *board = vflash_new("W25Q32", NULL);
    size_t flash_bytes;
    uint8_t *flash = vflash_memory(board, &flash_bytes);
    nor_t nor;
    nor_write_t writer;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
    uint32_t page_us = nor.program.typical_us + 100;
    for (unsigned mask = 1; mask < 65536; mask = mask * 3 + 1) {
        fill(data, 65536, 9);
        memcpy(flash, data, 65536);
        unsigned sectors = 0;
        for (unsigned i = 0; i < 16; i++) {
            if (mask >> i & 1) {
                flash[4096 * i + 77] = 0;
                data[4096 * i + 77] = 1;
                sectors++;
            }
        }
        CHECK_OK(write_all(&writer, &nor, 0, data, 65536, 65536, buffer, 65536, 0));
        CHECK(memcmp(flash, data, 65536) == 0);
        uint64_t done_us = writer.report.written / 256 * page_us;
        for (unsigned type = 0; type < nor.erases; type++) {
            done_us += (uint64_t)writer.report.erases[type] * nor.erase[type].time.typical_us;
        }
        // Each half by itself, or the block at once.
        uint64_t best = nor.erase[2].time.typical_us + 256 * page_us;
        uint64_t halves = 0;
        for (unsigned half = 0; half < 2; half++) {
            unsigned count = __builtin_popcount(mask >> 8 * half & 0xff);
            uint64_t alone = count * (nor.erase[0].time.typical_us + 16 * page_us);
            uint64_t whole = nor.erase[1].time.typical_us + 128 * page_us;
            halves += alone <= whole ? alone : whole;
        }
        best = halves <= best ? halves : best;
        CHECK_EQ(done_us, best);
    }
    vflash_free(board);
    free(buffer);
    free(data);
}

static void test_compare_only(void) {
    uint8_t *data = malloc(LENGTH);
    uint8_t *buffer = malloc(65536);
    vflash_t *board = vflash_new("W25Q32", "flash-locked");
    size_t flash_bytes;
    uint8_t *flash = vflash_memory(board, &flash_bytes);
    nor_t nor;
    nor_write_t writer;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
    fill(data, LENGTH, 4);
    memcpy(flash, data, LENGTH);
    flash[5000] ^= 1;
    flash[100000] ^= 1;
    CHECK_OK(write_all(&writer, &nor, 0, data, LENGTH, 1000, buffer, 65536, NOR_WRITE_COMPARE_ONLY));
    CHECK_EQ(writer.report.sectors_written, 2);
    CHECK_EQ(writer.report.written + writer.report.erased, 0);
    CHECK_EQ(writer.report.crc32, crc32_update(0, data, LENGTH));
    vflash_free(board);
    free(buffer);
    free(data);
}

static void test_arguments(void) {
    uint8_t buffer[4096];
    uint8_t byte = 0;
    vflash_t *board = vflash_new("W25Q32", NULL);
    nor_t nor;
    nor_write_t writer;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
    CHECK_EQ(nor_write_open(&writer, &nor, 100, 0, buffer, 4096, 0), LX_EINVAL);
    CHECK_EQ(nor_write_open(&writer, &nor, 4 << 20, 0, buffer, 4096, 0), LX_EOVERFLOW);
    CHECK_EQ(nor_write_open(&writer, &nor, 0x1000, 4 << 20, buffer, 4096, 0), LX_EOVERFLOW);
    CHECK_EQ(nor_write_open(&writer, &nor, 0, 0, buffer, 4095, 0), LX_EOVERFLOW);
    CHECK_EQ(nor_write(&writer, &byte, 1), LX_EBUSY);
    CHECK_EQ(nor_write_finish(&writer), LX_EBUSY);
    CHECK_OK(nor_write_open(&writer, &nor, (4 << 20) - 4096, 0, buffer, 4096, 0));
    uint8_t data[4097] = { 0 };
    CHECK_EQ(nor_write(&writer, data, 4097), LX_EOVERFLOW);
    CHECK_EQ(nor_write(&writer, data, 1), LX_EBUSY);
    CHECK_OK(nor_write_open(&writer, &nor, 0, 0, buffer, 4096, 0));
    CHECK_OK(nor_write_finish(&writer));
    // Half of the chip is protected, and the length is not told.
    CHECK_OK(nor_protect(&nor, 2 << 20, 2 << 20));
    CHECK_EQ(nor_write_open(&writer, &nor, (2 << 20) - 4096, 4097, buffer, 4096, 0), LX_EPROTECTED);
    CHECK_OK(nor_write_open(&writer, &nor, (2 << 20) - 4096, 0, buffer, 4096, 0));
    CHECK_OK(nor_write(&writer, data, 4096));
    CHECK_OK(nor_write(&writer, data, 1));
    CHECK_EQ(nor_write_finish(&writer), LX_EPROTECTED);
    vflash_free(board);
}

typedef struct {
    const char *chip;
    const char *fault;
    int verdict;
    uint32_t address;
} fault_case_t;

static void test_faults(void) {
    static const fault_case_t cases[] = {
        { "W25Q32", "flash-no-erase", LX_EFLASHERASE, 0 },
        { "W25Q32", "flash-no-program", LX_EFLASHPROGRAM, 0 },
        { "W25Q32", "flash-stuck-bit=0x1234", LX_EFLASHPROGRAM, 0x1234 },
        { "W25Q32", "flash-stuck-zero=0x2345", LX_EFLASHERASE, 0x2345 },
        { "W25Q32", "flash-no-write-enable", LX_EPROTECTED, 0 },
        { "W25Q32", "flash-protected", LX_EPROTECTED, 0 },
        { "W25Q32", "flash-locked", LX_EPROTECTED, 0 },
        { "W25Q32", "flash-stuck-busy=3", LX_EFLASHBUSY, 0 },
        { "W25Q32", "flash-power-loss=5", LX_EFLASHLOST, 0 },
        { "S25FL128", "flash-no-program", LX_EFLASHPROGRAM, 0 },
        { "M25P16", "flash-no-erase", LX_EFLASHERASE, 0 },
        { "N25Q128", "flash-protected", LX_EPROTECTED, 0 },
    };
    uint8_t *data = malloc(65536);
    uint8_t *buffer = malloc(65536);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vflash_t *board = vflash_new(cases[i].chip, cases[i].fault);
        size_t flash_bytes;
        uint8_t *flash = vflash_memory(board, &flash_bytes);
        nor_t nor;
        nor_write_t writer;
        fill(flash, 65536, 1);
        fill(data, 65536, 2);
        data[0x1234] = 0xfe;
        data[0x2345] = 0xff;
        flash[0x2345] = 0;
        uint8_t before = flash[0];
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        int status = write_all(&writer, &nor, 0, data, 65536, 4096, buffer, 65536, 0);
        if (status != cases[i].verdict) {
            fprintf(stderr, "%s: %s at %x: ", cases[i].fault, status_text(status), writer.report.bad_address);
        }
        CHECK_EQ(status, cases[i].verdict);
        if (cases[i].address) {
            CHECK_EQ(writer.report.bad_address, cases[i].address);
            CHECK(writer.report.retries > 0);
        }
        if (status == LX_EPROTECTED) {
            CHECK_EQ(flash[0], before);
            CHECK_EQ(writer.report.erased, 0);
        }
        vflash_free(board);
    }
    free(buffer);
    free(data);
}

static void test_chips(void) {
    static const char *const chips[] = {
        "W25Q256", "MX25L256", "S25FL128", "N25Q128", "N25Q256", "M25P16", "IS25LP128", "IS25LP256", "GD25Q32",
    };
    uint8_t *data = malloc(LENGTH);
    uint8_t *buffer = malloc(65536);
    for (unsigned i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        vflash_t *board = vflash_new(chips[i], NULL);
        size_t flash_bytes;
        uint8_t *flash = vflash_memory(board, &flash_bytes);
        nor_t nor;
        nor_write_t writer;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        uint32_t place = flash_bytes - 0x40000;
        for (unsigned turn = 0; turn < 3; turn++) {
            fill(data, LENGTH, turn + 1);
            CHECK_OK(write_all(&writer, &nor, place, data, LENGTH, 5000, buffer, 65536, 0));
            CHECK(memcmp(flash + place, data, LENGTH) == 0);
            CHECK_EQ(flash[place - 1], 0xff);
        }
        vflash_free(board);
    }
    free(buffer);
    free(data);
}

// Power goes in each operation of a write, then it is run again.
static void test_power_loss(void) {
    enum { SMALL = 20000 };
    uint8_t *data = malloc(SMALL);
    uint8_t *buffer = malloc(65536);
    unsigned lost = 0;
    for (unsigned operation = 0;; operation++) {
        vflash_t *board = vflash_new("W25Q32", NULL);
        size_t flash_bytes;
        uint8_t *flash = vflash_memory(board, &flash_bytes);
        char fault[40];
        fill(flash, SMALL, 1);
        fill(data, SMALL, 2);
        snprintf(fault, sizeof(fault), "flash-power-loss=%u", operation);
        vflash_set_fault(board, fault);
        nor_t nor;
        nor_write_t writer;
        size_t buffer_bytes = operation & 1 ? 65536 : 4096;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        int status = write_all(&writer, &nor, 0, data, SMALL, 3000, buffer, buffer_bytes, 0);
        bool struck = vflash_power_lost(board);
        CHECK_EQ(status, struck ? LX_EFLASHLOST : LX_OK);
        lost += struck;
        vflash_set_fault(board, NULL);
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        CHECK_OK(write_all(&writer, &nor, 0, data, SMALL, 3000, buffer, buffer_bytes, 0));
        CHECK(memcmp(flash, data, SMALL) == 0);
        CHECK_EQ(flash[SMALL], 0xff);
        vflash_free(board);
        if (!struck) {
            break;
        }
    }
    CHECK(lost > 78);
    free(buffer);
    free(data);
}

const test_t tests_write[] = {
    TEST(test_sequence), TEST(test_plan), TEST(test_compare_only), TEST(test_arguments), TEST(test_faults),
    TEST(test_chips),
    TEST(test_power_loss), { NULL, NULL },
};
