// SPDX-License-Identifier: MIT
//
// The deferred context: a queue of work, and one flag that the trap entry looks at. The flag says that there is work and
// that it may run: neither the lock is held nor other work runs.

#include "soc/deferred.h"

#include <stddef.h>

#include "soc/irq.h"

volatile uint32_t soc_deferred_ready;

static soc_deferred_t *head;
static soc_deferred_t *tail;
static uint32_t locks;
static bool running;

// With interrupts off, as all that changes the queue.
static void update_ready(void) {
    soc_deferred_ready = head != NULL && locks == 0 && !running;
}

static soc_deferred_t *take_first(void) {
    soc_deferred_t *work = head;
    head = work->next;
    if (head == NULL) {
        tail = NULL;
    }
    work->queued = false;
    return work;
}

void soc_deferred_run(void) {
    if (!soc_deferred_ready) {
        return;
    }
    running = true;
    for (unsigned i = 0; i < SOC_DEFERRED_ROUNDS && head != NULL; i++) {
        soc_deferred_t *work = take_first();
        soc_irq_restore(1);
        work->run(work->arg);
        soc_irq_save();
    }
    running = false;
    update_ready();
}

// Outside of interrupts: what may run does.
static void run_if_ready(uint32_t state) {
    if ((state != 0 || !SOC_HAS_INTERRUPT) && !soc_irq_handling()) {
        soc_deferred_run();
    }
}

void soc_deferred_request(soc_deferred_t *work) {
    uint32_t state = soc_irq_save();
    if (!work->queued) {
        work->queued = true;
        work->next = NULL;
        if (tail != NULL) {
            tail->next = work;
        } else {
            head = work;
        }
        tail = work;
        update_ready();
    }
    run_if_ready(state);
    soc_irq_restore(state);
}

void soc_deferred_cancel(soc_deferred_t *work) {
    uint32_t state = soc_irq_save();
    soc_deferred_t *before = NULL;
    for (soc_deferred_t *w = head; w != NULL; before = w, w = w->next) {
        if (w != work) {
            continue;
        }
        if (before != NULL) {
            before->next = w->next;
        } else {
            head = w->next;
        }
        if (tail == w) {
            tail = before;
        }
        w->queued = false;
        break;
    }
    update_ready();
    soc_irq_restore(state);
}

void soc_deferred_lock(void) {
    uint32_t state = soc_irq_save();
    locks++;
    update_ready();
    soc_irq_restore(state);
}

void soc_deferred_unlock(void) {
    uint32_t state = soc_irq_save();
    locks--;
    update_ready();
    run_if_ready(state);
    soc_irq_restore(state);
}

bool soc_deferred_running(void) {
    return running;
}

void soc_deferred_reset(void) {
    uint32_t state = soc_irq_save();
    while (head != NULL) {
        take_first();
    }
    locks = 0;
    running = false;
    update_ready();
    soc_irq_restore(state);
}
