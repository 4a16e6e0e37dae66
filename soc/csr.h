// SPDX-License-Identifier: MIT
//
// Access to LiteX's configuration and status registers (CSRs) of any width, through descriptors that soc/generate.py
// writes. Follows litex/soc/interconnect/csr.py: a register of n bits takes ceil(n / SOC_CSR_DATA_WIDTH) bus words,
// one word in each SOC_CSR_ALIGNMENT bits of the address space. With ordering "big" the most significant word has the
// lowest address, with "little" the highest.
//
// LiteX's csr_read_simple() and csr_write_simple() (hw/common.h) access a word. With CSR_ACCESSORS_DEFINED set, the two
// are external functions: the host tests mock them that way.
//
// Everything here may be called from an interrupt. An access to more than one word is not atomic; a status that counts
// while it is read needs csr_read_moving().

#ifndef SOC_CSR_H
#define SOC_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "soc_shape.h"

// hw/common.h sets CSR_ACCESSORS_DEFINED itself.
#ifdef CSR_ACCESSORS_DEFINED
#define SOC_ACCESSORS_MOCKED (1)
void csr_write_simple(unsigned long v, unsigned long a);
unsigned long csr_read_simple(unsigned long a);
#else
#define SOC_ACCESSORS_MOCKED (0)
#include <generated/soc.h> // which LiteX's headers need and do not always include
#include <hw/common.h>
#undef min
#undef max
#endif

// Bits of csr_reg_t.access.
#define CSR_ACCESS_READ (1)
#define CSR_ACCESS_WRITE (2)
#define CSR_ACCESS_RO (CSR_ACCESS_READ)
#define CSR_ACCESS_RW (CSR_ACCESS_READ | CSR_ACCESS_WRITE)

// Bytes from one bus word to the next.
#define CSR_STRIDE (SOC_CSR_ALIGNMENT / 8)

typedef struct {
    uint32_t addr; // bus address of the first word
    uint8_t words; // number of bus words; 0: this SoC has no such register
    uint8_t access; // CSR_ACCESS_*
    uint16_t bits; // exact width, 0 where LiteX's output does not tell it: see csr_bits()
} csr_reg_t;

static inline bool csr_present(csr_reg_t reg) {
    return reg.words != 0;
}

// The width in bits: the exact one where it is known, else that of the bus words.
static inline unsigned csr_bits(csr_reg_t reg) {
    unsigned most = SOC_CSR_DATA_WIDTH * reg.words;
    return reg.bits != 0 ? reg.bits : most;
}

// The order of bus words, in one place. Word 0 holds the least significant bits. Gives the position of a word in the
// address space, counted from reg.addr; given a position, gives the word that lies there.
static inline unsigned csr_position(csr_reg_t reg, unsigned word) {
    return SOC_CSR_ORDERING_BIG ? reg.words - 1u - word : word;
}

static inline uint32_t csr_word_addr(csr_reg_t reg, unsigned word) {
    return reg.addr + csr_position(reg, word) * CSR_STRIDE;
}

// The descriptor of a register's lowest 32 bits. The register must have at least 32.
static inline csr_reg_t csr_low32(csr_reg_t reg) {
    unsigned words = 32 / SOC_CSR_DATA_WIDTH;
    uint32_t addr = SOC_CSR_ORDERING_BIG ? csr_word_addr(reg, words - 1u) : reg.addr;
    return (csr_reg_t) {addr, words, reg.access, 32};
}

// Read a register of at most 32 bits, most significant word first. The register must be present. One load where
// SOC_CSR_DATA_WIDTH is 32 (a wider register is then cut to its first word: use csr_read64).
static inline uint32_t csr_read(csr_reg_t reg) {
    #if SOC_CSR_DATA_WIDTH >= 32
    return csr_read_simple(reg.addr);
    #else
    uint32_t value = 0;
    for (unsigned word = reg.words; word-- > 0;) {
        value = value << SOC_CSR_DATA_WIDTH | (uint32_t)csr_read_simple(csr_word_addr(reg, word));
    }
    return value;
    #endif
}

// Read a status that goes on counting, so that all its words are of one moment. Bounded: where the words above the
// lowest one change during each of several readings, the last reading counts.
#if SOC_CSR_DATA_WIDTH >= 32
static inline uint32_t csr_read_moving(csr_reg_t reg) {
    return csr_read(reg);
}
#else
uint32_t csr_read_moving(csr_reg_t reg);
#endif

// Write a register of at most 32 bits, by ascending addresses: a core acts on the write of the last word. The register
// must be present; bits beyond its words are dropped.
static inline void csr_write(csr_reg_t reg, uint32_t value) {
    #if SOC_CSR_DATA_WIDTH >= 32
    csr_write_simple(value, reg.addr);
    #else
    for (unsigned i = 0; i < reg.words; i++) {
        unsigned shift = csr_position(reg, i) * SOC_CSR_DATA_WIDTH;
        uint32_t part = shift < 32 ? value >> shift : 0;
        csr_write_simple(part & ((1u << SOC_CSR_DATA_WIDTH) - 1u), reg.addr + i * CSR_STRIDE);
    }
    #endif
}

// As csr_read, for a register of at most 64 bits.
static inline uint64_t csr_read64(csr_reg_t reg) {
    uint64_t value = 0;
    for (unsigned word = reg.words; word-- > 0;) {
        value = value << SOC_CSR_DATA_WIDTH | (uint32_t)csr_read_simple(csr_word_addr(reg, word));
    }
    return value;
}

// As csr_write, for a register of at most 64 bits.
static inline void csr_write64(csr_reg_t reg, uint64_t value) {
    for (unsigned i = 0; i < reg.words; i++) {
        unsigned shift = csr_position(reg, i) * SOC_CSR_DATA_WIDTH;
        uint64_t part = shift < 64 ? value >> shift : 0;
        csr_write_simple((uint32_t)(part & ((UINT64_C(1) << SOC_CSR_DATA_WIDTH) - 1u)), reg.addr + i * CSR_STRIDE);
    }
}

// The most bytes that a register can have.
#define CSR_BYTES_MAX (UINT8_MAX * SOC_CSR_DATA_WIDTH / 8)

// The bytes of a register's bus words.
static inline size_t csr_bytes(csr_reg_t reg) {
    return (size_t)reg.words * (SOC_CSR_DATA_WIDTH / 8);
}

// Read a register of any width into n little-endian bytes (byte 0 holds bits 0 to 7). Bytes beyond the register are
// set to 0. Every word is read, also those that do not fit into n bytes.
void csr_read_bytes(csr_reg_t reg, uint8_t *buf, size_t n);

// Write a register of any width from n little-endian bytes, by ascending addresses. Absent bytes are 0.
void csr_write_bytes(csr_reg_t reg, const uint8_t *buf, size_t n);

#endif // SOC_CSR_H
