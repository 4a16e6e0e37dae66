// SPDX-License-Identifier: MIT
// The SoC's registers, memories and constants by name: litex.csr_read("ctrl_scratch"), and in all but the small size
// class litex.regs.ctrl_scratch.read(), litex.mems.main_ram.base, litex.constants.uart_interrupt. Each access looks the
// name up in the tables; nothing is copied.

#include <string.h>

#include "py/objint.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "bindings/litex_regs.h"
#include "bindings/subtype.h"
#include "clock.h"
#include "soc/csr.h"
#include "soc_instances.h"

// Similar names that the error for an unknown name lists.
#define SUGGESTIONS 3

// "no CSR 'x'; did you mean 'y'"
static void print_no_such(const mp_print_t *print, soc_table_t table, const char *name) {
    static const char *const what[] = {
        [SOC_REGISTERS] = "CSR", [SOC_MEMORIES] = "memory", [SOC_CONSTANTS] = "constant", [SOC_CORES] = "core",
    };
    const char *closest[SUGGESTIONS];
    unsigned n = soc_closest(table, name, closest, SUGGESTIONS);
    mp_printf(print, "no %s '%s'", what[table], name);
    for (unsigned i = 0; i < n; i++) {
        mp_printf(print, "%s '%s'", i == 0 ? "; did you mean" : i + 1 < n ? "," : " or", closest[i]);
    }
}

static const char *access_of(csr_reg_t reg) {
    return reg.access & CSR_ACCESS_WRITE ? "rw" : "ro";
}

// csr_read() and read() are timed in cycles: rare paths stay out of them (MP_NOINLINE).

static MP_NOINLINE mp_obj_t get_wide(const soc_register_t *r) {
    uint8_t buf[CSR_BYTES_MAX];
    csr_read_bytes(r->reg, buf, csr_bytes(r->reg));
    return mp_obj_int_from_bytes_impl(false, csr_bytes(r->reg), buf);
}

static mp_obj_t register_get(const soc_register_t *r) {
    if (r->reg.words * SOC_CSR_DATA_WIDTH > 32) {
        return get_wide(r);
    }
    return mp_obj_new_int_from_uint(csr_read(r->reg));
}

static MP_NORETURN void raise_range(const soc_register_t *r) {
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("CSR '%s' takes 0 to 2**%u - 1"), r->name, csr_bits(r->reg));
}

static void set_small(const soc_register_t *r, mp_int_t number) {
    unsigned bits = csr_bits(r->reg);
    if (number < 0 || (bits < 32 && (mp_uint_t)number >> bits != 0)) {
        raise_range(r);
    }
    uint32_t value = (uint32_t)number;
    if (r->reg.words * SOC_CSR_DATA_WIDTH > 32) {
        csr_write_bytes(r->reg, (const uint8_t *)&value, sizeof(value)); // the CPU is little-endian
    } else {
        csr_write(r->reg, value);
    }
}

// A value that is not a small int.
static MP_NOINLINE void set_large(const soc_register_t *r, mp_obj_t value) {
    if (!mp_obj_is_int(value) && !mp_obj_is_bool(value)) {
        mp_raise_TypeError(MP_ERROR_TEXT("value must be an integer"));
    }
    value = mp_unary_op(MP_UNARY_OP_POSITIVE, value);
    if (mp_obj_is_small_int(value)) { // it was a bool
        set_small(r, MP_OBJ_SMALL_INT_VALUE(value));
        return;
    }
    // Negative numbers shift to -1.
    mp_obj_t excess = mp_binary_op(MP_BINARY_OP_RSHIFT, value, MP_OBJ_NEW_SMALL_INT(csr_bits(r->reg)));
    if (!mp_obj_equal(excess, MP_OBJ_NEW_SMALL_INT(0))) {
        raise_range(r);
    }
    uint32_t words[(CSR_BYTES_MAX + 3) / 4];
    size_t n = (csr_bytes(r->reg) + 3) / 4;
    for (size_t i = 0; i < n; i++) {
        words[i] = (uint32_t)mp_obj_get_int_truncated(value);
        value = mp_binary_op(MP_BINARY_OP_RSHIFT, value, MP_OBJ_NEW_SMALL_INT(32));
    }
    csr_write_bytes(r->reg, (const uint8_t *)words, csr_bytes(r->reg));
}

static void register_set(const soc_register_t *r, mp_obj_t value) {
    if (!(r->reg.access & CSR_ACCESS_WRITE)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("CSR '%s' is read-only"), r->name);
    }
    #if PORT_FULL
    // Of the tick's timer; a cheap look first, since nearly all registers are others.
    uint32_t from_timer = r->reg.addr - soc_timer[SOC_TICK_TIMER].load.addr;
    if (from_timer <= soc_timer[SOC_TICK_TIMER].ev_enable.addr - soc_timer[SOC_TICK_TIMER].load.addr) {
        port_clock_before_write(r->reg.addr);
    }
    #endif
    if (mp_obj_is_small_int(value)) {
        set_small(r, MP_OBJ_SMALL_INT_VALUE(value));
    } else {
        set_large(r, value);
    }
}

#if PORT_FULL

static const mp_obj_type_t csr_list_type;

static bool has_name(const mp_obj_list_t *list, mp_obj_t name) {
    for (size_t i = 0; i < list->len; i++) {
        const mp_obj_tuple_t *item = MP_OBJ_TO_PTR(list->items[i]);
        if (mp_obj_is_type(list->items[i], &mp_type_tuple) && mp_obj_equal(item->items[0], name)) {
            return true;
        }
    }
    return false;
}

// A list in which `in` finds a register by its name, too.
static mp_obj_t csr_list_binary_op(mp_binary_op_t op, mp_obj_t self_in, mp_obj_t other) {
    mp_obj_list_t plain;
    if (op == MP_BINARY_OP_CONTAINS && mp_obj_is_str(other) && has_name(MP_OBJ_TO_PTR(self_in), other)) {
        return mp_const_true;
    }
    // A list's own operators know no other type on the right; they copy its items.
    if (op == MP_BINARY_OP_REVERSE_ADD) {
        plain = *(mp_obj_list_t *)MP_OBJ_TO_PTR(self_in);
        plain.base.type = &mp_type_list;
        return mp_binary_op(MP_BINARY_OP_ADD, other, MP_OBJ_FROM_PTR(&plain));
    }
    if (mp_obj_is_type(other, &csr_list_type)) {
        plain = *(mp_obj_list_t *)MP_OBJ_TO_PTR(other);
        plain.base.type = &mp_type_list;
        other = MP_OBJ_FROM_PTR(&plain);
    }
    return port_subtype_binary_op(op, self_in, other);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    csr_list_type,
    MP_QSTR_list,
    MP_TYPE_FLAG_ITER_IS_GETITER | MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE,
    print, port_subtype_print,
    unary_op, port_subtype_unary_op,
    binary_op, csr_list_binary_op,
    attr, port_subtype_attr,
    subscr, port_subtype_subscr,
    iter, port_subtype_getiter,
    parent, &mp_type_list
    );

#endif

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
            mp_obj_new_str_from_cstr(r->name), mp_obj_new_int_from_uint(r->reg.addr),
            MP_OBJ_NEW_SMALL_INT(csr_bits(r->reg)), mp_obj_new_str_from_cstr(access_of(r->reg)),
        };
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    #if PORT_FULL
    ((mp_obj_base_t *)MP_OBJ_TO_PTR(list))->type = &csr_list_type;
    #endif
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_csrs_obj, 0, 1, litex_csrs);

static const soc_register_t *find(mp_obj_t name_in) {
    const char *name = mp_obj_str_get_str(name_in);
    const soc_register_t *r = soc_register_find(name);
    if (r == NULL) {
        vstr_t vstr;
        mp_print_t print;
        vstr_init_print(&vstr, 64, &print);
        print_no_such(&print, SOC_REGISTERS, name);
        mp_raise_msg_varg(&mp_type_KeyError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
    }
    return r;
}

// csr_read(name): the register's value, whatever its width.
static mp_obj_t litex_csr_read(mp_obj_t name) {
    return register_get(find(name));
}
MP_DEFINE_CONST_FUN_OBJ_1(litex_csr_read_obj, litex_csr_read);

// csr_write(name, value)
static mp_obj_t litex_csr_write(mp_obj_t name, mp_obj_t value) {
    register_set(find(name), value);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(litex_csr_write_obj, litex_csr_write);

#if PORT_FULL

// One register, of litex.regs or of a RemoteClient's regs. The latter behaves as LiteX's class CSRRegister: it takes the
// words by ascending addresses, most significant first, and drops excess bits.

typedef struct {
    mp_obj_base_t base;
    const soc_register_t *soc;
    mp_obj_t client; // MP_OBJ_NULL: of the litex module
} litex_register_obj_t;

static void register_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    litex_register_obj_t *self = MP_OBJ_TO_PTR(self_in);
    csr_reg_t reg = self->soc->reg;
    mp_printf(print, "<CSR %s at 0x%x, %u bits, %s>", self->soc->name, (unsigned)reg.addr, csr_bits(reg),
        access_of(reg));
}

static MP_NOINLINE mp_obj_t read_remote(const litex_register_obj_t *self) {
    csr_reg_t reg = self->soc->reg;
    mp_obj_t words = litex_remote_read(self->client, mp_obj_new_int_from_uint(reg.addr), reg.words, true);
    mp_obj_t value = MP_OBJ_NEW_SMALL_INT(0);
    for (size_t i = 0; i < reg.words; i++) {
        mp_obj_t word = mp_obj_subscr(words, MP_OBJ_NEW_SMALL_INT(i), MP_OBJ_SENTINEL);
        value = mp_binary_op(MP_BINARY_OP_LSHIFT, value, MP_OBJ_NEW_SMALL_INT(SOC_CSR_DATA_WIDTH));
        value = mp_binary_op(MP_BINARY_OP_OR, value, word);
    }
    return value;
}

static mp_obj_t register_read(mp_obj_t self_in) {
    const litex_register_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return self->client == MP_OBJ_NULL ? register_get(self->soc) : read_remote(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(register_read_obj, register_read);

static MP_NOINLINE void write_remote(const litex_register_obj_t *self, mp_obj_t value) {
    csr_reg_t reg = self->soc->reg;
    if (!(reg.access & CSR_ACCESS_WRITE)) {
        mp_raise_msg_varg(&mp_type_KeyError, MP_ERROR_TEXT("%sregister not writable"), self->soc->name);
    }
    mp_obj_t *words = m_new(mp_obj_t, reg.words);
    for (size_t i = reg.words; i-- > 0;) {
        uint32_t word = (uint32_t)mp_obj_get_int_truncated(value) & (uint32_t)((UINT64_C(1) << SOC_CSR_DATA_WIDTH) - 1);
        words[i] = mp_obj_new_int_from_uint(word);
        value = mp_binary_op(MP_BINARY_OP_RSHIFT, value, MP_OBJ_NEW_SMALL_INT(SOC_CSR_DATA_WIDTH));
    }
    litex_remote_write(self->client, mp_obj_new_int_from_uint(reg.addr), reg.words, words);
}

static mp_obj_t register_write(mp_obj_t self_in, mp_obj_t value) {
    const litex_register_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->client == MP_OBJ_NULL) {
        register_set(self->soc, value);
    } else {
        write_remote(self, value);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(register_write_obj, register_write);

// r() reads and r(value) writes: the fastest way.
static mp_obj_t register_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    return n_args == 0 ? register_read(self_in) : register_write(self_in, args[0]);
}

// Attributes other than the methods.
static MP_NOINLINE mp_obj_t register_fact(const soc_register_t *r, qstr attr) {
    switch (attr) {
        case MP_QSTR_name:
            return mp_obj_new_str_from_cstr(r->name);
        case MP_QSTR_addr:
            return mp_obj_new_int_from_uint(r->reg.addr);
        case MP_QSTR_size: // as csr.json calls it
        case MP_QSTR_length: // as RemoteClient calls it
            return MP_OBJ_NEW_SMALL_INT(r->reg.words);
        case MP_QSTR_bits:
            return MP_OBJ_NEW_SMALL_INT(csr_bits(r->reg));
        case MP_QSTR_data_width:
            return MP_OBJ_NEW_SMALL_INT(SOC_CSR_DATA_WIDTH);
        case MP_QSTR_mode:
            return mp_obj_new_str_from_cstr(access_of(r->reg));
        default:
            return MP_OBJ_NULL;
    }
}

static void register_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing of it can be set
    }
    // The methods are here because a look-up in a dictionary takes longer than the access itself.
    if (attr == MP_QSTR_read) {
        dest[0] = MP_OBJ_FROM_PTR(&register_read_obj);
        dest[1] = self_in;
    } else if (attr == MP_QSTR_write) {
        dest[0] = MP_OBJ_FROM_PTR(&register_write_obj);
        dest[1] = self_in;
    } else {
        dest[0] = register_fact(((litex_register_obj_t *)MP_OBJ_TO_PTR(self_in))->soc, attr);
    }
}

static MP_DEFINE_CONST_OBJ_TYPE(
    litex_register_type,
    MP_QSTR_CSR,
    MP_TYPE_FLAG_NONE,
    print, register_print,
    call, register_call,
    attr, register_attr
    );

static mp_obj_t tree_register(const litex_tree_obj_t *tree, const soc_register_t *r) {
    litex_register_obj_t *self = mp_obj_malloc(litex_register_obj_t, &litex_register_type);
    self->soc = r;
    self->client = tree->client;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t tree_memory(const soc_memory_t *m) {
    static const qstr fields[] = { MP_QSTR_base, MP_QSTR_size, MP_QSTR_type };
    const mp_obj_t items[MP_ARRAY_SIZE(fields)] = {
        mp_obj_new_int_from_uint(m->base), mp_obj_new_int_from_uint(m->size), mp_obj_new_str_from_cstr(m->type),
    };
    return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(fields), items);
}

// A RemoteClient shows constants as csr.csv does: text in lower case, "None" for no value.
static mp_obj_t tree_constant(const litex_tree_obj_t *tree, const soc_constant_t *c) {
    bool as_csv = tree->client != MP_OBJ_NULL;
    if (c->text == NULL) {
        return mp_obj_new_int_from_ll(c->number);
    }
    if (c->number != 0) {
        return as_csv ? MP_OBJ_NEW_QSTR(MP_QSTR_None) : mp_const_true;
    }
    mp_obj_t text = mp_obj_new_str_from_cstr(c->text);
    if (as_csv) {
        mp_obj_t lower[2];
        mp_load_method(text, MP_QSTR_lower, lower);
        text = mp_call_method_n_kw(0, 0, lower);
    }
    return text;
}

static bool has_csrs(const soc_core_t *core) {
    const soc_memory_t *csr = soc_memory_find("csr");
    return csr == NULL || core->base - csr->base < csr->size;
}

// The attribute, or MP_OBJ_NULL.
static mp_obj_t tree_get(const litex_tree_obj_t *tree, const char *name) {
    const void *entry;
    switch (tree->table) {
        case SOC_REGISTERS:
            entry = soc_register_find(name);
            return entry != NULL ? tree_register(tree, entry) : MP_OBJ_NULL;
        case SOC_MEMORIES:
            entry = soc_memory_find(name);
            return entry != NULL ? tree_memory(entry) : MP_OBJ_NULL;
        case SOC_CONSTANTS:
            entry = soc_constant_find(name);
            return entry != NULL ? tree_constant(tree, entry) : MP_OBJ_NULL;
        default: {
            const soc_core_t *core = soc_core_find(name);
            return core != NULL && has_csrs(core) ? mp_obj_new_int_from_uint(core->base) : MP_OBJ_NULL;
        }
    }
}

// The table as a dictionary in csr.csv's order: registers by address, although the table is sorted by name.
static mp_obj_t tree_dict(const litex_tree_obj_t *tree) {
    unsigned n = soc_table_count(tree->table);
    mp_obj_t dict = mp_obj_new_dict(n);
    mp_obj_dict_get_map(dict)->is_ordered = 1;
    uint32_t from = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = i;
        if (tree->table == SOC_REGISTERS) {
            for (unsigned j = 0, found = 0; j < n; j++) {
                uint32_t addr = soc_registers[j].reg.addr;
                if (addr >= from && (!found || addr < soc_registers[at].reg.addr)) {
                    at = j;
                    found = 1;
                }
            }
            from = soc_registers[at].reg.addr + 1;
        }
        const char *name = soc_table_name(tree->table, at);
        mp_obj_t value = tree_get(tree, name);
        if (value != MP_OBJ_NULL) {
            mp_obj_dict_store(dict, mp_obj_new_str_from_cstr(name), value);
        }
    }
    return dict;
}

// The argument of an AttributeError about an unknown name. It looks for similar names when it is printed, because dir(),
// hasattr(), getattr() with a default and the prompt's completion raise and drop this error, dir() once for each string
// that the firmware has.
typedef struct {
    mp_obj_base_t base;
    soc_table_t table;
    const char *name;
} no_attribute_obj_t;

static void no_attribute_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    no_attribute_obj_t *self = MP_OBJ_TO_PTR(self_in);
    print_no_such(print, self->table, self->name);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    no_attribute_type,
    MP_QSTR_,
    MP_TYPE_FLAG_NONE,
    print, no_attribute_print
    );

static MP_NORETURN void raise_no_attribute(soc_table_t table, const char *name) {
    no_attribute_obj_t *message = mp_obj_malloc(no_attribute_obj_t, &no_attribute_type);
    message->table = table;
    message->name = name;
    nlr_raise(mp_obj_new_exception_arg1(&mp_type_AttributeError, MP_OBJ_FROM_PTR(message)));
}

static void tree_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    litex_tree_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing of it can be set
    }
    const char *name = qstr_str(attr);
    dest[0] = tree_get(self, name);
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR___dict__ || attr == MP_QSTR_d) {
        dest[0] = tree_dict(self); // as of LiteX's class CSRElements
    } else if (!(name[0] == '_' && name[1] == '_')) {
        raise_no_attribute(self->table, name);
    }
}

MP_DEFINE_CONST_OBJ_TYPE(
    litex_tree_type,
    MP_QSTR_tree,
    MP_TYPE_FLAG_NONE,
    attr, tree_attr
    );

mp_obj_t litex_tree_new(soc_table_t table, mp_obj_t client) {
    litex_tree_obj_t *self = mp_obj_malloc(litex_tree_obj_t, &litex_tree_type);
    self->table = table;
    self->client = client;
    return MP_OBJ_FROM_PTR(self);
}

const litex_tree_obj_t litex_regs_obj = { { &litex_tree_type }, SOC_REGISTERS, MP_OBJ_NULL };
const litex_tree_obj_t litex_mems_obj = { { &litex_tree_type }, SOC_MEMORIES, MP_OBJ_NULL };
const litex_tree_obj_t litex_constants_obj = { { &litex_tree_type }, SOC_CONSTANTS, MP_OBJ_NULL };

#endif
