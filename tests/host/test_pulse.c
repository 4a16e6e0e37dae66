// SPDX-License-Identifier: MIT
//
// lx_pulse: the edges on the pin, in cycles of the mock.

#include <string.h>

#include "drivers/lx_pulse.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"
#include "soc/spin.h"
#include "timer_model.h"

#define CLK_HZ (100000000)
#define MASK (1u << 3)
#define OTHERS (0xa5u & ~MASK)
#define EDGES (4096)

static const lx_pulse_timing_t ws2812 = {400, 850, 800, 450};

static timer_model_t timer;
static lx_timer_regs_t timer_regs;
static lx_clock_t clock_;
static lx_gpio_regs_t gpio;
static mock_reg_t *out;
static bool level;
static bool disturbed; // another pin changed
static uint64_t edges[EDGES];
static unsigned edge_count;

static void write_out(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    disturbed |= (value & ~(uint64_t)MASK) != OTHERS;
    bool now = (value & MASK) != 0;
    if (now != level && edge_count < EDGES) {
        edges[edge_count++] = mock_cycles;
    }
    level = now;
}

static void setup(bool with_uptime, unsigned access_cycles) {
    mock_reset();
    soc_irq_init();
    mock_access_cycles = access_cycles;
    timer_model_init(&timer, &timer_regs, with_uptime);
    CHECK_EQ(lx_clock_init(&clock_, &timer_regs, CLK_HZ, NULL, NULL), LX_OK);
    out = mock_add(8, CSR_ACCESS_RW);
    mock_set(out, OTHERS);
    out->on_write = write_out;
    gpio = (lx_gpio_regs_t) {.name = "gpio", .irq = -1, .pins = 8, .out = out->reg};
    level = disturbed = false;
    edge_count = 0;
}

// What the edges say: bits, and the worst deviation of a high time and of a bit's time.
static void check_stream(const lx_pulse_timing_t *timing, const uint8_t *buf, size_t n, int64_t slack) {
    CHECK_EQ(edge_count, 16 * n);
    for (unsigned i = 0; i < 8 * n; i++) {
        bool bit = (buf[i / 8] >> (7 - i % 8) & 1) != 0;
        int64_t high = (bit ? timing->high1_ns : timing->high0_ns) / 10;
        int64_t low = (bit ? timing->low1_ns : timing->low0_ns) / 10;
        int64_t got = (int64_t)(edges[2 * i + 1] - edges[2 * i]);
        CHECK(got - high <= slack && high - got <= slack);
        if (i + 1 < 8 * n) {
            got = (int64_t)(edges[2 * i + 2] - edges[2 * i]);
            CHECK(got - high - low <= 2 * slack && high + low - got <= 2 * slack);
        }
    }
    CHECK(!level && !disturbed);
}

static void stream_is_exact(void) {
    static const uint8_t data[] = {0x00, 0xff, 0x55, 0xaa, 0x12, 0x34, 0x80, 0x01};
    for (unsigned uptime = 0; uptime < 2; uptime++) {
        for (unsigned access = 1; access < 8; access++) {
            setup(uptime != 0, access);
            soc_irq_global_enable();
            CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, sizeof(data)), LX_OK);
            check_stream(&ws2812, data, sizeof(data), MOCK_SPIN_TURN);
            #if TEST_HAS_INTERRUPT
            CHECK(mock_ie);
            #endif
        }
    }
    // Slow bits, and an empty stream.
    static const lx_pulse_timing_t slow = {10000, 30000, 25000, 15000};
    setup(true, 5);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &slow, data, 3), LX_OK);
    check_stream(&slow, data, 3, MOCK_SPIN_TURN);
    setup(true, 5);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, 0), LX_OK);
    CHECK_EQ(edge_count, 0);
}

static void stream_on_a_slow_bus(void) {
    static const uint8_t data[] = {0x5a};
    // A write of the level takes 48 cycles: within a quarter of a high time of 40, and the low times are longer.
    setup(true, 45);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, 1), LX_OK);
    CHECK_EQ(edge_count, 16);
    CHECK(edges[1] - edges[0] <= 50);
    setup(true, 60);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, 1), LX_ENOTSUP);
    CHECK_EQ(edge_count, 0);
}

static void stream_bounds(void) {
    static const uint8_t data[16];
    static const lx_pulse_timing_t long_bits = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    static const lx_pulse_timing_t a_millisecond = {500000, 500000, 500000, 500000};
    setup(true, 5);
    CHECK_EQ(lx_pulse_send(&gpio, 1u << 8, &clock_, &ws2812, data, 1), LX_EINVAL);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &long_bits, data, 1), LX_EINVAL);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &a_millisecond, data, 13), LX_EINVAL);
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, SIZE_MAX), LX_EINVAL);
    CHECK_EQ(out->writes, 0);
    gpio.out.words = 0;
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, 1), LX_ENOTSUP);
    // A timer that stands still.
    setup(false, 5);
    timer.stuck = true;
    timer.stuck_value = 7;
    CHECK_EQ(lx_pulse_send(&gpio, MASK, &clock_, &ws2812, data, 1), LX_ENOTSUP);
    CHECK_EQ(edge_count, 0);
    CHECK(!disturbed);
}

const test_t tests_pulse[] = {
    TEST(stream_is_exact),
    TEST(stream_on_a_slow_bus),
    TEST(stream_bounds),
    {NULL, NULL},
};
