// SPDX-License-Identifier: MIT
//
// WS2812: litex/soc/cores/led.py.

#include "drivers/lx_ws2812.h"

#define COLOUR_BITS (0xffffff)

static volatile uint32_t *word(const lx_ws2812_regs_t *regs, uint32_t index) {
    return (volatile uint32_t *)(uintptr_t)(regs->base + 4 * index);
}

int lx_ws2812_set(const lx_ws2812_regs_t *regs, uint32_t index, uint32_t grb) {
    if (index >= lx_ws2812_count(regs)) {
        return LX_EINVAL;
    }
    *word(regs, index) = grb & COLOUR_BITS;
    return LX_OK;
}

int lx_ws2812_get(const lx_ws2812_regs_t *regs, uint32_t index, uint32_t *grb) {
    if (index >= lx_ws2812_count(regs)) {
        return LX_EINVAL;
    }
    *grb = *word(regs, index) & COLOUR_BITS;
    return LX_OK;
}
