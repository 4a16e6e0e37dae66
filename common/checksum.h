// SPDX-License-Identifier: MIT
//
// The sum of the Internet checksum (RFC 1071), 32 bits at a time, over words in the byte order of the CPU: the result has
// that order too.

#ifndef COMMON_CHECKSUM_H
#define COMMON_CHECKSUM_H

#include <stdint.h>

// Add a word in ones' complement; a new sum is 0.
static inline uint32_t checksum_add(uint32_t sum, uint32_t word) {
    sum += word;
    return sum + (sum < word);
}

// The sum in 16 bits.
static inline uint16_t checksum_folded(uint32_t sum) {
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)((sum >> 16) + sum);
}

#endif // COMMON_CHECKSUM_H
