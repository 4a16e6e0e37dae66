// SPDX-License-Identifier: MIT
// Included ahead of mbedtls's gcm.c, whose multiplication by the hash key goes byte by byte and shifts 64-bit integers:
// two thirds of the time of AES-GCM. gcm_mult_by_words() takes its place (mbedtls.mk), with the same table: Shoup's method
// by 4 bits (McGrew and Viega, "The Galois/Counter Mode of Operation", 4.1). So does the XOR of two blocks, where both are
// aligned, as those of the table are: mbedtls takes words on cores alone that load them from any address.
#ifndef PORT_TLS_GCM_WORDS_H
#define PORT_TLS_GCM_WORDS_H

#include "common.h"

typedef uint32_t __attribute__((may_alias)) gcm_word_t;

static inline __attribute__((always_inline)) void xor_by_words(unsigned char *r, const unsigned char *a,
    const unsigned char *b, size_t n) {
    if ((((uintptr_t)r | (uintptr_t)a | (uintptr_t)b | n) & 3) != 0) {
        mbedtls_xor(r, a, b, n);
        return;
    }
    for (size_t i = 0; i < n; i += 4) {
        *(gcm_word_t *)(r + i) = *(const gcm_word_t *)(a + i) ^ *(const gcm_word_t *)(b + i);
    }
}

#define mbedtls_xor_no_simd xor_by_words

// z = z / 2^4 + H * nibble, for z of the words d (highest) to a. Each row of H is two 64-bit integers, the high one first.
#define GCM_STEP(nibble) do { \
        const gcm_word_t *row = (const gcm_word_t *)H[(nibble) & 15]; \
        uint32_t out = reduced[a & 15]; \
        a = (a >> 4 | b << 28) ^ row[2]; \
        b = (b >> 4 | c << 28) ^ row[3]; \
        c = (c >> 4 | d << 28) ^ row[0]; \
        d = d >> 4 ^ out << 16 ^ row[1]; \
} while (0)

static inline void gcm_mult_by_words(uint8_t *output, const uint8_t *x, uint64_t H[16][2]) {
    // What the 4 bits that are shifted out come back as.
    static const uint16_t reduced[16] = {
        0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0,
        0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0,
    };
    const gcm_word_t *first = (const gcm_word_t *)H[x[15] & 15];
    uint32_t a = first[2];
    uint32_t b = first[3];
    uint32_t c = first[0];
    uint32_t d = first[1];
    GCM_STEP(x[15] >> 4);
    for (int i = 14; i >= 0; i--) {
        GCM_STEP(x[i]);
        GCM_STEP(x[i] >> 4);
    }
    const uint32_t z[4] = { d, c, b, a };
    for (int i = 0; i < 16; i++) {
        output[i] = (uint8_t)(z[i / 4] >> (24 - 8 * (i % 4)));
    }
}

#endif
