// SPDX-License-Identifier: MIT
// Timers on the clock's tick of one millisecond, for machine.Timer and whatever else comes again and again.
#ifndef PORT_TICK_H
#define PORT_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

// Milliseconds; a quarter of the tick counter's range, so that its differences stay unambiguous.
#define PORT_TICK_TIMER_MAX_MS 0x3fffffff

// The first member of a Python object, which the list of running timers keeps alive.
typedef struct _port_tick_timer_t {
    mp_obj_base_t base;
    struct _port_tick_timer_t *next;
    // In the interrupt, when due. False: not done yet, ask again at the next tick.
    bool (*expired)(struct _port_tick_timer_t *self);
    uint32_t period_ms;
    uint32_t due_ms;
    bool periodic;
    bool running;
} port_tick_timer_t;

// Start a stopped timer with its period_ms, or stop it. Neither raises; both may be called from `expired`.
void port_tick_timer_start(port_tick_timer_t *self);
void port_tick_timer_stop(port_tick_timer_t *self);

// The clock's hook, called once a millisecond with interrupts off: runs the timers and the ticks of the bindings.
void port_tick(void *arg);

// Stops all timers and releases all events, before the virtual machine starts and when it ends.
void port_tick_deinit(void);

#endif
