// SPDX-License-Identifier: MIT
//
// The pins of a JTAG master (gateware/jtag_master.py) and of an SPI master used as one, with the virtual ECP5 of
// --jtag behind them. GPIO pins need no module: plug_connect() joins them on the nets. At the end it prints what it
// saw of TCK: how many clocks, and the fewest cycles that TCK was high or low and that TMS and TDI were stable before
// and after a rising edge. A glitch would be a 1 there.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

enum { HIGH, LOW, SETUP, HOLD, TIMES };

typedef struct {
    sim_t *sim;
    const char *record;
    const uint8_t *tck;
    const uint8_t *tms; // NULL: GPIO's
    const uint8_t *tdi;
    uint8_t *tdo;
    bool level; // of TDO
    bool was_tck;
    bool was_tms;
    bool was_tdi;
    uint64_t edge; // cycle of TCK's last edge, 0: none
    uint64_t rise;
    uint64_t change; // of TMS or TDI
    uint64_t clocks;
    uint64_t least[TIMES];
} cable_t;

// Without --jtag the modules stay, and have nothing to do.
static cable_t unused;

static cable_t *cable_open(sim_t *sim, struct pad_s *pads, const char *const names[4]) {
    if (!sim->plug) {
        return &unused;
    }
    cable_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->record = sim->record;
    self->tck = sim_pad(pads, names[0]);
    self->tms = names[1] ? sim_pad(pads, names[1]) : NULL;
    self->tdi = sim_pad(pads, names[2]);
    self->tdo = sim_pad(pads, names[3]);
    for (size_t i = 0; i < TIMES; i++) {
        self->least[i] = UINT64_MAX;
    }
    self->level = true;
    return self;
}

static void *master_open(sim_t *sim, struct pad_s *pads) {
    static const char *const names[4] = {"tck", "tms", "tdi", "tdo"};
    return cable_open(sim, pads, names);
}

static void *spi_open(sim_t *sim, struct pad_s *pads) {
    static const char *const names[4] = {"clk", NULL, "mosi", "miso"};
    return cable_open(sim, pads, names);
}

static void note(cable_t *self, int which, uint64_t since) {
    uint64_t cycles = self->sim->cycle - since;
    if (since && cycles < self->least[which]) {
        self->least[which] = cycles;
    }
}

static void cable_tick(void *arg) {
    cable_t *self = arg;
    if (self == &unused) {
        return;
    }
    bool tck = *self->tck;
    bool tms = self->tms ? *self->tms : plug_tms(self->sim->plug);
    bool tdi = *self->tdi;
    if (tms != self->was_tms || tdi != self->was_tdi) {
        note(self, HOLD, self->rise);
        self->rise = 0;
        self->change = self->sim->cycle;
        self->was_tms = tms;
        self->was_tdi = tdi;
    }
    // In each cycle: the module of the SPI bus, which comes before this one, drives the pad as well.
    *self->tdo = self->level;
    if (tck == self->was_tck) {
        return;
    }
    note(self, tck ? LOW : HIGH, self->edge);
    self->edge = self->sim->cycle;
    self->was_tck = tck;
    if (tck) {
        note(self, SETUP, self->change);
        self->rise = self->sim->cycle;
        self->clocks++;
    }
    self->level = plug_pins(self->sim->plug, sim_ns(self->sim), tck, tms, tdi);
    *self->tdo = self->level;
}

static void cable_close(void *arg) {
    cable_t *self = arg;
    if (self == &unused) {
        return;
    }
    if (self->clocks) {
        fprintf(stderr, "%s: %llu clocks, at least %llu cycles high, %llu low, %llu set up, %llu held\n", self->record,
            (unsigned long long)self->clocks, (unsigned long long)self->least[HIGH],
            (unsigned long long)self->least[LOW], (unsigned long long)self->least[SETUP],
            (unsigned long long)self->least[HOLD]);
    }
    free(self);
}

const sim_module_t jtag_master_module = {
    .record = "jtag",
    .pad = "tck",
    .open = master_open,
    .tick = cable_tick,
    .close = cable_close,
};

const sim_module_t jtag_spi_module = {
    .record = "spi",
    .pad = "clk",
    .open = spi_open,
    .tick = cable_tick,
    .close = cable_close,
};
