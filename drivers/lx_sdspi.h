// SPDX-License-Identifier: MIT
//
// LiteX's SPIMaster (litex/soc/cores/spi/spi_master.py), as SoC.add_spi_sdcard() builds it, as a transport of lx_sd.h: a
// card in SPI mode (SD Physical Layer Simplified Specification 3.01, chapter 7). All blocks and commands carry CRCs, which
// are checked here. The CPU moves each byte.

#ifndef DRIVERS_LX_SDSPI_H
#define DRIVERS_LX_SDSPI_H

#include <stdint.h>

#include "drivers/lx_sd.h"
#include "drivers/lx_spi.h"

// Private to lx_sdspi; the caller owns the memory.
typedef struct {
    lx_spi_t spi;
    uint32_t clk_hz;
    uint32_t second; // bytes that take a second, or more
} lx_sdspi_t;

// The transport, whose `transport` is an lx_sdspi_t.
extern const lx_sd_transport_t lx_sdspi_transport;

// Take over a core. LX_ENOTSUP: it has no register cs, or more than 32 bits. LX_ETIMEDOUT: it does not end what it does.
int lx_sdspi_init(lx_sdspi_t *core, const lx_spi_regs_t *regs, uint32_t clk_hz);

#endif // DRIVERS_LX_SDSPI_H
