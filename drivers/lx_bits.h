// SPDX-License-Identifier: MIT
//
// Orders of bits and bytes in a word, for the drivers that shift.

#ifndef DRIVERS_LX_BITS_H
#define DRIVERS_LX_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool lx_word_aligned(const void *at) {
    return ((uintptr_t)at & 3) == 0;
}

// The four bytes in reverse order.
static inline uint32_t lx_swap_bytes(uint32_t word) {
    word = (word & 0x00ff00ff) << 8 | (word >> 8 & 0x00ff00ff);
    return word << 16 | word >> 16;
}

// The eight bits of each byte in reverse order.
static inline uint32_t lx_turn_bytes(uint32_t word) {
    word = (word >> 4 & 0x0f0f0f0f) | (word & 0x0f0f0f0f) << 4;
    word = (word >> 2 & 0x33333333) | (word & 0x33333333) << 2;
    return (word >> 1 & 0x55555555) | (word & 0x55555555) << 1;
}

#endif // DRIVERS_LX_BITS_H
