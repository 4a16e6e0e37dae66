// SPDX-License-Identifier: MIT
//
// The event queue: a list sorted by time. PicoRV32's own timer counts as one more event.

#include "machine/internal.h"

void machine_event(machine_t *m, event_t *event, uint64_t when) {
    for (event_t **at = &m->events; *at != NULL; at = &(*at)->next) {
        if (*at == event) {
            *at = event->next;
            break;
        }
    }
    event->when = when;
    event->next = NULL;
    if (when == EVENT_NEVER) {
        return;
    }
    event_t **at = &m->events;
    while (*at != NULL && (*at)->when <= when) {
        at = &(*at)->next;
    }
    event->next = *at;
    *at = event;
    if (when < m->cpu.limit) {
        m->cpu.limit = when;
    }
}

uint64_t machine_next_event(const machine_t *m) {
    uint64_t when = m->events != NULL ? m->events->when : EVENT_NEVER;
    if (m->cpu.pico_timer_at != 0 && m->cpu.pico_timer_at < when) {
        when = m->cpu.pico_timer_at;
    }
    return when;
}

void machine_fire_events(machine_t *m) {
    // Each may schedule itself again; those due later in this call wait for the next.
    while (m->events != NULL && m->events->when <= m->cpu.cycle) {
        event_t *event = m->events;
        m->events = event->next;
        m->event_when = event->when;
        event->when = EVENT_NEVER;
        event->fire(event->context);
    }
    m->event_when = EVENT_NEVER;
    if (m->cpu.pico_timer_at != 0 && m->cpu.pico_timer_at <= m->cpu.cycle) {
        m->cpu.pico_timer_at = 0;
        m->cpu.pico_pending |= 1;
        cpu_irq_update(&m->cpu);
    }
}

// The processor runs some instructions at a time, and an event may come after the last of them.
uint64_t machine_due(const machine_t *m) {
    return m->event_when != EVENT_NEVER ? m->event_when : m->cpu.cycle;
}
