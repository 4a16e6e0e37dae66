// SPDX-License-Identifier: MIT
//
// lx_pwm against the core's model, and lx_ws2812 against memory.

#include <string.h>
#include <sys/mman.h>

#include "drivers/lx_pwm.h"
#include "drivers/lx_ws2812.h"
#include "harness.h"
#include "mock.h"

#define CHANNELS (3)

// PWM and MultiChannelPWM, cycle by cycle, after litex/soc/cores/pwm.py.
typedef struct {
    mock_reg_t *enable;
    mock_reg_t *width;
    bool out;
    uint64_t high; // cycles
} output_t;

static output_t outputs[CHANNELS];
static lx_pwm_regs_t regs[CHANNELS];
static mock_reg_t *period;
static unsigned count;
static uint32_t counter;
static uint64_t total;

static void tick(void *arg) {
    (void)arg;
    uint32_t now = counter;
    counter = 0;
    if ((mock_get(outputs[0].enable) & 1) != 0 && now < (uint32_t)(mock_get(period) - 1)) {
        counter = now + 1;
    }
    for (unsigned i = 0; i < count; i++) {
        outputs[i].out = (mock_get(outputs[i].enable) & 1) != 0 && now < mock_get(outputs[i].width);
        outputs[i].high += outputs[i].out;
    }
    total++;
}

static void setup(unsigned channels) {
    mock_reset();
    memset(outputs, 0, sizeof(outputs));
    memset(regs, 0, sizeof(regs));
    count = channels;
    counter = 0;
    period = mock_add(32, CSR_ACCESS_RW);
    for (unsigned i = 0; i < count; i++) {
        outputs[i].enable = mock_add(1, CSR_ACCESS_RW);
        outputs[i].width = mock_add(32, CSR_ACCESS_RW);
        // What the memory cells held before a reset.
        mock_set(outputs[i].width, 77 + i);
        regs[i] = (lx_pwm_regs_t) {
            .name = "pwm", .irq = -1, .enable = outputs[i].enable->reg, .width = outputs[i].width->reg,
            .period = period->reg,
        };
        if (count > 1) {
            regs[i].run = outputs[0].enable->reg;
            regs[i].run_width = outputs[0].width->reg;
        }
    }
    mock_add_ticker(tick, NULL);
}

// The cycles in which an output is high, out of those given.
static uint64_t high_of(unsigned channel, unsigned cycles) {
    mock_step(4);
    uint64_t before = outputs[channel].high;
    mock_step(cycles);
    return outputs[channel].high - before;
}

static void pwm_is_exact(void) {
    static const uint32_t cases[][2] = {{0, 10}, {1, 10}, {9, 10}, {10, 10}, {1, 2}, {2, 2}, {333, 1000}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setup(1);
        CHECK(!lx_pwm_running(&regs[0]));
        CHECK_EQ(lx_pwm_start(&regs[0], cases[i][0], cases[i][1]), LX_OK);
        CHECK(lx_pwm_running(&regs[0]));
        CHECK_EQ(lx_pwm_width(&regs[0]), cases[i][0]);
        CHECK_EQ(lx_pwm_period(&regs[0]), cases[i][1]);
        CHECK_EQ(high_of(0, 10 * cases[i][1]), 10 * cases[i][0]);
        lx_pwm_stop(&regs[0]);
        CHECK(!lx_pwm_running(&regs[0]));
        CHECK_EQ(high_of(0, 100), 0);
    }
}

static void pwm_refuses(void) {
    setup(1);
    CHECK_EQ(lx_pwm_start(&regs[0], 0, 0), LX_EINVAL);
    CHECK_EQ(lx_pwm_start(&regs[0], 0, 1), LX_EINVAL);
    CHECK_EQ(lx_pwm_start(&regs[0], 11, 10), LX_EINVAL);
    CHECK_EQ(mock_get(outputs[0].width), 77);
    CHECK_EQ(outputs[0].enable->writes + period->writes, 0);
}

static void pwm_channels_share_a_counter(void) {
    setup(CHANNELS);
    // A later channel alone: its counter has to run, and channel 0 stays low.
    CHECK_EQ(lx_pwm_start(&regs[2], 30, 100), LX_OK);
    CHECK_EQ(high_of(2, 1000), 300);
    CHECK_EQ(high_of(0, 1000), 0);
    CHECK_EQ(high_of(1, 1000), 0);
    CHECK_EQ(lx_pwm_start(&regs[0], 40, 100), LX_OK);
    CHECK_EQ(lx_pwm_start(&regs[1], 50, 100), LX_OK);
    CHECK_EQ(high_of(0, 1000), 400);
    CHECK_EQ(high_of(1, 1000), 500);
    CHECK_EQ(high_of(2, 1000), 300);
    // Without channel 0 the others go on.
    lx_pwm_stop(&regs[0]);
    CHECK_EQ(high_of(0, 1000), 0);
    CHECK_EQ(high_of(1, 1000), 500);
    lx_pwm_stop(&regs[1]);
    CHECK(!lx_pwm_running(&regs[1]));
    CHECK_EQ(high_of(1, 1000), 0);
    CHECK_EQ(high_of(2, 1000), 300);
    // A start of another one does not touch channel 0 again.
    CHECK_EQ(lx_pwm_start(&regs[0], 40, 100), LX_OK);
    CHECK_EQ(lx_pwm_start(&regs[1], 50, 100), LX_OK);
    CHECK_EQ(high_of(0, 1000), 400);
}

static void pwm_conversions_round(void) {
    CHECK_EQ(lx_pwm_hz_to_period(100000000, 1000), 100000);
    CHECK_EQ(lx_pwm_hz_to_period(100000000, 3), 33333333);
    CHECK_EQ(lx_pwm_hz_to_period(100000000, 66000000), 2); // 1.515
    CHECK_EQ(lx_pwm_hz_to_period(100000000, 70000000), 1);
    CHECK_EQ(lx_pwm_hz_to_period(UINT32_MAX, 1), UINT32_MAX);
    CHECK_EQ(lx_pwm_period_to_hz(100000000, 33333333), 3);
    CHECK_EQ(lx_pwm_period_to_hz(100000000, 66666667), 1); // 1.4999
    CHECK_EQ(lx_pwm_period_to_hz(100000000, 66666666), 2); // 1.5000
    CHECK_EQ(lx_pwm_ns_to_width(100000000, 4), 0);
    CHECK_EQ(lx_pwm_ns_to_width(100000000, 5), 1);
    CHECK_EQ(lx_pwm_ns_to_width(100000000, UINT64_C(2147483647)), 214748365);
    CHECK_EQ(lx_pwm_ns_to_width(100000000, UINT64_C(42949672950)), UINT32_MAX);
    CHECK_EQ(lx_pwm_ns_to_width(100000000, UINT64_C(42949672999)), UINT32_MAX);
    CHECK_EQ(lx_pwm_ns_to_width(100000000, UINT64_MAX), UINT32_MAX);
    CHECK_EQ(lx_pwm_width_to_ns(48000000, 1), 21);
    CHECK_EQ(lx_pwm_width_to_ns(1000000, UINT32_MAX), UINT64_C(4294967295000));
    CHECK_EQ(lx_pwm_u16_to_width(1000, 0), 0);
    CHECK_EQ(lx_pwm_u16_to_width(1000, 32768), 500);
    CHECK_EQ(lx_pwm_u16_to_width(1000, 32801), 501); // 500.51
    CHECK_EQ(lx_pwm_u16_to_width(1000, 65535), 1000);
    CHECK_EQ(lx_pwm_u16_to_width(UINT32_MAX, 65535), UINT32_MAX);
    for (uint32_t duty = 0; duty <= 65535; duty += 257) {
        CHECK_EQ(lx_pwm_width_to_u16(100000, lx_pwm_u16_to_width(100000, (uint16_t)duty)), duty);
    }
    CHECK_EQ(lx_pwm_width_to_u16(10, 11), 65535);
    CHECK_EQ(lx_pwm_width_to_u16(3, 1), 21845);
}

static void ws2812_is_a_memory(void) {
    // The descriptor's addresses have 32 bits.
    uint32_t *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    CHECK(words != MAP_FAILED);
    const lx_ws2812_regs_t leds = {"ws2812", -1, (uint32_t)(uintptr_t)words, 4 * 3};
    CHECK_EQ(lx_ws2812_count(&leds), 3);
    CHECK_EQ(lx_ws2812_set(&leds, 0, 0x123456), LX_OK);
    CHECK_EQ(lx_ws2812_set(&leds, 2, 0xffabcdef), LX_OK);
    CHECK_EQ(lx_ws2812_set(&leds, 3, 1), LX_EINVAL);
    CHECK_EQ(words[0], 0x123456);
    CHECK_EQ(words[1], 0);
    CHECK_EQ(words[2], 0xabcdef);
    CHECK_EQ(words[3], 0);
    uint32_t grb = 1;
    words[1] = 0xff112233;
    CHECK_EQ(lx_ws2812_get(&leds, 1, &grb), LX_OK);
    CHECK_EQ(grb, 0x112233);
    CHECK_EQ(lx_ws2812_get(&leds, 3, &grb), LX_EINVAL);
    munmap(words, 4096);
}

const test_t tests_outputs[] = {
    TEST(pwm_is_exact),
    TEST(pwm_refuses),
    TEST(pwm_channels_share_a_counter),
    TEST(pwm_conversions_round),
    TEST(ws2812_is_a_memory),
    {NULL, NULL},
};
