// SPDX-License-Identifier: MIT
// Division of 64-bit integers, under the names that gcc calls. libgcc has each of the four as a copy of the
// whole algorithm (4 KiB together); here they share one, built on the CPU's 32-bit division. The algorithm
// is Hacker's Delight, second edition, sections 9-4 (divlu) and 9-5 (udivdi3).

#include <stdint.h>

uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);

static unsigned int leading_zeros(uint32_t x) {
    unsigned int n = 0;
    for (unsigned int step = 16; step > 0; step /= 2) {
        if (x >> (32 - step) == 0) {
            n += step;
            x <<= step;
        }
    }
    return n;
}

// (high:low) / d where high < d: two digits of 16 bits, each estimated and put right.
static uint32_t divide_64_32(uint32_t high, uint32_t low, uint32_t d, uint32_t *remainder) {
    unsigned int shift = leading_zeros(d);
    d <<= shift;
    uint32_t d1 = d >> 16, d0 = d & 0xffff;
    if (shift > 0) {
        high = high << shift | low >> (32 - shift);
        low <<= shift;
    }
    uint32_t quotient = 0;
    for (int digit = 0; digit < 2; digit++) {
        uint32_t next = digit == 0 ? low >> 16 : low & 0xffff;
        uint32_t q = high / d1;
        uint32_t rest = high - q * d1;
        while (q >= 0x10000 || q * d0 > (rest << 16 | next)) {
            q--;
            rest += d1;
            if (rest >= 0x10000) {
                break;
            }
        }
        high = (high << 16 | next) - q * d;
        quotient = quotient << 16 | q;
    }
    *remainder = high >> shift;
    return quotient;
}

static uint64_t divide(uint64_t n, uint64_t d, uint64_t *remainder) {
    uint32_t n1 = (uint32_t)(n >> 32), n0 = (uint32_t)n, d1 = (uint32_t)(d >> 32), d0 = (uint32_t)d;
    if (d1 == 0) {
        uint32_t q1 = 0, r = n1;
        if (n1 >= d0) {
            // Also the division by zero, which is undefined: the CPU makes something of it.
            q1 = n1 / d0;
            r = n1 - q1 * d0;
        }
        uint32_t q0;
        if (r == 0) {
            q0 = n0 / d0;
            r = n0 - q0 * d0;
        } else {
            q0 = divide_64_32(r, n0, d0, &r);
        }
        *remainder = r;
        return (uint64_t)q1 << 32 | q0;
    }
    // The quotient has 32 bits at most: estimate it with the top 32 bits of d, then put it right.
    unsigned int shift = leading_zeros(d1);
    uint32_t top = (uint32_t)(d << shift >> 32);
    uint64_t half = n >> 1;
    uint32_t unused;
    uint32_t q = divide_64_32((uint32_t)(half >> 32), (uint32_t)half, top, &unused);
    q = (uint32_t)(((uint64_t)q << shift) >> 31);
    if (q != 0) {
        q--;
    }
    uint64_t rest = n - q * d;
    if (rest >= d) {
        q++;
        rest -= d;
    }
    *remainder = rest;
    return q;
}

uint64_t __udivdi3(uint64_t n, uint64_t d) {
    uint64_t remainder;
    return divide(n, d, &remainder);
}

uint64_t __umoddi3(uint64_t n, uint64_t d) {
    uint64_t remainder;
    divide(n, d, &remainder);
    return remainder;
}

static uint64_t magnitude(int64_t x) {
    return x < 0 ? -(uint64_t)x : (uint64_t)x;
}

int64_t __divdi3(int64_t n, int64_t d) {
    uint64_t q = __udivdi3(magnitude(n), magnitude(d));
    return (int64_t)((n < 0) != (d < 0) ? -q : q);
}

int64_t __moddi3(int64_t n, int64_t d) {
    uint64_t r = __umoddi3(magnitude(n), magnitude(d));
    return (int64_t)(n < 0 ? -r : r);
}
