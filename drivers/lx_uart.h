// SPDX-License-Identifier: MIT
//
// LiteX's UART (litex/soc/cores/uart.py), interrupt-driven, with rings that the caller owns.
//
// What the core's source says and this driver rests on:
// - Reading rxtx does not remove the byte from the receive FIFO: acknowledging the rx event does. So each
//   byte is read, then acknowledged, and rx is never acknowledged while the FIFO is empty (a byte that
//   arrives at that moment would be lost).
// - The rx event is set when the FIFO turns from empty to not empty, not while it holds bytes. So whoever
//   serves it empties the FIFO (or remembers that it has to be served without an event).
// - The tx event is set when the FIFO turns from full to not full. It is acknowledged before the FIFO is
//   filled, never after.
//
// When the receive ring is full, LX_UART_HOLD (the default) leaves bytes in the FIFO and masks the rx event until
// the ring is read, so that a PHY with back-pressure (simulation, JTAG, USB) loses nothing; a plain RS232PHY
// then loses what does not fit into its FIFO. LX_UART_DROP takes and counts further bytes, and so still sees the
// interrupt character behind a full ring; with HOLD it is seen only as the next byte of the FIFO.
//
// lx_uart_isr() may be called at any time, from the tick for example: that serves a receiver that is held
// (HOLD: looks for the interrupt character; DROP: goes on after a flood of more than 4096 bytes in one go, which
// is where an interrupt ends), and is how a UART without interrupt works at all.

#ifndef DRIVERS_LX_UART_H
#define DRIVERS_LX_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t rxtx;
    csr_reg_t txfull;
    csr_reg_t rxempty;
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
    csr_reg_t txempty; // absent on old LiteX
    csr_reg_t rxfull; // absent on old LiteX
    csr_reg_t phy_tuning_word; // of <name>_phy, where the baud rate is dynamic
    uint32_t baudrate; // where it is not: as the gateware's constant <NAME>_BAUDRATE says, which LiteX does not write; else 0
} lx_uart_regs_t;

// Bits of the event registers.
#define UART_EV_TX (1 << 0)
#define UART_EV_RX (1 << 1)

typedef enum {
    LX_UART_HOLD,
    LX_UART_DROP,
} lx_uart_full_t;

// Called by lx_uart_isr(), with interrupts off.
typedef void (*lx_uart_hook_t)(void *arg);

// Private to lx_uart; the caller owns the memory. Indices run freely, the ring's mask is applied on access.
typedef struct {
    const lx_uart_regs_t *regs;
    uint8_t *rx_buf;
    uint8_t *tx_buf;
    uint32_t rx_mask;
    uint32_t tx_mask;
    volatile uint32_t rx_head; // next byte to write
    volatile uint32_t rx_tail; // next byte to read
    volatile uint32_t tx_head;
    volatile uint32_t tx_tail;
    volatile bool rx_held; // the ring was full: bytes wait in the FIFO, the rx event is masked
    uint8_t events; // what ev_enable holds
    lx_uart_full_t full_mode;
    int16_t intr_char; // -1: none
    uint32_t rx_dropped;
    uint32_t rx_fifo_full;
    lx_uart_hook_t on_intr;
    lx_uart_hook_t on_rx;
    void *hook_arg;
} lx_uart_t;

typedef struct {
    uint8_t *rx_buf;
    size_t rx_size; // a power of two, at least 16
    uint8_t *tx_buf;
    size_t tx_size; // a power of two, at least 16
    lx_uart_hook_t on_intr; // the interrupt character has arrived; it is not stored. May be NULL
    lx_uart_hook_t on_rx; // bytes have been stored. May be NULL
    void *hook_arg;
} lx_uart_config_t;

// Start the UART. Bytes that wait in the hardware are kept (type-ahead, or what a BIOS left). The events are
// enabled in the core; the caller claims regs->irq with lx_uart_isr().
// LX_EINVAL: a ring's size is not a power of two, or is too small.
int lx_uart_init(lx_uart_t *uart, const lx_uart_regs_t *regs, const lx_uart_config_t *config);

// Disable the events of the core. What the rings hold stays readable and is no longer sent.
void lx_uart_deinit(lx_uart_t *uart);

// The interrupt half, a soc_irq_handler_t: arg is the lx_uart_t. Harmless when nothing is pending.
void lx_uart_isr(void *arg);

// Look again at bytes that wait behind a full ring, which no event reports. To be called regularly, as the interrupt
// character may be among them; costs next to nothing where none wait.
void lx_uart_resume(lx_uart_t *uart);

// Bytes that can be read now, and room for bytes that would be written at once.
size_t lx_uart_rx_count(lx_uart_t *uart);
size_t lx_uart_tx_room(lx_uart_t *uart);

// The sizes of the rings.
static inline size_t lx_uart_rx_size(const lx_uart_t *uart) {
    return uart->rx_mask + 1;
}

static inline size_t lx_uart_tx_size(const lx_uart_t *uart) {
    return uart->tx_mask + 1;
}

// Read or write up to n bytes, never waiting: return how many.
size_t lx_uart_read(lx_uart_t *uart, uint8_t *buf, size_t n);
size_t lx_uart_write(lx_uart_t *uart, const uint8_t *buf, size_t n);

// Wait until everything written has left the FIFO (the PHY may still shift its last character). Works with
// interrupts off. LX_ETIMEDOUT: max_polls looks at the core in a row (each takes 20 cycles or more) and no byte
// left the ring; what is in it stays. The FIFO's 16 characters must drain within that: 10,000 polls suffice
// for 115200 baud at 100 MHz, 1,000,000 for 1200 baud.
int lx_uart_flush(lx_uart_t *uart, uint32_t max_polls);

// Throw away what was received: the ring and up to max_bytes of the FIFO.
void lx_uart_rx_clear(lx_uart_t *uart, uint32_t max_bytes);

// The character that calls on_intr instead of being stored, -1 for none; looked for as bytes arrive.
void lx_uart_set_intr_char(lx_uart_t *uart, int c);

// What to do when the receive ring is full.
void lx_uart_set_full_mode(lx_uart_t *uart, lx_uart_full_t mode);

// Bytes that DROP has thrown away, and interrupts that found the hardware's FIFO full (each may mean bytes
// lost where the PHY has no back-pressure).
uint32_t lx_uart_rx_dropped(const lx_uart_t *uart);
uint32_t lx_uart_rx_fifo_full(const lx_uart_t *uart);

// Set the baud rate. LX_ENOTSUP: fixed when the SoC was built. LX_EINVAL: 0, or above a quarter of the clock.
int lx_uart_set_baud(lx_uart_t *uart, uint32_t clk_hz, uint32_t baud);

// The baud rate, to the nearest: as set, or as the gateware's constant says; 0 where nothing tells.
uint32_t lx_uart_baud(const lx_uart_regs_t *regs, uint32_t clk_hz);

// Whether everything written has left the FIFO; looks once. Without txempty, a FIFO that is not full must do.
bool lx_uart_is_sent(const lx_uart_t *uart);

// Send one byte without rings and interrupts, for a trap report. LX_ETIMEDOUT: the FIFO stayed full for
// max_polls looks; the byte is dropped.
int lx_uart_putc_polled(const lx_uart_regs_t *regs, uint8_t c, uint32_t max_polls);

#endif // DRIVERS_LX_UART_H
