// SPDX-License-Identifier: MIT
// litex.RemoteClient: what LiteX's class of that name (litex/tools/litex_client.py) is on a host, on the
// SoC itself, so that scripts written for a host run unchanged. There is no server in between: words are
// read and written on the CPU's bus, and the tables are the firmware's own. docs/remote.md has the differences.

#include <string.h>

#include "py/objlist.h"
#include "py/runtime.h"

#include "bindings/litex_regs.h"
#include "clock.h"
#include "soc/cache.h"
#include "soc/csr.h"

#if PORT_FULL

// Words in one record of Etherbone, which bounds LiteX's class.
#define BURST_MAX 255

// Indices of the arguments that are kept, and can be read and set as attributes.
enum { ARG_HOST, ARG_PORT, ARG_BASE_ADDRESS, ARG_DEBUG, KEPT };

static const uint16_t kept_names[KEPT] = { MP_QSTR_host, MP_QSTR_port, MP_QSTR_base_address, MP_QSTR_debug };

typedef struct {
    mp_obj_base_t base;
    mp_obj_t kept[KEPT];
    bool binded; // LiteX's word
} litex_remote_obj_t;

static mp_obj_t remote_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    enum { HOST, PORT, BASE_ADDRESS, CSR_CSV, CSR_DATA_WIDTH, CSR_BUS_ADDRESS_WIDTH, DEBUG };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_host, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_localhost) } },
        { MP_QSTR_port, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(1234) } },
        { MP_QSTR_base_address, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_csr_csv, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_csr_data_width, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_csr_bus_address_width, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_debug, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_FALSE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_obj_t width = args[CSR_DATA_WIDTH].u_obj;
    if (width != mp_const_none && !mp_obj_equal(width, MP_OBJ_NEW_SMALL_INT(SOC_CSR_DATA_WIDTH))) {
        mp_raise_msg_varg(&mp_type_KeyError,
            MP_ERROR_TEXT("csr_data_width of %d provided but %d found in constants"),
            (int)mp_obj_get_int(width), SOC_CSR_DATA_WIDTH);
    }
    litex_remote_obj_t *self = mp_obj_malloc(litex_remote_obj_t, type);
    self->kept[ARG_HOST] = args[HOST].u_obj;
    self->kept[ARG_PORT] = args[PORT].u_obj;
    mp_obj_t base = args[BASE_ADDRESS].u_obj;
    self->kept[ARG_BASE_ADDRESS] = base != mp_const_none ? base : MP_OBJ_NEW_SMALL_INT(0);
    self->kept[ARG_DEBUG] = args[DEBUG].u_obj;
    self->binded = false;
    return MP_OBJ_FROM_PTR(self);
}

static uint32_t unsigned_of(mp_obj_t value, const char *what) {
    if (!mp_obj_is_int(value)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s must be an integer"), what);
    }
    // Negative numbers shift to -1.
    if (mp_binary_op(MP_BINARY_OP_RSHIFT, value, MP_OBJ_NEW_SMALL_INT(32)) != MP_OBJ_NEW_SMALL_INT(0)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s must be 0 to 2**32 - 1"), what);
    }
    return (uint32_t)mp_obj_get_int_truncated(value);
}

// The first address on the bus.
static uint32_t begin(litex_remote_obj_t *self, mp_obj_t addr, size_t n) {
    if (!self->binded) {
        mp_raise_msg(&mp_type_AttributeError, MP_ERROR_TEXT("this RemoteClient is not open: call open() first"));
    }
    if (n > BURST_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("Burst size of %u exceeds maximum of %u allowed by Etherbone."), (unsigned)n, BURST_MAX);
    }
    return unsigned_of(mp_binary_op(MP_BINARY_OP_ADD, self->kept[ARG_BASE_ADDRESS], addr), "address");
}

static void say(litex_remote_obj_t *self, const char *what, uint32_t value, uint32_t addr) {
    if (mp_obj_is_true(self->kept[ARG_DEBUG])) {
        mp_printf(&mp_plat_print, "%s 0x%08x @ 0x%08x\n", what, (unsigned)value, (unsigned)addr);
    }
}

mp_obj_t litex_remote_read(mp_obj_t self_in, mp_obj_t addr_in, size_t n, bool incr) {
    litex_remote_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t addr = begin(self, addr_in, n);
    mp_obj_t list = mp_obj_new_list(n, NULL);
    soc_cache_flush_cpu(); // a host sees what is in memory
    for (size_t i = 0; i < n; i++) {
        // As on LiteX's bus, an address means the word that it lies in.
        uint32_t value = (uint32_t)csr_read_simple((addr + (incr ? 4 * i : 0)) & ~3u);
        say(self, "read", value, addr + 4 * i);
        mp_obj_list_store(list, MP_OBJ_NEW_SMALL_INT(i), mp_obj_new_int_from_uint(value));
    }
    return list;
}

void litex_remote_write(mp_obj_t self_in, mp_obj_t addr_in, size_t n, const mp_obj_t *values) {
    litex_remote_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t addr = begin(self, addr_in, n);
    for (size_t i = 0; i < n; i++) {
        unsigned_of(values[i], "data"); // all of them before the first is written
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t value = (uint32_t)mp_obj_get_int_truncated(values[i]);
        port_clock_before_write((addr + 4 * i) & ~3u);
        csr_write_simple(value, (addr + 4 * i) & ~3u);
        say(self, "write", value, addr + 4 * i);
    }
    soc_cache_clean_cpu();
}

// read(addr, length=None, burst="incr"): an integer, or a list of length integers.
static mp_obj_t remote_read(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ADDR, LENGTH, BURST };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_addr, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_length, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_burst, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_incr) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    bool single = args[LENGTH].u_obj == mp_const_none;
    mp_int_t n = single ? 1 : mp_obj_get_int(args[LENGTH].u_obj);
    bool incr = mp_obj_equal(args[BURST].u_obj, MP_OBJ_NEW_QSTR(MP_QSTR_incr));
    mp_obj_t list = litex_remote_read(pos_args[0], args[ADDR].u_obj, n > 0 ? (size_t)n : 0, incr);
    return single ? mp_obj_subscr(list, MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_SENTINEL) : list;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(remote_read_obj, 1, remote_read);

// write(addr, datas): an integer or a list of them.
static mp_obj_t remote_write(mp_obj_t self_in, mp_obj_t addr, mp_obj_t datas) {
    size_t n = 1;
    mp_obj_t *values = &datas;
    if (mp_obj_is_type(datas, &mp_type_list)) {
        mp_obj_list_get(datas, &n, &values);
    }
    litex_remote_write(self_in, addr, n, values);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(remote_write_obj, remote_write);

static mp_obj_t remote_open(mp_obj_t self_in) {
    ((litex_remote_obj_t *)MP_OBJ_TO_PTR(self_in))->binded = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remote_open_obj, remote_open);

static mp_obj_t remote_close(mp_obj_t self_in) {
    ((litex_remote_obj_t *)MP_OBJ_TO_PTR(self_in))->binded = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(remote_close_obj, remote_close);

static void remote_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    static const struct {
        uint16_t name;
        uint8_t table;
    } trees[] = {
        { MP_QSTR_regs, SOC_REGISTERS }, { MP_QSTR_mems, SOC_MEMORIES },
        { MP_QSTR_constants, SOC_CONSTANTS }, { MP_QSTR_bases, SOC_CORES },
    };
    litex_remote_obj_t *self = MP_OBJ_TO_PTR(self_in);
    for (size_t i = 0; i < KEPT; i++) {
        if (attr == kept_names[i] && dest[0] == MP_OBJ_NULL) {
            dest[0] = self->kept[i];
            return;
        }
        if (attr == kept_names[i] && dest[1] != MP_OBJ_NULL) {
            self->kept[i] = dest[1];
            dest[0] = MP_OBJ_NULL; // done
            return;
        }
    }
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing else can be set
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(trees); i++) {
        if (attr == trees[i].name) {
            dest[0] = litex_tree_new((soc_table_t)trees[i].table, self_in);
            return;
        }
    }
    if (attr == MP_QSTR_binded) {
        dest[0] = mp_obj_new_bool(self->binded);
    } else if (attr == MP_QSTR_csr_data_width) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(SOC_CSR_DATA_WIDTH);
    } else if (attr == MP_QSTR_csr_bus_address_width) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(soc_identity.bus_address_width);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

static const mp_rom_map_elem_t remote_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&remote_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&remote_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&remote_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&remote_write_obj) },
};
static MP_DEFINE_CONST_DICT(remote_locals_dict, remote_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_remote_type,
    MP_QSTR_RemoteClient,
    MP_TYPE_FLAG_NONE,
    make_new, remote_make_new,
    attr, remote_attr,
    locals_dict, &remote_locals_dict
    );

#endif
