// SPDX-License-Identifier: MIT
//
// LiteSPI on a SPI flash (litespi/core/master.py, core/mmap.py, phy/generic_sdr.py): the registers of an instance and the
// region in which the flash can be read. In LiteX 2024.12 they belong to two cores (<name>_core, _phy), later to one; a
// descriptor is the same for both.
//
// The clock of a transfer is sys / (2 * (phy_clk_divisor + 1)) where master_clk_divisor is absent (2024.12), else
// sys / master_clk_divisor, and sys / mmap_clk_divisor for reads of the region; 0 means phy_clk_divisor.
//
// The driver is an implementation of flash/bus.h: what a flash understands is in flash/. Transfers go through the master;
// the region serves reads, past the CPU's cache where the flash changed since.
//
// While the master has chip select, a read of the region stops the CPU until LiteX's bus gives up after a million cycles,
// and the core's late answer may end another access of the bus. While the flash erases or programs, the region gives
// garbage. So nothing may touch the region during a call of this driver or of flash/, interrupts included. One user at a
// time; not for interrupts.

#ifndef DRIVERS_LX_LITESPI_H
#define DRIVERS_LX_LITESPI_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/lx_clock.h"
#include "flash/bus.h"
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
    uint32_t boot_address; // of the image that LiteX's BIOS boots, 0: none
    // What the user states of the flash's parts, as offsets.
    uint32_t stated_regions; // bit 0: the bitstream's is stated, 1: bios, 2: firmware, 3: files
    uint32_t bitstream_start;
    uint32_t bitstream_bytes;
    uint32_t bios_start;
    uint32_t bios_bytes;
    uint32_t firmware_start;
    uint32_t firmware_bytes;
    uint32_t files_start;
    uint32_t files_bytes;
} lx_litespi_regs_t;

// Called now and then during a wait: 0, or a status that ends the call of flash/ (LX_EINTR). Chip select is high.
typedef int (*lx_litespi_poll_t)(void *arg);

// Private to lx_litespi; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_litespi_regs_t *regs;
    lx_clock_t *clock;
    uint32_t clk_hz;
    uint32_t looks; // at the status, more than a transfer can take
    uint32_t window; // bytes of the region that are read, 0: none
    bool selected;
    bool window_is_fast; // more than one wire: it takes less than half of the master's time
    bool stale; // the CPU's cache may hold what the flash held before
    lx_litespi_poll_t poll; // NULL: none
    void *poll_arg;
} lx_litespi_t;

// Its context is an lx_litespi_t.
extern const flash_bus_ops_t lx_litespi_ops;

// Take the core as the boot ROM left it: chip select rises, results that nobody read go. clock outlives the driver.
// LX_ENOTSUP: the core has no master. LX_ETIMEDOUT: it gives results without end.
int lx_litespi_init(lx_litespi_t *spi, const lx_litespi_regs_t *regs, lx_clock_t *clock, uint32_t clk_hz);

// Ask `poll` during waits; NULL: nobody.
void lx_litespi_on_wait(lx_litespi_t *spi, lx_litespi_poll_t poll, void *arg);

// Set the clock of transfers and of the region, the fastest that is not above hz; actual_hz may be NULL. LX_EINVAL: it
// is slower than the core can be. LX_ENOTSUP: the core has no divisor.
int lx_litespi_set_hz(lx_litespi_t *spi, uint32_t hz, uint32_t *actual_hz);

// The clock of transfers; 0 where the core does not tell.
uint32_t lx_litespi_hz(const lx_litespi_t *spi);

// Raise chip select in the middle of a transfer, after an error of flash/ or LX_EINTR.
void lx_litespi_drop(lx_litespi_t *spi);

// Compare what region and master read at an address that is a multiple of 4, 64 bytes, and how long each takes. Where
// they differ, the region is not read any more: it needs a quad-enable bit that is not set, dummy bits, or a slower clock. LX_ENOTSUP: that is so,
// or there is no region. Other errors are of the bus.
int lx_litespi_check_window(lx_litespi_t *spi, uint32_t address);

#endif // DRIVERS_LX_LITESPI_H
