// SPDX-License-Identifier: MIT
// litex.EventManager over lx_event: the events of any core that has event registers, as calls of a Python function
// by the scheduler. With a period, that of the timer which the clock uses is a view: a virtual timer on the tick.

#include <stddef.h>
#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"

#include "bindings/port_event.h"
#include "bindings/classes.h"
#include "clock.h"
#include "module.h"
#include "soc_instances.h"
#include "tick.h"

#if PORT_EVENT

// A callback that raised so often, one time after the other, is disabled.
#define FAILURES_MAX 10

typedef struct {
    port_tick_timer_t tick;     // The view's.
    const lx_event_regs_t *regs;
    lx_event_t event;
    mp_obj_t callback;
    uint32_t sources;   // Enabled, whether or not there is a callback.
    uint32_t flags;     // Of the last call.
    uint8_t failures;
} litex_event_manager_obj_t;

static bool is_view(const litex_event_manager_obj_t *self) {
    return !PORT_EVENT_OWNED || self->event.regs == NULL;
}

static void on_events(void *arg);

// Gets the events where there is a callback and an enabled source, else gives them up.
static void update(litex_event_manager_obj_t *self) {
    bool active = self->callback != mp_const_none && self->sources != 0;
    if (is_view(self)) {
        if (active && !self->tick.running) {
            port_tick_timer_start(&self->tick);
        } else if (!active) {
            port_tick_timer_stop(&self->tick);
        }
    } else if (active) {
        port_event_claim(&self->event, on_events, self);
        lx_event_disable(&self->event, ~self->sources);
        lx_event_enable(&self->event, self->sources);
    } else {
        port_event_release(&self->event, self);
    }
}

static void call_protected(litex_event_manager_obj_t *self) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(self->callback, MP_OBJ_FROM_PTR(self));
        nlr_pop();
        self->failures = 0;
        return;
    }
    mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    if (++self->failures == FAILURES_MAX) {
        mp_printf(&mp_plat_print, "EventManager('%s') is disabled: its callback raised %u times in a row\n",
            self->regs->name, FAILURES_MAX);
        self->failures = 0;
        self->sources = 0;
        update(self);
    }
}

static void call_soft(softcall_t *call) {
    litex_event_manager_obj_t *self =
        (litex_event_manager_obj_t *)((uint8_t *)call - offsetof(litex_event_manager_obj_t, tick.call));
    uint32_t flags = lx_event_collect(&self->event);
    // clear() or disable() may have come before.
    if (flags != 0 && self->callback != mp_const_none && self->sources != 0) {
        self->flags = flags;
        call_protected(self);
    }
    if (!is_view(self)) {
        lx_event_finish(&self->event);
    }
}

static void on_events(void *arg) {
    litex_event_manager_obj_t *self = arg;
    if (lx_event_take(&self->event) != 0) {
        softcall_request(&self->tick.call);
    }
}

static void on_tick(port_tick_timer_t *tick) {
    litex_event_manager_obj_t *self = (litex_event_manager_obj_t *)tick;
    lx_event_note(&self->event, 1);
    softcall_request(&tick->call);
}

#if PORT_EVENT_OWNED

// One object for each event manager, but for the views, which the list of timers keeps alive.
MP_REGISTER_ROOT_POINTER(void *event_managers[SOC_EVENT_COUNT]);

static void tick(void) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        litex_event_manager_obj_t *self = MP_STATE_PORT(event_managers)[i];
        if (self != NULL) {
            lx_event_tick(&self->event);
        }
    }
}

static void deinit(void) {
    for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
        void **root = &MP_STATE_PORT(event_managers)[i];
        port_event_drop(&soc_event[i], *root);
        *root = NULL;
    }
}

PORT_MODULE(event_managers) = { .tick = tick, .deinit = deinit };

#endif

static void litex_event_manager_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "EventManager('%s'", self->regs->name);
    if (is_view(self)) {
        mp_printf(print, ", period=%u", (unsigned int)self->tick.period_ms);
    }
    mp_printf(print, ")");
}

static const lx_event_regs_t *find(const char *name) {
    const lx_event_regs_t *regs = port_event_find(name);
    if (regs == NULL) {
        vstr_t vstr;
        mp_print_t print;
        vstr_init_print(&vstr, 64, &print);
        mp_printf(&print, "no event manager '%s': this SoC has", name);
        for (size_t i = 0; i < SOC_EVENT_COUNT; i++) {
            mp_printf(&print, "%s %s", i == 0 ? "" : ",", soc_event[i].name);
        }
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
    }
    if (strcmp(name, soc_uart[SOC_CONSOLE_UART].name) == 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the console needs the events of '%s': "
            "poll sys.stdin by select.poll() instead"), name);
    }
    return regs;
}

static mp_obj_t litex_event_manager_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    enum { ARG_name, ARG_period };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_name, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_period, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    const lx_event_regs_t *regs = find(mp_obj_str_get_str(parsed[ARG_name].u_obj));
    bool is_clock = strcmp(regs->name, soc_timer[SOC_TICK_TIMER].name) == 0;
    bool has_period = parsed[ARG_period].u_obj != mp_const_none;
    bool view = is_clock && has_period;
    mp_int_t period_ms = has_period ? mp_obj_get_int(parsed[ARG_period].u_obj) : 1;
    if (period_ms < 1 || period_ms > PORT_TICK_TIMER_MAX_MS) {
        mp_raise_ValueError(MP_ERROR_TEXT("period must be above 0 and at most 0x3fffffff ms"));
    }
    if (has_period && !is_clock) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("only the view of '%s' has a period"),
            soc_timer[SOC_TICK_TIMER].name);
    }
    if (is_clock && !view) {
        port_clock_yield();
    }
    litex_event_manager_obj_t *self = NULL;
    #if PORT_EVENT_OWNED
    void **root = view ? NULL : &MP_STATE_PORT(event_managers)[regs - soc_event];
    self = view ? NULL : *root;
    #endif
    if (self == NULL) {
        self = mp_obj_malloc(litex_event_manager_obj_t, type);
        self->tick = (port_tick_timer_t) {
            .base = { type }, .expired = on_tick, .call = { .run = call_soft },
            .period_ms = (uint32_t)period_ms, .periodic = true,
        };
        self->regs = regs;
        lx_event_init(&self->event, view ? NULL : regs);
        self->callback = mp_const_none;
        self->sources = 0;
        self->flags = 0;
        self->failures = 0;
        #if PORT_EVENT_OWNED
        if (!view) {
            *root = self;
        }
        #endif
    }
    return MP_OBJ_FROM_PTR(self);
}

// The sources that the argument mask=None selects, without one all.
static uint32_t get_mask(const litex_event_manager_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_mask, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    mp_obj_t mask_in = parsed[0].u_obj;
    uint32_t all = is_view(self) ? 1 : lx_event_sources(self->regs);
    if (mask_in == mp_const_none) {
        return all;
    }
    if (!mp_obj_is_int(mask_in)) {
        mp_raise_TypeError(MP_ERROR_TEXT("mask must be an integer"));
    }
    // Negative numbers shift to -1.
    bool wide = mp_binary_op(MP_BINARY_OP_RSHIFT, mask_in, MP_OBJ_NEW_SMALL_INT(32)) != MP_OBJ_NEW_SMALL_INT(0);
    uint32_t mask = (uint32_t)mp_obj_get_int_truncated(mask_in);
    if (wide || (mask & ~all) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("mask of '%s' is 0 to 0x%x"), self->regs->name,
            (unsigned int)all);
    }
    return mask;
}

// callback(f): f(self) for each event, None for no more; without an argument the present one.
static mp_obj_t litex_event_manager_callback(size_t n_args, const mp_obj_t *args) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return self->callback;
    }
    if (args[1] != mp_const_none && !mp_obj_is_callable(args[1])) {
        mp_raise_TypeError(MP_ERROR_TEXT("callback must be a function or None"));
    }
    self->callback = args[1];
    self->failures = 0;
    update(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_event_manager_callback_obj, 1, 2, litex_event_manager_callback);

// irq(f): callback(f) and enable() in one, as the scripts of another LiteX port have it; None ends both.
static mp_obj_t litex_event_manager_irq(mp_obj_t self_in, mp_obj_t handler) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (handler != mp_const_none && !mp_obj_is_callable(handler)) {
        mp_raise_TypeError(MP_ERROR_TEXT("irq() takes a function or None"));
    }
    self->callback = handler;
    self->failures = 0;
    self->sources = handler == mp_const_none ? 0 : is_view(self) ? 1 : lx_event_sources(self->regs);
    update(self);
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_2(litex_event_manager_irq_obj, litex_event_manager_irq);

static mp_obj_t litex_event_manager_enable(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    self->sources |= get_mask(self, n_args, args, kw_args);
    update(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(litex_event_manager_enable_obj, 1, litex_event_manager_enable);

static mp_obj_t litex_event_manager_disable(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    self->sources &= ~get_mask(self, n_args, args, kw_args);
    update(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(litex_event_manager_disable_obj, 1, litex_event_manager_disable);

static mp_obj_t litex_event_manager_pending(mp_obj_t self_in) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(is_view(self) ? self->event.taken : lx_event_pending(&self->event));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_event_manager_pending_obj, litex_event_manager_pending);

static mp_obj_t litex_event_manager_clear(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    uint32_t mask = get_mask(self, n_args, args, kw_args);
    if (is_view(self)) {
        self->event.taken &= ~mask;
    } else {
        lx_event_clear(&self->event, mask);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(litex_event_manager_clear_obj, 1, litex_event_manager_clear);

static mp_obj_t litex_event_manager_status(mp_obj_t self_in) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(is_view(self) ? 0 : lx_event_status(&self->event));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_event_manager_status_obj, litex_event_manager_status);

// flags(): the sources of the call that runs or ran last.
static mp_obj_t litex_event_manager_flags(mp_obj_t self_in) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->flags);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_event_manager_flags_obj, litex_event_manager_flags);

// count(): the events so far; coalesced(): how many of them shared their call with an earlier one.
static mp_obj_t litex_event_manager_count(mp_obj_t self_in) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->event.count);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_event_manager_count_obj, litex_event_manager_count);

static mp_obj_t litex_event_manager_coalesced(mp_obj_t self_in) {
    litex_event_manager_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->event.coalesced);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_event_manager_coalesced_obj, litex_event_manager_coalesced);

static const mp_rom_map_elem_t litex_event_manager_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_callback), MP_ROM_PTR(&litex_event_manager_callback_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&litex_event_manager_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_enable), MP_ROM_PTR(&litex_event_manager_enable_obj) },
    { MP_ROM_QSTR(MP_QSTR_disable), MP_ROM_PTR(&litex_event_manager_disable_obj) },
    { MP_ROM_QSTR(MP_QSTR_pending), MP_ROM_PTR(&litex_event_manager_pending_obj) },
    { MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&litex_event_manager_clear_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&litex_event_manager_status_obj) },
    { MP_ROM_QSTR(MP_QSTR_flags), MP_ROM_PTR(&litex_event_manager_flags_obj) },
    { MP_ROM_QSTR(MP_QSTR_count), MP_ROM_PTR(&litex_event_manager_count_obj) },
    { MP_ROM_QSTR(MP_QSTR_coalesced), MP_ROM_PTR(&litex_event_manager_coalesced_obj) },
};
static MP_DEFINE_CONST_DICT(litex_event_manager_locals_dict, litex_event_manager_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_event_manager_type,
    MP_QSTR_EventManager,
    MP_TYPE_FLAG_NONE,
    make_new, litex_event_manager_make_new,
    print, litex_event_manager_print,
    locals_dict, &litex_event_manager_locals_dict
    );

#endif
