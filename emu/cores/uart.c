// SPDX-License-Identifier: MIT
//
// UART (litex/soc/cores/uart.py): two FIFOs between the CSRs and a PHY. Without --baud the PHY is
// that of the simulation, as fast as both sides can (ready/valid, no byte lost). With --baud it is
// RS232PHY: ten bit times per byte in each direction, and a byte that meets a full FIFO is lost and
// counted. A FIFO of depth n holds n + 1 bytes: LiteX buffers its output. A UART that is not the console and whose PHY
// has a tuning word (`<name>_phy`) is on the pins of the wiring, at its own rate.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cores/models.h"
#include "cores/serial_line.h"

#define EV_TX (1)
#define EV_RX (2)
#define BITS_PER_BYTE (10)

typedef struct {
    uint8_t *data;
    uint32_t size;
    uint32_t first;
    uint32_t count;
} fifo_t;

typedef struct {
    core_events_t events;
    fifo_t tx;
    fifo_t rx;
    event_t tx_done;
    event_t rx_done;
    uint64_t byte_cycles; // 0: no pacing
    uint8_t last;         // what rxtx reads when nothing is there
    const core_link_t *console; // NULL: another core is the console
    bool rx_line_busy;
    uint8_t rx_line;
    serial_line_t line;
    bool has_line;
} uart_state_t;

static bool fifo_put(fifo_t *f, uint8_t byte) {
    if (f->count == f->size) {
        return false;
    }
    f->data[(f->first + f->count++) % f->size] = byte;
    return true;
}

static uint8_t fifo_get(fifo_t *f) {
    uint8_t byte = f->data[f->first];
    f->first = (f->first + 1) % f->size;
    f->count--;
    return byte;
}

static void update(core_t *core) {
    uart_state_t *u = core->state;
    uint32_t trigger = (u->tx.count < u->tx.size ? EV_TX : 0) | (u->rx.count > 0 ? EV_RX : 0);
    core_events_trigger(core, &u->events, trigger);
}

static bool from_host(core_t *core, uint8_t *byte) {
    uart_state_t *u = core->state;
    return u->console != NULL && u->console->receive(u->console->context, byte);
}

static bool to_host(core_t *core, uint8_t byte) {
    uart_state_t *u = core->state;
    return u->console == NULL || u->console->send(u->console->context, byte);
}

// A byte begins to come in over the wire.
static void rx_start(core_t *core) {
    uart_state_t *u = core->state;
    if (!u->rx_line_busy && from_host(core, &u->rx_line)) {
        u->rx_line_busy = true;
        core_event(core, &u->rx_done, core_now(core) + u->byte_cycles);
    }
}

static void on_rx_done(void *context) {
    core_t *core = context;
    uart_state_t *u = core->state;
    u->rx_line_busy = false;
    if (!fifo_put(&u->rx, u->rx_line)) {
        core->host->lost_byte(core->host->machine);
    }
    update(core);
    rx_start(core);
}

static void tx_start(core_t *core) {
    uart_state_t *u = core->state;
    if (u->tx.count > 0 && u->tx_done.when == EVENT_NEVER) {
        core_event(core, &u->tx_done, core_now(core) + u->byte_cycles);
    }
}

static void on_tx_done(void *context) {
    core_t *core = context;
    uart_state_t *u = core->state;
    if (u->tx.count > 0) {
        to_host(core, fifo_get(&u->tx)); // a wire does not wait for its reader
    }
    update(core);
    tx_start(core);
}

// On the pins, a byte leaves the FIFO when its last bit is out.
static void line_next(core_t *core) {
    uart_state_t *u = core->state;
    if (u->tx.count > 0) {
        serial_line_send(&u->line, u->tx.data[u->tx.first]);
    }
}

static void line_sent(core_t *core) {
    uart_state_t *u = core->state;
    if (u->tx.count > 0) {
        fifo_get(&u->tx);
    }
    update(core);
    line_next(core);
}

static void line_received(core_t *core, uint8_t byte) {
    uart_state_t *u = core->state;
    if (!fifo_put(&u->rx, byte)) {
        core->host->lost_byte(core->host->machine);
    }
    update(core);
}

// Move bytes between FIFOs and host: called when either side may have changed.
static void pump(core_t *core) {
    uart_state_t *u = core->state;
    if (u->byte_cycles != 0) {
        rx_start(core);
        return;
    }
    uint8_t byte;
    while (u->rx.count < u->rx.size && from_host(core, &byte)) {
        fifo_put(&u->rx, byte);
    }
    while (u->tx.count > 0 && to_host(core, u->tx.data[u->tx.first])) {
        fifo_get(&u->tx);
    }
    update(core);
}

static void write_rxtx(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    uart_state_t *u = core->state;
    fifo_put(&u->tx, (uint8_t)value); // LiteX drops what meets a full FIFO
    update(core);
    if (u->has_line) {
        line_next(core);
    } else if (u->byte_cycles != 0) {
        tx_start(core);
    } else {
        pump(core);
    }
    core->host->alive(core->host->machine);
}

static uint64_t read_rxtx(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    if (u->rx.count > 0) {
        u->last = u->rx.data[u->rx.first];
    }
    return u->last;
}

// A guest that polls for input asks for it.
static void ask(core_t *core) {
    uart_state_t *u = core->state;
    if (u->console != NULL && u->rx.count == 0) {
        u->console->wanted(u->console->context);
    }
}

static uint64_t read_txfull(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    return u->tx.count == u->tx.size;
}

static uint64_t read_txempty(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    return u->tx.count == 0;
}

static uint64_t read_rxempty(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    bool empty = u->rx.count == 0;
    ask(core);
    return empty;
}

static uint64_t read_rxfull(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    return u->rx.count == u->rx.size;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    ask(core);
    return u->events.trigger;
}

static uint64_t read_pending(core_t *core, reg_t *reg) {
    (void)reg;
    uart_state_t *u = core->state;
    return u->events.pending;
}

static void write_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    uart_state_t *u = core->state;
    core_events_clear(core, &u->events, (uint32_t)value);
    if ((value & EV_RX) && u->rx.count > 0) {
        u->last = fifo_get(&u->rx); // clearing the event takes the byte
        update(core);
        if (u->console != NULL && !u->console->on_demand(u->console->context)) {
            pump(core);
        }
    }
    core->host->alive(core->host->machine);
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    uart_state_t *u = core->state;
    core_events_enable(core, &u->events, (uint32_t)value & (EV_TX | EV_RX));
}

// The PHY is part of the UART in LiteX of 2026 and a core of its own before.
static const reg_t *tuning_word(core_t *core) {
    reg_t *own = core_reg(core, "phy_tuning_word");
    if (own != NULL) {
        reg_set(own, serial_line_default_tuning(core->host->soc->clock_hz));
        return own;
    }
    char name[SOC_NAME + 8];
    snprintf(name, sizeof(name), "%s_phy", core->name);
    core_t *phy = core_find(core, name);
    return phy != NULL ? core_reg(phy, "tuning_word") : NULL;
}

static bool init_line(core_t *core) {
    uart_state_t *u = core->state;
    char name[SOC_NAME + 24];
    snprintf(name, sizeof(name), "%s_phy_tuning_word", core->name);
    u->has_line = u->console == NULL && soc_register(core->host->soc, name) != NULL;
    u->line.sent = line_sent;
    u->line.received = line_received;
    return !u->has_line || serial_line_init(&u->line, core);
}

static bool init(core_t *core) {
    uart_state_t *u = core->state;
    const core_host_t *host = core->host;
    u->tx.size = u->rx.size = host->settings.fifo_depth + 1;
    u->tx.data = calloc(1, u->tx.size);
    u->rx.data = calloc(1, u->rx.size);
    u->tx_done = (event_t) { .when = EVENT_NEVER, .fire = on_tx_done, .context = core };
    u->rx_done = (event_t) { .when = EVENT_NEVER, .fire = on_rx_done, .context = core };
    if (host->settings.baud != 0) {
        u->byte_cycles = (uint64_t)BITS_PER_BYTE * host->soc->clock_hz / host->settings.baud;
        u->byte_cycles += u->byte_cycles == 0;
    }
    u->console = host->console(host->machine, core, pump);
    return u->tx.data != NULL && u->rx.data != NULL && init_line(core);
}

static void reset(core_t *core) {
    uart_state_t *u = core->state;
    u->tx.count = 0;
    u->rx.count = 0;
    u->last = 0;
    u->rx_line_busy = false;
    core_event(core, &u->tx_done, EVENT_NEVER);
    core_event(core, &u->rx_done, EVENT_NEVER);
    if (u->has_line) {
        serial_line_reset(&u->line, tuning_word(core));
    }
    core_events_reset(&u->events);
    update(core);
}

static void release(core_t *core) {
    uart_state_t *u = core->state;
    free(u->tx.data);
    free(u->rx.data);
}

static const core_reg_t regs[] = {
    { .suffix = "rxtx", .bits = 8, .read = read_rxtx, .write = write_rxtx },
    { .suffix = "txfull", .bits = 1, .flags = REG_VOLATILE, .read = read_txfull },
    { .suffix = "rxempty", .bits = 1, .flags = REG_VOLATILE, .read = read_rxempty },
    { .suffix = "ev_status", .bits = 2, .flags = REG_VOLATILE, .read = read_status },
    { .suffix = "ev_pending", .bits = 2, .flags = REG_VOLATILE, .read = read_pending, .write = write_pending },
    { .suffix = "ev_enable", .bits = 2, .write = write_enable },
    { .suffix = "txempty", .bits = 1, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_txempty },
    { .suffix = "rxfull", .bits = 1, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_rxfull },
    { .suffix = "tuning_word", .flags = REG_OPTIONAL },
    { .suffix = "phy_tuning_word", .bits = 32, .flags = REG_OPTIONAL },
    // The far side of a crossover UART, at which a host sits that reaches the SoC over a bridge. Here the console is that
    // host: it has taken everything.
    { .suffix = "xover_rxtx", .bits = 8, .flags = REG_OPTIONAL },
    { .suffix = "xover_txfull", .bits = 1, .flags = REG_OPTIONAL },
    { .suffix = "xover_rxempty", .bits = 1, .flags = REG_OPTIONAL, .reset = 1 },
    { .suffix = "xover_ev_status", .bits = 2, .flags = REG_OPTIONAL },
    { .suffix = "xover_ev_pending", .bits = 2, .flags = REG_OPTIONAL },
    { .suffix = "xover_ev_enable", .bits = 2, .flags = REG_OPTIONAL },
    { .suffix = "xover_txempty", .bits = 1, .flags = REG_OPTIONAL, .reset = 1 },
    { .suffix = "xover_rxfull", .bits = 1, .flags = REG_OPTIONAL },
    CORE_REGS_END,
};

const core_model_t core_uart = {
    .kind = "uart", .regs = regs, .state_size = sizeof(uart_state_t), .init = init, .reset = reset, .free = release
};
