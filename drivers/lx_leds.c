// SPDX-License-Identifier: MIT
//
// LEDs: litex/soc/cores/led.py, class LedChaser.

#include "drivers/lx_leds.h"

#include "soc/irq.h"

static bool beyond(const lx_leds_regs_t *regs, uint32_t mask) {
    return regs->pins < 32 && mask >> regs->pins != 0;
}

uint32_t lx_leds_get(const lx_leds_regs_t *regs) {
    return csr_read(regs->out);
}

int lx_leds_set(const lx_leds_regs_t *regs, uint32_t mask, uint32_t value) {
    if (beyond(regs, mask)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    csr_write(regs->out, (csr_read(regs->out) & ~mask) | (value & mask));
    soc_irq_restore(state);
    return LX_OK;
}

int lx_leds_toggle(const lx_leds_regs_t *regs, uint32_t mask) {
    if (beyond(regs, mask)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    csr_write(regs->out, csr_read(regs->out) ^ mask);
    soc_irq_restore(state);
    return LX_OK;
}
