// SPDX-License-Identifier: MIT
//
// jtag.XVC(host, port): a transport over the network to a cable or a virtual board that speaks Xilinx Virtual Cable.
// On hosts only: in ports with POSIX sockets.

#include "jtag/usermod/modecp5.h"

#if JTAG_USERMOD_XVC

#include "py/mperrno.h"
#include "py/runtime.h"

#include "jtag/host/xvc.h"
#include "jtag/usermod/transport.h"

#define TIMEOUT_MS (5000)

typedef struct {
    mp_obj_base_t base;
    xvc_t xvc;
} xvc_obj_t;

static mp_obj_t xvc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, false);
    const char *host = mp_obj_str_get_str(args[0]);
    char port[8];
    snprintf(port, sizeof(port), "%u", (unsigned)(n_args > 1 ? mp_obj_get_int(args[1]) : 2542) & 0xffff);
    xvc_obj_t *self = mp_obj_malloc_with_finaliser(xvc_obj_t, type);
    self->xvc.socket = -1;
    if (xvc_open(&self->xvc, host, port, TIMEOUT_MS) != LX_OK) {
        mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("no XVC server answers at %s port %s"), host, port);
    }
    return MP_OBJ_FROM_PTR(self);
}

static void xvc_get(mp_obj_t self_in, jtag_transport_t *transport) {
    xvc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->xvc.socket < 0) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("the XVC connection is closed"));
    }
    *transport = (jtag_transport_t) { &xvc_ops, &self->xvc };
}

static mp_obj_t xvc_obj_close(mp_obj_t self_in) {
    xvc_obj_t *self = MP_OBJ_TO_PTR(self_in);
    xvc_close(&self->xvc);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(xvc_close_obj, xvc_obj_close);

static const mp_rom_map_elem_t xvc_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&xvc_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&xvc_close_obj) },
};
static MP_DEFINE_CONST_DICT(xvc_locals, xvc_locals_table);

static const jtag_transport_p_t xvc_protocol = { jtag_transport_tag, xvc_get, NULL };

MP_DEFINE_CONST_OBJ_TYPE(
    jtag_xvc_type,
    MP_QSTR_XVC,
    MP_TYPE_FLAG_NONE,
    make_new, xvc_make_new,
    protocol, &xvc_protocol,
    locals_dict, &xvc_locals
    );

#endif
