// SPDX-License-Identifier: MIT
//
// PWM: litex/soc/cores/pwm.py. While enabled, the counter goes 0, 1, ..., period - 1, 0, ...; the output is high
// while it is below width. While disabled, counter and output are 0.
//
// In a MultiChannelPWM only channel 0 has a counter, and it stands at 0 unless channel 0 is enabled: another
// channel alone would be constantly high. So channel 0 is enabled with any of them and stays so; its stop is a
// width of 0.

#include "drivers/lx_pwm.h"

#define NS_PER_S (1000000000u)

// Whether the output's counter is another channel's.
static bool is_follower(const lx_pwm_regs_t *regs) {
    return csr_present(regs->run) && regs->run.addr != regs->enable.addr;
}

int lx_pwm_start(const lx_pwm_regs_t *regs, uint32_t width, uint32_t period) {
    if (period < LX_PWM_MIN_PERIOD || width > period) {
        return LX_EINVAL;
    }
    csr_write(regs->width, width);
    csr_write(regs->period, period);
    if (is_follower(regs) && csr_read(regs->run) == 0) {
        // A width survives the SoC's reset; channel 0 stays low until it is started itself.
        csr_write(regs->run_width, 0);
        csr_write(regs->run, 1);
    }
    csr_write(regs->enable, 1);
    return LX_OK;
}

void lx_pwm_stop(const lx_pwm_regs_t *regs) {
    csr_write(regs->width, 0);
    if (!csr_present(regs->run) || is_follower(regs)) {
        csr_write(regs->enable, 0);
    }
}

static uint64_t divide(uint64_t a, uint64_t b) {
    return (a + b / 2) / b;
}

static uint32_t saturate(uint64_t value) {
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

uint32_t lx_pwm_hz_to_period(uint32_t clk_hz, uint32_t hz) {
    return (uint32_t)divide(clk_hz, hz);
}

uint32_t lx_pwm_period_to_hz(uint32_t clk_hz, uint32_t period) {
    return (uint32_t)divide(clk_hz, period);
}

// Whole seconds and the rest apart, so that nothing overflows.
uint32_t lx_pwm_ns_to_width(uint32_t clk_hz, uint64_t ns) {
    uint64_t seconds = ns / NS_PER_S;
    if (seconds > UINT32_MAX / clk_hz) {
        return UINT32_MAX;
    }
    return saturate(seconds * clk_hz + divide(ns % NS_PER_S * clk_hz, NS_PER_S));
}

uint64_t lx_pwm_width_to_ns(uint32_t clk_hz, uint32_t width) {
    return divide((uint64_t)width * NS_PER_S, clk_hz);
}

uint32_t lx_pwm_u16_to_width(uint32_t period, uint16_t duty) {
    return (uint32_t)divide((uint64_t)period * duty, UINT16_MAX);
}

uint16_t lx_pwm_width_to_u16(uint32_t period, uint32_t width) {
    return width >= period ? UINT16_MAX : (uint16_t)divide((uint64_t)width * UINT16_MAX, period);
}
