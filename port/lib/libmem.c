// SPDX-License-Identifier: MIT
// The memory functions of the C library, a word at a time. Debian's picolibc has byte loops for RV32,
// which cost most of the time of a boot (clearing the heap's tables). Written for cores that trap on a
// misaligned access: words are only used where the address allows it.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD sizeof(uint32_t)
#define MISALIGNED(p) ((uintptr_t)(p) & (WORD - 1))

// Words of any type of object are read and written here.
typedef uint32_t __attribute__((may_alias)) word_t;

void *memset(void *dest, int c, size_t n) {
    uint8_t *d = dest;
    if (n >= 2 * WORD) {
        while (MISALIGNED(d)) {
            *d++ = (uint8_t)c;
            n--;
        }
        word_t w = (uint8_t)c * 0x01010101u;
        word_t *dw = (word_t *)d;
        if (n >= 16 * WORD) {
            // Long ones are the tables of the heap, a third of a boot.
            word_t *end = dw + n / (8 * WORD) * 8;
            n %= 8 * WORD;
            do {
                dw[0] = w;
                dw[1] = w;
                dw[2] = w;
                dw[3] = w;
                dw[4] = w;
                dw[5] = w;
                dw[6] = w;
                dw[7] = w;
                dw += 8;
            } while (dw != end);
        }
        for (; n >= WORD; n -= WORD) {
            *dw++ = w;
        }
        d = (uint8_t *)dw;
    }
    while (n-- > 0) {
        *d++ = (uint8_t)c;
    }
    return dest;
}

// Forward copy of whole words from a source that is `shift` bits off a word boundary: each word read
// once and merged with its neighbour (little-endian).
static void copy_shifted(word_t *d, const uint8_t *s, size_t words) {
    unsigned int shift = 8 * MISALIGNED(s);
    const word_t *sw = (const word_t *)(s - MISALIGNED(s));
    word_t low = *sw++;
    while (words-- > 0) {
        word_t high = *sw++;
        *d++ = (low >> shift) | (high << (32 - shift));
        low = high;
    }
}

void *memcpy(void *restrict dest, const void *restrict src, size_t n) {
    uint8_t *d = dest;
    const uint8_t *s = src;
    if (n >= 4 * WORD) {
        while (MISALIGNED(d)) {
            *d++ = *s++;
            n--;
        }
        if (MISALIGNED(s)) {
            // One word is left to the byte loop, so that nothing beyond the source is read.
            size_t words = n / WORD - 1;
            copy_shifted((word_t *)d, s, words);
            d += words * WORD;
            s += words * WORD;
            n -= words * WORD;
        } else {
            word_t *dw = (word_t *)d;
            const word_t *sw = (const word_t *)s;
            for (; n >= 4 * WORD; n -= 4 * WORD, dw += 4, sw += 4) {
                word_t a = sw[0], b = sw[1], c = sw[2], e = sw[3];
                dw[0] = a;
                dw[1] = b;
                dw[2] = c;
                dw[3] = e;
            }
            for (; n >= WORD; n -= WORD) {
                *dw++ = *sw++;
            }
            d = (uint8_t *)dw;
            s = (const uint8_t *)sw;
        }
    }
    while (n-- > 0) {
        *d++ = *s++;
    }
    return dest;
}

void *memmove(void *dest, const void *src, size_t n) {
    uint8_t *d = dest;
    const uint8_t *s = src;
    if (d == s || n == 0) {
        return dest;
    }
    if (d < s) {
        // Words only where both agree: a merged copy could read what it has overwritten.
        if (n >= 2 * WORD && MISALIGNED(d) == MISALIGNED(s)) {
            while (MISALIGNED(d)) {
                *d++ = *s++;
                n--;
            }
            for (; n >= WORD; n -= WORD, d += WORD, s += WORD) {
                *(word_t *)d = *(const word_t *)s;
            }
        }
        while (n-- > 0) {
            *d++ = *s++;
        }
        return dest;
    }
    if ((size_t)(d - s) >= n) {
        return memcpy(dest, src, n);
    }
    d += n;
    s += n;
    if (n >= 2 * WORD && MISALIGNED(d) == MISALIGNED(s)) {
        while (MISALIGNED(d)) {
            *--d = *--s;
            n--;
        }
        for (; n >= WORD; n -= WORD) {
            d -= WORD;
            s -= WORD;
            *(word_t *)d = *(const word_t *)s;
        }
    }
    while (n-- > 0) {
        *--d = *--s;
    }
    return dest;
}

int memcmp(const void *a, const void *b, size_t n) {
    const uint8_t *p = a;
    const uint8_t *q = b;
    if (n >= 2 * WORD && MISALIGNED(p) == MISALIGNED(q)) {
        while (MISALIGNED(p)) {
            if (*p != *q) {
                return *p - *q;
            }
            p++;
            q++;
            n--;
        }
        while (n >= WORD && *(const word_t *)p == *(const word_t *)q) {
            p += WORD;
            q += WORD;
            n -= WORD;
        }
    }
    for (; n > 0; n--, p++, q++) {
        if (*p != *q) {
            return *p - *q;
        }
    }
    return 0;
}

size_t strlen(const char *s) {
    const char *p = s;
    while (MISALIGNED(p)) {
        if (*p == '\0') {
            return (size_t)(p - s);
        }
        p++;
    }
    // A word has a zero byte where subtracting one from each byte borrows into a clear top bit.
    const word_t *w = (const word_t *)p;
    while (((*w - 0x01010101u) & ~*w & 0x80808080u) == 0) {
        w++;
    }
    for (p = (const char *)w; *p != '\0'; p++) {
    }
    return (size_t)(p - s);
}
