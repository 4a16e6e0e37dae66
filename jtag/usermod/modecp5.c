// SPDX-License-Identifier: MIT
//
// The module `_ecp5`: transports, the session that ecp5.py drives, and the core's texts.

#include "jtag/usermod/modecp5.h"

#include <string.h>

#include "py/runtime.h"

#include "jtag/ecp5.h"
#include "jtag/inflate.h"
#include "jtag/nor_write.h"
#include "jtag/stream.h"

#ifdef JTAG_PORT_TYPES
JTAG_PORT_TYPES
#endif

static mp_obj_t text_or_none(const char *text) {
    return text ? mp_obj_new_str(text, strlen(text)) : mp_const_none;
}

// strerror(status): the sentence of a status code.
static mp_obj_t ecp5_mod_strerror(mp_obj_t status) {
    return text_or_none(jtag_strerror(mp_obj_get_int(status)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(strerror_obj, ecp5_mod_strerror);

// device_name(idcode): of an ECP5, else None.
static mp_obj_t ecp5_mod_device_name(mp_obj_t idcode) {
    const ecp5_device_t *device = ecp5_find(mp_obj_get_int_truncated(idcode));
    return text_or_none(device ? device->name : NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(device_name_obj, ecp5_mod_device_name);

// status_words(status): what a status register says, bit by bit; an error of the configuration engine comes first.
static mp_obj_t ecp5_mod_status_words(mp_obj_t status_in) {
    uint32_t status = mp_obj_get_int_truncated(status_in);
    mp_obj_t words = mp_obj_new_list(0, NULL);
    if (status & ECP5_STATUS_ERROR) {
        mp_obj_list_append(words, text_or_none(ecp5_error_text(status)));
    }
    for (unsigned bit = 0; bit < 32; bit++) {
        if (status >> bit & 1 && ecp5_status_text(bit)) {
            mp_obj_list_append(words, text_or_none(ecp5_status_text(bit)));
        }
    }
    return words;
}
static MP_DEFINE_CONST_FUN_OBJ_1(status_words_obj, ecp5_mod_status_words);

static const mp_rom_map_elem_t ecp5_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__ecp5) },
    { MP_ROM_QSTR(MP_QSTR_Session), MP_ROM_PTR(&jtag_session_type) },
    { MP_ROM_QSTR(MP_QSTR_XVCServer), MP_ROM_PTR(&jtag_xvc_server_type) },
    { MP_ROM_QSTR(MP_QSTR_Pins), MP_ROM_PTR(&jtag_pins_type) },
    #if JTAG_USERMOD_XVC
    { MP_ROM_QSTR(MP_QSTR_XVC), MP_ROM_PTR(&jtag_xvc_type) },
    #endif
    #ifdef JTAG_PORT_GLOBALS
    JTAG_PORT_GLOBALS
    #endif
    { MP_ROM_QSTR(MP_QSTR_strerror), MP_ROM_PTR(&strerror_obj) },
    { MP_ROM_QSTR(MP_QSTR_device_name), MP_ROM_PTR(&device_name_obj) },
    { MP_ROM_QSTR(MP_QSTR_status_words), MP_ROM_PTR(&status_words_obj) },
    { MP_ROM_QSTR(MP_QSTR_SRAM), MP_ROM_INT(STREAM_SRAM) },
    { MP_ROM_QSTR(MP_QSTR_FLASH), MP_ROM_INT(STREAM_FLASH) },
    { MP_ROM_QSTR(MP_QSTR_CHECK), MP_ROM_INT(STREAM_CHECK) },
    { MP_ROM_QSTR(MP_QSTR_AUTO), MP_ROM_INT(INFLATE_AUTO) },
    { MP_ROM_QSTR(MP_QSTR_PLAIN), MP_ROM_INT(INFLATE_PLAIN) },
    { MP_ROM_QSTR(MP_QSTR_REQUIRE_BITSTREAM), MP_ROM_INT(STREAM_REQUIRE_BITSTREAM) },
    { MP_ROM_QSTR(MP_QSTR_OVERRIDE_ID), MP_ROM_INT(STREAM_OVERRIDE_ID) },
    { MP_ROM_QSTR(MP_QSTR_ANY_DATA), MP_ROM_INT(STREAM_ANY_DATA) },
    // Without the window.
    { MP_ROM_QSTR(MP_QSTR_INFLATE_BYTES), MP_ROM_INT(INFLATE_MEMORY_BYTES(0) - 1 + 16) },
    { MP_ROM_QSTR(MP_QSTR_EINVAL), MP_ROM_INT(JTAG_EINVAL) },
    { MP_ROM_QSTR(MP_QSTR_EBUSY), MP_ROM_INT(JTAG_EBUSY) },
    { MP_ROM_QSTR(MP_QSTR_ETIMEDOUT), MP_ROM_INT(JTAG_ETIMEDOUT) },
    { MP_ROM_QSTR(MP_QSTR_EIRLENGTH), MP_ROM_INT(JTAG_EIRLENGTH) },
    { MP_ROM_QSTR(MP_QSTR_EDEVICE), MP_ROM_INT(JTAG_EDEVICE) },
    { MP_ROM_QSTR(MP_QSTR_EWRONGDEVICE), MP_ROM_INT(JTAG_EWRONGDEVICE) },
    { MP_ROM_QSTR(MP_QSTR_ETRUNCATED), MP_ROM_INT(JTAG_ETRUNCATED) },
    { MP_ROM_QSTR(MP_QSTR_EDEFLATE), MP_ROM_INT(JTAG_EDEFLATE) },
    { MP_ROM_QSTR(MP_QSTR_ECHECKSUM), MP_ROM_INT(JTAG_ECHECKSUM) },
    { MP_ROM_QSTR(MP_QSTR_EENABLE), MP_ROM_INT(JTAG_EENABLE) },
    { MP_ROM_QSTR(MP_QSTR_EERASE), MP_ROM_INT(JTAG_EERASE) },
    { MP_ROM_QSTR(MP_QSTR_EDEVICEID), MP_ROM_INT(JTAG_EDEVICEID) },
    { MP_ROM_QSTR(MP_QSTR_EDEVICECRC), MP_ROM_INT(JTAG_EDEVICECRC) },
    { MP_ROM_QSTR(MP_QSTR_EDEVICECOMMAND), MP_ROM_INT(JTAG_EDEVICECOMMAND) },
    { MP_ROM_QSTR(MP_QSTR_EDEVICEDATA), MP_ROM_INT(JTAG_EDEVICEDATA) },
    { MP_ROM_QSTR(MP_QSTR_ENOTDONE), MP_ROM_INT(JTAG_ENOTDONE) },
    { MP_ROM_QSTR(MP_QSTR_EREFRESH), MP_ROM_INT(JTAG_EREFRESH) },
    { MP_ROM_QSTR(MP_QSTR_ENOFLASH), MP_ROM_INT(JTAG_ENOFLASH) },
    { MP_ROM_QSTR(MP_QSTR_EFLASHTYPE), MP_ROM_INT(JTAG_EFLASHTYPE) },
    { MP_ROM_QSTR(MP_QSTR_EPROTECTED), MP_ROM_INT(JTAG_EPROTECTED) },
    { MP_ROM_QSTR(MP_QSTR_EFLASHBUSY), MP_ROM_INT(JTAG_EFLASHBUSY) },
    { MP_ROM_QSTR(MP_QSTR_EFLASHERASE), MP_ROM_INT(JTAG_EFLASHERASE) },
    { MP_ROM_QSTR(MP_QSTR_EFLASHPROGRAM), MP_ROM_INT(JTAG_EFLASHPROGRAM) },
    { MP_ROM_QSTR(MP_QSTR_EFLASHLOST), MP_ROM_INT(JTAG_EFLASHLOST) },
};
static MP_DEFINE_CONST_DICT(ecp5_globals, ecp5_globals_table);

const mp_obj_module_t jtag_ecp5_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&ecp5_globals,
};

MP_REGISTER_MODULE(MP_QSTR__ecp5, jtag_ecp5_module);
