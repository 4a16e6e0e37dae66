// SPDX-License-Identifier: MIT
//
// Microseconds for the JTAG transports, cheap enough to be asked between short operations: a 32-bit division in place
// of lx_clock_us()'s 64-bit one. Where the clock is not a whole number of MHz, a microsecond is too long by less than the
// cycles of 1 MHz, never too short. Time between two calls that are more than 2^32 cycles apart is partly lost.

#ifndef DRIVERS_LX_JTAG_TIME_H
#define DRIVERS_LX_JTAG_TIME_H

#include "drivers/lx_clock.h"

// Private to the transports.
typedef struct {
    lx_clock_t *clock;
    uint32_t cycles_per_us;
    uint32_t cycles; // at the last call, less the part of a microsecond
    uint32_t us;
} lx_jtag_time_t;

static inline void lx_jtag_time_init(lx_jtag_time_t *time, lx_clock_t *clock) {
    *time = (lx_jtag_time_t) { clock, (lx_clock_hz(clock) + 999999) / 1000000, lx_clock_cycles32(clock), 0 };
}

static inline uint32_t lx_jtag_time_us(lx_jtag_time_t *time) {
    uint32_t passed = (lx_clock_cycles32(time->clock) - time->cycles) / time->cycles_per_us;
    time->cycles += passed * time->cycles_per_us;
    time->us += passed;
    return time->us;
}

#endif // DRIVERS_LX_JTAG_TIME_H
