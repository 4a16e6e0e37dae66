// SPDX-License-Identifier: MIT
//
// CSRs of any width as bytes, for registers beyond 64 bits (an SD card's response, a wide GPIO), and statuses that
// count while they are read word by word.

#include "soc/csr.h"

#include <string.h>

#define WORD_BYTES (SOC_CSR_DATA_WIDTH / 8)

#if SOC_CSR_DATA_WIDTH < 32

#define MOVING_READINGS (8)

// The lowest word is read last. Where the next reading finds the other words unchanged, they had the same value when
// the lowest word was read.
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

void csr_read_bytes(csr_reg_t reg, uint8_t *buf, size_t n) {
    memset(buf, 0, n);
    for (unsigned word = 0; word < reg.words; word++) {
        uint32_t value = csr_read_simple(csr_word_addr(reg, word));
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
        uint32_t value = 0;
        for (unsigned byte = 0; byte < WORD_BYTES; byte++) {
            size_t at = (size_t)csr_position(reg, i) * WORD_BYTES + byte;
            if (at < n) {
                value |= (uint32_t)buf[at] << (8 * byte);
            }
        }
        csr_write_simple(value, reg.addr + i * CSR_STRIDE);
    }
}
