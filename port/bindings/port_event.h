// SPDX-License-Identifier: MIT
// Event managers for the classes that own one: Pin.irq, Timer and EventManager. Not in the small size class.
#ifndef PORT_BINDINGS_PORT_EVENT_H
#define PORT_BINDINGS_PORT_EVENT_H

#include "drivers/lx_event.h"
#include "soc/irq.h"
#include "soc_config.h"

#define PORT_EVENT (PORT_FULL && SOC_HAS_EVENT)
// The console's belong to it; those of the clock's timer a script may own where the timer has uptime, and all others.
#define PORT_EVENT_OWNED PORT_EVENT

// The descriptor of an event manager by the name of its core. NULL: this SoC has none of that name.
const lx_event_regs_t *port_event_find(const char *name);

// Disable the events of event->regs and own them: as soc_irq_claim(). Raises OSError(EBUSY) where
// somebody else owns them, ValueError where the core has no interrupt.
void port_event_claim(lx_event_t *event, soc_irq_handler_t handler, void *owner);

// Disable the events and give them up, where this owner has them.
void port_event_release(lx_event_t *event, const void *owner);

// The same where `owner` is what a root pointer says, without a look at the heap, which a trap may have damaged.
void port_event_drop(const lx_event_regs_t *regs, const void *owner);

#endif
