// SPDX-License-Identifier: MIT
//
// LiteSPI with a SPI NOR flash (litespi/core/master.py, mmap.py, crossbar.py, phy/generic_sdr.py): the master's registers
// and the region through which the flash is read. In LiteX 2024.12 the registers are those of <name>_core, with the clock
// divisor in <name>_phy; later cores have all of them in <name>.
//
// All bits of a transfer move when it starts. One wire each way: a transfer of 2 or 4 bits a clock takes its time, but
// the chip, which has no model of it, hears nothing. The region is read by opcode 03h with 24 address bits, as LiteX
// does with one wire. While the master has chip select, nothing answers a read of the region, and LiteX's bus gives up
// after a million cycles. What the core does after that is not modelled: on RTL it goes on with the read when the master
// lets go, and its late answer may end another access of the bus.

#include <stdio.h>
#include <string.h>

#include "cores/models.h"
#include "models/nor_file.h"

#define TX_READY (1 << 0)
#define RX_READY (1 << 1)
#define LENGTH(config) ((config) & 0xff)
#define WIDTH(config) ((config) >> 8 & 0xf)
#define MAX_BITS (32)

#define READ (0x03)
#define ADDRESS_BYTES (3)

// Cycles, measured on RTL.
#define SELECT_CYCLES (12)    // chip select to the first transfer
#define TRANSFER_CYCLES (4)   // of a transfer beside its clocks
#define BURST_CYCLES (256)    // for which the region keeps chip select after a read
#define ACCESS_CYCLES (4)     // of a read of the region beside its transfers
#define BUS_TIMEOUT (1000000) // of LiteX's bus

typedef struct {
    nor_file_t *flash; // NULL: nothing is on the pins
    const reg_t *divisor;
    bool halves; // the divisor counts half clocks, as in 2024.12
    const reg_t *phy_divisor;
    const reg_t *mmap_divisor;
    // The master.
    bool selected;
    uint64_t ready_at; // chip select has been low for long enough
    bool full;         // a word waits, or is under way
    bool moving;
    uint32_t data;
    uint32_t config;
    uint64_t done_at;
    uint32_t shifted; // the PHY's register, whose old bits move up
    bool received;    // a result waits for the master to be read
    uint32_t result;
    bool held;        // another one waits in the PHY
    // The region.
    bool burst;
    uint32_t next; // offset of the word that goes on with it
    uint64_t burst_until;
} litespi_t;

static uint64_t clocks(const litespi_t *spi, const reg_t *divisor, uint64_t count) {
    uint64_t value = divisor != NULL ? reg_get(divisor) : 0;
    if (spi->halves) {
        return count * 2 * (value + 1);
    }
    if (value == 0 && spi->phy_divisor != NULL) {
        value = reg_get(spi->phy_divisor);
    }
    return count * (value == 0 ? 1 : value);
}

static uint8_t exchange(litespi_t *spi, uint8_t out) {
    return spi->flash != NULL ? nor_exchange(&spi->flash->nor, out) : 0xff;
}

static void chip_select(core_t *core, bool selected) {
    litespi_t *spi = core->state;
    if (spi->flash != NULL) {
        nor_file_advance_to(spi->flash, core_ns(core));
        nor_select(&spi->flash->nor, selected);
    }
}

// ---- Master -----------------------------------------------------------------------------------------------

static void shift(core_t *core) {
    litespi_t *spi = core->state;
    unsigned bits = LENGTH(spi->config) & 0x3f;
    bool whole = WIDTH(spi->config) == 1 && bits % 8 == 0 && bits <= MAX_BITS;
    if (spi->flash != NULL) {
        nor_file_advance_to(spi->flash, core_ns(core));
    }
    if (!whole) {
        if (spi->flash != NULL) {
            nor_abandon(&spi->flash->nor);
        }
        spi->shifted = UINT32_MAX;
        return;
    }
    for (unsigned left = bits; left > 0; left -= 8) {
        spi->shifted = spi->shifted << 8 | exchange(spi, (uint8_t)(spi->data >> (left - 8)));
    }
}

// All that happened up to now.
static void settle(core_t *core) {
    litespi_t *spi = core->state;
    uint64_t now = core_now(core);
    if (spi->moving && now >= spi->done_at) {
        spi->moving = false;
        spi->full = false;
        spi->held = true;
    }
    if (spi->held && !spi->received) {
        spi->held = false;
        spi->received = true;
        spi->result = spi->shifted;
    }
    if (spi->full && !spi->moving && !spi->held && spi->selected) {
        uint64_t start = now > spi->ready_at ? now : spi->ready_at;
        unsigned width = WIDTH(spi->config) != 0 ? WIDTH(spi->config) : 1;
        shift(core);
        spi->moving = true;
        spi->done_at = start + TRANSFER_CYCLES + clocks(spi, spi->divisor, (LENGTH(spi->config) & 0x3f) / width);
    }
}

static void write_cs(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    litespi_t *spi = core->state;
    settle(core);
    bool selected = value & 1;
    if (selected == spi->selected) {
        return;
    }
    spi->selected = selected;
    if (selected) {
        uint64_t now = core_now(core);
        uint64_t free = spi->burst && spi->burst_until > now ? spi->burst_until : now;
        spi->burst = false;
        spi->ready_at = free + SELECT_CYCLES;
        chip_select(core, false);
    } else if (spi->moving && spi->flash != NULL) {
        nor_abandon(&spi->flash->nor);
    }
    chip_select(core, selected);
    settle(core);
}

static void write_rxtx(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    litespi_t *spi = core->state;
    settle(core);
    if (!spi->full) {
        spi->full = true;
        spi->data = (uint32_t)value;
        spi->config = (uint32_t)reg_get(core_reg(core, "master_phyconfig"));
    }
    settle(core);
}

static uint64_t read_rxtx(core_t *core, reg_t *reg) {
    (void)reg;
    litespi_t *spi = core->state;
    settle(core);
    uint32_t result = spi->result;
    spi->received = false;
    settle(core);
    return result;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    litespi_t *spi = core->state;
    settle(core);
    return (spi->full ? 0 : TX_READY) | (spi->received ? RX_READY : 0);
}

// ---- Region -----------------------------------------------------------------------------------------------

static void begin_burst(core_t *core, uint32_t offset) {
    litespi_t *spi = core->state;
    chip_select(core, false);
    chip_select(core, true);
    exchange(spi, READ);
    for (unsigned i = ADDRESS_BYTES; i-- > 0;) {
        exchange(spi, (uint8_t)(offset >> (8 * i)));
    }
    const reg_t *dummy = core_reg(core, "mmap_dummy_bits");
    for (uint64_t i = 0; i < (dummy != NULL ? reg_get(dummy) / 8 : 0); i++) {
        exchange(spi, 0);
    }
}

static uint32_t read_window(void *context, uint32_t offset) {
    core_t *core = context;
    litespi_t *spi = core->state;
    const core_host_t *host = core->host;
    settle(core);
    if (spi->selected) {
        host->stall(host->machine, BUS_TIMEOUT);
        host->bus_error(host->machine);
        return UINT32_MAX;
    }
    uint64_t bits = MAX_BITS;
    uint64_t cycles = ACCESS_CYCLES + TRANSFER_CYCLES;
    if (!spi->burst || spi->next != offset || core_now(core) >= spi->burst_until) {
        begin_burst(core, offset);
        bits += 8 * (1 + ADDRESS_BYTES);
        cycles += SELECT_CYCLES + 2 * TRANSFER_CYCLES;
    } else if (spi->flash != NULL) {
        nor_file_advance_to(spi->flash, core_ns(core));
    }
    uint32_t word = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint8_t byte = exchange(spi, 0);
        word |= (uint32_t)byte << (8 * i);
        spi->shifted = spi->shifted << 8 | byte; // the same register as the master's
    }
    host->stall(host->machine, cycles + clocks(spi, spi->mmap_divisor, bits));
    spi->burst = true;
    spi->next = offset + 4;
    spi->burst_until = core_now(core) + BURST_CYCLES;
    return word;
}

static void write_window(void *context, uint32_t offset, uint32_t value, unsigned size) {
    (void)offset;
    (void)value;
    (void)size;
    // Without with_mmap_write nothing answers.
    core_t *core = context;
    core->host->stall(core->host->machine, BUS_TIMEOUT);
    core->host->bus_error(core->host->machine);
}

// ---- Core -------------------------------------------------------------------------------------------------

// The name of the instance: of the core of 2024.12 without its end.
static void instance_name(const core_t *core, char name[SOC_NAME]) {
    static const char end[] = "_core";
    size_t length = strlen(core->name);
    snprintf(name, SOC_NAME, "%s", core->name);
    if (length > strlen(end) && strcmp(core->name + length - strlen(end), end) == 0) {
        name[length - strlen(end)] = '\0';
    }
}

static bool init(core_t *core) {
    litespi_t *spi = core->state;
    char name[SOC_NAME];
    char phy[SOC_NAME + 4];
    instance_name(core, name);
    snprintf(phy, sizeof(phy), "%s_phy", name);
    core_t *other = core_find(core, phy);
    spi->phy_divisor = core_reg(core, "phy_clk_divisor");
    if (other != NULL && spi->phy_divisor == NULL) {
        spi->phy_divisor = core_reg(other, "clk_divisor");
    }
    spi->halves = core_reg(core, "mmap_clk_divisor") == NULL;
    spi->divisor = spi->halves ? spi->phy_divisor : core_reg(core, "master_clk_divisor");
    spi->mmap_divisor = spi->halves ? spi->phy_divisor : core_reg(core, "mmap_clk_divisor");
    if (core->host->spiflash != NULL && core->host->spiflash->user == NULL) {
        spi->flash = core->host->spiflash;
        spi->flash->user = core;
    }
    core_window_t window = { .context = core, .read = read_window, .write = write_window };
    core->host->window(core->host->machine, name, &window);
    return true;
}

// LiteX gives the clock that it was asked for, and the register starts with the divisor for it.
static uint64_t default_divisor(const core_t *core, const char *instance, bool halves) {
    char constant[SOC_NAME + 16];
    snprintf(constant, sizeof(constant), "%s_phy_frequency", instance);
    const soc_constant_t *c = soc_constant(core->host->soc, constant);
    uint64_t hz = c != NULL && c->is_number && c->number > 0 ? (uint64_t)c->number : 20000000;
    uint64_t clock = core->host->soc->clock_hz;
    if (!halves) {
        return (clock + hz - 1) / hz;
    }
    uint64_t twice = (clock + 2 * hz - 1) / (2 * hz);
    return twice > 0 ? twice - 1 : 0;
}

static void reset(core_t *core) {
    litespi_t *spi = core->state;
    nor_file_t *flash = spi->flash;
    litespi_t fresh = {
        .flash = flash, .divisor = spi->divisor, .halves = spi->halves, .phy_divisor = spi->phy_divisor,
        .mmap_divisor = spi->mmap_divisor,
    };
    *spi = fresh;
    char name[SOC_NAME];
    instance_name(core, name);
    reg_t *divisor = core_reg(core, "phy_clk_divisor");
    if (divisor != NULL) {
        reg_set(divisor, default_divisor(core, name, spi->halves));
    }
    chip_select(core, false);
}

static void reset_phy(core_t *core) {
    char name[SOC_NAME];
    snprintf(name, sizeof(name), "%s", core->name);
    char *end = strstr(name, "_phy");
    if (end != NULL) {
        *end = '\0';
    }
    reg_set(core_reg(core, "clk_divisor"), default_divisor(core, name, true));
}

static const core_reg_t regs[] = {
    { .suffix = "mmap_dummy_bits", .bits = 8 },
    { .suffix = "mmap_clk_divisor", .flags = REG_OPTIONAL, .bits = 10 },
    { .suffix = "master_cs", .flags = REG_OPTIONAL, .bits = 1, .write = write_cs },
    { .suffix = "master_phyconfig", .flags = REG_OPTIONAL, .bits = 24 },
    { .suffix = "master_rxtx", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_rxtx, .write = write_rxtx },
    { .suffix = "master_status", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_status },
    { .suffix = "master_clk_divisor", .flags = REG_OPTIONAL, .bits = 10 },
    { .suffix = "phy_clk_divisor", .flags = REG_OPTIONAL, .bits = 10 },
    { .suffix = "phy_mode", .flags = REG_OPTIONAL, .bits = 2 },
    CORE_REGS_END,
};

const core_model_t core_litespi = {
    .kind = "litespi", .regs = regs, .state_size = sizeof(litespi_t), .init = init, .reset = reset
};

static const core_reg_t phy_regs[] = {
    { .suffix = "clk_divisor", .bits = 8 },
    CORE_REGS_END,
};

const core_model_t core_litespi_phy = {
    .kind = "litespi_phy", .regs = phy_regs, .names = "spiflash", .reset = reset_phy
};
