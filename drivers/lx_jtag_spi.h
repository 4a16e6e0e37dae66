// SPDX-License-Identifier: MIT
//
// JTAG over LiteX's SPIMaster: a transport of jtag/jtag.h. The core's clock is TCK, always: a move through the TAP's
// states is a transfer of few bits, with TMS from a GPIO pin that changes between transfers only, while TCK is low. So
// no clock is multiplexed, and TCK has no pulse that is shorter than half of its period.
//
// MOSI is TDI, MISO is TDO; chip select is not used. Not for interrupts.

#ifndef DRIVERS_LX_JTAG_SPI_H
#define DRIVERS_LX_JTAG_SPI_H

#include "drivers/lx_gpio.h"
#include "drivers/lx_jtag_time.h"
#include "drivers/lx_spi.h"
#include "jtag/jtag.h"

// Private to lx_jtag_spi; the caller owns the memory and zeroes nothing.
typedef struct {
    lx_spi_t spi;
    const lx_gpio_regs_t *gpio;
    lx_jtag_time_t time;
    uint32_t tms; // mask of one bit
    bool tms_level;
} lx_jtag_spi_t;

// Its context is an lx_jtag_spi_t.
extern const jtag_transport_ops_t lx_jtag_spi_ops;

// Take a core of 8 to 32 bits, and drive pin number tms low; clock outlives the transport. LX_ENOTSUP: the core is
// wider or narrower, or the pin cannot be an output. LX_EINVAL: no such pin. LX_EIO: a transfer does not end.
int lx_jtag_spi_init(lx_jtag_spi_t *spi, const lx_spi_regs_t *regs, uint32_t clk_hz, const lx_gpio_regs_t *gpio,
    unsigned tms, lx_clock_t *clock);

#endif // DRIVERS_LX_JTAG_SPI_H
