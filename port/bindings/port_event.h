// SPDX-License-Identifier: MIT
// The way of an event from the interrupt to Python, for Pin.irq, Timer and EventManager: who owns which event
// manager of the SoC, and the call of a soft callback. Nothing of it is in the small size class.
#ifndef PORT_BINDINGS_PORT_EVENT_H
#define PORT_BINDINGS_PORT_EVENT_H

#include "py/obj.h"

#include "drivers/lx_event.h"
#include "soc_config.h"

#define PORT_EVENT (PORT_FULL && SOC_HAS_EVENT)
// Each SoC has the console's and the clock's, which nobody else can own. All but port_event_find(), the calls and the
// tick are there only if there are others.
#define PORT_EVENT_OWNED (PORT_FULL && SOC_EVENT_COUNT > 2)

// What the owner of an event manager does: in the interrupt with the sources that were acknowledged, and each
// millisecond with 0, to make up for a call for which the scheduler had no room.
typedef void (*port_event_handler_t)(void *owner, uint32_t taken);

// The descriptor of an event manager by the name of its core. NULL: this SoC has none of that name.
const lx_event_regs_t *port_event_find(const char *name);

// Make `owner` (a block of the heap, kept alive from now on) the one that gets the events of event->regs, all of
// which are disabled; again for the same owner is no error. Raises OSError(EBUSY) where somebody else is, ValueError
// where the core has no interrupt or belongs to the system.
void port_event_claim(lx_event_t *event, port_event_handler_t handler, void *owner);

// The owner that has claimed it with this handler, else NULL.
void *port_event_owner(const lx_event_regs_t *regs, port_event_handler_t handler);

// Disable the events and give them up. Harmless where they are not claimed by this `event`.
void port_event_release(lx_event_t *event);

// The same for all: at the start and the end of the virtual machine.
void port_event_deinit(void);

// From the clock's tick.
void port_event_tick(void);

// A call that the interrupt asks for and the scheduler makes. At most one is in the scheduler's queue, and none is
// lost where that is full.
typedef struct {
    bool queued;
    bool waiting; // the queue was full
} port_call_t;

// In the interrupt: call function(arg) soon, or as well for an event as for the ones before it.
void port_call_request(port_call_t *call, const mp_obj_fun_builtin_fixed_t *function, void *arg);

// In the tick.
void port_call_retry(port_call_t *call, const mp_obj_fun_builtin_fixed_t *function, void *arg);

// First in the called function: events from here on ask for another call.
static inline void port_call_begin(port_call_t *call) {
    call->queued = false;
}

#endif
