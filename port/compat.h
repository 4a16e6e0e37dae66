// SPDX-License-Identifier: MIT
// What differs between the versions of MicroPython that this port builds against. 1.25 is the default and
// 1.26 is built and tested as well; 1.27 to 1.29 follow their release notes and are untested.
// PORT_MICROPY_VERSION comes from port/Makefile, which reads it from the tree: 125 for 1.25.
#ifndef PORT_COMPAT_H
#define PORT_COMPAT_H

// 1.26 renames NORETURN. The spelling of the newer is used everywhere here.
#if PORT_MICROPY_VERSION < 126
#define MP_NORETURN __attribute__((noreturn))
#endif

// 1.27 defines mp_int_t and mp_uint_t itself.
#define PORT_DEFINES_MP_INT (PORT_MICROPY_VERSION < 127)

// 1.28 gives mp_handle_pending() an enum in place of the flag; the port only uses mp_event_* functions,
// which stayed.

#endif
