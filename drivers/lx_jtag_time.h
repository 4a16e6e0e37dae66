// SPDX-License-Identifier: MIT
//
// Microseconds for the JTAG transports, cheap enough to be asked between short operations: a 32-bit division in place
// of lx_clock_us()'s 64-bit one. Where the clock is no whole number of MHz, they are up to 1 MHz' worth too long, never
// too short. Time between two looks that are more than 2^32 cycles apart is partly lost.

#ifndef DRIVERS_LX_JTAG_TIME_H
#define DRIVERS_LX_JTAG_TIME_H

#include "drivers/lx_clock.h"

// Private to the transports.
typedef struct {
    lx_clock_t *clock;
    uint32_t cycles_per_us;
    uint32_t cycles; // at the last look, less what is no whole microsecond
    uint32_t us;
} lx_jtag_time_t;

static inline void lx_jtag_time_init(lx_jtag_time_t *time, lx_clock_t *clock) {
    *time = (lx_jtag_time_t) { clock, (clock->clk_hz + 999999) / 1000000, lx_clock_cycles32(clock), 0 };
}

static inline uint32_t lx_jtag_time_us(lx_jtag_time_t *time) {
    uint32_t passed = (lx_clock_cycles32(time->clock) - time->cycles) / time->cycles_per_us;
    time->cycles += passed * time->cycles_per_us;
    time->us += passed;
    return time->us;
}

#endif // DRIVERS_LX_JTAG_TIME_H
