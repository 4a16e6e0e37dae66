// SPDX-License-Identifier: MIT
//
// LiteSPI: litespi/core/master.py, litespi/phy/generic_sdr.py. Chip select is a register. Words of up to 32 bits go in
// and come out through one register with a FIFO of one word on each side; phyconfig is taken along with a word.
//
// While a word is on the wire, 128 cycles at a quarter of the clock, the CPU is free, which it is not while it reads the
// region. So a comparison goes through the master: the next word's part of it fits into that time.

#include "drivers/lx_litespi.h"

#include <string.h>

#include "common/crc32.h"
#include "soc/cache.h"
#include "soc/mmio.h"

#define STATUS_RX_READY (UINT32_C(1) << 1)
#define PHYCONFIG(bits) (UINT32_C(1) << 16 | UINT32_C(1) << 8 | (bits)) // one wire, driven

#define WORD_BITS (32)
#define LEFT_OVER (4) // results that the FIFOs of any build may hold
// Cycles beside the clocks: the region keeps chip select for 256 after a read, the PHY pauses 11 before a transfer.
#define PAUSE_CYCLES (1000)

#define DIVISOR_MAX (255) // of 2024.12: 8 bits
#define LATER_DIVISOR_MAX (1023)
#define LATER_DIVISOR_MIN (2)
#define WINDOW_MAX (UINT32_C(1) << 24) // the region's commands have 24 address bits

#define FLASH_READ (0x03)
#define COMPARED_BYTES (64)

static bool is_later(const lx_litespi_t *spi) {
    return csr_present(spi->regs->master_clk_divisor);
}

// Cycles of a clock, 0: not known.
static uint32_t clock_cycles(const lx_litespi_t *spi) {
    const lx_litespi_regs_t *regs = spi->regs;
    uint32_t divisor = is_later(spi) ? csr_read(regs->master_clk_divisor) : 0;
    if (divisor == 0 && csr_present(regs->phy_clk_divisor)) {
        divisor = csr_read(regs->phy_clk_divisor);
        return is_later(spi) ? divisor : 2 * (divisor + 1);
    }
    return divisor;
}

static void update_looks(lx_litespi_t *spi) {
    uint32_t cycles = clock_cycles(spi);
    spi->looks = PAUSE_CYCLES + WORD_BITS * (cycles != 0 ? cycles : 2 * (DIVISOR_MAX + 1));
}

// A look takes more than one cycle.
static int wait_result(const lx_litespi_t *spi) {
    for (uint32_t looks = spi->looks; looks > 0; looks--) {
        if (csr_read(spi->regs->master_status) & STATUS_RX_READY) {
            return LX_OK;
        }
    }
    return LX_ETIMEDOUT;
}

static inline uint32_t load_word(const uint8_t *data) {
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static inline void store_word(uint8_t *data, uint32_t word) {
    data[0] = (uint8_t)(word >> 24);
    data[1] = (uint8_t)(word >> 16);
    data[2] = (uint8_t)(word >> 8);
    data[3] = (uint8_t)word;
}

// Words of 32 bits; the next one is in the core's FIFO before the result of the last is read.
static int move_words(const lx_litespi_t *spi, const uint8_t *tx, uint8_t *rx, size_t words) {
    const lx_litespi_regs_t *regs = spi->regs;
    csr_write(regs->master_phyconfig, PHYCONFIG(WORD_BITS));
    csr_write(regs->master_rxtx, tx != NULL ? load_word(tx) : 0);
    while (words-- > 0) {
        int status = wait_result(spi);
        if (status != LX_OK) {
            return status;
        }
        if (words > 0) {
            tx = tx != NULL ? tx + 4 : NULL;
            csr_write(regs->master_rxtx, tx != NULL ? load_word(tx) : 0);
        }
        uint32_t word = csr_read(regs->master_rxtx);
        if (rx != NULL) {
            store_word(rx, word);
            rx += 4;
        }
    }
    return LX_OK;
}

static int move_bytes(const lx_litespi_t *spi, const uint8_t *tx, uint8_t *rx, size_t count) {
    const lx_litespi_regs_t *regs = spi->regs;
    csr_write(regs->master_phyconfig, PHYCONFIG(8));
    for (size_t i = 0; i < count; i++) {
        csr_write(regs->master_rxtx, tx != NULL ? tx[i] : 0);
        int status = wait_result(spi);
        if (status != LX_OK) {
            return status;
        }
        uint32_t word = csr_read(regs->master_rxtx);
        if (rx != NULL) {
            rx[i] = (uint8_t)word;
        }
    }
    return LX_OK;
}

static void select_chip(lx_litespi_t *spi, bool selected) {
    spi->selected = selected;
    csr_write(spi->regs->master_cs, selected);
}

static int litespi_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    lx_litespi_t *spi = ctx;
    spi->stale = spi->stale || tx != NULL;
    if (!spi->selected) {
        select_chip(spi, true);
    }
    size_t words = length / 4;
    size_t done = 4 * words;
    int status = words > 0 ? move_words(spi, tx, rx, words) : LX_OK;
    if (status != LX_OK) {
        return status;
    }
    if (length > done) {
        status = move_bytes(spi, tx != NULL ? tx + done : NULL, rx != NULL ? rx + done : NULL, length - done);
        if (status != LX_OK) {
            return status;
        }
    }
    if (last) {
        select_chip(spi, false);
    }
    return LX_OK;
}

// Words as move_words() has them, up to a part that differs. The CRC of a word's data is taken while the word comes.
static int match_words(const lx_litespi_t *spi, const uint8_t *wanted, size_t words, size_t *same, uint32_t *crc32) {
    const lx_litespi_regs_t *regs = spi->regs;
    uint32_t crc = ~*crc32;
    size_t done = 0;
    csr_write(regs->master_phyconfig, PHYCONFIG(WORD_BITS));
    csr_write(regs->master_rxtx, 0);
    for (bool differs = false; words > 0 && !differs;) {
        const uint8_t *data = wanted + done;
        uint32_t expected = load_word(data);
        crc = crc32_step(crc32_step(crc32_step(crc32_step(crc, data[0]), data[1]), data[2]), data[3]);
        int status = wait_result(spi);
        if (status != LX_OK) {
            return status;
        }
        if (--words > 0) {
            csr_write(regs->master_rxtx, 0);
        }
        differs = csr_read(regs->master_rxtx) != expected;
        done += 4;
        if (!differs && done % FLASH_MATCH_BYTES == 0) {
            *same = done;
            *crc32 = ~crc;
        }
    }
    if (words == 0) {
        return LX_OK;
    }
    // The next one is under way.
    int status = wait_result(spi);
    (void)csr_read(regs->master_rxtx);
    return status;
}

static int litespi_match(void *ctx, const uint8_t *command, size_t command_length, const uint8_t *wanted, size_t length,
    size_t *same, uint32_t *crc32) {
    lx_litespi_t *spi = ctx;
    *same = 0;
    if (spi->window_is_fast) {
        return LX_ENOTSUP;
    }
    bool stale = spi->stale;
    int status = litespi_xfer(spi, command, NULL, command_length, false);
    if (status == LX_OK) {
        status = match_words(spi, wanted, length / 4, same, crc32);
    }
    if (status != LX_OK) {
        return status;
    }
    select_chip(spi, false);
    spi->stale = stale; // nothing has changed
    return LX_OK;
}

static int litespi_delay(void *ctx, uint32_t us) {
    lx_litespi_t *spi = ctx;
    uint64_t start = lx_clock_cycles(spi->clock);
    uint64_t cycles = lx_clock_us_to_cycles(spi->clk_hz, us);
    do {
        int status = spi->poll != NULL ? spi->poll(spi->poll_arg) : LX_OK;
        if (status != LX_OK) {
            return status;
        }
    } while (lx_clock_cycles(spi->clock) - start < cycles);
    return LX_OK;
}

// Bytes of the region up to the next word, or to the end.
static size_t copy_part(uint8_t *data, uint32_t address, size_t length) {
    uint32_t word = mmio_read32(address & ~UINT32_C(3)); // little-endian: the first byte is the lowest
    size_t first = address & 3;
    size_t count = 4 - first < length ? 4 - first : length;
    for (size_t i = 0; i < count; i++) {
        data[i] = (uint8_t)(word >> (8 * (first + i)));
    }
    return count;
}

static void copy_window(uint8_t *data, uint32_t address, size_t length) {
    while (length > 0 && ((address & 3) != 0 || length < 4)) {
        size_t count = copy_part(data, address, length);
        data += count;
        address += count;
        length -= count;
    }
    size_t words = length / 4;
    mmio_read_words(data, address, words);
    if (length % 4 != 0) {
        copy_part(data + 4 * words, address + 4 * words, length % 4);
    }
}

static int litespi_read_mapped(void *ctx, uint32_t address, uint8_t *data, size_t length) {
    lx_litespi_t *spi = ctx;
    if (address > spi->window || length > spi->window - address) {
        return LX_ENOTSUP;
    }
    if (spi->selected) {
        return LX_EBUSY;
    }
    if (spi->stale) {
        soc_cache_flush_cpu();
        spi->stale = false;
    }
    copy_window(data, spi->regs->base + address, length);
    return LX_OK;
}

const flash_bus_ops_t lx_litespi_ops = {
    .xfer = litespi_xfer, .delay = litespi_delay, .read_mapped = litespi_read_mapped,
    .match = litespi_match,
};

static int drain(const lx_litespi_t *spi) {
    for (unsigned i = 0; i <= LEFT_OVER; i++) {
        if (!(csr_read(spi->regs->master_status) & STATUS_RX_READY)) {
            return LX_OK;
        }
        (void)csr_read(spi->regs->master_rxtx);
    }
    return LX_ETIMEDOUT;
}

int lx_litespi_init(lx_litespi_t *spi, const lx_litespi_regs_t *regs, lx_clock_t *clock, uint32_t clk_hz) {
    *spi = (lx_litespi_t) { .regs = regs, .clock = clock, .clk_hz = clk_hz, .stale = true };
    if (!csr_present(regs->master_cs)) {
        return LX_ENOTSUP;
    }
    spi->window = regs->base == 0 ? 0 : regs->size < WINDOW_MAX ? regs->size : WINDOW_MAX;
    update_looks(spi);
    select_chip(spi, false);
    return drain(spi);
}

void lx_litespi_on_wait(lx_litespi_t *spi, lx_litespi_poll_t poll, void *arg) {
    spi->poll = poll;
    spi->poll_arg = arg;
}

int lx_litespi_set_hz(lx_litespi_t *spi, uint32_t hz, uint32_t *actual_hz) {
    const lx_litespi_regs_t *regs = spi->regs;
    if (hz == 0) {
        return LX_EINVAL;
    }
    if (is_later(spi)) {
        uint32_t divisor = (spi->clk_hz + hz - 1) / hz;
        divisor = divisor < LATER_DIVISOR_MIN ? LATER_DIVISOR_MIN : divisor;
        if (divisor > LATER_DIVISOR_MAX) {
            return LX_EINVAL;
        }
        csr_write(regs->master_clk_divisor, divisor);
        if (csr_present(regs->mmap_clk_divisor)) {
            csr_write(regs->mmap_clk_divisor, divisor);
        }
    } else {
        if (!csr_present(regs->phy_clk_divisor)) {
            return LX_ENOTSUP;
        }
        uint64_t halves = (spi->clk_hz + UINT64_C(2) * hz - 1) / (UINT64_C(2) * hz);
        if (halves > DIVISOR_MAX + 1) {
            return LX_EINVAL;
        }
        csr_write(regs->phy_clk_divisor, (uint32_t)halves - 1);
    }
    update_looks(spi);
    if (actual_hz != NULL) {
        *actual_hz = lx_litespi_hz(spi);
    }
    return LX_OK;
}

uint32_t lx_litespi_hz(const lx_litespi_t *spi) {
    uint32_t cycles = clock_cycles(spi);
    return cycles != 0 ? spi->clk_hz / cycles : spi->regs->phy_hz;
}

void lx_litespi_drop(lx_litespi_t *spi) {
    if (!spi->selected) {
        return;
    }
    select_chip(spi, false);
    // What was under way ends without the chip, and its result goes.
    (void)wait_result(spi);
    (void)drain(spi);
}

int lx_litespi_check_window(lx_litespi_t *spi, uint32_t address) {
    uint8_t command[4] = { FLASH_READ, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address };
    uint8_t by_master[COMPARED_BYTES];
    uint8_t by_window[COMPARED_BYTES];
    uint64_t start = lx_clock_cycles(spi->clock);
    int status = litespi_xfer(spi, command, NULL, sizeof(command), false);
    if (status == LX_OK) {
        status = litespi_xfer(spi, NULL, by_master, sizeof(by_master), true);
    }
    if (status != LX_OK) {
        lx_litespi_drop(spi);
        return status;
    }
    uint64_t middle = lx_clock_cycles(spi->clock);
    status = litespi_read_mapped(spi, address, by_window, sizeof(by_window));
    uint64_t end = lx_clock_cycles(spi->clock);
    spi->window_is_fast = status == LX_OK && 2 * (end - middle) < middle - start;
    if (status == LX_OK && memcmp(by_master, by_window, sizeof(by_window)) != 0) {
        status = LX_ENOTSUP;
    }
    if (status == LX_ENOTSUP) {
        spi->window = 0;
        spi->window_is_fast = false;
    }
    return status;
}
