// SPDX-License-Identifier: MIT
//
// SPI: LiteX's SPIMaster (litex/soc/cores/spi/spi_master.py). Mode 0 (clock idle low, data sampled on its rising edge),
// most significant bit first, one shift register of the width that the SoC was built with: 8, 32, odd ones like 24 or
// 27, and more than 32. Optional registers: cs (which chip, and whether the core or we decide when), loopback (MOSI
// comes back as MISO), clk_divider (the clock).
//
// A transfer moves up to a register full. The core pulls chip select low for that long only; a message of more is held
// together by the manual mode of cs, or, without that register, has chip select high between its parts.
//
// The core's data is aligned in one of two ways, which status.mode tells: raw takes the first bit from the register's
// top, aligned from the top of the length that is to be sent. What comes in is at the bottom in both.
//
// Several lx_spi_t, for the devices of one bus, may share a core: each transfer sets the core up anew. Two transfers must
// not run at the same time. Not for interrupts: a transfer polls until it is done.

#ifndef DRIVERS_LX_SPI_H
#define DRIVERS_LX_SPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

#define LX_SPI_CHIPS (16) // LiteX allows no more
#define LX_SPI_NO_CHIP (-1)
#define LX_SPI_MAX_BITS (32) // of a word of lx_spi_transfer()

typedef struct {
    const char *name;
    int16_t irq; // always -1: the core has an interrupt, but no register for it
    csr_reg_t control;
    csr_reg_t status;
    csr_reg_t mosi;
    csr_reg_t miso;
    csr_reg_t cs;
    csr_reg_t loopback;
    csr_reg_t clk_divider;
} lx_spi_regs_t;

// Private to lx_spi; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_spi_regs_t *regs;
    uint32_t clk_hz;
    uint32_t idle; // the register status when nothing moves
    uint32_t divider; // cycles of the system clock per bit, the largest possible one where it is not known
    uint16_t select; // what cs.sel is set to for a message
    uint8_t width; // bits
    bool aligned;
    bool loopback;
    bool held;
} lx_spi_t;

// Find out the width (by what the register of outgoing data keeps, where LiteX's output does not tell it; nothing
// moves on the pins) and the alignment; chip 0, no loopback, the clock unchanged. LX_ENOTSUP: the core has less than 8
// or more than 255 bits. LX_ETIMEDOUT: a transfer under way does not end.
int lx_spi_init(lx_spi_t *spi, const lx_spi_regs_t *regs, uint32_t clk_hz);

// Take the fastest clock of at most hz; *actual_hz is what it is then, 0 where the core's clock is fixed and thus not
// known. A fixed clock stays. LX_EINVAL: hz is slower than the core can go.
int lx_spi_set_baud(lx_spi_t *spi, uint32_t hz, uint32_t *actual_hz);

// Which chip the transfers that follow select: 0 to 15, or LX_SPI_NO_CHIP. LX_EINVAL: another number. LX_ENOTSUP: the
// core has no such register, and thus always selects chip 0. How many chips are connected cannot be seen: a bit
// without a pin does nothing.
int lx_spi_select(lx_spi_t *spi, int chip);

// Keep the chip selected between transfers, or end that. LX_ENOTSUP: no register cs.
int lx_spi_hold(lx_spi_t *spi, bool hold);

// MOSI comes back as MISO, and still goes out. LX_ENOTSUP: no such register.
int lx_spi_set_loopback(lx_spi_t *spi, bool on);

// The number of bytes that a word of `bits` bits takes in memory.
static inline unsigned lx_spi_word_bytes(unsigned bits) {
    return bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
}

// Send n words of 1 to 32 bits (as many as the core has) and receive as many. A word takes 1, 2 or 4 bytes of memory, the
// lowest byte first and at any address, and is in their lower bits. tx or rx may be NULL: zeros are sent, or nothing is
// stored; they may be the same. Words of 8 bits travel together, as many as fit.
// LX_EINVAL: bits. LX_ETIMEDOUT: the core did not finish; chip select is released then.
int lx_spi_transfer(lx_spi_t *spi, const void *tx, void *rx, size_t n, unsigned bits);

// Single words through a core of at most 32 bits, for a driver that prepares the next word while the last one still moves
// and decides itself what happens between them: load, start, wait, received; load may come before wait.

#define SPI_CONTROL_START (UINT32_C(1) << 0)
#define SPI_CONTROL_LENGTH_SHIFT (8)
#define SPI_STATUS_DONE (UINT32_C(1) << 0)

// The width of the core's register in bits.
static inline unsigned lx_spi_width(const lx_spi_t *spi) {
    return spi->width;
}

// Write the clock of lx_spi_set_baud() to the core; lx_spi_transfer() does it itself.
void lx_spi_apply_baud(const lx_spi_t *spi);

// The next word: the uppermost `bits` of top, the highest one first.
static inline void lx_spi_load(const lx_spi_t *spi, uint32_t top, unsigned bits) {
    csr_write(spi->regs->mosi, top >> (32 - (spi->aligned ? bits : spi->width)));
}

// What is written to control to start a word of this length.
static inline uint32_t lx_spi_control(unsigned bits) {
    return SPI_CONTROL_START | bits << SPI_CONTROL_LENGTH_SHIFT;
}

static inline void lx_spi_start(const lx_spi_t *spi, unsigned bits) {
    csr_write(spi->regs->control, lx_spi_control(bits));
}

// LX_ETIMEDOUT: the word does not end in its time, and that of the core's clock to count once around its 16 bits, where
// its divider was just made smaller.
static inline int lx_spi_wait(const lx_spi_t *spi, unsigned bits) {
    for (uint32_t polls = 0x10000 + (bits + 3) * spi->divider; polls != 0; polls--) {
        if (csr_read(spi->regs->status) & SPI_STATUS_DONE) {
            return LX_OK;
        }
    }
    return LX_ETIMEDOUT;
}

// What the last word brought, in the lowest of its bits.
static inline uint32_t lx_spi_received(const lx_spi_t *spi) {
    return csr_read(spi->regs->miso);
}

#endif // DRIVERS_LX_SPI_H
