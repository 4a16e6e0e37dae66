// SPDX-License-Identifier: MIT
// The functions of subtype.h.

#include "bindings/subtype.h"

#include "py/runtime.h"

static const mp_obj_type_t *parent_of(mp_obj_t self) {
    return MP_OBJ_TYPE_GET_SLOT(mp_obj_get_type(self), parent);
}

void port_subtype_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    MP_OBJ_TYPE_GET_SLOT(parent_of(self), print)(print, self, kind);
}

mp_obj_t port_subtype_unary_op(mp_unary_op_t op, mp_obj_t self) {
    return MP_OBJ_TYPE_GET_SLOT(parent_of(self), unary_op)(op, self);
}

mp_obj_t port_subtype_binary_op(mp_binary_op_t op, mp_obj_t self, mp_obj_t other) {
    return MP_OBJ_TYPE_GET_SLOT(parent_of(self), binary_op)(op, self, other);
}

mp_obj_t port_subtype_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    return MP_OBJ_TYPE_GET_SLOT(parent_of(self), subscr)(self, index, value);
}

mp_obj_t port_subtype_getiter(mp_obj_t self, mp_obj_iter_buf_t *iter_buf) {
    mp_getiter_fun_t getiter = (mp_getiter_fun_t)MP_OBJ_TYPE_GET_SLOT(parent_of(self), iter);
    return getiter(self, iter_buf);
}

void port_subtype_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing of it can be set
    }
    const mp_obj_type_t *parent = parent_of(self);
    mp_map_t *methods = &MP_OBJ_TYPE_GET_SLOT(parent, locals_dict)->map;
    mp_map_elem_t *method = mp_map_lookup(methods, MP_OBJ_NEW_QSTR(attr), MP_MAP_LOOKUP);
    if (method != NULL) {
        mp_convert_member_lookup(self, parent, method->value, dest);
    }
}
