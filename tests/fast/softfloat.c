// SPDX-License-Identifier: MIT
//
// port/tuned/fast/softfloat.c against the host's double arithmetic, bit by bit, on random numbers of several
// shapes and on special values: softfloat COUNT.

#include <stdio.h>
#include <stdlib.h>

#define __adddf3 soft_add
#define __subdf3 soft_sub
#define __muldf3 soft_mul
#include "port/tuned/fast/softfloat.c"

#define EXPONENT(e) ((uint64_t)(e) << 52)
#define KEEP_FRACTION (SIGN | FRACTION)

static uint64_t state = 88172645463325252u;

static uint64_t random64(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static const uint64_t special[] = {
    0, 1, 2, FRACTION, HIDDEN, HIDDEN + 1, EXPONENT(1022) | FRACTION, EXPONENT(1023), EXPONENT(1023) + 1,
    INFINITE - 1, INFINITE, INFINITE + 1, NOT_A_NUMBER, EXPONENT(1075), HIDDEN >> 1,
};

static uint64_t number(void) {
    uint64_t r = random64();
    uint64_t n = random64();
    switch (n % 8) {
        case 0: // any bits
            return r;
        case 1:
            return special[r % (sizeof(special) / sizeof(special[0]))] | (n & SIGN);
        case 2: // within 60 bits of one
            return (r & KEEP_FRACTION) | EXPONENT(963 + n / 8 % 120);
        case 3: // close to one: cancellation
            return (r & KEEP_FRACTION) | EXPONENT(1021 + n / 8 % 4);
        case 4: // subnormal
            return (r & SIGN) | (r & FRACTION) >> n / 8 % 52;
        case 5: // close to overflow
            return (r & KEEP_FRACTION) | EXPONENT(2043 + n / 8 % 4);
        case 6: // products close to underflow
            return (r & KEEP_FRACTION) | EXPONENT(510 + n / 8 % 4);
        default: // few bits: ties
            return r & (SIGN | INFINITE | (random64() & random64() & random64()));
    }
}

static int differs(const char *what, uint64_t a, uint64_t b, double got, double expected) {
    uint64_t bits = to_bits(expected);
    if (is_nan(bits)) {
        bits = NOT_A_NUMBER; // RISC-V has one, the host's keep their operand's bits
    }
    if (to_bits(got) == bits) {
        return 0;
    }
    printf("%s %016llx %016llx: %016llx, not %016llx\n", what, (unsigned long long)a, (unsigned long long)b,
        (unsigned long long)to_bits(got), (unsigned long long)bits);
    return 1;
}

int main(int argc, char **argv) {
    long count = argc > 1 ? atol(argv[1]) : 1000000;
    int wrong = 0;
    for (long i = 0; i < count && wrong < 10; i++) {
        uint64_t a = number();
        uint64_t b = random64() % 16 == 0 ? a ^ (random64() & 3) ^ (random64() & SIGN) : number();
        volatile double x = from_bits(a), y = from_bits(b);
        wrong += differs("mul", a, b, soft_mul(x, y), x * y);
        wrong += differs("add", a, b, soft_add(x, y), x + y);
        wrong += differs("sub", a, b, soft_sub(x, y), x - y);
    }
    return wrong != 0;
}
