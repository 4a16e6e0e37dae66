// SPDX-License-Identifier: MIT
//
// What the SPI masters share: the devices that the wiring puts behind their chip selects, edge by edge.

#ifndef EMU_CORES_SPI_BUS_H
#define EMU_CORES_SPI_BUS_H

#include "cores/core.h"
#include "models/spi.h"

#define SPI_CHIPS (16)

typedef struct {
    spi_pins_t chips[SPI_CHIPS];
    uint32_t selected;
    bool clk;
    bool mosi;
    uint64_t last_ns;
} spi_bus_t;

bool spi_bus_init(core_t *core, spi_bus_t *bus); // false: host->error says why
void spi_bus_free(spi_bus_t *bus);

// Which chips are selected from now on, with the clock at its level when idle.
void spi_bus_select(core_t *core, spi_bus_t *bus, uint32_t chips, bool cpol);

// One bit out, one in. mode: bit 1 is the clock's level when idle, bit 0 its phase.
bool spi_bus_bit(core_t *core, spi_bus_t *bus, unsigned mode, bool mosi);

#endif
