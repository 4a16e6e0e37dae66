// SPDX-License-Identifier: MIT
//
// The source of random bits of our gateware (gateware/trng.py) over its register for simulations: 64 bits,
// x^64 + x^63 + x^61 + x^60 + 1. The wiring says where it starts and how it fails:
//   value trng.seed 1       any number but 0
//   value trng.fault 1      1: no word becomes valid, 2: the repetition count test fails, 3: the adaptive proportion test
// A fault shows where the tests after a reset end.

#include "cores/models.h"

#define SAMPLE_CYCLES (128)
#define STARTUP_SAMPLES (1024)
#define WORD_BITS (32)

#define STATUS_VALID (1)
#define STATUS_REPETITION (2)
#define STATUS_PROPORTION (4)
#define CONTROL_TAKE (1)
#define CONTROL_RESTART (2)

enum {
    FAULT_NONE,
    FAULT_DEAD,
    FAULT_REPETITION,
    FAULT_PROPORTION,
};

typedef struct {
    uint64_t bits;      // the register, as of the last sample
    uint64_t from;      // cycle at which the collection of the word starts
    uint32_t word;
    bool collected;     // `word` is the one that began at `from`
} trng_state_t;

static uint64_t fault(const core_t *core) {
    const wiring_t *wiring = core->host->wiring;
    return wiring != NULL ? wiring_value(wiring, core->name, "fault", FAULT_NONE) : FAULT_NONE;
}

static uint64_t shift(uint64_t bits) {
    return bits << 1 | ((bits >> 63 ^ bits >> 62 ^ bits >> 60 ^ bits >> 59) & 1);
}

// The register moves each cycle, whether sampled or not; here only as far as a word needs it.
static uint32_t collect(trng_state_t *t) {
    uint32_t word = 0;
    for (unsigned i = 0; i < WORD_BITS; i++) {
        // Bits between two samples are not looked at: the linear register may jump over any number of them.
        for (unsigned j = 0; j < SAMPLE_CYCLES; j++) {
            t->bits = shift(t->bits);
        }
        word = word << 1 | (uint32_t)(t->bits >> 63);
    }
    return word;
}

static bool is_complete(const core_t *core) {
    const trng_state_t *t = core->state;
    return core_now(core) >= t->from + (uint64_t)WORD_BITS * SAMPLE_CYCLES;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    core_clock_read(core);
    uint64_t now = core_now(core);
    const trng_state_t *t = core->state;
    switch (fault(core)) {
        case FAULT_DEAD:
            return 0;
        case FAULT_REPETITION:
            return now >= t->from ? STATUS_REPETITION : 0;
        case FAULT_PROPORTION:
            return now >= t->from ? STATUS_PROPORTION : 0;
        default:
            return is_complete(core) ? STATUS_VALID : 0;
    }
}

static uint64_t read_data(core_t *core, reg_t *reg) {
    (void)reg;
    trng_state_t *t = core->state;
    if (read_status(core, reg) != STATUS_VALID) {
        return 0;
    }
    if (!t->collected) {
        t->word = collect(t);
        t->collected = true;
    }
    return t->word;
}

static void start(core_t *core, uint64_t from) {
    trng_state_t *t = core->state;
    t->from = from;
    t->collected = false;
    t->word = 0;
}

static void write_control(core_t *core, reg_t *reg, uint64_t value) {
    if (value & CONTROL_RESTART) {
        start(core, core_now(core) + STARTUP_SAMPLES * SAMPLE_CYCLES);
    } else if ((value & CONTROL_TAKE) && is_complete(core)) {
        read_data(core, reg);
        start(core, core_now(core));
    }
}

static void reset(core_t *core) {
    trng_state_t *t = core->state;
    const wiring_t *wiring = core->host->wiring;
    t->bits = wiring != NULL ? wiring_value(wiring, core->name, "seed", 1) : 1;
    start(core, core_now(core) + STARTUP_SAMPLES * SAMPLE_CYCLES);
}

static const core_reg_t regs[] = {
    { .suffix = "data", .bits = 32, .flags = REG_VOLATILE, .read = read_data },
    { .suffix = "status", .bits = 3, .flags = REG_VOLATILE, .read = read_status },
    { .suffix = "control", .bits = 2, .write = write_control },
    CORE_REGS_END,
};

const core_model_t core_trng = {
    .kind = "trng", .regs = regs, .names = "trng", .state_size = sizeof(trng_state_t), .reset = reset
};
