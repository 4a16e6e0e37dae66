// SPDX-License-Identifier: MIT
//
// Devices of the wiring on the pins of SPI masters (clk, cs_n, mosi, miso) and of I2C masters (scl_o, sda_o, scl_i,
// sda_i). They see each edge; between edges only time passes, which they get at the next one.

#include <stdio.h>
#include <stdlib.h>

#include "models/bus_devices.h"
#include "sim.h"

#define MAX_CHIPS (16)

typedef struct {
    sim_t *sim;
    const uint8_t *clk;
    const void *cs_n;
    const uint8_t *mosi;
    uint8_t *miso;
    size_t chips;
    spi_pins_t pins[MAX_CHIPS];
    uint32_t seen;
    uint64_t last_ns;
} spi_module_t;

typedef struct {
    sim_t *sim;
    const uint8_t *scl_o;
    const uint8_t *sda_o;
    uint8_t *scl_i;
    uint8_t *sda_i;
    i2c_bus_t bus;
    i2c_pins_t pins;
    bool scl;
    bool sda;
    uint64_t last_ns;
} i2c_module_t;

static uint32_t selected(const spi_module_t *self) {
    uint32_t cs_n = self->chips <= 8 ? *(const uint8_t *)self->cs_n : *(const uint16_t *)self->cs_n;
    return ~cs_n & ((UINT32_C(1) << self->chips) - 1);
}

static void spi_close(void *arg) {
    spi_module_t *self = arg;
    for (size_t i = 0; i < self->chips; i++) {
        if (self->pins[i].device.ops != NULL) {
            self->pins[i].device.ops->free(self->pins[i].device.self);
        }
    }
    free(self);
}

static void *spi_open(sim_t *sim, struct pad_s *pads) {
    size_t chips = sim_pad_bits(pads, "cs_n");
    spi_module_t *self = chips <= MAX_CHIPS ? calloc(1, sizeof(*self)) : NULL;
    if (!self) {
        fprintf(stderr, "rtl: %s: more than 16 chips, or out of memory\n", sim->record);
        return NULL;
    }
    self->sim = sim;
    self->clk = sim_pad(pads, "clk");
    self->cs_n = sim_pad(pads, "cs_n");
    self->mosi = sim_pad(pads, "mosi");
    self->miso = sim_pad(pads, "miso");
    self->chips = chips;
    for (size_t i = 0; i < chips; i++) {
        const wiring_row_t *row = wiring_device(&sim->options->wiring, sim->record, (unsigned)i, 0);
        spi_device_t device = { 0 };
        char error[256];
        if (row != NULL && !bus_device_spi(&device, row, error, sizeof(error))) {
            fprintf(stderr, "rtl: %s\n", error);
            spi_close(self);
            return NULL;
        }
        spi_pins_init(&self->pins[i], device);
    }
    return self;
}

static void spi_tick(void *arg) {
    spi_module_t *self = arg;
    uint32_t chips = selected(self);
    uint32_t now = chips << 2 | (uint32_t)*self->clk << 1 | *self->mosi;
    if (now == self->seen) {
        return;
    }
    self->seen = now;
    uint64_t ns = sim_ns(self->sim);
    bool miso = false;
    for (size_t i = 0; i < self->chips; i++) {
        spi_pins(&self->pins[i], chips >> i & 1, *self->clk, *self->mosi, ns - self->last_ns);
        miso = miso || self->pins[i].miso;
    }
    self->last_ns = ns;
    *self->miso = miso;
}

static void i2c_close(void *arg) {
    i2c_module_t *self = arg;
    i2c_bus_free(&self->bus);
    free(self);
}

static void *i2c_open(sim_t *sim, struct pad_s *pads) {
    i2c_module_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->scl_o = sim_pad(pads, "scl_o");
    self->sda_o = sim_pad(pads, "sda_o");
    self->scl_i = sim_pad(pads, "scl_i");
    self->sda_i = sim_pad(pads, "sda_i");
    self->scl = self->sda = true;
    *self->scl_i = *self->sda_i = 1;
    i2c_bus_init(&self->bus);
    i2c_pins_init(&self->pins, &self->bus);
    const wiring_row_t *row;
    for (size_t n = 0; (row = wiring_device(&sim->options->wiring, sim->record, 0, n)) != NULL; n++) {
        char error[256];
        if (!bus_device_i2c(&self->bus, row, error, sizeof(error))) {
            fprintf(stderr, "rtl: %s\n", error);
            i2c_close(self);
            return NULL;
        }
    }
    return self;
}

static void i2c_tick(void *arg) {
    i2c_module_t *self = arg;
    bool scl = *self->scl_o;
    bool sda = *self->sda_o;
    if (scl == self->scl && sda == self->sda && self->bus.stretch_ns == 0) {
        return;
    }
    uint64_t ns = sim_ns(self->sim);
    // One wire after the other where both change in one cycle: SCL falls before SDA changes, and rises after it.
    if (!scl) {
        i2c_pins(&self->pins, scl, self->sda, ns - self->last_ns);
    } else {
        i2c_pins(&self->pins, self->scl, sda, ns - self->last_ns);
    }
    i2c_pins(&self->pins, scl, sda, 0);
    self->scl = scl;
    self->sda = sda;
    self->last_ns = ns;
    *self->scl_i = scl && self->pins.scl_out;
    *self->sda_i = self->pins.sda_out && !i2c_bus_sda_held(&self->bus);
}

const sim_module_t spi_module = {
    .pad = "cs_n",
    .open = spi_open,
    .tick = spi_tick,
    .close = spi_close,
};

const sim_module_t i2c_module = {
    .pad = "sda_o",
    .open = i2c_open,
    .tick = i2c_tick,
    .close = i2c_close,
};
