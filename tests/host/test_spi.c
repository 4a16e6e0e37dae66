// SPDX-License-Identifier: MIT
//
// lx_spi against a model of the core that moves bit by bit (litex/soc/cores/spi/spi_master.py).

#include <string.h>

#include "drivers/lx_spi.h"
#include "harness.h"
#include "mock.h"

#define MAX_BITS_SEEN (4096)
#define CLK_HZ (100000000)
#define MANUAL (0x10000)

typedef struct {
    mock_reg_t *control;
    mock_reg_t *status;
    mock_reg_t *mosi;
    mock_reg_t *miso;
    mock_reg_t *cs;
    mock_reg_t *loopback;
    mock_reg_t *divider;
    unsigned width;
    bool aligned;
    unsigned die_after; // transfers, 0: lives on
    uint64_t done_at;
    unsigned length; // of the transfer under way
    bool out[MAX_BITS_SEEN];
    unsigned count; // of bits
    unsigned transfers;
    unsigned early; // starts while busy: the core does not see them
    unsigned selections;
    unsigned chips; // of the last transfer
    const uint8_t *in; // what the device answers, most significant bit first
} model_t;

static model_t model;
static lx_spi_regs_t regs;
static lx_spi_t spi;

static bool bit_of(const mock_reg_t *reg, unsigned bit) {
    return reg->value[bit / 8] >> bit % 8 & 1;
}

static void shift_in(mock_reg_t *reg, unsigned width, bool in) {
    for (unsigned i = width - 1; i > 0; i--) {
        bool below = bit_of(reg, i - 1);
        reg->value[i / 8] = (reg->value[i / 8] & ~(1u << i % 8)) | below << i % 8;
    }
    reg->value[0] = (reg->value[0] & ~1u) | in;
}

static bool in_manual(void) {
    return model.cs != NULL && (mock_get(model.cs) & MANUAL) != 0;
}

static void write_control(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    unsigned length = value >> 8 & 0xff;
    bool busy = mock_cycles < model.done_at;
    // The core compares with the register until the end.
    CHECK(!busy || length == model.length);
    if ((value & 1) == 0) {
        return;
    }
    if (busy) {
        model.early++;
        return;
    }
    model.length = length;
    CHECK(length > 0 && length <= model.width);
    bool loop = model.loopback != NULL && mock_get(model.loopback) != 0;
    for (unsigned i = 0; i < length; i++) {
        unsigned top = model.aligned ? length : model.width;
        bool out = bit_of(model.mosi, top - 1 - i);
        CHECK(model.count < MAX_BITS_SEEN);
        bool in = loop ? out : model.in != NULL && (model.in[model.count / 8] >> (7 - model.count % 8) & 1);
        model.out[model.count++] = out;
        shift_in(model.miso, model.width, in);
    }
    model.transfers++;
    model.selections += !in_manual();
    model.chips = model.cs != NULL ? mock_get(model.cs) & 0xffff : 1;
    uint64_t bit = model.divider != NULL ? mock_get(model.divider) : 100;
    bool dies = model.die_after != 0 && model.transfers >= model.die_after;
    model.done_at = dies ? UINT64_MAX : mock_cycles + (length + 2) * bit;
}

static uint64_t read_status(mock_reg_t *reg) {
    (void)reg;
    return (mock_cycles >= model.done_at) | model.aligned << 1;
}

static void write_cs(mock_reg_t *reg, uint64_t value) {
    static uint64_t before;
    (void)reg;
    model.selections += (value & MANUAL) != 0 && (before & MANUAL) == 0 && (value & 0xffff) != 0;
    before = value;
}

enum { WITH_CS = 1, WITH_LOOPBACK = 2, WITH_DIVIDER = 4, WITH_ALL = 7 };

static void setup(unsigned width, bool aligned, unsigned with) {
    mock_reset();
    memset(&model, 0, sizeof(model));
    memset(&regs, 0, sizeof(regs));
    model.width = width;
    model.aligned = aligned;
    regs.name = "spi0";
    regs.irq = -1;
    regs.control = (model.control = mock_add(16, CSR_ACCESS_RW))->reg;
    model.control->on_write = write_control;
    regs.status = (model.status = mock_add(2, CSR_ACCESS_RO))->reg;
    model.status->on_read = read_status;
    regs.mosi = (model.mosi = mock_add(width, CSR_ACCESS_RW))->reg;
    regs.miso = (model.miso = mock_add(width, CSR_ACCESS_RO))->reg;
    memset(model.miso->value, 0xa5, (width + 7) / 8);
    if (with & WITH_CS) {
        regs.cs = (model.cs = mock_add(17, CSR_ACCESS_RW))->reg;
        mock_set(model.cs, 1);
        model.cs->on_write = write_cs;
    }
    if (with & WITH_LOOPBACK) {
        regs.loopback = (model.loopback = mock_add(1, CSR_ACCESS_RW))->reg;
    }
    if (with & WITH_DIVIDER) {
        regs.clk_divider = (model.divider = mock_add(16, CSR_ACCESS_RW))->reg;
        mock_set(model.divider, 4);
    }
}

static void sent(const uint8_t *bytes, size_t n) {
    CHECK_EQ(model.count, 8 * n);
    for (unsigned i = 0; i < model.count; i++) {
        CHECK_EQ(model.out[i], bytes[i / 8] >> (7 - i % 8) & 1);
    }
    CHECK_EQ(model.early, 0);
}

static const unsigned widths[] = {8, 9, 15, 16, 17, 24, 27, 31, 32, 33, 40, 48, 63, 64, 65, 100, 128, 249, 255};

static void spi_every_width_moves_bytes(void) {
    uint8_t tx[100];
    uint8_t in[100];
    uint8_t rx[101];
    for (unsigned i = 0; i < sizeof(tx); i++) {
        tx[i] = 37 * i + 1;
        in[i] = 91 * i + 0x80;
    }
    for (unsigned w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
        for (unsigned n = 0; n < 70; n = n < 10 ? n + 1 : n + 13) {
            for (unsigned known = 0; known < 2; known++) {
                setup(widths[w], (n & 1) != 0, WITH_ALL);
                if (!known) {
                    // The generator does not know more than the words of the bus.
                    regs.mosi.bits = 0;
                    regs.miso.bits = 0;
                }
                CHECK_EQ(lx_spi_init(&spi, &regs, CLK_HZ), LX_OK);
                model.in = in;
                memset(rx, 0xee, sizeof(rx));
                CHECK_EQ(lx_spi_transfer(&spi, tx, rx, n, 8), LX_OK);
                sent(tx, n);
                CHECK_EQ(memcmp(rx, in, n), 0);
                CHECK_EQ(rx[n], 0xee);
                CHECK_EQ(model.selections, 1);
                CHECK_EQ(mock_get(model.cs), 1);
                if (n > 0) {
                    CHECK_EQ(model.transfers, (n + widths[w] / 8 - 1) / (widths[w] / 8));
                }
            }
        }
    }
}

static void spi_without_a_side(void) {
    static const uint8_t zeros[16];
    static const uint8_t in[16] = "from the device";
    uint8_t rx[16];
    for (unsigned width = 8; width <= 48; width += 8) {
        setup(width, false, WITH_ALL);
        lx_spi_init(&spi, &regs, CLK_HZ);
        model.in = in;
        CHECK_EQ(lx_spi_transfer(&spi, NULL, rx, sizeof(rx), 8), LX_OK);
        sent(zeros, sizeof(zeros));
        CHECK_EQ(memcmp(rx, in, sizeof(rx)), 0);
        model.count = 0;
        CHECK_EQ(lx_spi_transfer(&spi, in, NULL, sizeof(in), 8), LX_OK);
        sent(in, sizeof(in));
        // In place.
        model.count = 0;
        memset(rx, 0x3c, sizeof(rx));
        CHECK_EQ(lx_spi_transfer(&spi, rx, rx, sizeof(rx), 8), LX_OK);
        CHECK_EQ(memcmp(rx, in, sizeof(rx)), 0);
    }
}

static void words_of(unsigned width, unsigned bits, bool aligned) {
    union {
        uint8_t u8[5];
        uint16_t u16[5];
        uint32_t u32[5];
    } tx, rx;
    setup(width, aligned, WITH_ALL);
    lx_spi_init(&spi, &regs, CLK_HZ);
    CHECK_EQ(lx_spi_set_loopback(&spi, true), LX_OK);
    uint32_t mask = UINT32_MAX >> (32 - bits);
    for (unsigned i = 0; i < 5; i++) {
        uint32_t value = 0x9e3779b9 * (i + 1);
        if (bits <= 8) {
            tx.u8[i] = value;
        } else if (bits <= 16) {
            tx.u16[i] = value;
        } else {
            tx.u32[i] = value;
        }
    }
    CHECK_EQ(lx_spi_transfer(&spi, &tx, &rx, 5, bits), LX_OK);
    CHECK_EQ(model.count, 5 * bits);
    for (unsigned i = 0; i < 5; i++) {
        uint32_t value = (0x9e3779b9 * (i + 1)) & mask;
        CHECK_EQ(bits <= 8 ? rx.u8[i] : bits <= 16 ? rx.u16[i] : rx.u32[i], value);
        for (unsigned b = 0; b < bits; b++) {
            CHECK_EQ(model.out[i * bits + b], value >> (bits - 1 - b) & 1);
        }
    }
    CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, bits), LX_OK);
    CHECK(!model.out[5 * bits]);
}

static void spi_words_of_any_bits(void) {
    for (unsigned bits = 1; bits <= 32; bits++) {
        for (unsigned width = 8; width <= 64; width++) {
            if (bits <= width && bits != 8) {
                words_of(width, bits, (bits ^ width) & 1);
            }
        }
    }
    setup(24, false, WITH_ALL);
    lx_spi_init(&spi, &regs, CLK_HZ);
    CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, 25), LX_EINVAL);
    CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, 0), LX_EINVAL);
    setup(100, false, WITH_ALL);
    lx_spi_init(&spi, &regs, CLK_HZ);
    CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, 16), LX_EINVAL);
    CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, 33), LX_EINVAL);
}

static void spi_clock(void) {
    uint32_t hz;
    setup(8, false, WITH_ALL);
    lx_spi_init(&spi, &regs, CLK_HZ);
    static const struct {
        uint32_t asked;
        uint32_t divider;
    } table[] = {
        {UINT32_MAX, 2}, {50000000, 2}, {49999999, 3}, {25000000, 4}, {24999999, 5}, {1000000, 100}, {1526, 65531},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        CHECK_EQ(lx_spi_set_baud(&spi, table[i].asked, &hz), LX_OK);
        CHECK_EQ(hz, CLK_HZ / table[i].divider);
        CHECK(hz <= table[i].asked);
        CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, 8), LX_OK);
        CHECK_EQ(mock_get(model.divider), table[i].divider);
    }
    CHECK_EQ(lx_spi_set_baud(&spi, 1524, &hz), LX_EINVAL);
    CHECK_EQ(lx_spi_set_baud(&spi, 0, &hz), LX_EINVAL);
    CHECK_EQ(lx_spi_set_baud(&spi, CLK_HZ / 65535, &hz), LX_OK);
    CHECK_EQ(lx_spi_transfer(&spi, NULL, NULL, 1, 8), LX_OK);
    CHECK_EQ(mock_get(model.divider), 65535);
    // Built without: the clock stays what it is.
    setup(8, false, WITH_CS);
    lx_spi_init(&spi, &regs, CLK_HZ);
    hz = 1;
    CHECK_EQ(lx_spi_set_baud(&spi, 1, &hz), LX_OK);
    CHECK_EQ(hz, 0);
}

static void spi_chip_select(void) {
    uint8_t tx[3] = {1, 2, 3};
    setup(8, false, WITH_ALL);
    lx_spi_init(&spi, &regs, CLK_HZ);
    CHECK_EQ(lx_spi_select(&spi, 16), LX_EINVAL);
    CHECK_EQ(lx_spi_select(&spi, -2), LX_EINVAL);
    CHECK_EQ(lx_spi_select(&spi, 5), LX_OK);
    lx_spi_transfer(&spi, tx, NULL, 3, 8);
    CHECK_EQ(model.chips, 1 << 5);
    CHECK_EQ(mock_get(model.cs), 1 << 5);
    CHECK_EQ(lx_spi_select(&spi, LX_SPI_NO_CHIP), LX_OK);
    lx_spi_transfer(&spi, tx, NULL, 3, 8);
    CHECK_EQ(model.chips, 0);
    // Two transfers as one message.
    lx_spi_select(&spi, 1);
    model.selections = 0;
    CHECK_EQ(lx_spi_hold(&spi, true), LX_OK);
    CHECK_EQ(mock_get(model.cs), MANUAL | 2);
    lx_spi_transfer(&spi, tx, NULL, 3, 8);
    CHECK_EQ(mock_get(model.cs), MANUAL | 2);
    lx_spi_transfer(&spi, tx, NULL, 1, 8);
    CHECK_EQ(lx_spi_hold(&spi, false), LX_OK);
    CHECK_EQ(mock_get(model.cs), 2);
    CHECK_EQ(model.selections, 1);
}

static void spi_optional_registers(void) {
    uint8_t tx[2] = {0x12, 0x34};
    setup(8, false, 0);
    CHECK_EQ(lx_spi_init(&spi, &regs, CLK_HZ), LX_OK);
    CHECK_EQ(lx_spi_select(&spi, 0), LX_ENOTSUP);
    CHECK_EQ(lx_spi_hold(&spi, true), LX_ENOTSUP);
    CHECK_EQ(lx_spi_set_loopback(&spi, true), LX_ENOTSUP);
    CHECK_EQ(lx_spi_transfer(&spi, tx, NULL, 2, 8), LX_OK);
    sent(tx, 2);
}

static void spi_two_users_of_one_core(void) {
    lx_spi_t other;
    uint8_t tx[1] = {0x55};
    uint8_t rx[1];
    uint32_t hz;
    setup(8, false, WITH_ALL);
    lx_spi_init(&spi, &regs, CLK_HZ);
    lx_spi_set_baud(&spi, 10000000, &hz);
    lx_spi_set_loopback(&spi, true);
    lx_spi_init(&other, &regs, CLK_HZ);
    lx_spi_set_baud(&other, 1000000, &hz);
    lx_spi_select(&other, 1);
    lx_spi_transfer(&spi, tx, rx, 1, 8);
    CHECK_EQ(rx[0], 0x55);
    CHECK_EQ(mock_get(model.divider), 10);
    CHECK_EQ(model.chips, 1);
    lx_spi_transfer(&other, tx, rx, 1, 8);
    CHECK_EQ(rx[0], 0);
    CHECK_EQ(mock_get(model.divider), 100);
    CHECK_EQ(model.chips, 2);
}

static unsigned selected; // chips that the pins select now, by cs alone
static unsigned others; // all that were selected but those meant
static bool two_at_once;
static unsigned meant;
static unsigned releases;

static void watch_pins(void *arg) {
    (void)arg;
    unsigned now = in_manual() ? mock_get(model.cs) & 0xffff : 0;
    releases += selected != 0 && now == 0;
    others |= now & ~meant;
    two_at_once |= (now & (now - 1)) != 0;
    selected = now;
}

// The register has more than one word on a narrow bus. What it holds between two of them shows on the pins.
static void spi_selects_no_other_chip(void) {
    lx_spi_t users[2];
    for (unsigned from = 0; from < LX_SPI_CHIPS; from++) {
        for (unsigned to = 0; to < LX_SPI_CHIPS; to++) {
            for (unsigned held = 0; held < 2; held++) {
                setup(8, false, WITH_ALL);
                selected = others = releases = 0;
                two_at_once = false;
                meant = 1; // the chip of lx_spi_init()
                mock_add_ticker(watch_pins, NULL);
                for (unsigned i = 0; i < 2; i++) {
                    lx_spi_init(&users[i], &regs, CLK_HZ);
                    lx_spi_select(&users[i], i == 0 ? from : to);
                }
                meant = 1u << from;
                if (held) {
                    lx_spi_hold(&users[0], true);
                }
                lx_spi_transfer(&users[0], NULL, NULL, 3, 8);
                lx_spi_transfer(&users[0], NULL, NULL, 3, 8);
                mock_step(1);
                CHECK_EQ(others, 0);
                // A message that is held together stays so.
                CHECK_EQ(releases, held ? 0 : 2);
                // Another user's message ends that.
                meant = selected | 1u << to;
                lx_spi_transfer(&users[1], NULL, NULL, 3, 8);
                mock_step(1);
                CHECK_EQ(others, 0);
                CHECK(!two_at_once);
                CHECK_EQ(selected, 0);
            }
        }
    }
}

// A bus that is busy, or an interrupt, comes in between anywhere and lasts longer than words: each still starts once,
// after the end of the one before, which has been read.
static void spi_slow_bus(void) {
    uint8_t tx[23];
    uint8_t in[23];
    uint8_t rx[23];
    for (unsigned i = 0; i < sizeof(tx); i++) {
        tx[i] = 41 * i + 3;
        in[i] = 77 * i + 0x81;
    }
    for (unsigned width = 8; width <= 32; width += 8) {
        for (unsigned access = 1; access < 300; access += 1 + access / 8) {
            setup(width, (access & 1) != 0, WITH_ALL);
            lx_spi_init(&spi, &regs, CLK_HZ);
            mock_access_cycles = access;
            model.in = in;
            CHECK_EQ(lx_spi_transfer(&spi, tx, rx, sizeof(tx), 8), LX_OK);
            sent(tx, sizeof(tx));
            CHECK_EQ(memcmp(rx, in, sizeof(rx)), 0);
            model.count = 0;
            CHECK_EQ(lx_spi_transfer(&spi, tx, NULL, sizeof(tx), 8), LX_OK);
            sent(tx, sizeof(tx));
            CHECK_EQ(model.transfers, 2 * ((sizeof(tx) + width / 8 - 1) / (width / 8)));
        }
    }
}

static void spi_never_done(void) {
    uint8_t buffer[40] = {0};
    for (unsigned width = 8; width <= 40; width += 8) {
        for (unsigned after = 1; after < 4; after++) {
            for (unsigned bits = 8; bits >= 7; bits--) {
                setup(width, false, WITH_ALL);
                lx_spi_init(&spi, &regs, CLK_HZ);
                lx_spi_hold(&spi, true);
                model.die_after = after;
                CHECK_EQ(lx_spi_transfer(&spi, buffer, buffer, sizeof(buffer), bits), LX_ETIMEDOUT);
                CHECK_EQ(model.transfers, after);
                CHECK_EQ(mock_get(model.cs), 1);
            }
        }
    }
    setup(8, false, 0);
    lx_spi_init(&spi, &regs, CLK_HZ);
    model.die_after = 1;
    CHECK_EQ(lx_spi_transfer(&spi, buffer, NULL, 2, 8), LX_ETIMEDOUT);
    // Busy from the start.
    model.done_at = UINT64_MAX;
    CHECK_EQ(lx_spi_init(&spi, &regs, CLK_HZ), LX_ETIMEDOUT);
}

static void spi_widths_that_cannot_be_used(void) {
    setup(7, false, WITH_ALL);
    CHECK_EQ(lx_spi_init(&spi, &regs, CLK_HZ), LX_ENOTSUP);
    setup(256, false, WITH_ALL);
    CHECK_EQ(lx_spi_init(&spi, &regs, CLK_HZ), LX_ENOTSUP);
    regs.mosi.bits = 0;
    CHECK_EQ(lx_spi_init(&spi, &regs, CLK_HZ), LX_ENOTSUP);
}

const test_t tests_spi[] = {
    TEST(spi_every_width_moves_bytes),
    TEST(spi_without_a_side),
    TEST(spi_words_of_any_bits),
    TEST(spi_clock),
    TEST(spi_chip_select),
    TEST(spi_optional_registers),
    TEST(spi_two_users_of_one_core),
    TEST(spi_selects_no_other_chip),
    TEST(spi_slow_bus),
    TEST(spi_never_done),
    TEST(spi_widths_that_cannot_be_used),
    {NULL, NULL},
};
