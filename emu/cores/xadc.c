// SPDX-License-Identifier: MIT
//
// Xilinx's system monitors (litex/soc/cores/xadc.py): a conversion of each channel in turn, of what the wiring says
// (`value xadc.temperature 2500`). `eoc` and `eos` stay 1 until they are read.

#include <string.h>

#include "cores/models.h"

// A conversion takes 26 clocks of the converter, which LiteX runs at a quarter of the system clock.
#define CONVERSION_CYCLES (26 * 4)
#define ZYNQ_US_BITS (10)

// What is converted where the wiring says nothing: 30 degrees and usual supplies, of the 12 bits of an XADC.
static const struct {
    const char *channel;
    uint32_t value;
} defaults[] = {
    { "temperature", 2464 },
    { "vccint", 1365 },
    { "vccaux", 2458 },
    { "vccbram", 1365 },
};

typedef struct {
    uint64_t eoc_read; // cycle of the last read
    uint64_t eos_read;
    uint64_t start;    // cycle of the reset
    uint64_t channels;
} xadc_state_t;

static bool is_channel(const reg_t *reg) {
    return strcmp(reg->suffix, "eoc") != 0 && strcmp(reg->suffix, "eos") != 0;
}

static uint64_t sequence_cycles(const xadc_state_t *x) {
    return CONVERSION_CYCLES * x->channels;
}

// The channel's place in the sequence, from 1.
static uint64_t place_of(const core_t *core, const reg_t *reg) {
    uint64_t place = 0;
    for (const reg_t *r = core->regs; r <= reg; r++) {
        place += is_channel(r);
    }
    return place;
}

static uint64_t read_value(core_t *core, reg_t *reg) {
    xadc_state_t *x = core->state;
    // Its first conversion is still to come.
    if (core_now(core) - x->start < CONVERSION_CYCLES * place_of(core, reg)) {
        return 0;
    }
    uint64_t fallback = 0;
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        if (strcmp(defaults[i].channel, reg->suffix) == 0) {
            fallback = reg->bits < 12 ? defaults[i].value >> (12 - reg->bits) : defaults[i].value;
        }
    }
    const wiring_t *wiring = core->host->wiring;
    uint64_t value = wiring != NULL ? wiring_value(wiring, core->name, reg->suffix, fallback) : fallback;
    return value & ((UINT64_C(1) << (reg->bits < 16 ? reg->bits : 16)) - 1);
}

// Whether something that happens each `cycles` has happened since the last look.
static bool has_happened(core_t *core, uint64_t *last, uint64_t cycles) {
    xadc_state_t *x = core->state;
    uint64_t now = core_now(core);
    bool happened = (now - x->start) / cycles != (*last - x->start) / cycles;
    *last = now;
    return happened;
}

static uint64_t read_eoc(core_t *core, reg_t *reg) {
    (void)reg;
    xadc_state_t *x = core->state;
    return has_happened(core, &x->eoc_read, CONVERSION_CYCLES);
}

static uint64_t read_eos(core_t *core, reg_t *reg) {
    (void)reg;
    xadc_state_t *x = core->state;
    return has_happened(core, &x->eos_read, sequence_cycles(x));
}

static bool init(core_t *core) {
    xadc_state_t *x = core->state;
    bool is_zynq_us = false;
    for (size_t i = 0; i < core->reg_count; i++) {
        x->channels += is_channel(&core->regs[i]);
        is_zynq_us |= strcmp(core->regs[i].suffix, "vccpsintlp") == 0;
    }
    // Known by its channels where csr.svd with the widths is missing: LiteX takes 10 bits of a SYSMONE4.
    for (size_t i = 0; i < core->reg_count && is_zynq_us; i++) {
        core->regs[i].bits = is_channel(&core->regs[i]) ? ZYNQ_US_BITS : core->regs[i].bits;
    }
    return true;
}

static void reset(core_t *core) {
    xadc_state_t *x = core->state;
    x->start = x->eoc_read = x->eos_read = core_now(core);
}

static const core_reg_t regs[] = {
    { .suffix = "temperature", .bits = 12, .flags = REG_VOLATILE, .read = read_value },
    { .suffix = "vccint", .bits = 12, .flags = REG_VOLATILE, .read = read_value },
    { .suffix = "vccaux", .bits = 12, .flags = REG_VOLATILE, .read = read_value },
    { .suffix = "vccbram", .bits = 12, .flags = REG_VOLATILE | REG_OPTIONAL, .read = read_value },
    { .suffix = "vccpsintlp", .bits = 12, .flags = REG_VOLATILE | REG_OPTIONAL, .read = read_value },
    { .suffix = "vccpsintfp", .bits = 12, .flags = REG_VOLATILE | REG_OPTIONAL, .read = read_value },
    { .suffix = "vccpsaux", .bits = 12, .flags = REG_VOLATILE | REG_OPTIONAL, .read = read_value },
    { .suffix = "eoc", .bits = 1, .flags = REG_VOLATILE, .read = read_eoc },
    { .suffix = "eos", .bits = 1, .flags = REG_VOLATILE, .read = read_eos },
    CORE_REGS_END,
};

const core_model_t core_xadc = {
    .kind = "xadc", .regs = regs, .state_size = sizeof(xadc_state_t), .init = init, .reset = reset
};
