// SPDX-License-Identifier: MIT
//
// Calls into the core (call.h). Where a port raises KeyboardInterrupt out of its signal handler, the signal is held back
// until the call ends.

#include "jtag/usermod/call.h"

#include "py/mpstate.h"
#include "py/runtime.h"

#include "jtag/usermod/transport.h"

static bool interrupted(void) {
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t pending;
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGINT)) {
        return true;
    }
    #endif
    #if MICROPY_ENABLE_DYNRUNTIME
    return false; // a native module cannot see it: Ctrl-C comes when the method returns
    #else
    #if MICROPY_ENABLE_SCHEDULER
    // Ctrl-C is for the program at the prompt, not for a scheduled callback, such as a service's.
    if (MP_STATE_VM(sched_state) == MP_SCHED_LOCKED) {
        return false;
    }
    #endif
    return MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
    #endif
}

static bool stop_requested(void *ctx) {
    jtag_call_t *call = ctx;
    if (call->stopped || !interrupted()) {
        return false;
    }
    call->stopped = true;
    return true;
}

static int submit_nowhere(void *ctx, const jtag_op_t *op) {
    (void)ctx;
    (void)op;
    return LX_ENODEV;
}

jtag_transport_t jtag_call_init(jtag_call_t *call, mp_obj_t object) {
    static const jtag_transport_ops_t nowhere = { .submit = submit_nowhere };
    call->object = object;
    call->raised = MP_OBJ_NULL;
    call->running = false;
    return object == mp_const_none ? (jtag_transport_t) { &nowhere, NULL } : jtag_transport_get(object);
}

jtag_stop_t jtag_call_stop(jtag_call_t *call) {
    return (jtag_stop_t) { stop_requested, call };
}

void jtag_call_begin(jtag_call_t *call) {
    if (call->running) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("JTAG is in use by the caller of this"));
    }
    call->running = true;
    call->stopped = false;
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigprocmask(SIG_BLOCK, &block, &call->signals);
    #endif
}

void jtag_call_insist(jtag_call_t *call) {
    call->stopped = true;
}

int jtag_call_end(jtag_call_t *call, int status) {
    call->running = false;
    mp_obj_t raised = call->raised;
    call->raised = MP_OBJ_NULL;
    if (raised == MP_OBJ_NULL && call->object != mp_const_none) {
        raised = jtag_transport_take_exception(call->object);
    }
    #if MICROPY_ASYNC_KBD_INTR
    // A Ctrl-C that waits raises here.
    sigprocmask(SIG_SETMASK, &call->signals, NULL);
    #endif
    if (raised != MP_OBJ_NULL) {
        nlr_raise(raised);
    }
    #if !MICROPY_ENABLE_DYNRUNTIME
    if (status == LX_EINTR) {
        mp_obj_t pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
        if (pending != MP_OBJ_NULL) {
            nlr_raise(pending);
        }
        mp_raise_type(&mp_type_KeyboardInterrupt);
    }
    #endif
    return status;
}
