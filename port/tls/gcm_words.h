// SPDX-License-Identifier: MIT
// Included ahead of mbedtls's gcm.c: its XOR of two blocks by words where both are aligned, as the tables of its
// multiplication are. mbedtls takes words on cores alone that load them from any address; this one goes byte by byte
// otherwise, which is four fifths of the time of AES-GCM.
#ifndef PORT_TLS_GCM_WORDS_H
#define PORT_TLS_GCM_WORDS_H

#include "common.h"

static inline __attribute__((always_inline)) void xor_by_words(unsigned char *r, const unsigned char *a,
    const unsigned char *b, size_t n) {
    typedef uint32_t __attribute__((may_alias)) word_t;
    if ((((uintptr_t)r | (uintptr_t)a | (uintptr_t)b | n) & 3) != 0) {
        mbedtls_xor(r, a, b, n);
        return;
    }
    for (size_t i = 0; i < n; i += 4) {
        *(word_t *)(r + i) = *(const word_t *)(a + i) ^ *(const word_t *)(b + i);
    }
}

#define mbedtls_xor_no_simd xor_by_words

#endif
