// SPDX-License-Identifier: MIT
// strtoll() without errno: picolibc's keeps that in thread-local data, which start.S has no register for.
// MicroPython's 64-bit integers of the small size class parse with it, after the sign and prefix.

#include <limits.h>
#include <stdlib.h>

long long strtoll(const char *restrict text, char **restrict end, int base) {
    unsigned long long value = 0;
    unsigned long long limit = LLONG_MAX;
    const char *p = text;
    for (;; p++) {
        int digit = *p >= 'a' ? *p - 'a' + 10 : *p >= 'A' ? *p - 'A' + 10 : *p - '0';
        if (digit < 0 || digit >= base || (*p > '9' && *p < 'A')) {
            break;
        }
        // Saturates, as the standard has it.
        value = value > (limit - (unsigned int)digit) / (unsigned int)base ? limit
            : value * (unsigned int)base + (unsigned int)digit;
    }
    if (end != NULL) {
        *end = (char *)p;
    }
    return (long long)value;
}
