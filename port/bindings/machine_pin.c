// SPDX-License-Identifier: MIT
// machine.Pin over lx_gpio. Pins are numbered through all GPIO cores of the SoC in their order, from 0; a
// string names one by its core: "gpio" (a core's first pin) or "gpio[3]".

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "extmod/virtpin.h"

#include "drivers/lx_gpio.h"
#include "port_machine.h"
#include "soc_instances.h"

#if SOC_HAS_GPIO

#define MODE_NONE -1
#define MODE_IN 0
#define MODE_OUT 1
#define MODE_OPEN_DRAIN 2

typedef struct {
    mp_obj_base_t base;
    const lx_gpio_regs_t *regs;
    uint32_t mask;
    uint8_t number;         // Within its core.
    bool open_drain;
} machine_pin_obj_t;

static MP_NORETURN void no_such_pin(mp_obj_t id) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_printf(&print, "no pin ");
    mp_obj_print_helper(&print, id, PRINT_REPR);
    mp_printf(&print, ": this SoC has");
    unsigned int first = 0;
    for (size_t i = 0; i < SOC_GPIO_COUNT; i++) {
        const lx_gpio_regs_t *regs = &soc_gpio[i];
        mp_printf(&print, "%s %u to %u (%s[0] to %s[%u])", i == 0 ? "" : ",", first, first + regs->pins - 1,
            regs->name, regs->name, regs->pins - 1);
        first += regs->pins;
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
}

// The number in "[12]" at the end of a pin's name; -1 where it is none.
static int index_of(const char *text) {
    if (*text == '\0') {
        return 0;
    }
    int n = -1;
    if (*text++ == '[') {
        for (n = 0; *text >= '0' && *text <= '9' && n < 100; text++) {
            n = 10 * n + *text - '0';
        }
        if (text[0] != ']' || text[1] != '\0') {
            n = -1;
        }
    }
    return n;
}

static const lx_gpio_regs_t *find_pin(mp_obj_t id, uint8_t *number) {
    if (mp_obj_is_str(id)) {
        const char *name = mp_obj_str_get_str(id);
        size_t length = strcspn(name, "[");
        int index = index_of(name + length);
        for (size_t i = 0; i < SOC_GPIO_COUNT; i++) {
            const lx_gpio_regs_t *regs = &soc_gpio[i];
            if (strncmp(regs->name, name, length) == 0 && regs->name[length] == '\0'
                && index >= 0 && index < regs->pins) {
                *number = (uint8_t)index;
                return regs;
            }
        }
    } else {
        mp_int_t n = mp_obj_get_int(id);
        for (size_t i = 0; i < SOC_GPIO_COUNT && n >= 0; i++) {
            if (n < soc_gpio[i].pins) {
                *number = (uint8_t)n;
                return &soc_gpio[i];
            }
            n -= soc_gpio[i].pins;
        }
    }
    no_such_pin(id);
}

static void pin_set(machine_pin_obj_t *self, bool level) {
    if (self->open_drain) {
        port_check(lx_gpio_set_direction(self->regs, self->mask, level ? 0 : self->mask));
    } else {
        port_check(lx_gpio_write(self->regs, self->mask, level ? self->mask : 0));
    }
}

static bool pin_get(const machine_pin_obj_t *self) {
    return (lx_gpio_read(self->regs) & self->mask) != 0;
}

static void machine_pin_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool output = (lx_gpio_read_oe(self->regs) & self->mask) != 0;
    mp_printf(print, "Pin('%s[%u]', mode=%s)", self->regs->name, self->number,
        self->open_drain ? "OPEN_DRAIN" : output ? "OUT" : "IN");
}

static void pin_init(machine_pin_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_pull, ARG_value };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_mode, MP_ARG_INT, {.u_int = MODE_NONE} },
        { MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    if (parsed[ARG_pull].u_obj != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("pull resistors are set in the gateware"));
    }
    mp_int_t mode = parsed[ARG_mode].u_int;
    if (mode < MODE_NONE || mode > MODE_OPEN_DRAIN) {
        mp_raise_ValueError(MP_ERROR_TEXT("mode must be Pin.IN, Pin.OUT or Pin.OPEN_DRAIN"));
    }
    const lx_gpio_regs_t *regs = self->regs;
    if ((mode == MODE_IN && !lx_gpio_can_input(regs))
        || (mode == MODE_OUT && !lx_gpio_can_output(regs))
        || (mode == MODE_OPEN_DRAIN && !lx_gpio_can_switch(regs))) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' cannot do that mode"), regs->name);
    }
    if (mode != MODE_NONE) {
        self->open_drain = mode == MODE_OPEN_DRAIN;
    }
    // The level first, so that the pin does not glitch when it becomes an output.
    if (self->open_drain) {
        if (mode == MODE_OPEN_DRAIN) {
            port_check(lx_gpio_write(regs, self->mask, 0));
        }
        if (parsed[ARG_value].u_obj != mp_const_none) {
            pin_set(self, mp_obj_is_true(parsed[ARG_value].u_obj));
        } else if (mode == MODE_OPEN_DRAIN) {
            pin_set(self, true);
        }
        return;
    }
    if (parsed[ARG_value].u_obj != mp_const_none) {
        pin_set(self, mp_obj_is_true(parsed[ARG_value].u_obj));
    }
    if (mode != MODE_NONE && lx_gpio_can_switch(regs)) {
        port_check(lx_gpio_set_direction(regs, self->mask, mode == MODE_OUT ? self->mask : 0));
    }
}

// Also called by machine.Signal, without a type.
mp_obj_t mp_pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    if (mp_obj_is_type(args[0], &machine_pin_type)) {
        if (n_args == 1 && n_kw == 0) {
            return args[0];
        }
        machine_pin_obj_t *other = MP_OBJ_TO_PTR(args[0]);
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        pin_init(other, n_args - 1, args + 1, &kw_args);
        return args[0];
    }
    uint8_t number;
    const lx_gpio_regs_t *regs = find_pin(args[0], &number);
    machine_pin_obj_t *self = mp_obj_malloc(machine_pin_obj_t, &machine_pin_type);
    self->regs = regs;
    self->number = number;
    self->mask = UINT32_C(1) << number;
    self->open_drain = false;
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    pin_init(self, n_args - 1, args + 1, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t machine_pin_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(pin_get(self));
    }
    pin_set(self, mp_obj_is_true(args[0]));
    return mp_const_none;
}

static mp_obj_t machine_pin_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    pin_init(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw_args);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(machine_pin_init_obj, 1, machine_pin_init);

static mp_obj_t machine_pin_value(size_t n_args, const mp_obj_t *args) {
    return machine_pin_call(args[0], n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(machine_pin_value_obj, 1, 2, machine_pin_value);

static mp_obj_t machine_pin_on(mp_obj_t self_in) {
    pin_set(MP_OBJ_TO_PTR(self_in), true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_pin_on_obj, machine_pin_on);

static mp_obj_t machine_pin_off(mp_obj_t self_in) {
    pin_set(MP_OBJ_TO_PTR(self_in), false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_pin_off_obj, machine_pin_off);

static mp_obj_t machine_pin_toggle(mp_obj_t self_in) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->open_drain) {
        pin_set(self, (lx_gpio_read_oe(self->regs) & self->mask) != 0);
    } else {
        port_check(lx_gpio_toggle(self->regs, self->mask));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_pin_toggle_obj, machine_pin_toggle);

static mp_uint_t machine_pin_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    (void)errcode;
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_PIN_READ:
            return pin_get(self);
        case MP_PIN_WRITE:
            pin_set(self, arg != 0);
            return 0;
    }
    return (mp_uint_t)-1;
}

static const mp_pin_p_t machine_pin_p = {
    .ioctl = machine_pin_ioctl,
};

static const mp_rom_map_elem_t machine_pin_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&machine_pin_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&machine_pin_value_obj) },
    { MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&machine_pin_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&machine_pin_off_obj) },
    { MP_ROM_QSTR(MP_QSTR_high), MP_ROM_PTR(&machine_pin_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_low), MP_ROM_PTR(&machine_pin_off_obj) },
    { MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&machine_pin_toggle_obj) },
    { MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(MODE_IN) },
    { MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(MODE_OUT) },
    { MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(MODE_OPEN_DRAIN) },
};
static MP_DEFINE_CONST_DICT(machine_pin_locals_dict, machine_pin_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_pin_type,
    MP_QSTR_Pin,
    MP_TYPE_FLAG_NONE,
    make_new, mp_pin_make_new,
    print, machine_pin_print,
    call, machine_pin_call,
    protocol, &machine_pin_p,
    locals_dict, &machine_pin_locals_dict
    );

#endif
