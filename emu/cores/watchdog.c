// SPDX-License-Identifier: MIT
//
// Watchdog (litex/soc/cores/watchdog.py): counts down while enabled, raises its event at 0, and with the bit for it
// resets the SoC, at once: the delay that LiteX's add_watchdog() can put before the reset is not in csr.json.

#include "cores/models.h"

#define CONTROL_FEED (1)
#define CONTROL_ENABLE (1 << 8)
#define CONTROL_RESET (1 << 16)
#define EVENT_WDT (1)

typedef struct {
    core_events_t events;
    event_t end;
    uint64_t from;      // cycle at which `remaining` was right
    uint64_t remaining; // then
    uint64_t control;
} watchdog_state_t;

static uint64_t remaining_now(core_t *core) {
    watchdog_state_t *w = core->state;
    uint64_t passed = core_now(core) - w->from;
    if (!(w->control & CONTROL_ENABLE)) {
        return w->remaining;
    }
    return passed < w->remaining ? w->remaining - passed : 0;
}

// From a count of 0 it takes a cycle until the core says so.
static void schedule(core_t *core) {
    watchdog_state_t *w = core->state;
    core_event(core, &w->end, w->control & CONTROL_ENABLE ? w->from + w->remaining + 1 : EVENT_NEVER);
}

static void on_end(void *context) {
    core_t *core = context;
    watchdog_state_t *w = core->state;
    core_events_trigger(core, &w->events, EVENT_WDT);
    if (w->control & CONTROL_RESET) {
        core->host->reset(core->host->machine);
    }
}

static void write_control(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    watchdog_state_t *w = core->state;
    w->remaining = value & CONTROL_FEED ? reg_get(core_reg(core, "cycles")) : remaining_now(core);
    w->from = core_now(core);
    w->control = value;
    if (!(value & CONTROL_ENABLE) || w->remaining != 0) {
        core_events_trigger(core, &w->events, 0);
    }
    schedule(core);
}

static uint64_t read_remaining(core_t *core, reg_t *reg) {
    (void)reg;
    return remaining_now(core);
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    watchdog_state_t *w = core->state;
    return w->events.trigger;
}

static uint64_t read_pending(core_t *core, reg_t *reg) {
    (void)reg;
    watchdog_state_t *w = core->state;
    return w->events.pending;
}

static void write_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    watchdog_state_t *w = core->state;
    core_events_clear(core, &w->events, (uint32_t)value);
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    watchdog_state_t *w = core->state;
    core_events_enable(core, &w->events, (uint32_t)value & EVENT_WDT);
}

static bool init(core_t *core) {
    watchdog_state_t *w = core->state;
    w->end = (event_t) { .when = EVENT_NEVER, .fire = on_end, .context = core };
    return true;
}

static void reset(core_t *core) {
    watchdog_state_t *w = core->state;
    w->control = 0;
    w->remaining = 0;
    core_events_reset(&w->events);
    schedule(core);
}

static const core_reg_t regs[] = {
    { .suffix = "control", .bits = 25, .write = write_control },
    { .suffix = "cycles" },
    { .suffix = "remaining", .flags = REG_VOLATILE, .read = read_remaining },
    { .suffix = "ev_status", .bits = 1, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_status },
    { .suffix = "ev_pending", .bits = 1, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_pending, .write = write_pending },
    { .suffix = "ev_enable", .bits = 1, .flags = REG_OPTIONAL, .write = write_enable },
    CORE_REGS_END,
};

const core_model_t core_watchdog = {
    .kind = "watchdog", .regs = regs, .state_size = sizeof(watchdog_state_t), .init = init, .reset = reset
};
