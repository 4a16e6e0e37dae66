// SPDX-License-Identifier: MIT
//
// An I2C EEPROM of the 24Cxx family (Microchip 24AA02/24LC64 data sheets): one or two address bytes by its size, pages
// that wrap around, a write cycle after the stop during which the device does not answer.

#ifndef MODELS_I2C_EEPROM_H
#define MODELS_I2C_EEPROM_H

#include "models/i2c.h"

typedef enum {
    I2C_EEPROM_FAULT_NONE,
    I2C_EEPROM_FAULT_PROTECTED, // refuses bytes of data
    I2C_EEPROM_FAULT_STUCK_BUSY, // the write cycle never ends
    I2C_EEPROM_FAULT_STRETCH, // holds SCL low for fault_argument ns after each byte
    I2C_EEPROM_FAULT_HOLDS_SDA, // from the first address on
    I2C_EEPROM_FAULT_ABSENT, // does not answer
    I2C_EEPROM_FAULT_COUNT
} i2c_eeprom_fault_t;

extern const char *const i2c_eeprom_faults[I2C_EEPROM_FAULT_COUNT]; // their names

typedef struct {
    uint8_t address; // the first; smaller ones than 4 KiB take one for each 256 bytes
    uint32_t size; // bytes, 128 to 65536, a power of two
    uint64_t write_ns; // a write cycle, 5 ms in the data sheets
    i2c_eeprom_fault_t fault;
    uint64_t fault_argument;
    uint8_t *memory; // erased to 0xff
    unsigned writes; // cycles so far
    // Private.
    uint32_t page;
    uint32_t at;
    unsigned address_bytes;
    unsigned got; // address bytes of this transfer
    uint8_t latch[256];
    bool latched[256];
    bool to_write;
    bool holds_sda;
    uint64_t busy_ns;
} i2c_eeprom_t;

extern const i2c_device_ops_t i2c_eeprom_ops;

// From the heap, for i2c_bus_add(); NULL: size, or no memory.
i2c_eeprom_t *i2c_eeprom_new(uint8_t address, uint32_t size);

#endif // MODELS_I2C_EEPROM_H
