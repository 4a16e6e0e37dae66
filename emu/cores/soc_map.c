// SPDX-License-Identifier: MIT
//
// The register in which our own gateware carries the hash of its CSR map (gateware/).

#include <stdlib.h>

#include "cores/models.h"

static uint64_t read_hash(core_t *core, reg_t *reg) {
    (void)reg;
    const char *said = core->host->settings.map_hash;
    return said != NULL ? strtoul(said, NULL, 0) : soc_map_hash(core->host->soc);
}

static const core_reg_t regs[] = {
    { .suffix = "hash", .bits = 32, .read = read_hash },
    CORE_REGS_END,
};

const core_model_t core_soc_map = { .kind = "soc_map", .regs = regs, .names = "soc_map" };
