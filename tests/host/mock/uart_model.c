// SPDX-License-Identifier: MIT

#include "uart_model.h"

#include <string.h>

bool uart_model_levels;

static bool rx_valid(const uart_model_t *m) {
    return m->rx_count > 0 && m->bubble_left == 0;
}

static void tick(void *arg) {
    uart_model_t *m = arg;
    bool valid = rx_valid(m);
    bool ready = m->tx_count < UART_MODEL_DEPTH;
    uint8_t clear = m->clear;
    m->clear = 0;
    // Acknowledge; an event of the same cycle stays.
    m->pending &= ~clear;
    if (valid && !m->rx_valid_before) {
        m->pending |= UART_EV_RX;
    }
    if (ready && !m->tx_ready_before) {
        m->pending |= UART_EV_TX;
    }
    m->rx_valid_before = valid;
    m->tx_ready_before = ready;
    if (m->bubble_left > 0) {
        m->bubble_left--;
    }
    if ((clear & UART_EV_RX) != 0) {
        if (valid) {
            m->rx_count--;
            memmove(m->rx, m->rx + 1, m->rx_count);
            m->bubble_left = m->bubble;
        } else {
            m->pops_of_nothing++;
        }
    }
    // The receiving end of the line.
    if (m->incoming_wait > 0) {
        m->incoming_wait--;
    }
    if (m->incoming_count > 0 && m->incoming_wait == 0) {
        if (m->rx_count < UART_MODEL_DEPTH) {
            m->rx[m->rx_count++] = *m->incoming;
        } else if (m->back_pressure) {
            return;
        } else {
            m->rx_lost++;
        }
        m->incoming++;
        m->incoming_count--;
        m->incoming_wait = m->incoming_cycles;
    }
}

static void tick_tx(void *arg) {
    uart_model_t *m = arg;
    if (m->tx_count == 0 || m->tx_stuck) {
        m->tx_wait = m->tx_cycles;
    } else if (m->tx_wait > 0) {
        m->tx_wait--;
    } else {
        m->sent[m->sent_count++ % UART_MODEL_MAX] = m->tx[0];
        m->tx_count--;
        memmove(m->tx, m->tx + 1, m->tx_count);
        m->tx_wait = m->tx_cycles;
    }
}

static uint8_t levels(const uart_model_t *m) {
    return (rx_valid(m) ? UART_EV_RX : 0) | (m->tx_count < UART_MODEL_DEPTH ? UART_EV_TX : 0);
}

static uint8_t pending(const uart_model_t *m) {
    return uart_model_levels ? levels(m) : m->pending;
}

static bool irq(void *arg) {
    uart_model_t *m = arg;
    return (pending(m) & mock_get(m->enable)) != 0;
}

static uint64_t read_rxtx(mock_reg_t *reg) {
    uart_model_t *m = reg->arg;
    return m->rx[0];
}

static void write_rxtx(mock_reg_t *reg, uint64_t value) {
    uart_model_t *m = reg->arg;
    if (m->tx_count < UART_MODEL_DEPTH) {
        m->tx[m->tx_count++] = value;
    } else {
        m->tx_overruns++;
    }
}

static uint64_t read_txfull(mock_reg_t *reg) {
    uart_model_t *m = reg->arg;
    m->looks++;
    return m->tx_full_stuck || m->tx_count == UART_MODEL_DEPTH;
}

static uint64_t read_rxempty(mock_reg_t *reg) {
    uart_model_t *m = reg->arg;
    m->looks++;
    return !m->rx_stuck && !rx_valid(m);
}

static uint64_t read_status(mock_reg_t *reg) {
    uart_model_t *m = reg->arg;
    return levels(m);
}

static uint64_t read_pending(mock_reg_t *reg) {
    return pending(reg->arg);
}

static void write_pending(mock_reg_t *reg, uint64_t value) {
    uart_model_t *m = reg->arg;
    m->clear |= value;
}

static uint64_t read_txempty(mock_reg_t *reg) {
    uart_model_t *m = reg->arg;
    return !m->tx_full_stuck && m->tx_count == 0;
}

static uint64_t read_rxfull(mock_reg_t *reg) {
    uart_model_t *m = reg->arg;
    return m->rx_count == UART_MODEL_DEPTH;
}

static mock_reg_t *add(uart_model_t *m, unsigned bits, uint8_t access, uint64_t (*on_read)(mock_reg_t *reg)) {
    mock_reg_t *reg = mock_add(bits, access);
    reg->on_read = on_read;
    reg->arg = m;
    return reg;
}

void uart_model_init(uart_model_t *model, lx_uart_regs_t *regs) {
    memset(model, 0, sizeof(*model));
    memset(regs, 0, sizeof(*regs));
    regs->name = "uart";
    regs->irq = 0;
    mock_reg_t *rxtx = add(model, 8, CSR_ACCESS_RW, read_rxtx);
    rxtx->on_write = write_rxtx;
    regs->rxtx = rxtx->reg;
    regs->txfull = add(model, 1, CSR_ACCESS_RO, read_txfull)->reg;
    regs->rxempty = add(model, 1, CSR_ACCESS_RO, read_rxempty)->reg;
    regs->ev_status = add(model, 2, CSR_ACCESS_RO, read_status)->reg;
    mock_reg_t *ev_pending = add(model, 2, CSR_ACCESS_RW, read_pending);
    ev_pending->on_write = write_pending;
    regs->ev_pending = ev_pending->reg;
    model->enable = mock_add(2, CSR_ACCESS_RW);
    regs->ev_enable = model->enable->reg;
    regs->txempty = add(model, 1, CSR_ACCESS_RO, read_txempty)->reg;
    regs->rxfull = add(model, 1, CSR_ACCESS_RO, read_rxfull)->reg;
    model->tuning = mock_add(32, CSR_ACCESS_RW);
    regs->phy_tuning_word = model->tuning->reg;
    mock_add_ticker(tick, model);
    mock_add_ticker(tick_tx, model);
    mock_add_irq(0, irq, model);
}

void uart_model_send(uart_model_t *model, const uint8_t *data, unsigned n) {
    model->incoming = data;
    model->incoming_count = n;
    model->incoming_wait = model->incoming_cycles;
}
