// SPDX-License-Identifier: MIT
//
// A PLIC with one context, for the CPUs whose LiteX irq.h uses one (NaxRiscv, VexiiRiscv,
// VexRiscv-SMP). After: RISC-V Platform-Level Interrupt Controller Specification 1.0.0, chapter 3.

#include <stdio.h>

#include "machine/internal.h"

#define PLIC_SIZE (0x400000)
#define PENDING (0x1000)
#define ENABLED (0x2000)
#define THRESHOLD (0x200000)
#define CLAIM (0x200004)
#define SOURCES (32)

static uint32_t pending(const machine_t *m) {
    return (m->irq_lines << m->cpu.profile->plic_shift) & ~m->plic.claimed;
}

// The source to be claimed: the highest priority, then the lowest number; 0 for none. LiteX's lines
// start at source 0 where plic_shift is 0, so the search keeps "none" apart from source 0.
static int best(const machine_t *m) {
    uint32_t ready = pending(m) & m->plic.enabled;
    uint32_t priority = m->plic.threshold;
    int found = -1;
    for (int i = 0; i < SOURCES; i++) {
        if ((ready >> i & 1) && m->plic.priority[i] > priority) {
            priority = m->plic.priority[i];
            found = i;
        }
    }
    return found;
}

void machine_plic_update(machine_t *m) {
    if (m->cpu.profile != NULL && m->cpu.profile->irq_kind == IRQ_PLIC) {
        m->cpu.plic_irq = best(m) >= 0;
        cpu_irq_update(&m->cpu);
    }
}

static uint32_t plic_read(void *context, uint32_t offset) {
    machine_t *m = context;
    if (offset < SOURCES * 4) {
        return m->plic.priority[offset / 4];
    }
    if (offset == PENDING) {
        return pending(m);
    }
    if (offset == ENABLED) {
        return m->plic.enabled;
    }
    if (offset == THRESHOLD) {
        return m->plic.threshold;
    }
    if (offset == CLAIM) {
        int source = best(m);
        if (source >= 0) {
            m->plic.claimed |= 1u << source;
        }
        machine_plic_update(m);
        return source >= 0 ? (uint32_t)source : 0;
    }
    return 0;
}

static void plic_write(void *context, uint32_t offset, uint32_t value, unsigned size) {
    (void)size;
    machine_t *m = context;
    if (offset < SOURCES * 4) {
        m->plic.priority[offset / 4] = value;
    } else if (offset == ENABLED) {
        m->plic.enabled = value;
    } else if (offset == THRESHOLD) {
        m->plic.threshold = value;
    } else if (offset == CLAIM && value < SOURCES) {
        m->plic.claimed &= ~(1u << value);
    }
    machine_plic_update(m);
}

bool machine_add_plic(machine_t *m) {
    const cpu_profile_t *p = m->cpu.profile;
    char text[256];
    if (p->irq_kind != IRQ_PLIC || bus_find(&m->bus, p->plic_base) != NULL) {
        return true;
    }
    if (!bus_add_window(&m->bus, "plic", p->plic_base, PLIC_SIZE, m, plic_read, plic_write, text, sizeof(text))) {
        snprintf(m->error, sizeof(m->error), "%s: %s", m->soc->path, text);
        return false;
    }
    return true;
}
