// SPDX-License-Identifier: MIT
// What port/net takes of MicroPython, for the host.
#ifndef FUZZ_NET_PY_MPHAL_H
#define FUZZ_NET_PY_MPHAL_H

#include "drivers/lx_clock.h"

extern lx_clock_t port_clock;
uint32_t mp_hal_ticks_cpu(void);

#endif
