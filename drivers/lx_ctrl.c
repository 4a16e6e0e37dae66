// SPDX-License-Identifier: MIT
//
// LiteX's SoC controller: litex/soc/integration/soc.py, class SoCController.

#include "drivers/lx_ctrl.h"

// How often to look whether a reset has come; each look is an access to a CSR, 4 cycles at least.
#define RESET_POLLS (10000)

int lx_ctrl_reset(const lx_ctrl_regs_t *regs) {
    if (!csr_present(regs->reset)) {
        return LX_ENODEV;
    }
    csr_write(regs->reset, CTRL_RESET_SOC_RST);
    for (unsigned i = 0; i < RESET_POLLS; i++) {
        (void)csr_read(regs->reset);
    }
    return LX_EIO;
}

uint32_t lx_ctrl_bus_errors(const lx_ctrl_regs_t *regs) {
    return csr_present(regs->bus_errors) ? csr_read(regs->bus_errors) : 0;
}

int lx_ctrl_sane(const lx_ctrl_regs_t *regs) {
    // Each byte differs from the others, and the patterns in every bit.
    static const uint32_t patterns[] = {0x12345678, 0xedcba987};
    if (!csr_present(regs->scratch)) {
        return LX_ENODEV;
    }
    int status = LX_OK;
    uint32_t before = csr_read(regs->scratch);
    for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        csr_write(regs->scratch, patterns[i]);
        if (csr_read(regs->scratch) != patterns[i]) {
            status = LX_EIO;
        }
    }
    csr_write(regs->scratch, before);
    return status;
}
