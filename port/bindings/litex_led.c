// SPDX-License-Identifier: MIT
// litex.LED over lx_gpio. LEDs are numbered through all LED cores of the SoC in their order, from 0.

#include "py/runtime.h"

#include "drivers/lx_gpio.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_instances.h"

#if SOC_HAS_LEDS

typedef struct {
    mp_obj_base_t base;
    const lx_gpio_regs_t *regs;
    uint32_t mask;
    uint8_t number;
} litex_led_obj_t;

static void litex_led_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_led_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "LED(%u)", self->number);
}

static mp_obj_t litex_led_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t number = mp_obj_get_int(args[0]);
    mp_int_t first = 0;
    for (size_t i = 0; i < SOC_LEDS_COUNT; i++) {
        const lx_gpio_regs_t *regs = &soc_leds[i];
        if (number >= first && number < first + regs->pins) {
            litex_led_obj_t *self = mp_obj_malloc(litex_led_obj_t, type);
            self->regs = regs;
            self->mask = UINT32_C(1) << (number - first);
            self->number = (uint8_t)number;
            return MP_OBJ_FROM_PTR(self);
        }
        first += regs->pins;
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("no LED %d: this SoC has 0 to %d"), (int)number, (int)first - 1);
}

static mp_obj_t litex_led_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    litex_led_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT((lx_gpio_read(self->regs) & self->mask) != 0);
    }
    port_check(lx_gpio_write(self->regs, self->mask, mp_obj_is_true(args[0]) ? self->mask : 0));
    return mp_const_none;
}

static mp_obj_t litex_led_value(size_t n_args, const mp_obj_t *args) {
    return litex_led_call(args[0], n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_led_value_obj, 1, 2, litex_led_value);

static mp_obj_t litex_led_on(mp_obj_t self_in) {
    litex_led_obj_t *self = MP_OBJ_TO_PTR(self_in);
    port_check(lx_gpio_write(self->regs, self->mask, self->mask));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_led_on_obj, litex_led_on);

static mp_obj_t litex_led_off(mp_obj_t self_in) {
    litex_led_obj_t *self = MP_OBJ_TO_PTR(self_in);
    port_check(lx_gpio_write(self->regs, self->mask, 0));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_led_off_obj, litex_led_off);

static mp_obj_t litex_led_toggle(mp_obj_t self_in) {
    litex_led_obj_t *self = MP_OBJ_TO_PTR(self_in);
    port_check(lx_gpio_toggle(self->regs, self->mask));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_led_toggle_obj, litex_led_toggle);

static const mp_rom_map_elem_t litex_led_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&litex_led_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&litex_led_off_obj) },
    { MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&litex_led_toggle_obj) },
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&litex_led_value_obj) },
};
static MP_DEFINE_CONST_DICT(litex_led_locals_dict, litex_led_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_led_type,
    MP_QSTR_LED,
    MP_TYPE_FLAG_NONE,
    make_new, litex_led_make_new,
    print, litex_led_print,
    call, litex_led_call,
    locals_dict, &litex_led_locals_dict
    );

#endif
