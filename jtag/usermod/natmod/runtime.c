// SPDX-License-Identifier: MIT
//
// What the compiler expects of a C library and of its own run-time library, for a native module, which has neither.
// Small rather than fast: the long copies of a load are those of inflate, of some bytes each.

#include <stddef.h>
#include <stdint.h>

// gcc would make a call of the function itself out of the loop.
#pragma GCC optimize ("no-tree-loop-distribute-patterns")

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    uint8_t *d = to;
    const uint8_t *s = from;
    while (n--) {
        *d++ = *s++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    uint8_t *d = to;
    const uint8_t *s = from;
    if (d <= s) {
        return memcpy(to, from, n);
    }
    while (n--) {
        d[n] = s[n];
    }
    return to;
}

void *memset(void *to, int value, size_t n) {
    uint8_t *d = to;
    while (n--) {
        *d++ = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    const uint8_t *x = a;
    const uint8_t *y = b;
    for (; n--; x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t n = 0;
    while (text[n]) {
        n++;
    }
    return n;
}

int strcmp(const char *a, const char *b) {
    for (; *a && *a == *b; a++, b++) {
    }
    return (uint8_t)*a - (uint8_t)*b;
}

#if __riscv_xlen == 32

// A 64-bit number in two words, least significant first, as the ABI passes it.
typedef union {
    uint64_t whole;
    uint32_t word[2];
} words_t;

uint64_t __ashldi3(uint64_t value, int shift) {
    words_t v = { value };
    if (shift >= 32) {
        v.word[1] = v.word[0] << (shift - 32);
        v.word[0] = 0;
    } else if (shift > 0) {
        v.word[1] = v.word[1] << shift | v.word[0] >> (32 - shift);
        v.word[0] <<= shift;
    }
    return v.whole;
}

uint64_t __lshrdi3(uint64_t value, int shift) {
    words_t v = { value };
    if (shift >= 32) {
        v.word[0] = v.word[1] >> (shift - 32);
        v.word[1] = 0;
    } else if (shift > 0) {
        v.word[0] = v.word[0] >> shift | v.word[1] << (32 - shift);
        v.word[1] >>= shift;
    }
    return v.whole;
}

#endif
