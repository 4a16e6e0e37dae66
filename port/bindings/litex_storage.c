// SPDX-License-Identifier: MIT
// litex.format(), partitions() and update(): Python that is frozen (port/boot/), imported when it is called.

#include "py/runtime.h"

#include "bindings/classes.h"
#include "storage/firmware_id.h"

#if PORT_MEDIUM

static mp_obj_t call(qstr module, qstr function, size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    mp_obj_t all[8];
    size_t n = 0;
    for (; n < n_args; n++) {
        all[n] = args[n];
    }
    size_t n_kw = 0;
    for (size_t i = 0; i < kw->alloc; i++) {
        if (mp_map_slot_is_filled(kw, i)) {
            if (n_args + 2 * (n_kw + 1) > MP_ARRAY_SIZE(all)) {
                mp_raise_TypeError(MP_ERROR_TEXT("too many arguments"));
            }
            all[n++] = kw->table[i].key;
            all[n++] = kw->table[i].value;
            n_kw++;
        }
    }
    mp_obj_t from = mp_import_name(module, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_n_kw(mp_load_attr(from, function), n_args, n_kw, all);
}

// format(dev, fs=None)
static mp_obj_t litex_format(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(MP_QSTR__storage, MP_QSTR_format, n_args, args, kw);
}
MP_DEFINE_CONST_FUN_OBJ_KW(litex_format_obj, 1, litex_format);

// partitions(dev)
static mp_obj_t litex_partitions(mp_obj_t dev) {
    return call(MP_QSTR__storage, MP_QSTR_partitions, 1, &dev, (mp_map_t *)&mp_const_empty_map);
}
MP_DEFINE_CONST_FUN_OBJ_1(litex_partitions_obj, litex_partitions);

// update(source, to=None)
static mp_obj_t litex_update(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(MP_QSTR__update, MP_QSTR_update, n_args, args, kw);
}
MP_DEFINE_CONST_FUN_OBJ_KW(litex_update_obj, 1, litex_update);

#if PORT_SPIFLASH
// _first_stage(): the code that _update.py writes.
static mp_obj_t litex_first_stage(void) {
    return mp_obj_new_bytes(first_stage, (size_t)(first_stage_end - first_stage));
}
MP_DEFINE_CONST_FUN_OBJ_0(litex_first_stage_obj, litex_first_stage);
#endif

#endif
