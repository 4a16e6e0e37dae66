// SPDX-License-Identifier: MIT
// What differs between the versions of MicroPython that this port builds against. 1.25 is the default and
// 1.26 to 1.28 and the preview of 1.29 are built and tested as well.
// PORT_MICROPY_VERSION comes from port/Makefile, which reads it from the tree: 125 for 1.25.
#ifndef PORT_COMPAT_H
#define PORT_COMPAT_H

// 1.26 renames NORETURN. The spelling of the newer is used everywhere here.
#if PORT_MICROPY_VERSION < 126
#define MP_NORETURN __attribute__((noreturn))
#endif

// 1.27 defines mp_int_t and mp_uint_t itself.
#define PORT_DEFINES_MP_INT (PORT_MICROPY_VERSION < 127)

// 1.27 wants time.localtime() as a struct; before, as a tuple. Defines the function from one that fills the struct.
#if PORT_MICROPY_VERSION < 127
#define PORT_LOCALTIME_GET(fill) \
    static mp_obj_t mp_time_localtime_get(void) { \
        timeutils_struct_time_t tm; \
        fill(&tm); \
        const mp_obj_t items[8] = { \
            MP_OBJ_NEW_SMALL_INT(tm.tm_year), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_mon), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_mday), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_hour), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_min), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_sec), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_wday), \
            MP_OBJ_NEW_SMALL_INT(tm.tm_yday), \
        }; \
        return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items); \
    }
#else
#define PORT_LOCALTIME_GET(fill) \
    static void mp_time_localtime_get(timeutils_struct_time_t * tm) { \
        fill(tm); \
    }
#endif

// 1.28 gives mp_handle_pending() an enum in place of the flag; the port only uses mp_event_* functions,
// which stayed.

#endif
