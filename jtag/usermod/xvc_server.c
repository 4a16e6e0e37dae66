// SPDX-License-Identifier: MIT
//
// _ecp5.XVCServer(transport, memory, write): the protocol of one XVC client without its socket, which jtag.py has.
// push(data) takes what came from the client, in pieces of any length, and calls write(bytes) with each answer; close()
// leaves the TAPs in reset.

#include <string.h>

#include "py/runtime.h"

#include "jtag/usermod/call.h"
#include "jtag/usermod/modecp5.h"
#include "jtag/xvc_server.h"

typedef struct {
    mp_obj_base_t base;
    jtag_call_t call;
    xvc_server_t server;
    mp_obj_t memory;
    mp_obj_t write;
} server_t;

// What write() raises waits for the end of the call.
static int answer(void *ctx, const uint8_t *data, size_t length) {
    server_t *self = ctx;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(self->write, mp_obj_new_bytes(data, length));
        nlr_pop();
        return LX_OK;
    }
    self->call.raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    return LX_EIO;
}

static mp_obj_t server_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 3, 3, false);
    mp_buffer_info_t memory;
    mp_get_buffer_raise(args[1], &memory, MP_BUFFER_WRITE);
    server_t *self = mp_obj_malloc(server_t, type);
    memset((uint8_t *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    self->memory = args[1];
    self->write = args[2];
    jtag_transport_t transport = jtag_call_init(&self->call, args[0]);
    jtag_sink_t to = { answer, self };
    if (xvc_server_open(&self->server, transport, to, memory.buf, memory.len) != LX_OK) {
        mp_raise_ValueError(MP_ERROR_TEXT("an XVC server needs at least 128 bytes of memory"));
    }
    self->server.stop = jtag_call_stop(&self->call);
    return MP_OBJ_FROM_PTR(self);
}

// push(data): 0, or a negative status after which the client is to be hung up on.
static mp_obj_t server_push(mp_obj_t self_in, mp_obj_t data) {
    server_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    jtag_call_begin(&self->call);
    int status = xvc_server_push(&self->server, buffer.buf, buffer.len);
    return MP_OBJ_NEW_SMALL_INT(jtag_call_end(&self->call, status));
}
static MP_DEFINE_CONST_FUN_OBJ_2(server_push_obj, server_push);

// close(): the client is gone; the TAPs are in reset afterwards. write() may call it too, within push().
static mp_obj_t server_close(mp_obj_t self_in) {
    server_t *self = MP_OBJ_TO_PTR(self_in);
    bool within = self->call.running;
    if (!within) {
        jtag_call_begin(&self->call);
    }
    jtag_call_insist(&self->call);
    int status = xvc_server_close(&self->server);
    return MP_OBJ_NEW_SMALL_INT(within ? status : jtag_call_end(&self->call, status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(server_close_obj, server_close);

#define SERVER_METHODS(METHOD) \
    METHOD(MP_QSTR_push, server_push_obj) \
    METHOD(MP_QSTR_close, server_close_obj)

JTAG_LOCALS(server_locals, SERVER_METHODS)

MP_DEFINE_CONST_OBJ_TYPE(
    jtag_xvc_server_type,
    MP_QSTR_XVCServer,
    MP_TYPE_FLAG_NONE,
    make_new, server_make_new,
    locals_dict, &server_locals
    );
