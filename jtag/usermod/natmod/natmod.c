// SPDX-License-Identifier: MIT
//
// The module `_ecp5` as a native .mpy, for boards with stock firmware: the same files as in a build into the firmware,
// as one translation unit, with what a native module has to do differently. Its strings get their numbers when it is
// loaded, so that tables are filled then; it reaches the firmware only through py/dynruntime.h; pins are driven through
// their protocol, and a Ctrl-C is seen when a method returns, not in its middle.

#include "py/mpstate.h"
#include "py/runtime.h"
#include "extmod/virtpin.h"
#include "py/dynruntime.h"

#include "jtag/usermod/modecp5.h"

// What dynruntime.h lacks.

#define ERROR_LENGTH (160)

typedef struct {
    char text[ERROR_LENGTH];
    size_t length;
} text_t;

static void add_text(void *data, const char *str, size_t len) {
    text_t *text = data;
    for (size_t i = 0; i < len && text->length < ERROR_LENGTH; i++) {
        text->text[text->length++] = str[i];
    }
}

static NORETURN void raise_formatted(const mp_obj_type_t *type, const char *format, ...) {
    text_t text = { .length = 0 };
    mp_print_t print = { &text, add_text };
    va_list args;
    va_start(args, format);
    mp_vprintf(&print, format, args);
    va_end(args);
    mp_raise_type_arg(type, mp_obj_new_str(text.text, text.length));
}

static const char *type_name(mp_obj_t object) {
    return mp_obj_str_get_str(mp_load_attr(MP_OBJ_FROM_PTR(mp_obj_get_type(object)), MP_QSTR___name__));
}

static mp_obj_t call_1(mp_obj_t function, mp_obj_t argument) {
    return mp_call_function_n_kw(function, 1, 0, &argument);
}

// One that saves the caller's registers, as upstream's does.
#define nlr_push(buf) (mp_fun_table.nlr_push(buf))
#define nlr_pop() (mp_fun_table.nlr_pop())
#define mp_raise_msg_varg raise_formatted
#define mp_obj_get_type_str(object) type_name(object)
#define mp_obj_is_callable(object) MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(object), call)
#define mp_call_function_0(function) mp_call_function_n_kw(function, 0, 0, NULL)
#define mp_call_function_1(function, argument) call_1(function, argument)

// The pins' protocol in the place of the port's own functions.

static const mp_pin_p_t *pin_protocol(mp_obj_t pin) {
    return MP_OBJ_TYPE_GET_SLOT(mp_obj_get_type(pin), protocol);
}

static int pin_read(mp_obj_t pin) {
    int error;
    return (int)pin_protocol(pin)->ioctl(pin, MP_PIN_READ, 0, &error);
}

static void pin_write(mp_obj_t pin, bool level) {
    int error;
    pin_protocol(pin)->ioctl(pin, MP_PIN_WRITE, level, &error);
}

#define mp_hal_pin_obj_t mp_obj_t
#define mp_hal_get_pin_obj(pin) (pin)
#define mp_hal_pin_read pin_read
#define mp_hal_pin_write pin_write
#define JTAG_HAS_TIME (0)

// A class: memory for its type and the table of its methods, which mpy_init() fills.
#define COUNT_ROW(name, object) + 1
#define JTAG_LOCALS(name, ROWS) \
    mp_map_elem_t name##_table[0 ROWS(COUNT_ROW)]; \
    static MP_DEFINE_CONST_DICT(name, name##_table);
#undef MP_DEFINE_CONST_OBJ_TYPE
#define MP_DEFINE_CONST_OBJ_TYPE(...)

mp_obj_full_type_t pins_type;
mp_obj_full_type_t session_type;
mp_obj_full_type_t xvc_server_type;

#include "jtag/usermod/transport.c"
#include "jtag/usermod/call.c"
#include "jtag/usermod/pins.c"
#include "jtag/usermod/session.c"
#include "jtag/usermod/xvc_server.c"
#include "jtag/usermod/modecp5.c"

#define TABLE_ROW(name, object) *row++ = (mp_map_elem_t) { MP_OBJ_NEW_QSTR(name), MP_OBJ_FROM_PTR(&object) };
#define GLOBAL_ROW(name, object) mp_store_global(name, MP_OBJ_FROM_PTR(&object));
#define GLOBAL_NUMBER(name, value) mp_store_global(name, MP_OBJ_NEW_SMALL_INT(value));

static void add_type(mp_obj_full_type_t *type, qstr name, const void *make_new) {
    type->base.type = &mp_type_type;
    type->flags = MP_TYPE_FLAG_NONE;
    type->name = name;
    MP_OBJ_TYPE_SET_SLOT(type, make_new, make_new, 0);
    mp_store_global(name, MP_OBJ_FROM_PTR(type));
}

mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    MP_DYNRUNTIME_INIT_ENTRY

    mp_map_elem_t *row = session_locals_table;
    SESSION_METHODS(TABLE_ROW)
    row = server_locals_table;
    SERVER_METHODS(TABLE_ROW)
    add_type(&pins_type, MP_QSTR_Pins, pins_make_new);
    MP_OBJ_TYPE_SET_SLOT(&pins_type, protocol, &pins_protocol, 1);
    add_type(&session_type, MP_QSTR_Session, session_make_new);
    MP_OBJ_TYPE_SET_SLOT(&session_type, locals_dict, (void *)&session_locals, 1);
    add_type(&xvc_server_type, MP_QSTR_XVCServer, server_make_new);
    MP_OBJ_TYPE_SET_SLOT(&xvc_server_type, locals_dict, (void *)&server_locals, 1);
    ECP5_FUNCTIONS(GLOBAL_ROW)
    ECP5_NUMBERS(GLOBAL_NUMBER)

    MP_DYNRUNTIME_INIT_EXIT
}
