// SPDX-License-Identifier: MIT
//
// Timer (litex/soc/cores/timer.py): a counter that runs down while enabled, reloads one cycle after
// it reached zero, and raises an event whenever it becomes zero; with add_uptime() also a free
// running count of cycles that survives a reset of the SoC. Nothing ticks here: the value is
// computed when somebody looks.

#include "cores/models.h"

#define EVENT_ZERO (1)

typedef struct {
    core_events_t events;
    event_t zero;
    uint64_t from;    // cycle at which the value was `start`
    uint64_t zero_at; // cycle at which it next becomes zero, EVENT_NEVER: it does not
    uint32_t start;
    uint32_t load;
    uint32_t reload;
    bool enabled;
} timer_state_t;

static uint32_t value_now(core_t *core) {
    timer_state_t *t = core->state;
    if (!t->enabled) {
        return t->load;
    }
    uint64_t passed = core_now(core) - t->from;
    if (passed <= t->start) {
        return t->start - (uint32_t)passed;
    }
    // After zero it counts reload, reload - 1, ... 0: a period of reload + 1 cycles.
    return t->reload - (uint32_t)((passed - t->start - 1) % ((uint64_t)t->reload + 1));
}

// Begin to count from a value now.
static void restart(core_t *core, uint32_t value) {
    timer_state_t *t = core->state;
    t->from = core_now(core);
    t->start = value;
}

// When the count next becomes zero; an event is needed only where an interrupt would follow.
static void schedule(core_t *core) {
    timer_state_t *t = core->state;
    uint64_t now = core_now(core);
    uint32_t value = value_now(core);
    t->zero_at = EVENT_NEVER;
    if (t->enabled && value != 0) {
        t->zero_at = now + value;
    } else if (t->enabled && t->reload != 0) {
        t->zero_at = now + t->reload + 1;
    }
    bool wanted = t->events.enable != 0 && t->events.pending == 0;
    core_event(core, &t->zero, wanted ? t->zero_at : EVENT_NEVER);
}

// The state as of now. The processor may have finished a block: an event is late, the count is not.
static void settle(core_t *core) {
    timer_state_t *t = core->state;
    if (t->zero_at <= core_now(core)) {
        core_events_trigger(core, &t->events, 0);
        core_events_trigger(core, &t->events, EVENT_ZERO);
    }
    core_events_trigger(core, &t->events, value_now(core) == 0 ? EVENT_ZERO : 0);
    schedule(core);
}

static void on_zero(void *context) {
    settle(context);
}

static void write_load(core_t *core, reg_t *reg, uint64_t value) {
    timer_state_t *t = core->state;
    (void)reg;
    settle(core);
    t->load = (uint32_t)value;
    settle(core);
}

static void write_reload(core_t *core, reg_t *reg, uint64_t value) {
    timer_state_t *t = core->state;
    (void)reg;
    settle(core);
    restart(core, value_now(core)); // the count so far went by the old reload value
    t->reload = (uint32_t)value;
    schedule(core);
}

static void write_en(core_t *core, reg_t *reg, uint64_t value) {
    timer_state_t *t = core->state;
    (void)reg;
    settle(core);
    if ((value & 1) != t->enabled) {
        t->enabled = (value & 1) != 0;
        restart(core, t->load);
        schedule(core);
        settle(core);
    }
}

static void write_update(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    core_clock_read(core);
    reg_set(core_reg(core, "value"), value_now(core));
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    timer_state_t *t = core->state;
    core_clock_read(core);
    settle(core);
    return t->events.trigger;
}

static uint64_t read_pending(core_t *core, reg_t *reg) {
    (void)reg;
    timer_state_t *t = core->state;
    core_clock_read(core);
    settle(core);
    return t->events.pending;
}

static void write_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    timer_state_t *t = core->state;
    settle(core);
    core_events_clear(core, &t->events, (uint32_t)value);
    schedule(core);
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    timer_state_t *t = core->state;
    settle(core);
    core_events_enable(core, &t->events, (uint32_t)value & EVENT_ZERO);
    schedule(core);
}

static void write_latch(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    core_clock_read(core);
    reg_set(core_reg(core, "uptime_cycles"), core_now(core));
}

static bool init(core_t *core) {
    timer_state_t *t = core->state;
    t->zero.fire = on_zero;
    t->zero.context = core;
    return true;
}

static void reset(core_t *core) {
    timer_state_t *t = core->state;
    t->enabled = false;
    t->load = 0;
    t->reload = 0;
    core_events_reset(&t->events);
    core_events_trigger(core, &t->events, EVENT_ZERO);
    schedule(core);
}

static const core_reg_t regs[] = {
    { .suffix = "load", .bits = 32, .write = write_load },
    { .suffix = "reload", .bits = 32, .write = write_reload },
    { .suffix = "en", .bits = 1, .write = write_en },
    { .suffix = "update_value", .bits = 1, .write = write_update },
    { .suffix = "value", .bits = 32, .flags = REG_VOLATILE },
    { .suffix = "ev_status", .bits = 1, .flags = REG_VOLATILE, .read = read_status },
    { .suffix = "ev_pending", .bits = 1, .flags = REG_VOLATILE, .read = read_pending, .write = write_pending },
    { .suffix = "ev_enable", .bits = 1, .write = write_enable },
    { .suffix = "uptime_latch", .bits = 1, .flags = REG_OPTIONAL, .write = write_latch },
    { .suffix = "uptime_cycles", .bits = 64, .flags = REG_OPTIONAL | REG_VOLATILE },
    CORE_REGS_END,
};

const core_model_t core_timer = {
    .kind = "timer", .regs = regs, .state_size = sizeof(timer_state_t), .init = init, .reset = reset
};
