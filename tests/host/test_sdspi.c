// SPDX-License-Identifier: MIT
//
// lx_sd over lx_sdspi: a card of models/ in SPI mode behind a model of SPIMaster that moves a byte at a time.

#include <string.h>

#include "drivers/lx_sd_internal.h"
#include "drivers/lx_sdspi.h"
#include "harness.h"
#include "mock.h"
#include "models/sdcard_spi.h"

#define CLK_HZ (100000000)
#define SLOW_HZ (100000) // bounds of a second end after fewer bytes
#define MIB (UINT64_C(1) << 20)
#define BYTE_NS (100000)

static struct {
    lx_spi_regs_t regs;
    mock_reg_t *mosi, *miso, *cs, *divider;
    sdcard_t *card; // NULL: an empty slot
    spi_pins_t pins;
    bool dead; // transfers do not end
    bool started;
} model;

static lx_sdspi_t core;
static lx_sd_t card;
static uint8_t data[16 * 512 + 1];
static uint8_t copy[16 * 512 + 1];

static bool selected(void) {
    return mock_get(model.cs) == 0x10001;
}

static void write_control(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    if (!(value & 1)) {
        return;
    }
    CHECK_EQ(value >> 8, 8);
    model.started = true;
    uint8_t out = (uint8_t)mock_get(model.mosi);
    uint8_t in = 0;
    for (unsigned bit = 0; bit < 8; bit++) {
        bool mosi = out >> (7 - bit) & 1;
        spi_pins(&model.pins, selected(), false, mosi, BYTE_NS / 8);
        in = (uint8_t)(in << 1 | (selected() && model.card != NULL ? model.pins.miso : 1));
        spi_pins(&model.pins, selected(), true, mosi, 0);
    }
    spi_pins(&model.pins, selected(), false, false, 0);
    mock_set(model.miso, in);
}

static uint64_t read_status(mock_reg_t *reg) {
    (void)reg;
    return !(model.dead && model.started);
}

static void write_cs(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    spi_pins(&model.pins, selected(), false, true, 0);
}

static void setup(sdcard_t *inserted, bool with_divider) {
    mock_reset();
    memset(&model, 0, sizeof(model));
    model.card = inserted;
    spi_device_t device = { 0 };
    if (inserted != NULL) {
        device = (spi_device_t) { &sdcard_spi_ops, sdcard_spi_new(inserted) };
        CHECK(device.self != NULL);
        CHECK(sdcard_spi_card(device.self) == inserted);
    }
    spi_pins_init(&model.pins, device);
    mock_reg_t *control = mock_add(16, CSR_ACCESS_RW);
    mock_reg_t *status = mock_add(2, CSR_ACCESS_RO);
    control->on_write = write_control;
    status->on_read = read_status;
    model.regs = (lx_spi_regs_t) { .name = "spisdcard", .irq = -1, .control = control->reg, .status = status->reg };
    model.regs.mosi = (model.mosi = mock_add(8, CSR_ACCESS_RW))->reg;
    model.regs.miso = (model.miso = mock_add(8, CSR_ACCESS_RO))->reg;
    model.regs.cs = (model.cs = mock_add(17, CSR_ACCESS_RW))->reg;
    model.cs->on_write = write_cs;
    if (with_divider) {
        model.regs.clk_divider = (model.divider = mock_add(16, CSR_ACCESS_RW))->reg;
        mock_set(model.divider, 250);
    }
}

static void teardown(void) {
    if (model.pins.device.ops != NULL) {
        model.pins.device.ops->free(model.pins.device.self);
    }
}

static sdcard_t *new_card(uint64_t bytes, sdcard_fault_t fault, uint32_t argument) {
    char error[256];
    sdcard_t *made = sdcard_new(NULL, bytes, error, sizeof(error));
    CHECK(made != NULL);
    made->fault = fault;
    made->fault_argument = argument;
    for (unsigned i = 0; i < 4096; i++) {
        made->memory[i] = (uint8_t)(i * 37 >> 3);
    }
    return made;
}

static int open_card(sdcard_t *inserted, uint32_t clk_hz, bool with_divider, lx_sd_options_t options) {
    setup(inserted, with_divider);
    CHECK_EQ(lx_sdspi_init(&core, &model.regs, clk_hz), LX_OK);
    return lx_sd_init(&card, &lx_sdspi_transport, &core, &options);
}

static void fill(unsigned seed) {
    for (size_t i = 0; i < sizeof(data); i++) {
        seed = seed * 1103515245 + 12345;
        data[i] = (uint8_t)(seed >> 16);
    }
}

static void check_round_trip(uint32_t sector, uint32_t sectors, unsigned offset) {
    fill(sector);
    CHECK_EQ(lx_sd_write(&card, sector, data + offset, sectors), LX_OK);
    CHECK(memcmp(model.card->memory + (uint64_t)sector * 512, data + offset, sectors * 512) == 0);
    CHECK_EQ(lx_sd_read(&card, sector, copy + offset, sectors), LX_OK);
    CHECK(memcmp(copy + offset, data + offset, sectors * 512) == 0);
}

static void spi_cards(void) {
    static const struct {
        uint64_t bytes;
        lx_sd_kind_t kind;
    } cards[] = { { 64 * MIB, LX_SD_SDSC }, { 4096 * MIB, LX_SD_SDHC }, { 65536 * MIB, LX_SD_SDXC } };
    for (unsigned i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
        CHECK_EQ(open_card(new_card(cards[i].bytes, SDCARD_FAULT_NONE, 0), CLK_HZ, true, (lx_sd_options_t) { 0 }), LX_OK);
        CHECK_EQ(card.info.kind, cards[i].kind);
        CHECK_EQ(card.info.sectors, cards[i].bytes / 512);
        CHECK_EQ(card.lines, 1);
        CHECK_EQ(strcmp(card.info.name, "MODEL"), 0);
        CHECK(model.card->crc_on);
        check_round_trip(0, 1, 0);
        check_round_trip(77, 5, 1);
        check_round_trip(card.info.sectors - 16, 16, 0);
        CHECK_EQ(lx_sd_check(&card), LX_OK);
        CHECK_EQ(model.card->counters.illegal, 0);
        lx_sd_end(&card);
        teardown();
    }
}

static void spi_clock_that_is_fixed(void) {
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), CLK_HZ, false, (lx_sd_options_t) { .verify = true }), LX_OK);
    CHECK_EQ(card.hz, 0);
    check_round_trip(3, 2, 0);
    teardown();
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), CLK_HZ, true, (lx_sd_options_t) { .lines = 4 }), LX_ENOTSUP);
    teardown();
    setup(NULL, true);
    model.regs.cs.words = 0;
    CHECK_EQ(lx_sdspi_init(&core, &model.regs, CLK_HZ), LX_ENOTSUP);
    uint32_t hz;
    lx_sdspi_transport.set_clock(&core, 1, &hz); // no divider reaches that
    CHECK_EQ(hz, 0);
}

static void spi_faults(void) {
    static const struct {
        sdcard_fault_t fault;
        int read;
        int write;
    } rows[] = {
        { SDCARD_FAULT_READ_CRC, LX_ECARDCRC, LX_OK },
        { SDCARD_FAULT_READ_ERROR, LX_ECARDDATA, LX_OK }, // R1 of SPI mode has no bit for it
        { SDCARD_FAULT_NO_DATA, LX_ECARDDATA, LX_OK },
        { SDCARD_FAULT_WRITE_ERROR, LX_OK, LX_ECARDWRITE },
        { SDCARD_FAULT_WRITE_CRC, LX_OK, LX_ECARDCRC },
        { SDCARD_FAULT_PROTECTED, LX_OK, LX_ECARDWRITE }, // where CSD has not said it
        { SDCARD_FAULT_STUCK_BUSY, LX_OK, LX_ECARDBUSY },
        { SDCARD_FAULT_POWER_CUT, LX_OK, LX_ECARDLOST },
    };
    for (unsigned i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t sectors = i % 2 ? 4 : 1;
        CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), SLOW_HZ, true, (lx_sd_options_t) { 0 }), LX_OK);
        model.card->fault = rows[i / 2].fault;
        CHECK_EQ(lx_sd_read(&card, 1, copy, sectors), rows[i / 2].read);
        int status = lx_sd_write(&card, 1, data, sectors);
        CHECK_EQ(status, rows[i / 2].write);
        if (status != LX_ECARDBUSY && status != LX_ECARDLOST) {
            model.card->fault = SDCARD_FAULT_NONE;
            check_round_trip(9, 3, 0);
        }
        teardown();
    }
}

static void spi_removed_at_any_time(void) {
    bool survived = false;
    for (uint32_t n = 0; !survived; n++) {
        CHECK(n < 200);
        int status = open_card(new_card(64 * MIB, SDCARD_FAULT_REMOVED, n), SLOW_HZ, true, (lx_sd_options_t) { 0 });
        fill(n);
        status = status != LX_OK ? status : lx_sd_write(&card, 20, data, 4);
        status = status != LX_OK ? status : lx_sd_read(&card, 20, copy, 4);
        status = status != LX_OK ? status : lx_sd_check(&card);
        survived = status == LX_OK;
        if (survived) {
            CHECK(memcmp(data, copy, 2048) == 0);
            CHECK(!model.card->gone);
        } else {
            CHECK(status == LX_ENOCARD || status == LX_ECARDLOST);
        }
        teardown();
    }
}

static void spi_nothing_answers(void) {
    CHECK_EQ(open_card(NULL, SLOW_HZ, true, (lx_sd_options_t) { 0 }), LX_ENOCARD);
    teardown();
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NO_INIT, 0), CLK_HZ, true, (lx_sd_options_t) { 0 }), LX_ECARDINIT);
    teardown();
    // The core itself.
    CHECK_EQ(open_card(new_card(64 * MIB, SDCARD_FAULT_NONE, 0), CLK_HZ, true, (lx_sd_options_t) { 0 }), LX_OK);
    model.dead = true;
    CHECK(lx_sd_read(&card, 0, copy, 2) < 0);
    CHECK(lx_sd_write(&card, 0, data, 2) < 0);
    CHECK(lx_sd_init(&card, &lx_sdspi_transport, &core, &(lx_sd_options_t) { 0 }) < 0);
    teardown();
}

const test_t tests_sdspi[] = {
    TEST(spi_cards),
    TEST(spi_clock_that_is_fixed),
    TEST(spi_faults),
    TEST(spi_removed_at_any_time),
    TEST(spi_nothing_answers),
    {NULL, NULL},
};
