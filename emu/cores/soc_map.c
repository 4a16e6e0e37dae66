// SPDX-License-Identifier: MIT
//
// The register in which our own gateware carries the hash of its CSR map (gateware/).

#include <stdlib.h>

#include "cores/models.h"
#include "machine/machine.h"

static uint64_t read_hash(core_t *core, reg_t *reg) {
    (void)reg;
    const machine_t *m = core->machine;
    if (m->options.map_hash != NULL) {
        return strtoul(m->options.map_hash, NULL, 0);
    }
    return soc_map_hash(m->soc);
}

static const core_reg_t regs[] = {
    { .suffix = "hash", .bits = 32, .read = read_hash },
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_soc_map = { .kind = "soc_map", .regs = regs, .names = "soc_map" };
