// SPDX-License-Identifier: MIT
//
// System monitors: litex/soc/cores/xadc.py, whose descriptions of the registers have the transfer functions.

#include "drivers/lx_xadc.h"

#include <string.h>

#define SUPPLY_UV (3000000)
#define SENSOR_UV (1000000)

typedef struct {
    uint8_t bits;
    uint32_t scale; // millionths of a degree over the whole range
    uint32_t zero; // millionths of a degree below 0 at a value of 0
} monitor_t;

static const monitor_t monitors[] = {
    [LX_XADC] = { 12, 503975000, 273150000 },
    [LX_SYSMONE1] = { 10, 503975000, 273150000 },
    [LX_SYSMONE4] = { 10, 507592131, 279426577 },
};

bool lx_xadc_is_temperature(const lx_xadc_regs_t *regs) {
    return strcmp(regs->name, "temperature") == 0;
}

int lx_xadc_wait(const lx_xadc_regs_t *regs, uint32_t max_polls) {
    for (uint32_t i = 0; i < max_polls; i++) {
        if (csr_read(regs->eos) != 0) {
            return LX_OK;
        }
    }
    return LX_ETIMEDOUT;
}

unsigned lx_xadc_bits(const lx_xadc_regs_t *regs) {
    return regs->value.bits != 0 ? regs->value.bits : monitors[regs->monitor].bits;
}

uint32_t lx_xadc_raw(const lx_xadc_regs_t *regs) {
    return csr_read(regs->value) & ((UINT32_C(1) << lx_xadc_bits(regs)) - 1);
}

// Both ends of the range are met: the value's bits are repeated below it.
uint16_t lx_xadc_u16(const lx_xadc_regs_t *regs) {
    unsigned bits = lx_xadc_bits(regs);
    uint32_t raw = lx_xadc_raw(regs);
    return (uint16_t)(raw << (16 - bits) | raw >> (2 * bits - 16));
}

static uint64_t scaled(const lx_xadc_regs_t *regs, uint32_t full) {
    unsigned bits = lx_xadc_bits(regs);
    return ((uint64_t)lx_xadc_raw(regs) * full + (UINT64_C(1) << (bits - 1))) >> bits;
}

uint32_t lx_xadc_microvolts(const lx_xadc_regs_t *regs) {
    return (uint32_t)scaled(regs, strncmp(regs->name, "vcc", 3) == 0 ? SUPPLY_UV : SENSOR_UV);
}

int lx_xadc_microcelsius(const lx_xadc_regs_t *regs, int32_t *temperature) {
    if (!lx_xadc_is_temperature(regs)) {
        return LX_ENOTSUP;
    }
    const monitor_t *monitor = &monitors[regs->monitor];
    *temperature = (int32_t)((int64_t)scaled(regs, monitor->scale) - monitor->zero);
    return LX_OK;
}
