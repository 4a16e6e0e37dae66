// SPDX-License-Identifier: MIT
//
// Which objects are transports (transport.h).

#include "jtag/usermod/transport.h"

#include "py/runtime.h"

const char jtag_transport_tag[] = "jtag";

jtag_transport_t jtag_transport_get(mp_obj_t object) {
    const mp_obj_type_t *type = mp_obj_get_type(object);
    const jtag_transport_p_t *protocol = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, protocol);
    if (protocol == NULL || protocol->tag != jtag_transport_tag) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s is no JTAG transport such as jtag.Pins()"),
            mp_obj_get_type_str(object));
    }
    jtag_transport_t transport;
    protocol->get(object, &transport);
    return transport;
}
