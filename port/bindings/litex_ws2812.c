// SPDX-License-Identifier: MIT
// litex.WS2812 over lx_ws2812: the LEDs of a core that sends its memory to them by itself. It takes the place of the
// pin in neopixel.NeoPixel() and machine.bitstream(), and is a list of (red, green, blue) itself.

#include "bindings/litex_ws2812.h"

#include "py/runtime.h"

#include "bindings/instance.h"
#include "drivers/lx_ws2812.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_instances.h"

#if SOC_HAS_WS2812

typedef struct {
    mp_obj_base_t base;
    const lx_ws2812_regs_t *regs;
} litex_ws2812_obj_t;

static mp_obj_t litex_ws2812_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const port_table_t table = PORT_TABLE(soc_ws2812);
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    mp_obj_t id = n_args > 0 ? args[0] : MP_OBJ_NEW_SMALL_INT(0);
    litex_ws2812_obj_t *self = mp_obj_malloc(litex_ws2812_obj_t, type);
    self->regs = port_instance(id, "ws2812", &table, 1, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static void litex_ws2812_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_ws2812_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "WS2812('%s', %u LEDs)", self->regs->name, (unsigned int)lx_ws2812_count(self->regs));
}

void litex_ws2812_show(mp_obj_t leds, const uint8_t *grb, size_t n) {
    litex_ws2812_obj_t *self = MP_OBJ_TO_PTR(leds);
    if (n % 3 != 0 || n / 3 > lx_ws2812_count(self->regs)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("3 bytes for each of at most %u LEDs"),
            (unsigned int)lx_ws2812_count(self->regs));
    }
    for (uint32_t i = 0; i < n / 3; i++, grb += 3) {
        port_check(lx_ws2812_set(self->regs, i, (uint32_t)grb[0] << 16 | (uint32_t)grb[1] << 8 | grb[2]));
    }
}

// (red, green, blue) as the core's word.
static uint32_t get_colour(mp_obj_t colour) {
    mp_obj_t *parts;
    mp_obj_get_array_fixed_n(colour, 3, &parts);
    uint32_t values[3];
    for (size_t i = 0; i < 3; i++) {
        mp_int_t value = mp_obj_get_int(parts[i]);
        if (value < 0 || value > 255) {
            mp_raise_ValueError(MP_ERROR_TEXT("colours must be 0 to 255"));
        }
        values[i] = (uint32_t)value;
    }
    return values[1] << 16 | values[0] << 8 | values[2];
}

static mp_obj_t litex_ws2812_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    litex_ws2812_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (value == MP_OBJ_NULL) {
        return MP_OBJ_NULL;
    }
    uint32_t i = (uint32_t)mp_get_index(self->base.type, lx_ws2812_count(self->regs), index, false);
    if (value != MP_OBJ_SENTINEL) {
        port_check(lx_ws2812_set(self->regs, i, get_colour(value)));
        return mp_const_none;
    }
    uint32_t grb = 0;
    port_check(lx_ws2812_get(self->regs, i, &grb));
    mp_obj_t items[3] = {
        MP_OBJ_NEW_SMALL_INT(grb >> 8 & 0xff), MP_OBJ_NEW_SMALL_INT(grb >> 16), MP_OBJ_NEW_SMALL_INT(grb & 0xff),
    };
    return mp_obj_new_tuple(3, items);
}

static mp_obj_t litex_ws2812_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    litex_ws2812_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return op == MP_UNARY_OP_LEN ? MP_OBJ_NEW_SMALL_INT(lx_ws2812_count(self->regs)) : MP_OBJ_NULL;
}

static mp_obj_t litex_ws2812_fill(mp_obj_t self_in, mp_obj_t colour) {
    litex_ws2812_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t grb = get_colour(colour);
    for (uint32_t i = 0; i < lx_ws2812_count(self->regs); i++) {
        port_check(lx_ws2812_set(self->regs, i, grb));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(litex_ws2812_fill_obj, litex_ws2812_fill);

// What NeoPixel calls of its pin.
static mp_obj_t litex_ws2812_init(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_ws2812_init_obj, 1, 2, litex_ws2812_init);

static const mp_rom_map_elem_t litex_ws2812_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_fill), MP_ROM_PTR(&litex_ws2812_fill_obj) },
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&litex_ws2812_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(1) },
};
static MP_DEFINE_CONST_DICT(litex_ws2812_locals_dict, litex_ws2812_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_ws2812_type,
    MP_QSTR_WS2812,
    MP_TYPE_FLAG_NONE,
    make_new, litex_ws2812_make_new,
    print, litex_ws2812_print,
    unary_op, litex_ws2812_unary_op,
    subscr, litex_ws2812_subscr,
    locals_dict, &litex_ws2812_locals_dict
    );

#endif
