// SPDX-License-Identifier: MIT
//
// One call from Python into the core: it begins, ends early at Ctrl-C, and raises in Python only when the core has come
// back. The core itself never sees an exception: a transport over Python pins catches what a pin raises.

#ifndef JTAG_USERMOD_CALL_H
#define JTAG_USERMOD_CALL_H

#include "py/obj.h"
#if MICROPY_ASYNC_KBD_INTR
#include <signal.h>
#endif

#include "jtag/jtag.h"

// Lies in a Python object, so that the collector sees what it points to; private.
typedef struct {
    mp_obj_t object; // the transport
    mp_obj_t raised; // by a callback during the call, or MP_OBJ_NULL
    bool running;
    bool stopped; // Ctrl-C was seen: the operations that follow are the way out
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t signals; // to be restored
    #endif
} jtag_call_t;

// Prepare for calls on the transport of an object, which is returned; TypeError when it is not one. None: a transport on
// which nothing ever answers.
jtag_transport_t jtag_call_init(jtag_call_t *call, mp_obj_t object);

// For the core: stops a call at Ctrl-C.
jtag_stop_t jtag_call_stop(jtag_call_t *call);

// Around each call. Beginning a second one, from a pin's own code, raises RuntimeError. The end raises what a pin or
// a callback has raised, and KeyboardInterrupt when the status is LX_EINTR; else it returns the status.
void jtag_call_begin(jtag_call_t *call);
int jtag_call_end(jtag_call_t *call, int status);

// Let the call run to its end whatever comes: for closing, which Ctrl-C must not stop half-way.
void jtag_call_insist(jtag_call_t *call);

#endif // JTAG_USERMOD_CALL_H
