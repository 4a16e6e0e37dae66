// SPDX-License-Identifier: MIT
//
// A PLIC with one context, for the CPUs whose LiteX irq.h uses one (NaxRiscv, VexiiRiscv,
// VexRiscv-SMP). After: RISC-V Platform-Level Interrupt Controller Specification 1.0.0, chapters 3 to 9. The gateways
// are SpinalHDL's PlicGatewayActiveHigh: a high level is latched once, and looked at again after the completion.

#include <stdio.h>

#include "machine/internal.h"

#define PLIC_SIZE (0x400000)
#define PENDING (0x1000)
#define ENABLED (0x2000)
#define THRESHOLD (0x200000)
#define CLAIM (0x200004)
#define SOURCES (32)
#define PRIORITY_MASK (3)

static void latch(machine_t *m) {
    uint32_t fresh = (m->irq_lines << m->cpu.profile->plic_shift) & ~m->plic.waiting & ~1u;
    m->plic.pending |= fresh;
    m->plic.waiting |= fresh;
}

// The source to be claimed: the highest priority, then the lowest number; 0 for none.
static unsigned best(const machine_t *m) {
    uint32_t ready = m->plic.pending & m->plic.enabled;
    uint32_t priority = m->plic.threshold;
    unsigned found = 0;
    for (unsigned i = 1; i < SOURCES; i++) {
        if ((ready >> i & 1) && m->plic.priority[i] > priority) {
            priority = m->plic.priority[i];
            found = i;
        }
    }
    return found;
}

void machine_plic_update(machine_t *m) {
    if (m->cpu.profile != NULL && m->cpu.profile->irq_kind == IRQ_PLIC) {
        latch(m);
        m->cpu.plic_irq = best(m) != 0;
        cpu_irq_update(&m->cpu);
    }
}

static uint32_t plic_read(void *context, uint32_t offset) {
    machine_t *m = context;
    if (offset < SOURCES * 4) {
        return m->plic.priority[offset / 4];
    }
    if (offset == PENDING) {
        return m->plic.pending;
    }
    if (offset == ENABLED) {
        return m->plic.enabled;
    }
    if (offset == THRESHOLD) {
        return m->plic.threshold;
    }
    if (offset == CLAIM) {
        uint32_t source = best(m);
        m->plic.pending &= ~(1u << source);
        machine_plic_update(m);
        return source;
    }
    return 0;
}

static void plic_write(void *context, uint32_t offset, uint32_t value, unsigned size) {
    (void)size;
    machine_t *m = context;
    if (offset < SOURCES * 4) {
        m->plic.priority[offset / 4] = value & PRIORITY_MASK;
    } else if (offset == ENABLED) {
        m->plic.enabled = value;
    } else if (offset == THRESHOLD) {
        m->plic.threshold = value;
    } else if (offset == CLAIM && value < SOURCES && (m->plic.enabled >> value & 1)) {
        m->plic.waiting &= ~(1u << value); // ignored for a source that is masked
    }
    machine_plic_update(m);
}

bool machine_add_plic(machine_t *m) {
    const cpu_profile_t *p = m->cpu.profile;
    const soc_memory_t *region = soc_memory(m->soc, "plic");
    uint32_t base = region != NULL ? region->base : p->plic_base;
    char text[256];
    if (p->irq_kind != IRQ_PLIC) {
        return true;
    }
    if (!bus_add_window(&m->bus, "plic", base, PLIC_SIZE, m, plic_read, plic_write, text, sizeof(text))) {
        snprintf(m->error, sizeof(m->error), "%s: %s", m->soc->path, text);
        return false;
    }
    return true;
}
