// SPDX-License-Identifier: MIT
//
// nor_protect.c: every setting of the block-protect bits decodes as the model protects; changes touch only
// what they may.

#include "flash/nor_protect.h"
#include "flash/nor_write.h"
#include "tests/runner.h"
#include "vflash.h"

static const char *const chips[] = {
    "W25Q128", "W25Q64FV", "W25Q32", "W25Q256", "GD25Q32", "IS25LP128", "IS25LP256", "MX25L128", "S25FL128",
    "GD25Q128E", "GD25Q256E", "N25Q128", "N25Q256", "M25P16",
};

#define CHIPS (sizeof(chips) / sizeof(chips[0]))

static void open_chip(const char *chip, const char *fault, vflash_t **board, nor_t *nor) {
    *board = vflash_new(chip, fault);
    CHECK_OK(nor_open(nor, (flash_bus_t) { &vflash_ops, *board }));
}

static void test_decode(void) {
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *board;
        nor_t nor;
        open_chip(chips[i], NULL, &board, &nor);
        uint8_t *sr = vflash_status(board);
        for (unsigned bits = 0; bits < 64; bits++) {
            for (unsigned second = 0; second < 2; second++) {
                sr[0] = bits << 2;
                // The bit of the second register that turns the range round.
                uint8_t turn = nor.layout == NOR_LAYOUT_ISSI ? 1 << 1 : nor.layout == NOR_LAYOUT_MACRONIX ? 1 << 3
                    : nor.layout == NOR_LAYOUT_SPANSION ? 1 << 5 : 1 << 6;
                sr[1] = second ? turn : 0;
                uint32_t first;
                uint32_t end;
                vflash_protected(board, &first, &end);
                nor_status_t status;
                CHECK_OK(nor_status(&nor, &status));
                CHECK(status.known);
                if (status.length != end - first || (status.length && status.start != first)) {
                    fprintf(stderr, "%s SR %02x %02x: 0x%x+0x%x, model 0x%x-0x%x: ", chips[i], sr[0], sr[1],
                        status.start, status.length, first, end);
                }
                CHECK_EQ(status.length, end - first);
                CHECK(status.length == 0 || status.start == first);
                CHECK_EQ(nor_check_range(&nor, 0, 1), first == 0 && end > 0 ? LX_EPROTECTED : LX_OK);
                CHECK_EQ(nor_check_range(&nor, nor.size_bytes - 1, 1),
                    end == nor.size_bytes && end > first ? LX_EPROTECTED : LX_OK);
                CHECK_OK(nor_check_range(&nor, 0, 0));
            }
        }
        vflash_free(board);
    }
}

static void test_protect(void) {
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *board;
        nor_t nor;
        open_chip(chips[i], NULL, &board, &nor);
        uint8_t before[3];
        memcpy(before, vflash_status(board), 3);
        uint32_t size = nor.size_bytes;
        // Everything, a half, nothing.
        static const unsigned shares[] = { 1, 2, 0 };
        for (unsigned share = 0; share < 3; share++) {
            uint32_t length = shares[share] ? size / shares[share] : 0;
            int status = nor_protect(&nor, size - length, length);
            CHECK_OK(status);
            uint32_t first;
            uint32_t end;
            vflash_protected(board, &first, &end);
            CHECK_EQ(end - first, length);
            CHECK(length == 0 || first == size - length);
            uint8_t byte = 0;
            size_t flash_bytes;
            vflash_memory(board, &flash_bytes)[0x100] = 0xff;
            CHECK(nor_program(&nor, 0x100, &byte, 1) != LX_EINVAL);
            CHECK_EQ(vflash_memory(board, &flash_bytes)[0x100], length == size ? 0xff : 0);
        }
        CHECK_EQ(nor_protect(&nor, 0x1234, 0x777), LX_EINVAL);
        CHECK(memcmp(vflash_status(board) + 1, before + 1, 2) == 0);
        CHECK_EQ(vflash_status(board)[0] & 0xfc, before[0] & 0xfc);
        vflash_counters_t counters;
        vflash_counters(board, &counters);
        CHECK_EQ(counters.otp_writes, 0);
        vflash_free(board);
    }
}

static void test_winbond_ranges(void) {
    vflash_t *board;
    nor_t nor;
    open_chip("W25Q128", NULL, &board, &nor);
    // LB1 was set before.
    const uint8_t enable = 0x06;
    const uint8_t write[] = { 0x01, 0x00, 0x0a };
    vflash_xfer(board, &enable, NULL, 1, true);
    vflash_xfer(board, write, NULL, 3, true);
    vflash_delay(board, 20000);
    static const uint32_t ranges[][2] = {
        { 0, 0x1000 }, { 0xfff000, 0x1000 }, { 0, 0x8000 }, { 0, 0x40000 }, { 0xfc0000, 0x40000 }, { 0, 0x800000 },
        { 0, 0xfc0000 }, { 0x40000, 0xfc0000 }, { 0, 0xfff000 }, { 0x1000, 0xfff000 },
    };
    for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        CHECK_OK(nor_protect(&nor, ranges[i][0], ranges[i][1]));
        uint32_t first;
        uint32_t end;
        vflash_protected(board, &first, &end);
        CHECK_EQ(first, ranges[i][0]);
        CHECK_EQ(end - first, ranges[i][1]);
        CHECK_EQ(vflash_status(board)[1] & 0x3a, 0x0a);
    }
    // WPS: blocks have locks of their own.
    nor_status_t status;
    vflash_status(board)[2] |= 0x04;
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.individual && status.length == 0);
    vflash_counters_t counters;
    vflash_counters(board, &counters);
    CHECK_EQ(counters.otp_writes, 1);
    vflash_free(board);
}

// Blocks with locks of their own: a write says so, the range of the registers is not promised, and all are
// lifted at once.
static void test_individual(void) {
    vflash_t *board;
    nor_t nor;
    nor_write_t writer;
    nor_status_t status;
    size_t flash_bytes;
    static uint8_t buffer[4096];
    const uint8_t data[] = { 0x12, 0x34 };
    open_chip("W25Q128", "flash-block-locks", &board, &nor);
    uint8_t *flash = vflash_memory(board, &flash_bytes);
    for (unsigned old = 0; old < 2; old++) {
        // What could be programmed as it is, and what wants an erase.
        flash[0] = old ? 0 : 0xff;
        CHECK_OK(nor_write_open(&writer, &nor, 0, sizeof(data), buffer, sizeof(buffer), 0));
        CHECK_OK(nor_write(&writer, data, sizeof(data)));
        CHECK_EQ(nor_write_finish(&writer), LX_EPROTECTED);
        CHECK_EQ(flash[0], old ? 0 : 0xff);
    }
    CHECK_EQ(nor_protect(&nor, 0x800000, 0x800000), LX_ENOTSUP);
    CHECK_OK(nor_protect(&nor, 0, 0));
    CHECK_OK(nor_write_open(&writer, &nor, 0, sizeof(data), buffer, sizeof(buffer), 0));
    CHECK_OK(nor_write(&writer, data, sizeof(data)));
    CHECK_OK(nor_write_finish(&writer));
    CHECK(memcmp(flash, data, sizeof(data)) == 0);
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.individual);
    vflash_counters_t counters;
    vflash_counters(board, &counters);
    CHECK_EQ(counters.status_writes, 0);
    vflash_free(board);
}

// Of the same layout, without the register where that would stand.
static void test_two_registers(void) {
    vflash_t *board;
    nor_t nor;
    nor_status_t status;
    open_chip("W25Q64FV", "flash-protected", &board, &nor);
    CHECK_OK(nor_status(&nor, &status));
    CHECK_EQ(status.registers, 2);
    CHECK_EQ(status.sr[2], 0);
    CHECK(!status.individual);
    CHECK_EQ(status.length, nor.size_bytes);
    CHECK_EQ(nor_check_range(&nor, 0, 1), LX_EPROTECTED);
    CHECK_OK(nor_protect(&nor, 0, 0));
    CHECK_OK(nor_check_range(&nor, 0, nor.size_bytes));
    vflash_free(board);
}

// Where the smaller ones have CMP, a lock bit is: what only CMP could do is refused, and the bit stays.
static void test_gigadevice(void) {
    vflash_t *board;
    nor_t nor;
    nor_status_t status;
    open_chip("GD25Q256E", NULL, &board, &nor);
    CHECK_EQ(nor_protect(&nor, 0, nor.size_bytes - 0x10000), LX_EINVAL);
    CHECK_OK(nor_status(&nor, &status));
    CHECK_EQ(status.length, 0);
    CHECK(!status.locked);
    CHECK_EQ(vflash_status(board)[1] & 0x40, 0);
    CHECK_OK(nor_set_quad(&nor, true));
    CHECK_OK(nor_protect(&nor, 0, 0x10000));
    CHECK_OK(nor_status(&nor, &status));
    CHECK(!status.locked && status.quad == NOR_QUAD_ON && status.start == 0 && status.length == 0x10000);
    vflash_free(board);
    // Both registers change, each by a command of its own, after one for both that was ignored.
    open_chip("GD25Q128E", NULL, &board, &nor);
    CHECK_OK(nor_protect(&nor, 0x1000, nor.size_bytes - 0x1000));
    uint32_t first;
    uint32_t end;
    vflash_protected(board, &first, &end);
    CHECK_EQ(first, 0x1000);
    CHECK_EQ(end, nor.size_bytes);
    CHECK_EQ(vflash_status(board)[1], 0x40);
    vflash_counters_t counters;
    vflash_counters(board, &counters);
    CHECK_EQ(counters.status_writes, 2);
    vflash_free(board);
}

static void test_quad(void) {
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *board;
        nor_t nor;
        nor_status_t status;
        open_chip(chips[i], NULL, &board, &nor);
        CHECK_OK(nor_protect(&nor, nor.size_bytes / 2, nor.size_bytes / 2));
        for (unsigned turn = 0; turn < 4; turn++) {
            int result = nor_set_quad(&nor, turn & 1);
            CHECK_OK(nor_status(&nor, &status));
            if (result == LX_ENOTSUP) {
                CHECK(status.quad == NOR_QUAD_UNKNOWN || status.quad == NOR_QUAD_NONE);
                CHECK(strncmp(chips[i], "N25Q", 4) == 0 || strcmp(chips[i], "M25P16") == 0);
                break;
            }
            CHECK_OK(result);
            CHECK_EQ(status.quad, turn & 1 ? NOR_QUAD_ON : NOR_QUAD_OFF);
            CHECK_EQ(status.length, nor.size_bytes / 2);
        }
        vflash_counters_t counters;
        vflash_counters(board, &counters);
        CHECK_EQ(counters.otp_writes, 0);
        vflash_free(board);
    }
}

static void test_locked(void) {
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *board;
        nor_t nor;
        nor_status_t status;
        open_chip(chips[i], "flash-protected", &board, &nor);
        CHECK_EQ(nor_check_range(&nor, 0, 1), LX_EPROTECTED);
        CHECK_OK(nor_protect(&nor, 0, 0));
        CHECK_OK(nor_check_range(&nor, 0, 1));
        vflash_free(board);
        open_chip(chips[i], "flash-locked", &board, &nor);
        CHECK_OK(nor_status(&nor, &status));
        CHECK(status.locked);
        CHECK_EQ(nor_protect(&nor, 0, 0), LX_EPROTECTED);
        vflash_free(board);
    }
}

// Chips in no table: what their SFDP tells is shown, and nothing is tried that could cost the chip.
static void test_unknown(void) {
    static const struct {
        const char *chip;
        unsigned registers;
        nor_quad_t quad;
    } cases[] = {
        { "W25Q128", 2, NOR_QUAD_ON },
        { "S25FL128", 2, NOR_QUAD_OFF },
        { "IS25LP128", 1, NOR_QUAD_OFF },
        { "MX25L128", 1, NOR_QUAD_OFF },
        { "N25Q128", 1, NOR_QUAD_NONE },
        { "M25P16", 1, NOR_QUAD_UNKNOWN },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vflash_t *board;
        nor_t nor;
        nor_status_t status;
        open_chip(cases[i].chip, NULL, &board, &nor);
        nor.layout = NOR_LAYOUT_UNKNOWN;
        CHECK_OK(nor_status(&nor, &status));
        CHECK(!status.known);
        CHECK_EQ(status.registers, cases[i].registers);
        CHECK_EQ(status.quad, cases[i].quad);
        CHECK_EQ(nor_protect(&nor, 0, 0), LX_ENOTSUP);
        CHECK_EQ(nor_set_quad(&nor, true), LX_ENOTSUP);
        CHECK_OK(nor_check_range(&nor, 0, 100));
        CHECK_OK(nor_check_alive(&nor));
        vflash_free(board);
    }
}

// An SST26 powers up with every block locked: a write says so before it changes anything, one command lifts
// all, and ranges of whole blocks are locked exactly.
static void test_power_up_locks(void) {
    vflash_t *board;
    nor_t nor;
    nor_write_t writer;
    nor_status_t status;
    size_t size;
    static uint8_t buffer[4096];
    open_chip("SST26VF064B", NULL, &board, &nor);
    uint8_t *flash = vflash_memory(board, &size);
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.known && status.at_power_up && !status.individual && !status.locked);
    CHECK_EQ(status.start, 0);
    CHECK_EQ(status.length, size);
    CHECK_EQ(nor_write_open(&writer, &nor, 0x1000, 100, buffer, sizeof(buffer), 0), LX_EPROTECTED);
    CHECK_OK(nor_protect(&nor, 0, 0));
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.length == 0 && !status.at_power_up);
    static const uint32_t ranges[][2] = {
        { 0, 0x2000 }, { 0x2000, 0x6000 }, { 0x8000, 0x8000 }, { 0x10000, 0x10000 }, { 0, 0x800000 }, { 0x7e0000, 0x10000 },
        { 0x7f0000, 0x8000 }, { 0x7f8000, 0x2000 }, { 0x7fe000, 0x2000 }, { 0x6000, 0x400000 - 0x6000 + 0x3a0000 },
    };
    for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint32_t start = ranges[i][0];
        uint32_t end = start + ranges[i][1];
        uint32_t model_start;
        uint32_t model_end;
        CHECK_OK(nor_protect(&nor, start, end - start));
        CHECK_OK(nor_status(&nor, &status));
        CHECK_EQ(status.start, start);
        CHECK_EQ(status.length, end - start);
        vflash_protected(board, &model_start, &model_end);
        CHECK_EQ(model_start, start);
        CHECK_EQ(model_end, end);
        CHECK_EQ(nor_check_range(&nor, start, 1), LX_EPROTECTED);
        CHECK_EQ(nor_check_range(&nor, end - 1, 1), LX_EPROTECTED);
        CHECK(start == 0 || nor_check_range(&nor, start - 1, 1) == LX_OK);
        CHECK(end == size || nor_check_range(&nor, end, 1) == LX_OK);
        memset(flash, 0xff, size);
        uint8_t zero = 0;
        CHECK_OK(nor_program(&nor, start, &zero, 1));
        CHECK_EQ(flash[start], 0xff);
    }
    CHECK_EQ(nor_protect(&nor, 0x1000, 0x1000), LX_EINVAL);
    CHECK_EQ(nor_protect(&nor, 0x10000, 0x8000), LX_EINVAL);
    CHECK_OK(nor_protect(&nor, 0, 0));
    CHECK_OK(nor_check_range(&nor, 0, size));
    CHECK_OK(nor_set_quad(&nor, true));
    CHECK_OK(nor_status(&nor, &status));
    CHECK_EQ(status.quad, NOR_QUAD_ON);
    vflash_free(board);
    // Locked down: nothing lifts it.
    open_chip("SST26VF064B", "flash-locked", &board, &nor);
    CHECK_EQ(nor_protect(&nor, 0, 0), LX_EPROTECTED);
    vflash_free(board);
    // An AT25DF: the same by its status register. Single sectors can be locked, which the chip only tells by sector.
    open_chip("AT25DF321A", NULL, &board, &nor);
    flash = vflash_memory(board, &size);
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.known && status.at_power_up && !status.individual && !status.locked);
    CHECK_EQ(status.length, size);
    CHECK_EQ(nor_write_open(&writer, &nor, 0x1000, 100, buffer, sizeof(buffer), 0), LX_EPROTECTED);
    CHECK_OK(nor_protect(&nor, 0, 0));
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.length == 0 && !status.at_power_up && !status.individual);
    static const uint8_t lock_sector[] = { 0x36, 0x02, 0x34, 0x56 };
    static const uint8_t lock_down[] = { 0x01, 0x80 };
    static const uint8_t enable = 0x06;
    vflash_xfer(board, &enable, NULL, 1, true);
    vflash_xfer(board, lock_sector, NULL, sizeof(lock_sector), true);
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.individual && status.length == 0);
    CHECK_OK(nor_check_range(&nor, 0, 0x20000));
    CHECK_EQ(nor_check_range(&nor, 0x1ffff, 2), LX_EPROTECTED);
    CHECK_EQ(nor_check_range(&nor, 0x2ffff, 1), LX_EPROTECTED);
    CHECK_OK(nor_check_range(&nor, 0x30000, size - 0x30000));
    CHECK_EQ(nor_protect(&nor, 0, 0x10000), LX_EINVAL);
    CHECK_OK(nor_protect(&nor, 0, size));
    uint8_t zero = 0;
    CHECK_OK(nor_program(&nor, 0x1000, &zero, 1));
    CHECK_EQ(flash[0x1000], 0xff);
    // With the lock bit set it takes two writes.
    vflash_xfer(board, &enable, NULL, 1, true);
    vflash_xfer(board, lock_down, NULL, sizeof(lock_down), true);
    vflash_delay(board, 1000);
    CHECK_OK(nor_status(&nor, &status));
    CHECK(status.locked);
    CHECK_OK(nor_protect(&nor, 0, 0));
    CHECK_OK(nor_program(&nor, 0x1000, &zero, 1));
    CHECK_EQ(flash[0x1000], 0);
    CHECK_EQ(nor_unique_id(&nor, buffer), LX_ENOTSUP);
    vflash_free(board);
    open_chip("AT25DF321A", "flash-locked", &board, &nor);
    CHECK_EQ(nor_protect(&nor, 0, 0), LX_EPROTECTED);
    vflash_free(board);
    // A chip that is not known to have them gets the command, and one without them ignores it.
    open_chip("SST26VF064B", NULL, &board, &nor);
    nor.layout = NOR_LAYOUT_UNKNOWN;
    CHECK_OK(nor_unlock_all(&nor));
    nor.layout = NOR_LAYOUT_SST26;
    CHECK_OK(nor_check_range(&nor, 0, size));
    vflash_free(board);
    open_chip("M25P16", "flash-protected", &board, &nor);
    CHECK_OK(nor_unlock_all(&nor));
    CHECK_EQ(nor_check_range(&nor, 0, 1), LX_EPROTECTED);
    vflash_free(board);
}

const test_t tests_protect[] = {
    TEST(test_decode), TEST(test_protect), TEST(test_winbond_ranges), TEST(test_quad), TEST(test_locked),
    TEST(test_unknown), TEST(test_individual), TEST(test_gigadevice),
    TEST(test_two_registers), TEST(test_power_up_locks), { NULL, NULL },
};
