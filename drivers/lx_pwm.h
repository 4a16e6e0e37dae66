// SPDX-License-Identifier: MIT
//
// PWM: LiteX's PWM and the channels of MultiChannelPWM (litex/soc/cores/pwm.py), each channel an instance of its
// own. Times are in cycles of the clock that the core was built for, the system clock by default. The channels of
// one MultiChannelPWM share the period. No state: functions take the registers. All may be called from an interrupt.

#ifndef DRIVERS_LX_PWM_H
#define DRIVERS_LX_PWM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name; // "pwm0", "pwm_multi[2]"
    int16_t irq; // always -1
    csr_reg_t enable;
    csr_reg_t width; // cycles high
    csr_reg_t period; // cycles; of a MultiChannelPWM the one of all channels
    csr_reg_t run; // of a MultiChannelPWM: the enable of channel 0, whose counter serves all; else absent
    csr_reg_t run_width; // of a MultiChannelPWM: the width of channel 0; else absent
} lx_pwm_regs_t;

// The shortest period: 0 would mean 2^32, and with 1 nothing can be modulated.
#define LX_PWM_MIN_PERIOD (2)

// Whether the output is modulated (or constantly high, with a width of the period); else it is low. Of channel 0 of
// a MultiChannelPWM that is also so after its stop.
static inline bool lx_pwm_running(const lx_pwm_regs_t *regs) {
    return (csr_read(regs->enable) & 1) != 0;
}

static inline uint32_t lx_pwm_period(const lx_pwm_regs_t *regs) {
    return csr_read(regs->period);
}

static inline uint32_t lx_pwm_width(const lx_pwm_regs_t *regs) {
    return csr_read(regs->width);
}

// Let the output be high for width cycles of each period: 0 is always low, the period always high. A running
// output changes within one period. LX_EINVAL: a period below LX_PWM_MIN_PERIOD, or a width above it.
int lx_pwm_start(const lx_pwm_regs_t *regs, uint32_t width, uint32_t period);

// Let the output be low. Channels that share the counter go on.
void lx_pwm_stop(const lx_pwm_regs_t *regs);

// Conversions, rounded to the nearest. What does not fit into 32 bits becomes UINT32_MAX; hz is not 0, and
// neither are clk_hz and period.
uint32_t lx_pwm_hz_to_period(uint32_t clk_hz, uint32_t hz);
uint32_t lx_pwm_period_to_hz(uint32_t clk_hz, uint32_t period);
uint32_t lx_pwm_ns_to_width(uint32_t clk_hz, uint64_t ns);
uint64_t lx_pwm_width_to_ns(uint32_t clk_hz, uint32_t width);
uint32_t lx_pwm_u16_to_width(uint32_t period, uint16_t duty);
uint16_t lx_pwm_width_to_u16(uint32_t period, uint32_t width);

#endif // DRIVERS_LX_PWM_H
