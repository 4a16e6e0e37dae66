// SPDX-License-Identifier: MIT
//
// The pins of spi.h, and the loopback.

#include "models/spi.h"

static void loopback_select(void *self, bool selected) {
    (void)self;
    (void)selected;
}

static bool loopback_miso(void *self, bool mosi) {
    (void)self;
    return mosi;
}

static void loopback_clock(void *self, bool mosi) {
    (void)self;
    (void)mosi;
}

static void loopback_advance(void *self, uint64_t ns) {
    (void)self;
    (void)ns;
}

static void loopback_free(void *self) {
    (void)self;
}

const spi_device_ops_t spi_loopback_ops = {
    .select = loopback_select,
    .miso = loopback_miso,
    .clock = loopback_clock,
    .advance = loopback_advance,
    .free = loopback_free,
    .wired = true,
};

void spi_pins_init(spi_pins_t *pins, spi_device_t device) {
    *pins = (spi_pins_t) { .device = device };
}

void spi_pins(spi_pins_t *pins, bool selected, bool clk, bool mosi, uint64_t ns) {
    const spi_device_ops_t *ops = pins->device.ops;
    if (ops == NULL) {
        return;
    }
    void *self = pins->device.self;
    ops->advance(self, ns);
    if (selected != pins->selected) {
        pins->selected = selected;
        ops->select(self, selected);
    } else if (selected && clk && !pins->clk) {
        ops->clock(self, mosi);
    }
    // What the rising edge brought shows when the clock falls.
    if (!selected || !clk || ops->wired) {
        pins->miso = selected && ops->miso(self, mosi);
    }
    pins->clk = clk;
}
