// SPDX-License-Identifier: MIT
//
// A transport over any pins: three callbacks, which may be anything from a machine.Pin to a model in a test.

#ifndef JTAG_BITBANG_H
#define JTAG_BITBANG_H

#include "jtag/jtag.h"

// The caller fills this and keeps it as long as the transport is used.
typedef struct {
    // Drive TMS or TDI; called only when the level changes, always while TCK is low.
    void (*set_tms)(void *pins, bool level);
    void (*set_tdi)(void *pins, bool level);
    // Sample TDO, raise TCK, lower TCK: returns 0 or 1 as sampled, or a negative status.
    int (*clock)(void *pins);
    // Microseconds, wrapping; needed by jtag_bitbang_timed_ops alone.
    uint32_t (*time_us)(void *pins);
    void *pins;
    // Private: the levels that the pins have; jtag_bitbang_init() drives both low.
    bool tms;
    bool tdi;
} jtag_bitbang_t;

// The frequency is what the callbacks make of it, and unknown. With the first, waits are counted in clocks as if at
// 25 MHz, which takes long on slow pins; the second has a clock for them.
extern const jtag_transport_ops_t jtag_bitbang_ops;
extern const jtag_transport_ops_t jtag_bitbang_timed_ops;

// Drive the pins to the levels that the struct believes in.
void jtag_bitbang_init(jtag_bitbang_t *bitbang);

#endif // JTAG_BITBANG_H
