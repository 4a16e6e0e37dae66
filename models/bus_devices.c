// SPDX-License-Identifier: MIT
//
// From a row of a wiring to a device.

#include "models/bus_devices.h"

#include <stdio.h>
#include <string.h>

#include "models/i2c_eeprom.h"
#include "models/sdcard_spi.h"
#include "models/spi_eeprom.h"

#define NS_PER_US (1000)

static bool wrong(const wiring_row_t *row, const char *what, char *error, size_t error_size) {
    snprintf(error, error_size, "wiring, line %u: device %s: %s", row->line, row->name, what);
    return false;
}

// The index of a fault's name, -1: there is none of that name.
static int find_fault(const wiring_row_t *row, const char *const *names, int count) {
    const char *name = wiring_text(row, "fault", names[0]);
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

bool bus_device_i2c(i2c_bus_t *bus, const wiring_row_t *row, char *error, size_t error_size) {
    bool bad = false;
    if (strcmp(row->name, "eeprom") != 0) {
        return wrong(row, "no such device for I2C; there is eeprom", error, error_size);
    }
    uint64_t address = wiring_number(row, "address", 0x50, &bad);
    uint64_t size = wiring_number(row, "size", 4096, &bad);
    uint64_t write_us = wiring_number(row, "write_us", 5000, &bad);
    uint64_t argument = wiring_number(row, "argument", 0, &bad);
    int fault = find_fault(row, i2c_eeprom_faults, I2C_EEPROM_FAULT_COUNT);
    if (bad || fault < 0 || address > 0x7f || size > UINT32_MAX) {
        return wrong(row, "a parameter is out of range", error, error_size);
    }
    i2c_eeprom_t *eeprom = i2c_eeprom_new((uint8_t)address, (uint32_t)size);
    if (eeprom == NULL) {
        return wrong(row, "size is not a power of two from 128 to 65536", error, error_size);
    }
    eeprom->write_ns = write_us * NS_PER_US;
    eeprom->fault = (i2c_eeprom_fault_t)fault;
    eeprom->fault_argument = argument;
    if (!i2c_bus_add(bus, &i2c_eeprom_ops, eeprom)) {
        i2c_eeprom_ops.free(eeprom);
        return wrong(row, "too many devices on the bus", error, error_size);
    }
    return true;
}

static bool new_sdcard(spi_device_t *device, const wiring_row_t *row, char *error, size_t error_size) {
    sdcard_t *card = sdcard_from_row(row, error, error_size);
    if (card == NULL) {
        return false;
    }
    *device = (spi_device_t) { &sdcard_spi_ops, sdcard_spi_new(card) };
    if (device->self == NULL) {
        sdcard_free(card);
        *device = (spi_device_t) { NULL, NULL };
        return wrong(row, "no memory", error, error_size);
    }
    return true;
}

bool bus_device_spi(spi_device_t *device, const wiring_row_t *row, char *error, size_t error_size) {
    bool bad = false;
    if (strcmp(row->name, "loopback") == 0) {
        *device = (spi_device_t) { &spi_loopback_ops, NULL };
        return true;
    }
    if (strcmp(row->name, "sdcard") == 0) {
        return new_sdcard(device, row, error, error_size);
    }
    if (strcmp(row->name, "eeprom") != 0) {
        return wrong(row, "no such device for SPI; there are eeprom, loopback, sdcard", error, error_size);
    }
    uint64_t size = wiring_number(row, "size", 8192, &bad);
    uint64_t write_us = wiring_number(row, "write_us", 5000, &bad);
    int fault = find_fault(row, spi_eeprom_faults, SPI_EEPROM_FAULT_COUNT);
    if (bad || fault < 0 || size > UINT32_MAX) {
        return wrong(row, "a parameter is out of range", error, error_size);
    }
    spi_eeprom_t *eeprom = spi_eeprom_new((uint32_t)size);
    if (eeprom == NULL) {
        return wrong(row, "size is not a power of two from 1024 to 16777216", error, error_size);
    }
    eeprom->write_ns = write_us * NS_PER_US;
    eeprom->fault = (spi_eeprom_fault_t)fault;
    *device = (spi_device_t) { &spi_eeprom_ops, eeprom };
    return true;
}
