// SPDX-License-Identifier: MIT
//
// What stands between the core and a transport: it stops at Ctrl-C, and it keeps exceptions of Python pins from
// jumping out of the core. A guard is entered by a binding, used by the core, and left by the binding.

#ifndef JTAG_USERMOD_GUARD_H
#define JTAG_USERMOD_GUARD_H

#include "py/obj.h"
#if MICROPY_ASYNC_KBD_INTR
#include <signal.h>
#endif

#include "jtag/jtag.h"

// Lies in a Python object, so that the collector sees what it points to; private.
typedef struct {
    mp_obj_t object; // the transport
    jtag_transport_t inner;
    jtag_transport_ops_t ops;
    mp_obj_t raised; // by a pin, or MP_OBJ_NULL
    bool entered;
    bool stopped; // Ctrl-C was seen: what follows is the way out
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t signals; // to be restored
    #endif
} jtag_guard_t;

// Put a guard before the transport of an object (TypeError when it is none). None: nothing ever answers.
void jtag_guard_init(jtag_guard_t *guard, mp_obj_t object);

// The transport to give to the core.
jtag_transport_t jtag_guard_transport(jtag_guard_t *guard);

// Let all that follows pass until the guard is left: for closing, which Ctrl-C must not stop half-way.
void jtag_guard_pass(jtag_guard_t *guard);

// Around each use. Entering twice, from a pin's own code, raises. Leaving raises what a pin has raised, and
// KeyboardInterrupt when the status is LX_EINTR; else it returns the status.
void jtag_guard_enter(jtag_guard_t *guard);
int jtag_guard_leave(jtag_guard_t *guard, int status);

#endif // JTAG_USERMOD_GUARD_H
