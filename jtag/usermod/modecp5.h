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

// Tables are lists of rows, from which a build into the firmware makes constants, and natmod/natmod.c, whose strings
// get their numbers when it is loaded, fills tables in RAM.
#if !MICROPY_ENABLE_DYNRUNTIME
#define JTAG_ROM_ROW(name, object) { MP_ROM_QSTR(name), MP_ROM_PTR(&object) },
#define JTAG_LOCALS(name, ROWS) \
    static const mp_rom_map_elem_t name##_table[] = { ROWS(JTAG_ROM_ROW) }; \
    static MP_DEFINE_CONST_DICT(name, name##_table);
#endif

// An option of Session.open() beside those of stream.h: to the flash, change nothing and count what differs.
#define JTAG_SESSION_COMPARE (1 << 8)

extern const mp_obj_type_t jtag_pins_type;
extern const mp_obj_type_t jtag_slave_spi_type;
extern const mp_obj_type_t jtag_xvc_type;
extern const mp_obj_type_t jtag_session_type;
extern const mp_obj_type_t jtag_xvc_server_type;
extern const mp_obj_type_t jtag_unpacker_type;

#endif // JTAG_USERMOD_MODECP5_H
