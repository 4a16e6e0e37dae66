// SPDX-License-Identifier: MIT
//
// The state of a PLIC with one context: plic.c.

#ifndef EMU_MACHINE_PLIC_H
#define EMU_MACHINE_PLIC_H

#include <stdint.h>

typedef struct {
    uint32_t priority[64];
    uint32_t enabled;
    uint32_t threshold;
    uint32_t pending;
    uint32_t waiting; // latched and not yet completed
} plic_t;

#endif
