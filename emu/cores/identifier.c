// SPDX-License-Identifier: MIT
//
// Identifier (litex/soc/cores/identifier.py): a read-only memory with one character per CSR word.

#include <string.h>

#include "cores/models.h"

static uint32_t word(core_t *core, uint32_t index) {
    const core_host_t *host = core->host;
    const char *text = host->settings.identifier != NULL ? host->settings.identifier : host->soc->identifier;
    return index < strlen(text) ? (uint8_t)text[index] : 0;
}

static const core_reg_t regs[] = {
    CORE_REGS_END,
};

const core_model_t core_identifier = { .kind = "identifier", .regs = regs, .names = "identifier_mem", .word = word };
