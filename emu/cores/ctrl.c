// SPDX-License-Identifier: MIT
//
// SoCController (litex/soc/integration/soc.py): reset, scratch and the count of bus errors.

#include "cores/models.h"

#define RESET_SOC (1)
#define RESET_CPU (2)

typedef struct {
    uint64_t errors_before; // of the bus, until the SoC's last reset
} ctrl_state_t;

static void write_reset(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    if (value & RESET_SOC) {
        core->host->reset(core->host->machine);
    } else if (value & RESET_CPU) {
        // Only a host on the bus could release it.
        core->host->hold(core->host->machine);
    }
}

static uint64_t read_bus_errors(core_t *core, reg_t *reg) {
    (void)reg;
    const ctrl_state_t *ctrl = core->state;
    uint64_t errors = core->host->bus_errors(core->host->machine) - ctrl->errors_before;
    return errors < UINT32_MAX ? errors : UINT32_MAX;
}

static void reset(core_t *core) {
    ctrl_state_t *ctrl = core->state;
    ctrl->errors_before = core->host->bus_errors(core->host->machine);
}

static const core_reg_t regs[] = {
    { .suffix = "reset", .flags = REG_OPTIONAL, .bits = 2, .write = write_reset },
    { .suffix = "scratch", .bits = 32, .reset = 0x12345678 },
    { .suffix = "bus_errors", .flags = REG_OPTIONAL, .bits = 32, .read = read_bus_errors },
    CORE_REGS_END,
};

const core_model_t core_ctrl = { .kind = "ctrl", .regs = regs, .state_size = sizeof(ctrl_state_t), .reset = reset };
