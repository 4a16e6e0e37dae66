// SPDX-License-Identifier: MIT
//
// SPI: LiteX's SPIMMAP (litex/soc/cores/spi/spi_mmap.py). A FIFO each way, filled and emptied through two windows in
// memory; the size of an access (1, 2 or 4 bytes) is the number of bits that it moves. Each chip select is a slot with
// settings of its own: mode 0 to 3, bit order, clock, loopback.
//
// A chip is selected for as long as there is something for it in the outgoing FIFO. lx_spi_mmap_transfer() fills the
// FIFO with interrupts off (some 30 words at about 50 cycles each, 64 at most) and then keeps it filled: chip select
// breaks only where an interrupt lasts longer than what lies in the FIFO, 32 words, or the CPU is slower than the wire.
// It cannot be held between transfers.
//
// Several lx_spi_mmap_t, one for each slot, share a core. Two transfers must not run at the same time. Not for
// interrupts: a transfer polls until it is done.

#ifndef DRIVERS_LX_SPI_MMAP_H
#define DRIVERS_LX_SPI_MMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // not used: transfers are polled
    uint32_t tx_base; // the windows, 0: no memory region <core>_tx or <core>_rx
    uint32_t rx_base;
    csr_reg_t ctrl_slot_count;
    csr_reg_t ctrl_tx_control;
    csr_reg_t ctrl_tx_status;
    csr_reg_t ctrl_rx_control;
    csr_reg_t ctrl_rx_status;
    csr_reg_t ctrl_engine;
    csr_reg_t ctrl_slot_control0; // the other slots' follow it
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
} lx_spi_mmap_regs_t;

typedef struct {
    uint8_t mode; // 0 to 3: bit 1 is the clock's level when idle, bit 0 its phase
    bool lsb_first;
    bool loopback;
} lx_spi_mmap_format_t;

// Private to lx_spi_mmap; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_spi_mmap_regs_t *regs;
    uint32_t clk_hz;
    uint32_t half; // cycles of the system clock for half a bit
    uint8_t slot;
    lx_spi_mmap_format_t format;
} lx_spi_mmap_t;

// A slot, with mode 0, most significant bit first, no loopback, the fastest clock. Touches nothing yet.
// LX_EINVAL: no such slot. LX_ENODEV: a window is not known.
int lx_spi_mmap_init(lx_spi_mmap_t *spi, const lx_spi_mmap_regs_t *regs, unsigned slot, uint32_t clk_hz);

// Number of slots of the core.
unsigned lx_spi_mmap_slots(const lx_spi_mmap_regs_t *regs);

// Take the fastest clock of at most hz and at most a quarter of the system clock; *actual_hz is what it is then.
// LX_EINVAL: hz is slower than the core can go.
int lx_spi_mmap_set_baud(lx_spi_mmap_t *spi, uint32_t hz, uint32_t *actual_hz);

// LX_EINVAL: no such mode.
int lx_spi_mmap_set_format(lx_spi_mmap_t *spi, const lx_spi_mmap_format_t *format);

// Send n words of 8, 16 or 32 bits and receive as many; in memory, the lowest byte of each is first, at any address. tx or
// rx may be NULL: zeros are sent, or nothing is stored; they may be the same. LX_EINVAL: bits. LX_ETIMEDOUT: the core made
// no progress; its FIFOs are emptied then.
int lx_spi_mmap_transfer(lx_spi_mmap_t *spi, const void *tx, void *rx, size_t n, unsigned bits);

#endif // DRIVERS_LX_SPI_MMAP_H
