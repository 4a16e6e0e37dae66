// SPDX-License-Identifier: MIT
//
// LiteX's WS2812 (litex/soc/cores/led.py): a chain of LEDs that shows a memory, one 32-bit word for each LED with
// green in bits 23 to 16, red in 15 to 8 and blue in 7 to 0. The core sends the memory again and again; there
// is nothing to start and nothing to wait for. No state. All may be called from an interrupt.

#ifndef DRIVERS_LX_WS2812_H
#define DRIVERS_LX_WS2812_H

#include <stdint.h>

#include "common/status.h"

typedef struct {
    const char *name; // of the memory region
    int16_t irq; // always -1
    uint32_t base;
    uint32_t size; // bytes
} lx_ws2812_regs_t;

static inline uint32_t lx_ws2812_count(const lx_ws2812_regs_t *regs) {
    return regs->size / 4;
}

// Set or get one LED as 0x00GGRRBB. LX_EINVAL: there is no such LED.
int lx_ws2812_set(const lx_ws2812_regs_t *regs, uint32_t index, uint32_t grb);
int lx_ws2812_get(const lx_ws2812_regs_t *regs, uint32_t index, uint32_t *grb);

#endif // DRIVERS_LX_WS2812_H
