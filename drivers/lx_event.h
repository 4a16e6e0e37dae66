// SPDX-License-Identifier: MIT
//
// The event manager of a core: LiteX's EventManager (litex/soc/interconnect/csr_eventmanager.py). A bit for each
// source in three registers: status is the source's level, pending an event that nobody has acknowledged yet,
// enable lets pending events raise the core's interrupt.
//
// Three kinds of sources look alike in the registers. Those of EventSourcePulse and EventSourceProcess are pending
// until they are acknowledged. One of EventSourceLevel is pending as long as its level is, whatever is written, so
// an interrupt that only acknowledges it would come again for ever. The interrupt half therefore masks ("holds") a
// source that is still pending after it was acknowledged, and one that has had LX_EVENT_BURST events that the owner
// has not collected. lx_event_finish() and lx_event_tick() unmask them, so that no source can take all of the
// CPU's time and none is forgotten: what happens while it is held stays pending in the core.
//
// The caller owns lx_event_t. Interrupts are off in lx_event_take() and lx_event_tick(); the others turn them off
// for as long as they need.

#ifndef DRIVERS_LX_EVENT_H
#define DRIVERS_LX_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name; // of the core, or of the event manager within it ("ethmac_sram_writer")
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t status;
    csr_reg_t pending;
    csr_reg_t enable;
} lx_event_regs_t;

// Events taken without being collected, after which their source is held.
#define LX_EVENT_BURST (64)

// Private to lx_event.
typedef struct {
    const lx_event_regs_t *regs;
    uint32_t wanted; // sources that the owner has enabled
    uint32_t held; // of these, masked for now
    uint32_t level; // of these, still pending after they were acknowledged
    uint32_t taken; // sources with events that were acknowledged and not yet collected
    uint32_t uncollected; // how many events these are
    uint32_t count; // events acknowledged since lx_event_init()
    uint32_t coalesced; // of these, how many were collected together with an earlier one
    bool serving; // the owner has collected, and not yet released
} lx_event_t;

// Start with all sources disabled, without touching the core: the first lx_event_enable() or lx_event_disable() does.
// regs may be NULL for events that have no registers: then only lx_event_note(), lx_event_collect() and the counters
// work.
void lx_event_init(lx_event_t *event, const lx_event_regs_t *regs);

// The sources that there are, as far as the width of the register is known.
uint32_t lx_event_sources(const lx_event_regs_t *regs);

// Enable or disable the sources of the mask. One that is pending raises the interrupt at once.
void lx_event_enable(lx_event_t *event, uint32_t mask);
void lx_event_disable(lx_event_t *event, uint32_t mask);

// The levels; what is pending in the core or taken and not yet collected; and drop both for the sources of the mask.
uint32_t lx_event_status(const lx_event_t *event);
uint32_t lx_event_pending(const lx_event_t *event);
void lx_event_clear(lx_event_t *event, uint32_t mask);

// The interrupt half: acknowledge what is pending and enabled, remember and return it. 0: nothing was.
uint32_t lx_event_take(lx_event_t *event);

// Remember events that came some other way, as lx_event_take() does.
void lx_event_note(lx_event_t *event, uint32_t sources);

// Outside of the interrupt: the sources with events since the last call. Their number less one counts as coalesced.
// Until lx_event_finish() the owner is serving them, and no tick brings back what is held.
uint32_t lx_event_collect(lx_event_t *event);

// The owner has served what it collected, or, in the interrupt, what lx_event_take() returned. After a collection, this
// unmasks what was held; a level that is still there waits for lx_event_tick(). In the interrupt, LX_EVENT_BURST events
// without a pause have their source held until lx_event_tick().
void lx_event_finish(lx_event_t *event);

// Mask the sources until lx_event_tick(), because the program has to have a turn. Before lx_event_finish().
void lx_event_hold(lx_event_t *event, uint32_t sources);

// Call it each millisecond or so: unmasks such levels where nothing is left to collect or being served, so that each
// raises an interrupt again.
void lx_event_tick(lx_event_t *event);

#endif // DRIVERS_LX_EVENT_H
