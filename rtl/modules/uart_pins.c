// SPDX-License-Identifier: MIT
//
// A further UART's pins on the nets of the wiring: pin 0 of the record is tx, pin 1 is rx, which idles high.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

typedef struct {
    sim_t *sim;
    const uint8_t *tx; // driven by the guest
    uint8_t *rx; // driven by us
    int tx_pin;
    bool tx_level;
} uart_pins_t;

static void sense(void *context, unsigned index, bool level) {
    (void)index;
    uart_pins_t *self = context;
    *self->rx = level;
}

static void *uart_pins_open(sim_t *sim, struct pad_s *pads) {
    uart_pins_t *self = calloc(1, sizeof(*self));
    if (self) {
        self->sim = sim;
        self->tx = sim_pad(pads, "tx");
        self->rx = sim_pad(pads, "rx");
        self->tx_pin = nets_pin(sim->nets, sim->record, 0, NULL, NULL);
    }
    if (!self || self->tx_pin < 0 || nets_pin(sim->nets, sim->record, 1, sense, self) < 0) {
        fprintf(stderr, "rtl: out of memory\n");
        free(self);
        return NULL;
    }
    return self;
}

static void uart_pins_tick(void *arg) {
    uart_pins_t *self = arg;
    nets_drive(self->sim->nets, self->tx_pin, *self->tx ? NETS_HIGH : NETS_LOW);
}

static void uart_pins_close(void *arg) {
    free(arg);
}

const sim_module_t uart_pins_module = {
    .record = "uart1",
    .pad = "tx",
    .open = uart_pins_open,
    .tick = uart_pins_tick,
    .close = uart_pins_close,
};
