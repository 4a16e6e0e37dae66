// SPDX-License-Identifier: MIT
//
// SoCController (litex/soc/integration/soc.py): reset, scratch and the count of bus errors.

#include "cores/models.h"
#include "machine/machine.h"

#define RESET_SOC (1)
#define RESET_CPU (2)

static void write_reset(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    if (value & RESET_SOC) {
        machine_reset_request(core->machine);
    } else if (value & RESET_CPU) {
        // Held until somebody else lets go, and nobody else is there.
        core->machine->cpu.held = true;
        core->machine->cpu.attention = true;
    }
}

static uint64_t read_bus_errors(core_t *core, reg_t *reg) {
    (void)reg;
    uint64_t errors = core->machine->bus.errors - core->machine->bus_errors_base;
    return errors < UINT32_MAX ? errors : UINT32_MAX;
}

static void reset(core_t *core) {
    core->machine->bus_errors_base = core->machine->bus.errors;
}

static const core_reg_t regs[] = {
    { .suffix = "reset", .flags = REG_OPTIONAL, .bits = 2, .write = write_reset },
    { .suffix = "scratch", .bits = 32, .reset = 0x12345678 },
    { .suffix = "bus_errors", .flags = REG_OPTIONAL, .bits = 32, .read = read_bus_errors },
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_ctrl = { .kind = "ctrl", .regs = regs, .reset = reset };
