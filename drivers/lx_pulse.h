// SPDX-License-Identifier: MIT
//
// A stream of bits on a GPIO pin, each a high and a low time, as WS2812 LEDs take it. The CPU makes the edges
// itself, with interrupts off; how long its own instructions take is measured before each stream, on the same pin
// without a change of its level, which also brings them into the cache. So a high time is met within a turn of the
// shortest loop (3 cycles or so on a VexRiscv), and so is the time of a whole bit, unless data comes late from memory.

#ifndef DRIVERS_LX_PULSE_H
#define DRIVERS_LX_PULSE_H

#include <stddef.h>
#include <stdint.h>

#include "drivers/lx_clock.h"
#include "drivers/lx_gpio.h"

// Interrupts are off for the whole stream.
#define LX_PULSE_MAX_US (100000)

// The nanoseconds of a 0 and of a 1.
typedef struct {
    uint32_t high0_ns;
    uint32_t low0_ns;
    uint32_t high1_ns;
    uint32_t low1_ns;
} lx_pulse_timing_t;

// Send n bytes, each from bit 7 to bit 0, on the pin that mask selects, which is an output; it is low at the end.
// LX_EINVAL: the mask is not a pin of the core, or the stream takes longer than LX_PULSE_MAX_US. LX_ENOTSUP: the core
// has no outputs, or the CPU is too slow to end a high time within a quarter of it; low times may become longer.
int lx_pulse_send(const lx_gpio_regs_t *regs, uint32_t mask, lx_clock_t *clock,
    const lx_pulse_timing_t *timing, const uint8_t *buf, size_t n);

#endif // DRIVERS_LX_PULSE_H
