// SPDX-License-Identifier: MIT
// Addition, subtraction and multiplication of doubles (IEEE 754 binary64, round to nearest even), under
// the names that gcc calls. libgcc's are made for every format and rounding mode at once: 2 KiB of code
// for an addition, half of a 4 KiB cache. These take the straight way for normal numbers and leave what
// is zero, subnormal, infinite or not a number to one slow path each. A result that is not a number is
// the one that RISC-V prescribes. tests/fast/softfloat.c compares all of it with the host's arithmetic.

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EXPONENT_MAX 0x7ff
#define SIGN ((uint64_t)1 << 63)
#define HIDDEN ((uint64_t)1 << 52)
#define FRACTION (HIDDEN - 1)
#define INFINITE ((uint64_t)EXPONENT_MAX << 52)
#define NOT_A_NUMBER ((uint64_t)0x7ff8 << 48)

#define UNLIKELY(x) __builtin_expect((x), 0)

double __adddf3(double x, double y);
double __subdf3(double x, double y);
double __muldf3(double x, double y);

static inline uint64_t to_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static inline uint32_t exponent_of(uint64_t bits) {
    return (uint32_t)(bits >> 52) & EXPONENT_MAX;
}

// Neither zero, subnormal, infinite nor not a number.
static inline bool is_normal(uint32_t exponent) {
    return exponent - 1 < EXPONENT_MAX - 1;
}

static inline bool is_nan(uint64_t bits) {
    return (bits & ~SIGN) > INFINITE;
}

static unsigned int leading_zeros(uint64_t x) {
    unsigned int n = 0;
    uint32_t word = (uint32_t)(x >> 32);
    if (word == 0) {
        n = 32;
        word = (uint32_t)x;
    }
    if (word >> 16 == 0) {
        n += 16;
        word <<= 16;
    }
    if (word >> 24 == 0) {
        n += 8;
        word <<= 8;
    }
    for (; (int32_t)word > 0; word <<= 1) {
        n++;
    }
    return n;
}

// Shifts by the halves, as a shift of 64 bits by a variable is a call on RV32. 0 <= n < 64.
static inline uint64_t shift_left(uint64_t x, unsigned int n) {
    uint32_t high = (uint32_t)(x >> 32), low = (uint32_t)x;
    if (n >= 32) {
        high = low;
        low = 0;
        n -= 32;
    }
    if (n > 0) {
        high = high << n | low >> (32 - n);
        low <<= n;
    }
    return (uint64_t)high << 32 | low;
}

// The bits that are shifted out leave a one behind in bit 0.
static inline uint64_t shift_right_sticky(uint64_t x, unsigned int n) {
    uint32_t high = (uint32_t)(x >> 32), low = (uint32_t)x, lost = 0;
    if (n >= 32) {
        lost = low;
        low = high;
        high = 0;
        n -= 32;
    }
    if (n > 0) {
        lost |= low << (32 - n);
        low = low >> n | high << (32 - n);
        high >>= n;
    }
    return (uint64_t)high << 32 | low | (lost != 0);
}

// sign, and a value of m * 2^(exponent - 1023 - 63) with bit 63 of m set and bit 0 sticky.
static __attribute__((noinline)) uint64_t pack_extreme(uint64_t sign, int32_t exponent, uint64_t m) {
    if (exponent >= EXPONENT_MAX) {
        return sign | INFINITE;
    }
    if (exponent <= 0) {
        if (exponent < -60) {
            return sign;
        }
        m = shift_right_sticky(m, (unsigned int)(1 - exponent));
        exponent = 1;
        // The hidden bit is gone, so the exponent below has to be one less.
        uint32_t rest = (uint32_t)m & 0x7ff;
        uint64_t bits = m >> 11;
        return sign | (bits + (rest > 0x400 || (rest == 0x400 && (bits & 1))));
    }
    uint32_t rest = (uint32_t)m & 0x7ff;
    uint64_t bits = (m >> 11) + ((uint64_t)(uint32_t)(exponent - 1) << 52);
    // Rounding up the largest number gives infinity by itself.
    return sign | (bits + (rest > 0x400 || (rest == 0x400 && (bits & 1))));
}

static inline uint64_t pack(uint64_t sign, int32_t exponent, uint64_t m) {
    if (UNLIKELY((uint32_t)(exponent - 1) >= EXPONENT_MAX - 2)) {
        return pack_extreme(sign, exponent, m);
    }
    // The hidden bit adds the one that is missing from the exponent.
    uint64_t bits = (m >> 11) + ((uint64_t)(uint32_t)(exponent - 1) << 52);
    uint32_t rest = (uint32_t)m & 0x7ff;
    bits += rest + ((uint32_t)bits & 1) > 0x400;
    return bits | sign;
}

// The mantissa of a number that is not zero, with bit 63 set; *exponent as if it were normal.
static uint64_t unpack_any(uint64_t bits, int32_t *exponent) {
    uint64_t m = bits & FRACTION;
    *exponent = (int32_t)exponent_of(bits);
    if (*exponent != 0) {
        return (m | HIDDEN) << 11;
    }
    unsigned int n = leading_zeros(m);
    *exponent = 12 - (int32_t)n;
    return shift_left(m, n);
}

// Both with bit 63 set; so has the result, whose exponent is one less unless *carry.
static inline uint64_t multiply(uint64_t a, uint64_t b, int32_t *exponent) {
    uint32_t ah = (uint32_t)(a >> 32), al = (uint32_t)a, bh = (uint32_t)(b >> 32), bl = (uint32_t)b;
    uint64_t low = (uint64_t)al * bl;
    uint64_t middle = (uint64_t)ah * bl + (low >> 32);
    uint64_t middle2 = (uint64_t)al * bh + (uint32_t)middle;
    uint64_t m = (uint64_t)ah * bh + (middle >> 32) + (middle2 >> 32);
    uint32_t rest = (uint32_t)middle2;
    if ((int64_t)m >= 0) {
        m = m << 1 | rest >> 31;
        rest <<= 1;
        *exponent -= 1;
    }
    return m | ((rest | (uint32_t)low) != 0);
}

static __attribute__((noinline)) uint64_t multiply_special(uint64_t a, uint64_t b) {
    uint64_t sign = (a ^ b) & SIGN;
    a &= ~SIGN;
    b &= ~SIGN;
    if (is_nan(a) || is_nan(b)) {
        return NOT_A_NUMBER;
    }
    if (a == INFINITE || b == INFINITE) {
        return a == 0 || b == 0 ? NOT_A_NUMBER : sign | INFINITE;
    }
    if (a == 0 || b == 0) {
        return sign;
    }
    int32_t ea, eb;
    uint64_t ma = unpack_any(a, &ea);
    uint64_t mb = unpack_any(b, &eb);
    int32_t exponent = ea + eb - 1022;
    uint64_t m = multiply(ma, mb, &exponent);
    return pack_extreme(sign, exponent, m);
}

double __muldf3(double x, double y) {
    uint64_t a = to_bits(x), b = to_bits(y);
    uint32_t ea = exponent_of(a), eb = exponent_of(b);
    if (UNLIKELY(!is_normal(ea) || !is_normal(eb))) {
        return from_bits(multiply_special(a, b));
    }
    int32_t exponent = (int32_t)(ea + eb) - 1022;
    uint64_t m = multiply(a << 11 | SIGN, b << 11 | SIGN, &exponent);
    return from_bits(pack((a ^ b) & SIGN, exponent, m));
}

// |a| >= |b|.
static __attribute__((noinline)) uint64_t add_special(uint64_t a, uint64_t b) {
    if (is_nan(a) || is_nan(b)) {
        return NOT_A_NUMBER;
    }
    uint64_t large = a & ~SIGN, small = b & ~SIGN;
    if (large == INFINITE) {
        return small == INFINITE && a != b ? NOT_A_NUMBER : a;
    }
    if (small == 0) {
        return large == 0 ? a & b : a; // -0 only where both are
    }
    if (exponent_of(a) != 0) {
        // b is subnormal: with the exponent 1 and without the hidden bit.
        unsigned int distance = exponent_of(a) - 1;
        if (distance >= 60) {
            return a;
        }
        uint64_t ma = ((a & FRACTION) | HIDDEN) << 10;
        uint64_t mb = shift_right_sticky(small << 10, distance);
        uint64_t m = (a ^ b) & SIGN ? ma - mb : ma + mb;
        unsigned int n = leading_zeros(m);
        return pack_extreme(a & SIGN, (int32_t)exponent_of(a) + 1 - (int32_t)n, shift_left(m, n));
    }
    // Both are subnormal: their bits add up like whole numbers, a carry makes the exponent 1.
    if ((a ^ b) & SIGN) {
        return large == small ? 0 : (large - small) | (a & SIGN);
    }
    return (large + small) | (a & SIGN);
}

static uint64_t add(uint64_t a, uint64_t b) {
    if ((a & ~SIGN) < (b & ~SIGN)) {
        uint64_t c = a;
        a = b;
        b = c;
    }
    uint32_t ea = exponent_of(a), eb = exponent_of(b);
    if (UNLIKELY(!is_normal(ea) || !is_normal(eb))) {
        return add_special(a, b);
    }
    uint32_t distance = ea - eb;
    if (distance >= 60) {
        return a;
    }
    uint64_t ma = ((a & FRACTION) | HIDDEN) << 10;
    uint64_t mb = shift_right_sticky(((b & FRACTION) | HIDDEN) << 10, distance);
    int32_t exponent = (int32_t)ea + 1;
    if ((int64_t)(a ^ b) >= 0) {
        ma += mb;
        if ((int64_t)ma >= 0) {
            ma <<= 1;
            exponent--;
        }
    } else {
        ma -= mb;
        if (ma == 0) {
            return 0;
        }
        unsigned int n = leading_zeros(ma);
        ma = shift_left(ma, n);
        exponent -= (int32_t)n;
    }
    return pack(a & SIGN, exponent, ma);
}

double __adddf3(double x, double y) {
    return from_bits(add(to_bits(x), to_bits(y)));
}

double __subdf3(double x, double y) {
    return from_bits(add(to_bits(x), to_bits(y) ^ SIGN));
}
