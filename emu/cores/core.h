// SPDX-License-Identifier: MIT
//
// A model of a LiteX core: a table of its registers, by the name behind the core's own, with functions for what reads
// and writes do. Cores are told apart by that set of registers, and by name where the same set means different things.
// A new core is one file with its table and one row in table.c. What a model may call is in host.h.

#ifndef EMU_CORES_CORE_H
#define EMU_CORES_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cores/host.h"

typedef struct reg reg_t;

enum {
    REG_OPTIONAL = 1, // only some configurations of the core have it
    REG_VOLATILE = 2, // its value depends on time or on the outside: comparisons of traces leave it out
};

// The processor writes a register word by word. write() is called when the word at the highest address is written,
// which is when LiteX strobes `re`, with the lowest 64 bits of the value; reg_read_bytes() has the rest. For each word
// that is read, read() computes the value of a register of up to 64 bits, and refresh() stores the value of a wider one.
typedef struct {
    const char *suffix;
    uint8_t flags;
    uint16_t bits; // 0: as csr.svd says, else all bits of its words
    uint64_t reset;
    uint64_t (*read)(core_t *core, reg_t *reg); // NULL: the stored value
    void (*write)(core_t *core, reg_t *reg, uint64_t value);
    void (*refresh)(core_t *core, reg_t *reg);
} core_reg_t;

#define CORE_REGS_END { .suffix = NULL }

// Bytes to allocate for a register, so that its lowest 64 bits are there.
#define REG_ROOM(size) ((size) < 8 ? 8 : (size))

typedef struct {
    const char *kind;
    const core_reg_t *regs;   // ends with CORE_REGS_END
    const char *names;        // a prefix that the core's name needs, NULL: any
    const char *const *memories; // it has no registers but a memory with one of these in its name; ends with NULL
    size_t state_size;
    bool (*init)(core_t *core);  // NULL: nothing to do; false: host->error says why
    void (*reset)(core_t *core); // after the registers got their reset values
    void (*free)(core_t *core);
    uint32_t (*word)(core_t *core, uint32_t index); // a core that is a memory of CSR words
} core_model_t;

struct reg {
    core_t *core;
    const soc_register_t *soc;
    const core_reg_t *model; // NULL: a plain register
    const char *suffix;
    uint8_t *bytes;          // the stored value, the least significant byte first; room for REG_ROOM(size)
    uint32_t size;           // bytes
    unsigned bits;
};

struct core {
    const core_host_t *host;
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

// The model for a core that has only a memory of this name, NULL: an ordinary memory.
const core_model_t *core_match_memory(const char *name);

reg_t *core_reg(core_t *core, const char *suffix); // NULL: not there

// The stored value. reg_get() and reg_set() take its lowest 64 bits (reg_set() clears the others), the rest any width;
// bits beyond the register's width read 0 and are not stored.
uint64_t reg_get(const reg_t *reg);
void reg_set(reg_t *reg, uint64_t value);
void reg_read_bytes(const reg_t *reg, uint8_t *data, size_t size); // the least significant byte first
void reg_write_bytes(reg_t *reg, const uint8_t *data, size_t size);
bool reg_bit(const reg_t *reg, unsigned bit);
void reg_set_bit(reg_t *reg, unsigned bit, bool value);

void core_events_reset(core_events_t *events);
void core_events_trigger(core_t *core, core_events_t *events, uint32_t trigger);
void core_events_clear(core_t *core, core_events_t *events, uint32_t bits);
void core_events_enable(core_t *core, core_events_t *events, uint32_t bits);

// For init(): add one of the core's pins; sense() gets the core as context. -1: no memory.
int core_pin(core_t *core, unsigned index, nets_sense_t sense);
void core_drive(const core_t *core, int pin, bool level);

// The n-th device that the wiring has at a core's place, NULL: no more.
const wiring_row_t *core_device(const core_t *core, unsigned index, size_t n);

static inline uint64_t core_now(const core_t *core) {
    return *core->host->now;
}

static inline uint64_t core_due(const core_t *core) {
    return core->host->due(core->host->machine);
}

// The time in nanoseconds since the start, at the nominal clock.
uint64_t core_ns(const core_t *core);

static inline void core_event(const core_t *core, event_t *event, uint64_t when) {
    core->host->event(core->host->machine, event, when);
}

static inline void core_irq(const core_t *core, bool level) {
    core->host->irq(core->host->machine, core->irq, level);
}

static inline void core_clock_read(const core_t *core) {
    core->host->clock_read(core->host->machine);
}

static inline size_t core_memory_read(const core_t *core, uint32_t addr, void *data, size_t size) {
    return core->host->memory_read(core->host->machine, addr, data, size);
}

static inline size_t core_memory_write(const core_t *core, uint32_t addr, const void *data, size_t size) {
    return core->host->memory_write(core->host->machine, addr, data, size);
}

static inline core_t *core_find(const core_t *core, const char *name) {
    return core->host->find(core->host->machine, name);
}

#endif
