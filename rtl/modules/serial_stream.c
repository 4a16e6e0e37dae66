// SPDX-License-Identifier: MIT
//
// The console of SoCs with LiteX's simulation UART (RS232PHYModel in litex/soc/cores/uart.py): a
// byte stream with ready and valid both ways. It holds the guest back when the host is slow, so it
// loses nothing, and it has no baud rate.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

typedef struct {
    console_t *console;
    // From the guest.
    const uint8_t *source_valid;
    uint8_t *source_ready;
    const uint8_t *source_data;
    // To the guest.
    uint8_t *sink_valid;
    const uint8_t *sink_ready;
    uint8_t *sink_data;
} serial_stream_t;

static void *serial_stream_open(sim_t *sim, struct pad_s *pads) {
    serial_stream_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->console = sim->console;
    self->source_valid = sim_pad(pads, "source_valid");
    self->source_ready = sim_pad(pads, "source_ready");
    self->source_data = sim_pad(pads, "source_data");
    self->sink_valid = sim_pad(pads, "sink_valid");
    self->sink_ready = sim_pad(pads, "sink_ready");
    self->sink_data = sim_pad(pads, "sink_data");
    return self;
}

static void serial_stream_tick(void *arg) {
    serial_stream_t *self = arg;
    *self->source_ready = *self->source_valid && console_can_put(self->console);
    if (*self->source_ready) {
        console_put(self->console, *self->source_data);
    }
    // sink_ready comes from a register: it holds until the next edge.
    *self->sink_valid = *self->sink_ready && console_get(self->console, self->sink_data);
}

const sim_module_t serial_stream_module = {
    .record = "serial",
    .pad = "source_valid",
    .open = serial_stream_open,
    .tick = serial_stream_tick,
    .close = free,
};
