// SPDX-License-Identifier: MIT
//
// GPIOOut, GPIOIn and GPIOTristate (litex/soc/cores/gpio.py), the latter two also with interrupts.
// Each pin is one of the wiring; a pad that the tristate core drives reads what it drives.

#include "cores/models.h"

typedef struct {
    core_events_t events;
    int first_pin;    // its pins follow each other
    unsigned pins;
    uint64_t outside; // the levels of the pins' nets
    uint64_t driven;  // what the nets have been told
    uint64_t driven_high;
    uint64_t previous;
} gpio_state_t;

static uint64_t value_of(core_t *core, const char *suffix) {
    reg_t *reg = core_reg(core, suffix);
    return reg != NULL ? reg_get(reg) : 0;
}

static uint64_t pads(core_t *core) {
    gpio_state_t *g = core->state;
    uint64_t oe = value_of(core, "oe");
    return (value_of(core, "out") & oe) | (g->outside & ~oe);
}

// The level that each event source sees: the pad against its edge; a change triggers for a cycle.
static void update(core_t *core) {
    gpio_state_t *g = core->state;
    uint64_t now = pads(core);
    uint32_t mode = (uint32_t)value_of(core, "mode");
    uint32_t edge = (uint32_t)value_of(core, "edge");
    if (core_reg(core, "ev_pending") != NULL) {
        uint32_t changed = (uint32_t)(now ^ g->previous) & mode;
        core_events_trigger(core, &g->events, ((uint32_t)now ^ edge) & ~mode);
        if (changed != 0) {
            core_events_trigger(core, &g->events, g->events.trigger | changed);
            core_events_trigger(core, &g->events, ((uint32_t)now ^ edge) & ~mode);
        }
    }
    g->previous = now;
}

static void sense(void *context, unsigned index, bool level) {
    core_t *core = context;
    gpio_state_t *g = core->state;
    g->outside = (g->outside & ~(UINT64_C(1) << index)) | (uint64_t)level << index;
    update(core);
}

static void drive(core_t *core) {
    gpio_state_t *g = core->state;
    uint64_t out = value_of(core, "out");
    uint64_t oe = core_reg(core, "oe") != NULL ? value_of(core, "oe") : UINT64_MAX;
    uint64_t changed = (oe ^ g->driven) | ((out & oe) ^ g->driven_high);
    g->driven = oe;
    g->driven_high = out & oe;
    for (unsigned i = 0; i < g->pins; i++) {
        if (changed >> i & 1) {
            nets_drive(core->host->nets, g->first_pin + (int)i,
                !(oe >> i & 1) ? NETS_FREE : out >> i & 1 ? NETS_HIGH : NETS_LOW);
        }
    }
}

static void write_any(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    if (core_reg(core, "out") != NULL) {
        drive(core);
    }
    update(core);
}

static uint64_t read_in(core_t *core, reg_t *reg) {
    uint64_t mask = reg->bits < 64 ? ((uint64_t)1 << reg->bits) - 1 : UINT64_MAX;
    return pads(core) & mask;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    gpio_state_t *g = core->state;
    return g->events.trigger;
}

static uint64_t read_pending(core_t *core, reg_t *reg) {
    (void)reg;
    gpio_state_t *g = core->state;
    return g->events.pending;
}

static void write_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    gpio_state_t *g = core->state;
    core_events_clear(core, &g->events, (uint32_t)value);
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    gpio_state_t *g = core->state;
    core_events_enable(core, &g->events, (uint32_t)value);
}

static bool init(core_t *core) {
    gpio_state_t *g = core->state;
    reg_t *reg = core_reg(core, "in");
    g->pins = (reg != NULL ? reg : core_reg(core, "out"))->bits;
    g->pins = g->pins < 64 ? g->pins : 64;
    for (unsigned i = 0; i < g->pins; i++) {
        int pin = core_pin(core, i, reg != NULL ? sense : NULL);
        if (pin < 0) {
            return false;
        }
        g->first_pin = i == 0 ? pin : g->first_pin;
    }
    return true;
}

static void reset(core_t *core) {
    gpio_state_t *g = core->state;
    if (core_reg(core, "out") != NULL) {
        drive(core);
    }
    core_events_reset(&g->events);
    g->previous = pads(core);
    update(core);
}

#define IRQ_REGS \
    { .suffix = "mode", .flags = REG_OPTIONAL, .write = write_any }, \
    { .suffix = "edge", .flags = REG_OPTIONAL, .write = write_any }, \
    { .suffix = "ev_status", .flags = REG_OPTIONAL, .read = read_status }, \
    { .suffix = "ev_pending", .flags = REG_OPTIONAL, .read = read_pending, .write = write_pending }, \
    { .suffix = "ev_enable", .flags = REG_OPTIONAL, .write = write_enable }

static const core_reg_t regs_out[] = {
    { .suffix = "out", .write = write_any },
    CORE_REGS_END,
};

static const core_reg_t regs_in[] = {
    { .suffix = "in", .read = read_in },
    IRQ_REGS,
    CORE_REGS_END,
};

static const core_reg_t regs_tristate[] = {
    { .suffix = "oe", .write = write_any },
    { .suffix = "in", .read = read_in },
    { .suffix = "out", .write = write_any },
    IRQ_REGS,
    CORE_REGS_END,
};

const core_model_t core_gpio_out = {
    .kind = "gpio_out", .regs = regs_out, .state_size = sizeof(gpio_state_t), .init = init, .reset = reset
};
const core_model_t core_gpio_in = {
    .kind = "gpio_in", .regs = regs_in, .state_size = sizeof(gpio_state_t), .init = init, .reset = reset
};
const core_model_t core_gpio_tristate = {
    .kind = "gpio_tristate", .regs = regs_tristate, .state_size = sizeof(gpio_state_t), .init = init, .reset = reset
};
