// SPDX-License-Identifier: MIT
//
// SPI: litex/soc/cores/spi/spi_mmap.py.
//
// The divider's field says what it divides by, but the clock toggles every divider / 2 + 1 cycles: 2, the smallest that
// is not reserved, gives a quarter of the system clock.

#include "drivers/lx_spi_mmap.h"

#include "soc/mmio.h"

#define SPI_CONTROL_ENABLE (UINT32_C(1) << 0) // of ctrl_tx_control, ctrl_rx_control and ctrl_engine
#define SPI_TX_STATUS_EMPTY (UINT32_C(1) << 1)
#define SPI_TX_STATUS_FULL (UINT32_C(1) << 2)
#define SPI_RX_STATUS_EMPTY (UINT32_C(1) << 1)
#define SPI_SLOT_CONTROL_ENABLE (UINT64_C(1) << 0)
#define SPI_SLOT_CONTROL_MODE_SHIFT (1)
#define SPI_SLOT_CONTROL_BITORDER_LSB_FIRST (UINT64_C(1) << 5)
#define SPI_SLOT_CONTROL_LOOPBACK (UINT64_C(1) << 6)
#define SPI_SLOT_CONTROL_DIVIDER_SHIFT (16)
#define SPI_HALF_MIN (2)
#define SPI_HALF_MAX (0x8000)

#define WORD_BITS (32)
#define EXTRA_POLLS (1000) // beyond the time of a word, for what the core does between words

// A transfer under way, in accesses to the windows: whole words, then single bytes.
typedef struct {
    const uint8_t *tx;
    uint8_t *rx;
    size_t left_tx; // bytes
    size_t left_rx;
    unsigned item; // bytes of a word in memory
} job_t;

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

// How many bytes of the rest travel in one access.
static inline unsigned access_bytes(const job_t *job, size_t left) {
    return job->item > 1 ? job->item : left >= 4 ? 4 : 1;
}

static inline void push(const lx_spi_mmap_t *spi, job_t *job) {
    uint32_t window = spi->regs->tx_base + 4u * spi->slot;
    unsigned n = access_bytes(job, job->left_tx);
    uint32_t value = 0;
    if (job->tx != NULL) {
        const uint8_t *tx = job->tx;
        if (n == 4) {
            // Bytes of a word are sent in the order of memory, whichever bit of each comes first.
            bool swap = job->item == 1 && !spi->format.lsb_first;
            value = swap ? (uint32_t)tx[0] << 24 | (uint32_t)tx[1] << 16 | (uint32_t)tx[2] << 8 | tx[3]
                : (uint32_t)tx[3] << 24 | (uint32_t)tx[2] << 16 | (uint32_t)tx[1] << 8 | tx[0];
        } else {
            value = n == 2 ? (uint32_t)tx[1] << 8 | tx[0] : tx[0];
        }
        job->tx += n;
    }
    if (n == 4) {
        mmio_write32(window, value);
    } else if (n == 2) {
        mmio_write16(window, (uint16_t)value);
    } else {
        mmio_write8(window, (uint8_t)value);
    }
    job->left_tx -= n;
}

static inline void pop(const lx_spi_mmap_t *spi, job_t *job) {
    unsigned n = access_bytes(job, job->left_rx);
    uint32_t value = mmio_read32(spi->regs->rx_base + 4u * spi->slot);
    bool swap = n == 4 && job->item == 1 && !spi->format.lsb_first;
    for (unsigned i = 0; i < n; i++) {
        job->rx[i] = (uint8_t)(value >> (8 * (swap ? n - 1 - i : i)));
    }
    job->rx += n;
    job->left_rx -= n;
}

// Moves what can be moved; whether that was anything.
static bool step(const lx_spi_mmap_t *spi, job_t *job) {
    bool moved = false;
    if (job->left_tx > 0 && (csr_read(spi->regs->ctrl_tx_status) & SPI_TX_STATUS_FULL) == 0) {
        push(spi, job);
        moved = true;
    }
    if (job->left_rx > 0 && (csr_read(spi->regs->ctrl_rx_status) & SPI_RX_STATUS_EMPTY) == 0) {
        pop(spi, job);
        moved = true;
    }
    return moved;
}

static bool is_done(const lx_spi_mmap_t *spi, const job_t *job) {
    return job->left_tx == 0 && job->left_rx == 0
           && (csr_read(spi->regs->ctrl_tx_status) & SPI_TX_STATUS_EMPTY) != 0;
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
    size_t bytes = n * (bits / 8);
    job_t job = {tx, rx, bytes, rx != NULL ? bytes : 0, bits / 8};
    csr_write(regs->ctrl_engine, 0);
    reset_fifos(spi, rx != NULL);
    write_slot_control(spi);
    while (job.left_tx > 0 && (csr_read(regs->ctrl_tx_status) & SPI_TX_STATUS_FULL) == 0) {
        push(spi, &job);
    }
    csr_write(regs->ctrl_engine, SPI_CONTROL_ENABLE);

    // Each turn takes a cycle at least.
    const uint32_t most = (WORD_BITS + 2) * 2 * spi->half + EXTRA_POLLS;
    uint32_t idle = 0;
    while (!is_done(spi, &job)) {
        if (step(spi, &job)) {
            idle = 0;
        } else if (++idle > most) {
            csr_write(regs->ctrl_engine, 0);
            reset_fifos(spi, false);
            return LX_ETIMEDOUT;
        }
    }
    return LX_OK;
}
