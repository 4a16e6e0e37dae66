// SPDX-License-Identifier: MIT
// machine.SPI over lx_spi (SPIMaster) and lx_spi_mmap (SPIMMAP). Beyond upstream's class: cs= selects one of the core's
// chips, for each call or for the block of a `with`; loopback=; bits= up to what the core has.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"

#include "drivers/lx_spi.h"
#include "drivers/lx_spi_mmap.h"
#include "instance.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_config.h"
#include "soc_instances.h"

#if MICROPY_PY_MACHINE_SPI

#define DEFAULT_HZ 1000000
#define KEEP -1

// What a script asks for.
typedef struct {
    uint32_t hz;
    uint32_t actual_hz;     // 0: fixed in the gateware, and not known
    int cs;                 // LX_SPI_NO_CHIP: none
    uint8_t polarity;
    uint8_t phase;
    uint8_t bits;
    uint8_t firstbit;
    bool loopback;
} spi_config_t;

typedef struct {
    mp_obj_base_t base;
    const struct _spi_core_t *core;
    const char *name;
    spi_config_t config;
    bool active;
    union {
        lx_spi_t master;
        lx_spi_mmap_t mmap;
    };
} machine_spi_obj_t;

// What differs from core to core. configure() raises where the core cannot do what config asks for.
typedef struct _spi_core_t {
    port_table_t table;
    void (*init)(machine_spi_obj_t *self, const void *regs);
    void (*configure)(machine_spi_obj_t *self, spi_config_t *config);
    int (*transfer)(machine_spi_obj_t *self, const uint8_t *src, uint8_t *dest, size_t n, unsigned bits);
    int (*hold)(machine_spi_obj_t *self, bool hold);
} spi_core_t;

static MP_NORETURN void refuse(const machine_spi_obj_t *self, const char *what) {
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' has %s"), self->name, what);
}

static void check_baud(const machine_spi_obj_t *self, int status) {
    if (status != LX_OK) {
        refuse(self, "no clock as slow as that baudrate");
    }
}

#if SOC_HAS_SPI

static void master_init(machine_spi_obj_t *self, const void *regs) {
    int status = lx_spi_init(&self->master, regs, SOC_CLOCK_HZ);
    if (status == LX_ENOTSUP) {
        refuse(self, "no width that can be used");
    }
    port_check(status);
}

static void master_configure(machine_spi_obj_t *self, spi_config_t *config) {
    lx_spi_t spi = self->master;
    if (config->polarity != 0 || config->phase != 0) {
        refuse(self, "only polarity=0, phase=0");
    }
    if (config->firstbit != MICROPY_PY_MACHINE_SPI_MSB) {
        refuse(self, "only firstbit=SPI.MSB");
    }
    if (config->bits < 1 || config->bits > MIN(spi.width, LX_SPI_MAX_BITS) || (config->bits != 8 && spi.width > 64)) {
        refuse(self, "no words of that length");
    }
    check_baud(self, lx_spi_set_baud(&spi, config->hz, &config->actual_hz));
    int status = lx_spi_select(&spi, config->cs);
    // A core without the register always selects its only chip.
    if (status == LX_EINVAL || (status == LX_ENOTSUP && config->cs != 0)) {
        refuse(self, "no such cs");
    }
    if (lx_spi_set_loopback(&spi, config->loopback) != LX_OK && config->loopback) {
        refuse(self, "no loopback");
    }
    self->master = spi;
}

static int master_transfer(machine_spi_obj_t *self, const uint8_t *src, uint8_t *dest, size_t n, unsigned bits) {
    return lx_spi_transfer(&self->master, src, dest, n, bits);
}

static int master_hold(machine_spi_obj_t *self, bool hold) {
    return lx_spi_hold(&self->master, hold);
}

#endif

#if SOC_HAS_SPI_MMAP

static void mmap_init(machine_spi_obj_t *self, const void *regs) {
    int status = lx_spi_mmap_init(&self->mmap, regs, 0, SOC_CLOCK_HZ);
    if (status == LX_ENODEV) {
        refuse(self, "no memory regions of its name with _tx and _rx");
    }
    port_check(status);
}

static void mmap_configure(machine_spi_obj_t *self, spi_config_t *config) {
    lx_spi_mmap_t spi;
    if (config->cs < 0 || lx_spi_mmap_init(&spi, self->mmap.regs, config->cs, SOC_CLOCK_HZ) != LX_OK) {
        refuse(self, "no such cs");
    }
    if (config->bits != 8 && config->bits != 16 && config->bits != 32) {
        refuse(self, "only words of 8, 16 and 32 bits");
    }
    check_baud(self, lx_spi_mmap_set_baud(&spi, config->hz, &config->actual_hz));
    lx_spi_mmap_format_t format = {
        .mode = (uint8_t)(config->polarity << 1 | config->phase),
        .lsb_first = config->firstbit == MICROPY_PY_MACHINE_SPI_LSB,
        .loopback = config->loopback,
    };
    port_check(lx_spi_mmap_set_format(&spi, &format));
    self->mmap = spi;
}

static int mmap_transfer(machine_spi_obj_t *self, const uint8_t *src, uint8_t *dest, size_t n, unsigned bits) {
    return lx_spi_mmap_transfer(&self->mmap, src, dest, n, bits);
}

static int mmap_hold(machine_spi_obj_t *self, bool hold) {
    (void)self;
    (void)hold;
    return LX_ENOTSUP;
}

#endif

static const spi_core_t cores[] = {
    #if SOC_HAS_SPI
    { PORT_TABLE(soc_spi), master_init, master_configure, master_transfer, master_hold },
    #endif
    #if SOC_HAS_SPI_MMAP
    { PORT_TABLE(soc_spi_mmap), mmap_init, mmap_configure, mmap_transfer, mmap_hold },
    #endif
};

static void machine_spi_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const machine_spi_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const spi_config_t *config = &self->config;
    mp_printf(print, "SPI('%s', baudrate=", self->name);
    if (config->actual_hz != 0) {
        mp_printf(print, "%u", (unsigned int)config->actual_hz);
    } else {
        mp_printf(print, "fixed");
    }
    mp_printf(print, ", polarity=%u, phase=%u, bits=%u, firstbit=%u, cs=", config->polarity, config->phase,
        config->bits, config->firstbit);
    if (config->cs >= 0) {
        mp_printf(print, "%d)", config->cs);
    } else {
        mp_printf(print, "None)");
    }
}

// A bit or a count that a script gave, `old` where it did not.
static uint8_t choose(mp_int_t given, uint8_t old, mp_int_t limit, mp_rom_error_text_t message) {
    if (given == KEEP) {
        return old;
    }
    if (given < 0 || given > limit) {
        mp_raise_ValueError(message);
    }
    return (uint8_t)given;
}

// The gateware sets the core's pins: what a script names must be the same ("spi0_mosi", or None).
static void check_wire(const machine_spi_obj_t *self, mp_obj_t wire, qstr signal) {
    if (wire == mp_const_none) {
        return;
    }
    if (mp_obj_is_str(wire)) {
        const char *text = mp_obj_str_get_str(wire);
        size_t n = strlen(self->name);
        if (strncmp(text, self->name, n) == 0 && text[n] == '_' && strcmp(text + n + 1, qstr_str(signal)) == 0) {
            return;
        }
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the gateware connects '%s': leave %q out, or use SoftSPI"),
        self->name, signal);
}

static void configure(machine_spi_obj_t *self, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { ARG_baudrate, ARG_polarity, ARG_phase, ARG_bits, ARG_firstbit, ARG_cs, ARG_loopback, ARG_sck, ARG_mosi, ARG_miso };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_baudrate, MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_polarity, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_phase, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_firstbit, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_cs, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_loopback, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_sck, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_mosi, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_miso, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    for (size_t i = ARG_sck; i <= ARG_miso; i++) {
        check_wire(self, parsed[i].u_obj, allowed_args[i].qst);
    }
    spi_config_t config = self->config;
    if (parsed[ARG_baudrate].u_int != KEEP) {
        if (parsed[ARG_baudrate].u_int <= 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("baudrate must be above 0"));
        }
        config.hz = (uint32_t)parsed[ARG_baudrate].u_int;
    }
    config.polarity = choose(parsed[ARG_polarity].u_int, config.polarity, 1, MP_ERROR_TEXT("polarity must be 0 or 1"));
    config.phase = choose(parsed[ARG_phase].u_int, config.phase, 1, MP_ERROR_TEXT("phase must be 0 or 1"));
    config.bits = choose(parsed[ARG_bits].u_int, config.bits, LX_SPI_MAX_BITS, MP_ERROR_TEXT("bits must be 1 to 32"));
    config.firstbit = choose(parsed[ARG_firstbit].u_int, config.firstbit, MICROPY_PY_MACHINE_SPI_LSB,
        MP_ERROR_TEXT("firstbit must be SPI.MSB or SPI.LSB"));
    if (parsed[ARG_cs].u_obj == mp_const_none) {
        config.cs = LX_SPI_NO_CHIP;
    } else if (parsed[ARG_cs].u_obj != MP_OBJ_NULL) {
        mp_int_t cs = mp_obj_get_int(parsed[ARG_cs].u_obj);
        config.cs = cs >= 0 && cs < LX_SPI_CHIPS ? (int)cs : LX_SPI_CHIPS;
    }
    if (parsed[ARG_loopback].u_obj != MP_OBJ_NULL) {
        config.loopback = mp_obj_is_true(parsed[ARG_loopback].u_obj);
    }
    self->core->configure(self, &config);
    self->config = config;
    self->active = true;
}

static mp_obj_t machine_spi_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    port_table_t tables[MP_ARRAY_SIZE(cores)];
    for (size_t i = 0; i < MP_ARRAY_SIZE(cores); i++) {
        tables[i] = cores[i].table;
    }
    size_t which;
    const void *regs = port_instance(args[0], "spi", tables, MP_ARRAY_SIZE(cores), &which);
    machine_spi_obj_t *self = mp_obj_malloc(machine_spi_obj_t, type);
    self->core = &cores[which];
    self->name = *(const char *const *)regs;
    self->config = (spi_config_t) { .hz = DEFAULT_HZ, .bits = 8, .firstbit = MICROPY_PY_MACHINE_SPI_MSB };
    self->active = false;
    self->core->init(self, regs);
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    configure(self, n_args - 1, args + 1, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static void machine_spi_init(mp_obj_base_t *self_in, size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    configure((machine_spi_obj_t *)self_in, n_args, args, kw_args);
}

static void machine_spi_deinit(mp_obj_base_t *self_in) {
    machine_spi_obj_t *self = (machine_spi_obj_t *)self_in;
    if (self->active) {
        self->core->hold(self, false);
        self->active = false;
    }
}

static void check_active(const machine_spi_obj_t *self) {
    if (!self->active) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("SPI is deinitialised: call init()"));
    }
}

static void machine_spi_transfer(mp_obj_base_t *self_in, size_t len, const uint8_t *src, uint8_t *dest) {
    machine_spi_obj_t *self = (machine_spi_obj_t *)self_in;
    check_active(self);
    unsigned int bits = self->config.bits;
    size_t word = lx_spi_word_bytes(bits);
    if ((len & (word - 1)) != 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("words of %u bits take %u bytes each"), bits,
            (unsigned int)word);
    }
    // A word takes 1, 2 or 4 bytes; a division takes its time.
    int status = self->core->transfer(self, src, dest, len >> (word >> 1), bits);
    if (status != LX_OK) {
        port_check(status);
    }
}

static const mp_machine_spi_p_t machine_spi_p = {
    .init = machine_spi_init,
    .deinit = machine_spi_deinit,
    .transfer = machine_spi_transfer,
};

static mp_obj_t spi_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    configure(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw_args);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(spi_init_obj, 1, spi_init);

static mp_obj_t spi_deinit(mp_obj_t self_in) {
    machine_spi_deinit(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(spi_deinit_obj, spi_deinit);

// The chip stays selected for the block of a `with`.
static mp_obj_t spi_enter(mp_obj_t self_in) {
    machine_spi_obj_t *self = MP_OBJ_TO_PTR(self_in);
    check_active(self);
    if (self->core->hold(self, true) != LX_OK) {
        mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("core '%s' cannot hold cs: use write_readinto()"), self->name);
    }
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_1(spi_enter_obj, spi_enter);

static mp_obj_t spi_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    machine_spi_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    self->core->hold(self, false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(spi_exit_obj, 4, 4, spi_exit);

// read(n, write=0): upstream's, which takes a negative n for a large one.
static mp_obj_t spi_read(size_t n_args, const mp_obj_t *args) {
    if (mp_obj_get_int(args[1]) < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("the number of bytes must not be negative"));
    }
    return mp_machine_spi_read_obj.fun.var(n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(spi_read_obj, 2, 3, spi_read);

static const mp_rom_map_elem_t machine_spi_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&spi_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&spi_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&spi_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_machine_spi_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_machine_spi_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_write_readinto), MP_ROM_PTR(&mp_machine_spi_write_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&spi_enter_obj) },
    { MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&spi_exit_obj) },
    { MP_ROM_QSTR(MP_QSTR_MSB), MP_ROM_INT(MICROPY_PY_MACHINE_SPI_MSB) },
    { MP_ROM_QSTR(MP_QSTR_LSB), MP_ROM_INT(MICROPY_PY_MACHINE_SPI_LSB) },
};
static MP_DEFINE_CONST_DICT(machine_spi_locals_dict, machine_spi_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_spi_type,
    MP_QSTR_SPI,
    MP_TYPE_FLAG_NONE,
    make_new, machine_spi_make_new,
    print, machine_spi_print,
    protocol, &machine_spi_p,
    locals_dict, &machine_spi_locals_dict
    );

#endif
