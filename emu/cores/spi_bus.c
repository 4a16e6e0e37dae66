// SPDX-License-Identifier: MIT
//
// The bus of spi_bus.h.

#include "cores/spi_bus.h"

#include "models/bus_devices.h"

bool spi_bus_init(core_t *core, spi_bus_t *bus) {
    for (unsigned i = 0; i < SPI_CHIPS; i++) {
        const wiring_row_t *row = core_device(core, i, 0);
        spi_device_t device = { 0 };
        if (row != NULL && !bus_device_spi(&device, row, core->host->error, core->host->error_size)) {
            return false;
        }
        spi_pins_init(&bus->chips[i], device);
    }
    return true;
}

void spi_bus_free(spi_bus_t *bus) {
    for (unsigned i = 0; i < SPI_CHIPS; i++) {
        if (bus->chips[i].device.ops != NULL) {
            bus->chips[i].device.ops->free(bus->chips[i].device.self);
        }
    }
}

static void update(core_t *core, spi_bus_t *bus) {
    uint64_t now = core_ns(core);
    for (unsigned i = 0; i < SPI_CHIPS; i++) {
        spi_pins(&bus->chips[i], bus->selected >> i & 1, bus->clk, bus->mosi, now - bus->last_ns);
    }
    bus->last_ns = now;
}

static bool miso(const spi_bus_t *bus) {
    bool level = false;
    for (unsigned i = 0; i < SPI_CHIPS; i++) {
        level = level || bus->chips[i].miso;
    }
    return level;
}

void spi_bus_select(core_t *core, spi_bus_t *bus, uint32_t chips, bool cpol) {
    if (bus->clk != cpol) {
        bus->clk = cpol;
        update(core, bus);
    }
    bus->selected = chips;
    update(core, bus);
}

bool spi_bus_bit(core_t *core, spi_bus_t *bus, unsigned mode, bool mosi) {
    bool cpha = mode & 1;
    bool cpol = mode & 2;
    bus->mosi = mosi;
    update(core, bus);
    bool in = miso(bus);
    bus->clk = !cpol;
    update(core, bus);
    if (cpha) {
        in = miso(bus);
    }
    bus->clk = cpol;
    update(core, bus);
    return in;
}
