// SPDX-License-Identifier: MIT
//
// The module `_ecp5`: transports, the session that the package ecp5 drives, and what the core knows by number.

#include "jtag/usermod/modecp5.h"

#include <string.h>

#include "py/runtime.h"

#include "flash/nor_write.h"
#include "jtag/boot.h"
#include "jtag/ecp5.h"
#include "jtag/inflate.h"
#include "jtag/stream.h"

#ifdef JTAG_PORT_TYPES
JTAG_PORT_TYPES
#endif

static mp_obj_t text_or_none(const char *text) {
    return text ? mp_obj_new_str(text, strlen(text)) : mp_const_none;
}

// is_packed(data): whether it begins as gzip or zlib data does.
static mp_obj_t ecp5_mod_is_packed(mp_obj_t data) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    return mp_obj_new_bool(inflate_is_packed(buffer.buf, buffer.len));
}
static MP_DEFINE_CONST_FUN_OBJ_1(is_packed_obj, ecp5_mod_is_packed);

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

#define ECP5_FUNCTIONS(FUNCTION) \
    FUNCTION(MP_QSTR_is_packed, is_packed_obj) \
    FUNCTION(MP_QSTR_device_name, device_name_obj) \
    FUNCTION(MP_QSTR_status_words, status_words_obj)

// INFLATE_BYTES is what unpacking takes without its window.
#define ECP5_NUMBERS(NUMBER) \
    NUMBER(MP_QSTR_SRAM, STREAM_SRAM) \
    NUMBER(MP_QSTR_FLASH, STREAM_FLASH) \
    NUMBER(MP_QSTR_CHECK, STREAM_CHECK) \
    NUMBER(MP_QSTR_PROBE, STREAM_PROBE) \
    NUMBER(MP_QSTR_COMPLETE, BITSTREAM_COMPLETE) \
    NUMBER(MP_QSTR_PARTIAL, BITSTREAM_PARTIAL) \
    NUMBER(MP_QSTR_JUMP, BITSTREAM_JUMP) \
    NUMBER(MP_QSTR_ENCRYPTED, BITSTREAM_ENCRYPTED) \
    NUMBER(MP_QSTR_AUTO, INFLATE_AUTO) \
    NUMBER(MP_QSTR_PLAIN, INFLATE_PLAIN) \
    NUMBER(MP_QSTR_REQUIRE_BITSTREAM, STREAM_REQUIRE_BITSTREAM) \
    NUMBER(MP_QSTR_OVERRIDE_ID, STREAM_OVERRIDE_ID) \
    NUMBER(MP_QSTR_ANY_DATA, STREAM_ANY_DATA) \
    NUMBER(MP_QSTR_BOOT_NO_BITSTREAM, BOOT_NO_BITSTREAM) \
    NUMBER(MP_QSTR_BOOT_WRONG_DEVICE, BOOT_WRONG_DEVICE) \
    NUMBER(MP_QSTR_BOOT_TOO_FAST, BOOT_TOO_FAST) \
    NUMBER(MP_QSTR_BOOT_QUAD_OFF, BOOT_QUAD_OFF) \
    NUMBER(MP_QSTR_WHOLE, STREAM_WHOLE) \
    NUMBER(MP_QSTR_COMPARE, JTAG_SESSION_COMPARE) \
    NUMBER(MP_QSTR_SEARCH_BYTES, BITSTREAM_SEARCH_BYTES) \
    NUMBER(MP_QSTR_INFLATE_BYTES, INFLATE_MEMORY_BYTES(0) - 1 + 16) \
    NUMBER(MP_QSTR_EINVAL, LX_EINVAL) \
    NUMBER(MP_QSTR_ENODEV, LX_ENODEV) \
    NUMBER(MP_QSTR_EBUSY, LX_EBUSY) \
    NUMBER(MP_QSTR_ETIMEDOUT, LX_ETIMEDOUT) \
    NUMBER(MP_QSTR_EIO, LX_EIO) \
    NUMBER(MP_QSTR_EOVERFLOW, LX_EOVERFLOW) \
    NUMBER(MP_QSTR_ENOTSUP, LX_ENOTSUP) \
    NUMBER(MP_QSTR_EINTR, LX_EINTR) \
    NUMBER(MP_QSTR_ECHAIN, LX_ECHAIN) \
    NUMBER(MP_QSTR_ENOBITSTREAM, LX_ENOBITSTREAM) \
    NUMBER(MP_QSTR_EIRLENGTH, LX_EIRLENGTH) \
    NUMBER(MP_QSTR_EDEVICE, LX_EDEVICE) \
    NUMBER(MP_QSTR_EWRONGDEVICE, LX_EWRONGDEVICE) \
    NUMBER(MP_QSTR_ENOID, LX_ENOID) \
    NUMBER(MP_QSTR_ECOMMAND, LX_ECOMMAND) \
    NUMBER(MP_QSTR_ECRC, LX_ECRC) \
    NUMBER(MP_QSTR_ETRUNCATED, LX_ETRUNCATED) \
    NUMBER(MP_QSTR_EDEFLATE, LX_EDEFLATE) \
    NUMBER(MP_QSTR_ECHECKSUM, LX_ECHECKSUM) \
    NUMBER(MP_QSTR_EWINDOW, LX_EWINDOW) \
    NUMBER(MP_QSTR_EPARTIAL, LX_EPARTIAL) \
    NUMBER(MP_QSTR_EJUMP, LX_EJUMP) \
    NUMBER(MP_QSTR_EDECRYPTONLY, LX_EDECRYPTONLY) \
    NUMBER(MP_QSTR_ENOKEY, LX_ENOKEY) \
    NUMBER(MP_QSTR_EENABLE, LX_EENABLE) \
    NUMBER(MP_QSTR_EERASE, LX_EERASE) \
    NUMBER(MP_QSTR_EDEVICEID, LX_EDEVICEID) \
    NUMBER(MP_QSTR_EDEVICECRC, LX_EDEVICECRC) \
    NUMBER(MP_QSTR_EDEVICECOMMAND, LX_EDEVICECOMMAND) \
    NUMBER(MP_QSTR_EDEVICEDATA, LX_EDEVICEDATA) \
    NUMBER(MP_QSTR_ENOTDONE, LX_ENOTDONE) \
    NUMBER(MP_QSTR_EREFRESH, LX_EREFRESH) \
    NUMBER(MP_QSTR_ENOFLASH, LX_ENOFLASH) \
    NUMBER(MP_QSTR_EFLASHTYPE, LX_EFLASHTYPE) \
    NUMBER(MP_QSTR_EPROTECTED, LX_EPROTECTED) \
    NUMBER(MP_QSTR_EFLASHBUSY, LX_EFLASHBUSY) \
    NUMBER(MP_QSTR_EFLASHERASE, LX_EFLASHERASE) \
    NUMBER(MP_QSTR_EFLASHPROGRAM, LX_EFLASHPROGRAM) \
    NUMBER(MP_QSTR_EFLASHLOST, LX_EFLASHLOST) \
    NUMBER(MP_QSTR_EREACH, LX_EREACH)

#if !MICROPY_ENABLE_DYNRUNTIME

#define NUMBER_ROW(name, value) { MP_ROM_QSTR(name), MP_ROM_INT(value) },

static const mp_rom_map_elem_t ecp5_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__ecp5) },
    { MP_ROM_QSTR(MP_QSTR_Session), MP_ROM_PTR(&jtag_session_type) },
    { MP_ROM_QSTR(MP_QSTR_XVCServer), MP_ROM_PTR(&jtag_xvc_server_type) },
    { MP_ROM_QSTR(MP_QSTR_Unpacker), MP_ROM_PTR(&jtag_unpacker_type) },
    { MP_ROM_QSTR(MP_QSTR_Pins), MP_ROM_PTR(&jtag_pins_type) },
    #if MICROPY_PY_TIME
    { MP_ROM_QSTR(MP_QSTR_SlaveSPI), MP_ROM_PTR(&jtag_slave_spi_type) },
    #endif
    #if JTAG_USERMOD_XVC
    { MP_ROM_QSTR(MP_QSTR_XVC), MP_ROM_PTR(&jtag_xvc_type) },
    #endif
    #ifdef JTAG_PORT_GLOBALS
    JTAG_PORT_GLOBALS
    #endif
    ECP5_FUNCTIONS(JTAG_ROM_ROW)
    ECP5_NUMBERS(NUMBER_ROW)
};
static MP_DEFINE_CONST_DICT(ecp5_globals, ecp5_globals_table);

const mp_obj_module_t jtag_ecp5_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&ecp5_globals,
};

MP_REGISTER_MODULE(MP_QSTR__ecp5, jtag_ecp5_module);

#endif
