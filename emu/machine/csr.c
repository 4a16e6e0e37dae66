// SPDX-License-Identifier: MIT
//
// The cores of the machine: which registers of csr.json belong to which core, which model each gets,
// and the window through which the processor reaches them.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/internal.h"

// A register belongs to the core with the longest name that starts its own.
static core_t *owner(machine_t *m, const soc_register_t *r) {
    core_t *best = NULL;
    size_t best_length = 0;
    for (size_t i = 0; i < m->core_count; i++) {
        size_t length = strlen(m->cores[i].name);
        if (length > best_length && strncmp(r->name, m->cores[i].name, length) == 0 && r->name[length] == '_') {
            best = &m->cores[i];
            best_length = length;
        }
    }
    return best;
}

static int irq_of(const soc_t *soc, const char *name) {
    char constant[SOC_NAME + 16];
    snprintf(constant, sizeof(constant), "%s_interrupt", name);
    const soc_constant_t *c = soc_constant(soc, constant);
    return c != NULL && c->is_number && c->number >= 0 && c->number < 32 ? (int)c->number : -1;
}

static bool fill_core(machine_t *m, core_t *core) {
    const soc_t *soc = m->soc;
    for (size_t i = 0; i < soc->register_count; i++) {
        core->reg_count += owner(m, &soc->registers[i]) == core;
    }
    core->regs = calloc(core->reg_count + 1, sizeof(*core->regs));
    if (core->regs == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < soc->register_count; i++) {
        const soc_register_t *r = &soc->registers[i];
        if (owner(m, r) != core) {
            continue;
        }
        reg_t *reg = &core->regs[n++];
        reg->core = core;
        reg->soc = r;
        reg->suffix = r->name + strlen(core->name) + 1;
        reg->size = r->size * soc->csr_width / 8;
        reg->bytes = calloc(1, REG_ROOM(reg->size));
        reg->bits = r->bits != 0 ? r->bits : r->size * soc->csr_width;
        if (reg->bytes == NULL) {
            return false;
        }
        for (uint32_t w = 0; w < r->size; w++) {
            uint32_t slot = (r->addr - soc->csr_base) / 4 + w;
            m->reg_at[slot] = reg;
            m->reg_word[slot] = (uint16_t)(soc->csr_big ? r->size - 1 - w : w);
        }
    }
    return true;
}

static bool model_core(core_t *core) {
    if (core->model == NULL) {
        core->model = core_match(core->name, core->regs, core->reg_count);
    }
    if (core->model == NULL) {
        return true;
    }
    for (size_t i = 0; i < core->reg_count; i++) {
        reg_t *reg = &core->regs[i];
        for (const core_reg_t *r = core->model->regs; r->suffix != NULL; r++) {
            if (strcmp(r->suffix, reg->suffix) == 0) {
                reg->model = r;
                if (r->bits != 0 && r->bits < reg->bits) {
                    reg->bits = r->bits;
                }
            }
        }
    }
    if (core->model->state_size > 0) {
        core->state = calloc(1, core->model->state_size);
        if (core->state == NULL) {
            return false;
        }
    }
    return core->model->init == NULL || core->model->init(core);
}

// One line with the names of all cores that only store what is written to them.
static void warn_plain(const machine_t *m) {
    const char *separator = "lxemu: no model, plain registers only: ";
    for (size_t i = 0; i < m->core_count; i++) {
        if (m->cores[i].model == NULL && m->cores[i].reg_count > 0) {
            fprintf(stderr, "%s%s", separator, m->cores[i].name);
            separator = ", ";
        }
    }
    if (separator[0] == ',') {
        fputc('\n', stderr);
    }
}

static core_t *add_core(machine_t *m, const char *name, uint32_t base) {
    core_t *core = &m->cores[m->core_count++];
    core->host = &m->core_host;
    core->base = base;
    core->irq = irq_of(m->soc, name);
    snprintf(core->name, sizeof(core->name), "%s", name);
    return core;
}

bool machine_add_cores(machine_t *m) {
    const soc_t *soc = m->soc;
    uint32_t slots = soc->csr_size / 4 + 1;
    m->reg_at = calloc(slots, sizeof(*m->reg_at));
    m->reg_word = calloc(slots, sizeof(*m->reg_word));
    m->core_at = calloc(slots, sizeof(*m->core_at));
    m->cores = calloc(soc->base_count + soc->memory_count + 1, sizeof(*m->cores));
    bool good = m->reg_at != NULL && m->reg_word != NULL && m->core_at != NULL && m->cores != NULL;
    for (size_t i = 0; good && i < soc->base_count; i++) {
        add_core(m, soc->bases[i].name, soc->bases[i].addr);
    }
    for (size_t i = 0; good && i < soc->memory_count; i++) {
        const core_model_t *model = core_match_memory(soc->memories[i].name);
        if (model != NULL) {
            add_core(m, soc->memories[i].name, soc->memories[i].base)->model = model;
        }
    }
    for (size_t i = 0; good && i < m->core_count; i++) {
        good = fill_core(m, &m->cores[i]) && model_core(&m->cores[i]);
    }
    // A memory of words fills its page of the window.
    for (size_t i = 0; good && i < m->core_count; i++) {
        core_t *core = &m->cores[i];
        if (core->model != NULL && core->model->word != NULL && core->base >= soc->csr_base) {
            for (uint32_t slot = (core->base - soc->csr_base) / 4, n = 0; n < 0x800 / 4 && slot + n < slots; n++) {
                m->core_at[slot + n] = core;
            }
        }
    }
    if (!good) {
        if (m->error[0] == '\0') {
            snprintf(m->error, sizeof(m->error), "no memory");
        }
        return false;
    }
    warn_plain(m);
    return true;
}

core_t *machine_core(machine_t *m, const char *name) {
    for (size_t i = 0; i < m->core_count; i++) {
        if (strcmp(m->cores[i].name, name) == 0) {
            return &m->cores[i];
        }
    }
    return NULL;
}

void machine_reset_cores(machine_t *m) {
    for (size_t i = 0; i < m->core_count; i++) {
        core_t *core = &m->cores[i];
        for (size_t r = 0; r < core->reg_count; r++) {
            reg_set(&core->regs[r], core->regs[r].model != NULL ? core->regs[r].model->reset : 0);
        }
    }
    for (size_t i = 0; i < m->core_count; i++) {
        core_t *core = &m->cores[i];
        if (core->model != NULL && core->model->reset != NULL) {
            core->model->reset(core);
        }
    }
}

// One line per access; words of a wide register by their number, the least significant is 0.
static void trace(machine_t *m, char what, uint32_t offset, uint32_t value) {
    const reg_t *reg = m->reg_at[offset / 4];
    uint32_t word = m->reg_word[offset / 4];
    if (reg == NULL) {
        fprintf(m->trace_csr, "%c csr+0x%x 0x%x\n", what, (unsigned)offset, (unsigned)value);
    } else if (reg->soc->size > 1) {
        fprintf(m->trace_csr, "%c %s[%u] 0x%x\n", what, reg->soc->name, (unsigned)word, (unsigned)value);
    } else {
        fprintf(m->trace_csr, "%c %s 0x%x\n", what, reg->soc->name, (unsigned)value);
    }
}

static uint32_t read_word(machine_t *m, uint32_t offset) {
    uint32_t slot = offset / 4;
    reg_t *reg = m->reg_at[slot];
    uint32_t word = m->reg_word[slot];
    if (reg == NULL) {
        core_t *core = m->core_at[slot];
        return core != NULL ? core->model->word(core, slot - (core->base - m->soc->csr_base) / 4) : 0;
    }
    unsigned width = m->soc->csr_width;
    if (reg->model != NULL && reg->model->read != NULL) {
        uint64_t whole = reg->model->read(reg->core, reg);
        return word * width < 64 ? (uint32_t)(whole >> word * width) & (uint32_t)((1ull << width) - 1) : 0;
    }
    if (reg->model != NULL && reg->model->refresh != NULL) {
        reg->model->refresh(reg->core, reg);
    }
    uint32_t value = 0;
    memcpy(&value, reg->bytes + word * (width / 8), width / 8);
    return value;
}

uint32_t machine_csr_read(void *context, uint32_t offset) {
    machine_t *m = context;
    uint32_t value = read_word(m, offset);
    if (m->trace_csr != NULL) {
        trace(m, 'R', offset, value);
    }
    return value;
}

void machine_csr_write(void *context, uint32_t offset, uint32_t value, unsigned size) {
    (void)size; // LiteX's CSR bridge takes whole words
    machine_t *m = context;
    reg_t *reg = m->reg_at[offset / 4];
    unsigned width = m->soc->csr_width;
    if (m->trace_csr != NULL) {
        trace(m, 'W', offset, width == 8 ? value & 0xff : value);
    }
    if (reg == NULL || reg->soc->read_only) {
        return;
    }
    uint32_t word = m->reg_word[offset / 4];
    unsigned low = word * width;
    unsigned bits = reg->bits > low ? reg->bits - low : 0;
    value &= (uint32_t)((1ull << (bits < width ? bits : width)) - 1);
    memcpy(reg->bytes + word * (width / 8), &value, width / 8);
    // LiteX strobes with the word at the highest address.
    uint32_t last = m->soc->csr_big ? 0 : reg->soc->size - 1;
    if (word == last && reg->model != NULL && reg->model->write != NULL) {
        reg->model->write(reg->core, reg, reg_get(reg));
    }
}
