// SPDX-License-Identifier: MIT
//
// I2C: LiteI2C (litei2c/core/master.py, litei2c/phy/generic.py). The core makes start, address, bytes, repeated start and
// stop itself, for one write and one read of any length; it cannot leave out the stop, nor do less than a transfer. SCL
// goes by one of three speeds, and is not read: a device that stretches the clock is not noticed. A device that holds SDA
// low is noticed by lx_litei2c_recover() alone: to a transfer it looks like zeros and acknowledgements.
//
// A byte that nobody acknowledges ends the transfer, and the core does not tell which of up to four it was.
//
// Not for interrupts. One transfer at a time.

#ifndef DRIVERS_LX_LITEI2C_H
#define DRIVERS_LX_LITEI2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // not used: transfers are polled
    csr_reg_t master_active;
    csr_reg_t master_settings;
    csr_reg_t master_addr;
    csr_reg_t master_rxtx; // reading takes from the FIFO
    csr_reg_t master_status;
    csr_reg_t phy_speed_mode; // may be absent: then the slowest
} lx_litei2c_regs_t;

// Private to lx_litei2c; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_litei2c_regs_t *regs;
    uint32_t polls; // how long a request may take
} lx_litei2c_t;

// Take the fastest of 100, 400 and 1000 kHz that is at most hz; *actual_hz is what it is. LX_EINVAL: hz is below 100 kHz.
int lx_litei2c_init(lx_litei2c_t *i2c, const lx_litei2c_regs_t *regs, uint32_t clk_hz, uint32_t hz, uint32_t *actual_hz);

// Nine clocks and a stop, for a device that holds SDA low. LX_ETIMEDOUT: it still does, or the core does not answer.
int lx_litei2c_recover(lx_litei2c_t *i2c);

// Write n_tx bytes, then read n_rx; either may be 0, both are a look whether the device is there. Returns the bytes that
// were acknowledged for certain: n_tx, or a multiple of four below it. LX_ENODEV: the address or one of the first four
// bytes was not acknowledged. LX_ETIMEDOUT: the core does not answer. LX_EINVAL: no such address.
int lx_litei2c_transfer(lx_litei2c_t *i2c, unsigned address, const uint8_t *tx, size_t n_tx, uint8_t *rx, size_t n_rx);

#endif // DRIVERS_LX_LITEI2C_H
