// SPDX-License-Identifier: MIT
//
// JTAG over SPI: litex/soc/cores/spi/spi_master.py. An operation is cut into transfers of at most the core's width with
// one level of TMS each. The next word is made ready while a transfer runs: between the end of one and the start of the
// next lie one look at status and two writes.

#include "drivers/lx_jtag_spi.h"

#include "drivers/lx_bits.h"

static void set_tms(lx_jtag_spi_t *spi, bool level) {
    if (level != spi->tms_level) {
        spi->tms_level = level;
        lx_gpio_write(spi->gpio, spi->tms, level ? spi->tms : 0);
    }
}

// A word that does not end is a failure of the transport.
static int finish(const lx_spi_t *spi, unsigned bits) {
    return lx_spi_wait(spi, bits) == LX_OK ? LX_OK : LX_EIO;
}

// One transfer; the bits that go first are the highest. What came in is *top, likewise.
static int exchange(const lx_spi_t *spi, uint32_t *top, unsigned bits) {
    lx_spi_load(spi, *top, bits);
    lx_spi_start(spi, bits);
    int status = finish(spi, bits);
    if (status != LX_OK) {
        return status;
    }
    *top = lx_spi_received(spi) << (32 - bits);
    return LX_OK;
}

static inline uint32_t load_word(const uint8_t *data) {
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

// Whole words to TDI, bit 7 of each byte first, through a core of 32 bits.
static int write_words(const lx_spi_t *spi, const uint8_t *data, size_t words) {
    lx_spi_load(spi, load_word(data), 32);
    lx_spi_start(spi, 32);
    while (--words) {
        data += 4;
        // The core took the last word when its transfer began.
        lx_spi_load(spi, load_word(data), 32);
        int status = finish(spi, 32);
        if (status != LX_OK) {
            return status;
        }
        lx_spi_start(spi, 32);
    }
    return finish(spi, 32);
}

// Whole words from TDO, TDI constant.
static int read_words(const lx_spi_t *spi, uint32_t constant, uint8_t *data, size_t words) {
    lx_spi_load(spi, constant, 32);
    lx_spi_start(spi, 32);
    while (words--) {
        int status = finish(spi, 32);
        if (status != LX_OK) {
            return status;
        }
        uint32_t word = lx_spi_received(spi);
        if (words) {
            lx_spi_start(spi, 32);
        }
        *data++ = word >> 24;
        *data++ = word >> 16;
        *data++ = word >> 8;
        *data++ = word;
    }
    return LX_OK;
}

static bool tms_at(const jtag_op_t *op, uint32_t i) {
    if (op->flags & JTAG_OP_TMS_VECTOR) {
        return op->tms >> i & 1;
    }
    return op->tms || ((op->flags & JTAG_OP_LAST) && i + 1 == op->bits);
}

// Any operation, from clock `from` (a multiple of 8) on: transfers of up to eight bits, within a byte. A byte of TDI is
// read once, since TDO may take its place after the first of its transfers.
static int clock_bits(lx_jtag_spi_t *spi, const jtag_op_t *op, uint32_t from) {
    bool msb_first = op->flags & JTAG_OP_MSB_FIRST;
    uint32_t byte = op->flags & JTAG_OP_TDI_HIGH ? UINT8_MAX : 0;
    for (uint32_t i = from; i < op->bits;) {
        bool tms = tms_at(op, i);
        unsigned first = i & 7;
        unsigned bits = 1;
        while (first + bits < 8 && i + bits < op->bits && tms_at(op, i + bits) == tms) {
            bits++;
        }
        if (op->tdi && first == 0) {
            byte = msb_first ? op->tdi[i / 8] : lx_turn_bytes(op->tdi[i / 8]);
        }
        uint32_t top = byte << (24 + first);
        set_tms(spi, tms);
        int status = exchange(&spi->spi, &top, bits);
        if (status != LX_OK) {
            return status;
        }
        if (op->tdo) {
            uint32_t in = top >> (24 + first);
            uint32_t before = first ? op->tdo[i / 8] : 0;
            op->tdo[i / 8] = before | (msb_first ? in : lx_turn_bytes(in));
        }
        i += bits;
    }
    return LX_OK;
}

static int spi_submit(void *ctx, const jtag_op_t *op) {
    lx_jtag_spi_t *spi = ctx;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    if (op->bits == 0 || (vector && op->bits > 32)) {
        return LX_EINVAL;
    }
    int status = LX_OK;
    uint32_t done = 0;
    // The last bit is not among these: it may have another TMS.
    uint32_t words = (op->bits - 1) / 32;
    bool one_way = (op->tdi == NULL) != (op->tdo == NULL);
    if (words && lx_spi_width(&spi->spi) == 32 && (op->flags & JTAG_OP_MSB_FIRST) && !vector && one_way) {
        set_tms(spi, op->tms);
        if (op->tdi) {
            status = write_words(&spi->spi, op->tdi, words);
        } else {
            status = read_words(&spi->spi, op->flags & JTAG_OP_TDI_HIGH ? UINT32_MAX : 0, op->tdo, words);
        }
        done = 32 * words;
    }
    return status == LX_OK ? clock_bits(spi, op, done) : status;
}

static int spi_set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    lx_jtag_spi_t *spi = ctx;
    if (lx_spi_set_baud(&spi->spi, hz, actual_hz) != LX_OK) {
        return LX_EINVAL;
    }
    lx_spi_apply_baud(&spi->spi);
    return LX_OK;
}

static uint32_t spi_time_us(void *ctx) {
    lx_jtag_spi_t *spi = ctx;
    return lx_jtag_time_us(&spi->time);
}

const jtag_transport_ops_t lx_jtag_spi_ops = { .submit = spi_submit, .set_freq = spi_set_freq, .time_us = spi_time_us };

int lx_jtag_spi_init(lx_jtag_spi_t *spi, const lx_spi_regs_t *regs, uint32_t clk_hz, const lx_gpio_regs_t *gpio,
    unsigned tms, lx_clock_t *clock) {
    if (tms >= gpio->pins || tms >= 32) {
        return LX_EINVAL;
    }
    int status = lx_spi_init(&spi->spi, regs, clk_hz);
    if (status != LX_OK || lx_spi_width(&spi->spi) > 32) {
        return status == LX_ETIMEDOUT ? LX_EIO : LX_ENOTSUP;
    }
    spi->gpio = gpio;
    lx_jtag_time_init(&spi->time, clock);
    spi->tms = UINT32_C(1) << tms;
    spi->tms_level = false;
    if (lx_gpio_write(gpio, spi->tms, 0) != LX_OK || lx_gpio_set_direction(gpio, spi->tms, spi->tms) != LX_OK) {
        return LX_ENOTSUP;
    }
    return LX_OK;
}
