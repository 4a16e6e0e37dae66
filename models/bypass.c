// SPDX-License-Identifier: MIT
// A neighbour on the chain: one bit, or 32 bits of IDCODE.

#include "models/bypass.h"

#include <string.h>

static uint32_t all_ones(const bypass_t *device) {
    return device->ops.ir_bits == 32 ? UINT32_MAX : (1u << device->ops.ir_bits) - 1;
}

static void reset(void *context) {
    bypass_t *device = context;
    device->instruction = device->idcode != 0 ? device->idcode_instruction : all_ones(device);
}

static void update_ir(void *context, uint32_t instruction) {
    ((bypass_t *)context)->instruction = instruction;
}

static void capture_dr(void *context) {
    bypass_t *device = context;
    bool idcode = device->idcode != 0 && device->instruction == device->idcode_instruction;
    device->data = idcode ? device->idcode : 0;
    device->bits = idcode ? 32 : 1;
}

static uint32_t shift_dr(void *context, uint32_t tdi, unsigned bits) {
    bypass_t *device = context;
    uint32_t tdo = 0;
    for (unsigned i = 0; i < bits; i++) {
        tdo |= (device->data & 1) << i;
        device->data = device->data >> 1 | ((tdi >> i) & 1) << (device->bits - 1);
    }
    return tdo;
}

static bool tdo(void *context) {
    return ((bypass_t *)context)->data & 1;
}

void bypass_init(bypass_t *device, unsigned ir_bits, uint32_t idcode, uint32_t idcode_instruction) {
    memset(device, 0, sizeof(*device));
    device->ops = (tap_ops_t) {
        .ir_bits = (uint8_t)ir_bits, .ir_capture = 1, .reset = reset, .update_ir = update_ir,
        .capture_dr = capture_dr, .shift_dr = shift_dr, .tdo = tdo,
    };
    device->idcode = idcode;
    device->idcode_instruction = idcode_instruction;
    device->bits = 1;
    reset(device);
}
