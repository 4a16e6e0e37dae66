// SPDX-License-Identifier: MIT
//
// Event managers: litex/soc/interconnect/csr_eventmanager.py.
//
// A write to pending clears a source two cycles later at most, less than it takes to read the register again. So a
// source that is pending after that is a level, or has had the next event since.

#include "drivers/lx_event.h"

#include "soc/irq.h"

// With interrupts off.
static void update_enable(const lx_event_t *event) {
    csr_write(event->regs->enable, event->wanted & ~event->held);
}

void lx_event_init(lx_event_t *event, const lx_event_regs_t *regs) {
    *event = (lx_event_t) {.regs = regs};
}

uint32_t lx_event_sources(const lx_event_regs_t *regs) {
    unsigned bits = csr_bits(regs->enable);
    return bits < 32 ? (UINT32_C(1) << bits) - 1 : UINT32_MAX;
}

void lx_event_enable(lx_event_t *event, uint32_t mask) {
    uint32_t state = soc_irq_save();
    event->wanted |= mask;
    event->held &= ~mask;
    event->level &= ~mask;
    update_enable(event);
    soc_irq_restore(state);
}

void lx_event_disable(lx_event_t *event, uint32_t mask) {
    uint32_t state = soc_irq_save();
    event->wanted &= ~mask;
    event->held &= ~mask;
    event->level &= ~mask;
    update_enable(event);
    soc_irq_restore(state);
}

uint32_t lx_event_status(const lx_event_t *event) {
    return csr_read(event->regs->status);
}

uint32_t lx_event_pending(const lx_event_t *event) {
    uint32_t state = soc_irq_save();
    uint32_t pending = csr_read(event->regs->pending) | event->taken;
    soc_irq_restore(state);
    return pending;
}

void lx_event_clear(lx_event_t *event, uint32_t mask) {
    uint32_t state = soc_irq_save();
    csr_write(event->regs->pending, mask);
    event->taken &= ~mask;
    soc_irq_restore(state);
}

void lx_event_note(lx_event_t *event, uint32_t sources) {
    event->taken |= sources;
    for (; sources != 0; sources &= sources - 1) {
        event->count++;
        event->uncollected++;
    }
}

uint32_t lx_event_take(lx_event_t *event) {
    const lx_event_regs_t *regs = event->regs;
    uint32_t taken = csr_read(regs->pending) & event->wanted & ~event->held;
    if (taken == 0) {
        // Another event manager's on this line, or an enable bit that somebody has set by hand: it would come for ever.
        update_enable(event);
        return 0;
    }
    csr_write(regs->pending, taken);
    lx_event_note(event, taken);
    uint32_t still = csr_read(regs->pending) & taken;
    uint32_t hold = event->uncollected >= LX_EVENT_BURST ? taken : still;
    if (hold != 0) {
        event->level |= still;
        event->held |= hold;
        update_enable(event);
    }
    return taken;
}

uint32_t lx_event_collect(lx_event_t *event) {
    uint32_t state = soc_irq_save();
    uint32_t taken = event->taken;
    if (event->uncollected > 1) {
        event->coalesced += event->uncollected - 1;
    }
    event->taken = 0;
    event->uncollected = 0;
    event->serving = true;
    soc_irq_restore(state);
    return taken;
}

// A pause is when the next event is not there yet.
static void finish_in_interrupt(lx_event_t *event) {
    if ((csr_read(event->regs->pending) & event->wanted & ~event->held) == 0) {
        lx_event_collect(event);
        event->serving = false;
    }
}

static void unmask_held(lx_event_t *event) {
    event->level &= csr_read(event->regs->pending);
    event->held = event->level;
    update_enable(event);
}

void lx_event_finish(lx_event_t *event) {
    if (!event->serving) {
        finish_in_interrupt(event);
        return;
    }
    uint32_t state = soc_irq_save();
    event->serving = false;
    if (event->held != 0) {
        unmask_held(event);
    }
    soc_irq_restore(state);
}

void lx_event_hold(lx_event_t *event, uint32_t sources) {
    event->held |= sources & event->wanted;
    update_enable(event);
}

void lx_event_tick(lx_event_t *event) {
    if (event->held != 0 && event->uncollected == 0 && !event->serving) {
        event->level = 0;
        event->held = 0;
        update_enable(event);
    }
}
