// SPDX-License-Identifier: MIT
//
// SPI devices, bit by bit: a device is selected, then each bit samples MOSI and moves on to the next MISO. spi_pins_t
// drives one from wires. Modes 0 and 3, which look the same to a device: it samples when the clock rises.

#ifndef MODELS_SPI_H
#define MODELS_SPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    void (*select)(void *self, bool selected);
    bool (*miso)(void *self, bool mosi); // the level now; it may follow MOSI at once
    void (*clock)(void *self, bool mosi); // a rising edge
    void (*advance)(void *self, uint64_t ns); // since the last call
    void (*free)(void *self);
    bool wired; // MISO follows MOSI at any time, not only when the clock falls
} spi_device_ops_t;

typedef struct {
    const spi_device_ops_t *ops; // NULL: nobody there
    void *self;
} spi_device_t;

// A wire from MOSI to MISO.
extern const spi_device_ops_t spi_loopback_ops;

typedef struct {
    spi_device_t device;
    bool miso; // 0 while not selected
    // Private.
    bool selected;
    bool clk;
} spi_pins_t;

void spi_pins_init(spi_pins_t *pins, spi_device_t device);
void spi_pins(spi_pins_t *pins, bool selected, bool clk, bool mosi, uint64_t ns); // ns since the last call

#endif // MODELS_SPI_H
