// SPDX-License-Identifier: MIT
// The console over lx_uart: rings of the port's size, Ctrl-C, and MicroPython's stdio functions. Also the
// one place where the CPU idles.

#include "console.h"

#include <string.h>

#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "py/stream.h"
#if MICROPY_PY_OS_DUPTERM
#include "extmod/misc.h"
#endif
#include "shared/readline/readline.h"
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/pyexec.h"

#include "boot.h"
#include "clock.h"
#include "drivers/lx_uart.h"
#include "size_class.h"
#include "module.h"
#include "random/random.h"
#include "soc/deferred.h"
#include "soc/irq.h"
#include "soc_instances.h"

// A raw paste sends two windows of 128 bytes (MICROPY_REPL_STDIN_BUFFER_MAX) before it waits, and
// mpremote writes pieces of 256 bytes in plain raw mode.
#define RX_BYTES (PORT_SIZE_CLASS == PORT_SIZE_SMALL ? 512 : 4096)
#define TX_BYTES (PORT_SIZE_CLASS == PORT_SIZE_SMALL ? 64 : 256)

// os.dupterm_notify() drops what does not fit: room for the two windows of a raw paste.
#define NOTIFIED_BYTES (256 + 1)

// A byte takes 8.4 ms at 1200 baud. A terminal that takes none for that time is not there: output is dropped until
// the UART moves again, so that a SoC whose console has no reader still runs its main.py.
#define STALL_MS 10000
#define POLLS_PER_BYTE 1000000

static lx_uart_t uart;
// Nothing reads what was not written: start.S need not clear them.
static uint8_t rx_buf[RX_BYTES] __attribute__((section(".noinit")));
static uint8_t tx_buf[TX_BYTES] __attribute__((section(".noinit")));
static volatile bool event;     // Something arrived since the last wait.
static bool stalled;
static bool reading_line;       // input() runs.
static bool line_ended;         // The last byte read was the CR at the end of a line.

static const lx_uart_regs_t *const regs = &soc_uart[SOC_CONSOLE_UART];

static void on_intr(void *arg) {
    (void)arg;
    event = true;
    mp_sched_keyboard_interrupt();
}

static void on_rx(void *arg) {
    (void)arg;
    event = true;
    port_random_event();
}

#if MICROPY_PY_OS_DUPTERM_NOTIFY
// What os.dupterm_notify() took from the second terminal.
static uint8_t notified[NOTIFIED_BYTES];
ringbuf_t stdin_ringbuf = { .buf = notified, .size = sizeof(notified) };
#endif

void console_init(void) {
    reading_line = false;
    line_ended = false;
    const lx_uart_config_t config = {
        .rx_buf = rx_buf,
        .rx_size = sizeof(rx_buf),
        .tx_buf = tx_buf,
        .tx_size = sizeof(tx_buf),
        .on_intr = on_intr,
        .on_rx = on_rx,
    };
    lx_uart_init(&uart, regs, &config);
    mp_hal_set_interrupt_char(-1);
    if (regs->irq >= 0) {
        soc_irq_claim(regs->irq, regs->ev_enable, lx_uart_isr, &uart);
    }
}

// Detaches the streams of os.dupterm(), before the heap that holds them is given up.
static void deinit(void) {
    #if MICROPY_PY_OS_DUPTERM
    for (size_t i = 0; i < MICROPY_PY_OS_DUPTERM; i++) {
        MP_STATE_VM(dupterm_objs[i]) = MP_OBJ_NULL;
    }
    stdin_ringbuf.iget = stdin_ringbuf.iput = 0;
    #endif
}

// Ctrl-C may wait behind input that nobody reads.
static void tick(void) {
    lx_uart_resume(&uart);
}

void console_polled_puts(const char *text) {
    for (; *text != '\0'; text++) {
        if (lx_uart_putc_polled(regs, (uint8_t)*text, POLLS_PER_BYTE) < 0) {
            return;
        }
    }
}

void console_flush(void) {
    lx_uart_flush(&uart, POLLS_PER_BYTE);
}

unsigned int console_lost(void) {
    return lx_uart_rx_dropped(&uart) + lx_uart_rx_fifo_full(&uart);
}

// Replaces shared/runtime/interrupt_char.c's: the driver looks for the character as bytes arrive.
int mp_interrupt_char = -1;

void mp_hal_set_interrupt_char(int c) {
    mp_interrupt_char = c;
    lx_uart_set_intr_char(&uart, c);
    // While a program runs nobody reads, and Ctrl-C may stand behind a full ring.
    lx_uart_set_full_mode(&uart, c < 0 ? LX_UART_HOLD : LX_UART_DROP);
    if (c < 0) {
        port_report_bus_errors();
    }
}

// Also with interrupts turned off from Python: time.sleep() then still ends and input still arrives, the latter in a
// hard callback, too.
void port_poll(void) {
    uint32_t state = soc_irq_save();
    bool handled = state != 0 || soc_irq_dispatch();
    if (!handled || regs->irq < 0) {
        lx_uart_isr(&uart);
    }
    PORT_MODULES_CALL(poll);
    #if !SOC_HAS_INTERRUPT
    soc_deferred_run();
    #endif
    soc_irq_restore(state);
}

PORT_MODULE(console) = { .tick = tick, .deinit = deinit };

// With interrupts off, so that none is missed between look and sleep. It may return early; every caller loops.
void port_wake(void) {
    event = true;
}

void port_wait(void) {
    uint32_t state = soc_irq_save();
    if (!event && !port_clock_lent && MP_STATE_VM(sched_state) != MP_SCHED_PENDING) {
        soc_irq_wait();
    }
    event = false;
    soc_irq_restore(state);
}

// Enter is LF in litex_term and CR LF in some programs; readline() knows CR alone. So where a line is read, at the
// prompt and in input(), LF ends the line as well, and the LF of a CR LF is dropped: it must not stand before the
// next command, where the raw prompt would take it for text. A program that reads sys.stdin gets each byte as it
// came. The prompt is what reads when no program runs, that is outside of any exception handler. Returns -1 for a
// byte to drop.
static int end_line(int c) {
    bool prompt = MP_STATE_THREAD(nlr_top) == NULL;
    bool friendly = prompt && pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL;
    bool after_line = line_ended;
    line_ended = c == '\r' && (friendly || reading_line);
    if (c != '\n') {
        return c;
    }
    if (after_line && (prompt || reading_line)) {
        return -1;
    }
    return friendly || reading_line ? '\r' : c;
}

int port_readline(vstr_t *line, const char *prompt) {
    reading_line = true;
    int result = readline(line, prompt);
    reading_line = false;
    return result;
}

// The next byte of the UART or of the second terminal; -1 where neither has one.
static int next_byte(void) {
    uint8_t c;
    if (lx_uart_read(&uart, &c, 1) == 1) {
        return c;
    }
    #if MICROPY_PY_OS_DUPTERM
    int notified_byte = ringbuf_get(&stdin_ringbuf);
    return notified_byte >= 0 ? notified_byte : mp_os_dupterm_rx_chr();
    #else
    return -1;
    #endif
}

int mp_hal_stdin_rx_chr(void) {
    for (;;) {
        int c = next_byte();
        if (c < 0) {
            mp_event_wait_indefinite();
        } else if ((c = end_line(c)) >= 0) {
            return c;
        }
    }
}

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags) {
    uintptr_t ready = 0;
    if ((poll_flags & MP_STREAM_POLL_RD) && lx_uart_rx_count(&uart) > 0) {
        ready |= MP_STREAM_POLL_RD;
    }
    if ((poll_flags & MP_STREAM_POLL_WR) && lx_uart_tx_room(&uart) > 0) {
        ready |= MP_STREAM_POLL_WR;
    }
    #if MICROPY_PY_OS_DUPTERM
    if ((poll_flags & MP_STREAM_POLL_RD) && ringbuf_avail(&stdin_ringbuf) > 0) {
        ready |= MP_STREAM_POLL_RD;
    }
    ready |= mp_os_dupterm_poll(poll_flags);
    #endif
    return ready;
}

// Waits for room in the transmit ring, also with interrupts off. False where the UART does not move.
static bool wait_for_room(void) {
    mp_uint_t start = mp_hal_ticks_ms();
    for (;;) {
        uint32_t state = soc_irq_save();
        lx_uart_isr(&uart);
        bool room = lx_uart_tx_room(&uart) > 0;
        if (!room && !stalled) {
            soc_irq_wait();
        }
        soc_irq_restore(state);
        if (room) {
            stalled = false;
            return true;
        }
        if (stalled || mp_hal_ticks_ms() - start > STALL_MS) {
            stalled = true;
            return false;
        }
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    size_t done = 0;
    while (done < len) {
        done += lx_uart_write(&uart, (const uint8_t *)str + done, len - done);
        if (done < len && !wait_for_room()) {
            break;
        }
    }
    #if MICROPY_PY_OS_DUPTERM
    int written = mp_os_dupterm_tx_strn(str, len);
    if (written >= 0) {
        return (mp_uint_t)written;
    }
    #endif
    return len;
}
