// SPDX-License-Identifier: MIT
// Some other device on a JTAG chain: an instruction register, a bypass bit and, where it has one, an IDCODE.
#ifndef MODELS_BYPASS_H
#define MODELS_BYPASS_H

#include "models/tap.h"

typedef struct {
    tap_ops_t ops;              // own copy: the length of the IR is the instance's
    uint32_t idcode;            // 0: the device has none, reset selects BYPASS
    uint32_t idcode_instruction;
    uint32_t instruction;
    uint32_t data;
    unsigned bits;
} bypass_t;

// ir_bits 2..32. `idcode_instruction` selects the IDCODE; every other instruction is BYPASS.
void bypass_init(bypass_t *device, unsigned ir_bits, uint32_t idcode, uint32_t idcode_instruction);

#endif // MODELS_BYPASS_H
