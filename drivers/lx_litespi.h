// SPDX-License-Identifier: MIT
//
// LiteSPI on a SPI flash (litespi/core/master.py, core/mmap.py, phy/generic_sdr.py): the registers of an instance and the
// region in which the flash can be read. In LiteX 2024.12 they belong to two cores (<name>_core, _phy), later to one; a
// descriptor is the same for both.
//
// The clock of a transfer is sys / (2 * (phy_clk_divisor + 1)) where master_clk_divisor is absent (2024.12), else
// sys / master_clk_divisor, and sys / mmap_clk_divisor for reads of the region.

#ifndef DRIVERS_LX_LITESPI_H
#define DRIVERS_LX_LITESPI_H

#include <stdint.h>

#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t mmap_dummy_bits;
    csr_reg_t mmap_clk_divisor; // absent in 2024.12
    csr_reg_t master_cs; // absent, as all of the master: the flash can only be read through its region
    csr_reg_t master_phyconfig;
    csr_reg_t master_rxtx;
    csr_reg_t master_status;
    csr_reg_t master_clk_divisor; // absent in 2024.12
    csr_reg_t master_ev_status; // absent without the master's interrupt
    csr_reg_t master_ev_pending;
    csr_reg_t master_ev_enable;
    csr_reg_t phy_clk_divisor; // absent where the PHY's clock is fixed
    csr_reg_t phy_mode; // absent in 2024.12
    uint32_t base; // of the region, 0: none
    uint32_t size; // bytes of the region
    uint32_t phy_hz; // the clock that LiteX was asked for
    uint32_t module_size; // bytes of the flash that LiteX was told of, 0: unknown
    uint32_t module_page_size;
} lx_litespi_regs_t;

#endif // DRIVERS_LX_LITESPI_H
