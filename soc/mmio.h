// SPDX-License-Identifier: MIT
//
// Access to memory-mapped windows that are not CSRs: some cores take and give data there, and the size of an access
// matters to them. With CSR_ACCESSORS_DEFINED set, as in soc/csr.h, the functions are external, so that host tests can
// mock them. All may be called from an interrupt.

#ifndef SOC_MMIO_H
#define SOC_MMIO_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "soc/csr.h"

#if SOC_ACCESSORS_MOCKED
void mmio_write8(uint32_t addr, uint8_t value);
void mmio_write16(uint32_t addr, uint16_t value);
void mmio_write32(uint32_t addr, uint32_t value);
uint32_t mmio_read32(uint32_t addr);

static inline void mmio_read_words(void *to, uint32_t addr, size_t words) {
    for (uint8_t *at = to; words-- > 0; at += 4, addr += 4) {
        uint32_t word = mmio_read32(addr);
        memcpy(at, &word, sizeof(word));
    }
}
#else
static inline void mmio_write8(uint32_t addr, uint8_t value) {
    *(volatile uint8_t *)addr = value;
}

static inline void mmio_write16(uint32_t addr, uint16_t value) {
    *(volatile uint16_t *)addr = value;
}

static inline void mmio_write32(uint32_t addr, uint32_t value) {
    *(volatile uint32_t *)addr = value;
}

static inline uint32_t mmio_read32(uint32_t addr) {
    return *(volatile uint32_t *)addr;
}

// Copy from a window that is memory, where order and repetition of accesses do not matter.
static inline void mmio_read_words(void *to, uint32_t addr, size_t words) {
    memcpy(to, (const void *)addr, 4 * words);
}
#endif

#endif // SOC_MMIO_H
