// SPDX-License-Identifier: MIT
//
// lx_spi_mmap against a model of the core: FIFOs, slots, windows (litex/soc/cores/spi/spi_mmap.py).

#include <string.h>

#include "drivers/lx_spi_mmap.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"

#define CLK_HZ (100000000)
#define SLOTS (3)
#define DEPTH (8)
#define TX_BASE (0x90010000)
#define RX_BASE (0x90020000)
#define MAX_BITS_SEEN (8192)

typedef struct {
    uint32_t data;
    unsigned bits;
    unsigned slot;
} entry_t;

typedef struct {
    entry_t entries[DEPTH];
    unsigned level;
} fifo_t;

static struct {
    mock_reg_t *tx_control;
    mock_reg_t *rx_control;
    mock_reg_t *engine;
    mock_reg_t *slot_control[SLOTS];
    fifo_t tx;
    fifo_t rx;
    uint64_t done_at; // of the word under way
    bool busy;
    bool stuck;
    bool out[MAX_BITS_SEEN];
    unsigned count;
    unsigned errors; // accesses that the core refuses
    unsigned gaps; // times that a chip was let go within a transfer
    unsigned selected; // slot, SLOTS: none
    bool inverts; // the device answers the complement
} model;

static lx_spi_mmap_regs_t regs;
static lx_spi_mmap_t spi;

static bool push(fifo_t *fifo, entry_t entry) {
    if (fifo->level == DEPTH) {
        return false;
    }
    fifo->entries[fifo->level++] = entry;
    return true;
}

static entry_t pop(fifo_t *fifo) {
    entry_t entry = fifo->entries[0];
    fifo->level--;
    memmove(fifo->entries, fifo->entries + 1, fifo->level * sizeof(entry));
    return entry;
}

static uint64_t slot_control(unsigned slot) {
    return mock_get(model.slot_control[slot]);
}

static uint32_t move(entry_t entry) {
    uint64_t control = slot_control(entry.slot);
    bool lsb_first = control >> 5 & 1;
    bool loopback = control >> 6 & 1;
    uint32_t in = 0;
    for (unsigned i = 0; i < entry.bits; i++) {
        unsigned at = lsb_first ? i : entry.bits - 1 - i;
        bool out = entry.data >> at & 1;
        CHECK(model.count < MAX_BITS_SEEN);
        model.out[model.count++] = out;
        in |= (uint32_t)(loopback ? out : out ^ model.inverts) << at;
    }
    return in;
}

static void tick(void *arg) {
    (void)arg;
    bool on = (mock_get(model.engine) & 1) != 0;
    if ((mock_get(model.tx_control) & 1) == 0) {
        model.tx.level = 0;
    }
    if ((mock_get(model.rx_control) & 1) == 0) {
        model.rx.level = 0;
    }
    unsigned chip = on && model.tx.level > 0 ? model.tx.entries[0].slot : SLOTS;
    model.gaps += model.selected != SLOTS && chip != model.selected;
    model.selected = chip;
    if (model.stuck) {
        return;
    }
    if (!model.busy && chip != SLOTS) {
        unsigned half = (slot_control(chip) >> 16 & 0xffff) / 2 + 1;
        model.busy = true;
        model.done_at = mock_cycles + 2 * half * model.tx.entries[0].bits + 8;
    }
    if (model.busy && mock_cycles >= model.done_at && model.rx.level < DEPTH) {
        entry_t entry = pop(&model.tx);
        entry.data = move(entry);
        push(&model.rx, entry);
        model.busy = false;
    }
}

static void write_window(uint32_t addr, uint32_t value, unsigned bits) {
    unsigned slot = (addr - TX_BASE) / 4;
    uint32_t mask = UINT32_MAX >> (32 - bits);
    if (slot >= SLOTS || addr % 4 != 0 || (slot_control(slot) & 1) == 0
        || !push(&model.tx, (entry_t) {value & mask, bits, slot})) {
        model.errors++;
    }
}

static uint32_t read_window(uint32_t addr) {
    if (model.rx.level == 0 || model.rx.entries[0].slot != (addr - RX_BASE) / 4) {
        model.errors++;
        return 0;
    }
    return pop(&model.rx).data;
}

static uint64_t read_slot_count(mock_reg_t *reg) {
    (void)reg;
    return SLOTS;
}

static uint64_t read_fifo_status(mock_reg_t *reg) {
    const fifo_t *fifo = reg->arg;
    return (fifo->level == 0) << 1 | (fifo->level == DEPTH) << 2 | fifo->level << 16;
}

static void setup(void) {
    mock_reset();
    memset(&model, 0, sizeof(model));
    model.selected = SLOTS;
    mock_reg_t *reg = mock_add(32, CSR_ACCESS_RO);
    reg->on_read = read_slot_count;
    regs.ctrl_slot_count = reg->reg;
    regs.ctrl_tx_control = (model.tx_control = mock_add(32, CSR_ACCESS_RW))->reg;
    regs.ctrl_rx_control = (model.rx_control = mock_add(32, CSR_ACCESS_RW))->reg;
    regs.ctrl_engine = (model.engine = mock_add(1, CSR_ACCESS_RW))->reg;
    mock_set(model.engine, 1);
    for (unsigned i = 0; i < 2; i++) {
        reg = mock_add(32, CSR_ACCESS_RO);
        reg->on_read = read_fifo_status;
        reg->arg = i == 0 ? &model.tx : &model.rx;
        *(i == 0 ? &regs.ctrl_tx_status : &regs.ctrl_rx_status) = reg->reg;
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        model.slot_control[i] = mock_add(48, CSR_ACCESS_RW);
    }
    regs.ctrl_slot_control0 = model.slot_control[0]->reg;
    regs.tx_base = TX_BASE;
    regs.rx_base = RX_BASE;
    mock_add_ticker(tick, NULL);
    mock_add_window(&(mock_window_t) {.base = TX_BASE, .bytes = 0x1000, .write = write_window});
    mock_add_window(&(mock_window_t) {.base = RX_BASE, .bytes = 0x1000, .read = read_window});
}

static void spi_mmap_moves_words(void) {
    static const unsigned sizes[] = {8, 16, 32};
    uint32_t tx[40];
    uint32_t rx[41];
    for (unsigned i = 0; i < 40; i++) {
        tx[i] = 0x9e3779b9 * (i + 1);
    }
    for (unsigned s = 0; s < 3; s++) {
        for (unsigned n = 0; n <= 40; n++) {
            for (unsigned way = 0; way < 8; way++) {
                unsigned bits = sizes[s];
                unsigned bytes = n * bits / 8;
                bool lsb_first = way & 1;
                setup();
                CHECK_EQ(lx_spi_mmap_init(&spi, &regs, n % SLOTS, CLK_HZ), LX_OK);
                lx_spi_mmap_format_t format = {way & 3, lsb_first, way & 2};
                CHECK_EQ(lx_spi_mmap_set_format(&spi, &format), LX_OK);
                memset(rx, 0xee, sizeof(rx));
                model.inverts = true;
                CHECK_EQ(lx_spi_mmap_transfer(&spi, tx, way & 4 ? NULL : rx, n, bits), LX_OK);
                CHECK_EQ(model.errors, 0);
                // The end of the last word is not a gap.
                mock_step(2);
                CHECK_EQ(model.gaps, n > 0);
                CHECK_EQ(slot_control(n % SLOTS) & 0x7f, 1 | (way & 3) << 1 | lsb_first << 5 | (way & 2 ? 1 << 6 : 0));
                CHECK_EQ(model.count, 8 * bytes);
                for (unsigned i = 0; i < model.count; i++) {
                    unsigned word = i / bits;
                    unsigned bit = lsb_first ? i % bits : bits - 1 - i % bits;
                    unsigned at = word * bits + bit;
                    CHECK_EQ(model.out[i], ((const uint8_t *)tx)[at / 8] >> at % 8 & 1);
                }
                if ((way & 4) == 0) {
                    for (unsigned i = 0; i < bytes; i++) {
                        uint8_t out = ((const uint8_t *)tx)[i];
                        CHECK_EQ(((const uint8_t *)rx)[i], way & 2 ? out : (uint8_t) ~out);
                    }
                }
                CHECK_EQ(((const uint8_t *)rx)[way & 4 ? 0 : bytes], 0xee);
            }
        }
    }
}

// On a slow bus words come in before the outgoing FIFO is full: then more are under way than it holds.
static void spi_mmap_slow_bus(void) {
    uint8_t tx[4 * 40];
    uint8_t rx[4 * 40];
    for (unsigned i = 0; i < sizeof(tx); i++) {
        tx[i] = 7 * i + 1;
    }
    for (unsigned cycles = 5; cycles < 100; cycles += 5) {
        setup();
        CHECK_EQ(lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ), LX_OK);
        uint32_t hz;
        CHECK_EQ(lx_spi_mmap_set_baud(&spi, UINT32_MAX, &hz), LX_OK);
        mock_access_cycles = cycles;
        CHECK_EQ(lx_spi_mmap_transfer(&spi, tx, rx, 40, 32), LX_OK);
        CHECK_EQ(model.errors, 0);
        CHECK(memcmp(tx, rx, sizeof(tx)) == 0);
    }
}

#if TEST_HAS_INTERRUPT
// A CPU that is slower than the wire never fills the FIFO: interrupts are off for a part of the transfer only.
static void spi_mmap_interrupts_on_a_slow_bus(void) {
    uint8_t tx[4 * 250];
    memset(tx, 0x5a, sizeof(tx));
    setup();
    soc_irq_init();
    soc_irq_global_enable();
    CHECK_EQ(lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ), LX_OK);
    mock_access_cycles = 200;
    CHECK_EQ(lx_spi_mmap_transfer(&spi, tx, NULL, sizeof(tx), 8), LX_OK);
    CHECK_EQ(model.errors, 0);
    CHECK_EQ(model.count, 8 * sizeof(tx));
    uint64_t word = regs.ctrl_tx_status.words * mock_access_cycles + 5;
    CHECK(mock_ie && mock_longest_off < 70 * word);
}
#endif

static void spi_mmap_zeros(void) {
    uint8_t rx[9];
    setup();
    lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ);
    model.inverts = true;
    CHECK_EQ(lx_spi_mmap_transfer(&spi, NULL, rx, sizeof(rx), 8), LX_OK);
    for (unsigned i = 0; i < sizeof(rx); i++) {
        CHECK_EQ(rx[i], 0xff);
    }
}

static void spi_mmap_clock(void) {
    static const struct {
        uint32_t asked;
        uint32_t half;
    } table[] = {
        {UINT32_MAX, 2}, {25000000, 2}, {24999999, 3}, {16666667, 3}, {16666666, 4}, {1000000, 50}, {1526, 32766},
    };
    uint32_t hz;
    setup();
    lx_spi_mmap_init(&spi, &regs, 1, CLK_HZ);
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        CHECK_EQ(lx_spi_mmap_set_baud(&spi, table[i].asked, &hz), LX_OK);
        CHECK_EQ(hz, CLK_HZ / (2 * table[i].half));
        CHECK(hz <= table[i].asked);
        CHECK_EQ(lx_spi_mmap_transfer(&spi, NULL, NULL, 1, 8), LX_OK);
        CHECK_EQ(slot_control(1) >> 16, 2 * (table[i].half - 1));
    }
    CHECK_EQ(lx_spi_mmap_set_baud(&spi, 1525, &hz), LX_EINVAL);
    CHECK_EQ(lx_spi_mmap_set_baud(&spi, 0, &hz), LX_EINVAL);
}

// The bound is that of a word, also when only the FIFO is left and nothing comes back.
static void spi_mmap_slow_clock(void) {
    uint8_t tx[4 * DEPTH + 4] = {0};
    uint32_t hz;
    setup();
    lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ);
    CHECK_EQ(lx_spi_mmap_set_baud(&spi, 50000, &hz), LX_OK);
    CHECK_EQ(lx_spi_mmap_transfer(&spi, tx, NULL, sizeof(tx), 8), LX_OK);
    CHECK_EQ(model.count, 8 * sizeof(tx));
}

static void spi_mmap_arguments(void) {
    setup();
    CHECK_EQ(lx_spi_mmap_slots(&regs), SLOTS);
    CHECK_EQ(lx_spi_mmap_init(&spi, &regs, SLOTS, CLK_HZ), LX_EINVAL);
    regs.rx_base = 0;
    CHECK_EQ(lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ), LX_ENODEV);
    setup();
    CHECK_EQ(lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ), LX_OK);
    CHECK_EQ(lx_spi_mmap_set_format(&spi, &(lx_spi_mmap_format_t) {4, false, false}), LX_EINVAL);
    CHECK_EQ(lx_spi_mmap_transfer(&spi, NULL, NULL, 1, 24), LX_EINVAL);
}

// Words of an older transfer that nobody took do not come back in a later one.
static void spi_mmap_drops_what_is_left(void) {
    uint8_t tx[2] = {0x12, 0x34};
    uint8_t rx[2];
    setup();
    mock_set(model.rx_control, 1);
    push(&model.rx, (entry_t) {0x99, 8, 0});
    mock_set(model.tx_control, 1);
    mock_set(model.engine, 0);
    push(&model.tx, (entry_t) {0x77, 8, 0});
    lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ);
    CHECK_EQ(lx_spi_mmap_transfer(&spi, tx, rx, 2, 8), LX_OK);
    CHECK_EQ(memcmp(tx, rx, 2), 0);
    CHECK_EQ(model.count, 16);
}

static void spi_mmap_stuck(void) {
    uint8_t buffer[100] = {0};
    for (unsigned with_rx = 0; with_rx < 2; with_rx++) {
        setup();
        lx_spi_mmap_init(&spi, &regs, 0, CLK_HZ);
        model.stuck = true;
        CHECK_EQ(lx_spi_mmap_transfer(&spi, buffer, with_rx ? buffer : NULL, sizeof(buffer), 8), LX_ETIMEDOUT);
        CHECK_EQ(mock_get(model.engine), 0);
        CHECK_EQ(model.tx.level, 0);
        // The bound is of the order of a word's time, not of the whole transfer's.
        CHECK(mock_cycles < 100000);
        model.stuck = false;
        CHECK_EQ(lx_spi_mmap_transfer(&spi, buffer, with_rx ? buffer : NULL, sizeof(buffer), 8), LX_OK);
    }
}

const test_t tests_spi_mmap[] = {
    TEST(spi_mmap_moves_words),
    TEST(spi_mmap_slow_bus),
    #if TEST_HAS_INTERRUPT
    TEST(spi_mmap_interrupts_on_a_slow_bus),
    #endif
    TEST(spi_mmap_zeros),
    TEST(spi_mmap_clock),
    TEST(spi_mmap_slow_clock),
    TEST(spi_mmap_arguments),
    TEST(spi_mmap_drops_what_is_left),
    TEST(spi_mmap_stuck),
    {NULL, NULL},
};
