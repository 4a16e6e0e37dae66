// SPDX-License-Identifier: MIT
//
// The source of random bits of gateware/trng.py.

#include "drivers/lx_trng.h"

#define FAILURES (TRNG_STATUS_REPETITION | TRNG_STATUS_PROPORTION)

int lx_trng_read(const lx_trng_regs_t *regs, uint32_t *word, uint32_t max_polls) {
    *word = 0;
    for (uint32_t i = 0; i < max_polls; i++) {
        uint32_t status = csr_read(regs->status);
        if (status & FAILURES) {
            return LX_EIO;
        }
        if (status & TRNG_STATUS_VALID) {
            uint32_t data = csr_read(regs->data);
            // A test that failed meanwhile takes the word back.
            if (csr_read(regs->status) & FAILURES) {
                return LX_EIO;
            }
            csr_write(regs->control, TRNG_CONTROL_TAKE);
            *word = data;
            return LX_OK;
        }
    }
    return LX_ETIMEDOUT;
}

uint32_t lx_trng_failures(const lx_trng_regs_t *regs) {
    return csr_read(regs->status) & FAILURES;
}

void lx_trng_restart(const lx_trng_regs_t *regs) {
    csr_write(regs->control, TRNG_CONTROL_RESTART);
}
