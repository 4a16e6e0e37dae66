// SPDX-License-Identifier: MIT
//
// LiteX's UART with its FIFOs and events, after litex/soc/cores/uart.py, between two ends of a line.

#ifndef UART_MODEL_H
#define UART_MODEL_H

#include "drivers/lx_uart.h"
#include "mock.h"

#define UART_MODEL_DEPTH (16)
#define UART_MODEL_MAX (16384)

typedef struct {
    mock_reg_t *enable;
    mock_reg_t *tuning;
    // Receive FIFO and what is still to come.
    uint8_t rx[UART_MODEL_DEPTH];
    unsigned rx_count;
    bool rx_valid_before;
    unsigned bubble; // cycles that the FIFO looks empty after a byte was removed
    unsigned bubble_left;
    const uint8_t *incoming;
    unsigned incoming_count;
    unsigned incoming_cycles; // per byte; 0: as fast as the FIFO takes them
    unsigned incoming_wait;
    bool back_pressure; // the sender waits for room; else bytes are lost
    unsigned rx_lost;
    // Transmit FIFO and what has left it.
    uint8_t tx[UART_MODEL_DEPTH];
    unsigned tx_count;
    bool tx_ready_before;
    unsigned tx_cycles; // per byte; 0: the FIFO is empty at once
    unsigned tx_wait;
    bool tx_stuck;
    uint8_t sent[UART_MODEL_MAX];
    unsigned sent_count;
    unsigned tx_overruns; // bytes written to a full FIFO
    // Events.
    uint8_t pending;
    uint8_t clear;
    bool rx_stuck; // the core does not answer: rxempty always reads 0
    bool tx_full_stuck; // txfull always reads 1
    unsigned pops_of_nothing; // rx acknowledged while the FIFO was empty
    unsigned looks; // reads of txfull and rxempty
} uart_model_t;

// Whether the events are levels (EventSourceLevel, LiteX of 2026) instead of edges (EventSourceProcess, 2024.12): pending
// while the receive FIFO has a byte, while the transmit FIFO has room; writing to pending only removes a byte.
extern bool uart_model_levels;

// Put its registers on the bus, with interrupt line 0, and fill regs.
void uart_model_init(uart_model_t *model, lx_uart_regs_t *regs);

// Let this arrive, from now on.
void uart_model_send(uart_model_t *model, const uint8_t *data, unsigned n);

#endif // UART_MODEL_H
