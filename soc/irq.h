// SPDX-License-Identifier: MIT
//
// Interrupts by line, over the irq.h that LiteX ships for the SoC's CPU (irq_getie, irq_setie,
// irq_getmask, irq_setmask, irq_pending). Lines are numbered as in LiteX's *_INTERRUPT constants.
//
// The trap handler of the port calls soc_irq_dispatch() for an external interrupt, with interrupts off.
// Handlers run there, do not nest, and must neither block nor call Python.
//
// On a CPU without interrupts (SOC_HAS_INTERRUPT is 0) soc_irq_dispatch() calls every enabled handler:
// the port then calls it regularly, and handlers, which look at their core's pending register, do the rest.

#ifndef SOC_IRQ_H
#define SOC_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc_shape.h"

#if SOC_HAS_INTERRUPT
#include <irq.h>
#endif

// More lines than any of LiteX's CPUs has (the masks are 32 bits wide).
#define SOC_IRQ_MAX (32)

typedef void (*soc_irq_handler_t)(void *arg);

// Forget all handlers, mask all lines and zero the counters. Leaves the global enable alone.
void soc_irq_init(void);

// Set the handler of a line, NULL to remove it (that masks the line). Does not unmask it. The caller owns
// what arg points to. LX_EINVAL: no such line. LX_EBUSY: the line has another handler.
int soc_irq_register(int line, soc_irq_handler_t handler, void *arg);

// Unmask or mask a line. LX_EINVAL: no such line, or (enable) it has no handler.
int soc_irq_enable(int line);
int soc_irq_disable(int line);

// Run the handlers of all lines that are pending and unmasked, lowest line first, each at most once per
// call. A pending line without handler is masked and counted, so that it cannot hang the system.
void soc_irq_dispatch(void);

// How often that happened since soc_irq_init(), and the mask of the lines that did.
uint32_t soc_irq_unclaimed(uint32_t *lines);

// Turn interrupts off and return the former state, for soc_irq_restore(). Pairs nest.
static inline uint32_t soc_irq_save(void) {
    #if SOC_HAS_INTERRUPT
    uint32_t state = irq_getie();
    irq_setie(0);
    // What follows must not move up before the interrupts are off.
    __asm__ volatile ("" ::: "memory");
    return state;
    #else
    return 0;
    #endif
}

static inline void soc_irq_restore(uint32_t state) {
    #if SOC_HAS_INTERRUPT
    __asm__ volatile ("" ::: "memory");
    irq_setie(state);
    #else
    (void)state;
    #endif
}

// The global enable, for the port's start.
static inline void soc_irq_global_enable(void) {
    soc_irq_restore(1);
}

#endif // SOC_IRQ_H
