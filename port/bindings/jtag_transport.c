// SPDX-License-Identifier: MIT
// This port's JTAG transports for jtag/usermod (transport.h there): jtag.Master(id) over our JTAG master,
// jtag.SPI(id, tms=Pin) over an SPIMaster, and what jtag.Pins() gives where its pins are of one GPIO core.

#include "py/runtime.h"

#include "drivers/lx_jtag.h"
#include "drivers/lx_jtag_gpio.h"
#include "drivers/lx_jtag_spi.h"
#include "instance.h"
#include "jtag/usermod/transport.h"
#include "machine_pin.h"
#include "mphalport.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_config.h"
#include "soc_instances.h"

#if SOC_HAS_JTAG_MASTER

typedef struct {
    mp_obj_base_t base;
    const char *name;
    lx_jtag_t driver;
} master_t;

static void master_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const master_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "Master('%s')", self->name);
}

static mp_obj_t master_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const port_table_t table = PORT_TABLE(soc_jtag_master);
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    const lx_jtag_regs_t *regs = n_args == 0 ? &soc_jtag_master[0] : port_instance(args[0], "jtag", &table, 1, NULL);
    master_t *self = mp_obj_malloc(master_t, type);
    self->name = regs->name;
    port_check(lx_jtag_init(&self->driver, regs, SOC_CLOCK_HZ, &port_clock));
    return MP_OBJ_FROM_PTR(self);
}

static void master_get(mp_obj_t self_in, jtag_transport_t *transport) {
    master_t *self = MP_OBJ_TO_PTR(self_in);
    *transport = (jtag_transport_t) { &lx_jtag_ops, &self->driver };
}

static const jtag_transport_p_t master_protocol = { jtag_transport_tag, master_get, NULL };

MP_DEFINE_CONST_OBJ_TYPE(
    port_jtag_master_type,
    MP_QSTR_Master,
    MP_TYPE_FLAG_NONE,
    make_new, master_make_new,
    print, master_print,
    protocol, &master_protocol
    );

#endif

#if SOC_HAS_GPIO

typedef struct {
    mp_obj_base_t base;
    const char *name;
    lx_jtag_gpio_t driver;
} gpio_t;

static void gpio_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const gpio_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "Pins of '%s'", self->name);
}

static void gpio_get(mp_obj_t self_in, jtag_transport_t *transport) {
    gpio_t *self = MP_OBJ_TO_PTR(self_in);
    *transport = (jtag_transport_t) { &lx_jtag_gpio_ops, &self->driver };
}

static const jtag_transport_p_t gpio_protocol = { jtag_transport_tag, gpio_get, NULL };

static MP_DEFINE_CONST_OBJ_TYPE(
    gpio_type,
    MP_QSTR_Pins,
    MP_TYPE_FLAG_NONE,
    print, gpio_print,
    protocol, &gpio_protocol
    );

mp_obj_t port_jtag_pins(const mp_obj_t pins[4]) {
    const lx_gpio_regs_t *regs = NULL;
    uint8_t numbers[4];
    for (unsigned i = 0; i < 4; i++) {
        if (!mp_obj_is_type(pins[i], &machine_pin_type)) {
            return MP_OBJ_NULL;
        }
        const machine_pin_obj_t *pin = machine_pin_of(pins[i]);
        if (pin->open_drain || (regs != NULL && pin->regs != regs)) {
            return MP_OBJ_NULL;
        }
        regs = pin->regs;
        numbers[i] = pin->number;
    }
    gpio_t *self = mp_obj_malloc(gpio_t, &gpio_type);
    self->name = regs->name;
    int status = lx_jtag_gpio_init(&self->driver, regs, numbers, &port_clock);
    return status == LX_OK ? MP_OBJ_FROM_PTR(self) : MP_OBJ_NULL;
}

#endif

#if SOC_HAS_SPI && SOC_HAS_GPIO

typedef struct {
    mp_obj_base_t base;
    const char *name;
    lx_jtag_spi_t driver;
} spi_t;

static void spi_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const spi_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "SPI('%s')", self->name);
}

static mp_obj_t spi_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const port_table_t table = PORT_TABLE(soc_spi);
    enum { ARG_id, ARG_tms };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_id, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_tms, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    const lx_spi_regs_t *regs = port_instance(parsed[ARG_id].u_obj, "spi", &table, 1, NULL);
    const machine_pin_obj_t *tms = machine_pin_of(parsed[ARG_tms].u_obj);
    spi_t *self = mp_obj_malloc(spi_t, type);
    self->name = regs->name;
    port_check(lx_jtag_spi_init(&self->driver, regs, SOC_CLOCK_HZ, tms->regs, tms->number, &port_clock));
    return MP_OBJ_FROM_PTR(self);
}

static void spi_get(mp_obj_t self_in, jtag_transport_t *transport) {
    spi_t *self = MP_OBJ_TO_PTR(self_in);
    *transport = (jtag_transport_t) { &lx_jtag_spi_ops, &self->driver };
}

static const jtag_transport_p_t spi_protocol = { jtag_transport_tag, spi_get, NULL };

MP_DEFINE_CONST_OBJ_TYPE(
    port_jtag_spi_type,
    MP_QSTR_SPI,
    MP_TYPE_FLAG_NONE,
    make_new, spi_make_new,
    print, spi_print,
    protocol, &spi_protocol
    );

#endif
