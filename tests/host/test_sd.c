// SPDX-License-Identifier: MIT
//
// lx_sd over LiteSDCard of both layouts, with cards of models/, also those that fail, and cores that never answer.

#include <string.h>

#include "drivers/lx_sd_internal.h"
#include "drivers/lx_sdcard.h"
#include "harness.h"
#include "sdcard_model.h"

#define CLK_HZ (100000000)
#define SLOW_HZ (40000) // bounds of a second end after fewer polls
#define MIB (UINT64_C(1) << 20)
#define SECTORS (64)

static lx_sdcard_t core;
static lx_sd_t card;
static uint8_t data[SECTORS * LX_SD_SECTOR_BYTES + LX_SD_ALIGN] __attribute__((aligned(LX_SD_ALIGN)));
static uint8_t copy[SECTORS * LX_SD_SECTOR_BYTES + LX_SD_ALIGN] __attribute__((aligned(LX_SD_ALIGN)));

static sdcard_t *new_card(uint64_t bytes, sdcard_fault_t fault, uint32_t argument) {
    char error[256];
    wiring_row_t row = { .kind = WIRING_DEVICE, .name = "sdcard" };
    snprintf(row.parameters[0].key, sizeof(row.parameters[0].key), "size");
    snprintf(row.parameters[0].value, sizeof(row.parameters[0].value), "%llu", (unsigned long long)bytes);
    snprintf(row.parameters[1].key, sizeof(row.parameters[1].key), "fault");
    snprintf(row.parameters[1].value, sizeof(row.parameters[1].value), "%s", sdcard_faults[fault]);
    snprintf(row.parameters[2].key, sizeof(row.parameters[2].key), "argument");
    snprintf(row.parameters[2].value, sizeof(row.parameters[2].value), "%u", argument);
    sdcard_t *made = sdcard_from_row(&row, error, sizeof(error));
    CHECK(made != NULL);
    return made;
}

static void fill(uint8_t *to, size_t n, unsigned seed) {
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        to[i] = (uint8_t)(seed >> 16);
    }
}

static int open_card(sdcard_t *inserted, bool one_core, uint32_t clk_hz, lx_sd_options_t options) {
    sdcard_model_init(inserted, one_core);
    CHECK_EQ(lx_sdcard_init(&core, &sdcard_model.regs, clk_hz), LX_OK);
    return lx_sd_init(&card, &lx_sdcard_transport, &core, &options);
}

static void open_good(uint64_t bytes, bool one_core, sdcard_fault_t fault, uint32_t argument) {
    sdcard_t *inserted = new_card(bytes, fault, argument);
    // Something for clocks to be proven with.
    fill(inserted->memory, 4096, 7);
    CHECK_EQ(open_card(inserted, one_core, CLK_HZ, (lx_sd_options_t) { 0 }), LX_OK);
}

static void check_round_trip(uint32_t sector, uint32_t sectors, unsigned offset) {
    fill(data, sizeof(data), sector);
    memset(copy, 0x55, sizeof(copy));
    CHECK_EQ(lx_sd_write(&card, sector, data + offset, sectors), LX_OK);
    CHECK(memcmp(sdcard_model.card->memory + (uint64_t)sector * 512, data + offset, sectors * 512) == 0);
    CHECK_EQ(lx_sd_read(&card, sector, copy + offset, sectors), LX_OK);
    CHECK(memcmp(copy + offset, data + offset, sectors * 512) == 0);
    CHECK_EQ(copy[offset + sectors * 512], 0x55);
}

static void sd_kinds_of_cards(void) {
    static const struct {
        uint64_t bytes;
        lx_sd_kind_t kind;
    } cards[] = {
        { 64 * MIB, LX_SD_SDSC }, { 2048 * MIB, LX_SD_SDSC }, { 4096 * MIB, LX_SD_SDHC }, { 65536 * MIB, LX_SD_SDXC },
    };
    for (unsigned i = 0; i < 2 * sizeof(cards) / sizeof(cards[0]); i++) {
        uint64_t bytes = cards[i / 2].bytes;
        open_good(bytes, i & 1, SDCARD_FAULT_NONE, 0);
        CHECK_EQ(card.info.kind, cards[i / 2].kind);
        CHECK_EQ(card.info.sectors, bytes / 512);
        CHECK_EQ(card.lines, 4);
        CHECK_EQ(card.hz, 50000000);
        CHECK(card.high_speed);
        CHECK(card.info.cmd23);
        CHECK_EQ(strcmp(card.info.name, "MODEL"), 0);
        CHECK_EQ(card.info.year, 2025);
        CHECK_EQ(card.info.version, 300);
        check_round_trip(0, 1, 0);
        check_round_trip(100, 33, 0);
        check_round_trip(card.info.sectors - SECTORS, SECTORS, 0);
        CHECK_EQ(sdcard_model.spoilt, 0);
        sdcard_model_free();
    }
}

static void sd_any_alignment(void) {
    open_good(64 * MIB, false, SDCARD_FAULT_NONE, 0);
    for (unsigned offset = 1; offset < LX_SD_ALIGN; offset++) {
        check_round_trip(10 * offset, 1, offset);
        check_round_trip(1000 * offset, 9, offset);
    }
    sdcard_model_free();
}

static void sd_ends_of_the_card(void) {
    open_good(64 * MIB, false, SDCARD_FAULT_NONE, 0);
    uint32_t end = card.info.sectors;
    CHECK_EQ(lx_sd_read(&card, end, data, 1), LX_EINVAL);
    CHECK_EQ(lx_sd_read(&card, end - 1, data, 2), LX_EINVAL);
    CHECK_EQ(lx_sd_write(&card, UINT32_MAX, data, 2), LX_EINVAL);
    CHECK_EQ(lx_sd_read(&card, 0, data, UINT32_MAX), LX_EINVAL);
    CHECK_EQ(lx_sd_read(&card, end - 1, data, 1), LX_OK);
    CHECK_EQ(lx_sd_read(&card, 5, data, 0), LX_OK);
    lx_sd_end(&card);
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_ENOCARD);
    CHECK_EQ(lx_sd_check(&card), LX_ENOCARD);
    sdcard_model_free();
}

static void sd_without_cmd23(void) {
    for (unsigned one_core = 0; one_core < 2; one_core++) {
        open_good(64 * MIB, one_core, SDCARD_FAULT_NO_CMD23, 0);
        CHECK(!card.info.cmd23);
        check_round_trip(0, 8, 0);
        check_round_trip(card.info.sectors - 8, 8, 0); // where a card that reads on meets its end
        sdcard_model_free();
    }
}

static void sd_options(void) {
    sdcard_t *inserted = new_card(64 * MIB, SDCARD_FAULT_NONE, 0);
    CHECK_EQ(open_card(inserted, false, CLK_HZ, (lx_sd_options_t) { .max_hz = 9000000 }), LX_OK);
    CHECK_EQ(card.hz, 8333333);
    CHECK(!card.high_speed);
    sdcard_model_free();
    // A card with nothing on it still gets a clock.
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), false, CLK_HZ, (lx_sd_options_t) { .max_hz = 25000000 }), LX_OK);
    CHECK_EQ(card.hz, 25000000);
    sdcard_model_free();
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), false, CLK_HZ, (lx_sd_options_t) { .lines = 1 }), LX_ENOTSUP);
    sdcard_model_free();
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), true, CLK_HZ, (lx_sd_options_t) { .lines = 1, .verify = true }), LX_OK);
    CHECK_EQ(card.lines, 1);
    check_round_trip(7, 3, 0);
    check_round_trip(7, 3, 1);
    sdcard_model_free();
    // A clock so slow that no divider reaches it, and one above all.
    uint32_t hz;
    sdcard_model_init(NULL, false);
    CHECK_EQ(lx_sdcard_init(&core, &sdcard_model.regs, CLK_HZ), LX_OK);
    lx_sdcard_transport.set_clock(&core, 1, &hz);
    CHECK_EQ(hz, CLK_HZ / 510);
    lx_sdcard_transport.set_clock(&core, UINT32_MAX / 4, &hz);
    CHECK_EQ(hz, CLK_HZ / 2);
}

// A card, or wires, that are wrong above a clock: the clock is chosen below.
static void sd_clock_is_proven(void) {
    static const uint32_t limits[] = { 40000000, 20000000, 10000000, 3000000 };
    for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        open_good(64 * MIB, false, SDCARD_FAULT_SLOW_CLOCK, limits[i]);
        CHECK(card.hz <= limits[i]);
        CHECK(card.hz >= limits[i] / 4);
        check_round_trip(5, 4, 0);
        sdcard_model_free();
    }
}

// It gets wrong later: with verify the clock is lowered until data is right, and stays there.
static void sd_clock_is_lowered(void) {
    open_good(64 * MIB, false, SDCARD_FAULT_NONE, 0);
    card.options.verify = true;
    sdcard_model.card->fault = SDCARD_FAULT_SLOW_CLOCK;
    sdcard_model.card->fault_argument = 13000000;
    check_round_trip(50, 3, 0);
    CHECK_EQ(card.hz, 12500000);
    CHECK_EQ(card.lowered, 2);
    sdcard_model_free();
    // A clock that is not to blame is given back.
    open_good(64 * MIB, false, SDCARD_FAULT_NO_DATA, 100);
    sdcard_model.card->counters.blocks_read = 100;
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_ECARDDATA);
    CHECK_EQ(card.hz, 50000000);
    CHECK_EQ(card.lowered, 0);
    CHECK_EQ(lx_sd_check(&card), LX_OK);
    sdcard_model_free();
}

static void sd_crc_errors_are_seen(void) {
    open_good(64 * MIB, false, SDCARD_FAULT_READ_CRC, 100);
    sdcard_model.card->counters.blocks_read = 100;
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_OK); // this core does not look
    card.options.verify = true;
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_ECARDCRC);
    sdcard_model_free();
    // Already at the first block: no clock helps.
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_READ_CRC, 0), false, CLK_HZ, (lx_sd_options_t) { 0 }), LX_ECARDCRC);
    sdcard_model_free();
}

static void sd_writes_that_fail(void) {
    static const struct {
        sdcard_fault_t fault;
        bool one_core;
        bool verify;
        int status;
    } rows[] = {
        { SDCARD_FAULT_NO_EFFECT, false, false, LX_OK },
        { SDCARD_FAULT_NO_EFFECT, false, true, LX_ECARDVERIFY },
        { SDCARD_FAULT_WRITE_ERROR, false, false, LX_ECARDWRITE },
        { SDCARD_FAULT_WRITE_ERROR, true, false, LX_ECARDWRITE },
        { SDCARD_FAULT_WRITE_CRC, true, false, LX_ECARDCRC },
        { SDCARD_FAULT_PROTECTED, false, false, LX_ECARDPROTECTED },
        { SDCARD_FAULT_READ_ERROR, false, false, LX_OK },
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        open_good(64 * MIB, rows[i].one_core, rows[i].fault, 1000000);
        sdcard_model.card->fault_argument = 0;
        card.options.verify = rows[i].verify;
        fill(data, sizeof(data), 3);
        CHECK_EQ(lx_sd_write(&card, 9, data, 1), rows[i].status);
        CHECK_EQ(lx_sd_check(&card), LX_OK);
        sdcard_model_free();
    }
    // The bits of a status say it, where CSD does not.
    open_good(64 * MIB, false, SDCARD_FAULT_PROTECTED, 0);
    CHECK(card.info.protected_);
    card.info.protected_ = false;
    CHECK_EQ(lx_sd_write(&card, 9, data, 1), LX_ECARDPROTECTED);
    sdcard_model_free();
    open_good(64 * MIB, false, SDCARD_FAULT_READ_ERROR, 1000000);
    sdcard_model.card->fault_argument = 0;
    CHECK_EQ(lx_sd_read(&card, 9, data, 1), LX_ECARDREAD);
    // Also where CRCs are looked at; and no clock is to blame.
    card.options.verify = true;
    CHECK_EQ(lx_sd_read(&card, 9, data, 1), LX_ECARDREAD);
    CHECK_EQ(card.lowered, 0);
    sdcard_model_free();
}

static void sd_no_card(void) {
    CHECK_EQ(open_card(NULL, false, CLK_HZ, (lx_sd_options_t) { 0 }), LX_ENOCARD);
    CHECK_EQ(sdcard_model.commands, 0);
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_ENOCARD);
    CHECK_EQ(lx_sd_write(&card, 0, data, 1), LX_ENOCARD);
    // A slot without a switch.
    sdcard_model_init(new_card(64 * MIB, SDCARD_FAULT_ABSENT, 0), false);
    sdcard_model.no_detect = true;
    CHECK_EQ(lx_sdcard_init(&core, &sdcard_model.regs, CLK_HZ), LX_OK);
    CHECK_EQ(lx_sd_init(&card, &lx_sdcard_transport, &core, &(lx_sd_options_t) { 0 }), LX_ENOCARD);
    sdcard_model_free();
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NO_INIT, 0), false, CLK_HZ, (lx_sd_options_t) { 0 }), LX_ECARDINIT);
    sdcard_model_free();
}

// Pulled out after any number of commands and blocks: never a success that is none, always an end.
static void sd_removed_at_any_time(void) {
    for (unsigned one_core = 0; one_core < 2; one_core++) {
        bool survived = false;
        for (uint32_t n = 0; !survived; n++) {
            CHECK(n < 200);
            sdcard_t *inserted = new_card(64 * MIB, SDCARD_FAULT_REMOVED, n);
            fill(inserted->memory, 4096, 7);
            sdcard_model_init(inserted, one_core);
            sdcard_model.no_detect = n % 2;
            CHECK_EQ(lx_sdcard_init(&core, &sdcard_model.regs, SLOW_HZ), LX_OK);
            int status = lx_sd_init(&card, &lx_sdcard_transport, &core, &(lx_sd_options_t) { 0 });
            fill(data, sizeof(data), n);
            status = status != LX_OK ? status : lx_sd_write(&card, 20, data, 4);
            status = status != LX_OK ? status : lx_sd_read(&card, 20, copy, 4);
            status = status != LX_OK ? status : lx_sd_check(&card);
            survived = status == LX_OK;
            if (survived) {
                CHECK(memcmp(data, copy, 2048) == 0);
                CHECK(!inserted->gone);
            } else {
                CHECK(status == LX_ENOCARD || status == LX_ECARDLOST || status == LX_ECARDHUNG);
                CHECK_EQ(status == LX_ECARDHUNG, sdcard_model.hung);
                CHECK_EQ(lx_sd_read(&card, 20, copy, 4), LX_ENOCARD);
            }
            sdcard_model_free();
        }
    }
}

static void sd_stuck_busy_hangs_the_core(void) {
    sdcard_t *inserted = new_card(64 * MIB, SDCARD_FAULT_STUCK_BUSY, 3);
    CHECK_EQ(open_card(inserted, false, SLOW_HZ, (lx_sd_options_t) { 0 }), LX_OK);
    CHECK_EQ(lx_sd_write(&card, 0, data, 8), LX_ECARDHUNG);
    CHECK(sdcard_model.hung);
    CHECK_EQ(lx_sd_init(&card, &lx_sdcard_transport, &core, &(lx_sd_options_t) { 0 }), LX_ECARDHUNG);
    CHECK_EQ(lx_sdcard_init(&core, &sdcard_model.regs, SLOW_HZ), LX_ECARDHUNG);
    uint32_t words[4];
    const lx_sd_command_t command = { 13, LX_SD_SHORT, 0 };
    CHECK_EQ(lx_sdcard_transport.command(&core, &command, words), LX_ECARDHUNG);
    CHECK_EQ(lx_sdcard_transport.read(&core, &command, words, data, 512, 1, false), LX_ECARDHUNG);
    CHECK_EQ(lx_sdcard_transport.write(&core, &command, &command, words, data, 1), LX_ECARDHUNG);
    sdcard_model_free();
}

// The hardware does not answer at all.
static void sd_core_that_ends_nothing(void) {
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), false, SLOW_HZ, (lx_sd_options_t) { 0 }), LX_OK);
    sdcard_model.dead = true;
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_ECARDHUNG);
    CHECK_EQ(lx_sd_read(&card, 0, data, 1), LX_ENOCARD);
    sdcard_model_free();
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), false, SLOW_HZ, (lx_sd_options_t) { 0 }), LX_OK);
    sdcard_model.dead = true;
    CHECK_EQ(lx_sd_write(&card, 0, data, 1), LX_ECARDHUNG);
    sdcard_model_free();
    // A core that can not do both.
    sdcard_model_init(NULL, false);
    sdcard_model.regs.mem2block_dma_enable.words = 0;
    CHECK_EQ(lx_sdcard_init(&core, &sdcard_model.regs, CLK_HZ), LX_ENOTSUP);
}

// Registers come from outside: nothing in them may do harm.
static void sd_registers_of_noise(void) {
    lx_sd_info_t info;
    for (unsigned seed = 0; seed < 2000; seed++) {
        fill(info.csd, sizeof(info.csd), seed);
        fill(info.cid, sizeof(info.cid), seed + 1);
        fill(info.scr, sizeof(info.scr), seed + 2);
        int status = lx_sd_parse_csd(&info);
        CHECK(status == LX_ECARDTYPE || (status == LX_OK && info.sectors > 0));
        CHECK(status == LX_ECARDTYPE || info.max_hz <= 800000000);
        lx_sd_parse_cid(&info);
        lx_sd_parse_scr(&info);
        CHECK(strlen(info.name) == 5 && strlen(info.oem) == 2);
        CHECK(info.version <= 1900);
    }
    for (unsigned seed = 0; seed < 30; seed++) {
        sdcard_t *inserted = new_card(64 * MIB, SDCARD_FAULT_NONE, 0);
        fill(inserted->csd, sizeof(inserted->csd), seed);
        fill(inserted->scr, sizeof(inserted->scr), seed);
        inserted->csd[0] = (uint8_t)(seed << 6);
        int status = open_card(inserted, seed & 1, CLK_HZ, (lx_sd_options_t) { 0 });
        CHECK(status <= LX_OK);
        if (status == LX_OK) {
            lx_sd_read(&card, card.info.sectors - 1, data, 1);
        }
        sdcard_model_free();
    }
}

static void sd_crcs(void) {
    static const uint8_t cmd0[] = { 0x40, 0, 0, 0, 0 };
    uint8_t ones[512];
    memset(ones, 0xff, sizeof(ones));
    CHECK_EQ(lx_sd_crc7(0, cmd0, sizeof(cmd0)) | 1, 0x95);
    CHECK_EQ(lx_sd_crc16(0, ones, sizeof(ones)), 0x7fa1); // of the specification's example, 4.5
    for (unsigned seed = 0; seed < 50; seed++) {
        fill(data, 512, seed);
        CHECK_EQ(lx_sd_crc16(0, data, 512), sdcard_crc16(0, data, 512));
    }
}

const test_t tests_sd[] = {
    TEST(sd_kinds_of_cards),
    TEST(sd_any_alignment),
    TEST(sd_ends_of_the_card),
    TEST(sd_without_cmd23),
    TEST(sd_options),
    TEST(sd_clock_is_proven),
    TEST(sd_clock_is_lowered),
    TEST(sd_crc_errors_are_seen),
    TEST(sd_writes_that_fail),
    TEST(sd_no_card),
    TEST(sd_removed_at_any_time),
    TEST(sd_stuck_busy_hangs_the_core),
    TEST(sd_core_that_ends_nothing),
    TEST(sd_registers_of_noise),
    TEST(sd_crcs),
    {NULL, NULL},
};
