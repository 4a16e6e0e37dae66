// SPDX-License-Identifier: MIT
//
// LedChaser (litex/soc/cores/led.py): one output register, on pins of the wiring. Until its first write the LEDs go on
// one after the other and then off, a step in each 1/(2 n) of a second; that takes events only where somebody looks.

#include "cores/models.h"

#define MAX_LEDS (64)

typedef struct {
    int first_pin; // its pins follow each other
    unsigned count;
    uint64_t chaser;
    uint64_t step_cycles;
    uint64_t at;   // cycle of the next step
    event_t step;
} leds_state_t;

static void show(core_t *core, uint64_t value) {
    leds_state_t *l = core->state;
    for (unsigned i = 0; i < l->count; i++) {
        core_drive(core, l->first_pin + (int)i, value >> i & 1);
    }
}

static void on_step(void *context) {
    core_t *core = context;
    leds_state_t *l = core->state;
    uint64_t last = l->chaser >> (l->count - 1) & 1;
    l->chaser = l->chaser << 1 | (last ^ 1);
    show(core, l->chaser);
    l->at += l->step_cycles;
    core_event(core, &l->step, l->at);
}

static void write_out(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    leds_state_t *l = core->state;
    core_event(core, &l->step, EVENT_NEVER);
    show(core, value);
}

static bool init(core_t *core) {
    leds_state_t *l = core->state;
    unsigned bits = core_reg(core, "out")->bits;
    l->count = bits < MAX_LEDS ? bits : MAX_LEDS;
    l->step = (event_t) { .when = EVENT_NEVER, .fire = on_step, .context = core };
    // A timer of LiteX counts to 0, and is there for a cycle.
    l->step_cycles = core->host->soc->clock_hz / (2 * l->count) + 1;
    for (unsigned i = 0; i < l->count; i++) {
        int pin = core_pin(core, i, NULL);
        if (pin < 0) {
            return false;
        }
        l->first_pin = i == 0 ? pin : l->first_pin;
    }
    return true;
}

static void reset(core_t *core) {
    leds_state_t *l = core->state;
    bool wired = false;
    for (unsigned i = 0; i < l->count; i++) {
        wired |= nets_shared(core->host->nets, l->first_pin + (int)i);
    }
    l->chaser = 0;
    l->at = core_now(core) + l->step_cycles;
    show(core, 0);
    core_event(core, &l->step, wired ? l->at : EVENT_NEVER);
}

static const core_reg_t regs[] = {
    { .suffix = "out", .write = write_out },
    { .suffix = "polarity", .flags = REG_OPTIONAL },
    CORE_REGS_END,
};

const core_model_t core_leds = {
    .kind = "leds", .regs = regs, .names = "led", .state_size = sizeof(leds_state_t), .init = init, .reset = reset
};
