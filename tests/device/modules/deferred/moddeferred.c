// SPDX-License-Identifier: MIT
// A client of soc/deferred.h: the clock's interrupt asks for work each millisecond, and the work notes how it was run.

#include "py/mphal.h"
#include "py/runtime.h"

#include "drivers/lx_timer.h"
#include "module.h"
#include "soc/deferred.h"
#include "soc/irq.h"
#include "soc_config.h"
#include "soc_instances.h"

#define PERIOD (SOC_CLOCK_HZ / LX_CLOCK_TICK_HZ)

static volatile struct {
    uint32_t requests;
    uint32_t runs;
    uint32_t nested;        // inside itself
    uint32_t in_interrupt;  // inside a handler, or with interrupts off
    uint32_t locked;        // although the lock was held
    uint32_t least;         // cycles from the clock's event to the work
    uint32_t most;
} seen;

static volatile bool on;
static volatile bool locked;
static volatile uint32_t depth;
static uint32_t busy_us;    // how long the work takes
static uint32_t last_run;   // the run that ends the program, 0: none

static void run(void *arg) {
    uint32_t past = PERIOD - 1 - lx_timer_value(&soc_timer[SOC_TICK_TIMER]);
    seen.least = past < seen.least ? past : seen.least;
    seen.most = past > seen.most ? past : seen.most;
    seen.nested += depth != 0;
    seen.in_interrupt += soc_irq_handling() || irq_getie() == 0;
    seen.locked += locked;
    depth++;
    port_delay_us_fast(busy_us);
    depth--;
    if (++seen.runs == last_run) {
        mp_sched_keyboard_interrupt();
    }
}

static soc_deferred_t work = { .run = run };

static void tick(void) {
    if (on) {
        seen.requests++;
        soc_deferred_request(&work);
    }
}

static void deinit(void) {
    on = locked = false;
    soc_deferred_reset();
}

PORT_MODULE(deferred_client) = { .tick = tick, .deinit = deinit };

// start(busy_us=0, last_run=0): from the next tick on. The run of that number raises KeyboardInterrupt.
static mp_obj_t start(size_t n_args, const mp_obj_t *args) {
    busy_us = n_args > 0 ? (uint32_t)mp_obj_get_int(args[0]) : 0;
    last_run = n_args > 1 ? (uint32_t)mp_obj_get_int(args[1]) : 0;
    uint32_t state = soc_irq_save();
    seen.requests = seen.runs = seen.nested = seen.in_interrupt = seen.locked = seen.most = 0;
    seen.least = UINT32_MAX;
    on = true;
    soc_irq_restore(state);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(start_obj, 0, 2, start);

static mp_obj_t stop(void) {
    on = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(stop_obj, stop);

static mp_obj_t lock(void) {
    soc_deferred_lock();
    locked = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(lock_obj, lock);

static mp_obj_t unlock(void) {
    locked = false;
    soc_deferred_unlock();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(unlock_obj, unlock);

static mp_obj_t request(void) {
    soc_deferred_request(&work);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(request_obj, request);

// spin(us): C code that serves nothing.
static mp_obj_t spin(mp_obj_t us) {
    port_delay_us_fast((uint32_t)mp_obj_get_int(us));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(spin_obj, spin);

// (requests, runs, nested, in_interrupt, locked, least, most) since start().
static mp_obj_t get_seen(void) {
    uint32_t state = soc_irq_save();
    const uint32_t values[] = {
        seen.requests, seen.runs, seen.nested, seen.in_interrupt, seen.locked, seen.least, seen.most,
    };
    soc_irq_restore(state);
    mp_obj_t items[MP_ARRAY_SIZE(values)];
    for (size_t i = 0; i < MP_ARRAY_SIZE(values); i++) {
        items[i] = mp_obj_new_int_from_uint(values[i]);
    }
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_0(seen_obj, get_seen);

static const mp_rom_map_elem_t globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__deferred) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_lock), MP_ROM_PTR(&lock_obj) },
    { MP_ROM_QSTR(MP_QSTR_unlock), MP_ROM_PTR(&unlock_obj) },
    { MP_ROM_QSTR(MP_QSTR_request), MP_ROM_PTR(&request_obj) },
    { MP_ROM_QSTR(MP_QSTR_spin), MP_ROM_PTR(&spin_obj) },
    { MP_ROM_QSTR(MP_QSTR_seen), MP_ROM_PTR(&seen_obj) },
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t deferred_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR__deferred, deferred_module);
