// SPDX-License-Identifier: MIT
//
// Watchdog: litex/soc/cores/watchdog.py. `execute` says that the count was 0 while enabled, and keeps saying so
// until the first enabled cycle with another count. With `reset` set it pulls the reset, which on a bus of 8 bits can
// be before the word with `feed` has arrived: the fields of control are in four words there. So a start feeds first,
// enables next, and sets `reset` last; none of the steps can find the count at 0.

#include "drivers/lx_watchdog.h"

#include "soc/irq.h"

#define RUN (WATCHDOG_CONTROL_ENABLE | WATCHDOG_CONTROL_RESET)

uint32_t lx_watchdog_max_cycles(const lx_watchdog_regs_t *regs) {
    unsigned bits = csr_bits(regs->cycles);
    return bits < 32 ? (UINT32_C(1) << bits) - 1 : UINT32_MAX;
}

static void drop_event(const lx_watchdog_regs_t *regs, uint32_t enable) {
    if (csr_present(regs->ev_enable)) {
        csr_write(regs->ev_enable, 0);
        csr_write(regs->ev_pending, WATCHDOG_EV_WDT);
        csr_write(regs->ev_enable, enable);
    }
}

int lx_watchdog_start(const lx_watchdog_regs_t *regs, uint32_t cycles) {
    if (cycles == 0 || cycles > lx_watchdog_max_cycles(regs)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    csr_write(regs->control, 0);
    csr_write(regs->cycles, cycles);
    csr_write(regs->control, WATCHDOG_CONTROL_FEED);
    uint32_t fed = csr_read(regs->remaining);
    csr_write(regs->control, WATCHDOG_CONTROL_ENABLE);
    drop_event(regs, regs->irq >= 0 ? WATCHDOG_EV_WDT : 0);
    csr_write(regs->control, RUN | WATCHDOG_CONTROL_FEED);
    soc_irq_restore(state);
    return fed == cycles ? LX_OK : LX_EIO;
}

void lx_watchdog_feed(const lx_watchdog_regs_t *regs) {
    csr_write(regs->control, RUN | WATCHDOG_CONTROL_FEED);
}

void lx_watchdog_stop(const lx_watchdog_regs_t *regs) {
    uint32_t state = soc_irq_save();
    csr_write(regs->control, 0);
    drop_event(regs, 0);
    soc_irq_restore(state);
}

bool lx_watchdog_running(const lx_watchdog_regs_t *regs) {
    return (csr_read(regs->control) & WATCHDOG_CONTROL_ENABLE) != 0;
}

uint32_t lx_watchdog_cycles(const lx_watchdog_regs_t *regs) {
    return csr_read(regs->cycles);
}

uint32_t lx_watchdog_remaining(const lx_watchdog_regs_t *regs) {
    return csr_read(regs->remaining);
}

bool lx_watchdog_take(const lx_watchdog_regs_t *regs) {
    if (!csr_present(regs->ev_pending) || (csr_read(regs->ev_pending) & WATCHDOG_EV_WDT) == 0) {
        return false;
    }
    csr_write(regs->ev_pending, WATCHDOG_EV_WDT);
    return true;
}
