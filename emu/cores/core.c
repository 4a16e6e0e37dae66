// SPDX-License-Identifier: MIT
//
// Shared parts of the models: matching, stored registers, LiteX's EventManager
// (litex/soc/interconnect/csr_eventmanager.py).

#include "cores/core.h"

#include <string.h>

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

// The bits of byte i that the register has.
static uint8_t byte_mask(const reg_t *reg, uint32_t i) {
    unsigned bits = reg->bits > 8 * i ? reg->bits - 8 * i : 0;
    return bits < 8 ? (uint8_t)((1u << bits) - 1) : 0xff;
}

uint64_t reg_get(const reg_t *reg) {
    uint64_t value;
    memcpy(&value, reg->bytes, sizeof(value)); // the host is little-endian, like the guest
    return value;
}

void reg_set(reg_t *reg, uint64_t value) {
    if (reg->bits < 64) {
        value &= ((uint64_t)1 << reg->bits) - 1;
    }
    memcpy(reg->bytes, &value, sizeof(value));
    if (reg->size > sizeof(value)) {
        memset(reg->bytes + sizeof(value), 0, reg->size - sizeof(value));
    }
}

void reg_read_bytes(const reg_t *reg, uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        data[i] = i < reg->size ? reg->bytes[i] : 0;
    }
}

void reg_write_bytes(reg_t *reg, const uint8_t *data, size_t size) {
    for (uint32_t i = 0; i < reg->size; i++) {
        reg->bytes[i] = i < size ? data[i] & byte_mask(reg, i) : 0;
    }
}

bool reg_bit(const reg_t *reg, unsigned bit) {
    return bit / 8 < reg->size && (reg->bytes[bit / 8] >> bit % 8 & 1);
}

void reg_set_bit(reg_t *reg, unsigned bit, bool value) {
    if (bit < reg->bits) {
        uint8_t mask = (uint8_t)(1u << bit % 8);
        reg->bytes[bit / 8] = (uint8_t)((reg->bytes[bit / 8] & ~mask) | (value ? mask : 0));
    }
}

int core_pin(core_t *core, unsigned index, nets_sense_t sense) {
    return nets_pin(core->host->nets, core->name, index, sense, core);
}

void core_drive(const core_t *core, int pin, bool level) {
    nets_drive(core->host->nets, pin, level ? NETS_HIGH : NETS_LOW);
}

const wiring_row_t *core_device(const core_t *core, unsigned index, size_t n) {
    return core->host->wiring != NULL ? wiring_device(core->host->wiring, core->name, index, n) : NULL;
}

uint64_t core_ns(const core_t *core) {
    return (uint64_t)((unsigned __int128)core_now(core) * 1000000000u / core->host->soc->clock_hz);
}

static void update_irq(core_t *core, const core_events_t *events) {
    core_irq(core, (events->pending & events->enable) != 0);
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
