// SPDX-License-Identifier: MIT
//
// The deferred context: C work that an interrupt asks for and that takes too long for the interrupt itself, such as a
// network stack's. It runs soon after the interrupt, on the return from the trap to the interrupted code, with
// interrupts on and on the interrupted stack. So its latency does not depend on what Python does. While there is no
// work it costs a test of a flag in each trap, and the interpreter nothing. docs/port.md has the figures.
//
// - Deferred work never interrupts deferred work: items run one after the other, each to its end.
// - It must not touch the MicroPython heap, call Python or raise: it may have interrupted the garbage collector.
//   It may schedule calls as an interrupt may.
// - It shares the interrupted stack with interrupts, as hard callbacks do: the port keeps MICROPY_STACK_CHECK_MARGIN bytes
//   free for both (port/mpconfigport.h). Work that needs more than about 512 raises that margin.
// - Code outside of interrupts that shares data with it goes between soc_deferred_lock() and soc_deferred_unlock();
//   interrupts stay on in between. Data shared with an interrupt needs soc_irq_save() as ever.

#ifndef SOC_DEFERRED_H
#define SOC_DEFERRED_H

#include <stdbool.h>
#include <stdint.h>

// The caller owns the memory, which is static or lives until soc_deferred_cancel().
typedef struct soc_deferred {
    void (*run)(void *arg);
    void *arg;
    struct soc_deferred *next; // private, as what follows
    bool queued;
} soc_deferred_t;

// Have work->run(work->arg) run. From a handler, it runs on the return from the interrupt; elsewhere before this
// returns, or when the lock is given up. Requests before it has begun to run are one request.
void soc_deferred_request(soc_deferred_t *work);

// Forget a request. Work that has begun goes on.
void soc_deferred_cancel(soc_deferred_t *work);

// Keep deferred work from running; pairs nest. The last unlock runs what was requested meanwhile. Not for handlers;
// harmless in deferred work.
void soc_deferred_lock(void);
void soc_deferred_unlock(void);

// Whether deferred work runs now, under this code or under the interrupt that this code is in.
bool soc_deferred_running(void);

// Whether soc_deferred_run() has something to do. The trap entry reads it.
extern volatile uint32_t soc_deferred_ready;

// Run what was requested. Called with interrupts off: by the trap entry, and regularly where a CPU has no interrupts.
// Work that comes again and again ends after SOC_DEFERRED_ROUNDS items, and goes on after the next interrupt.
#define SOC_DEFERRED_ROUNDS (16)
void soc_deferred_run(void);

// Forget all requests and locks, after a trap and when a virtual machine ends.
void soc_deferred_reset(void);

#endif // SOC_DEFERRED_H
