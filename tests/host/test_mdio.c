// SPDX-License-Identifier: MIT
//
// lx_mdio against a PHY that follows the frames of IEEE 802.3, 22.2.4.5, bit by bit, on a line with a pull-up.

#include <string.h>

#include "drivers/lx_mdio.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"
#include "timer_model.h"

#define CLK_HZ (100000000)
#define MDC_LEAST_HALF (CLK_HZ / 2500000 / 2)

static timer_model_t timer;
static lx_timer_regs_t timer_regs;
static lx_clock_t clock;
static lx_mdio_t mdio;

static struct {
    mock_reg_t *w;
    uint16_t registers[32];
    unsigned at; // the PHY's address, 32: there is none
    bool mdc;
    bool stuck_low; // nothing pulls the line up
    uint64_t edge;
    uint64_t shortest;
    unsigned ones; // of the preamble
    unsigned bit; // of the frame, 0: between frames
    uint32_t frame; // start, operation, addresses
    uint16_t data;
    bool drives;
    bool out;
    unsigned fights; // both sides drove
} phy;

static bool line(void) {
    uint64_t w = mock_get(phy.w);
    if ((w & 2) != 0) {
        return (w & 4) != 0;
    }
    return phy.drives ? phy.out : !phy.stuck_low;
}

static void rises(void) {
    bool bit = line();
    uint64_t w = mock_get(phy.w);
    phy.fights += phy.drives && (w & 2) != 0;
    if (phy.bit == 0) {
        if (bit) {
            phy.ones++;
            return;
        }
        if (phy.ones < 32) {
            phy.ones = 0;
            return;
        }
        phy.frame = 0;
    }
    phy.bit++;
    if (phy.bit <= 14) {
        phy.frame = phy.frame << 1 | bit;
    }
    bool reads = (phy.frame >> 10 & 3) == 2;
    bool ours = (phy.frame >> 5 & 31) == phy.at;
    unsigned reg = phy.frame & 31;
    if (phy.bit == 15 && reads && ours) {
        phy.drives = true;
        phy.out = false;
        phy.data = phy.registers[reg];
    } else if (phy.bit >= 16 && phy.bit < 32 && phy.drives) {
        phy.out = phy.data >> (31 - phy.bit) & 1;
    } else if (phy.bit > 16 && !phy.drives) {
        phy.data = (uint16_t)(phy.data << 1 | bit);
    }
    if (phy.bit == 32) {
        if (!reads && ours) {
            phy.registers[reg] = phy.data;
        }
        phy.drives = false;
        phy.bit = 0;
        phy.ones = 0;
    }
}

static void write_w(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    bool mdc = value & 1;
    if (mdc != phy.mdc) {
        if (mock_cycles - phy.edge < phy.shortest) {
            phy.shortest = mock_cycles - phy.edge;
        }
        phy.edge = mock_cycles;
        phy.mdc = mdc;
        if (mdc) {
            rises();
        }
    }
}

static uint64_t read_r(mock_reg_t *reg) {
    (void)reg;
    return line();
}

static void setup(unsigned at) {
    mock_reset();
    memset(&phy, 0, sizeof(phy));
    phy.at = at;
    phy.shortest = UINT64_MAX;
    soc_irq_init();
    timer_model_init(&timer, &timer_regs, true);
    lx_clock_init(&clock, &timer_regs, CLK_HZ, NULL, NULL);
    phy.w = mock_add(3, CSR_ACCESS_RW);
    phy.w->on_write = write_w;
    mock_reg_t *r = mock_add(1, CSR_ACCESS_RO);
    r->on_read = read_r;
    phy.registers[2] = 0x0022;
    CHECK_EQ(lx_mdio_init(&mdio, phy.w->reg, r->reg, &clock, CLK_HZ), LX_OK);
}

static void mdio_reads_and_writes(void) {
    setup(3);
    for (unsigned reg = 0; reg < 32; reg++) {
        uint16_t value = (uint16_t)(0x9e37 * (reg + 1));
        CHECK_EQ(lx_mdio_write(&mdio, 3, reg, value), LX_OK);
        CHECK_EQ(phy.registers[reg], value);
        uint16_t back = 0;
        CHECK_EQ(lx_mdio_read(&mdio, 3, reg, &back), LX_OK);
        CHECK_EQ(back, value);
    }
    CHECK_EQ(phy.fights, 0);
    CHECK(phy.shortest >= MDC_LEAST_HALF);
}

static void mdio_checks_arguments(void) {
    setup(3);
    uint16_t value;
    CHECK_EQ(lx_mdio_read(&mdio, 32, 0, &value), LX_EINVAL);
    CHECK_EQ(lx_mdio_read(&mdio, 0, 32, &value), LX_EINVAL);
    CHECK_EQ(lx_mdio_write(&mdio, 32, 0, 0), LX_EINVAL);
    CHECK_EQ(lx_mdio_write(&mdio, 0, 32, 0), LX_EINVAL);
    CHECK_EQ(phy.edge, 0);
    csr_reg_t absent = {0};
    CHECK_EQ(lx_mdio_init(&mdio, absent, phy.w->reg, &clock, CLK_HZ), LX_ENODEV);
    CHECK_EQ(lx_mdio_init(&mdio, phy.w->reg, absent, &clock, CLK_HZ), LX_ENODEV);
}

static void mdio_finds_the_phy(void) {
    unsigned found;
    for (unsigned at = 0; at < 32; at += 5) {
        setup(at);
        found = 99;
        CHECK_EQ(lx_mdio_find(&mdio, &found), LX_OK);
        CHECK_EQ(found, at);
    }
}

static void mdio_without_phy(void) {
    unsigned found;
    uint16_t value;
    bool up = true;
    bool full;
    setup(32);
    uint64_t before = mock_cycles;
    CHECK_EQ(lx_mdio_find(&mdio, &found), LX_ENODEV);
    CHECK(mock_cycles - before < CLK_HZ / 100);
    CHECK_EQ(lx_mdio_read(&mdio, 1, 1, &value), LX_ENODEV);
    CHECK_EQ(lx_mdio_link(&mdio, 1, &up), LX_ENODEV);
    CHECK(!up);
    CHECK_EQ(lx_mdio_mbps(&mdio, 1, &full), 0);
    // A line that reads 0 is not a PHY either.
    phy.stuck_low = true;
    CHECK_EQ(lx_mdio_find(&mdio, &found), LX_ENODEV);
}

// The clock stands still: no call waits for ever.
static void mdio_with_a_stuck_clock(void) {
    uint16_t value;
    setup(3);
    timer.stuck = true;
    uint64_t before = mock_cycles;
    lx_mdio_read(&mdio, 3, 2, &value);
    CHECK(mock_cycles - before < CLK_HZ / 10);
}

static void mdio_tells_the_link(void) {
    static const struct {
        uint16_t status, ours, theirs, gigabit, gigabit_theirs;
        bool up;
        unsigned mbps;
        bool full;
    } cases[] = {
        {0x0000, 0, 0, 0, 0, false, 0, false},
        {0x0004, 0x1e1, 0x1e1, 0, 0, true, 0, false},
        {0x0024, 0x1e1, 0x1e1, 0, 0, true, 100, true},
        {0x0024, 0x1e1, 0x0a1, 0, 0, true, 100, false},
        {0x0024, 0x1e1, 0x061, 0, 0, true, 10, true},
        {0x0024, 0x1e1, 0x021, 0, 0, true, 10, false},
        {0x0024, 0x1e1, 0x001, 0, 0, true, 0, false},
        {0x0124, 0x1e1, 0x1e1, 0x200, 0x800, true, 1000, true},
        {0x0124, 0x1e1, 0x1e1, 0x300, 0x400, true, 1000, false},
        {0x0124, 0x1e1, 0x1e1, 0x200, 0x000, true, 100, true},
        {0xffff, 0, 0, 0, 0, false, 0, false},
    };
    setup(7);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        phy.registers[1] = cases[i].status;
        phy.registers[4] = cases[i].ours;
        phy.registers[5] = cases[i].theirs;
        phy.registers[9] = cases[i].gigabit;
        phy.registers[10] = cases[i].gigabit_theirs;
        bool up = !cases[i].up;
        bool full = false;
        CHECK_EQ(lx_mdio_link(&mdio, 7, &up), cases[i].status == 0xffff ? LX_ENODEV : LX_OK);
        CHECK_EQ(up, cases[i].up);
        if (up) {
            CHECK_EQ(lx_mdio_mbps(&mdio, 7, &full), cases[i].mbps);
            CHECK_EQ(full, cases[i].full);
        }
    }
}

const test_t tests_mdio[] = {
    TEST(mdio_reads_and_writes),
    TEST(mdio_checks_arguments),
    TEST(mdio_finds_the_phy),
    TEST(mdio_without_phy),
    TEST(mdio_with_a_stuck_clock),
    TEST(mdio_tells_the_link),
    {NULL, NULL},
};
