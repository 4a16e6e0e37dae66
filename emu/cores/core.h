// SPDX-License-Identifier: MIT
//
// What a model of a LiteX core is: a table of its registers, by the name behind the core's own, with
// what happens when they are read or written. Cores are told apart by that set of registers, and by
// name where the same set means different things. Adding a core is one file with its table and one
// row in table.c.
//
// A register is written word by word as on LiteX's CSR bus; write() is called when the word at its
// highest address is written, which is when LiteX strobes `re`, with the whole value. read() is
// called for each word and gives the whole value.

#ifndef EMU_CORES_CORE_H
#define EMU_CORES_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "soc/soc.h"

typedef struct machine machine_t;
typedef struct core core_t;
typedef struct reg reg_t;

enum {
    REG_OPTIONAL = 1, // the core has it in some configurations
    REG_VOLATILE = 2, // its value depends on time or on the outside: no part of a compared trace
};

typedef struct {
    const char *suffix;
    uint8_t flags;
    uint8_t bits;   // 0: as csr.svd says, else all of its words
    uint64_t reset;
    uint64_t (*read)(core_t *core, reg_t *reg); // NULL: the stored value
    void (*write)(core_t *core, reg_t *reg, uint64_t value);
} core_reg_t;

typedef struct {
    const char *kind;
    const core_reg_t *regs;   // ends with suffix NULL
    const char *names;        // a prefix that the core's name needs, NULL: any
    const char *const *memories; // it has no registers but a memory with one of these in its name; ends with NULL
    size_t state_size;
    bool (*init)(core_t *core);          // NULL: nothing to do; false: no memory
    void (*reset)(core_t *core);         // after the registers got their reset values
    void (*free)(core_t *core);
    uint32_t (*word)(core_t *core, uint32_t index); // a core that is a memory of words
} core_model_t;

struct reg {
    core_t *core;
    const soc_register_t *soc;
    const core_reg_t *model; // NULL: a plain register
    const char *suffix;
    uint32_t *words;         // the least significant first
    uint32_t word_count;
    unsigned bits;
};

struct core {
    machine_t *machine;
    const core_model_t *model; // NULL: plain registers
    char name[SOC_NAME];
    reg_t *regs;
    size_t reg_count;
    uint32_t base;
    int irq;                   // interrupt line, -1: none
    void *state;
};

// LiteX's EventManager with sources that trigger on a rising edge, or by level.
typedef struct {
    uint32_t trigger;
    uint32_t pending;
    uint32_t enable;
    uint32_t level_sources; // these are pending while they trigger
} core_events_t;

extern const core_model_t *const core_models[]; // table.c; ends with NULL

// The model for a core of this name and these registers, NULL: none.
const core_model_t *core_match(const char *name, const reg_t *regs, size_t count);

// The model for a core of which there is nothing but a memory of this name, NULL: it is only a memory.
const core_model_t *core_match_memory(const char *name);

reg_t *core_reg(core_t *core, const char *suffix); // NULL: not there
uint64_t reg_get(const reg_t *reg);                // the stored value (of up to 64 bits)
void reg_set(reg_t *reg, uint64_t value);          // cut to the register's width

void core_events_reset(core_events_t *events);
void core_events_trigger(core_t *core, core_events_t *events, uint32_t trigger);
void core_events_clear(core_t *core, core_events_t *events, uint32_t bits);
void core_events_enable(core_t *core, core_events_t *events, uint32_t bits);

#endif
