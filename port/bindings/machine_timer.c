// SPDX-License-Identifier: MIT
// machine.Timer: any number of virtual timers on the clock's tick of one millisecond. Callbacks run by the
// scheduler, or with hard=True in the interrupt itself, where they cannot allocate memory.

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#include "port_machine.h"

#define MODE_ONE_SHOT 0
#define MODE_PERIODIC 1

// Milliseconds; a quarter of the tick counter's range, so that its differences stay unambiguous.
#define PERIOD_MAX 0x3fffffff

typedef struct _port_timer_obj_t {
    mp_obj_base_t base;
    struct _port_timer_obj_t *next;     // Running timers, in no order.
    mp_obj_t callback;
    uint32_t period_ms;
    uint32_t due_ms;
    uint8_t mode;
    bool hard;
    bool running;
} port_timer_obj_t;

// Milliseconds counted by the tick, and when the next timer is due; both only with interrupts off.
static uint32_t now_ms;
static uint32_t next_due_ms;

static bool is_due(uint32_t due_ms) {
    return (int32_t)(due_ms - now_ms) <= 0;
}

static void update_next_due(void) {
    next_due_ms = now_ms + PERIOD_MAX;
    for (port_timer_obj_t *t = MP_STATE_PORT(port_timers); t != NULL; t = t->next) {
        if ((int32_t)(t->due_ms - next_due_ms) < 0) {
            next_due_ms = t->due_ms;
        }
    }
}

static void unlink_timer(port_timer_obj_t *self) {
    port_timer_obj_t **p = &MP_STATE_PORT(port_timers);
    while (*p != NULL && *p != self) {
        p = &(*p)->next;
    }
    if (*p == self) {
        *p = self->next;
    }
    self->next = NULL;
    self->running = false;
}

// In the interrupt: no allocation, no scheduler, and an exception ends the timer instead of the program.
static void call_hard(port_timer_obj_t *self) {
    mp_sched_lock();
    gc_lock();
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(self->callback, MP_OBJ_FROM_PTR(self));
        nlr_pop();
    } else {
        unlink_timer(self);
        mp_printf(&mp_plat_print, "uncaught exception in a hard Timer callback; the timer is stopped\n");
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    gc_unlock();
    mp_sched_unlock();
}

void port_tick(void *arg) {
    (void)arg;
    now_ms++;
    if (!is_due(next_due_ms)) {
        return;
    }
    port_timer_obj_t *t = MP_STATE_PORT(port_timers);
    while (t != NULL) {
        port_timer_obj_t *next = t->next;
        if (is_due(t->due_ms)) {
            if (t->mode == MODE_PERIODIC) {
                t->due_ms += t->period_ms;
            } else {
                unlink_timer(t);
            }
            if (t->hard) {
                call_hard(t);
                // The callback may have changed the list behind its own timer.
                if (next != NULL && !next->running) {
                    next = NULL;
                }
            } else if (t->callback != mp_const_none) {
                mp_sched_schedule(t->callback, MP_OBJ_FROM_PTR(t));
            }
        }
        t = next;
    }
    update_next_due();
}

void port_timers_init(void) {
    port_timers_deinit();
}

void port_timers_deinit(void) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    MP_STATE_PORT(port_timers) = NULL;
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

static void port_timer_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    port_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    qstr mode = self->mode == MODE_ONE_SHOT ? MP_QSTR_ONE_SHOT : MP_QSTR_PERIODIC;
    mp_printf(print, "Timer(mode=%q, period=%u)", mode, (unsigned int)self->period_ms);
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
        ms = f >= PERIOD_MAX ? (uint64_t)PERIOD_MAX + 1 : (uint64_t)f;
        #else
        mp_int_t hz = mp_obj_get_int(freq);
        if (hz <= 0 || hz > 1000) {
            mp_raise_ValueError(MP_ERROR_TEXT("freq must be above 0 and at most 1000"));
        }
        ms = 1000 / (mp_uint_t)hz;
        #endif
    } else if (period != mp_const_none) {
        mp_int_t n = mp_obj_get_int(period);
        if (n <= 0 || tick_hz <= 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("period and tick_hz must be above 0"));
        }
        ms = (uint64_t)n * 1000 / (uint64_t)tick_hz;
        ms = ms < 1 ? 1 : ms;
    }
    if (ms > PERIOD_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("period too large"));
    }
    return (uint32_t)ms;
}

static void start(port_timer_obj_t *self) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    // The tick under way counts as past, so that a callback never comes early.
    self->due_ms = now_ms + self->period_ms + 1;
    self->running = true;
    self->next = MP_STATE_PORT(port_timers);
    MP_STATE_PORT(port_timers) = self;
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

static void stop(port_timer_obj_t *self) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    unlink_timer(self);
    update_next_due();
    MICROPY_END_ATOMIC_SECTION(state);
}

static void init(port_timer_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
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
    self->period_ms = period_of(parsed[ARG_freq].u_obj, parsed[ARG_period].u_obj, parsed[ARG_tick_hz].u_int,
        self->period_ms);
    self->mode = (uint8_t)mode;
    self->hard = parsed[ARG_hard].u_bool;
    if (parsed[ARG_callback].u_obj != MP_OBJ_NULL) {
        self->callback = parsed[ARG_callback].u_obj;
    }
    if (self->callback != mp_const_none) {
        start(self);
    }
}

static mp_obj_t port_timer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_int_t id = -1;
    if (n_args > 0) {
        id = mp_obj_get_int(args[0]);
        n_args--;
        args++;
    }
    if (id != -1) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such timer: use Timer(-1), any number of times"));
    }
    port_timer_obj_t *self = mp_obj_malloc(port_timer_obj_t, type);
    self->next = NULL;
    self->callback = mp_const_none;
    self->period_ms = 1000;
    self->mode = MODE_PERIODIC;
    self->hard = false;
    self->running = false;
    if (n_args > 0 || n_kw > 0) {
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        init(self, n_args, args, &kw_args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t port_timer_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    port_timer_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    stop(self);
    init(self, n_args - 1, args + 1, kw_args);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(port_timer_init_obj, 1, port_timer_init);

static mp_obj_t port_timer_deinit(mp_obj_t self_in) {
    stop(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(port_timer_deinit_obj, port_timer_deinit);

static const mp_rom_map_elem_t port_timer_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&port_timer_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&port_timer_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_ONE_SHOT), MP_ROM_INT(MODE_ONE_SHOT) },
    { MP_ROM_QSTR(MP_QSTR_PERIODIC), MP_ROM_INT(MODE_PERIODIC) },
};
static MP_DEFINE_CONST_DICT(port_timer_locals_dict, port_timer_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    port_timer_type,
    MP_QSTR_Timer,
    MP_TYPE_FLAG_NONE,
    make_new, port_timer_make_new,
    print, port_timer_print,
    locals_dict, &port_timer_locals_dict
    );

MP_REGISTER_ROOT_POINTER(struct _port_timer_obj_t *port_timers);
