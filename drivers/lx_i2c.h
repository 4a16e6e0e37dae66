// SPDX-License-Identifier: MIT
//
// I2C: LiteX's bit-bang I2CMaster (litex/soc/cores/bitbang.py). Two registers: w lets or pulls low the two wires, r tells
// the level of SDA. Both wires are open drain here, whatever the core could do: a 1 is never driven.
//
// SCL cannot be read back, so a device that stretches the clock is not noticed: it loses bits. Choose a clock that it can
// follow. A device that holds SDA low is noticed, and clocked until it lets go (UM10204, 3.1.16).
//
// The time of an edge is taken from the system clock, so interrupts make the bus slower, never faster. Not for
// interrupts. One master on the bus, one transfer at a time.

#ifndef DRIVERS_LX_I2C_H
#define DRIVERS_LX_I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "drivers/lx_clock.h"
#include "soc/csr.h"

#define LX_I2C_HZ_MIN (1000)

typedef struct {
    const char *name;
    int16_t irq; // always -1
    csr_reg_t w;
    csr_reg_t r;
} lx_i2c_regs_t;

// Private to lx_i2c; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_i2c_regs_t *regs;
    lx_clock_t *clock;
    uint32_t half; // cycles of the system clock for half a bit
    uint32_t edge; // time of the last change of SCL or SDA
    bool scl; // as we want them
    bool sda;
} lx_i2c_t;

// Let both wires go; hz is the fastest that SCL may be. LX_EINVAL: hz is below LX_I2C_HZ_MIN or above clk_hz / 16.
int lx_i2c_init(lx_i2c_t *i2c, const lx_i2c_regs_t *regs, lx_clock_t *clock, uint32_t clk_hz, uint32_t hz);

// Clock a device that holds SDA low, until it lets go: at most nine times; then a stop. LX_ETIMEDOUT: it does not.
int lx_i2c_recover(lx_i2c_t *i2c);

// A start, or within a transfer a repeated start. LX_ETIMEDOUT: SDA is held low (at a first start, after lx_i2c_recover()
// was tried).
int lx_i2c_start(lx_i2c_t *i2c);

// LX_ETIMEDOUT: SDA is held low; both wires are let go all the same.
int lx_i2c_stop(lx_i2c_t *i2c);

// Send n bytes until one is not acknowledged. Returns how many were.
int lx_i2c_write(lx_i2c_t *i2c, const uint8_t *data, size_t n);

// Receive n bytes and acknowledge each, but the last one not where `nack` says so.
void lx_i2c_read(lx_i2c_t *i2c, uint8_t *data, size_t n, bool nack);

// A start and the address (7 bits) of the device to read from or write to. LX_ENODEV: nobody acknowledges; a stop has
// been sent. LX_ETIMEDOUT: as lx_i2c_start(). LX_EINVAL: no such address.
int lx_i2c_address(lx_i2c_t *i2c, unsigned address, bool read);

#endif // DRIVERS_LX_I2C_H
