// SPDX-License-Identifier: MIT
// Pin.irq(): interrupts of the pins of a GPIO core. The core's pins share its event manager, which belongs to them
// while one has a handler.

#include <stddef.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/mpirq.h"

#include "bindings/classes.h"
#include "bindings/machine_pin.h"
#include "errors.h"
#include "hard.h"
#include "module.h"
#include "soc_instances.h"
#include "softcall.h"

#if MACHINE_PIN_IRQ

typedef struct _pin_irq_t pin_irq_t;

// The interrupts of a core's pins; the owner of its events.
typedef struct {
    const lx_gpio_regs_t *regs;
    lx_event_t event;
    pin_irq_t *pins[];
} core_irqs_t;

// The interrupt of a pin: what irq() returns. A soft call is wanted while `call` is queued.
struct _pin_irq_t {
    mp_irq_obj_t irq;
    core_irqs_t *core;
    softcall_t call;
    uint8_t trigger;    // 0: none
    uint8_t flags;
};

// NULL: no pin of the core has an interrupt.
MP_REGISTER_ROOT_POINTER(void *pin_irqs[SOC_GPIO_COUNT]);

static core_irqs_t *irqs_of_core(const lx_gpio_regs_t *regs) {
    return MP_STATE_PORT(pin_irqs)[regs - soc_gpio];
}

static pin_irq_t *irq_of_pin(const machine_pin_obj_t *self) {
    core_irqs_t *irqs = irqs_of_core(self->regs);
    return irqs != NULL ? irqs->pins[self->number] : NULL;
}

static void call_soft(softcall_t *call) {
    pin_irq_t *self = (pin_irq_t *)((uint8_t *)call - offsetof(pin_irq_t, call));
    lx_event_collect(&self->core->event);
    mp_call_function_1_protected(self->irq.handler, self->irq.parent);
    lx_event_finish(&self->core->event);
}

// Of a change, the core does not say which it was: the level does, unless it has changed again.
static uint8_t flags_of(const core_irqs_t *irqs, const pin_irq_t *pin, uint32_t mask) {
    if (pin->trigger != LX_GPIO_CHANGE) {
        return pin->trigger;
    }
    return (lx_gpio_read(irqs->regs) & mask) != 0 ? LX_GPIO_RISING : LX_GPIO_FALLING;
}

// The number of the only bit that is set: the upper five bits of the product are different for each.
static unsigned int number_of(uint32_t bit) {
    static const uint8_t numbers[32] = {
        0, 1, 28, 2, 29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4, 8,
        31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6, 11, 5, 10, 9,
    };
    return numbers[bit * 0x077cb531u >> 27];
}

static void on_events(void *arg) {
    core_irqs_t *irqs = arg;
    uint32_t taken = lx_event_take(&irqs->event);
    if (taken == 0) {
        return;
    }
    bool soft = false;
    do {
        uint32_t mask = taken & -taken;
        taken -= mask;
        pin_irq_t *pin = irqs->pins[number_of(mask)];
        pin->flags = flags_of(irqs, pin, mask);
        if (pin->irq.ishard) {
            port_hard_begin();
            mp_irq_handler(&pin->irq);
            port_hard_end();
            if (port_hard_resting()) {
                lx_event_hold(&irqs->event, mask);
            }
        } else {
            soft = true;
            softcall_request(&pin->call);
        }
    } while (taken != 0);
    if (!soft) {
        lx_event_finish(&irqs->event);
    }
}

static void tick(void) {
    if (port_hard_resting()) {
        return;
    }
    for (size_t i = 0; i < SOC_GPIO_COUNT; i++) {
        core_irqs_t *irqs = MP_STATE_PORT(pin_irqs)[i];
        if (irqs != NULL) {
            lx_event_tick(&irqs->event);
        }
    }
}

static void deinit(void) {
    for (size_t i = 0; i < SOC_GPIO_COUNT; i++) {
        void **root = &MP_STATE_PORT(pin_irqs)[i];
        if (*root != NULL) {
            port_event_drop(port_event_find(soc_gpio[i].name), *root);
            *root = NULL;
        }
    }
}

PORT_MODULE(pin_irqs) = { .tick = tick, .deinit = deinit };

static COLD mp_uint_t pin_irq_trigger(mp_obj_t pin_in, mp_uint_t trigger) {
    machine_pin_obj_t *pin = MP_OBJ_TO_PTR(pin_in);
    core_irqs_t *irqs = irqs_of_core(pin->regs);
    if (irqs == NULL || irqs->pins[pin->number] == NULL) {
        return 0;
    }
    if (trigger > LX_GPIO_CHANGE) {
        mp_raise_ValueError(MP_ERROR_TEXT("trigger must be Pin.IRQ_RISING, Pin.IRQ_FALLING or both"));
    }
    pin_irq_t *irq = irqs->pins[pin->number];
    irq->trigger = (uint8_t)trigger;
    softcall_cancel(&irq->call);
    // Without a handler the core's events may be another owner's.
    if (irq->irq.handler == mp_const_none) {
        return 0;
    }
    lx_event_disable(&irqs->event, pin->mask);
    if (trigger != 0) {
        port_check(lx_gpio_set_trigger(pin->regs, pin->mask, (lx_gpio_trigger_t)trigger));
        lx_event_enable(&irqs->event, pin->mask);
    }
    return 0;
}

static mp_uint_t pin_irq_info(mp_obj_t pin_in, mp_uint_t what) {
    const pin_irq_t *irq = irq_of_pin(MP_OBJ_TO_PTR(pin_in));
    if (irq == NULL) {
        return 0;
    }
    return what == MP_IRQ_INFO_FLAGS ? irq->flags : irq->trigger;
}

static const mp_irq_methods_t pin_irq_methods = {
    .trigger = pin_irq_trigger,
    .info = pin_irq_info,
};

static COLD core_irqs_t *claim_core(const lx_gpio_regs_t *regs) {
    void **root = &MP_STATE_PORT(pin_irqs)[regs - soc_gpio];
    core_irqs_t *irqs = *root;
    if (irqs == NULL) {
        irqs = m_new_obj_var0(core_irqs_t, pins, pin_irq_t *, regs->pins);
        irqs->regs = regs;
        lx_event_init(&irqs->event, port_event_find(regs->name));
        *root = irqs;
    }
    port_event_claim(&irqs->event, on_events, irqs);
    return irqs;
}

// The core's events are free again when no pin has a handler.
static COLD void release_unused(core_irqs_t *irqs) {
    for (size_t n = 0; n < irqs->regs->pins; n++) {
        if (irqs->pins[n] != NULL && irqs->pins[n]->irq.handler != mp_const_none) {
            return;
        }
    }
    port_event_release(&irqs->event, irqs);
}

// irq(handler=None, trigger=IRQ_RISING | IRQ_FALLING, hard=False, *, priority=1, wake=None); without arguments the irq
// object unchanged. There are no priorities, and no sleep to wake from.
static COLD mp_obj_t machine_pin_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    enum { ARG_handler, ARG_trigger, ARG_hard, ARG_priority, ARG_wake };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_trigger, MP_ARG_INT, {.u_int = LX_GPIO_CHANGE} },
        { MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false} },
        { MP_QSTR_priority, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_wake, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    if (!lx_gpio_can_interrupt(self->regs)) {
        machine_pin_raise_lacks(self->regs, "interrupt");
    }
    if (args[ARG_handler].u_obj != mp_const_none && !mp_obj_is_callable(args[ARG_handler].u_obj)) {
        mp_raise_ValueError(MP_ERROR_TEXT("handler must be None or callable"));
    }
    if (args[ARG_priority].u_int != 1 || args[ARG_wake].u_obj != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("the CPU has only priority=1, wake=None"));
    }
    mp_uint_t trigger = (mp_uint_t)args[ARG_trigger].u_int;
    if (trigger > LX_GPIO_CHANGE) {
        mp_raise_ValueError(MP_ERROR_TEXT("trigger must be Pin.IRQ_RISING, Pin.IRQ_FALLING or both"));
    }
    core_irqs_t *irqs = claim_core(self->regs);
    pin_irq_t *irq = irqs->pins[self->number];
    if (irq == NULL) {
        irq = m_new0(pin_irq_t, 1);
        irq->core = irqs;
        irq->call.run = call_soft;
        mp_irq_init(&irq->irq, &pin_irq_methods, pos_args[0]);
        irqs->pins[self->number] = irq;
    }
    if (n_args > 1 || kw_args->used != 0) {
        pin_irq_trigger(pos_args[0], 0);
        irq->irq.parent = pos_args[0];
        irq->irq.handler = args[ARG_handler].u_obj;
        irq->irq.ishard = args[ARG_hard].u_bool;
        if (irq->irq.handler != mp_const_none) {
            pin_irq_trigger(pos_args[0], trigger);
        }
    }
    release_unused(irqs);
    return MP_OBJ_FROM_PTR(irq);
}
MP_DEFINE_CONST_FUN_OBJ_KW(machine_pin_irq_obj, 1, machine_pin_irq);

#endif
