// SPDX-License-Identifier: MIT
//
// nor.c against the flash model: every chip of its table, faults, and what chips without a place in any table
// get.

#include "flash/nor.h"
#include "tests/runner.h"
#include "vflash.h"

typedef struct {
    const char *chip;
    uint32_t size;
    unsigned erases;
    uint32_t smallest;
    unsigned address_bytes;
    bool sfdp;
    nor_layout_t layout;
} chip_case_t;

static const chip_case_t chips[] = {
    { "W25Q128", 16 << 20, 3, 4096, 3, true, NOR_LAYOUT_WINBOND },
    { "W25Q64", 8 << 20, 3, 4096, 3, true, NOR_LAYOUT_WINBOND },
    { "W25Q64FV", 8 << 20, 3, 4096, 3, true, NOR_LAYOUT_WINBOND },
    { "W25Q32", 4 << 20, 3, 4096, 3, true, NOR_LAYOUT_WINBOND },
    { "W25Q256", 32 << 20, 2, 4096, 4, true, NOR_LAYOUT_WINBOND_LARGE },
    { "GD25Q32", 4 << 20, 3, 4096, 3, true, NOR_LAYOUT_WINBOND },
    { "GD25Q128E", 16 << 20, 3, 4096, 3, true, NOR_LAYOUT_WINBOND },
    { "GD25Q256E", 32 << 20, 2, 4096, 4, true, NOR_LAYOUT_GIGADEVICE_LARGE },
    { "IS25LP128", 16 << 20, 3, 4096, 3, true, NOR_LAYOUT_ISSI },
    { "IS25LP256", 32 << 20, 2, 4096, 4, true, NOR_LAYOUT_ISSI },
    { "MX25L128", 16 << 20, 3, 4096, 3, true, NOR_LAYOUT_MACRONIX },
    { "MX25L256", 32 << 20, 2, 4096, 4, true, NOR_LAYOUT_MACRONIX },
    { "S25FL128", 16 << 20, 1, 65536, 3, true, NOR_LAYOUT_SPANSION },
    { "N25Q128", 16 << 20, 2, 4096, 3, true, NOR_LAYOUT_MICRON },
    { "N25Q256", 32 << 20, 2, 4096, 4, true, NOR_LAYOUT_MICRON },
    { "M25P16", 2 << 20, 1, 65536, 3, false, NOR_LAYOUT_SIMPLE },
};

// Whether an FPGA finds it as after power-up: it reads with 3-byte addresses.
static bool boots(vflash_t *board) {
    const uint8_t read[] = { 0x03, 0x01, 0x00, 0x00 };
    uint8_t seen[2] = { 0 };
    size_t bytes;
    uint8_t *flash = vflash_memory(board, &bytes);
    flash[0x10000] = 0x5a;
    flash[0x10001] = 0xa5;
    CHECK_OK(vflash_xfer(board, read, NULL, 4, false));
    CHECK_OK(vflash_xfer(board, NULL, seen, 2, true));
    return seen[0] == 0x5a && seen[1] == 0xa5;
}

static void test_chips(void) {
    for (unsigned i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        vflash_t *board = vflash_new(chips[i].chip, NULL);
        size_t bytes;
        uint8_t *flash = vflash_memory(board, &bytes);
        nor_t nor;
        int status = nor_open(&nor, (flash_bus_t) { &vflash_ops, board });
        if (status || nor.erases < chips[i].erases || nor.layout != chips[i].layout) {
            fprintf(stderr, "%s %u erases: ", chips[i].chip, nor.erases);
        }
        CHECK_OK(status);
        CHECK_EQ(nor.size_bytes, chips[i].size);
        CHECK(nor.erases >= chips[i].erases);
        CHECK_EQ(nor.erase[0].bytes, chips[i].smallest);
        CHECK_EQ(nor.address_bytes, chips[i].address_bytes);
        CHECK_EQ(nor.has_sfdp, chips[i].sfdp);
        CHECK_EQ(nor.layout, chips[i].layout);
        CHECK(strcmp(nor.name, "unknown") != 0);
        // Program, read and erase at both ends.
        for (unsigned end = 0; end < 2; end++) {
            uint32_t at = end ? chips[i].size - chips[i].smallest : 0;
            uint8_t page[256];
            uint8_t back[300];
            for (unsigned byte = 0; byte < 256; byte++) {
                page[byte] = byte ^ end;
            }
            CHECK_OK(nor_program(&nor, at, page, 256));
            CHECK_OK(nor_program(&nor, at + 256, page, 10));
            CHECK(memcmp(flash + at, page, 256) == 0);
            CHECK_OK(nor_read(&nor, at, back, 300));
            CHECK(memcmp(back, page, 256) == 0 && memcmp(back + 256, page, 10) == 0);
            CHECK_EQ(back[266], 0xff);
            for (unsigned type = 0; type < nor.erases; type++) {
                uint32_t block = at & ~(nor.erase[type].bytes - 1);
                CHECK_OK(nor_program(&nor, at, page, 1 + end));
                CHECK_OK(nor_erase(&nor, type, block));
                for (uint32_t byte = block; byte < block + nor.erase[type].bytes; byte++) {
                    CHECK_EQ(flash[byte], 0xff);
                }
            }
        }
        CHECK_OK(nor_close(&nor));
        vflash_counters_t counters;
        vflash_counters(board, &counters);
        CHECK_EQ(counters.otp_writes, 0);
        CHECK_EQ(counters.status_writes, 0);
        CHECK_EQ(counters.refused, 0);
        CHECK(boots(board));
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        CHECK_OK(nor_close(&nor));
        vflash_free(board);
    }
}

static void test_arguments(void) {
    vflash_t *board = vflash_new("W25Q32", NULL);
    nor_t nor;
    uint8_t data[300] = { 0 };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
    CHECK_EQ(nor_read(&nor, 4 << 20, data, 1), LX_EOVERFLOW);
    CHECK_EQ(nor_read(&nor, (4 << 20) - 1, data, 2), LX_EOVERFLOW);
    CHECK_EQ(nor_read(&nor, 0xffffffff, data, 2), LX_EOVERFLOW);
    CHECK_OK(nor_read(&nor, 4 << 20, data, 0));
    CHECK_EQ(nor_program(&nor, 0, data, 257), LX_EINVAL);
    CHECK_EQ(nor_program(&nor, 1, data, 256), LX_EINVAL);
    CHECK_EQ(nor_program(&nor, 0, data, 0), LX_EINVAL);
    CHECK_EQ(nor_program(&nor, 4 << 20, data, 1), LX_EINVAL);
    CHECK_EQ(nor_erase(&nor, 9, 0), LX_EINVAL);
    CHECK_EQ(nor_erase(&nor, 2, 0x8000), LX_EINVAL);
    CHECK_EQ(nor_erase(&nor, 0, 4 << 20), LX_EINVAL);
    vflash_free(board);
}

typedef struct {
    const char *fault;
    int open;
    int erase;
    int program;
} fault_case_t;

static void test_faults(void) {
    static const fault_case_t cases[] = {
        { "flash-absent", LX_ENOFLASH, 0, 0 },
        { "flash-wrong-id", LX_EFLASHTYPE, 0, 0 },
        { "flash-stuck-busy=0", LX_OK, LX_EFLASHBUSY, LX_EPROTECTED },
        { "flash-stuck-busy=1", LX_OK, LX_OK, LX_EFLASHBUSY },
        { "flash-no-write-enable", LX_OK, LX_EPROTECTED, LX_EPROTECTED },
        { "flash-no-erase", LX_OK, LX_OK, LX_OK },
        { "flash-power-loss=0", LX_OK, LX_EFLASHLOST, LX_EFLASHLOST },
        { "flash-power-loss=1", LX_OK, LX_OK, LX_EFLASHLOST },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vflash_t *board = vflash_new("W25Q32", cases[i].fault);
        nor_t nor;
        uint8_t data[16] = { 0 };
        int opened = nor_open(&nor, (flash_bus_t) { &vflash_ops, board });
        int erased = opened == LX_OK ? nor_erase(&nor, 0, 0) : 0;
        int programmed = opened == LX_OK ? nor_program(&nor, 0, data, 16) : 0;
        if (opened != cases[i].open || erased != cases[i].erase || programmed != cases[i].program) {
            fprintf(stderr, "%s: %d %d %d: ", cases[i].fault, opened, erased, programmed);
        }
        CHECK_EQ(opened, cases[i].open);
        CHECK_EQ(erased, cases[i].erase);
        CHECK_EQ(programmed, cases[i].program);
        vflash_free(board);
    }
}

// A bus that answers from a script of registers: chips that the model does not know.
typedef struct {
    uint8_t id[3];
    uint8_t sr1;
    unsigned busy_reads; // status reads that say busy
    uint8_t opcode;
    unsigned count;
    unsigned xfers;
    unsigned fail_at;
    unsigned enters;
    unsigned enters_enabled; // after a write enable
    unsigned exits;
    unsigned exits_issi;
    bool sfdp;
    uint8_t sfdp_bytes[0x100];
} script_t;

static int script_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    script_t *script = ctx;
    if (++script->xfers == script->fail_at) {
        return LX_EIO;
    }
    static uint32_t address;
    for (size_t i = 0; i < length; i++) {
        if (script->count == 0 && tx) {
            script->opcode = tx[i];
            address = 0;
            script->enters += tx[i] == 0xb7;
            script->enters_enabled += tx[i] == 0xb7 && (script->sr1 & 2);
            script->exits += tx[i] == 0xe9;
            script->exits_issi += tx[i] == 0x29;
            script->sr1 |= tx[i] == 0x06 ? 2 : 0;
            script->sr1 &= tx[i] == 0x04 ? ~2 : 0xff;
        } else if (tx && script->count <= 3) {
            address = address << 8 | tx[i];
        }
        script->count++;
        if (rx) {
            rx[i] = 0xff;
            if (script->opcode == 0x9f) {
                rx[i] = script->id[i % 3];
            } else if (script->opcode == 0x05) {
                rx[i] = script->sr1 | (script->busy_reads > 0);
                script->busy_reads -= script->busy_reads > 0;
            } else if (script->opcode == 0x5a && script->sfdp && address + i < sizeof(script->sfdp_bytes)) {
                rx[i] = script->sfdp_bytes[address + i];
            }
        }
    }
    if (last) {
        script->count = 0;
    }
    return LX_OK;
}

static int script_delay(void *ctx, uint32_t us) {
    (void)ctx;
    (void)us;
    return LX_OK;
}

static const flash_bus_ops_t script_ops = { .xfer = script_xfer, .delay = script_delay };

static void test_script(void) {
    nor_t nor;
    script_t script = { .id = { 0xef, 0x40, 0x18 } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK(!nor.has_sfdp);
    CHECK_EQ(nor.size_bytes, 16 << 20);
    CHECK_EQ(nor.erases, 3);
    CHECK_EQ(nor.erase[0].bytes, 4096);
    CHECK_EQ(nor.erase[2].bytes, 65536);
    script = (script_t) { .id = { 0xef, 0x40, 0x1a } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_EQ(nor.size_bytes, 64 << 20);
    CHECK_EQ(nor.address_bytes, 4);
    CHECK_EQ(nor.layout, NOR_LAYOUT_WINBOND_LARGE);
    CHECK_EQ(script.enters, 1);
    CHECK_EQ(script.enters_enabled, 1);
    CHECK_OK(nor_close(&nor));
    CHECK_EQ(script.exits, 1);
    CHECK_EQ(script.exits_issi, 0);
    script = (script_t) { .id = { 0x9d, 0x60, 0x1a } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_EQ(script.enters, 1);
    CHECK_OK(nor_close(&nor));
    CHECK_EQ(script.exits, 0);
    CHECK_EQ(script.exits_issi, 1);
    // E9h would be a password's command.
    script = (script_t) { .id = { 0x01, 0x20, 0x19 } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_OK(nor_close(&nor));
    CHECK_EQ(script.exits + script.exits_issi, 0);
    // What never ends is not waited for without end, and is said.
    script = (script_t) { .id = { 0xef, 0x40, 0x1a } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    script.busy_reads = 1000000000;
    CHECK_EQ(nor_close(&nor), LX_EFLASHBUSY);
    // A GD25Q256C, or what may be one: its registers are unlike those of the D and the E.
    script = (script_t) { .id = { 0xc8, 0x40, 0x19 } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_EQ(nor.layout, NOR_LAYOUT_UNKNOWN);
    script = (script_t) { .id = { 0x42, 0x42, 0x42 } };
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHTYPE);
    script = (script_t) { .id = { 0xef, 0x40, 0x77 } };
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHTYPE);
    script = (script_t) { .id = { 0x1f, 0x89, 0x01 } };
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHTYPE);
    script = (script_t) { .id = { 0, 0, 0 } };
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_ENOFLASH);
    // Left busy by a former owner: waited for, but not for ever.
    script = (script_t) { .id = { 0xef, 0x40, 0x16 }, .busy_reads = 50 };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    script = (script_t) { .id = { 0xef, 0x40, 0x16 }, .busy_reads = 1000000000 };
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHBUSY);
    // The bus fails anywhere.
    for (unsigned fail = 1; fail < 60; fail++) {
        script = (script_t) { .id = { 0xef, 0x40, 0x1a }, .fail_at = fail, .busy_reads = 3 };
        uint8_t data[4] = { 0 };
        int status = nor_open(&nor, (flash_bus_t) { &script_ops, &script });
        status = status ? status : nor_read(&nor, 0, data, 4);
        status = status ? status : nor_erase(&nor, 0, 0);
        status = status ? status : nor_program(&nor, 0, data, 4);
        status = status ? status : nor_check_alive(&nor);
        status = status ? status : nor_close(&nor);
        CHECK_EQ(status, script.xfers >= fail ? LX_EIO : LX_OK);
    }
    // The id changes while it is silent about it because it is busy, and when another chip answers.
    script = (script_t) { .id = { 0xef, 0x40, 0x16 } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    script.id[0] = 0xff;
    CHECK_EQ(nor_check_alive(&nor), LX_EFLASHLOST);
    script.sr1 = 1;
    CHECK_OK(nor_check_alive(&nor));
    script.sr1 = 0xff;
    CHECK_EQ(nor_check_alive(&nor), LX_EFLASHLOST);
    // Spansion: an error flag holds it busy until it is cleared.
    script = (script_t) { .id = { 0x01, 0x20, 0x18 } };
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_EQ(nor.erases, 1);
    script.sr1 = 0x20;
    script.busy_reads = 0;
    uint8_t data[4] = { 0 };
    CHECK_OK(nor_program(&nor, 0, data, 4));
}

static void put_words(uint8_t *to, const uint32_t *words, unsigned count) {
    for (unsigned i = 0; i < 4 * count; i++) {
        to[i] = words[i / 4] >> 8 * (i % 4);
    }
}

// Erases as the SFDP of an unknown chip describes them.
static void test_described(void) {
    static const uint32_t header[] = { 0x50444653, 0xff010106, 0x10010600, 0xff000030, 0x03010081, 0xff0000a0 };
    // 16 MiB; types 1 to 4: 4 KiB by 20h, 64 KiB by D8h, 256 KiB by D8h, none.
    static const uint32_t basic[] = {
        0xfff120e5, 0x07ffffff, 0, 0, 0, 0, 0, 0xd810200c, 0x0000d812, 0, 0, 0, 0, 0, 0, 0,
    };
    // One detection command by 65h, which reads all ones; configuration 1: 4 KiB in the first 64 KiB, then 64
    // KiB.
    static const uint32_t map[] = { 0x08ff65fd, 4, 0xff0101ff, 0x0000fff1, 0x00fefff2 };
    nor_t nor;
    script_t script = { .id = { 0x42, 0x43, 0x44 }, .sfdp = true };
    memset(script.sfdp_bytes, 0xff, sizeof(script.sfdp_bytes));
    put_words(script.sfdp_bytes, header, 6);
    put_words(script.sfdp_bytes + 0x30, basic, 16);
    put_words(script.sfdp_bytes + 0xa0, map, 5);
    script.sfdp_bytes[6] = 0; // without the map: D8h may clear the larger of its two sizes anywhere
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_EQ(nor.erases, 2);
    CHECK_EQ(nor.erase[0].bytes, 0x1000);
    CHECK_EQ(nor.erase[1].bytes, 0x40000);
    CHECK_EQ(nor.regions, 1);
    // The command's dummy clocks are what the chip is set to, which is known of Spansion only.
    script.sfdp_bytes[6] = 1;
    script.sfdp_bytes[19] = 5;
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHTYPE);
    script.id[0] = 0x01;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    CHECK_EQ(nor.regions, 2);
    CHECK_EQ(nor_region_at(&nor, 0xffff)->bytes, 0x10000);
    CHECK_EQ(nor_sector_bytes(&nor, nor_region_at(&nor, 0xffff)), 0x1000);
    CHECK_EQ(nor_sector_bytes(&nor, nor_region_at(&nor, 0x10000)), 0x10000);
    // Seven clocks are not whole bytes; a map that is not the whole chip describes another one.
    script.sfdp_bytes[0xa2] = 0xf7;
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHTYPE);
    script.sfdp_bytes[0xa2] = 0xf8;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &script_ops, &script }));
    script.sfdp_bytes[0xa0 + 18] = 0xf0;
    CHECK_EQ(nor_open(&nor, (flash_bus_t) { &script_ops, &script }), LX_EFLASHTYPE);
}

static void test_wake(void) {
    // Asleep, and in the middle of an erase that somebody else began.
    vflash_t *board = vflash_new("W25Q32", NULL);
    nor_t nor;
    const uint8_t sleep_command = 0xb9;
    vflash_xfer(board, &sleep_command, NULL, 1, true);
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
    const uint8_t enable = 0x06;
    const uint8_t erase[] = { 0xd8, 0, 0, 0 };
    vflash_xfer(board, &enable, NULL, 1, true);
    vflash_xfer(board, erase, NULL, 4, true);
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
    CHECK_EQ(nor.size_bytes, 4 << 20);
    vflash_free(board);
}

static void test_close(void) {
    static const char *const large[] = { "W25Q256", "GD25Q256E", "IS25LP256", "MX25L256", "N25Q256" };
    const uint8_t enable = 0x06;
    const uint8_t enter = 0xb7;
    for (unsigned i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        // In 4-byte mode from the design that ran.
        vflash_t *board = vflash_new(large[i], NULL);
        nor_t nor;
        vflash_xfer(board, &enable, NULL, 1, true);
        vflash_xfer(board, &enter, NULL, 1, true);
        CHECK(!boots(board));
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        CHECK_OK(nor_close(&nor));
        CHECK(boots(board));
        // Closed while it erases and while it programs, as after Ctrl-C.
        const uint8_t erase[] = { nor.erase[nor.erases - 1].opcode, 0, 0, 0, 0 };
        const uint8_t program[] = { nor.program_opcode, 0, 0, 0, 0, 0x12 };
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        vflash_xfer(board, &enable, NULL, 1, true);
        vflash_xfer(board, erase, NULL, sizeof(erase), true);
        CHECK_OK(nor_close(&nor));
        CHECK(boots(board));
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, board }));
        vflash_xfer(board, &enable, NULL, 1, true);
        vflash_xfer(board, program, NULL, sizeof(program), true);
        CHECK_OK(nor_close(&nor));
        CHECK(boots(board));
        vflash_counters_t counters;
        vflash_counters(board, &counters);
        CHECK_EQ(counters.operations, 2);
        uint8_t sr1;
        CHECK_OK(nor_register_read(&nor, 0x05, &sr1, 1));
        CHECK_EQ(sr1 & 3, 0);
        vflash_free(board);
    }
}

const test_t tests_nor[] = {
    TEST(test_close), TEST(test_chips), TEST(test_arguments), TEST(test_faults), TEST(test_script), TEST(test_described), TEST(test_wake), { NULL, NULL },
};
