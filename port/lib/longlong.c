// SPDX-License-Identifier: MIT
// Parsing of integers of 64 bits, which the small size class has in place of long ones. Upstream's function
// (py/objint_longlong.c) drops the sign and wraps around; the linker puts this one in its place (--wrap).

#include "py/mpconfig.h"

#if MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_LONGLONG

#include "py/objint.h"
#include "py/runtime.h"

mp_obj_t __wrap_mp_obj_new_int_from_str_len(const char **str, size_t len, bool neg, unsigned int base);

// Parses up to `len` characters after sign and prefix, and leaves *str where it stopped.
mp_obj_t __wrap_mp_obj_new_int_from_str_len(const char **str, size_t len, bool neg, unsigned int base) {
    const unsigned long long limit = (unsigned long long)INT64_MAX + neg;
    unsigned long long value = 0;
    const char *p = *str;
    for (const char *end = p + len; p < end; p++) {
        char c = *p | 0x20;
        unsigned int digit = *p >= '0' && *p <= '9' ? (unsigned int)(*p - '0')
            : c >= 'a' && c <= 'z' ? (unsigned int)(c - 'a' + 10) : 36;
        if (*p == '_') {
            continue;
        }
        if (digit >= base) {
            break;
        }
        if (value > (limit - digit) / base) {
            mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("integers have 64 bits on this SoC"));
        }
        value = value * base + digit;
    }
    *str = p;
    return mp_obj_new_int_from_ll((long long)(neg ? -value : value));
}

#endif
