// SPDX-License-Identifier: MIT
//
// LiteX's SoC controller (litex/soc/integration/soc.py, SoCController): reset, scratch register and the
// counter of bus errors. Any of the three may be missing from a SoC. No state: functions take the registers.

#ifndef DRIVERS_LX_CTRL_H
#define DRIVERS_LX_CTRL_H

#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // always -1
    csr_reg_t reset;
    csr_reg_t scratch;
    csr_reg_t bus_errors;
} lx_ctrl_regs_t;

// Bits of the reset register.
#define CTRL_RESET_SOC_RST (1 << 0)
#define CTRL_RESET_CPU_RST (1 << 1)

// Reset the whole SoC. Returns where that does not happen: LX_ENODEV without a reset register, LX_EIO
// when the SoC is still running some thousand cycles after the write.
int lx_ctrl_reset(const lx_ctrl_regs_t *regs);

// Bus errors (accesses to addresses where nothing answers) since reset; sticks at 0xffffffff. 0 without
// the register.
uint32_t lx_ctrl_bus_errors(const lx_ctrl_regs_t *regs);

// Write two patterns to the scratch register, read them back, restore it: LX_OK when CSRs work as this
// firmware believes, LX_EIO when not (other address, other width), LX_ENODEV without the register.
int lx_ctrl_sane(const lx_ctrl_regs_t *regs);

#endif // DRIVERS_LX_CTRL_H
