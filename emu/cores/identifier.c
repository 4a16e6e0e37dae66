// SPDX-License-Identifier: MIT
//
// Identifier (litex/soc/cores/identifier.py): a read-only memory with one character per CSR word.

#include <string.h>

#include "cores/models.h"
#include "machine/machine.h"

static uint32_t word(core_t *core, uint32_t index) {
    const machine_t *m = core->machine;
    const char *text = m->options.identifier != NULL ? m->options.identifier : m->soc->identifier;
    return index < strlen(text) ? (uint8_t)text[index] : 0;
}

static const core_reg_t regs[] = {
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_identifier = { .kind = "identifier", .regs = regs, .names = "identifier_mem", .word = word };
