// SPDX-License-Identifier: MIT
//
// Which objects are transports (transport.h).

#include "jtag/usermod/transport.h"

#include "py/runtime.h"

const char jtag_transport_tag[] = "jtag";

// NULL: the object is not a transport.
static const jtag_transport_p_t *protocol_of(mp_obj_t object) {
    const jtag_transport_p_t *protocol = MP_OBJ_TYPE_GET_SLOT_OR_NULL(mp_obj_get_type(object), protocol);
    return protocol && protocol->tag == jtag_transport_tag ? protocol : NULL;
}

jtag_transport_t jtag_transport_get(mp_obj_t object) {
    const jtag_transport_p_t *protocol = protocol_of(object);
    if (protocol == NULL) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s is not a JTAG transport such as jtag.Pins()"),
            mp_obj_get_type_str(object));
    }
    jtag_transport_t transport;
    protocol->get(object, &transport);
    return transport;
}

mp_obj_t jtag_transport_take_exception(mp_obj_t object) {
    const jtag_transport_p_t *protocol = protocol_of(object);
    return protocol && protocol->take_exception ? protocol->take_exception(object) : MP_OBJ_NULL;
}
