// SPDX-License-Identifier: MIT
//
// The guard before a transport (guard.h). After Ctrl-C one operation is refused, with LX_EINTR; those by which the
// core then resets the TAP pass.
//
// Where a port raises KeyboardInterrupt out of its signal handler, the signal is held back until the guard is left.

#include "jtag/usermod/guard.h"

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
    return MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
    #endif
}

static int guarded_submit(void *ctx, const jtag_op_t *op) {
    jtag_guard_t *guard = ctx;
    if (!guard->stopped && interrupted()) {
        guard->stopped = true;
        // What is in flight has memory that its owner takes back after an error.
        if (guard->inner.ops->wait) {
            guard->inner.ops->wait(guard->inner.ctx, 0);
        }
        return LX_EINTR;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        int status = guard->inner.ops->submit(guard->inner.ctx, op);
        nlr_pop();
        return status;
    }
    // The first one: what comes after it comes from the way out.
    if (guard->raised == MP_OBJ_NULL) {
        guard->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    return LX_EIO;
}

static int guarded_wait(void *ctx, unsigned in_flight) {
    jtag_guard_t *guard = ctx;
    return guard->inner.ops->wait(guard->inner.ctx, in_flight);
}

static int guarded_set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    jtag_guard_t *guard = ctx;
    return guard->inner.ops->set_freq(guard->inner.ctx, hz, actual_hz);
}

static uint32_t guarded_time_us(void *ctx) {
    jtag_guard_t *guard = ctx;
    return guard->inner.ops->time_us(guard->inner.ctx);
}

static int submit_nowhere(void *ctx, const jtag_op_t *op) {
    (void)ctx;
    (void)op;
    return LX_ENODEV;
}

void jtag_guard_init(jtag_guard_t *guard, mp_obj_t object) {
    static const jtag_transport_ops_t nowhere = { .submit = submit_nowhere };
    guard->object = object;
    guard->inner = object == mp_const_none ? (jtag_transport_t) { &nowhere, NULL } : jtag_transport_get(object);
    guard->raised = MP_OBJ_NULL;
    guard->entered = false;
    const jtag_transport_ops_t *ops = guard->inner.ops;
    guard->ops.submit = guarded_submit;
    guard->ops.wait = ops->wait ? guarded_wait : NULL;
    guard->ops.set_freq = ops->set_freq ? guarded_set_freq : NULL;
    guard->ops.time_us = ops->time_us ? guarded_time_us : NULL;
}

jtag_transport_t jtag_guard_transport(jtag_guard_t *guard) {
    return (jtag_transport_t) { &guard->ops, guard };
}

void jtag_guard_enter(jtag_guard_t *guard) {
    if (guard->entered) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("JTAG is in use by the caller of this"));
    }
    guard->entered = true;
    guard->stopped = false;
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigprocmask(SIG_BLOCK, &block, &guard->signals);
    #endif
}

void jtag_guard_pass(jtag_guard_t *guard) {
    guard->stopped = true;
}

int jtag_guard_leave(jtag_guard_t *guard, int status) {
    guard->entered = false;
    mp_obj_t raised = guard->raised;
    guard->raised = MP_OBJ_NULL;
    #if MICROPY_ASYNC_KBD_INTR
    // A Ctrl-C that waits raises here.
    sigprocmask(SIG_SETMASK, &guard->signals, NULL);
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
