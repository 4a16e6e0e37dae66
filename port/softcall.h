// SPDX-License-Identifier: MIT
// Soft calls: what an interrupt has the virtual machine do, at the next point where it takes calls. A call is part of
// its owner and waits in a queue of the port's own, so that there is always room for it; the scheduler of MicroPython
// makes one call of the queue at a time, between the calls of micropython.schedule().
#ifndef PORT_SOFTCALL_H
#define PORT_SOFTCALL_H

#include <stdbool.h>

typedef struct _softcall_t {
    // Outside of interrupts. Another request may come from now on.
    void (*run)(struct _softcall_t *self);
    struct _softcall_t *next;
    bool queued;
} softcall_t;

// From anywhere: have it run. Requests before it has begun to run are one request. The queue does not keep the call's
// owner alive for the garbage collector: it must be reachable from a root until it has run.
void softcall_request(softcall_t *call);

// Forget a request. From anywhere.
void softcall_cancel(softcall_t *call);

#endif
