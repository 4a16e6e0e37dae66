// SPDX-License-Identifier: MIT
//
// What the files of the module `_ecp5` share.

#ifndef JTAG_USERMOD_MODECP5_H
#define JTAG_USERMOD_MODECP5_H

#include "py/obj.h"

// jtag.XVC needs POSIX sockets: micropython.mk sets this for the unix port.
#ifndef JTAG_USERMOD_XVC
#define JTAG_USERMOD_XVC (0)
#endif

extern const mp_obj_type_t jtag_pins_type;
extern const mp_obj_type_t jtag_xvc_type;
extern const mp_obj_type_t jtag_session_type;
extern const mp_obj_type_t jtag_xvc_server_type;

#endif // JTAG_USERMOD_MODECP5_H
