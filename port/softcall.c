// SPDX-License-Identifier: MIT
// The queue of soft calls.

#include "softcall.h"

#include "py/mphal.h"
#include "py/runtime.h"

#include "module.h"

static softcall_t *head;
static softcall_t *tail;
static bool posted;     // The scheduler has been told.

static const mp_obj_fun_builtin_fixed_t run_first_obj;

// With interrupts off. The scheduler's queue may be full: the tick tries again.
static void post(void) {
    if (head != NULL && !posted) {
        posted = mp_sched_schedule(MP_OBJ_FROM_PTR(&run_first_obj), mp_const_none);
    }
}

static mp_obj_t run_first(mp_obj_t none) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    softcall_t *call = head;
    posted = false;
    if (call != NULL) {
        head = call->next;
        call->queued = false;
        post();
    }
    MICROPY_END_ATOMIC_SECTION(state);
    if (call != NULL) {
        call->run(call);
    }
    return none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(run_first_obj, run_first);

void softcall_request(softcall_t *call) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!call->queued) {
        call->queued = true;
        call->next = NULL;
        if (head != NULL) {
            tail->next = call;
        } else {
            head = call;
        }
        tail = call;
        post();
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

void softcall_cancel(softcall_t *call) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    softcall_t *before = NULL;
    softcall_t *c = call->queued ? head : NULL;
    while (c != NULL && c != call) {
        before = c;
        c = c->next;
    }
    if (c != NULL) {
        if (before != NULL) {
            before->next = c->next;
        } else {
            head = c->next;
        }
        if (tail == c) {
            tail = before;
        }
        c->queued = false;
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

static void tick(void) {
    post();
}

static void deinit(void) {
    head = NULL;
    posted = false;
}

PORT_MODULE(softcall) = { .tick = tick, .deinit = deinit };
