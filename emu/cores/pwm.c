// SPDX-License-Identifier: MIT
//
// PWM and MultiChannelPWM (litex/soc/cores/pwm.py). The counter goes 0 to period - 1 while the (first) channel is
// enabled; an output is high while the counter is below its width, one cycle later. Nothing ticks here: the
// counter is computed, and an event comes at each edge of an output on whose net somebody else is.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cores/models.h"

// MultiChannelPWM has a CSR of each for every channel; this many are known.
#define CHANNELS (16)

typedef struct {
    reg_t *enable;
    reg_t *width;
    int pin;
    bool wired; // somebody hears it
} channel_t;

typedef struct {
    channel_t channels[CHANNELS];
    unsigned count;
    reg_t *period;
    uint64_t from; // cycle at which the counter was `start`, or since when it stands at 0
    uint64_t start;
    bool counting;
    event_t edge;
} pwm_state_t;

static uint64_t period_of(const pwm_state_t *p) {
    uint64_t period = reg_get(p->period);
    return period != 0 ? period : UINT64_C(1) << 32; // period - 1 in 32 bits
}

// The counter's value in the latest cycle whose outputs are to be seen.
static uint64_t counter_at(const pwm_state_t *p, uint64_t now) {
    return p->counting ? (p->start + (now - p->from)) % period_of(p) : 0;
}

static void schedule(core_t *core) {
    pwm_state_t *p = core->state;
    uint64_t now = core_due(core);
    uint64_t counter = counter_at(p, now);
    uint64_t next = EVENT_NEVER;
    for (unsigned i = 0; i < p->count; i++) {
        const channel_t *c = &p->channels[i];
        bool on = (reg_get(c->enable) & 1) != 0;
        uint64_t width = reg_get(c->width);
        core_drive(core, c->pin, on && counter < width);
        if (on && c->wired && p->counting && width > 0 && width < period_of(p)) {
            uint64_t to = counter < width ? width - counter : period_of(p) - counter;
            next = now + to < next ? now + to : next;
        }
    }
    core_event(core, &p->edge, next);
}

static void on_edge(void *context) {
    schedule(context);
}

static void write_any(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    pwm_state_t *p = core->state;
    uint64_t now = core_now(core);
    bool counting = (reg_get(p->channels[0].enable) & 1) != 0;
    // A counter beyond a shorter period starts over. What it was by the old one is not kept: at most one period
    // differs from the gateware's.
    p->start = counting && p->counting ? counter_at(p, now) : 0;
    p->from = now;
    p->counting = counting;
    schedule(core);
}

static void find_channels(core_t *core) {
    pwm_state_t *p = core->state;
    p->period = core_reg(core, "period");
    if (p->period != NULL) {
        p->channels[0].enable = core_reg(core, "enable");
        p->channels[0].width = core_reg(core, "width");
        p->count = 1;
        return;
    }
    p->period = core_reg(core, "channel0_period");
    for (p->count = 0; p->count < CHANNELS; p->count++) {
        char name[32];
        snprintf(name, sizeof(name), "channel%u_enable", p->count);
        p->channels[p->count].enable = core_reg(core, name);
        snprintf(name, sizeof(name), "channel%u_width", p->count);
        p->channels[p->count].width = core_reg(core, name);
        if (p->channels[p->count].enable == NULL || p->channels[p->count].width == NULL) {
            break;
        }
    }
}

static bool init(core_t *core) {
    pwm_state_t *p = core->state;
    find_channels(core);
    p->edge = (event_t) { .when = EVENT_NEVER, .fire = on_edge, .context = core };
    for (unsigned i = 0; i < p->count; i++) {
        p->channels[i].pin = core_pin(core, i, NULL);
        if (p->channels[i].pin < 0) {
            return false;
        }
    }
    return true;
}

static void reset(core_t *core) {
    pwm_state_t *p = core->state;
    for (unsigned i = 0; i < p->count; i++) {
        p->channels[i].wired = nets_shared(core->host->nets, p->channels[i].pin);
    }
    p->counting = false;
    schedule(core);
}

static const core_reg_t regs[] = {
    { .suffix = "enable", .bits = 1, .write = write_any },
    { .suffix = "width", .bits = 32, .write = write_any },
    { .suffix = "period", .bits = 32, .write = write_any },
    CORE_REGS_END,
};

#define MORE(n) \
    { .suffix = "channel" #n "_enable", .bits = 1, .flags = REG_OPTIONAL, .write = write_any }, \
    { .suffix = "channel" #n "_width", .bits = 32, .flags = REG_OPTIONAL, .write = write_any }

static const core_reg_t regs_multi[] = {
    { .suffix = "channel0_enable", .bits = 1, .write = write_any },
    { .suffix = "channel0_width", .bits = 32, .write = write_any },
    { .suffix = "channel0_period", .bits = 32, .write = write_any },
    MORE(1), MORE(2), MORE(3), MORE(4), MORE(5), MORE(6), MORE(7), MORE(8), MORE(9), MORE(10), MORE(11), MORE(12),
    MORE(13), MORE(14), MORE(15),
    CORE_REGS_END,
};

const core_model_t core_pwm = {
    .kind = "pwm", .regs = regs, .state_size = sizeof(pwm_state_t), .init = init, .reset = reset
};
const core_model_t core_pwm_multi = {
    .kind = "pwm_multi", .regs = regs_multi, .state_size = sizeof(pwm_state_t), .init = init, .reset = reset
};
