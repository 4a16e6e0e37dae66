// SPDX-License-Identifier: MIT
//
// Xilinx's system monitors as LiteX's cores show them (litex/soc/cores/xadc.py): the XADC of the 7 series (UG480),
// SYSMONE1 of UltraScale and SYSMONE4 of UltraScale+ and Zynq UltraScale+ (UG580). They convert by themselves,
// one channel after the other; each channel is an instance of its own. No state: functions take the registers.

#ifndef DRIVERS_LX_XADC_H
#define DRIVERS_LX_XADC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef enum {
    LX_XADC,
    LX_SYSMONE1,
    LX_SYSMONE4,
} lx_xadc_monitor_t;

typedef struct {
    const char *name; // of the channel: "temperature", "vccint", ...
    int16_t irq; // always -1
    lx_xadc_monitor_t monitor;
    csr_reg_t value;
    csr_reg_t eos; // end of sequence: 1 after each channel was converted; reading it makes it 0
} lx_xadc_regs_t;

// Whether the channel is the die's temperature, the only one that is not a voltage.
bool lx_xadc_is_temperature(const lx_xadc_regs_t *regs);

// Wait until each channel was converted since the last call: after power-up the values are 0 until then.
// LX_ETIMEDOUT: that did not happen within max_polls looks, each of 5 cycles or more.
int lx_xadc_wait(const lx_xadc_regs_t *regs, uint32_t max_polls);

// The bits of a conversion, and the latest one, raw and scaled to 0 to 65535.
unsigned lx_xadc_bits(const lx_xadc_regs_t *regs);
uint32_t lx_xadc_raw(const lx_xadc_regs_t *regs);
uint16_t lx_xadc_u16(const lx_xadc_regs_t *regs);

// The latest conversion in microvolts: supplies (vcc...) reach to 3 V, all others, the temperature sensor among
// them, to 1 V.
uint32_t lx_xadc_microvolts(const lx_xadc_regs_t *regs);

// The latest conversion of the temperature in millionths of a degree Celsius. LX_ENOTSUP: another channel.
int lx_xadc_microcelsius(const lx_xadc_regs_t *regs, int32_t *temperature);

#endif // DRIVERS_LX_XADC_H
