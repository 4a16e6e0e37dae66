// SPDX-License-Identifier: MIT
// machine.Timer: any number of virtual timers on the clock's tick of one millisecond, and the SoC's hardware timers,
// exact to a cycle of the clock. Callbacks run by the scheduler, or with hard=True in the interrupt itself, where
// they cannot allocate memory.

#include <stddef.h>
#include <string.h>

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#include "bindings/instance.h"
#include "bindings/port_event.h"
#include "drivers/lx_timer.h"
#include "bindings/classes.h"
#include "errors.h"
#include "hard.h"
#include "module.h"
#include "soc_instances.h"
#include "tick.h"

#define MODE_ONE_SHOT 0
#define MODE_PERIODIC 1

// A SoC's timers but for that of the clock.
#define HARDWARE_TIMERS (PORT_EVENT_OWNED && SOC_TIMER_COUNT > 1)

typedef struct {
    port_tick_timer_t tick;     // Only period and mode of a hardware timer.
    mp_obj_t callback;
    bool hard;
    uint16_t due;               // Soft calls that a virtual timer is owed.
    #if HARDWARE_TIMERS
    const lx_timer_regs_t *regs;        // NULL: a virtual timer.
    uint64_t cycles;
    lx_event_t event;
    #endif
} machine_timer_obj_t;

static void stop(machine_timer_obj_t *self);

// In the interrupt: no allocation, no scheduler, and an exception ends the timer instead of the program.
static void call_hard(machine_timer_obj_t *self) {
    mp_sched_lock();
    gc_lock();
    port_hard_begin();
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(self->callback, MP_OBJ_FROM_PTR(self));
        nlr_pop();
    } else {
        stop(self);
        mp_printf(&mp_plat_print, "uncaught exception in a hard Timer callback; the timer is stopped\n");
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    port_hard_end();
    gc_unlock();
    mp_sched_unlock();
}

static machine_timer_obj_t *timer_of_call(softcall_t *call) {
    return (machine_timer_obj_t *)((uint8_t *)call - offsetof(machine_timer_obj_t, tick.call));
}

static void call_virtual(softcall_t *call) {
    machine_timer_obj_t *self = timer_of_call(call);
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (--self->due != 0) {
        softcall_request(call);
    }
    MICROPY_END_ATOMIC_SECTION(state);
    port_tick_unlink_stopped();
    mp_call_function_1_protected(self->callback, MP_OBJ_FROM_PTR(self));
}

static void expired(port_tick_timer_t *tick) {
    machine_timer_obj_t *self = (machine_timer_obj_t *)tick;
    if (self->hard && port_hard_resting()) {
        port_tick_timer_retry(tick);
    } else if (self->hard) {
        call_hard(self);
    } else if (self->due < UINT16_MAX) {
        self->due++;
        softcall_request(&tick->call);
    }
}

// A period of n / hz seconds in units of 1 / unit_hz, not rounded up and at least 1.
static uint64_t units_of(mp_obj_t period, mp_int_t hz, uint32_t unit_hz) {
    mp_int_t n = mp_obj_get_int(period);
    if (n <= 0 || hz <= 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("period and tick_hz must be above 0"));
    }
    uint64_t units = (uint64_t)n * unit_hz / (uint64_t)hz;
    return units < 1 ? 1 : units;
}

#if HARDWARE_TIMERS

// The fastest that leaves a program any time beside a soft callback.
#define CYCLES_MIN 1000

static void call_soft(softcall_t *call) {
    machine_timer_obj_t *self = timer_of_call(call);
    if (lx_event_collect(&self->event) != 0 && self->callback != mp_const_none) {
        mp_call_function_1_protected(self->callback, MP_OBJ_FROM_PTR(self));
    }
    lx_event_finish(&self->event);
}

static void on_event(void *arg) {
    machine_timer_obj_t *self = arg;
    if (lx_event_take(&self->event) == 0) {
        return;
    }
    if (self->hard) {
        call_hard(self);
        if (port_hard_resting()) {
            lx_event_hold(&self->event, TIMER_EV_ZERO);
        }
        lx_event_finish(&self->event);
    } else {
        softcall_request(&self->tick.call);
    }
}

static uint64_t cycles_of_freq(mp_obj_t freq) {
    #if MICROPY_PY_BUILTINS_FLOAT
    mp_float_t hz = mp_obj_get_float(freq);
    mp_float_t cycles = hz > 0 ? (mp_float_t)SOC_CLOCK_HZ / hz + (mp_float_t)0.5 : 0;
    return cycles < (mp_float_t)UINT32_MAX ? (uint64_t)cycles : UINT64_C(1) << 32;
    #else
    mp_int_t hz = mp_obj_get_int(freq);
    return hz > 0 ? SOC_CLOCK_HZ / (mp_uint_t)hz : 0;
    #endif
}

static void start_hardware(machine_timer_obj_t *self, mp_obj_t freq, mp_obj_t period, mp_int_t tick_hz) {
    uint64_t cycles = self->cycles;
    if (freq != mp_const_none) {
        cycles = cycles_of_freq(freq);
    } else if (period != mp_const_none) {
        cycles = units_of(period, tick_hz, SOC_CLOCK_HZ);
    }
    if (cycles < CYCLES_MIN || cycles > UINT32_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("timer '%s' takes a period of %u to %u cycles of the clock; Timer(-1) takes longer ones"),
            self->regs->name, CYCLES_MIN, (unsigned int)UINT32_MAX);
    }
    self->cycles = cycles;
    if (self->callback == mp_const_none) {
        return;
    }
    port_event_claim(&self->event, on_event, self);
    if (self->tick.periodic) {
        port_check(lx_timer_start_periodic(self->regs, (uint32_t)cycles));
    } else {
        port_check(lx_timer_start_once(self->regs, (uint32_t)cycles));
    }
    self->tick.running = true;
    lx_event_enable(&self->event, TIMER_EV_ZERO);
}

// Only where this object runs it.
static void stop_hardware(machine_timer_obj_t *self) {
    if (self->tick.running) {
        lx_timer_stop(self->regs);
        port_event_release(&self->event, self);
        softcall_cancel(&self->tick.call);
        lx_event_collect(&self->event);
        self->tick.running = false;
    }
}

static bool is_hardware(const machine_timer_obj_t *self) {
    return self->regs != NULL;
}

#endif

static void stop(machine_timer_obj_t *self) {
    #if HARDWARE_TIMERS
    if (is_hardware(self)) {
        stop_hardware(self);
        return;
    }
    #endif
    port_tick_timer_stop(&self->tick);
    softcall_cancel(&self->tick.call);
    self->due = 0;
}

static void machine_timer_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    qstr mode = self->tick.periodic ? MP_QSTR_PERIODIC : MP_QSTR_ONE_SHOT;
    #if HARDWARE_TIMERS
    if (is_hardware(self)) {
        mp_printf(print, "Timer('%s', mode=%q, cycles=%u)", self->regs->name, mode, (unsigned int)self->cycles);
        return;
    }
    #endif
    mp_printf(print, "Timer(mode=%q, period=%u)", mode, (unsigned int)self->tick.period_ms);
}

// freq or period as given, None where not: then `old` stays.
static uint32_t period_of(mp_obj_t freq, mp_obj_t period, mp_int_t tick_hz, uint32_t old) {
    uint64_t ms = old;
    if (freq != mp_const_none) {
        #if MICROPY_PY_BUILTINS_FLOAT
        mp_float_t hz = mp_obj_get_float(freq);
        if (!(hz > 0) || hz > 1000) {
            mp_raise_ValueError(MP_ERROR_TEXT("freq must be above 0 and at most 1000"));
        }
        mp_float_t f = 1000 / hz;
        ms = f >= PORT_TICK_TIMER_MAX_MS ? (uint64_t)PORT_TICK_TIMER_MAX_MS + 1 : (uint64_t)f;
        #else
        mp_int_t hz = mp_obj_get_int(freq);
        if (hz <= 0 || hz > 1000) {
            mp_raise_ValueError(MP_ERROR_TEXT("freq must be above 0 and at most 1000"));
        }
        ms = 1000 / (mp_uint_t)hz;
        #endif
    } else if (period != mp_const_none) {
        ms = units_of(period, tick_hz, 1000);
    }
    if (ms > PORT_TICK_TIMER_MAX_MS) {
        mp_raise_ValueError(MP_ERROR_TEXT("period too large"));
    }
    return (uint32_t)ms;
}

// Upstream's default, -1, means that no value is given.
static mp_obj_t given(mp_obj_t value) {
    return value == MP_OBJ_NEW_SMALL_INT(-1) ? mp_const_none : value;
}

static void init(machine_timer_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_callback, ARG_period, ARG_tick_hz, ARG_freq, ARG_hard };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_mode, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = MODE_PERIODIC} },
        { MP_QSTR_callback, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_period, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_tick_hz, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1000} },
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_hard, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    mp_int_t mode = parsed[ARG_mode].u_int;
    if (mode != MODE_ONE_SHOT && mode != MODE_PERIODIC) {
        mp_raise_ValueError(MP_ERROR_TEXT("mode must be Timer.ONE_SHOT or Timer.PERIODIC"));
    }
    mp_obj_t freq = given(parsed[ARG_freq].u_obj);
    mp_obj_t period = given(parsed[ARG_period].u_obj);
    mp_int_t tick_hz = parsed[ARG_tick_hz].u_int;
    mp_obj_t callback = parsed[ARG_callback].u_obj;
    if (callback != MP_OBJ_NULL && callback != mp_const_none && !mp_obj_is_callable(callback)) {
        mp_raise_ValueError(MP_ERROR_TEXT("callback must be None or callable"));
    }
    stop(self);
    self->tick.periodic = mode == MODE_PERIODIC;
    self->hard = parsed[ARG_hard].u_bool;
    if (callback != MP_OBJ_NULL) {
        self->callback = callback;
    }
    #if HARDWARE_TIMERS
    if (is_hardware(self)) {
        start_hardware(self, freq, period, tick_hz);
        return;
    }
    #endif
    self->tick.period_ms = period_of(freq, period, tick_hz, self->tick.period_ms);
    if (self->callback != mp_const_none) {
        port_tick_timer_start(&self->tick);
    }
}

#if HARDWARE_TIMERS

static void tick(void) {
    if (port_hard_resting()) {
        return;
    }
    for (size_t i = 0; i < SOC_TIMER_COUNT; i++) {
        machine_timer_obj_t *self = MP_STATE_PORT(hardware_timers)[i];
        if (self != NULL) {
            lx_event_tick(&self->event);
        }
    }
}

static void deinit(void) {
    for (size_t i = 0; i < SOC_TIMER_COUNT; i++) {
        void **root = &MP_STATE_PORT(hardware_timers)[i];
        const lx_event_regs_t *regs = port_event_find(soc_timer[i].name);
        if (*root != NULL && soc_irq_owner(regs->irq, regs->enable) == *root) {
            lx_timer_stop(&soc_timer[i]);
            port_event_drop(regs, *root);
        }
        *root = NULL;
    }
}

PORT_MODULE(hardware_timers) = { .tick = tick, .deinit = deinit };

#endif

static machine_timer_obj_t *new_timer(void) {
    machine_timer_obj_t *self = mp_obj_malloc(machine_timer_obj_t, &machine_timer_type);
    self->tick.next = NULL;
    self->tick.expired = expired;
    self->tick.call = (softcall_t) { .run = call_virtual };
    self->tick.period_ms = 1000;
    self->tick.periodic = true;
    self->tick.running = false;
    self->tick.linked = false;
    self->callback = mp_const_none;
    self->hard = false;
    self->due = 0;
    #if HARDWARE_TIMERS
    self->regs = NULL;
    #endif
    return self;
}

#if HARDWARE_TIMERS
// One object for each.
static machine_timer_obj_t *hardware_timer(const lx_timer_regs_t *regs) {
    void **root = &MP_STATE_PORT(hardware_timers)[regs - soc_timer];
    if (*root == NULL) {
        machine_timer_obj_t *self = new_timer();
        self->regs = regs;
        self->cycles = SOC_CLOCK_HZ;
        self->tick.call.run = call_soft;
        lx_event_init(&self->event, port_event_find(regs->name));
        *root = self;
    }
    return *root;
}

MP_REGISTER_ROOT_POINTER(void *hardware_timers[SOC_TIMER_COUNT]);
#endif

// -1 is a virtual timer, as is the view of the timer that the clock uses; the others are hardware.
static machine_timer_obj_t *timer_of(mp_obj_t id) {
    if (!mp_obj_is_str(id) && mp_obj_get_int(id) == -1) {
        return new_timer();
    }
    #if HARDWARE_TIMERS
    static const port_table_t table = PORT_TABLE(soc_timer);
    const lx_timer_regs_t *regs = port_instance(id, "timer", &table, 1, NULL);
    return regs == &soc_timer[SOC_TICK_TIMER] ? new_timer() : hardware_timer(regs);
    #elif PORT_FULL
    const char *name = soc_timer[SOC_TICK_TIMER].name;
    if (mp_obj_is_str(id) ? strcmp(mp_obj_str_get_str(id), name) == 0 : mp_obj_get_int(id) == 0) {
        return new_timer();
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("no such timer: there are -1 (any number of times) and 0 (%s)"),
        name);
    #else
    mp_raise_ValueError(MP_ERROR_TEXT("no such timer: use Timer(-1), any number of times"));
    #endif
}

static mp_obj_t machine_timer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    machine_timer_obj_t *self = n_args > 0 ? timer_of(args[0]) : new_timer();
    if (n_args > 1 || n_kw > 0) {
        size_t n_ids = n_args > 0;
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        init(self, n_args - n_ids, args + n_ids, &kw_args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t machine_timer_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    init(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw_args);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(machine_timer_init_obj, 1, machine_timer_init);

static mp_obj_t machine_timer_deinit(mp_obj_t self_in) {
    stop(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_timer_deinit_obj, machine_timer_deinit);

#if PORT_FULL

// value(): what is left of the period, in milliseconds of a virtual timer, in cycles of a hardware timer; 0: stopped.
static mp_obj_t machine_timer_value(mp_obj_t self_in) {
    machine_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (!self->tick.running) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    #if HARDWARE_TIMERS
    if (is_hardware(self)) {
        return mp_obj_new_int_from_uint(lx_timer_value(self->regs));
    }
    #endif
    return mp_obj_new_int_from_uint(port_tick_timer_left(&self->tick));
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_timer_value_obj, machine_timer_value);

#endif

static const mp_rom_map_elem_t machine_timer_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&machine_timer_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&machine_timer_deinit_obj) },
    #if PORT_FULL
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&machine_timer_value_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_ONE_SHOT), MP_ROM_INT(MODE_ONE_SHOT) },
    { MP_ROM_QSTR(MP_QSTR_PERIODIC), MP_ROM_INT(MODE_PERIODIC) },
};
static MP_DEFINE_CONST_DICT(machine_timer_locals_dict, machine_timer_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_timer_type,
    MP_QSTR_Timer,
    MP_TYPE_FLAG_NONE,
    make_new, machine_timer_make_new,
    print, machine_timer_print,
    locals_dict, &machine_timer_locals_dict
    );
