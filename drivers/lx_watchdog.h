// SPDX-License-Identifier: MIT
//
// LiteX's Watchdog (litex/soc/cores/watchdog.py): counts down from `cycles` unless it is fed. At 0 it raises its
// event and, where the SoC was built with a reset that it may pull, resets the SoC after the delay that the gateware
// sets (LiteX's add_watchdog(): one second unless told otherwise). No state: functions take the registers.

#ifndef DRIVERS_LX_WATCHDOG_H
#define DRIVERS_LX_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t control;
    csr_reg_t cycles;
    csr_reg_t remaining;
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
} lx_watchdog_regs_t;

#define WATCHDOG_CONTROL_FEED (1 << 0)
#define WATCHDOG_CONTROL_ENABLE (1 << 8)
#define WATCHDOG_CONTROL_RESET (1 << 16)
#define WATCHDOG_EV_WDT (1 << 0)

// The longest timeout, in cycles of the system clock.
uint32_t lx_watchdog_max_cycles(const lx_watchdog_regs_t *regs);

// Start it, fed, with the reset and (where the core has an interrupt line) the event enabled. A pending event of
// former times is dropped. LX_EINVAL: 0 cycles or more than it can count. LX_EIO: it does not count.
int lx_watchdog_start(const lx_watchdog_regs_t *regs, uint32_t cycles);

// Feed it. May be called from an interrupt.
void lx_watchdog_feed(const lx_watchdog_regs_t *regs);

// Stop it and drop its event.
void lx_watchdog_stop(const lx_watchdog_regs_t *regs);

bool lx_watchdog_running(const lx_watchdog_regs_t *regs);

// The timeout as set, and what is left of it, in cycles.
uint32_t lx_watchdog_cycles(const lx_watchdog_regs_t *regs);
uint32_t lx_watchdog_remaining(const lx_watchdog_regs_t *regs);

// The interrupt half: whether it has run down; acknowledges the event.
bool lx_watchdog_take(const lx_watchdog_regs_t *regs);

#endif // DRIVERS_LX_WATCHDOG_H
