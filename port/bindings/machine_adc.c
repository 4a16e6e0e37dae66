// SPDX-License-Identifier: MIT
// machine.ADC over lx_xadc, included by extmod/machine_adc.c: a channel of the FPGA's system monitor.

#include "bindings/instance.h"
#include "drivers/lx_xadc.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc/soc.h"
#include "soc_instances.h"

// A sequence of conversions takes a fraction of a millisecond.
#define FIRST_POLLS 100000

struct _machine_adc_obj_t {
    mp_obj_base_t base;
    const lx_xadc_regs_t *regs;
};

#define MICROPY_PY_MACHINE_ADC_CLASS_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&machine_adc_read_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_read_celsius), MP_ROM_PTR(&machine_adc_read_celsius_obj) },

static void mp_machine_adc_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "ADC('%s')", self->regs->name);
}

// A channel by the name of its register, such as "xadc_temperature". NULL: no channel has that register.
static const lx_xadc_regs_t *find_register(mp_obj_t id) {
    const soc_register_t *r = mp_obj_is_str(id) ? soc_register_find(mp_obj_str_get_str(id)) : NULL;
    for (size_t i = 0; r != NULL && i < SOC_ADC_COUNT; i++) {
        if (soc_adc[i].value.addr == r->reg.addr) {
            return &soc_adc[i];
        }
    }
    return NULL;
}

static mp_obj_t mp_machine_adc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const port_table_t table = PORT_TABLE(soc_adc);
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const lx_xadc_regs_t *regs = find_register(args[0]);
    if (regs == NULL) {
        regs = port_instance(args[0], "adc", &table, 1, NULL);
    }
    // The first conversions after power-up may still be under way.
    if (lx_xadc_raw(regs) == 0) {
        port_check(lx_xadc_wait(regs, FIRST_POLLS));
    }
    machine_adc_obj_t *self = mp_obj_malloc(machine_adc_obj_t, type);
    self->regs = regs;
    return MP_OBJ_FROM_PTR(self);
}

static mp_int_t mp_machine_adc_read_u16(machine_adc_obj_t *self) {
    return lx_xadc_u16(self->regs);
}

static mp_int_t mp_machine_adc_read_uv(machine_adc_obj_t *self) {
    return (mp_int_t)lx_xadc_microvolts(self->regs);
}

// The converter's own number, without a scale.
static mp_obj_t machine_adc_read(mp_obj_t self_in) {
    machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(lx_xadc_raw(self->regs));
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_adc_read_obj, machine_adc_read);

// Beyond upstream's ADC: the temperature by the transfer function of the FPGA's family.
static mp_obj_t machine_adc_read_celsius(mp_obj_t self_in) {
    machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    int32_t micro;
    if (lx_xadc_microcelsius(self->regs, &micro) < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("this channel is not a temperature"));
    }
    return mp_obj_new_float((mp_float_t)micro / 1000000);
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_adc_read_celsius_obj, machine_adc_read_celsius);
