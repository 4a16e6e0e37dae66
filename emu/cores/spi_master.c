// SPDX-License-Identifier: MIT
//
// SPIMaster (litex/soc/cores/spi/spi_master.py) with nothing on its wires: a transfer takes its
// time, MISO reads 0, or what was sent in loopback.

#include "cores/models.h"
#include "machine.h"

#define CONTROL_START (1)
#define CONTROL_LENGTH_SHIFT (8)
#define STATUS_DONE (1)
#define DEFAULT_DIVIDER (2)
#define OVERHEAD_CYCLES (4)

typedef struct {
    uint64_t done_at;
} spi_state_t;

static void write_control(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    spi_state_t *spi = core->state;
    if (!(value & CONTROL_START)) {
        return;
    }
    reg_t *divider = core_reg(core, "clk_divider");
    reg_t *loopback = core_reg(core, "loopback");
    uint64_t clocks = divider != NULL && reg_get(divider) != 0 ? reg_get(divider) : DEFAULT_DIVIDER;
    spi->done_at = machine_now(core->machine) + OVERHEAD_CYCLES + (value >> CONTROL_LENGTH_SHIFT & 0xff) * clocks;
    reg_set(core_reg(core, "miso"),
        loopback != NULL && (reg_get(loopback) & 1) ? reg_get(core_reg(core, "mosi")) : 0);
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    spi_state_t *spi = core->state;
    return machine_now(core->machine) >= spi->done_at ? STATUS_DONE : 0;
}

static void reset(core_t *core) {
    spi_state_t *spi = core->state;
    spi->done_at = 0;
}

static const core_reg_t regs[] = {
    { .suffix = "control", .bits = 16, .write = write_control },
    { .suffix = "status", .flags = REG_VOLATILE, .read = read_status },
    { .suffix = "mosi" },
    { .suffix = "miso" },
    { .suffix = "cs", .flags = REG_OPTIONAL, .reset = 1 },
    { .suffix = "loopback", .flags = REG_OPTIONAL, .bits = 1 },
    { .suffix = "clk_divider", .flags = REG_OPTIONAL, .bits = 16 },
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_spi_master = {
    .kind = "spi_master", .regs = regs, .state_size = sizeof(spi_state_t), .reset = reset
};
