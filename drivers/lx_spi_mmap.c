// SPDX-License-Identifier: MIT
//
// SPI: litex/soc/cores/spi/spi_mmap.py.
//
// The divider's field says what it divides by, but the clock toggles every divider / 2 + 1 cycles: 2, the smallest that
// is not reserved, gives a quarter of the system clock.

#include "drivers/lx_spi_mmap.h"

#include "drivers/lx_bits.h"
#include "soc/irq.h"
#include "soc/mmio.h"

#define SPI_CONTROL_ENABLE (UINT32_C(1) << 0) // of ctrl_tx_control, ctrl_rx_control and ctrl_engine
#define SPI_TX_STATUS_EMPTY (UINT32_C(1) << 1)
#define SPI_TX_STATUS_FULL (UINT32_C(1) << 2)
#define SPI_RX_STATUS_EMPTY (UINT32_C(1) << 1)
#define SPI_STATUS_LEVEL_SHIFT (16)
#define SPI_SLOT_CONTROL_ENABLE (UINT64_C(1) << 0)
#define SPI_SLOT_CONTROL_MODE_SHIFT (1)
#define SPI_SLOT_CONTROL_BITORDER_LSB_FIRST (UINT64_C(1) << 5)
#define SPI_SLOT_CONTROL_LOOPBACK (UINT64_C(1) << 6)
#define SPI_SLOT_CONTROL_DIVIDER_SHIFT (16)
#define SPI_HALF_MIN (2)
#define SPI_HALF_MAX (0x8000)

// Accesses in the FIFO before the core begins; the rest comes faster than it sends, but for small words.
#define AHEAD (4)

// Accesses with interrupts off: what LiteX's two FIFOs hold. A CPU that is slower than the wire never fills them.
#define FILL (64)

#define WORD_BITS (32)
#define EXTRA_POLLS (1000) // beyond the time of a word, for what the core does between words

// A transfer as accesses to the windows: words of memory as they are, bytes by four, then the rest one by one.
typedef struct {
    const uint8_t *next; // NULL: there is no such side
    size_t whole; // accesses of `unit` bytes left
    size_t single; // then, of one byte
} side_t;

typedef struct {
    unsigned unit;
    bool swap; // bytes travel in the order of memory, but the uppermost byte of a word travels first
} shape_t;

unsigned lx_spi_mmap_slots(const lx_spi_mmap_regs_t *regs) {
    return csr_read(regs->ctrl_slot_count);
}

int lx_spi_mmap_init(lx_spi_mmap_t *spi, const lx_spi_mmap_regs_t *regs, unsigned slot, uint32_t clk_hz) {
    if (regs->tx_base == 0 || regs->rx_base == 0) {
        return LX_ENODEV;
    }
    if (slot >= lx_spi_mmap_slots(regs)) {
        return LX_EINVAL;
    }
    spi->regs = regs;
    spi->clk_hz = clk_hz;
    spi->half = SPI_HALF_MIN;
    spi->slot = (uint8_t)slot;
    spi->format = (lx_spi_mmap_format_t) {0};
    return LX_OK;
}

int lx_spi_mmap_set_baud(lx_spi_mmap_t *spi, uint32_t hz, uint32_t *actual_hz) {
    if (hz == 0) {
        return LX_EINVAL;
    }
    uint64_t half = ((uint64_t)spi->clk_hz + 2 * (uint64_t)hz - 1) / (2 * (uint64_t)hz);
    if (half > SPI_HALF_MAX) {
        return LX_EINVAL;
    }
    spi->half = half < SPI_HALF_MIN ? SPI_HALF_MIN : (uint32_t)half;
    *actual_hz = spi->clk_hz / (2 * spi->half);
    return LX_OK;
}

int lx_spi_mmap_set_format(lx_spi_mmap_t *spi, const lx_spi_mmap_format_t *format) {
    if (format->mode > 3) {
        return LX_EINVAL;
    }
    spi->format = *format;
    return LX_OK;
}

static void write_slot_control(const lx_spi_mmap_t *spi) {
    csr_reg_t reg = spi->regs->ctrl_slot_control0;
    reg.addr += spi->slot * reg.words * CSR_STRIDE;
    csr_write64(reg, SPI_SLOT_CONTROL_ENABLE
        | (uint64_t)spi->format.mode << SPI_SLOT_CONTROL_MODE_SHIFT
            | (spi->format.lsb_first ? SPI_SLOT_CONTROL_BITORDER_LSB_FIRST : 0)
            | (spi->format.loopback ? SPI_SLOT_CONTROL_LOOPBACK : 0)
            | (uint64_t)(2 * (spi->half - 1)) << SPI_SLOT_CONTROL_DIVIDER_SHIFT);
}

static inline uint32_t load32(const uint8_t *at) {
    if (lx_word_aligned(at)) {
        return *(const uint32_t *)at;
    }
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static inline void store32(uint8_t *at, uint32_t value) {
    if (lx_word_aligned(at)) {
        *(uint32_t *)at = value;
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

// Both only where there is something left.
static inline void push(uint32_t window, side_t *tx, shape_t shape) {
    const uint8_t *at = tx->next;
    unsigned n = tx->whole > 0 ? shape.unit : 1;
    if (n == 4) {
        uint32_t value = at != NULL ? load32(at) : 0;
        mmio_write32(window, shape.swap ? lx_swap_bytes(value) : value);
    } else if (n == 2) {
        mmio_write16(window, at != NULL ? (uint16_t)(at[1] << 8 | at[0]) : 0);
    } else {
        mmio_write8(window, at != NULL ? at[0] : 0);
    }
    tx->next = at != NULL ? at + n : NULL;
    *(tx->whole > 0 ? &tx->whole : &tx->single) -= 1;
}

static inline void pop(uint32_t window, side_t *rx, shape_t shape) {
    uint8_t *at = (uint8_t *)rx->next;
    unsigned n = rx->whole > 0 ? shape.unit : 1;
    uint32_t value = mmio_read32(window);
    if (n == 4) {
        store32(at, shape.swap ? lx_swap_bytes(value) : value);
    } else {
        for (unsigned i = 0; i < n; i++) {
            at[i] = (uint8_t)(value >> 8 * i);
        }
    }
    rx->next = at + n;
    *(rx->whole > 0 ? &rx->whole : &rx->single) -= 1;
}

static inline size_t left(const side_t *side) {
    return side->whole + side->single;
}

// Empties both FIFOs; a disabled one lets everything through to nowhere.
static void reset_fifos(const lx_spi_mmap_t *spi, bool keep_rx) {
    csr_write(spi->regs->ctrl_tx_control, 0);
    csr_write(spi->regs->ctrl_rx_control, 0);
    csr_write(spi->regs->ctrl_tx_control, SPI_CONTROL_ENABLE);
    csr_write(spi->regs->ctrl_rx_control, keep_rx ? SPI_CONTROL_ENABLE : 0);
}

int lx_spi_mmap_transfer(lx_spi_mmap_t *spi, const void *tx, void *rx, size_t n, unsigned bits) {
    if (bits != 8 && bits != 16 && bits != 32) {
        return LX_EINVAL;
    }
    const lx_spi_mmap_regs_t *regs = spi->regs;
    const csr_reg_t tx_status = regs->ctrl_tx_status;
    const csr_reg_t rx_status = regs->ctrl_rx_status;
    const uint32_t tx_window = regs->tx_base + 4u * spi->slot;
    const uint32_t rx_window = regs->rx_base + 4u * spi->slot;
    const size_t bytes = n * (bits / 8);
    const shape_t shape = {bits == 8 ? 4 : bits / 8, bits == 8 && !spi->format.lsb_first};
    side_t out = {tx, bytes / shape.unit, bytes % shape.unit};
    side_t in = {rx, rx != NULL ? out.whole : 0, rx != NULL ? out.single : 0};

    csr_write(regs->ctrl_engine, 0);
    reset_fifos(spi, rx != NULL);
    write_slot_control(spi);
    uint32_t state = soc_irq_save();
    for (unsigned pushed = 0; pushed < FILL && left(&out) > 0; pushed++) {
        if ((csr_read(tx_status) & SPI_TX_STATUS_FULL) != 0) {
            break;
        }
        if (pushed == AHEAD && shape.unit == 4) {
            csr_write(regs->ctrl_engine, SPI_CONTROL_ENABLE);
        }
        push(tx_window, &out, shape);
    }
    csr_write(regs->ctrl_engine, SPI_CONTROL_ENABLE);
    soc_irq_restore(state);

    // Each turn takes a cycle at least. For each word that is taken out another one is put in, so that there are always as
    // many under way as the outgoing FIFO holds.
    const uint32_t most = (WORD_BITS + 2) * 2 * spi->half + EXTRA_POLLS;
    uint32_t last = 0;
    for (uint32_t idle = 0; idle <= most; idle++) {
        if (rx != NULL) {
            uint32_t status = csr_read(rx_status);
            if ((status & SPI_RX_STATUS_EMPTY) == 0) {
                for (uint32_t level = status >> SPI_STATUS_LEVEL_SHIFT; level > 0 && left(&in) > 0; level--) {
                    pop(rx_window, &in, shape);
                    if (left(&out) > 0 && (csr_read(tx_status) & SPI_TX_STATUS_FULL) == 0) {
                        push(tx_window, &out, shape);
                    }
                }
                idle = 0;
            }
            if (left(&in) == 0) {
                return LX_OK;
            }
        } else {
            uint32_t status = csr_read(tx_status);
            if (status != last) {
                // The level has changed: the core has sent a word.
                last = status;
                idle = 0;
            }
            if (left(&out) > 0 && (status & SPI_TX_STATUS_FULL) == 0) {
                push(tx_window, &out, shape);
                idle = 0;
            } else if ((status & SPI_TX_STATUS_EMPTY) != 0) {
                return LX_OK;
            }
        }
    }
    csr_write(regs->ctrl_engine, 0);
    reset_fifos(spi, false);
    return LX_ETIMEDOUT;
}
