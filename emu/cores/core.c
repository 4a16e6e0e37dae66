// SPDX-License-Identifier: MIT
//
// Shared parts of the models: matching, stored registers, LiteX's EventManager
// (litex/soc/interconnect/csr_eventmanager.py).

#include "cores/core.h"

#include <string.h>

#include "machine/machine.h"

static const core_reg_t *row(const core_model_t *model, const char *suffix) {
    for (const core_reg_t *r = model->regs; r->suffix != NULL; r++) {
        if (strcmp(r->suffix, suffix) == 0) {
            return r;
        }
    }
    return NULL;
}

// Every register of the core is in the model's table, and every one that the table demands is there.
static bool fits(const core_model_t *model, const char *name, const reg_t *regs, size_t count) {
    if (model->memories != NULL || (model->names != NULL && strncmp(name, model->names, strlen(model->names)) != 0)) {
        return false;
    }
    size_t needed = 0;
    size_t found = 0;
    for (const core_reg_t *r = model->regs; r->suffix != NULL; r++) {
        needed += !(r->flags & REG_OPTIONAL);
    }
    for (size_t i = 0; i < count; i++) {
        const core_reg_t *r = row(model, regs[i].suffix);
        if (r == NULL) {
            return false;
        }
        found += !(r->flags & REG_OPTIONAL);
    }
    return found == needed;
}

const core_model_t *core_match(const char *name, const reg_t *regs, size_t count) {
    for (const core_model_t *const *m = core_models; *m != NULL; m++) {
        if (fits(*m, name, regs, count)) {
            return *m;
        }
    }
    return NULL;
}

const core_model_t *core_match_memory(const char *name) {
    for (const core_model_t *const *m = core_models; *m != NULL; m++) {
        for (const char *const *part = (*m)->memories; part != NULL && *part != NULL; part++) {
            if (strstr(name, *part) != NULL) {
                return *m;
            }
        }
    }
    return NULL;
}

reg_t *core_reg(core_t *core, const char *suffix) {
    for (size_t i = 0; i < core->reg_count; i++) {
        if (strcmp(core->regs[i].suffix, suffix) == 0) {
            return &core->regs[i];
        }
    }
    return NULL;
}

uint64_t reg_get(const reg_t *reg) {
    unsigned width = reg->core->machine->soc->csr_width;
    uint64_t value = 0;
    for (unsigned i = 0; i < reg->word_count && i * width < 64; i++) {
        value |= (uint64_t)reg->words[i] << i * width;
    }
    return value;
}

void reg_set(reg_t *reg, uint64_t value) {
    unsigned width = reg->core->machine->soc->csr_width;
    if (reg->bits < 64) {
        value &= ((uint64_t)1 << reg->bits) - 1;
    }
    for (unsigned i = 0; i < reg->word_count; i++) {
        reg->words[i] = i * width < 64 ? (uint32_t)(value >> i * width) & (uint32_t)((1ull << width) - 1) : 0;
    }
}

static void update_irq(core_t *core, const core_events_t *events) {
    machine_irq(core->machine, core->irq, (events->pending & events->enable) != 0);
}

void core_events_reset(core_events_t *events) {
    uint32_t level_sources = events->level_sources;
    memset(events, 0, sizeof(*events));
    events->level_sources = level_sources;
}

void core_events_trigger(core_t *core, core_events_t *events, uint32_t trigger) {
    events->pending |= trigger & ~events->trigger;
    events->trigger = trigger;
    events->pending = (events->pending & ~events->level_sources) | (trigger & events->level_sources);
    update_irq(core, events);
}

void core_events_clear(core_t *core, core_events_t *events, uint32_t bits) {
    events->pending &= ~bits | (events->trigger & events->level_sources);
    update_irq(core, events);
}

void core_events_enable(core_t *core, core_events_t *events, uint32_t bits) {
    events->enable = bits;
    update_irq(core, events);
}
