// SPDX-License-Identifier: MIT
//
// Interrupt dispatch. The table of owners is the one state of soc/: a CPU has one set of lines.

#include <stddef.h>

#include "soc/irq.h"
#include "soc/plic.h"

#define NONE (0xff)

// Not worth room in a file that is compiled for speed.
#define COLD __attribute__((cold, noinline))

typedef struct {
    soc_irq_handler_t handler; // NULL: the row is free
    void *arg;
    uint32_t enable_addr;
    uint8_t line;
    uint8_t next; // row of the line's next owner, NONE: none
} owner_t;

// One for each event manager of the SoC.
static owner_t owners[SOC_IRQ_OWNERS];
static uint8_t first[SOC_IRQ_LINES]; // row of each line's first owner
static uint32_t enabled_lines;
static bool handling;
static uint32_t unclaimed_lines;
static uint32_t unclaimed_count;

static bool valid(int line) {
    return line >= 0 && line < SOC_IRQ_LINES;
}

// The mask of the CPU follows enabled_lines. With interrupts off.
static void update_mask(void) {
    #if SOC_HAS_PLIC
    plic_setmask(enabled_lines);
    #elif SOC_HAS_INTERRUPT
    irq_setmask(enabled_lines);
    #endif
}

#if SOC_HAS_PLIC

static uint32_t claimed_lines;

// Let a line raise its next interrupt. The PLIC ignores the completion of a line that is masked, as it is when its
// handler has released it.
static void complete(unsigned line) {
    uint32_t bit = UINT32_C(1) << line;
    claimed_lines &= ~bit;
    if ((enabled_lines & bit) == 0) {
        plic_setmask(enabled_lines | bit);
    }
    plic_complete(line);
    if ((enabled_lines & bit) == 0) {
        plic_setmask(enabled_lines);
    }
}

static COLD void complete_all(void) {
    for (unsigned line = 0; line < SOC_IRQ_LINES; line++) {
        if (claimed_lines >> line & 1) {
            complete(line);
        }
    }
}

#endif

// On a CPU with a PLIC this claims the lines, and each has to be completed.
static uint32_t pending_lines(void) {
    #if SOC_HAS_PLIC
    int line;
    while ((line = plic_claim()) >= 0) {
        claimed_lines |= UINT32_C(1) << line;
    }
    return claimed_lines;
    #elif SOC_HAS_INTERRUPT
    return irq_pending() & irq_getmask();
    #else
    return enabled_lines;
    #endif
}

COLD void soc_irq_init(void) {
    uint32_t state = soc_irq_save();
    for (unsigned i = 0; i < SOC_IRQ_OWNERS; i++) {
        owners[i].handler = NULL;
    }
    for (unsigned line = 0; line < SOC_IRQ_LINES; line++) {
        first[line] = NONE;
    }
    enabled_lines = 0;
    handling = false;
    unclaimed_lines = 0;
    unclaimed_count = 0;
    #if SOC_HAS_PLIC
    // A BIOS or a former start may have been left with lines claimed.
    plic_init();
    claimed_lines = UINT32_MAX;
    complete_all();
    #endif
    update_mask();
    soc_irq_restore(state);
}

// With interrupts off.
static COLD int claim(unsigned line, uint32_t enable_addr, soc_irq_handler_t handler, void *arg) {
    uint8_t *link = &first[line];
    for (; *link != NONE; link = &owners[*link].next) {
        const owner_t *owner = &owners[*link];
        if (owner->enable_addr == enable_addr) {
            return owner->handler == handler && owner->arg == arg ? LX_OK : LX_EBUSY;
        }
    }
    for (unsigned i = 0; i < SOC_IRQ_OWNERS; i++) {
        if (owners[i].handler == NULL) {
            owners[i] = (owner_t) {handler, arg, enable_addr, (uint8_t)line, NONE};
            *link = (uint8_t)i;
            enabled_lines |= UINT32_C(1) << line;
            update_mask();
            return LX_OK;
        }
    }
    return LX_EOVERFLOW;
}

COLD int soc_irq_claim(int line, csr_reg_t enable, soc_irq_handler_t handler, void *arg) {
    if (!valid(line)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    int status = claim((unsigned)line, enable.addr, handler, arg);
    soc_irq_restore(state);
    return status;
}

COLD void soc_irq_release(int line, csr_reg_t enable, const void *arg) {
    if (!valid(line)) {
        return;
    }
    uint32_t state = soc_irq_save();
    for (uint8_t *link = &first[line]; *link != NONE; link = &owners[*link].next) {
        owner_t *owner = &owners[*link];
        if (owner->enable_addr == enable.addr && owner->arg == arg) {
            owner->handler = NULL;
            *link = owner->next;
            break;
        }
    }
    if (first[line] == NONE) {
        enabled_lines &= ~(UINT32_C(1) << line);
        update_mask();
    }
    soc_irq_restore(state);
}

COLD void *soc_irq_owner(int line, csr_reg_t enable) {
    void *arg = NULL;
    uint32_t state = soc_irq_save();
    for (uint8_t i = valid(line) ? first[line] : NONE; i != NONE; i = owners[i].next) {
        if (owners[i].enable_addr == enable.addr) {
            arg = owners[i].arg;
        }
    }
    soc_irq_restore(state);
    return arg;
}

// A handler may release any owner, and claim.
static void serve(unsigned line) {
    for (uint8_t i = first[line]; i != NONE;) {
        const owner_t *owner = &owners[i];
        if (owner->handler == NULL || owner->line != line) {
            return;
        }
        uint8_t next = owner->next;
        owner->handler(owner->arg);
        i = next;
    }
}

// Somebody else (a BIOS) has unmasked the line: nobody would ever acknowledge it.
static COLD void mask_unclaimed(unsigned line) {
    enabled_lines &= ~(UINT32_C(1) << line);
    update_mask();
    unclaimed_lines |= UINT32_C(1) << line;
    unclaimed_count++;
}

bool soc_irq_dispatch(void) {
    if (handling) {
        return false;
    }
    handling = true;
    uint32_t pending = pending_lines();
    for (unsigned line = 0; pending != 0; line++, pending >>= 1) {
        if ((pending & 1) == 0) {
            continue;
        }
        if (first[line] != NONE) {
            serve(line);
        } else {
            mask_unclaimed(line);
        }
        #if SOC_HAS_PLIC
        complete(line);
        #endif
    }
    handling = false;
    return true;
}

bool soc_irq_handling(void) {
    return handling;
}

void soc_irq_abandon(void) {
    #if SOC_HAS_PLIC
    complete_all();
    #endif
    handling = false;
}

uint32_t soc_irq_unclaimed(uint32_t *lines) {
    if (lines != NULL) {
        *lines = unclaimed_lines;
    }
    return unclaimed_count;
}
