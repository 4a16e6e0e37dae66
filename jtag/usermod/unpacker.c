// SPDX-License-Identifier: MIT
//
// _ecp5.Unpacker(memory, write): gzip or zlib data in pieces as they come, unpacked (jtag/inflate.h), for sinks that are not
// the programmer's. write(data) is called with each unpacked piece, whose memory is used again when it has returned.
// memory: INFLATE_BYTES and a window. Both methods return 0 or a negative status; what write() raises, they raise.

#include <string.h>

#include "py/runtime.h"

#include "common/status.h"
#include "jtag/inflate.h"
#include "jtag/usermod/modecp5.h"

typedef struct {
    mp_obj_base_t base;
    inflate_t inflate;
    mp_obj_t memory;
    mp_obj_t write;
    mp_obj_t raised;
} unpacker_t;

// What write() raises waits until zlib has come back.
static int pass(void *ctx, const uint8_t *data, size_t length) {
    unpacker_t *self = ctx;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(self->write, mp_obj_new_memoryview('B', length, (void *)data));
        nlr_pop();
        return LX_OK;
    }
    self->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    return LX_EIO;
}

static mp_obj_t unpacker_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    mp_buffer_info_t memory;
    mp_get_buffer_raise(args[0], &memory, MP_BUFFER_WRITE);
    unpacker_t *self = mp_obj_malloc(unpacker_t, type);
    memset((uint8_t *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    self->memory = args[0];
    self->write = args[1];
    self->raised = MP_OBJ_NULL;
    inflate_open(&self->inflate, (jtag_sink_t) { pass, self }, INFLATE_AUTO, memory.buf, memory.len);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t result(unpacker_t *self, int status) {
    if (self->raised != MP_OBJ_NULL) {
        mp_obj_t raised = self->raised;
        self->raised = MP_OBJ_NULL;
        nlr_raise(raised);
    }
    return MP_OBJ_NEW_SMALL_INT(status);
}

static mp_obj_t unpacker_push(mp_obj_t self_in, mp_obj_t data) {
    unpacker_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    return result(self, inflate_write(&self->inflate, buffer.buf, buffer.len));
}
static MP_DEFINE_CONST_FUN_OBJ_2(push_obj, unpacker_push);

static mp_obj_t unpacker_finish(mp_obj_t self_in) {
    unpacker_t *self = MP_OBJ_TO_PTR(self_in);
    return result(self, inflate_finish(&self->inflate));
}
static MP_DEFINE_CONST_FUN_OBJ_1(finish_obj, unpacker_finish);

#define UNPACKER_METHODS(METHOD) \
    METHOD(MP_QSTR_push, push_obj) \
    METHOD(MP_QSTR_finish, finish_obj)
JTAG_LOCALS(unpacker_locals, UNPACKER_METHODS)

MP_DEFINE_CONST_OBJ_TYPE(jtag_unpacker_type, MP_QSTR_Unpacker, MP_TYPE_FLAG_NONE,
    make_new, unpacker_make_new, locals_dict, &unpacker_locals);
