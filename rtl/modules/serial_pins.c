// SPDX-License-Identifier: MIT
//
// The console of SoCs with LiteX's RS232PHY (litex/soc/cores/uart.py): 8 data bits, no parity, one
// stop bit, at the host's baud rate, without flow control. Bytes that the guest's FIFO cannot take
// are lost in the guest, bytes that the host does not take are lost here and counted.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

#define BITS_PER_BYTE 10 // start, 8 data, stop
#define FRACTION_BITS 16

typedef struct {
    sim_t *sim;
    const uint8_t *tx; // driven by the guest
    uint8_t *rx; // driven by us
    uint64_t bit_cycles; // cycles per bit, with FRACTION_BITS binary places
    // The byte that comes from the guest.
    unsigned tx_bits; // bits still to sample, 0: line idle
    unsigned tx_shift;
    uint64_t tx_next; // cycle of the next sample, with FRACTION_BITS
    // The byte that goes to the guest.
    unsigned rx_bits; // bits still to start, 0: line idle
    unsigned rx_shift;
    uint64_t rx_next;
    uint64_t framing_errors;
    uint64_t dropped;
} serial_pins_t;

static void *serial_pins_open(sim_t *sim, struct pad_s *pads) {
    if (sim->options->clk_hz / sim->options->baud < 4) {
        fprintf(stderr, "rtl: %llu baud is too fast for a clock of %llu Hz\n",
            (unsigned long long)sim->options->baud, (unsigned long long)sim->options->clk_hz);
        return NULL;
    }
    serial_pins_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->tx = sim_pad(pads, "tx");
    self->rx = sim_pad(pads, "rx");
    self->bit_cycles = (sim->options->clk_hz << FRACTION_BITS) / sim->options->baud;
    *self->rx = 1;
    return self;
}

static void take_bit(serial_pins_t *self) {
    self->tx_next += self->bit_cycles;
    self->tx_shift = self->tx_shift >> 1 | (unsigned)*self->tx << (BITS_PER_BYTE - 1);
    if (--self->tx_bits > 0) {
        return;
    }
    bool framed = !(self->tx_shift & 1) && self->tx_shift >> (BITS_PER_BYTE - 1);
    if (!framed) {
        self->framing_errors++;
    } else if (console_can_put(self->sim->console)) {
        console_put(self->sim->console, (uint8_t)(self->tx_shift >> 1));
    } else {
        self->dropped++;
    }
}

static void give_bit(serial_pins_t *self) {
    self->rx_next += self->bit_cycles;
    self->rx_bits--;
    *self->rx = self->rx_shift & 1;
    self->rx_shift >>= 1;
}

static void serial_pins_tick(void *arg) {
    serial_pins_t *self = arg;
    uint64_t now = self->sim->cycle << FRACTION_BITS;
    if (self->tx_bits > 0) {
        if (now >= self->tx_next) {
            take_bit(self);
        }
    } else if (!*self->tx) {
        // The middle of the start bit.
        self->tx_bits = BITS_PER_BYTE;
        self->tx_next = now + self->bit_cycles / 2;
    }
    if (now < self->rx_next) {
        return;
    }
    uint8_t byte;
    if (self->rx_bits > 0) {
        give_bit(self);
    } else if (console_get(self->sim->console, &byte)) {
        self->rx_bits = BITS_PER_BYTE;
        self->rx_shift = (unsigned)byte << 1 | 1 << (BITS_PER_BYTE - 1);
        self->rx_next = now;
        give_bit(self);
    }
}

static void serial_pins_close(void *arg) {
    serial_pins_t *self = arg;
    if (self->framing_errors || self->dropped) {
        fprintf(stderr, "rtl: serial: %llu framing errors, %llu bytes not taken by the host\n",
            (unsigned long long)self->framing_errors, (unsigned long long)self->dropped);
    }
    free(self);
}

const sim_module_t serial_pins_module = {
    .record = "serial",
    .pad = "tx",
    .open = serial_pins_open,
    .tick = serial_pins_tick,
    .close = serial_pins_close,
};
