// SPDX-License-Identifier: MIT
//
// JTAG over four pins of one GPIO core: a transport of jtag/jtag.h, synchronous, with a loop for each of the two
// kinds of long shifts: about 70 cycles of the system clock per byte written on VexRiscv, 110 per byte read.
//
// While an operation runs nothing else may write pins of the same core, from an interrupt either: each clock writes
// all pins of the core, with the levels that the others had at its start.

#ifndef DRIVERS_LX_JTAG_GPIO_H
#define DRIVERS_LX_JTAG_GPIO_H

#include "drivers/lx_gpio.h"
#include "drivers/lx_jtag_time.h"
#include "jtag/jtag.h"

// Private to lx_jtag_gpio; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_gpio_regs_t *regs;
    lx_jtag_time_t time;
    uint32_t tck; // masks of one bit
    uint32_t tms;
    uint32_t tdi;
    uint32_t tdo;
} lx_jtag_gpio_t;

// Its context is an lx_jtag_gpio_t. The frequency is what the CPU makes of it, and unknown.
extern const jtag_transport_ops_t lx_jtag_gpio_ops;

// Drive tck, tms and tdi (numbers of pins) low and make tdo an input; clock outlives the transport. LX_EINVAL: a pin
// does not exist, or is named twice. LX_ENOTSUP: a pin cannot have that direction.
int lx_jtag_gpio_init(lx_jtag_gpio_t *gpio, const lx_gpio_regs_t *regs, const uint8_t pins[4], lx_clock_t *clock);

#endif // DRIVERS_LX_JTAG_GPIO_H
