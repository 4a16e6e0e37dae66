// SPDX-License-Identifier: MIT
// The clock's hook, once a millisecond: runs the timers of port/tick.h and looks after the events.

#include "py/mphal.h"
#include "py/mpstate.h"

#include "bindings/port_event.h"
#include "console.h"
#include "bindings/classes.h"
#include "tick.h"

// Milliseconds counted by the tick, and when the next timer is due; both only with interrupts off.
static uint32_t now_ms;
static uint32_t next_due_ms;

static bool is_due(uint32_t due_ms) {
    return (int32_t)(due_ms - now_ms) <= 0;
}

static void update_next_due(void) {
    next_due_ms = now_ms + PORT_TICK_TIMER_MAX_MS;
    for (port_tick_timer_t *t = MP_STATE_PORT(tick_timers); t != NULL; t = t->next) {
        if ((int32_t)(t->due_ms - next_due_ms) < 0) {
            next_due_ms = t->due_ms;
        }
    }
}

static void unlink_timer(port_tick_timer_t *self) {
    port_tick_timer_t **p = &MP_STATE_PORT(tick_timers);
    while (*p != NULL && *p != self) {
        p = &(*p)->next;
    }
    if (*p == self) {
        *p = self->next;
    }
    self->next = NULL;
    self->running = false;
}

void port_tick(void *arg) {
    (void)arg;
    now_ms++;
    console_tick();
    port_event_tick();
    #if MICROPY_PY_MACHINE_UART
    port_uarts_tick();
    #endif
    if (!is_due(next_due_ms)) {
        return;
    }
    port_tick_timer_t *t = MP_STATE_PORT(tick_timers);
    while (t != NULL) {
        port_tick_timer_t *next = t->next;
        if (is_due(t->due_ms)) {
            uint32_t due_ms = t->due_ms;
            // Before the call, which may start it again.
            if (t->periodic) {
                t->due_ms += t->period_ms;
            } else {
                unlink_timer(t);
            }
            if (!t->expired(t)) {
                port_tick_timer_start(t);
                t->due_ms = due_ms;
            }
            // The callback may have changed the list behind its own timer.
            if (next != NULL && !next->running) {
                next = NULL;
            }
        }
        t = next;
    }
    update_next_due();
}

void port_tick_deinit(void) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    machine_timer_stop_all();
    port_event_deinit();
    MP_STATE_PORT(tick_timers) = NULL;
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

void port_tick_timer_start(port_tick_timer_t *self) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!self->running) {
        self->running = true;
        self->next = MP_STATE_PORT(tick_timers);
        MP_STATE_PORT(tick_timers) = self;
    }
    // The tick under way counts as past, so that a callback never comes early.
    self->due_ms = now_ms + self->period_ms + 1;
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

void port_tick_timer_stop(port_tick_timer_t *self) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    unlink_timer(self);
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

MP_REGISTER_ROOT_POINTER(struct _port_tick_timer_t *tick_timers);
