// SPDX-License-Identifier: MIT
//
// The CLINT of VexRiscv-SMP, VexiiRiscv and NaxRiscv, with one processor: software and timer interrupt. Time counts system
// clock cycles. After a reset the compare register is 0, so that the timer interrupt is pending.

#include <stdio.h>

#include "machine/internal.h"

#define CLINT_SIZE (0x10000)
#define MSIP (0x0)
#define MTIMECMP (0x4000)
#define MTIME (0xbff8)

void machine_clint_update(machine_t *m) {
    if (!m->clint.present) {
        return;
    }
    uint64_t now = m->cpu.cycle;
    m->cpu.timer_irq = now >= m->clint.compare;
    m->cpu.software_irq = m->clint.software;
    machine_event(m, &m->clint.due, m->cpu.timer_irq ? EVENT_NEVER : m->clint.compare);
    cpu_irq_update(&m->cpu);
}

static void due(void *context) {
    machine_clint_update(context);
}

static uint32_t clint_read(void *context, uint32_t offset) {
    machine_t *m = context;
    switch (offset) {
        case MSIP:
            return m->clint.software;
        case MTIMECMP:
            return (uint32_t)m->clint.compare;
        case MTIMECMP + 4:
            return (uint32_t)(m->clint.compare >> 32);
        case MTIME:
            return (uint32_t)m->cpu.cycle;
        case MTIME + 4:
            return (uint32_t)(m->cpu.cycle >> 32);
        default:
            return 0;
    }
}

static void clint_write(void *context, uint32_t offset, uint32_t value, unsigned size) {
    (void)size;
    machine_t *m = context;
    if (offset == MSIP) {
        m->clint.software = value & 1;
    } else if (offset == MTIMECMP) {
        m->clint.compare = (m->clint.compare & ~(uint64_t)UINT32_MAX) | value;
    } else if (offset == MTIMECMP + 4) {
        m->clint.compare = (m->clint.compare & UINT32_MAX) | (uint64_t)value << 32;
    }
    machine_clint_update(m);
}

void machine_clint_reset(machine_t *m) {
    m->clint.compare = 0;
    m->clint.software = false;
    machine_clint_update(m);
}

bool machine_add_clint(machine_t *m) {
    const soc_memory_t *region = soc_memory(m->soc, "clint");
    char text[256];
    if (m->cpu.profile->irq_kind != IRQ_PLIC || region == NULL) {
        return true;
    }
    if (!bus_add_window(&m->bus, "clint", region->base, CLINT_SIZE, m, clint_read, clint_write, text, sizeof(text))) {
        snprintf(m->error, sizeof(m->error), "%s: %s", m->soc->path, text);
        return false;
    }
    m->clint.present = true;
    m->clint.due = (event_t) { .when = EVENT_NEVER, .fire = due, .context = m };
    return true;
}
