// SPDX-License-Identifier: MIT
//
// The memory functions of port/lib/libmem.c against plain byte loops, for every alignment and for lengths
// around each of their loops; what lies beside the destination must stay.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define memset port_memset
#define memcpy port_memcpy
#define memmove port_memmove
#define memcmp port_memcmp
#define strlen port_strlen
void *memset(void *dest, int c, __SIZE_TYPE__ n);
void *memcpy(void *restrict dest, const void *restrict src, __SIZE_TYPE__ n);
void *memmove(void *dest, const void *src, __SIZE_TYPE__ n);
int memcmp(const void *a, const void *b, __SIZE_TYPE__ n);
__SIZE_TYPE__ strlen(const char *s);
#include "port/lib/libmem.c"

#define LONGEST 150
#define ROOM (LONGEST * 3)

static uint8_t got[ROOM] __attribute__((aligned(8)));
static uint8_t expected[ROOM];

static void fill(void) {
    for (size_t i = 0; i < ROOM; i++) {
        got[i] = expected[i] = (uint8_t)(i * 37 + 1) | 1;
    }
}

static bool same(const char *what, size_t to, size_t from, size_t n) {
    for (size_t i = 0; i < ROOM; i++) {
        if (got[i] != expected[i]) {
            printf("%s to %zu from %zu, %zu bytes: wrong at %zu\n", what, to, from, n, i);
            return false;
        }
    }
    return true;
}

static bool check_set(size_t to, size_t n) {
    fill();
    for (size_t i = 0; i < n; i++) {
        expected[to + i] = 0xa5;
    }
    return memset(got + to, 0x1a5, n) == got + to && same("memset", to, 0, n);
}

static bool check_move(size_t to, size_t from, size_t n, bool apart) {
    fill();
    for (size_t i = 0; i < n; i++) {
        expected[to + i] = got[from + i];
    }
    void *end = apart ? memcpy(got + to, got + from, n) : memmove(got + to, got + from, n);
    return end == got + to && same(apart ? "memcpy" : "memmove", to, from, n);
}

static bool check_compare(size_t a, size_t b, size_t n) {
    fill();
    for (size_t i = 0; i < n; i++) {
        got[b + i] = got[a + i];
    }
    bool good = memcmp(got + a, got + b, n) == 0;
    for (size_t i = 0; i < n; i++) {
        got[b + i] ^= 0x80;
        int sign = got[a + i] < got[b + i] ? -1 : 1;
        good = good && memcmp(got + a, got + b, n) * sign > 0;
        got[b + i] ^= 0x80;
    }
    if (!good) {
        printf("memcmp of %zu and %zu, %zu bytes\n", a, b, n);
    }
    return good;
}

static bool check_length(size_t at, size_t n) {
    fill();
    got[at + n] = 0;
    if (strlen((char *)got + at) != n) {
        printf("strlen at %zu of %zu\n", at, n);
        return false;
    }
    return true;
}

int main(void) {
    bool good = true;
    for (size_t n = 0; n < LONGEST && good; n++) {
        for (size_t to = 8; to < 12 && good; to++) {
            good = good && check_set(to, n) && check_length(to, n);
            for (size_t from = 8; from < 12 && good; from++) {
                good = check_move(to, from + LONGEST + 8, n, true) && check_move(to + LONGEST + 8, from, n, true)
                    && check_compare(to, from + LONGEST + 8, n);
            }
            for (size_t from = 0; from < 24 && good; from++) {
                good = check_move(to, from, n, false);
            }
        }
    }
    return !good;
}
