// SPDX-License-Identifier: MIT
//
// Devices on I2C and SPI, made as a wiring says:
//   device i2c0 eeprom [address=0x50] [size=4096] [write_us=5000] [fault=NAME] [argument=NS]
//   device spi0[1] eeprom [size=8192] [write_us=5000] [fault=NAME]
//   device spi0[0] loopback
//   device spisdcard sdcard [image=FILE]...     models/sdcard.h has the keys

#ifndef MODELS_BUS_DEVICES_H
#define MODELS_BUS_DEVICES_H

#include "models/i2c.h"
#include "models/spi.h"
#include "models/wiring.h"

// Add the device of a row to a bus. False: error says what is wrong with the row.
bool bus_device_i2c(i2c_bus_t *bus, const wiring_row_t *row, char *error, size_t error_size);

// Make the device of a row.
bool bus_device_spi(spi_device_t *device, const wiring_row_t *row, char *error, size_t error_size);

#endif // MODELS_BUS_DEVICES_H
