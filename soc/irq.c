// SPDX-License-Identifier: MIT
//
// Interrupt dispatch by line. The table of handlers is the one state of soc/: a CPU has one set of lines.

#include <stddef.h>

#include "soc/irq.h"

typedef struct {
    soc_irq_handler_t handler;
    void *arg;
} entry_t;

static entry_t entries[SOC_IRQ_MAX];
static uint32_t enabled_lines;
static uint32_t unclaimed_lines;
static uint32_t unclaimed_count;

static bool valid(int line) {
    return line >= 0 && line < SOC_IRQ_MAX;
}

// The mask of the CPU follows enabled_lines. With interrupts off.
static void update_mask(void) {
    #if SOC_HAS_INTERRUPT
    irq_setmask(enabled_lines);
    #endif
}

static uint32_t pending_lines(void) {
    #if SOC_HAS_INTERRUPT
    return irq_pending() & irq_getmask();
    #else
    return enabled_lines;
    #endif
}

void soc_irq_init(void) {
    uint32_t state = soc_irq_save();
    for (unsigned line = 0; line < SOC_IRQ_MAX; line++) {
        entries[line] = (entry_t) {NULL, NULL};
    }
    enabled_lines = 0;
    unclaimed_lines = 0;
    unclaimed_count = 0;
    update_mask();
    soc_irq_restore(state);
}

int soc_irq_register(int line, soc_irq_handler_t handler, void *arg) {
    if (!valid(line)) {
        return LX_EINVAL;
    }
    int status = LX_OK;
    uint32_t state = soc_irq_save();
    entry_t *entry = &entries[line];
    if (handler == NULL) {
        enabled_lines &= ~(UINT32_C(1) << line);
        update_mask();
        *entry = (entry_t) {NULL, NULL};
    } else if (entry->handler != NULL && (entry->handler != handler || entry->arg != arg)) {
        status = LX_EBUSY;
    } else {
        *entry = (entry_t) {handler, arg};
    }
    soc_irq_restore(state);
    return status;
}

int soc_irq_enable(int line) {
    if (!valid(line) || entries[line].handler == NULL) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    enabled_lines |= UINT32_C(1) << line;
    update_mask();
    soc_irq_restore(state);
    return LX_OK;
}

int soc_irq_disable(int line) {
    if (!valid(line)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    enabled_lines &= ~(UINT32_C(1) << line);
    update_mask();
    soc_irq_restore(state);
    return LX_OK;
}

void soc_irq_dispatch(void) {
    uint32_t pending = pending_lines();
    for (int line = 0; pending != 0; line++, pending >>= 1) {
        if ((pending & 1) == 0) {
            continue;
        }
        const entry_t *entry = &entries[line];
        if (entry->handler != NULL) {
            entry->handler(entry->arg);
        } else {
            // Somebody else (a BIOS) has unmasked it: nobody would ever acknowledge it.
            enabled_lines &= ~(UINT32_C(1) << line);
            update_mask();
            unclaimed_lines |= UINT32_C(1) << line;
            unclaimed_count++;
        }
    }
}

uint32_t soc_irq_unclaimed(uint32_t *lines) {
    if (lines != NULL) {
        *lines = unclaimed_lines;
    }
    return unclaimed_count;
}
