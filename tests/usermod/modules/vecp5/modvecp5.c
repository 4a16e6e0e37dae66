// SPDX-License-Identifier: MIT
//
// The module `vecp5` of the tests: Board(device, chip, fault) is the virtual ECP5 board of models/ as a JTAG transport in
// the same process, so that the tests need no sockets; Board.pin(name) is one of its pins. Only builds for tests have it.

#include <string.h>

#include "py/mphal.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "extmod/virtpin.h"

#include "jtag/usermod/transport.h"
#include "vboard.h"

#if MICROPY_ASYNC_KBD_INTR
#include <signal.h>
#endif

typedef struct {
    mp_obj_base_t base;
    vboard_t *board;
    jtag_transport_t inner;
    uint32_t operations;
    uint32_t interrupt_at; // Ctrl-C comes with this operation; 0: never
    size_t stack; // the most that was in use in an operation
    bool levels[3];
} board_t;

typedef struct {
    mp_obj_base_t base;
    board_t *board;
    uint8_t which; // of levels[]; 3 is TDO
} pin_t;

typedef struct {
    mp_obj_base_t base;
    board_t *board;
    flash_bus_t bus;
} slave_t;

extern const mp_obj_type_t vecp5_pin_type;
extern const mp_obj_type_t vecp5_slave_type;

// Where the programmer is not in the firmware, but a native module, nobody else has it.
__attribute__((weak)) const char jtag_transport_tag[] = "jtag";

static void press_ctrl_c(void) {
    #if MICROPY_ASYNC_KBD_INTR
    raise(SIGINT);
    #else
    mp_sched_keyboard_interrupt();
    #endif
}

static int board_submit(void *ctx, const jtag_op_t *op) {
    board_t *self = ctx;
    char here;
    size_t stack = (uintptr_t)MP_STATE_THREAD(stack_top) - (uintptr_t)&here;
    if (stack > self->stack) {
        self->stack = stack;
    }
    if (++self->operations == self->interrupt_at) {
        press_ctrl_c();
    }
    return self->inner.ops->submit(self->inner.ctx, op);
}

static int board_wait(void *ctx, unsigned in_flight) {
    board_t *self = ctx;
    return self->inner.ops->wait(self->inner.ctx, in_flight);
}

static int board_set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    board_t *self = ctx;
    return self->inner.ops->set_freq(self->inner.ctx, hz, actual_hz);
}

static const jtag_transport_ops_t board_ops = { .submit = board_submit, .wait = board_wait, .set_freq = board_set_freq };

static void board_get(mp_obj_t self_in, jtag_transport_t *transport) {
    *transport = (jtag_transport_t) { &board_ops, MP_OBJ_TO_PTR(self_in) };
}

static const char *text_or_null(mp_obj_t object) {
    return object == mp_const_none ? NULL : mp_obj_str_get_str(object);
}

static mp_obj_t board_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { ARG_device, ARG_chip, ARG_fault, ARG_late };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_device, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_chip, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_QSTR(MP_QSTR_W25Q32)} },
        { MP_QSTR_fault, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_late, MP_ARG_BOOL, {.u_bool = true} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    board_t *self = mp_obj_malloc_with_finaliser(board_t, type);
    const char *device = text_or_null(parsed[ARG_device].u_obj);
    self->board = vboard_new(device ? device : "LFE5U-25F", text_or_null(parsed[ARG_chip].u_obj),
        text_or_null(parsed[ARG_fault].u_obj));
    self->inner = vboard_transport(self->board, parsed[ARG_late].u_bool);
    self->operations = 0;
    self->interrupt_at = 0;
    self->stack = 0;
    memset(self->levels, 0, sizeof(self->levels));
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t board_del(mp_obj_t self_in) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->board) {
        vboard_free(self->board);
    }
    self->board = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_del_obj, board_del);

// flash(): its content, to be changed as well.
static mp_obj_t board_flash(mp_obj_t self_in) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    size_t length;
    uint8_t *content = vboard_flash(self->board, &length);
    return mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, length, content);
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_flash_obj, board_flash);

// state(): what is so now.
static mp_obj_t board_state(mp_obj_t self_in) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    const struct {
        qstr name;
        uint32_t value;
    } rows[] = {
        { MP_QSTR_done, vboard_done(self->board) },
        { MP_QSTR_user_mode, vboard_user_mode(self->board) },
        { MP_QSTR_frames, vboard_frames(self->board) },
        { MP_QSTR_memory_crc, vboard_memory_crc(self->board) },
        { MP_QSTR_clears, vboard_clears(self->board) },
        { MP_QSTR_boots, vboard_boots(self->board) },
        { MP_QSTR_in_reset, vboard_in_reset(self->board) },
        { MP_QSTR_power_lost, vboard_power_lost(self->board) },
        { MP_QSTR_operations, self->operations },
    };
    mp_obj_t state = mp_obj_new_dict(MP_ARRAY_SIZE(rows));
    for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
        mp_obj_dict_store(state, MP_OBJ_NEW_QSTR(rows[i].name), mp_obj_new_int_from_uint(rows[i].value));
    }
    return state;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_state_obj, board_state);

// stack(): the most of the stack that was in use in an operation since the last call.
static mp_obj_t board_stack(mp_obj_t self_in) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    size_t stack = self->stack;
    self->stack = 0;
    return mp_obj_new_int_from_uint(stack);
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_stack_obj, board_stack);

// counters(): (operations, programs, erases, status writes, OTP writes, refused) of the flash.
static mp_obj_t board_counters(mp_obj_t self_in) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    vboard_counters_t counters;
    vboard_counters(self->board, &counters);
    uint32_t erases = 0;
    for (size_t i = 0; i < MP_ARRAY_SIZE(counters.erases); i++) {
        erases += counters.erases[i];
    }
    mp_obj_t items[] = {
        mp_obj_new_int_from_uint(counters.operations), mp_obj_new_int_from_uint(counters.programs),
        mp_obj_new_int_from_uint(erases), mp_obj_new_int_from_uint(counters.status_writes),
        mp_obj_new_int_from_uint(counters.otp_writes), mp_obj_new_int_from_uint(counters.refused),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_counters_obj, board_counters);

static mp_obj_t board_power(mp_obj_t self_in, mp_obj_t on) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    vboard_power(self->board, mp_obj_is_true(on));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_power_obj, board_power);

// advance(us): time passes without clocks, as it does for a client that sleeps.
static mp_obj_t board_advance(mp_obj_t self_in, mp_obj_t us) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    vboard_advance(self->board, mp_obj_get_int(us));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_advance_obj, board_advance);

// fault(name or None): another fault, and power off and on.
static mp_obj_t board_fault(mp_obj_t self_in, mp_obj_t name) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    vboard_set_fault(self->board, text_or_null(name));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_fault_obj, board_fault);

// interrupt_at(n): Ctrl-C is pressed while the n-th operation from now runs; 0: not.
static mp_obj_t board_interrupt_at(mp_obj_t self_in, mp_obj_t n) {
    board_t *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t from_now = mp_obj_get_int(n);
    self->interrupt_at = from_now ? self->operations + from_now : 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_interrupt_at_obj, board_interrupt_at);

static mp_obj_t board_pin(mp_obj_t self_in, mp_obj_t name) {
    const char *text = mp_obj_str_get_str(name);
    pin_t *pin = mp_obj_malloc(pin_t, &vecp5_pin_type);
    pin->board = MP_OBJ_TO_PTR(self_in);
    pin->which = strcmp(text, "tck") == 0 ? 0 : strcmp(text, "tms") == 0 ? 1 : strcmp(text, "tdi") == 0 ? 2 : 3;
    return MP_OBJ_FROM_PTR(pin);
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_pin_obj, board_pin);

static mp_uint_t pin_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    (void)errcode;
    pin_t *pin = MP_OBJ_TO_PTR(self_in);
    bool *levels = pin->board->levels;
    if (request == MP_PIN_WRITE && pin->which < 3) {
        levels[pin->which] = arg;
    }
    bool tdo = vboard_pins(pin->board->board, levels[0], levels[1], levels[2]);
    return request == MP_PIN_READ ? (pin->which < 3 ? levels[pin->which] : tdo) : 0;
}

static mp_obj_t pin_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(pin_ioctl(self_in, MP_PIN_READ, 0, NULL));
    }
    pin_ioctl(self_in, MP_PIN_WRITE, mp_obj_is_true(args[0]), NULL);
    return mp_const_none;
}

static const mp_pin_p_t pin_protocol = { .ioctl = pin_ioctl };

MP_DEFINE_CONST_OBJ_TYPE(
    vecp5_pin_type,
    MP_QSTR_Pin,
    MP_TYPE_FLAG_NONE,
    call, pin_call,
    protocol, &pin_protocol
    );

// slave_spi(): the slave SPI port, with write() and readinto() as machine.SPI has them; called with a level it is its own
// chip select.
static mp_obj_t board_slave_spi(mp_obj_t self_in) {
    slave_t *slave = mp_obj_malloc(slave_t, &vecp5_slave_type);
    slave->board = MP_OBJ_TO_PTR(self_in);
    slave->bus = vboard_slave_spi(slave->board->board);
    return MP_OBJ_FROM_PTR(slave);
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_slave_spi_obj, board_slave_spi);

static mp_obj_t slave_write(mp_obj_t self_in, mp_obj_t data) {
    slave_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t info;
    mp_get_buffer_raise(data, &info, MP_BUFFER_READ);
    self->bus.ops->xfer(self->bus.ctx, info.buf, NULL, info.len, false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(slave_write_obj, slave_write);

static mp_obj_t slave_readinto(mp_obj_t self_in, mp_obj_t buffer) {
    slave_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_WRITE);
    self->bus.ops->xfer(self->bus.ctx, NULL, info.buf, info.len, false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(slave_readinto_obj, slave_readinto);

static mp_obj_t slave_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    slave_t *self = MP_OBJ_TO_PTR(self_in);
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    if (mp_obj_is_true(args[0])) {
        vboard_slave_release(self->board->board);
    }
    return mp_const_none;
}

static const mp_rom_map_elem_t slave_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&slave_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&slave_readinto_obj) },
};
static MP_DEFINE_CONST_DICT(slave_locals, slave_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    vecp5_slave_type,
    MP_QSTR_SlavePort,
    MP_TYPE_FLAG_NONE,
    call, slave_call,
    locals_dict, &slave_locals
    );

static const mp_rom_map_elem_t board_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&board_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_flash), MP_ROM_PTR(&board_flash_obj) },
    { MP_ROM_QSTR(MP_QSTR_state), MP_ROM_PTR(&board_state_obj) },
    { MP_ROM_QSTR(MP_QSTR_stack), MP_ROM_PTR(&board_stack_obj) },
    { MP_ROM_QSTR(MP_QSTR_counters), MP_ROM_PTR(&board_counters_obj) },
    { MP_ROM_QSTR(MP_QSTR_advance), MP_ROM_PTR(&board_advance_obj) },
    { MP_ROM_QSTR(MP_QSTR_power), MP_ROM_PTR(&board_power_obj) },
    { MP_ROM_QSTR(MP_QSTR_fault), MP_ROM_PTR(&board_fault_obj) },
    { MP_ROM_QSTR(MP_QSTR_interrupt_at), MP_ROM_PTR(&board_interrupt_at_obj) },
    { MP_ROM_QSTR(MP_QSTR_pin), MP_ROM_PTR(&board_pin_obj) },
    { MP_ROM_QSTR(MP_QSTR_slave_spi), MP_ROM_PTR(&board_slave_spi_obj) },
};
static MP_DEFINE_CONST_DICT(board_locals, board_locals_table);

static const jtag_transport_p_t board_protocol = { jtag_transport_tag, board_get, NULL };

MP_DEFINE_CONST_OBJ_TYPE(
    vecp5_board_type,
    MP_QSTR_Board,
    MP_TYPE_FLAG_NONE,
    make_new, board_make_new,
    protocol, &board_protocol,
    locals_dict, &board_locals
    );

// faults(): the names of all.
static mp_obj_t vecp5_faults(void) {
    mp_obj_t names = mp_obj_new_list(0, NULL);
    const char *name;
    for (size_t i = 0; (name = vboard_fault_name(i)) != NULL; i++) {
        mp_obj_list_append(names, mp_obj_new_str(name, strlen(name)));
    }
    return names;
}
static MP_DEFINE_CONST_FUN_OBJ_0(vecp5_faults_obj, vecp5_faults);

// press(): Ctrl-C that Python sees at the next place where it looks.
static mp_obj_t vecp5_press(void) {
    mp_sched_keyboard_interrupt();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(vecp5_press_obj, vecp5_press);

static const mp_rom_map_elem_t vecp5_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_vecp5) },
    { MP_ROM_QSTR(MP_QSTR_Board), MP_ROM_PTR(&vecp5_board_type) },
    { MP_ROM_QSTR(MP_QSTR_faults), MP_ROM_PTR(&vecp5_faults_obj) },
    { MP_ROM_QSTR(MP_QSTR_press), MP_ROM_PTR(&vecp5_press_obj) },
};
static MP_DEFINE_CONST_DICT(vecp5_globals, vecp5_globals_table);

const mp_obj_module_t vecp5_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&vecp5_globals,
};

MP_REGISTER_MODULE(MP_QSTR_vecp5, vecp5_module);
