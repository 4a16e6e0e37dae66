// SPDX-License-Identifier: MIT
//
// LiteX's UART: litex/soc/cores/uart.py and, for the events, litex/soc/interconnect/csr_eventmanager.py. The header
// says what of them matters here.
//
// Each ring has one reader and one writer: of the receive ring's indices, the interrupt half writes rx_head and
// the callers of lx_uart_read() rx_tail, so neither needs a lock. Everything that touches the core's FIFOs runs with
// interrupts off.
//
// What keeps the transmitter going: whenever tx_service() leaves bytes in the ring, it has found the FIFO full
// after its last acknowledgement, so the tx event will come, and it is enabled.

#include "drivers/lx_uart.h"

#include <stdatomic.h>

#include "soc/irq.h"

#define MIN_RING (16)
// The most bytes that the interrupt half takes in one go.
#define RX_BUDGET (4096)
// The number of bytes written with interrupts off in one go.
#define TX_CHUNK (32)

static void set_events(lx_uart_t *uart, uint8_t events) {
    if (uart->events != events) {
        uart->events = events;
        csr_write(uart->regs->ev_enable, events);
    }
}

// Empty the FIFO into the ring, as far as there is room. With interrupts off.
static void rx_service(lx_uart_t *uart) {
    const lx_uart_regs_t *regs = uart->regs;
    uint32_t head = uart->rx_head;
    uint32_t old_head = head;
    bool held = false;
    bool interrupted = false;
    for (uint32_t budget = RX_BUDGET; csr_read(regs->rxempty) == 0; budget--) {
        uint8_t c = csr_read(regs->rxtx);
        bool is_intr = c == uart->intr_char;
        bool full = head - uart->rx_tail > uart->rx_mask;
        if (budget == 0 || (full && !is_intr && uart->full_mode == LX_UART_HOLD)) {
            held = true;
            break;
        }
        // This removes the byte from the FIFO.
        csr_write(regs->ev_pending, UART_EV_RX);
        if (is_intr) {
            interrupted = true;
        } else if (full) {
            uart->rx_dropped++;
        } else {
            uart->rx_buf[head & uart->rx_mask] = c;
            head++;
        }
    }
    atomic_signal_fence(memory_order_release);
    uart->rx_head = head;
    uart->rx_held = held;
    set_events(uart, held ? uart->events & ~UART_EV_RX : uart->events | UART_EV_RX);
    if (interrupted && uart->on_intr != NULL) {
        uart->on_intr(uart->hook_arg);
    }
    if (head != old_head && uart->on_rx != NULL) {
        uart->on_rx(uart->hook_arg);
    }
}

// Fill the FIFO from the ring. With interrupts off.
static void tx_service(lx_uart_t *uart) {
    const lx_uart_regs_t *regs = uart->regs;
    uint32_t tail = uart->tx_tail;
    while (tail != uart->tx_head && csr_read(regs->txfull) == 0) {
        csr_write(regs->rxtx, uart->tx_buf[tail & uart->tx_mask]);
        tail++;
    }
    uart->tx_tail = tail;
    set_events(uart, tail != uart->tx_head ? uart->events | UART_EV_TX : uart->events & ~UART_EV_TX);
}

static bool good_ring(const uint8_t *buf, size_t size) {
    return buf != NULL && size >= MIN_RING && (size & (size - 1)) == 0;
}

int lx_uart_init(lx_uart_t *uart, const lx_uart_regs_t *regs, const lx_uart_config_t *config) {
    if (!good_ring(config->rx_buf, config->rx_size) || !good_ring(config->tx_buf, config->tx_size)) {
        return LX_EINVAL;
    }
    uint32_t state = soc_irq_save();
    *uart = (lx_uart_t) {
        .regs = regs,
        .rx_buf = config->rx_buf,
        .tx_buf = config->tx_buf,
        .rx_mask = config->rx_size - 1,
        .tx_mask = config->tx_size - 1,
        .full_mode = LX_UART_HOLD,
        .intr_char = -1,
        .on_intr = config->on_intr,
        .on_rx = config->on_rx,
        .hook_arg = config->hook_arg,
    };
    csr_write(regs->ev_enable, 0);
    // Bytes that are already there have had their event, so look for them; this enables the rx event.
    rx_service(uart);
    soc_irq_restore(state);
    return LX_OK;
}

void lx_uart_deinit(lx_uart_t *uart) {
    uint32_t state = soc_irq_save();
    set_events(uart, 0);
    uart->rx_held = false;
    soc_irq_restore(state);
}

void lx_uart_isr(void *arg) {
    lx_uart_t *uart = arg;
    const lx_uart_regs_t *regs = uart->regs;
    uint32_t state = soc_irq_save();
    if (csr_present(regs->rxfull) && !uart->rx_held && csr_read(regs->rxfull) != 0) {
        uart->rx_fifo_full++;
    }
    rx_service(uart);
    if ((uart->events & UART_EV_TX) != 0) {
        // Before looking at the FIFO: an event that comes later than this must stay.
        csr_write(regs->ev_pending, UART_EV_TX);
        tx_service(uart);
    }
    soc_irq_restore(state);
}

void lx_uart_resume(lx_uart_t *uart) {
    if (uart->rx_held) {
        uint32_t state = soc_irq_save();
        rx_service(uart);
        soc_irq_restore(state);
    }
}

size_t lx_uart_rx_count(lx_uart_t *uart) {
    return uart->rx_head - uart->rx_tail;
}

size_t lx_uart_tx_room(lx_uart_t *uart) {
    return uart->tx_mask + 1 - (uart->tx_head - uart->tx_tail);
}

size_t lx_uart_read(lx_uart_t *uart, uint8_t *buf, size_t n) {
    size_t done = 0;
    for (;;) {
        uint32_t head = uart->rx_head;
        uint32_t tail = uart->rx_tail;
        atomic_signal_fence(memory_order_acquire);
        while (done < n && tail != head) {
            buf[done++] = uart->rx_buf[tail & uart->rx_mask];
            tail++;
        }
        atomic_signal_fence(memory_order_release);
        uart->rx_tail = tail;
        // There is room now.
        lx_uart_resume(uart);
        if (done == n || uart->rx_head == tail) {
            return done;
        }
    }
}

size_t lx_uart_write(lx_uart_t *uart, const uint8_t *buf, size_t n) {
    size_t done = 0;
    for (;;) {
        uint32_t state = soc_irq_save();
        uint32_t head = uart->tx_head;
        uint32_t tail = uart->tx_tail;
        unsigned chunk = 0;
        while (done < n && chunk < TX_CHUNK && head - tail <= uart->tx_mask) {
            uart->tx_buf[head & uart->tx_mask] = buf[done++];
            head++;
            chunk++;
        }
        uart->tx_head = head;
        tx_service(uart);
        bool moved = uart->tx_tail != tail;
        soc_irq_restore(state);
        // No room, and the FIFO takes nothing: no more for now.
        if (done == n || (chunk == 0 && !moved)) {
            return done;
        }
    }
}

int lx_uart_flush(lx_uart_t *uart, uint32_t max_polls) {
    for (uint32_t idle = 0; idle < max_polls; idle++) {
        uint32_t state = soc_irq_save();
        uint32_t tail = uart->tx_tail;
        tx_service(uart);
        bool moved = uart->tx_tail != tail;
        soc_irq_restore(state);
        if (lx_uart_is_sent(uart)) {
            return LX_OK;
        }
        if (moved) {
            idle = 0;
        }
    }
    return LX_ETIMEDOUT;
}

void lx_uart_rx_clear(lx_uart_t *uart, uint32_t max_bytes) {
    uint32_t state = soc_irq_save();
    uart->rx_tail = uart->rx_head;
    for (uint32_t i = 0; i < max_bytes && csr_read(uart->regs->rxempty) == 0; i++) {
        csr_write(uart->regs->ev_pending, UART_EV_RX);
    }
    rx_service(uart);
    soc_irq_restore(state);
}

void lx_uart_set_intr_char(lx_uart_t *uart, int c) {
    uart->intr_char = c >= 0 && c <= 255 ? c : -1;
}

void lx_uart_set_full_mode(lx_uart_t *uart, lx_uart_full_t mode) {
    uart->full_mode = mode;
}

uint32_t lx_uart_rx_dropped(const lx_uart_t *uart) {
    return uart->rx_dropped;
}

uint32_t lx_uart_rx_fifo_full(const lx_uart_t *uart) {
    return uart->rx_fifo_full;
}

int lx_uart_set_baud(lx_uart_t *uart, uint32_t clk_hz, uint32_t baud) {
    if (!csr_present(uart->regs->phy_tuning_word)) {
        return LX_ENOTSUP;
    }
    if (baud == 0 || baud > clk_hz / 4) {
        return LX_EINVAL;
    }
    csr_write(uart->regs->phy_tuning_word, (uint32_t)(((uint64_t)baud << 32) / clk_hz));
    return LX_OK;
}

uint32_t lx_uart_baud(const lx_uart_regs_t *regs, uint32_t clk_hz) {
    if (!csr_present(regs->phy_tuning_word)) {
        return regs->baudrate;
    }
    return (uint32_t)(((uint64_t)csr_read(regs->phy_tuning_word) * clk_hz + (UINT32_C(1) << 31)) >> 32);
}

bool lx_uart_is_sent(const lx_uart_t *uart) {
    const lx_uart_regs_t *regs = uart->regs;
    return uart->tx_tail == uart->tx_head
           && (csr_present(regs->txempty) ? csr_read(regs->txempty) != 0 : csr_read(regs->txfull) == 0);
}

int lx_uart_putc_polled(const lx_uart_regs_t *regs, uint8_t c, uint32_t max_polls) {
    for (uint32_t i = 0; i < max_polls; i++) {
        if (csr_read(regs->txfull) == 0) {
            csr_write(regs->rxtx, c);
            return LX_OK;
        }
    }
    return LX_ETIMEDOUT;
}
