// SPDX-License-Identifier: MIT
//
// jtag.SlaveSPI(spi, cs): the slave SPI port of an ECP5 (jtag/slave_spi.h) over any SPI master that Python has. spi has
// write() and readinto() as machine.SPI does, in mode 0, most significant bit first; cs is called with its level. Only
// where the port has a clock: the device's waits are times.

#include "py/mphal.h"
#include "py/runtime.h"

#include "jtag/slave_spi.h"
#include "jtag/usermod/modecp5.h"
#include "jtag/usermod/transport.h"

#if MICROPY_PY_TIME

typedef struct {
    mp_obj_base_t base;
    mp_obj_t spi;
    mp_obj_t cs;
    bool selected;
    mp_obj_t raised; // by spi or cs since the last look, or MP_OBJ_NULL
    jtag_slave_spi_t port;
} slave_spi_t;

static void select(slave_spi_t *self, bool selected) {
    if (selected != self->selected) {
        mp_call_function_1(self->cs, MP_OBJ_NEW_SMALL_INT(!selected));
        self->selected = selected;
    }
}

static int bus_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    slave_spi_t *self = ctx;
    mp_obj_t call[3];
    select(self, true);
    mp_load_method(self->spi, tx ? MP_QSTR_write : MP_QSTR_readinto, call);
    call[2] = mp_obj_new_bytearray_by_ref(length, tx ? (void *)tx : rx);
    mp_call_method_n_kw(1, 0, call);
    if (last) {
        select(self, false);
    }
    return LX_OK;
}

static int bus_delay(void *ctx, uint32_t us) {
    (void)ctx;
    mp_hal_delay_us(us);
    return LX_OK;
}

static const flash_bus_ops_t bus_ops = { .xfer = bus_xfer, .delay = bus_delay };

// After an error chip select rises, so that the device carries nothing out that was cut.
static void give_up(slave_spi_t *self) {
    nlr_buf_t nlr;
    self->port.streaming = false;
    self->selected = true;
    if (nlr_push(&nlr) == 0) {
        select(self, false);
        nlr_pop();
    }
}

// What Python code raises waits here until the core has come back.
static int slave_spi_submit(void *ctx, const jtag_op_t *op) {
    slave_spi_t *self = ctx;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        int status = jtag_slave_spi_ops.submit(&self->port, op);
        nlr_pop();
        return status;
    }
    // The first one: others come from the way out.
    if (self->raised == MP_OBJ_NULL) {
        self->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    give_up(self);
    return LX_EIO;
}

static mp_obj_t slave_spi_take_exception(mp_obj_t self_in) {
    slave_spi_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t raised = self->raised;
    self->raised = MP_OBJ_NULL;
    return raised;
}

static void slave_spi_get(mp_obj_t self_in, jtag_transport_t *transport) {
    static const jtag_transport_ops_t ops = { .submit = slave_spi_submit };
    *transport = (jtag_transport_t) { &ops, MP_OBJ_TO_PTR(self_in) };
}

static mp_obj_t slave_spi_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_spi, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_int = 0} },
        { MP_QSTR_cs, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_int = 0} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    mp_obj_t method[2];
    mp_load_method(parsed[0].u_obj, MP_QSTR_readinto, method);
    if (!mp_obj_is_callable(parsed[1].u_obj)) {
        mp_raise_TypeError(MP_ERROR_TEXT("cs is not a pin"));
    }
    slave_spi_t *self = mp_obj_malloc(slave_spi_t, type);
    self->spi = parsed[0].u_obj;
    self->cs = parsed[1].u_obj;
    self->raised = MP_OBJ_NULL;
    self->selected = true;
    select(self, false);
    jtag_slave_spi_init(&self->port, (flash_bus_t) { &bus_ops, self });
    return MP_OBJ_FROM_PTR(self);
}

static const jtag_transport_p_t slave_spi_protocol = { jtag_transport_tag, slave_spi_get, slave_spi_take_exception };

MP_DEFINE_CONST_OBJ_TYPE(
    jtag_slave_spi_type,
    MP_QSTR_SlaveSPI,
    MP_TYPE_FLAG_NONE,
    make_new, slave_spi_make_new,
    protocol, &slave_spi_protocol
    );

#endif // MICROPY_PY_TIME
