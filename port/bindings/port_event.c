// SPDX-License-Identifier: MIT
// Event managers by name, and their owners' claims as exceptions.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "bindings/port_event.h"
#include "soc_instances.h"

#if PORT_EVENT

const lx_event_regs_t *port_event_find(const char *name) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        if (strcmp(soc_event[i].name, name) == 0) {
            return &soc_event[i];
        }
    }
    return NULL;
}

#endif

#if PORT_EVENT_OWNED

static MP_NORETURN void raise_busy(const char *name) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_printf(&print, "the events of '%s' are in use: end that first", name);
    mp_obj_t args[2] = { MP_OBJ_NEW_SMALL_INT(MP_EBUSY), mp_obj_new_str_from_vstr(&vstr) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(args), 0, args));
}

// Event managers of the line that nobody owns may have been left enabled: their interrupt would come for ever.
static void quieten_others(int16_t line) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        if (soc_event[i].irq == line && soc_irq_owner(line, soc_event[i].enable) == NULL) {
            csr_write(soc_event[i].enable, 0);
        }
    }
}

void port_event_claim(lx_event_t *event, soc_irq_handler_t handler, void *owner) {
    const lx_event_regs_t *regs = event->regs;
    if (regs->irq < 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' has no interrupt"), regs->name);
    }
    if (soc_irq_owner(regs->irq, regs->enable) == owner) {
        return;
    }
    uint32_t state = soc_irq_save();
    int status = soc_irq_claim(regs->irq, regs->enable, handler, owner);
    if (status == LX_OK) {
        lx_event_disable(event, UINT32_MAX);
        quieten_others(regs->irq);
    }
    soc_irq_restore(state);
    if (status != LX_OK) {
        raise_busy(regs->name);
    }
}

void port_event_release(lx_event_t *event, const void *owner) {
    if (soc_irq_owner(event->regs->irq, event->regs->enable) == owner) {
        lx_event_disable(event, UINT32_MAX);
        soc_irq_release(event->regs->irq, event->regs->enable, owner);
    }
}

void port_event_drop(const lx_event_regs_t *regs, const void *owner) {
    if (owner != NULL && soc_irq_owner(regs->irq, regs->enable) == owner) {
        csr_write(regs->enable, 0);
        soc_irq_release(regs->irq, regs->enable, owner);
    }
}

#endif
