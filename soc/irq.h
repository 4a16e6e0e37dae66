// SPDX-License-Identifier: MIT
//
// Interrupts: who owns them, and their dispatch, over the irq.h that LiteX ships for the SoC's CPU (irq_getie,
// irq_setie, irq_getmask, irq_setmask, irq_pending). Lines are numbered as in LiteX's *_INTERRUPT constants.
//
// An interrupt is owned by claiming the event manager that raises it: the line, and the event manager's enable
// register, which tells apart the event managers of one line. Static C owners and objects of a heap claim in the same
// way; what an owner's `arg` points to must live until the release.
//
// The trap entry of the port calls soc_irq_dispatch() for an external interrupt, with interrupts off. Handlers run
// there, do not nest, and must not block.
//
// On a CPU without interrupts (SOC_HAS_INTERRUPT is 0) soc_irq_dispatch() calls the handlers of all owners: the port
// then calls it regularly, and handlers, which look at their core's pending register, do the rest.

#ifndef SOC_IRQ_H
#define SOC_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"
#include "soc_shape.h"

#if SOC_HAS_INTERRUPT
#include <generated/soc.h> // which LiteX's irq.h needs and does not always include
#include <irq.h>
#endif

// Serves what is pending for its owner, if anything is: owners of one line are all called.
typedef void (*soc_irq_handler_t)(void *arg);

// Forget all owners, mask all lines and zero the counters. Leaves the global enable alone.
void soc_irq_init(void);

// Own an event manager and unmask its line. Again by the same owner is not an error. LX_EINVAL: no such line.
// LX_EBUSY: another handler or arg owns the event manager. LX_EOVERFLOW: too many owners.
int soc_irq_claim(int line, csr_reg_t enable, soc_irq_handler_t handler, void *arg);

// Give it up; the line is masked with its last owner. Does nothing where arg is not the owner. Both may be called
// from a handler.
void soc_irq_release(int line, csr_reg_t enable, const void *arg);

// The owner's arg, NULL: nobody owns the event manager.
void *soc_irq_owner(int line, csr_reg_t enable);

// Run the handlers of all lines that are pending and unmasked, lowest line first, each at most once per call. False
// from within a handler, where nothing is done. A pending line without owner is masked and counted, so that
// it cannot hang the system.
bool soc_irq_dispatch(void);

// Whether a handler runs.
bool soc_irq_handling(void);

// After a trap out of a handler: it does not run any more.
void soc_irq_abandon(void);

// The number of pending lines without owner since soc_irq_init(), and the mask of these lines.
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

// Sleep until an interrupt is pending, whether interrupts are on or off. May return at once, as it does on a CPU
// that cannot sleep (VexRiscv) or has no interrupts.
static inline void soc_irq_wait(void) {
    #if SOC_HAS_INTERRUPT
    __asm__ volatile ("wfi");
    #endif
}

// The global enable, for the port's start.
static inline void soc_irq_global_enable(void) {
    soc_irq_restore(1);
}

#endif // SOC_IRQ_H
