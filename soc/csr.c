// SPDX-License-Identifier: MIT
//
// CSRs of any width as bytes: for registers beyond 64 bits (an SD card's response, a wide GPIO). And those that count
// while they are read word by word.

#include "soc/csr.h"

#define WORD_BYTES (SOC_CSR_DATA_WIDTH / 8)

#if SOC_CSR_DATA_WIDTH < 32

#define MOVING_READINGS (8)

// The lowest word is read last. Where the next reading finds the others unchanged, they were so when it was read.
uint32_t csr_read_moving(csr_reg_t reg) {
    uint32_t value = csr_read(reg);
    for (unsigned i = 1; i < MOVING_READINGS; i++) {
        uint32_t next = csr_read(reg);
        if ((value ^ next) >> SOC_CSR_DATA_WIDTH == 0) {
            break;
        }
        value = next;
    }
    return value;
}

#endif

// The address of the i-th word, counted from the least significant one.
static uint32_t word_addr(csr_reg_t reg, unsigned i) {
    unsigned at = SOC_CSR_ORDERING_BIG ? reg.words - 1u - i : i;
    return reg.addr + at * CSR_STRIDE;
}

void csr_read_bytes(csr_reg_t reg, uint8_t *buf, size_t n) {
    for (size_t i = 0; i < n; i++) {
        buf[i] = 0;
    }
    for (unsigned word = 0; word < reg.words; word++) {
        uint32_t value = csr_read_simple(word_addr(reg, word));
        for (unsigned byte = 0; byte < WORD_BYTES; byte++) {
            size_t at = (size_t)word * WORD_BYTES + byte;
            if (at < n) {
                buf[at] = value >> (8 * byte);
            }
        }
    }
}

void csr_write_bytes(csr_reg_t reg, const uint8_t *buf, size_t n) {
    for (unsigned i = 0; i < reg.words; i++) {
        // Upwards in addresses, as csr_write does.
        unsigned word = SOC_CSR_ORDERING_BIG ? reg.words - 1u - i : i;
        uint32_t value = 0;
        for (unsigned byte = 0; byte < WORD_BYTES; byte++) {
            size_t at = (size_t)word * WORD_BYTES + byte;
            if (at < n) {
                value |= (uint32_t)buf[at] << (8 * byte);
            }
        }
        csr_write_simple(value, word_addr(reg, word));
    }
}
