// SPDX-License-Identifier: MIT
//
// CRC-32 as in gzip and PNG.

#ifndef COMMON_CRC32_H
#define COMMON_CRC32_H

#include <stddef.h>
#include <stdint.h>

// Continue a CRC with the next bytes; a new one starts with 0.
uint32_t crc32_update(uint32_t crc, const uint8_t *data, size_t length);

// For loops that do more with each byte: one step, on the complement of the CRC before and after.
extern const uint32_t crc32_table[256];
static inline uint32_t crc32_step(uint32_t inverted, uint8_t byte) {
    return crc32_table[(inverted ^ byte) & 0xff] ^ (inverted >> 8);
}

#endif // COMMON_CRC32_H
