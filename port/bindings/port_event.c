// SPDX-License-Identifier: MIT
// Which object gets the events of which event manager, by interrupt line.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include "bindings/port_event.h"
#include "soc/irq.h"
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

void port_call_request(port_call_t *call, const mp_obj_fun_builtin_fixed_t *function, void *arg) {
    if (!call->queued) {
        call->queued = true;
        call->waiting = !mp_sched_schedule(MP_OBJ_FROM_PTR(function), MP_OBJ_FROM_PTR(arg));
    }
}

void port_call_retry(port_call_t *call, const mp_obj_fun_builtin_fixed_t *function, void *arg) {
    if (call->waiting) {
        call->waiting = !mp_sched_schedule(MP_OBJ_FROM_PTR(function), MP_OBJ_FROM_PTR(arg));
    }
}

#endif

#if PORT_EVENT_OWNED

typedef struct {
    lx_event_t *event; // NULL: nobody's
    port_event_handler_t handler;
} entry_t;

// As soc_event[]. The owners are in event_owners[], where the garbage collector sees them.
static entry_t entries[SOC_EVENT_COUNT];

static size_t index_of(const lx_event_regs_t *regs) {
    return (size_t)(regs - soc_event);
}

// An interrupt for which no owner has an event would come again for ever: somebody has set an enable bit by hand.
static void quieten(int16_t line) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        if (soc_event[i].irq == line) {
            if (entries[i].event != NULL) {
                lx_event_enable(entries[i].event, 0);
            } else {
                csr_write(soc_event[i].enable, 0);
            }
        }
    }
}

// Several event managers of one core, neighbours in soc_event[], can share its line.
static void on_line(void *arg) {
    const lx_event_regs_t *first = arg;
    bool any = false;
    for (size_t i = index_of(first); i < SOC_EVENT_COUNT && soc_event[i].irq == first->irq; i++) {
        if (entries[i].event != NULL) {
            uint32_t taken = lx_event_take(entries[i].event);
            if (taken != 0) {
                any = true;
                entries[i].handler(MP_STATE_PORT(event_owners)[i], taken);
            }
        }
    }
    if (!any) {
        quieten(first->irq);
    }
}

// The first one of a line stands for it.
static const lx_event_regs_t *first_of_line(const lx_event_regs_t *regs) {
    const lx_event_regs_t *first = soc_event;
    while (first->irq != regs->irq) {
        first++;
    }
    return first;
}

static MP_NORETURN void raise_busy(const char *name) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_printf(&print, "the events of '%s' are in use: end that first", name);
    mp_obj_t args[2] = { MP_OBJ_NEW_SMALL_INT(MP_EBUSY), mp_obj_new_str_from_vstr(&vstr) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(args), 0, args));
}

void port_event_claim(lx_event_t *event, port_event_handler_t handler, void *owner) {
    const lx_event_regs_t *regs = event->regs;
    size_t i = index_of(regs);
    if (entries[i].event == event) {
        return;
    }
    if (regs->irq < 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' has no interrupt"), regs->name);
    }
    const lx_event_regs_t *first = first_of_line(regs);
    if (entries[i].event != NULL || soc_irq_register(regs->irq, on_line, (void *)first) != LX_OK) {
        raise_busy(regs->name);
    }
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    lx_event_disable(event, UINT32_MAX);
    MP_STATE_PORT(event_owners)[i] = owner;
    entries[i] = (entry_t) { event, handler };
    MICROPY_END_ATOMIC_SECTION(state);
    soc_irq_enable(regs->irq);
}

void *port_event_owner(const lx_event_regs_t *regs, port_event_handler_t handler) {
    size_t i = index_of(regs);
    return entries[i].event != NULL && entries[i].handler == handler ? MP_STATE_PORT(event_owners)[i] : NULL;
}

static void release(size_t i) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    csr_write(soc_event[i].enable, 0);
    entries[i] = (entry_t) { NULL, NULL };
    MP_STATE_PORT(event_owners)[i] = NULL;
    bool shared = false;
    for (size_t j = 0; j < SOC_EVENT_COUNT; j++) {
        shared = shared || (entries[j].event != NULL && soc_event[j].irq == soc_event[i].irq);
    }
    if (!shared) {
        soc_irq_register(soc_event[i].irq, NULL, NULL);
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

void port_event_release(lx_event_t *event) {
    size_t i = index_of(event->regs);
    if (entries[i].event == event) {
        lx_event_disable(event, UINT32_MAX);
        release(i);
    }
}

void port_event_deinit(void) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        if (entries[i].event != NULL) {
            release(i);
        }
        MP_STATE_PORT(event_managers)[i] = NULL;
    }
}

void port_event_tick(void) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        if (entries[i].event != NULL) {
            entries[i].handler(MP_STATE_PORT(event_owners)[i], 0);
            lx_event_tick(entries[i].event);
        }
    }
}

MP_REGISTER_ROOT_POINTER(void *event_owners[SOC_EVENT_COUNT]);
MP_REGISTER_ROOT_POINTER(void *event_managers[SOC_EVENT_COUNT]);

#else

void port_event_tick(void) {
}

void port_event_deinit(void) {
}

#endif
