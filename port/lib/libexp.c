// SPDX-License-Identifier: MIT
// exp() in double precision, after lib/libm_dbl/exp.c of MicroPython's tree (FreeBSD's e_exp.c, by way of
// musl), whose notice follows. What differs is the last sum: there it rounds twice, so that exp(1) misses
// math.e by one unit in the last place; here the error of the first rounding is carried into the second.
//
//   Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved.
//   Permission to use, copy, modify, and distribute this software is freely granted, provided that this
//   notice is preserved.

#include "py/mpconfig.h"

#if MICROPY_FLOAT_IMPL == MICROPY_FLOAT_IMPL_DOUBLE

#include <math.h>

#define OVERFLOW_X 709.782712893383973096
#define UNDERFLOW_X -745.13321910194110842

static const double ln2_high = 6.93147180369123816490e-01;  // 0x3fe62e42, 0xfee00000: 33 bits
static const double ln2_low = 1.90821492927058770002e-10;
static const double inverse_ln2 = 1.44269504088896338700e+00;

// Coefficients of the Remez polynomial in x**2.
static const double p[] = {
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
};

double exp(double x) {
    if (isnan(x) || x == INFINITY) {
        return x;
    }
    if (x > OVERFLOW_X) {
        return INFINITY;
    }
    if (x < UNDERFLOW_X) {
        return 0;
    }

    // x = k * ln2 + high - low, and |high - low| is at most ln2 / 2.
    int k = 0;
    double high = x, low = 0;
    if (fabs(x) > 0.5 * 0.6931471805599453) {
        k = (int)(inverse_ln2 * x + (x < 0 ? -0.5 : 0.5));
        high = x - k * ln2_high;
        low = k * ln2_low;
        x = high - low;
    }

    // exp(x) = 1 + x + x * c / (2 - c), summed as one, rest, and the part of high that is lost in one.
    double xx = x * x;
    double c = x - xx * (p[0] + xx * (p[1] + xx * (p[2] + xx * (p[3] + xx * p[4]))));
    double rest = x * c / (2 - c) - low;
    double one = 1 + high;
    double lost = high - (one - 1);
    double y = one + (rest + lost);
    return k == 0 ? y : ldexp(y, k);
}

#endif
