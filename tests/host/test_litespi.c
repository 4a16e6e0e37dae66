// SPDX-License-Identifier: MIT
//
// lx_litespi against a model of the core with a flash that knows opcode 03h (litespi/core/master.py, mmap.py).

#include <string.h>

#include "common/crc32.h"
#include "drivers/lx_litespi.h"
#include "harness.h"
#include "mock.h"
#include "system.h"
#include "timer_model.h"

#define CLK_HZ (100000000)
#define BASE (0x20000000)
#define SIZE (0x10000)
#define SENT_MAX (1024)

static struct {
    mock_reg_t *cs;
    mock_reg_t *phyconfig;
    mock_reg_t *divisor;
    mock_reg_t *master_divisor;
    mock_reg_t *mmap_divisor;
    bool full; // a word is in the core
    uint32_t word;
    uint32_t config;
    uint64_t done_at;
    bool received;
    uint32_t result;
    unsigned lost; // words that were written while another one was there
    bool stuck; // nothing ends
    bool endless; // a result is always there
    uint8_t sent[SENT_MAX];
    unsigned count;
    unsigned commands; // times that chip select fell
    unsigned in_command; // bytes
    uint32_t address;
    unsigned mapped; // words read through the region
    unsigned mapped_selected; // of these, with chip select low
    uint8_t mapped_xor; // the region reads another thing
} model;

static lx_litespi_regs_t regs;
static lx_litespi_t spi;
static lx_clock_t clock_;
static lx_timer_regs_t timer_regs;
static timer_model_t timer;

static uint8_t content(uint32_t address) {
    return (uint8_t)(address * 7 + (address >> 8));
}

static uint8_t flash_byte(uint8_t out) {
    if (model.count < SENT_MAX) {
        model.sent[model.count] = out;
    }
    model.count++;
    unsigned n = model.in_command++;
    if (n >= 1 && n <= 3) {
        model.address = model.address << 8 | out;
    }
    return n < 4 ? 0xff : content((model.address & 0xffffff) + n - 4);
}

static void tick(void *arg) {
    (void)arg;
    if (model.full && !model.stuck && !model.received && mock_cycles >= model.done_at && (mock_get(model.cs) & 1)) {
        unsigned bits = model.config & 0xff;
        CHECK(bits == 8 || bits == 32);
        CHECK_EQ(model.config >> 8, 0x101);
        uint32_t in = model.result; // older bits move up
        for (unsigned left = bits; left > 0; left -= 8) {
            in = in << 8 | flash_byte((uint8_t)(model.word >> (left - 8)));
        }
        model.result = in;
        model.received = true;
        model.full = false;
    }
}

static void write_cs(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    model.commands += value & 1;
    model.in_command = 0;
}

static void write_rxtx(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    if (model.full) {
        model.lost++;
        return;
    }
    model.full = true;
    model.word = (uint32_t)value;
    model.config = (uint32_t)mock_get(model.phyconfig);
    model.done_at = mock_cycles + (model.config & 0xff) * 4 + 4;
}

static uint64_t read_rxtx(mock_reg_t *reg) {
    (void)reg;
    model.received = false;
    return model.result;
}

static uint64_t read_status(mock_reg_t *reg) {
    (void)reg;
    return (model.full ? 0 : 1) | (model.received || model.endless ? 2 : 0);
}

static uint32_t read_window(uint32_t addr) {
    uint32_t word = 0;
    CHECK(addr >= BASE && addr - BASE <= SIZE - 4 && addr % 4 == 0);
    for (unsigned i = 0; i < 4; i++) {
        word |= (uint32_t)(content(addr - BASE + i) ^ model.mapped_xor) << (8 * i);
    }
    model.mapped++;
    model.mapped_selected += mock_get(model.cs) & 1;
    return word;
}

static mock_reg_t *add(csr_reg_t *reg, unsigned bits, uint8_t access) {
    mock_reg_t *added = mock_add(bits, access);
    *reg = added->reg;
    return added;
}

static void setup(bool later) {
    mock_reset();
    memset(&model, 0, sizeof(model));
    memset(&regs, 0, sizeof(regs));
    regs.base = BASE;
    regs.size = SIZE;
    regs.phy_hz = 12345;
    timer_model_init(&timer, &timer_regs, true);
    model.cs = add(&regs.master_cs, 1, CSR_ACCESS_RW);
    model.cs->on_write = write_cs;
    model.phyconfig = add(&regs.master_phyconfig, 24, CSR_ACCESS_RW);
    mock_reg_t *rxtx = add(&regs.master_rxtx, 32, CSR_ACCESS_RW);
    rxtx->on_read = read_rxtx;
    rxtx->on_write = write_rxtx;
    add(&regs.master_status, 2, CSR_ACCESS_RO)->on_read = read_status;
    model.divisor = add(&regs.phy_clk_divisor, later ? 10 : 8, CSR_ACCESS_RW);
    mock_set(model.divisor, later ? 4 : 1);
    if (later) {
        model.master_divisor = add(&regs.master_clk_divisor, 10, CSR_ACCESS_RW);
        model.mmap_divisor = add(&regs.mmap_clk_divisor, 10, CSR_ACCESS_RW);
    }
    mock_add_ticker(tick, NULL);
    mock_add_window(&(mock_window_t) {.base = BASE, .bytes = SIZE, .read = read_window});
    CHECK_EQ(lx_clock_init(&clock_, &timer_regs, CLK_HZ, NULL, NULL), LX_OK);
}

static void setup_driver(bool later) {
    setup(later);
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_OK);
}

static void litespi_moves_bytes(void) {
    uint8_t data[70];
    uint8_t back[70];
    for (unsigned i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 13 + 3);
    }
    for (unsigned n = 1; n <= sizeof(data); n++) {
        setup_driver(n & 1);
        // In two parts, then data to receive.
        CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, n, false), LX_OK);
        CHECK_EQ(mock_get(model.cs), 1);
        CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, 4, false), LX_OK);
        memset(back, 0xee, sizeof(back));
        unsigned wanted = n < 60 ? n : 60;
        CHECK_EQ(lx_litespi_ops.xfer(&spi, NULL, back, wanted, true), LX_OK);
        CHECK_EQ(mock_get(model.cs), 0);
        CHECK_EQ(model.commands, 1);
        CHECK_EQ(model.lost, 0);
        CHECK_EQ(model.count, n + 4 + wanted);
        CHECK(memcmp(model.sent, data, n) == 0 && memcmp(model.sent + n, data, 4) == 0);
        for (unsigned i = 0; n >= 4 && i < wanted; i++) {
            CHECK_EQ(back[i], content((model.address & 0xffffff) + n + i));
        }
        CHECK_EQ(back[wanted], 0xee);
    }
}

static void litespi_reads_the_region(void) {
    uint8_t data[40];
    setup_driver(false);
    for (uint32_t address = 0; address < 9; address++) {
        for (size_t n = 0; n <= 32; n++) {
            memset(data, 0xee, sizeof(data));
            CHECK_EQ(lx_litespi_ops.read_mapped(&spi, address, data, n), LX_OK);
            for (size_t i = 0; i < n; i++) {
                CHECK_EQ(data[i], content(address + i));
            }
            CHECK_EQ(data[n], 0xee);
        }
    }
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, SIZE - 5, data, 5), LX_OK);
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, SIZE - 5, data, 6), LX_ENOTSUP);
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, SIZE + 1, data, 0), LX_ENOTSUP);
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, UINT32_MAX, data, 8), LX_ENOTSUP);
}

// The CPU's cache forgets what it has after the flash may have changed, and only then.
static void litespi_flushes_the_cache(void) {
    uint8_t data[8] = { 6 };
    setup_driver(false);
    unsigned before = mock_dcache_flushes;
    lx_litespi_ops.read_mapped(&spi, 0, data, 4);
    CHECK_EQ(mock_dcache_flushes, before + 1);
    lx_litespi_ops.read_mapped(&spi, 4, data, 4);
    CHECK_EQ(mock_dcache_flushes, before + 1);
    CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, 1, true), LX_OK);
    lx_litespi_ops.read_mapped(&spi, 4, data, 4);
    CHECK_EQ(mock_dcache_flushes, before + 2);
}

static void litespi_keeps_off_the_region_while_selected(void) {
    uint8_t data[8] = { 5 };
    setup_driver(false);
    CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, 1, false), LX_OK);
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, 0, data, 4), LX_EBUSY);
    CHECK_EQ(model.mapped, 0);
    lx_litespi_drop(&spi);
    CHECK_EQ(mock_get(model.cs), 0);
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, 0, data, 4), LX_OK);
    unsigned writes = model.cs->writes;
    lx_litespi_drop(&spi);
    CHECK_EQ(model.cs->writes, writes);
}

static void litespi_checks_the_region(void) {
    uint8_t byte;
    setup_driver(false);
    CHECK_EQ(lx_litespi_check_window(&spi, 0x1234), LX_OK);
    CHECK_EQ(model.mapped_selected, 0);
    CHECK_EQ(spi.window, SIZE);
    model.mapped_xor = 1;
    CHECK_EQ(lx_litespi_check_window(&spi, 0), LX_ENOTSUP);
    CHECK_EQ(lx_litespi_ops.read_mapped(&spi, 0, &byte, 1), LX_ENOTSUP);
    setup(false);
    regs.base = 0;
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_OK);
    CHECK_EQ(lx_litespi_check_window(&spi, 0), LX_ENOTSUP);
    // The region's commands reach 16 MiB.
    setup(false);
    regs.size = 0x2000000;
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_OK);
    CHECK_EQ(spi.window, 0x1000000);
}

static int match(const uint8_t *wanted, size_t length, size_t *same, uint32_t *crc32) {
    static const uint8_t command[] = { 0x03, 0x00, 0x12, 0x34 };
    return lx_litespi_ops.match(&spi, command, sizeof(command), wanted, length, same, crc32);
}

// Parts of 256 bytes up to the one that differs; a byte that differs in a part's beginning, middle and end.
static void litespi_compares(void) {
    enum { PART = FLASH_MATCH_BYTES, LENGTH = 4 * PART };
    static uint8_t room[LENGTH + 1];
    uint8_t *wanted = room + 1; // misaligned
    for (unsigned i = 0; i < LENGTH; i++) {
        wanted[i] = content(0x1234 + i);
    }
    for (unsigned wrong = 0; wrong <= LENGTH; wrong += wrong % 3 == 1 ? 13 : 9) {
        setup_driver(wrong & 1);
        unsigned at = wrong + 9 > LENGTH ? LENGTH : wrong; // the last time all is the same
        unsigned before = mock_dcache_flushes;
        uint8_t byte;
        lx_litespi_ops.read_mapped(&spi, 0, &byte, 1);
        size_t same = 77;
        uint32_t crc = 5;
        if (at < LENGTH) {
            wanted[at] ^= 0x80;
        }
        CHECK_EQ(match(wanted, LENGTH, &same, &crc), LX_OK);
        if (at < LENGTH) {
            wanted[at] ^= 0x80;
        }
        CHECK_EQ(same, at - at % PART);
        CHECK_EQ(crc, crc32_update(5, wanted, same));
        CHECK_EQ(mock_get(model.cs), 0);
        CHECK_EQ(model.lost, 0);
        CHECK(!model.full && !model.received);
        // At most a word is read beyond the one that differs, and the cache stays as it is.
        CHECK(model.count <= 4 + (at & ~3u) + 8);
        lx_litespi_ops.read_mapped(&spi, 0, &byte, 1);
        CHECK_EQ(mock_dcache_flushes, before + 1);
    }
    // A region that takes no time here is the faster way.
    size_t same;
    uint32_t crc = 5;
    CHECK_EQ(lx_litespi_check_window(&spi, 0), LX_OK);
    model.count = 0;
    CHECK_EQ(match(wanted, LENGTH, &same, &crc), LX_ENOTSUP);
    CHECK_EQ(model.count, 0);
    // Not one that reads wrong.
    model.mapped_xor = 1;
    CHECK_EQ(lx_litespi_check_window(&spi, 0), LX_ENOTSUP);
    CHECK_EQ(match(wanted, LENGTH, &same, &crc), LX_OK);
    CHECK_EQ(same, LENGTH);
}

static void litespi_clock(void) {
    static const struct {
        uint32_t asked;
        uint32_t divisor;
        uint32_t hz;
        uint32_t later;
        uint32_t later_hz;
    } table[] = {
        { UINT32_MAX, 0, 50000000, 2, 50000000 }, { 50000000, 0, 50000000, 2, 50000000 },
        { 49999999, 1, 25000000, 3, 33333333 }, { 25000000, 1, 25000000, 4, 25000000 },
        { 20000000, 2, 16666666, 5, 20000000 }, { 195313, 255, 195312, 512, 195312 },
    };
    uint32_t hz;
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        setup_driver(false);
        CHECK_EQ(lx_litespi_hz(&spi), 25000000);
        CHECK_EQ(lx_litespi_set_hz(&spi, table[i].asked, &hz), LX_OK);
        CHECK_EQ(mock_get(model.divisor), table[i].divisor);
        CHECK_EQ(hz, table[i].hz);
        CHECK_EQ(lx_litespi_hz(&spi), hz);
        setup_driver(true);
        CHECK_EQ(lx_litespi_hz(&spi), 25000000);
        CHECK_EQ(lx_litespi_set_hz(&spi, table[i].asked, NULL), LX_OK);
        CHECK_EQ(mock_get(model.master_divisor), table[i].later);
        CHECK_EQ(mock_get(model.mmap_divisor), table[i].later);
        CHECK_EQ(lx_litespi_hz(&spi), table[i].later_hz);
    }
    setup_driver(false);
    CHECK_EQ(lx_litespi_set_hz(&spi, 0, &hz), LX_EINVAL);
    CHECK_EQ(lx_litespi_set_hz(&spi, 195312, &hz), LX_EINVAL);
    setup_driver(true);
    CHECK_EQ(lx_litespi_set_hz(&spi, 97000, &hz), LX_EINVAL);
    setup(false);
    regs.phy_clk_divisor = (csr_reg_t) { 0 };
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_OK);
    CHECK_EQ(lx_litespi_set_hz(&spi, 1000000, &hz), LX_ENOTSUP);
    CHECK_EQ(lx_litespi_hz(&spi), 12345);
}

static void litespi_core_that_never_answers(void) {
    uint8_t data[256] = { 0 };
    for (unsigned later = 0; later < 2; later++) {
        setup_driver(later);
        model.stuck = true;
        CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, 1, true), LX_ETIMEDOUT);
        CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, sizeof(data), true), LX_ETIMEDOUT);
        size_t same;
        uint32_t crc = 0;
        CHECK_EQ(match(data, 0x100, &same, &crc), LX_ETIMEDOUT);
        CHECK_EQ(same, 0);
        lx_litespi_drop(&spi);
        CHECK_EQ(mock_get(model.cs), 0);
        CHECK_EQ(lx_litespi_check_window(&spi, 0), LX_ETIMEDOUT);
        CHECK_EQ(mock_get(model.cs), 0);
    }
    // Results without end.
    setup(false);
    model.endless = true;
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_ETIMEDOUT);
    // A core without a master.
    setup(false);
    regs.master_cs = (csr_reg_t) { 0 };
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_ENOTSUP);
}

// The slowest clock is within the bound.
static void litespi_slow_clock(void) {
    uint8_t data[8] = { 0 };
    setup_driver(false);
    CHECK_EQ(lx_litespi_set_hz(&spi, 195313, NULL), LX_OK);
    CHECK(spi.looks > 32 * 512);
    CHECK_EQ(lx_litespi_ops.xfer(&spi, data, NULL, sizeof(data), true), LX_OK);
}

static void litespi_takes_left_results(void) {
    setup(false);
    model.received = true;
    mock_set(model.cs, 1);
    CHECK_EQ(lx_litespi_init(&spi, &regs, &clock_, CLK_HZ), LX_OK);
    CHECK(!model.received);
    CHECK_EQ(mock_get(model.cs), 0);
}

static int polls;
static int poll(void *arg) {
    CHECK(arg == &polls);
    polls++;
    return polls == 3 ? LX_EINTR : LX_OK;
}

static void litespi_delay(void) {
    setup_driver(false);
    uint64_t start = mock_cycles;
    CHECK_EQ(lx_litespi_ops.delay(&spi, 20), LX_OK);
    CHECK(mock_cycles - start >= 2000 && mock_cycles - start < 2400);
    polls = 0;
    lx_litespi_on_wait(&spi, poll, &polls);
    CHECK_EQ(lx_litespi_ops.delay(&spi, 1000000), LX_EINTR);
    CHECK_EQ(polls, 3);
}

const test_t tests_litespi[] = {
    TEST(litespi_moves_bytes),
    TEST(litespi_reads_the_region),
    TEST(litespi_flushes_the_cache),
    TEST(litespi_keeps_off_the_region_while_selected),
    TEST(litespi_checks_the_region),
    TEST(litespi_compares),
    TEST(litespi_clock),
    TEST(litespi_core_that_never_answers),
    TEST(litespi_slow_clock),
    TEST(litespi_takes_left_results),
    TEST(litespi_delay),
    {NULL, NULL},
};
