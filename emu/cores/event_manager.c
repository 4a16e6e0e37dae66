// SPDX-License-Identifier: MIT
//
// A core that is nothing but an event manager (litex/soc/interconnect/csr_eventmanager.py): its sources are
// EventSourceLevel on pins of the wiring, high is pending. Clearing them does nothing, as in LiteX.

#include "cores/models.h"

#define MAX_SOURCES (32)

typedef struct {
    core_events_t events;
    uint32_t high;
} levels_state_t;

static void sense(void *context, unsigned index, bool level) {
    core_t *core = context;
    levels_state_t *l = core->state;
    l->high = (l->high & ~(UINT32_C(1) << index)) | (uint32_t)level << index;
    core_events_trigger(core, &l->events, l->high);
}

static uint64_t read_level(core_t *core, reg_t *reg) {
    (void)reg;
    return ((levels_state_t *)core->state)->high;
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    core_events_enable(core, &((levels_state_t *)core->state)->events, (uint32_t)value);
}

static bool init(core_t *core) {
    levels_state_t *l = core->state;
    unsigned sources = core_reg(core, "ev_pending")->bits;
    l->events.level_sources = UINT32_MAX;
    for (unsigned i = 0; i < sources && i < MAX_SOURCES; i++) {
        if (core_pin(core, i, sense) < 0) {
            return false;
        }
    }
    return true;
}

static void reset(core_t *core) {
    levels_state_t *l = core->state;
    core_events_reset(&l->events);
    core_events_trigger(core, &l->events, l->high);
}

static const core_reg_t regs[] = {
    { .suffix = "ev_status", .flags = REG_VOLATILE, .read = read_level },
    { .suffix = "ev_pending", .flags = REG_VOLATILE, .read = read_level },
    { .suffix = "ev_enable", .write = write_enable },
    CORE_REGS_END,
};

const core_model_t core_event_manager = {
    .kind = "levels", .regs = regs, .state_size = sizeof(levels_state_t), .init = init, .reset = reset
};
