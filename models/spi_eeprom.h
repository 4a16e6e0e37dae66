// SPDX-License-Identifier: MIT
//
// An SPI EEPROM of the 25xx family (Microchip 25LC640A, 25LC512 data sheets): READ, WRITE, WREN, WRDI, RDSR, WRSR; two
// address bytes, three above 64 KiB; pages that wrap around; a write cycle after chip select rises.

#ifndef MODELS_SPI_EEPROM_H
#define MODELS_SPI_EEPROM_H

#include "models/spi.h"

typedef enum {
    SPI_EEPROM_FAULT_NONE,
    SPI_EEPROM_FAULT_STUCK_BUSY, // the write cycle never ends
    SPI_EEPROM_FAULT_NO_WRITE_ENABLE, // WREN sets no latch
    SPI_EEPROM_FAULT_ABSENT, // MISO stays low
    SPI_EEPROM_FAULT_COUNT
} spi_eeprom_fault_t;

extern const char *const spi_eeprom_faults[SPI_EEPROM_FAULT_COUNT]; // their names

typedef struct {
    uint32_t size; // bytes, 1024 to 16 MiB, a power of two
    uint64_t write_ns; // a write cycle, 5 ms in the data sheets
    spi_eeprom_fault_t fault;
    uint8_t *memory; // erased to 0xff
    unsigned writes; // cycles so far
    // Private.
    uint32_t page;
    uint32_t at;
    uint8_t status; // without WIP
    uint8_t opcode;
    unsigned bits; // since chip select
    uint8_t in;
    uint8_t out;
    uint8_t latch[256];
    bool latched[256];
    bool to_write;
    uint64_t busy_ns;
} spi_eeprom_t;

extern const spi_device_ops_t spi_eeprom_ops;

// From the heap; NULL: size, or no memory.
spi_eeprom_t *spi_eeprom_new(uint32_t size);

#endif // MODELS_SPI_EEPROM_H
