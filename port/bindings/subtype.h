// SPDX-License-Identifier: MIT
// Types that change one thing about a built-in type whose functions upstream keeps to itself: each function here calls
// that of the type's parent, which must be the built-in type. Objects have the parent's layout.
#ifndef PORT_BINDINGS_SUBTYPE_H
#define PORT_BINDINGS_SUBTYPE_H

#include "py/obj.h"

void port_subtype_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);
mp_obj_t port_subtype_unary_op(mp_unary_op_t op, mp_obj_t self);
mp_obj_t port_subtype_binary_op(mp_binary_op_t op, mp_obj_t self, mp_obj_t other);
mp_obj_t port_subtype_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value);
mp_obj_t port_subtype_getiter(mp_obj_t self, mp_obj_iter_buf_t *iter_buf);
void port_subtype_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);

#endif
