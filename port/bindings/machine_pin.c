// SPDX-License-Identifier: MIT
// machine.Pin over lx_gpio. Pins are numbered through all GPIO cores of the SoC in their order, from 0, and then
// through its LED cores. By name a pin is "gpio[3]", ("gpio", 3) or "gpio", 3; without a number it is the first.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "extmod/virtpin.h"

#include "bindings/machine_pin.h"
#include "module.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_instances.h"

#if PORT_MACHINE_PIN

#define CORES (SOC_GPIO_COUNT + SOC_LEDS_COUNT)

// Beyond the number of any pin, so that Pin("leds", 1) differs from Pin("leds", Pin.OUT).
#define MODE_NONE -1
#define MODE_IN 64
#define MODE_OUT 65
#define MODE_OPEN_DRAIN 66

// The pins in open drain: the mode outlives a soft reset, as the levels do.
static uint32_t open_drains[CORES];

static const lx_gpio_regs_t *core(size_t i) {
    #if SOC_HAS_GPIO && SOC_HAS_LEDS
    return i < SOC_GPIO_COUNT ? &soc_gpio[i] : &soc_leds[i - SOC_GPIO_COUNT];
    #elif SOC_HAS_GPIO
    return &soc_gpio[i];
    #else
    return &soc_leds[i];
    #endif
}

static COLD size_t index_of_core(const lx_gpio_regs_t *regs) {
    size_t i = 0;
    while (core(i) != regs) {
        i++;
    }
    return i;
}

static COLD MP_NORETURN void no_such_pin(mp_obj_t id) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_printf(&print, "no pin ");
    mp_obj_print_helper(&print, id, PRINT_REPR);
    mp_printf(&print, ": this SoC has");
    unsigned int first = 0;
    for (size_t i = 0; i < CORES; i++) {
        const lx_gpio_regs_t *regs = core(i);
        mp_printf(&print, "%s %u to %u (%s[0] to %s[%u])", i == 0 ? "" : ",", first, first + regs->pins - 1,
            regs->name, regs->name, regs->pins - 1);
        first += regs->pins;
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
}

COLD MP_NORETURN void machine_pin_raise_lacks(const lx_gpio_regs_t *regs, const char *what) {
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' has no %s"), regs->name, what);
}

// The number in "[12]" at the end of a pin's name; -1 where it is none.
static COLD int index_of(const char *text) {
    if (*text == '\0') {
        return 0;
    }
    int n = 0;
    const char *digits = text + 1;
    const char *end = digits;
    while (*end >= '0' && *end <= '9' && n < 100) {
        n = 10 * n + *end++ - '0';
    }
    return text[0] == '[' && end > digits && end[0] == ']' && end[1] == '\0' ? n : -1;
}

// A pin by the name of its core. `index` is what the name does not say, MP_OBJ_NULL: nothing.
static COLD const lx_gpio_regs_t *find_named(mp_obj_t id, mp_obj_t index, uint8_t *number) {
    const char *name = mp_obj_str_get_str(id);
    size_t length = strcspn(name, "[");
    mp_int_t n = index_of(name + length);
    if (index != MP_OBJ_NULL) {
        n = name[length] == '\0' ? mp_obj_get_int(index) : -1;
    }
    for (size_t i = 0; i < CORES; i++) {
        const lx_gpio_regs_t *regs = core(i);
        if (strncmp(regs->name, name, length) == 0 && regs->name[length] == '\0' && n >= 0 && n < regs->pins) {
            *number = (uint8_t)n;
            return regs;
        }
    }
    mp_obj_t both[2] = { id, index };
    no_such_pin(index == MP_OBJ_NULL ? id : mp_obj_new_tuple(2, both));
}

static COLD const lx_gpio_regs_t *find_numbered(mp_obj_t id, uint8_t *number) {
    mp_int_t n = mp_obj_get_int(id);
    for (size_t i = 0; i < CORES && n >= 0; i++) {
        const lx_gpio_regs_t *regs = core(i);
        if (n < regs->pins) {
            *number = (uint8_t)n;
            return regs;
        }
        n -= regs->pins;
    }
    no_such_pin(id);
}

// The pin that the first of the arguments names, or the first two; how many that were goes to *used.
static COLD const lx_gpio_regs_t *find_pin(size_t n_args, const mp_obj_t *args, size_t *used, uint8_t *number) {
    *used = 1;
    if (mp_obj_is_type(args[0], &mp_type_tuple)) {
        mp_obj_t *items;
        mp_obj_get_array_fixed_n(args[0], 2, &items);
        return find_named(items[0], items[1], number);
    }
    if (!mp_obj_is_str(args[0])) {
        return find_numbered(args[0], number);
    }
    if (n_args > 1 && mp_obj_is_small_int(args[1]) && MP_OBJ_SMALL_INT_VALUE(args[1]) < MODE_IN) {
        *used = 2;
        return find_named(args[0], args[1], number);
    }
    return find_named(args[0], MP_OBJ_NULL, number);
}

bool machine_pin_get(const machine_pin_obj_t *self) {
    return (lx_gpio_read(self->regs) & self->mask) != 0;
}

void machine_pin_set(const machine_pin_obj_t *self, bool level) {
    if (self->open_drain) {
        lx_gpio_set_direction(self->regs, self->mask, level ? 0 : self->mask);
    } else if (!lx_gpio_can_output(self->regs)) {
        machine_pin_raise_lacks(self->regs, "outputs");
    } else {
        lx_gpio_write_pin(self->regs, self->mask, level);
    }
}

static COLD void set_open_drain(machine_pin_obj_t *self, bool on) {
    uint32_t *drains = &open_drains[index_of_core(self->regs)];
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    *drains = on ? *drains | self->mask : *drains & ~self->mask;
    self->open_drain = on;
    MICROPY_END_ATOMIC_SECTION(state);
}

COLD void machine_pin_input(machine_pin_obj_t *self) {
    if (!lx_gpio_can_input(self->regs)) {
        machine_pin_raise_lacks(self->regs, "inputs");
    }
    set_open_drain(self, false);
    lx_gpio_set_direction(self->regs, self->mask, 0);
}

COLD void machine_pin_output(machine_pin_obj_t *self) {
    if (!lx_gpio_can_output(self->regs)) {
        machine_pin_raise_lacks(self->regs, "outputs");
    }
    set_open_drain(self, false);
    lx_gpio_set_direction(self->regs, self->mask, self->mask);
}

COLD void machine_pin_open_drain(machine_pin_obj_t *self) {
    if (!lx_gpio_has_oe(self->regs)) {
        machine_pin_raise_lacks(self->regs, "direction register, so its pins cannot be open drains");
    }
    set_open_drain(self, true);
    lx_gpio_set_direction(self->regs, self->mask, 0);
    lx_gpio_write(self->regs, self->mask, 0);
}

machine_pin_obj_t *machine_pin_of(mp_obj_t pin) {
    if (!mp_obj_is_type(pin, &machine_pin_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("expecting a Pin"));
    }
    return MP_OBJ_TO_PTR(pin);
}

const char *machine_pin_core(const machine_pin_obj_t *self) {
    return self->regs->name;
}

unsigned int machine_pin_number(const machine_pin_obj_t *self) {
    return self->number;
}

static COLD void machine_pin_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool output = (lx_gpio_read_oe(self->regs) & self->mask) != 0;
    mp_printf(print, "Pin('%s[%u]', mode=%s)", self->regs->name, self->number,
        self->open_drain ? "OPEN_DRAIN" : output ? "OUT" : "IN");
}

static COLD void pin_init(machine_pin_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_pull, ARG_value, ARG_drive, ARG_alt };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_mode, MP_ARG_INT, {.u_int = MODE_NONE} },
        { MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_drive, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
        { MP_QSTR_alt, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    mp_obj_t pull = parsed[ARG_pull].u_obj;
    if ((pull != mp_const_none && pull != MP_OBJ_NEW_SMALL_INT(-1)) || parsed[ARG_drive].u_int != 0
        || parsed[ARG_alt].u_int != -1) {
        mp_raise_ValueError(MP_ERROR_TEXT("pull, drive and alt are set in the gateware"));
    }
    mp_int_t mode = parsed[ARG_mode].u_int;
    if (mode != MODE_NONE && (mode < MODE_IN || mode > MODE_OPEN_DRAIN)) {
        mp_raise_ValueError(MP_ERROR_TEXT("mode must be Pin.IN, Pin.OUT or Pin.OPEN_DRAIN"));
    }
    // An open drain keeps its level in the direction, so there the mode comes first; else the level does, so that a
    // pin does not glitch when it becomes an output.
    mp_obj_t value = parsed[ARG_value].u_obj;
    if (mode == MODE_OPEN_DRAIN) {
        machine_pin_open_drain(self);
    }
    if (value != mp_const_none) {
        if (mode == MODE_IN || mode == MODE_OUT) {
            set_open_drain(self, false);
        }
        machine_pin_set(self, mp_obj_is_true(value));
    }
    if (mode == MODE_IN) {
        machine_pin_input(self);
    } else if (mode == MODE_OUT) {
        machine_pin_output(self);
    }
}

// Modes and levels stay through a soft reset; the objects go with their heap.
static void pins_init(void) {
    MP_STATE_PORT(pins) = NULL;
}

PORT_MODULE(pins) = { .init = pins_init };

static COLD machine_pin_obj_t *object_of(const lx_gpio_regs_t *regs, uint8_t number) {
    machine_pin_obj_t *self = MP_STATE_PORT(pins);
    while (self != NULL && (self->regs != regs || self->number != number)) {
        self = self->next;
    }
    if (self == NULL) {
        self = mp_obj_malloc(machine_pin_obj_t, &machine_pin_type);
        self->regs = regs;
        self->number = number;
        self->mask = UINT32_C(1) << number;
        self->open_drain = (open_drains[index_of_core(regs)] & self->mask) != 0;
        self->next = MP_STATE_PORT(pins);
        MP_STATE_PORT(pins) = self;
    }
    return self;
}

MP_REGISTER_ROOT_POINTER(struct _machine_pin_obj_t *pins);

// Also called by machine.Signal, without a type.
COLD mp_obj_t mp_pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
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
    size_t used;
    const lx_gpio_regs_t *regs = find_pin(n_args, args, &used, &number);
    machine_pin_obj_t *self = object_of(regs, number);
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    pin_init(self, n_args - used, args + used, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t machine_pin_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (n_args != 1 || n_kw != 0) {
        mp_arg_check_num(n_args, n_kw, 0, 1, false);
        return MP_OBJ_NEW_SMALL_INT(machine_pin_get(self));
    }
    // What a level usually is needs no call to find out.
    mp_obj_t level = args[0];
    if (level == MP_OBJ_NEW_SMALL_INT(0) || level == mp_const_false) {
        machine_pin_set(self, false);
    } else {
        machine_pin_set(self, level == MP_OBJ_NEW_SMALL_INT(1) || mp_obj_is_true(level));
    }
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

// A method without arguments. Its own type calls it with less ado than that of functions with one argument.
typedef struct {
    mp_obj_base_t base;
    void (*act)(const machine_pin_obj_t *self);
} pin_method_t;

static mp_obj_t pin_method_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const pin_method_t *self = MP_OBJ_TO_PTR(self_in);
    if (n_args != 1 || n_kw != 0) {
        mp_arg_check_num(n_args, n_kw, 1, 1, false);
    }
    self->act(MP_OBJ_TO_PTR(args[0]));
    return mp_const_none;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    pin_method_type,
    MP_QSTR_function,
    MP_TYPE_FLAG_BINDS_SELF | MP_TYPE_FLAG_BUILTIN_FUN,
    call, pin_method_call
    );

static void pin_on(const machine_pin_obj_t *self) {
    machine_pin_set(self, true);
}
static const pin_method_t pin_on_obj = { { &pin_method_type }, pin_on };

static void pin_off(const machine_pin_obj_t *self) {
    machine_pin_set(self, false);
}
static const pin_method_t pin_off_obj = { { &pin_method_type }, pin_off };

static void pin_toggle(const machine_pin_obj_t *self) {
    if (self->open_drain) {
        machine_pin_set(self, (lx_gpio_read_oe(self->regs) & self->mask) != 0);
    } else if (!lx_gpio_can_output(self->regs)) {
        machine_pin_raise_lacks(self->regs, "outputs");
    } else {
        lx_gpio_toggle_pin(self->regs, self->mask);
    }
}
static const pin_method_t pin_toggle_obj = { { &pin_method_type }, pin_toggle };

static mp_uint_t machine_pin_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    (void)errcode;
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_PIN_READ:
            return machine_pin_get(self);
        case MP_PIN_WRITE:
            machine_pin_set(self, arg != 0);
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
    { MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj) },
    { MP_ROM_QSTR(MP_QSTR_high), MP_ROM_PTR(&pin_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_low), MP_ROM_PTR(&pin_off_obj) },
    { MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj) },
    { MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(MODE_IN) },
    { MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(MODE_OUT) },
    { MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(MODE_OPEN_DRAIN) },
    // The gateware sets pulls: pull= takes neither.
    { MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(2) },
    #if MACHINE_PIN_IRQ
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&machine_pin_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(LX_GPIO_RISING) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(LX_GPIO_FALLING) },
    #endif
};
static MP_DEFINE_CONST_DICT(machine_pin_locals_dict, machine_pin_locals_dict_table);

// The methods that programs call most are found without a look into the dictionary.
static void machine_pin_attr(mp_obj_t self, qstr name, mp_obj_t *dest) {
    const pin_method_t *method;
    if (name == MP_QSTR_toggle) {
        method = &pin_toggle_obj;
    } else if (name == MP_QSTR_on) {
        method = &pin_on_obj;
    } else if (name == MP_QSTR_off) {
        method = &pin_off_obj;
    } else {
        dest[1] = MP_OBJ_SENTINEL;
        return;
    }
    if (dest[0] == MP_OBJ_NULL) {
        dest[0] = MP_OBJ_FROM_PTR(method);
        dest[1] = self;
    }
}

MP_DEFINE_CONST_OBJ_TYPE(
    machine_pin_type,
    MP_QSTR_Pin,
    MP_TYPE_FLAG_NONE,
    make_new, mp_pin_make_new,
    print, machine_pin_print,
    call, machine_pin_call,
    attr, machine_pin_attr,
    protocol, &machine_pin_p,
    locals_dict, &machine_pin_locals_dict
    );

#endif
