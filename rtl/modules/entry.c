// SPDX-License-Identifier: MIT
//
// Notes the cycle in which the CPU first fetches from main RAM, which is where the firmware starts:
// what came before is the ROM's.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

typedef struct {
    const sim_t *sim;
    const uint8_t *entered;
    uint64_t cycle; // 0: not yet
} entry_t;

static void *entry_open(sim_t *sim, struct pad_s *pads) {
    entry_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->entered = sim_pad(pads, "entered");
    return self;
}

static void entry_tick(void *arg) {
    entry_t *self = arg;
    if (*self->entered && !self->cycle) {
        self->cycle = self->sim->cycle;
    }
}

static void entry_close(void *arg) {
    entry_t *self = arg;
    if (self->cycle) {
        fprintf(stderr, "entry: %llu\n", (unsigned long long)self->cycle);
    }
    free(self);
}

const sim_module_t entry_module = {
    .record = "monitor",
    .pad = "entered",
    .open = entry_open,
    .tick = entry_tick,
    .close = entry_close,
};
