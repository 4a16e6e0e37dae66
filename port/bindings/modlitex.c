// SPDX-License-Identifier: MIT
// The litex module: what the SoC is, and its registers by name.

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"
#include "genhdr/mpversion.h"

#include "port_machine.h"
#include "port_version.h"
#include "bindings/vfs_ram.h"
#include "soc/csr.h"
#include "soc/soc.h"
#include "soc_instances.h"

// Names that an error offers instead of an unknown one.
#define SUGGESTIONS 3

static mp_obj_t str_of(const char *text) {
    return mp_obj_new_str(text, strlen(text));
}

// A dictionary that keeps its order where it can, for reading at the prompt.
static mp_obj_t ordered_dict(size_t n) {
    mp_obj_t dict = mp_obj_new_dict(n);
    #if MICROPY_PY_COLLECTIONS_ORDEREDDICT
    mp_obj_dict_get_map(dict)->is_ordered = 1;
    #endif
    return dict;
}

static void put(mp_obj_t dict, qstr key, mp_obj_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), value);
}

static mp_obj_t info_cpu(void) {
    mp_obj_t d = ordered_dict(3);
    put(d, MP_QSTR_name, str_of(soc_identity.cpu_human_name));
    put(d, MP_QSTR_type, str_of(soc_identity.cpu_name));
    put(d, MP_QSTR_variant, str_of(soc_identity.cpu_variant));
    return d;
}

static mp_obj_t info_bus(void) {
    mp_obj_t d = ordered_dict(3);
    put(d, MP_QSTR_standard, str_of(soc_identity.bus_standard));
    put(d, MP_QSTR_data_width, MP_OBJ_NEW_SMALL_INT(soc_identity.bus_data_width));
    put(d, MP_QSTR_address_width, MP_OBJ_NEW_SMALL_INT(soc_identity.bus_address_width));
    return d;
}

static mp_obj_t info_csr(void) {
    mp_obj_t d = ordered_dict(5);
    put(d, MP_QSTR_base, mp_obj_new_int_from_uint(soc_identity.csr_base));
    put(d, MP_QSTR_data_width, MP_OBJ_NEW_SMALL_INT(soc_identity.csr_data_width));
    put(d, MP_QSTR_alignment, MP_OBJ_NEW_SMALL_INT(soc_identity.csr_alignment));
    put(d, MP_QSTR_ordering, MP_OBJ_NEW_QSTR(soc_identity.csr_ordering_big ? MP_QSTR_big : MP_QSTR_little));
    put(d, MP_QSTR_registers, MP_OBJ_NEW_SMALL_INT(soc_register_count));
    put(d, MP_QSTR_map_hash, mp_obj_new_int_from_uint(soc_identity.map_hash));
    return d;
}

static mp_obj_t info_memories(void) {
    mp_obj_t d = ordered_dict(soc_memory_count);
    for (unsigned i = 0; i < soc_memory_count; i++) {
        const soc_memory_t *m = &soc_memories[i];
        mp_obj_t region[3] = {
            mp_obj_new_int_from_uint(m->base), mp_obj_new_int_from_uint(m->size), str_of(m->type),
        };
        mp_obj_dict_store(d, str_of(m->name), mp_obj_new_tuple(MP_ARRAY_SIZE(region), region));
    }
    return d;
}

static mp_obj_t info_cores(void) {
    mp_obj_t d = ordered_dict(soc_core_count);
    for (unsigned i = 0; i < soc_core_count; i++) {
        const soc_core_t *core = &soc_cores[i];
        mp_obj_t items[3] = {
            str_of(core->kind), mp_obj_new_int_from_uint(core->base),
            core->irq >= 0 ? MP_OBJ_NEW_SMALL_INT(core->irq) : mp_const_none,
        };
        mp_obj_dict_store(d, str_of(core->name), mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    return d;
}

static mp_obj_t info_firmware(void) {
    mp_obj_t d = ordered_dict(4);
    put(d, MP_QSTR_version, str_of(PORT_VERSION));
    put(d, MP_QSTR_micropython, str_of(MICROPY_GIT_TAG));
    put(d, MP_QSTR_compiler, str_of("gcc " __VERSION__));
    put(d, MP_QSTR_size_class, str_of(PORT_SIZE_CLASS == PORT_SIZE_SMALL ? "small" : "full"));
    return d;
}

// info(): a dictionary of all that is known of the SoC and of this firmware.
static mp_obj_t litex_info(void) {
    mp_obj_t d = ordered_dict(10);
    put(d, MP_QSTR_identifier, str_of(soc_identity.identifier));
    put(d, MP_QSTR_platform, str_of(soc_identity.platform));
    put(d, MP_QSTR_build, str_of(soc_identity.build));
    put(d, MP_QSTR_clock, mp_obj_new_int_from_uint(soc_identity.clock_hz));
    put(d, MP_QSTR_cpu, info_cpu());
    put(d, MP_QSTR_bus, info_bus());
    put(d, MP_QSTR_csr, info_csr());
    put(d, MP_QSTR_memories, info_memories());
    put(d, MP_QSTR_cores, info_cores());
    put(d, MP_QSTR_firmware, info_firmware());
    return d;
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_info_obj, litex_info);

static const char *access_of(csr_reg_t reg) {
    return reg.access & CSR_ACCESS_WRITE ? "rw" : "ro";
}

// csrs([prefix]): a list of (name, address, bits, access).
static mp_obj_t litex_csrs(size_t n_args, const mp_obj_t *args) {
    const char *prefix = n_args > 0 ? mp_obj_str_get_str(args[0]) : "";
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (unsigned i = 0; i < soc_register_count; i++) {
        const soc_register_t *r = &soc_registers[i];
        if (strncmp(r->name, prefix, strlen(prefix)) != 0) {
            continue;
        }
        mp_obj_t items[4] = {
            str_of(r->name), mp_obj_new_int_from_uint(r->reg.addr),
            MP_OBJ_NEW_SMALL_INT(csr_bits(r->reg)), str_of(access_of(r->reg)),
        };
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_csrs_obj, 0, 1, litex_csrs);

static const soc_register_t *find(mp_obj_t name_in) {
    const char *name = mp_obj_str_get_str(name_in);
    const soc_register_t *r = soc_register_find(name);
    if (r != NULL) {
        return r;
    }
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_printf(&print, "no CSR '%s'", name);
    const char *closest[SUGGESTIONS];
    unsigned n = soc_closest(name, closest, SUGGESTIONS);
    for (unsigned i = 0; i < n; i++) {
        mp_printf(&print, "%s '%s'", i == 0 ? "; did you mean" : i + 1 < n ? "," : " or", closest[i]);
    }
    mp_raise_msg_varg(&mp_type_KeyError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
}

// csr_read(name): the register's value, whatever its width.
static mp_obj_t litex_csr_read(mp_obj_t name) {
    const soc_register_t *r = find(name);
    if (r->reg.words * SOC_CSR_DATA_WIDTH <= 32) {
        return mp_obj_new_int_from_uint(csr_read(r->reg));
    }
    size_t n = (r->reg.words * SOC_CSR_DATA_WIDTH + 7) / 8;
    uint8_t *buf = m_new(uint8_t, n);
    csr_read_bytes(r->reg, buf, n);
    mp_obj_t value = mp_obj_new_int_from_uint(0);
    for (size_t i = (n + 3) / 4; i-- > 0;) {
        uint32_t word = 0;
        for (size_t j = 4; j-- > 0;) {
            word = word << 8 | (4 * i + j < n ? buf[4 * i + j] : 0);
        }
        value = mp_binary_op(MP_BINARY_OP_LSHIFT, value, MP_OBJ_NEW_SMALL_INT(32));
        value = mp_binary_op(MP_BINARY_OP_OR, value, mp_obj_new_int_from_uint(word));
    }
    m_del(uint8_t, buf, n);
    return value;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_csr_read_obj, litex_csr_read);

static MP_NORETURN void too_wide(const soc_register_t *r) {
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("CSR '%s' takes 0 to 2**%u - 1"), r->name, csr_bits(r->reg));
}

// csr_write(name, value)
static mp_obj_t litex_csr_write(mp_obj_t name, mp_obj_t value) {
    const soc_register_t *r = find(name);
    unsigned bits = csr_bits(r->reg);
    if (!(r->reg.access & CSR_ACCESS_WRITE)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("CSR '%s' is read-only"), r->name);
    }
    if (!mp_obj_is_int(value) && !mp_obj_is_bool(value)) {
        mp_raise_TypeError(MP_ERROR_TEXT("value must be an integer"));
    }
    value = mp_unary_op(MP_UNARY_OP_POSITIVE, value);
    mp_obj_t above = mp_binary_op(MP_BINARY_OP_RSHIFT, value, MP_OBJ_NEW_SMALL_INT(bits));
    // Negative numbers shift to -1.
    if (!mp_obj_equal(above, MP_OBJ_NEW_SMALL_INT(0))) {
        too_wide(r);
    }
    if (r->reg.words * SOC_CSR_DATA_WIDTH <= 32) {
        csr_write(r->reg, (uint32_t)mp_obj_get_int_truncated(value));
        return mp_const_none;
    }
    size_t n = (r->reg.words * SOC_CSR_DATA_WIDTH + 7) / 8;
    uint8_t *buf = m_new0(uint8_t, n);
    for (size_t i = 0; i < n; i += 4) {
        uint32_t word = (uint32_t)mp_obj_get_int_truncated(value);
        for (size_t j = 0; j < 4 && i + j < n; j++) {
            buf[i + j] = (uint8_t)(word >> (8 * j));
        }
        value = mp_binary_op(MP_BINARY_OP_RSHIFT, value, MP_OBJ_NEW_SMALL_INT(32));
    }
    csr_write_bytes(r->reg, buf, n);
    m_del(uint8_t, buf, n);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(litex_csr_write_obj, litex_csr_write);

static const mp_rom_map_elem_t litex_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_litex) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&litex_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_csrs), MP_ROM_PTR(&litex_csrs_obj) },
    { MP_ROM_QSTR(MP_QSTR_csr_read), MP_ROM_PTR(&litex_csr_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_csr_write), MP_ROM_PTR(&litex_csr_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_VfsRam), MP_ROM_PTR(&vfs_ram_type) },
    #if SOC_HAS_LEDS
    { MP_ROM_QSTR(MP_QSTR_LED), MP_ROM_PTR(&litex_led_type) },
    #endif
};
static MP_DEFINE_CONST_DICT(litex_globals, litex_globals_table);

const mp_obj_module_t mp_module_litex = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&litex_globals,
};

MP_REGISTER_MODULE(MP_QSTR_litex, mp_module_litex);
