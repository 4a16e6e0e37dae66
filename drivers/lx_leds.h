// SPDX-License-Identifier: MIT
//
// LEDs: LiteX's LedChaser (litex/soc/cores/led.py) or a GPIOOut that a SoC calls leds. One register: bit n
// drives LED n, 1 is on whatever the board's polarity. A LedChaser animates until the first write.
// No state: functions take the registers. All may be called from an interrupt.

#ifndef DRIVERS_LX_LEDS_H
#define DRIVERS_LX_LEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "soc/csr.h"
#include "soc/status.h"

typedef struct {
    const char *name;
    int16_t irq; // always -1
    uint16_t pins; // number of LEDs; the width of the CSR where LiteX's output does not tell
    csr_reg_t out;
} lx_leds_regs_t;

// The LEDs as a mask, as last written.
uint32_t lx_leds_get(const lx_leds_regs_t *regs);

// Set those LEDs that mask selects to the bits of value. LX_EINVAL: mask has a bit beyond the last LED.
int lx_leds_set(const lx_leds_regs_t *regs, uint32_t mask, uint32_t value);

// Invert those LEDs that mask selects. LX_EINVAL as above.
int lx_leds_toggle(const lx_leds_regs_t *regs, uint32_t mask);

#endif // DRIVERS_LX_LEDS_H
