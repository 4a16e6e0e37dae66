// SPDX-License-Identifier: MIT
//
// jtag.Pins(tck, tms, tdi, tdo): the bit-bang transport over any pins that Python has. A pin is a machine.Pin, driven
// through the port's own functions, or any object that is called with a level and without (as machine.Pin is).

#include "py/runtime.h"
#if !MICROPY_ENABLE_DYNRUNTIME
#include "py/mphal.h"
#endif

#include "jtag/bitbang.h"
#include "jtag/usermod/transport.h"

// A clock for the waits, where the port has one.
#ifndef JTAG_HAS_TIME
#define JTAG_HAS_TIME (MICROPY_PY_TIME)
#endif

#ifdef JTAG_PORT_TYPES
JTAG_PORT_TYPES
#endif

enum { TCK, TMS, TDI, TDO, PINS };

typedef struct {
    mp_obj_base_t base;
    mp_obj_t objects[PINS];
    mp_hal_pin_obj_t native[PINS];
    bool is_native[PINS];
    mp_obj_t raised; // by a pin since the last look, or MP_OBJ_NULL
    jtag_bitbang_t bitbang;
} pins_t;

static void write_pin(pins_t *self, unsigned pin, bool level) {
    if (self->is_native[pin]) {
        mp_hal_pin_write(self->native[pin], level);
    } else {
        mp_call_function_1(self->objects[pin], MP_OBJ_NEW_SMALL_INT(level));
    }
}

static void set_tms(void *self, bool level) {
    write_pin(self, TMS, level);
}

static void set_tdi(void *self, bool level) {
    write_pin(self, TDI, level);
}

static int clock_pins(void *ctx) {
    pins_t *self = ctx;
    int level = self->is_native[TDO] ? mp_hal_pin_read(self->native[TDO])
        : mp_obj_is_true(mp_call_function_0(self->objects[TDO]));
    write_pin(self, TCK, true);
    write_pin(self, TCK, false);
    return level != 0;
}

// A pin may be Python code. What it raises waits here until the core has come back.
static int pins_submit(void *ctx, const jtag_op_t *op) {
    pins_t *self = ctx;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        int status = jtag_bitbang_ops.submit(&self->bitbang, op);
        nlr_pop();
        return status;
    }
    // The first one: others come from the way out.
    if (self->raised == MP_OBJ_NULL) {
        self->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    return LX_EIO;
}

static mp_obj_t pins_take_exception(mp_obj_t self_in) {
    pins_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t raised = self->raised;
    self->raised = MP_OBJ_NULL;
    return raised;
}

#if JTAG_HAS_TIME
static uint32_t time_us(void *self) {
    (void)self;
    return mp_hal_ticks_us();
}
#define PINS_TIME time_us
#else
#define PINS_TIME NULL
#endif

static void pins_get(mp_obj_t self_in, jtag_transport_t *transport) {
    static const jtag_transport_ops_t ops = { .submit = pins_submit, .time_us = PINS_TIME };
    *transport = (jtag_transport_t) { &ops, MP_OBJ_TO_PTR(self_in) };
}

static mp_obj_t pins_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    // Not static: in a native module the names get their numbers when it is loaded.
    const mp_arg_t allowed_args[] = {
        { MP_QSTR_tck, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_int = 0} },
        { MP_QSTR_tms, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_int = 0} },
        { MP_QSTR_tdi, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_int = 0} },
        { MP_QSTR_tdo, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_int = 0} },
    };
    mp_arg_val_t parsed[PINS];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, PINS, allowed_args, parsed);
    mp_obj_t objects[PINS];
    for (unsigned i = 0; i < PINS; i++) {
        objects[i] = parsed[i].u_obj;
    }
    #ifdef JTAG_PORT_PINS
    mp_obj_t faster = JTAG_PORT_PINS(objects);
    if (faster != MP_OBJ_NULL) {
        return faster;
    }
    #endif
    pins_t *self = mp_obj_malloc(pins_t, type);
    self->raised = MP_OBJ_NULL;
    for (unsigned i = 0; i < PINS; i++) {
        self->objects[i] = objects[i];
        // Objects of classes written in Python have no protocol.
        self->is_native[i] = MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(objects[i]), protocol);
        if (self->is_native[i]) {
            self->native[i] = mp_hal_get_pin_obj(objects[i]);
        } else if (!mp_obj_is_callable(objects[i])) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%q is not a pin"), (qstr)allowed_args[i].qst);
        }
    }
    self->bitbang = (jtag_bitbang_t) {
        .set_tms = set_tms, .set_tdi = set_tdi, .clock = clock_pins, .pins = self,
    };
    write_pin(self, TCK, false);
    jtag_bitbang_init(&self->bitbang);
    return MP_OBJ_FROM_PTR(self);
}

static const jtag_transport_p_t pins_protocol = { jtag_transport_tag, pins_get, pins_take_exception };

MP_DEFINE_CONST_OBJ_TYPE(
    jtag_pins_type,
    MP_QSTR_Pins,
    MP_TYPE_FLAG_NONE,
    make_new, pins_make_new,
    protocol, &pins_protocol
    );
