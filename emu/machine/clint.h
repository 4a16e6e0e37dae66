// SPDX-License-Identifier: MIT
//
// The state of a CLINT with one processor: clint.c.

#ifndef EMU_MACHINE_CLINT_H
#define EMU_MACHINE_CLINT_H

#include <stdbool.h>
#include <stdint.h>

#include "cores/host.h"

typedef struct {
    bool present;
    bool software;
    uint64_t compare; // in system clock cycles
    event_t due;
} clint_t;

#endif
