// SPDX-License-Identifier: MIT
//
// GPIO: litex/soc/cores/gpio.py.
//
// An event of edge mode is the rising edge of (pin xor edge), one of change mode any change. Switching mode or
// edge can raise a false event, so they are set while the event is disabled, and what is pending is dropped.

#include "drivers/lx_gpio.h"

#include "soc/irq.h"

static bool beyond(const lx_gpio_regs_t *regs, uint32_t mask) {
    return regs->pins < 32 && mask >> regs->pins != 0;
}

// With interrupts off.
static void replace_bits(csr_reg_t reg, uint32_t mask, uint32_t value) {
    csr_write(reg, (csr_read(reg) & ~mask) | (value & mask));
}

uint32_t lx_gpio_read(const lx_gpio_regs_t *regs) {
    return csr_read(csr_present(regs->in) ? regs->in : regs->out);
}

uint32_t lx_gpio_read_out(const lx_gpio_regs_t *regs) {
    return csr_present(regs->out) ? csr_read(regs->out) : 0;
}

uint32_t lx_gpio_read_oe(const lx_gpio_regs_t *regs) {
    if (csr_present(regs->oe)) {
        return csr_read(regs->oe);
    }
    // Without oe, a pin that can be driven always is.
    return csr_present(regs->out) ? UINT32_MAX >> (32 - regs->pins) : 0;
}

int lx_gpio_write(const lx_gpio_regs_t *regs, uint32_t mask, uint32_t value) {
    if (!csr_present(regs->out)) {
        return LX_ENOTSUP;
    }
    if (beyond(regs, mask)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    replace_bits(regs->out, mask, value);
    soc_irq_restore(state);
    return LX_OK;
}

int lx_gpio_toggle(const lx_gpio_regs_t *regs, uint32_t mask) {
    if (!csr_present(regs->out)) {
        return LX_ENOTSUP;
    }
    if (beyond(regs, mask)) {
        return LX_EINVAL;
    }
    lx_gpio_toggle_pin(regs, mask);
    return LX_OK;
}

int lx_gpio_set_direction(const lx_gpio_regs_t *regs, uint32_t mask, uint32_t outputs) {
    if (beyond(regs, mask)) {
        return LX_EINVAL;
    }
    if (csr_present(regs->oe)) {
        uint32_t state = soc_irq_save();
        replace_bits(regs->oe, mask, outputs);
        soc_irq_restore(state);
        return LX_OK;
    }
    bool wants_output = (mask & outputs) != 0;
    bool wants_input = (mask & ~outputs) != 0;
    if ((wants_output && !lx_gpio_can_output(regs)) || (wants_input && !lx_gpio_can_input(regs))) {
        return LX_ENOTSUP;
    }
    return LX_OK;
}

int lx_gpio_set_trigger(const lx_gpio_regs_t *regs, uint32_t mask, lx_gpio_trigger_t trigger) {
    if (!lx_gpio_can_interrupt(regs)) {
        return LX_ENOTSUP;
    }
    if (beyond(regs, mask) || trigger < LX_GPIO_RISING || trigger > LX_GPIO_CHANGE) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    replace_bits(regs->mode, mask, trigger == LX_GPIO_CHANGE ? mask : 0);
    replace_bits(regs->edge, mask, trigger == LX_GPIO_FALLING ? mask : 0);
    csr_write(regs->ev_pending, mask);
    soc_irq_restore(state);
    return LX_OK;
}
