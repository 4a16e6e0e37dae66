// SPDX-License-Identifier: MIT
// Timers on the clock's tick of one millisecond, for machine.Timer and whatever else comes again and again.
//
// The garbage collector marks a timer by following the list of timers, and interrupts come while it does. A timer that
// the tick took out of the list at that moment would cut off the timers behind it, which are then freed although
// they run. So interrupts only add timers to the list and mark them as stopped; port_tick_unlink_stopped() takes them
// out, outside of interrupts, when the collector does not run.
#ifndef PORT_TICK_H
#define PORT_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

#include "softcall.h"

// Milliseconds; a quarter of the tick counter's range, so that its differences stay unambiguous.
#define PORT_TICK_TIMER_MAX_MS 0x3fffffff

// The first member of a Python object, which the list of running timers keeps alive.
typedef struct _port_tick_timer_t {
    mp_obj_base_t base;
    struct _port_tick_timer_t *next;
    // In the interrupt, when due.
    void (*expired)(struct _port_tick_timer_t *self);
    // For the owner: while it is queued, the timer stays in the list, stopped or not.
    softcall_t call;
    uint32_t period_ms;
    uint32_t due_ms;
    bool periodic;
    bool running;
    bool linked;
} port_tick_timer_t;

// Start a stopped timer with its period_ms, or stop it. Neither raises; both may be called from `expired`.
void port_tick_timer_start(port_tick_timer_t *self);
void port_tick_timer_stop(port_tick_timer_t *self);

// From `expired`, where the call cannot be made now: a timer of one shot is due again at the next tick, one that is
// periodic leaves this call out.
void port_tick_timer_retry(port_tick_timer_t *self);

// The clock's hook, called once a millisecond with interrupts off: runs the timers and the ticks of the modules.
void port_tick(void *arg);

// Milliseconds until a running timer is due.
uint32_t port_tick_timer_left(const port_tick_timer_t *self);

// Take the stopped timers out of the list: not from an interrupt.
void port_tick_unlink_stopped(void);

#endif
