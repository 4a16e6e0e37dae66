// SPDX-License-Identifier: MIT
//
// --timing: the state of the caches, and the stalls that follow from the order of the code alone.

#include <stdlib.h>
#include <string.h>

#include "cpu/internal.h"
#include "cpu/timing.h"

cpu_timing_t *cpu_timing_new(const cpu_profile_t *profile) {
    cpu_timing_t *t = calloc(1, sizeof(*t));
    if (t != NULL) {
        t->has_icache = profile->icache;
        t->has_dcache = profile->dcache;
    }
    return t;
}

void cpu_timing_reset(cpu_timing_t *t) {
    memset(t->icache, 0, sizeof(t->icache));
    memset(t->dcache, 0, sizeof(t->dcache));
    t->bus_free = 0;
    memset(t->store_at, 0, sizeof(t->store_at));
    memset(t->store_word, 0xff, sizeof(t->store_word));
}

void cpu_timing_free(cpu_timing_t *t) {
    free(t);
}

// Cycles after issue until another instruction can use the result.
static unsigned latency(unsigned code) {
    if ((code >= OP_LB && code <= OP_LHU) || (code >= OP_MUL && code <= OP_MULHU) || code == OP_LR ||
        code == OP_CSR) {
        return 3;
    }
    if (code == OP_SLL || code == OP_SRL || code == OP_SRA || (code >= OP_SLLI && code <= OP_SRAI) ||
        (code >= OP_DIV && code <= OP_REMU)) {
        return 2;
    }
    return 1;
}

static bool uses_rs1(unsigned code) {
    return code != OP_NOP && code != OP_LI && code != OP_JAL && code != OP_CSR;
}

static bool uses_rs2(unsigned code) {
    return (code >= OP_ADD && code <= OP_AND) || (code >= OP_SB && code <= OP_SW) ||
           (code >= OP_BEQ && code <= OP_BGEU) || (code >= OP_MUL && code <= OP_REMU) || code == OP_SC ||
           code == OP_AMO;
}

unsigned cpu_stall(cpu_stalls_t *s, const decoded_t *d) {
    unsigned at = ++s->cycle;
    if (uses_rs1(d->code) && d->rs1 != 0 && s->ready[d->rs1] > at) {
        at = s->ready[d->rs1];
    }
    if (uses_rs2(d->code) && d->rs2 != 0 && s->ready[d->rs2] > at) {
        at = s->ready[d->rs2];
    }
    unsigned stall = at - s->cycle;
    s->cycle = at;
    if (d->rd < CPU_SINK) {
        s->ready[d->rd] = at + latency(d->code);
    }
    return stall;
}
