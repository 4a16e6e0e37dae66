// SPDX-License-Identifier: MIT
//
// How a Python object is a JTAG transport. The module brings two such types (Pins over any pins, and XVC on hosts); a
// port adds its own without this module knowing them:
//
// - A type is a transport when its `protocol` slot points to a jtag_transport_p_t whose tag is jtag_transport_tag.
// - In its mpconfigport.h (or a header that this includes) the port may define
//     JTAG_PORT_TYPES    declarations, for instance: extern const struct _mp_obj_type_t jtag_master_type;
//     JTAG_PORT_GLOBALS  rows of the globals of `_ecp5`, for instance
//                        { MP_ROM_QSTR(MP_QSTR_Master), MP_ROM_PTR(&jtag_master_type) },
//     JTAG_PORT_PINS     a function mp_obj_t (const mp_obj_t pins[4]), declared in JTAG_PORT_TYPES: a faster transport
//                        over the pins tck, tms, tdi, tdo than one pin at a time, or MP_OBJ_NULL where there is none.
//                        jtag.Pins() asks it first.
//
// What a transport does is in jtag/jtag.h. It need not look for Ctrl-C: the core asks between operations (call.h).

#ifndef JTAG_USERMOD_TRANSPORT_H
#define JTAG_USERMOD_TRANSPORT_H

#include "py/obj.h"

#include "jtag/jtag.h"

typedef struct {
    const char *tag; // jtag_transport_tag
    // Fill in the transport of this object, which stays valid as long as the object. May raise, and may be called any
    // number of times.
    void (*get)(mp_obj_t self, jtag_transport_t *transport);
    // What Python code below this transport has raised in a submit, which returned LX_EIO; forgotten with this call.
    // MP_OBJ_NULL: nothing. NULL: there is no Python code below it.
    mp_obj_t (*take_exception)(mp_obj_t self);
} jtag_transport_p_t;

extern const char jtag_transport_tag[];

// The transport of an object; TypeError when it is not one.
jtag_transport_t jtag_transport_get(mp_obj_t object);

// What its Python code has raised, or MP_OBJ_NULL.
mp_obj_t jtag_transport_take_exception(mp_obj_t object);

#endif // JTAG_USERMOD_TRANSPORT_H
