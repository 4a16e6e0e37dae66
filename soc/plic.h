// SPDX-License-Identifier: MIT
//
// The PLIC of VexRiscv-SMP, VexiiRiscv and NaxRiscv: RISC-V Platform-Level Interrupt Controller Specification 1.0.0,
// at the addresses of the irq.h that LiteX ships for the CPU, whose functions do not claim and complete. A source is
// latched: it stays pending until it is claimed, and is not looked at again until it is completed.

#ifndef SOC_PLIC_H
#define SOC_PLIC_H

#include "soc/irq.h"

#if SOC_HAS_INTERRUPT && SOC_HAS_PLIC

#ifndef PLIC_CLAIM
#error "LiteX's irq.h for this CPU has no PLIC: build the SoC without an APLIC"
#endif

#define PLIC_SOURCES (32)

#define PLIC_REG(addr) (*(volatile uint32_t *)(addr))

// Unmask these lines alone.
static inline void plic_setmask(uint32_t lines) {
    PLIC_REG(PLIC_ENABLED) = lines << PLIC_EXT_IRQ_BASE;
}

// Every source has priority 1, which passes the threshold of 0.
static inline void plic_init(void) {
    for (unsigned source = 1; source < PLIC_SOURCES; source++) {
        PLIC_REG(PLIC_BASE + 4 * source) = 1;
    }
    PLIC_REG(PLIC_THRSHLD) = 0;
}

// The line that is pending and unmasked, the lowest first, or -1.
static inline int plic_claim(void) {
    uint32_t source = PLIC_REG(PLIC_CLAIM);
    return source != 0 && source < PLIC_SOURCES ? (int)source - PLIC_EXT_IRQ_BASE : -1;
}

static inline void plic_complete(unsigned line) {
    PLIC_REG(PLIC_CLAIM) = line + PLIC_EXT_IRQ_BASE;
}

#endif

#endif // SOC_PLIC_H
