// SPDX-License-Identifier: MIT
//
// LiteX's Timer: litex/soc/cores/timer.py. While enabled, the counter goes down one a cycle and from 0 to
// reload; while disabled, it is load. The zero event is the rising edge of (counter is 0). So reload = n - 1 gives
// an event each n cycles, and load = n one n cycles after it is enabled (n to 0).

#include "drivers/lx_timer.h"

#include "soc/irq.h"

void lx_timer_stop(const lx_timer_regs_t *regs) {
    csr_write(regs->en, 0);
    csr_write(regs->ev_enable, csr_read(regs->ev_enable) & ~(uint32_t)TIMER_EV_ZERO);
    csr_write(regs->ev_pending, TIMER_EV_ZERO);
}

static void start(const lx_timer_regs_t *regs, uint32_t load, uint32_t reload) {
    csr_write(regs->en, 0);
    csr_write(regs->load, load);
    csr_write(regs->reload, reload);
    // The counter holds load by now, so that no event of an older count can follow.
    csr_write(regs->ev_pending, TIMER_EV_ZERO);
    csr_write(regs->en, 1);
}

int lx_timer_start_once(const lx_timer_regs_t *regs, uint32_t cycles) {
    if (cycles == 0) {
        return LX_EINVAL;
    }
    start(regs, cycles, 0);
    return LX_OK;
}

int lx_timer_start_periodic(const lx_timer_regs_t *regs, uint32_t cycles) {
    if (cycles < 2) {
        return LX_EINVAL;
    }
    start(regs, cycles - 1, cycles - 1);
    return LX_OK;
}

uint32_t lx_timer_value(const lx_timer_regs_t *regs) {
    uint32_t state = soc_irq_save();
    csr_write(regs->update_value, 1);
    uint32_t value = csr_read(regs->value);
    soc_irq_restore(state);
    return value;
}

void lx_timer_irq_enable(const lx_timer_regs_t *regs, bool enable) {
    csr_write(regs->ev_enable, enable ? TIMER_EV_ZERO : 0);
}

bool lx_timer_pending(const lx_timer_regs_t *regs) {
    return (csr_read(regs->ev_pending) & TIMER_EV_ZERO) != 0;
}

bool lx_timer_take(const lx_timer_regs_t *regs) {
    if (!lx_timer_pending(regs)) {
        return false;
    }
    csr_write(regs->ev_pending, TIMER_EV_ZERO);
    return true;
}

uint64_t lx_timer_uptime(const lx_timer_regs_t *regs) {
    uint32_t state = soc_irq_save();
    csr_write(regs->uptime_latch, 1);
    uint64_t cycles = csr_read64(regs->uptime_cycles);
    soc_irq_restore(state);
    return cycles;
}
