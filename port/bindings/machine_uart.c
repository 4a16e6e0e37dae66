// SPDX-License-Identifier: MIT
// machine.UART over lx_uart, included by extmod/machine_uart.c: the SoC's UARTs but for the console's. What
// arrives is taken by the interrupt; the tick tells when a line falls idle.

#include <stddef.h>
#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"

#include "bindings/instance.h"
#include "drivers/lx_uart.h"
#include "bindings/classes.h"
#include "errors.h"
#include "hard.h"
#include "tick.h"
#include "module.h"
#include "soc/irq.h"
#include "soc_config.h"
#include "soc_instances.h"
#include "softcall.h"

// The calls of upstream's streams would wait for `timeout` once more after a part of what was asked for.
#define mp_stream_read_obj uart_read_obj
#define mp_stream_readinto_obj uart_readinto_obj
#define mp_stream_unbuffered_readline_obj uart_readline_obj

// An argument that was not given.
#define KEEP INT32_MIN

#define READ_CHUNK 256
#define RING_BYTES 256
#define RING_BYTES_MIN 32
#define RING_BYTES_MAX 0x8000
// A baud rate of 1200 takes this number of milliseconds for a character; a UART whose rate is not known may be as slow.
#define SLOWEST_CHAR_MS 9
#define BITS_PER_CHAR 10
// A line is idle after this number of characters' times without one.
#define IDLE_CHARS 3
// LiteX makes 16 by default, and no register tells.
#define FIFO_DEPTH_MAX 1024

enum {
    TRIGGER_RX = 1,
    TRIGGER_RXIDLE = 2,
    TRIGGER_TXIDLE = 4,
    TRIGGER_ALL = 7,
};

#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(TRIGGER_RX) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_TX), MP_ROM_INT(TRIGGER_TXIDLE) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_RXIDLE), MP_ROM_INT(TRIGGER_RXIDLE) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_TXIDLE), MP_ROM_INT(TRIGGER_TXIDLE) },

struct _machine_uart_obj_t {
    mp_obj_base_t base;
    const lx_uart_regs_t *regs;
    lx_uart_t uart;
    uint8_t *rx_buf;        // Of the garbage collector; the rings are as long as the driver says.
    uint8_t *tx_buf;
    uint32_t baud;          // 0: not known.
    uint16_t timeout_ms;
    uint16_t timeout_char_ms;
    bool running;
    #if MICROPY_PY_MACHINE_UART_IRQ
    mp_irq_obj_t *irq;      // NULL: never asked for.
    softcall_t call;
    uint8_t triggers;
    uint8_t pending;        // What the next soft callback is for.
    uint8_t flags;          // What the last callback was for.
    #endif
    bool sending;           // Bytes were written since the last TRIGGER_TXIDLE.
    uint8_t idle_ticks;     // Until the line counts as idle, 0: it does.
};

static uint32_t char_ms(const machine_uart_obj_t *self) {
    return self->baud == 0 ? SLOWEST_CHAR_MS : (BITS_PER_CHAR * 1000 + self->baud - 1) / self->baud;
}

#if MICROPY_PY_MACHINE_UART_IRQ

static void call_soft(softcall_t *call) {
    machine_uart_obj_t *self = (machine_uart_obj_t *)((uint8_t *)call - offsetof(machine_uart_obj_t, call));
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    self->flags = self->pending;
    self->pending = 0;
    MICROPY_END_ATOMIC_SECTION(state);
    if (self->running && self->irq->handler != mp_const_none) {
        mp_call_function_1_protected(self->irq->handler, MP_OBJ_FROM_PTR(self));
    }
}

// In the interrupt.
static void call_back(machine_uart_obj_t *self, uint8_t trigger) {
    if ((self->triggers & trigger) == 0) {
        return;
    }
    if (self->irq->ishard && !port_hard_resting()) {
        self->flags = trigger;
        port_hard_begin();
        mp_irq_handler(self->irq);
        port_hard_end();
    } else {
        self->pending |= trigger;
        softcall_request(&self->call);
    }
}

#else

static void call_back(machine_uart_obj_t *self, uint8_t trigger) {
    (void)self;
    (void)trigger;
}

#endif

// In the interrupt.
static void on_rx(void *arg) {
    machine_uart_obj_t *self = arg;
    uint32_t ticks = IDLE_CHARS * char_ms(self) + 1;
    self->idle_ticks = ticks < UINT8_MAX ? (uint8_t)ticks : UINT8_MAX;
    call_back(self, TRIGGER_RX);
}

// The interrupt's work, where there is no interrupt.
static void serve(machine_uart_obj_t *self) {
    if (self->regs->irq < 0 && self->running) {
        lx_uart_isr(&self->uart);
    }
}

// In any case where the virtual machine waits: what a UART without interrupt has received.
static void poll(void) {
    for (size_t i = 0; i < SOC_UART_COUNT; i++) {
        if (MP_STATE_PORT(port_uarts)[i] != NULL) {
            serve(MP_STATE_PORT(port_uarts)[i]);
        }
    }
}

static void tick(void) {
    for (size_t i = 0; i < SOC_UART_COUNT; i++) {
        machine_uart_obj_t *self = MP_STATE_PORT(port_uarts)[i];
        if (self == NULL || !self->running) {
            continue;
        }
        serve(self);
        if (self->idle_ticks != 0 && --self->idle_ticks == 0) {
            call_back(self, TRIGGER_RXIDLE);
        }
        if (self->sending && lx_uart_is_sent(&self->uart)) {
            self->sending = false;
            call_back(self, TRIGGER_TXIDLE);
        }
    }
}

static void stop(machine_uart_obj_t *self) {
    if (self->running) {
        self->running = false;
        if (self->regs->irq >= 0) {
            soc_irq_release(self->regs->irq, self->regs->ev_enable, &self->uart);
        }
        lx_uart_deinit(&self->uart);
        #if MICROPY_PY_MACHINE_UART_IRQ
        softcall_cancel(&self->call);
        #endif
    }
}

// Without a look at the objects, which a trap may have damaged.
static void deinit(void) {
    for (size_t i = 0; i < SOC_UART_COUNT; i++) {
        machine_uart_obj_t *self = MP_STATE_PORT(port_uarts)[i];
        if (self != NULL) {
            MP_STATE_PORT(port_uarts)[i] = NULL;
            soc_irq_release(soc_uart[i].irq, soc_uart[i].ev_enable, &self->uart);
            csr_write(soc_uart[i].ev_enable, 0);
        }
    }
}

PORT_MODULE(uarts) = { .deinit = deinit, .tick = tick, .poll = poll };

static void mp_machine_uart_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "UART('%s', ", self->regs->name);
    if (self->baud != 0) {
        mp_printf(print, "baudrate=%u, ", (unsigned int)self->baud);
    }
    mp_printf(print, "timeout=%u, timeout_char=%u, rxbuf=%u, txbuf=%u)", self->timeout_ms, self->timeout_char_ms,
        (unsigned int)lx_uart_rx_size(&self->uart), (unsigned int)lx_uart_tx_size(&self->uart));
}

static void check_baud(const machine_uart_obj_t *self, mp_int_t baud) {
    if (csr_present(self->regs->phy_tuning_word)) {
        if (baud < 1 || (mp_uint_t)baud > SOC_CLOCK_HZ / 4) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("baudrate must be 1 to %u"),
                (unsigned int)(SOC_CLOCK_HZ / 4));
        }
    } else if ((mp_uint_t)baud != self->baud) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("the gateware sets the baudrate of '%s': leave it out"), self->regs->name);
    }
}

// The size of a ring that holds the bytes asked for: a power of two.
static size_t ring_bytes(mp_int_t wanted) {
    if (wanted < 0 || wanted > RING_BYTES_MAX) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("rxbuf and txbuf must be 0 to %d"), RING_BYTES_MAX);
    }
    size_t n = RING_BYTES_MIN;
    while (n < (size_t)wanted) {
        n *= 2;
    }
    return n;
}

static void check_timeout(mp_int_t ms) {
    if (ms != KEEP && (ms < 0 || ms > UINT16_MAX)) {
        mp_raise_ValueError(MP_ERROR_TEXT("timeout and timeout_char must be 0 to 65535 ms"));
    }
}

static void mp_machine_uart_init_helper(machine_uart_obj_t *self, size_t n_args, const mp_obj_t *args,
    mp_map_t *kw_args) {
    enum { ARG_baudrate, ARG_bits, ARG_parity, ARG_stop, ARG_timeout, ARG_timeout_char, ARG_rxbuf, ARG_txbuf };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_baudrate, MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_bits, MP_ARG_INT, {.u_int = 8} },
        { MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_stop, MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
        { MP_QSTR_rxbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_txbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    // All is checked before anything changes.
    if (parsed[ARG_bits].u_int != 8 || parsed[ARG_parity].u_obj != mp_const_none || parsed[ARG_stop].u_int != 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("LiteX's UART has 8 bits, no parity, 1 stop bit"));
    }
    mp_int_t baud = parsed[ARG_baudrate].u_int;
    if (baud != -1) {
        check_baud(self, baud);
    }
    mp_int_t timeout = parsed[ARG_timeout].u_int;
    mp_int_t timeout_char = parsed[ARG_timeout_char].u_int;
    check_timeout(timeout);
    check_timeout(timeout_char);
    mp_int_t rx_wanted = parsed[ARG_rxbuf].u_int;
    mp_int_t tx_wanted = parsed[ARG_txbuf].u_int;
    size_t rx_bytes = rx_wanted != -1 ? ring_bytes(rx_wanted) : self->rx_buf != NULL ? lx_uart_rx_size(&self->uart) : RING_BYTES;
    size_t tx_bytes = tx_wanted != -1 ? ring_bytes(tx_wanted) : self->tx_buf != NULL ? lx_uart_tx_size(&self->uart) : RING_BYTES;
    bool fresh = !self->running || rx_wanted != -1 || tx_wanted != -1;
    uint8_t *rx_buf = fresh ? m_new(uint8_t, rx_bytes) : NULL;
    uint8_t *tx_buf = fresh ? m_new(uint8_t, tx_bytes) : NULL;

    self->timeout_ms = timeout != KEEP ? (uint16_t)timeout : self->timeout_ms;
    self->timeout_char_ms = timeout_char != KEEP ? (uint16_t)timeout_char : self->timeout_char_ms;
    if (baud != -1 && csr_present(self->regs->phy_tuning_word)) {
        port_check(lx_uart_set_baud(&self->uart, SOC_CLOCK_HZ, (uint32_t)baud));
    }
    self->baud = lx_uart_baud(self->regs, SOC_CLOCK_HZ);
    if (!fresh) {
        return;
    }
    stop(self);
    const lx_uart_regs_t *regs = self->regs;
    if (regs->irq >= 0 && soc_irq_owner(regs->irq, regs->ev_enable) != NULL) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("an EventManager has the interrupt of '%s': disable that first"), self->regs->name);
    }
    self->rx_buf = rx_buf;
    self->tx_buf = tx_buf;
    const lx_uart_config_t config = {
        .rx_buf = rx_buf,
        .rx_size = rx_bytes,
        .tx_buf = tx_buf,
        .tx_size = tx_bytes,
        .on_rx = on_rx,
        .hook_arg = self,
    };
    port_check(lx_uart_init(&self->uart, self->regs, &config));
    self->running = true;
    if (regs->irq >= 0) {
        port_check(soc_irq_claim(regs->irq, regs->ev_enable, lx_uart_isr, &self->uart));
    }
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const port_table_t table = PORT_TABLE(soc_uart);
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    const lx_uart_regs_t *regs = port_instance(args[0], "uart", &table, 1, NULL);
    size_t index = (size_t)(regs - soc_uart);
    if (index == SOC_CONSOLE_UART) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("'%s' is the console: use sys.stdin and sys.stdout"), regs->name);
    }
    // One object for each UART, as its interrupt needs one.
    machine_uart_obj_t *self = MP_STATE_PORT(port_uarts)[index];
    bool is_new = self == NULL;
    if (is_new) {
        self = mp_obj_malloc(machine_uart_obj_t, type);
        memset((uint8_t *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
        self->regs = regs;
        self->uart.regs = regs;
        #if MICROPY_PY_MACHINE_UART_IRQ
        self->call.run = call_soft;
        #endif
        self->baud = lx_uart_baud(regs, SOC_CLOCK_HZ);
    }
    if (is_new || n_args > 1 || n_kw > 0) {
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        mp_machine_uart_init_helper(self, n_args - 1, args + 1, &kw_args);
        MP_STATE_PORT(port_uarts)[index] = self;
    }
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_uart_deinit(machine_uart_obj_t *self) {
    stop(self);
}

static void check_running(const machine_uart_obj_t *self) {
    if (!self->running) {
        mp_raise_ValueError(MP_ERROR_TEXT("the UART is off: call init()"));
    }
}

static mp_int_t mp_machine_uart_any(machine_uart_obj_t *self) {
    check_running(self);
    serve(self);
    return (mp_int_t)lx_uart_rx_count(&self->uart);
}

static bool mp_machine_uart_txdone(machine_uart_obj_t *self) {
    check_running(self);
    serve(self);
    return lx_uart_is_sent(&self->uart);
}

#if MICROPY_PY_MACHINE_UART_IRQ

static void check_trigger(mp_uint_t trigger) {
    if (trigger > TRIGGER_ALL) {
        mp_raise_ValueError(MP_ERROR_TEXT("trigger must be of UART.IRQ_RX, IRQ_RXIDLE and IRQ_TXIDLE"));
    }
}

static mp_uint_t irq_trigger(mp_obj_t self_in, mp_uint_t trigger) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    check_trigger(trigger);
    self->triggers = (uint8_t)trigger;
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self_in, mp_uint_t info_type) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return info_type == MP_IRQ_INFO_FLAGS ? self->flags : self->triggers;
}

static const mp_irq_methods_t irq_methods = {
    .trigger = irq_trigger,
    .info = irq_info,
};

static mp_irq_obj_t *mp_machine_uart_irq(machine_uart_obj_t *self, bool any_args, mp_arg_val_t *args) {
    if (self->irq == NULL) {
        self->irq = mp_irq_new(&irq_methods, MP_OBJ_FROM_PTR(self));
    }
    if (any_args) {
        mp_obj_t handler = args[MP_IRQ_ARG_INIT_handler].u_obj;
        if (handler != mp_const_none && !mp_obj_is_callable(handler)) {
            mp_raise_ValueError(MP_ERROR_TEXT("handler must be None or callable"));
        }
        mp_uint_t trigger = (mp_uint_t)args[MP_IRQ_ARG_INIT_trigger].u_int;
        check_trigger(trigger);
        uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
        self->irq->handler = handler;
        self->irq->ishard = args[MP_IRQ_ARG_INIT_hard].u_bool;
        self->triggers = handler != mp_const_none ? (uint8_t)trigger : 0;
        MICROPY_END_ATOMIC_SECTION(state);
    }
    return self->irq;
}

#endif

// Waits for the first character for `timeout`, for each further one for `timeout_char`; `begun` says that the first
// one has come already. Returns how many came.
static size_t wait_read(machine_uart_obj_t *self, uint8_t *buf, size_t size, bool begun) {
    check_running(self);
    size_t done = 0;
    mp_uint_t start = mp_hal_ticks_ms();
    for (;;) {
        serve(self);
        size_t n = lx_uart_read(&self->uart, buf + done, size - done);
        done += n;
        if (n > 0) {
            start = mp_hal_ticks_ms();
        }
        mp_uint_t limit = begun || done > 0 ? self->timeout_char_ms : self->timeout_ms;
        mp_uint_t passed = mp_hal_ticks_ms() - start;
        if (done == size || passed >= limit) {
            return done;
        }
        mp_event_wait_ms(limit - passed);
        check_running(self);
    }
}

static mp_uint_t mp_machine_uart_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    size_t done = wait_read(MP_OBJ_TO_PTR(self_in), buf, size, false);
    if (done == 0 && size > 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return done;
}

// Up to `max` characters, up to the end of a line where `line` says so; None where none came.
static mp_obj_t read_object(mp_obj_t self_in, size_t max, bool line) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    vstr_t vstr;
    vstr_init(&vstr, MIN(max, READ_CHUNK));
    while (vstr.len < max) {
        size_t wanted = line ? 1 : MIN(max - vstr.len, READ_CHUNK);
        bool begun = vstr.len > 0;
        uint8_t *p = (uint8_t *)vstr_add_len(&vstr, wanted);
        size_t n = wait_read(self, p, wanted, begun);
        vstr.len -= wanted - n;
        if (n < wanted || (line && *p == '\n')) {
            break;
        }
    }
    return vstr.len == 0 && max > 0 ? mp_const_none : mp_obj_new_bytes_from_vstr(&vstr);
}

// The number of characters that the argument allows, all where there is none or a negative one.
static size_t count_of(size_t n_args, const mp_obj_t *args, size_t i, size_t all) {
    mp_int_t n = n_args > i && args[i] != mp_const_none ? mp_obj_get_int(args[i]) : -1;
    return n < 0 ? all : (size_t)n;
}

// read([n])
static mp_obj_t uart_read(size_t n_args, const mp_obj_t *args) {
    return read_object(args[0], count_of(n_args, args, 1, SIZE_MAX), false);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(uart_read_obj, 1, 2, uart_read);

// readline([n])
static mp_obj_t uart_readline(size_t n_args, const mp_obj_t *args) {
    return read_object(args[0], count_of(n_args, args, 1, SIZE_MAX), true);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(uart_readline_obj, 1, 2, uart_readline);

// readinto(buf[, n])
static mp_obj_t uart_readinto(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[1], &buf, MP_BUFFER_WRITE);
    size_t size = MIN(count_of(n_args, args, 2, buf.len), buf.len);
    size_t n = wait_read(MP_OBJ_TO_PTR(args[0]), buf.buf, size, false);
    return n == 0 && size > 0 ? mp_const_none : MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(uart_readinto_obj, 2, 3, uart_readinto);

// How long nothing may move before the other side counts as dead.
static mp_uint_t stall_ms(const machine_uart_obj_t *self) {
    mp_uint_t limit = MAX(self->timeout_ms, self->timeout_char_ms);
    return MAX(limit, 2 * char_ms(self) + 1);
}

// Waits for room as long as bytes leave: a writer is never faster than the line.
static mp_uint_t mp_machine_uart_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    check_running(self);
    size_t done = 0;
    mp_uint_t start = mp_hal_ticks_ms();
    for (;;) {
        serve(self);
        size_t n = lx_uart_write(&self->uart, (const uint8_t *)buf + done, size - done);
        done += n;
        if (n > 0) {
            start = mp_hal_ticks_ms();
            self->sending = true;
        }
        if (done == size || mp_hal_ticks_ms() - start > stall_ms(self)) {
            break;
        }
        mp_event_wait_ms(1);
        check_running(self);
    }
    if (done == 0 && size > 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return done;
}

static mp_uint_t flush(machine_uart_obj_t *self, int *errcode) {
    size_t room = lx_uart_tx_room(&self->uart);
    mp_uint_t start = mp_hal_ticks_ms();
    // Nobody can count the characters that the FIFO holds.
    mp_uint_t limit = stall_ms(self) + FIFO_DEPTH_MAX * char_ms(self);
    while (!mp_machine_uart_txdone(self)) {
        if (lx_uart_tx_room(&self->uart) != room) {
            room = lx_uart_tx_room(&self->uart);
            start = mp_hal_ticks_ms();
        }
        if (mp_hal_ticks_ms() - start > limit) {
            *errcode = MP_ETIMEDOUT;
            return MP_STREAM_ERROR;
        }
        // No interrupt tells of an empty FIFO: a sleep would last until the tick.
        mp_event_handle_nowait();
    }
    return 0;
}

static mp_uint_t mp_machine_uart_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_POLL: {
            check_running(self);
            serve(self);
            mp_uint_t ready = 0;
            if ((arg & MP_STREAM_POLL_RD) && lx_uart_rx_count(&self->uart) > 0) {
                ready |= MP_STREAM_POLL_RD;
            }
            if ((arg & MP_STREAM_POLL_WR) && lx_uart_tx_room(&self->uart) > 0) {
                ready |= MP_STREAM_POLL_WR;
            }
            return ready;
        }
        case MP_STREAM_FLUSH:
            check_running(self);
            return flush(self, errcode);
        case MP_STREAM_CLOSE:
            stop(self);
            return 0;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

MP_REGISTER_ROOT_POINTER(struct _machine_uart_obj_t *port_uarts[SOC_UART_COUNT]);
