// SPDX-License-Identifier: MIT
// The port's half of the time module, included by extmod/modtime.c.

#if MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME

#include "shared/timeutils/timeutils.h"

static void local_time(timeutils_struct_time_t *tm) {
    timeutils_seconds_since_epoch_to_struct_time(mp_hal_time_ns() / 1000000000, tm);
}
PORT_LOCALTIME_GET(local_time)

#endif

static mp_obj_t mp_time_time_get(void) {
    return mp_obj_new_int_from_ull(mp_hal_time_ns() / 1000000000);
}

static void mp_time_sleep(mp_obj_t seconds) {
    #if MICROPY_PY_BUILTINS_FLOAT
    mp_float_t s = mp_obj_get_float(seconds);
    // Not a number fails both comparisons.
    if (!(s >= 0) || !(s < 1e9)) {
        mp_raise_ValueError(MP_ERROR_TEXT("sleep length must be 0 to 1e9 seconds"));
    }
    // The whole seconds apart, so that single precision keeps what it can of the rest.
    uint32_t whole = (uint32_t)s;
    uint64_t ns = (uint64_t)whole * 1000000000 + (uint64_t)((s - (mp_float_t)whole) * MICROPY_FLOAT_CONST(1e9));
    #else
    uint64_t ns = (uint64_t)mp_obj_get_uint(seconds) * 1000000000;
    #endif
    if (ns == 0) {
        mp_event_handle_nowait();
    } else {
        port_sleep_ns(ns);
    }
}
