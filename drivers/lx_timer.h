// SPDX-License-Identifier: MIT
//
// LiteX's Timer (litex/soc/cores/timer.py): a 32-bit countdown in cycles of the system clock, one shot or
// periodic, with an event when it is 0, and, where the SoC was built with it, a 64-bit count of the cycles
// since power-up ("uptime"). No state: functions take the registers. All may be called from an interrupt.
//
// The timer that the system clock uses (lx_clock.h) belongs to lx_clock; its uptime is for everybody.

#ifndef DRIVERS_LX_TIMER_H
#define DRIVERS_LX_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t load;
    csr_reg_t reload;
    csr_reg_t en;
    csr_reg_t update_value;
    csr_reg_t value;
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
    csr_reg_t uptime_latch; // absent without uptime
    csr_reg_t uptime_cycles; // absent without uptime
} lx_timer_regs_t;

#define TIMER_EV_ZERO (1 << 0)

static inline bool lx_timer_has_uptime(const lx_timer_regs_t *regs) {
    return csr_present(regs->uptime_latch) && csr_present(regs->uptime_cycles);
}

// Stop, disable the event and drop a pending one.
void lx_timer_stop(const lx_timer_regs_t *regs);

// An event after this many cycles, once. LX_EINVAL: 0.
int lx_timer_start_once(const lx_timer_regs_t *regs, uint32_t cycles);

// An event each this many cycles. LX_EINVAL: below 2.
int lx_timer_start_periodic(const lx_timer_regs_t *regs, uint32_t cycles);

// The cycles until the counter is 0, as latched now.
uint32_t lx_timer_value(const lx_timer_regs_t *regs);

// Let the event reach the CPU, or not. Pending events stay pending.
void lx_timer_irq_enable(const lx_timer_regs_t *regs, bool enable);

// Whether the event is pending; and the interrupt half: the same, acknowledging it.
bool lx_timer_pending(const lx_timer_regs_t *regs);
bool lx_timer_take(const lx_timer_regs_t *regs);

// The cycles since power-up. The timer must have uptime. Turns interrupts off for the time of the two
// accesses, because an interrupt handler may latch, too.
uint64_t lx_timer_uptime(const lx_timer_regs_t *regs);

#endif // DRIVERS_LX_TIMER_H
