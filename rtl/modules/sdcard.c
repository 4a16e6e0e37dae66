// SPDX-License-Identifier: MIT
//
// The pins of LiteSDCard with the card that the wiring has there; cd is high without one. It sees each edge of
// the clock; between two only time passes, which it gets at the next one.

#include <stdio.h>
#include <stdlib.h>

#include "models/sdcard_bus.h"
#include "sim.h"

typedef struct {
    sim_t *sim;
    const uint8_t *clk;
    const uint8_t *cmd_o;
    const uint8_t *cmd_oe;
    uint8_t *cmd_i;
    const uint8_t *data_o;
    const uint8_t *data_oe;
    uint8_t *data_i;
    uint8_t *cd;
    sdcard_t *card; // NULL: an empty slot
    sdcard_bus_t bus;
    uint64_t last_ns;
} slot_t;

static void slot_close(void *arg) {
    slot_t *self = arg;
    sdcard_free(self->card);
    free(self);
}

static void *slot_open(sim_t *sim, struct pad_s *pads) {
    slot_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->clk = sim_pad(pads, "clk");
    self->cmd_o = sim_pad(pads, "cmd_o");
    self->cmd_oe = sim_pad(pads, "cmd_oe");
    self->cmd_i = sim_pad(pads, "cmd_i");
    self->data_o = sim_pad(pads, "data_o");
    self->data_oe = sim_pad(pads, "data_oe");
    self->data_i = sim_pad(pads, "data_i");
    self->cd = sim_pad(pads, "cd");
    const wiring_row_t *row = wiring_device(&sim->options->wiring, sim->record, 0, 0);
    char error[512];
    if (row != NULL && (self->card = sdcard_from_row(row, error, sizeof(error))) == NULL) {
        fprintf(stderr, "rtl: %s\n", error);
        slot_close(self);
        return NULL;
    }
    if (self->card != NULL) {
        sdcard_bus_init(&self->bus, self->card);
    }
    *self->cmd_i = 1;
    *self->data_i = 15;
    *self->cd = self->card == NULL || !sdcard_present(self->card);
    return self;
}

static void slot_tick(void *arg) {
    slot_t *self = arg;
    if (self->card == NULL) {
        return;
    }
    bool clk = *self->clk;
    bool driven = *self->cmd_oe & 1;
    uint8_t lines = *self->data_oe;
    uint8_t dat = (*self->data_o & lines) | (~lines & 15);
    bool cmd = driven ? *self->cmd_o & 1 : true;
    if (clk != self->bus.clk) {
        uint64_t ns = sim_ns(self->sim);
        sdcard_bus_pins(&self->bus, clk, cmd, dat, ns - self->last_ns);
        self->last_ns = ns;
        *self->cd = !sdcard_present(self->card);
    }
    *self->cmd_i = self->bus.cmd_drive ? self->bus.cmd : cmd;
    *self->data_i = (self->bus.dat & self->bus.dat_drive) | (dat & ~self->bus.dat_drive & 15);
}

const sim_module_t sdcard_module = {
    .pad = "cmd_oe",
    .open = slot_open,
    .tick = slot_tick,
    .close = slot_close,
};
