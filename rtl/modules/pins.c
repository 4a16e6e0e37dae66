// SPDX-License-Identifier: MIT
//
// Plain pins on the nets of the wiring: any record with a pad `o` (outputs, which drive where `oe` is set or
// missing) or `i` (inputs). The record's name is that of the core on the net.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

typedef struct {
    sim_t *sim;
    void *i;
    const void *o;
    const void *oe;
    size_t bits;
    size_t i_bytes;
    int first_pin; // the record's pins follow each other
    uint32_t high; // what the nets have been told
    uint32_t driven;
} pins_t;

static size_t bytes_of(size_t bits) {
    return bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
}

static uint32_t load(const void *pad, size_t bits) {
    switch (bytes_of(bits)) {
        case 1:
            return *(const uint8_t *)pad;
        case 2:
            return *(const uint16_t *)pad;
        default:
            return *(const uint32_t *)pad;
    }
}

static void sense(void *context, unsigned index, bool level) {
    pins_t *self = context;
    uint32_t bit = UINT32_C(1) << index;
    uint32_t value = (load(self->i, self->bits) & ~bit) | (level ? bit : 0);
    switch (self->i_bytes) {
        case 1:
            *(uint8_t *)self->i = (uint8_t)value;
            break;
        case 2:
            *(uint16_t *)self->i = (uint16_t)value;
            break;
        default:
            *(uint32_t *)self->i = value;
            break;
    }
}

static void *open_pins(sim_t *sim, struct pad_s *pads, size_t bits) {
    pins_t *self = bits <= 32 ? calloc(1, sizeof(*self)) : NULL;
    if (!self) {
        fprintf(stderr, "rtl: %s: more than 32 pins, or out of memory\n", sim->record);
        return NULL;
    }
    self->sim = sim;
    self->i = sim_pad(pads, "i");
    self->o = sim_pad(pads, "o");
    self->oe = sim_pad(pads, "oe");
    self->bits = bits;
    self->i_bytes = bytes_of(bits);
    for (size_t i = 0; i < bits; i++) {
        int pin = nets_pin(sim->nets, sim->record, (unsigned)i, self->i ? sense : NULL, self);
        if (pin < 0) {
            fprintf(stderr, "rtl: out of memory\n");
            free(self);
            return NULL;
        }
        self->first_pin = i == 0 ? pin : self->first_pin;
    }
    return self;
}

static void *outputs_open(sim_t *sim, struct pad_s *pads) {
    return open_pins(sim, pads, sim_pad_bits(pads, "o"));
}

static void outputs_tick(void *arg) {
    pins_t *self = arg;
    uint32_t all = UINT32_MAX >> (32 - self->bits);
    uint32_t driven = self->oe ? load(self->oe, self->bits) : all;
    uint32_t high = load(self->o, self->bits) & driven;
    uint32_t changed = (driven ^ self->driven) | (high ^ self->high);
    self->driven = driven;
    self->high = high;
    for (size_t i = 0; changed != 0; i++, changed >>= 1) {
        if (changed & 1) {
            nets_drive(self->sim->nets, self->first_pin + (int)i,
                !(driven >> i & 1) ? NETS_FREE : high >> i & 1 ? NETS_HIGH : NETS_LOW);
        }
    }
}

// Of records that only have inputs.
static void *inputs_open(sim_t *sim, struct pad_s *pads) {
    return open_pins(sim, pads, sim_pad_bits(pads, "i"));
}

static void pins_close(void *arg) {
    free(arg);
}

const sim_module_t outputs_module = {
    .pad = "o",
    .open = outputs_open,
    .tick = outputs_tick,
    .close = pins_close,
};

const sim_module_t inputs_module = {
    .pad = "i",
    .without = "o",
    .open = inputs_open,
    .close = pins_close,
};
