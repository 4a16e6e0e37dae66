// SPDX-License-Identifier: MIT
// machine.I2C over lx_i2c (the bit-bang I2CMaster) and lx_litei2c (LiteI2C); the methods are upstream's.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"

#include "drivers/lx_i2c.h"
#include "drivers/lx_litei2c.h"
#include "instance.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_config.h"
#include "soc_instances.h"

#if MICROPY_PY_MACHINE_I2C

#define DEFAULT_HZ 400000

typedef struct {
    mp_obj_base_t base;
    const struct _i2c_core_t *core;
    const char *name;
    const void *regs;
    uint32_t hz;
    union {
        lx_i2c_t bitbang;
        lx_litei2c_t lite;
    };
} machine_i2c_obj_t;

// What differs from core to core. Functions return a status of the driver (where positive, bytes acknowledged).
typedef struct _i2c_core_t {
    port_table_t table;
    int (*init)(machine_i2c_obj_t *self, uint32_t hz);
    int (*start)(machine_i2c_obj_t *self);
    int (*stop)(machine_i2c_obj_t *self);
    int (*read)(machine_i2c_obj_t *self, uint8_t *dest, size_t len, bool nack);
    int (*write)(machine_i2c_obj_t *self, const uint8_t *src, size_t len);
    int (*transfer)(machine_i2c_obj_t *self, uint16_t addr, size_t n, mp_machine_i2c_buf_t *bufs, unsigned int flags);
} i2c_core_t;

#if SOC_HAS_I2C

static int bitbang_init(machine_i2c_obj_t *self, uint32_t hz) {
    self->hz = hz;
    return lx_i2c_init(&self->bitbang, self->regs, &port_clock, SOC_CLOCK_HZ, hz);
}

static int bitbang_start(machine_i2c_obj_t *self) {
    return lx_i2c_start(&self->bitbang);
}

static int bitbang_stop(machine_i2c_obj_t *self) {
    return lx_i2c_stop(&self->bitbang);
}

static int bitbang_read(machine_i2c_obj_t *self, uint8_t *dest, size_t len, bool nack) {
    lx_i2c_read(&self->bitbang, dest, len, nack);
    return LX_OK;
}

static int bitbang_write(machine_i2c_obj_t *self, const uint8_t *src, size_t len) {
    return lx_i2c_write(&self->bitbang, src, len);
}

// The address, then the buffers: the number of bytes acknowledged.
static int bitbang_write_buffers(lx_i2c_t *i2c, uint16_t addr, size_t n, const mp_machine_i2c_buf_t *bufs) {
    int acknowledged = lx_i2c_address(i2c, addr, false);
    for (size_t i = 0; acknowledged >= 0 && i < n; i++) {
        int now = lx_i2c_write(i2c, bufs[i].buf, bufs[i].len);
        acknowledged += now;
        if ((size_t)now < bufs[i].len) {
            break;
        }
    }
    return acknowledged;
}

static int bitbang_transfer(machine_i2c_obj_t *self, uint16_t addr, size_t n, mp_machine_i2c_buf_t *bufs,
    unsigned int flags) {
    lx_i2c_t *i2c = &self->bitbang;
    int result = 0;
    if (flags & MP_MACHINE_I2C_FLAG_WRITE1) {
        result = bitbang_write_buffers(i2c, addr, 1, bufs);
        if (result >= 0 && (size_t)result < bufs->len) {
            lx_i2c_stop(i2c);
            return LX_EIO;
        }
        n--;
        bufs++;
    }
    if (result < 0) {
        return result;
    }
    if (flags & MP_MACHINE_I2C_FLAG_READ) {
        result = lx_i2c_address(i2c, addr, true);
        for (size_t i = 0; result == LX_OK && i < n; i++) {
            lx_i2c_read(i2c, bufs[i].buf, bufs[i].len, i == n - 1);
        }
    } else {
        result = bitbang_write_buffers(i2c, addr, n, bufs);
    }
    if (result >= 0 && (flags & MP_MACHINE_I2C_FLAG_STOP)) {
        int status = lx_i2c_stop(i2c);
        result = status < 0 ? status : result;
    }
    return result;
}

#endif

#if SOC_HAS_LITEI2C

static int lite_init(machine_i2c_obj_t *self, uint32_t hz) {
    int status = lx_litei2c_init(&self->lite, self->regs, SOC_CLOCK_HZ, hz, &self->hz);
    // A reset of the SoC may have left a device in the middle of a byte, and the core does not see that it holds SDA.
    return status == LX_OK ? lx_litei2c_recover(&self->lite) : status;
}

// A write and a read in one transfer, several buffers joined; the core can neither leave out the stop nor do parts.
static int lite_transfer(machine_i2c_obj_t *self, uint16_t addr, size_t n, mp_machine_i2c_buf_t *bufs,
    unsigned int flags) {
    if (!(flags & MP_MACHINE_I2C_FLAG_STOP)) {
        return LX_ENOTSUP;
    }
    if (flags & MP_MACHINE_I2C_FLAG_WRITE1) {
        int result = lx_litei2c_transfer(&self->lite, addr, bufs[0].buf, bufs[0].len, bufs[1].buf, bufs[1].len);
        return result >= 0 && (size_t)result < bufs[0].len ? LX_EIO : result;
    }
    if (flags & MP_MACHINE_I2C_FLAG_READ) {
        return lx_litei2c_transfer(&self->lite, addr, NULL, 0, bufs[0].buf, bufs[0].len);
    }
    if (n == 1) {
        return lx_litei2c_transfer(&self->lite, addr, bufs[0].buf, bufs[0].len, NULL, 0);
    }
    vstr_t all;
    vstr_init(&all, 16);
    for (size_t i = 0; i < n; i++) {
        vstr_add_strn(&all, (const char *)bufs[i].buf, bufs[i].len);
    }
    int result = lx_litei2c_transfer(&self->lite, addr, (const uint8_t *)all.buf, all.len, NULL, 0);
    vstr_clear(&all);
    return result;
}

#endif

static const i2c_core_t cores[] = {
    #if SOC_HAS_I2C
    { PORT_TABLE(soc_i2c), bitbang_init, bitbang_start, bitbang_stop, bitbang_read, bitbang_write, bitbang_transfer },
    #endif
    #if SOC_HAS_LITEI2C
    { PORT_TABLE(soc_litei2c), lite_init, NULL, NULL, NULL, NULL, lite_transfer },
    #endif
};

// What the functions of upstream's protocol return: negative values are errnos.
static int to_errno(int status) {
    return status < 0 ? -port_errno(status) : status;
}

static int i2c_start(mp_obj_base_t *self_in) {
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    return to_errno(self->core->start != NULL ? self->core->start(self) : LX_ENOTSUP);
}

static int i2c_stop(mp_obj_base_t *self_in) {
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    return to_errno(self->core->stop != NULL ? self->core->stop(self) : LX_ENOTSUP);
}

static int i2c_read(mp_obj_base_t *self_in, uint8_t *dest, size_t len, bool nack) {
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    return to_errno(self->core->read != NULL ? self->core->read(self, dest, len, nack) : LX_ENOTSUP);
}

static int i2c_write(mp_obj_base_t *self_in, const uint8_t *src, size_t len) {
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    return to_errno(self->core->write != NULL ? self->core->write(self, src, len) : LX_ENOTSUP);
}

static int i2c_transfer(mp_obj_base_t *self_in, uint16_t addr, size_t n, mp_machine_i2c_buf_t *bufs,
    unsigned int flags) {
    machine_i2c_obj_t *self = (machine_i2c_obj_t *)self_in;
    return to_errno(self->core->transfer(self, addr, n, bufs, flags));
}

static void configure(machine_i2c_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ARG_freq };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_freq, MP_ARG_INT, {.u_int = DEFAULT_HZ} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    mp_int_t freq = parsed[ARG_freq].u_int;
    int status = freq > 0 ? self->core->init(self, (uint32_t)freq) : LX_EINVAL;
    if (status == LX_EINVAL) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' cannot do that freq"), self->name);
    }
    port_check(status);
}

static void i2c_init(mp_obj_base_t *self_in, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    configure((machine_i2c_obj_t *)self_in, n_args, args, kw_args);
}

static mp_obj_t machine_i2c_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    port_table_t tables[MP_ARRAY_SIZE(cores)];
    for (size_t i = 0; i < MP_ARRAY_SIZE(cores); i++) {
        tables[i] = cores[i].table;
    }
    size_t which;
    const void *regs = port_instance(args[0], "i2c", tables, MP_ARRAY_SIZE(cores), &which);
    machine_i2c_obj_t *self = mp_obj_malloc(machine_i2c_obj_t, type);
    self->core = &cores[which];
    self->regs = regs;
    self->name = *(const char *const *)regs;
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    configure(self, n_args - 1, args + 1, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static void machine_i2c_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const machine_i2c_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "I2C('%s', freq=%u)", self->name, (unsigned int)self->hz);
}

static const mp_machine_i2c_p_t machine_i2c_p = {
    .transfer_supports_write1 = true,
    .init = i2c_init,
    .start = i2c_start,
    .stop = i2c_stop,
    .read = i2c_read,
    .write = i2c_write,
    .transfer = i2c_transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(
    machine_i2c_type,
    MP_QSTR_I2C,
    MP_TYPE_FLAG_NONE,
    make_new, machine_i2c_make_new,
    print, machine_i2c_print,
    protocol, &machine_i2c_p,
    locals_dict, &mp_machine_i2c_locals_dict
    );

#endif
