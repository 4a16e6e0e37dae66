// SPDX-License-Identifier: MIT
// The clock's hook, once a millisecond: the ticks of the modules, and the timers of tick.h.

#include "py/mphal.h"
#include "py/mpstate.h"

#include "module.h"
#include "tick.h"

// Milliseconds counted by the tick, and when the next timer is due; both only with interrupts off.
static uint32_t now_ms;
static uint32_t next_due_ms;

static bool is_due(uint32_t due_ms) {
    return (int32_t)(due_ms - now_ms) <= 0;
}

// Stopped timers that are still linked.
static uint32_t stopped_count;

static void update_next_due(void) {
    next_due_ms = now_ms + PORT_TICK_TIMER_MAX_MS;
    for (port_tick_timer_t *t = MP_STATE_PORT(tick_timers); t != NULL; t = t->next) {
        if (t->running && (int32_t)(t->due_ms - next_due_ms) < 0) {
            next_due_ms = t->due_ms;
        }
    }
}

// With interrupts off. The timer stays linked: see tick.h.
static void mark_stopped(port_tick_timer_t *self) {
    if (self->running) {
        self->running = false;
        stopped_count++;
    }
}

void port_tick(void *arg) {
    (void)arg;
    now_ms++;
    PORT_MODULES_CALL(tick);
    if (!is_due(next_due_ms)) {
        return;
    }
    // A callback may stop any timer, which unlinks none, and start others, which are linked at the head.
    for (port_tick_timer_t *t = MP_STATE_PORT(tick_timers); t != NULL; t = t->next) {
        if (!t->running || !is_due(t->due_ms)) {
            continue;
        }
        // Before the call, which may start it again.
        if (t->periodic) {
            t->due_ms += t->period_ms;
        } else {
            mark_stopped(t);
        }
        t->expired(t);
    }
    update_next_due();
}

static __attribute__((cold)) void deinit(void) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    MP_STATE_PORT(tick_timers) = NULL;
    stopped_count = 0;
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

PORT_MODULE(tick) = { .deinit = deinit };

void port_tick_timer_start(port_tick_timer_t *self) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!self->linked) {
        self->linked = true;
        self->next = MP_STATE_PORT(tick_timers);
        MP_STATE_PORT(tick_timers) = self;
    } else if (!self->running) {
        stopped_count--;
    }
    self->running = true;
    // The tick under way counts as past, so that a callback never comes early.
    self->due_ms = now_ms + self->period_ms + 1;
    if ((int32_t)(self->due_ms - next_due_ms) < 0) {
        next_due_ms = self->due_ms;
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

void port_tick_timer_stop(port_tick_timer_t *self) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mark_stopped(self);
    MICROPY_END_ATOMIC_SECTION(state);
}

void port_tick_timer_retry(port_tick_timer_t *self) {
    if (self->periodic) {
        return;
    }
    self->running = true;
    stopped_count--;
    self->due_ms = now_ms + 1;
}

uint32_t port_tick_timer_left(const port_tick_timer_t *self) {
    int32_t left = (int32_t)(self->due_ms - now_ms);
    return left > 0 ? (uint32_t)left : 0;
}

__attribute__((cold)) void port_tick_unlink_stopped(void) {
    if (stopped_count == 0) {
        return;
    }
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    stopped_count = 0;
    for (port_tick_timer_t **p = &MP_STATE_PORT(tick_timers); *p != NULL;) {
        port_tick_timer_t *t = *p;
        if (t->running || t->call.queued) {
            stopped_count += !t->running;
            p = &t->next;
        } else {
            *p = t->next;
            t->next = NULL;
            t->linked = false;
        }
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

MP_REGISTER_ROOT_POINTER(struct _port_tick_timer_t *tick_timers);
