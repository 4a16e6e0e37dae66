// SPDX-License-Identifier: MIT
//
// The EEPROM of i2c_eeprom.h. Bytes are latched as they come and written in one cycle after the stop; a start instead of
// the stop throws them away.

#include "models/i2c_eeprom.h"

#include <stdlib.h>
#include <string.h>

#define WRITE_NS (5000000ull)
#define ONE_BYTE_MAX (2048) // sizes with one address byte

const char *const i2c_eeprom_faults[I2C_EEPROM_FAULT_COUNT] = {
    [I2C_EEPROM_FAULT_NONE] = "none",
    [I2C_EEPROM_FAULT_PROTECTED] = "protected",
    [I2C_EEPROM_FAULT_STUCK_BUSY] = "stuck-busy",
    [I2C_EEPROM_FAULT_STRETCH] = "stretch",
    [I2C_EEPROM_FAULT_HOLDS_SDA] = "holds-sda",
    [I2C_EEPROM_FAULT_ABSENT] = "absent",
};

static const struct {
    uint32_t size; // up to
    uint32_t page;
} pages[] = { { 256, 8 }, { ONE_BYTE_MAX, 16 }, { 8192, 32 }, { 32768, 64 }, { 65536, 128 } };

i2c_eeprom_t *i2c_eeprom_new(uint8_t address, uint32_t size) {
    if (size < 128 || size > 65536 || (size & (size - 1)) != 0) {
        return NULL;
    }
    i2c_eeprom_t *eeprom = calloc(1, sizeof(*eeprom));
    uint8_t *memory = malloc(size);
    if (eeprom == NULL || memory == NULL) {
        free(eeprom);
        free(memory);
        return NULL;
    }
    memset(memory, 0xff, size);
    eeprom->address = address;
    eeprom->size = size;
    eeprom->write_ns = WRITE_NS;
    eeprom->memory = memory;
    eeprom->address_bytes = size <= ONE_BYTE_MAX ? 1 : 2;
    for (size_t i = 0; eeprom->page == 0; i++) {
        eeprom->page = size <= pages[i].size ? pages[i].page : 0;
    }
    return eeprom;
}

static bool take_address(void *self, uint8_t address, bool read) {
    i2c_eeprom_t *eeprom = self;
    uint32_t blocks = eeprom->address_bytes == 1 && eeprom->size > 256 ? eeprom->size / 256 : 1;
    unsigned block = (unsigned)address - eeprom->address;
    if (block >= blocks || eeprom->busy_ns > 0 || eeprom->fault == I2C_EEPROM_FAULT_ABSENT) {
        return false;
    }
    eeprom->holds_sda = eeprom->fault == I2C_EEPROM_FAULT_HOLDS_SDA;
    eeprom->to_write = false;
    memset(eeprom->latched, 0, sizeof(eeprom->latched));
    if (blocks > 1) {
        eeprom->at = (eeprom->at & 0xff) | block << 8;
    }
    if (!read) {
        eeprom->got = 0;
    }
    return true;
}

static bool take_byte(void *self, uint8_t byte) {
    i2c_eeprom_t *eeprom = self;
    if (eeprom->got < eeprom->address_bytes) {
        if (eeprom->address_bytes == 1) {
            eeprom->at = (eeprom->at & ~0xffu) | byte;
        } else {
            eeprom->at = eeprom->got == 0 ? (uint32_t)byte << 8 : eeprom->at | byte;
        }
        eeprom->at &= eeprom->size - 1;
        eeprom->got++;
        return true;
    }
    if (eeprom->fault == I2C_EEPROM_FAULT_PROTECTED) {
        return false;
    }
    uint32_t offset = eeprom->at & (eeprom->page - 1);
    eeprom->latch[offset] = byte;
    eeprom->latched[offset] = true;
    eeprom->to_write = true;
    eeprom->at = (eeprom->at & ~(eeprom->page - 1)) | ((offset + 1) & (eeprom->page - 1));
    return true;
}

static uint8_t give_byte(void *self) {
    i2c_eeprom_t *eeprom = self;
    uint8_t byte = eeprom->memory[eeprom->at];
    eeprom->at = (eeprom->at + 1) & (eeprom->size - 1);
    return byte;
}

static void stop(void *self) {
    i2c_eeprom_t *eeprom = self;
    if (!eeprom->to_write) {
        return;
    }
    uint32_t base = eeprom->at & ~(eeprom->page - 1);
    for (uint32_t i = 0; i < eeprom->page; i++) {
        if (eeprom->latched[i]) {
            eeprom->memory[base + i] = eeprom->latch[i];
        }
    }
    eeprom->to_write = false;
    eeprom->writes++;
    eeprom->busy_ns = eeprom->fault == I2C_EEPROM_FAULT_STUCK_BUSY ? UINT64_MAX : eeprom->write_ns;
}

static void advance(void *self, uint64_t ns) {
    i2c_eeprom_t *eeprom = self;
    if (eeprom->busy_ns != UINT64_MAX) {
        eeprom->busy_ns -= ns < eeprom->busy_ns ? ns : eeprom->busy_ns;
    }
}

static uint64_t stretch(void *self) {
    const i2c_eeprom_t *eeprom = self;
    return eeprom->fault == I2C_EEPROM_FAULT_STRETCH ? eeprom->fault_argument : 0;
}

static bool holds_sda(void *self) {
    const i2c_eeprom_t *eeprom = self;
    return eeprom->holds_sda;
}

static void free_eeprom(void *self) {
    i2c_eeprom_t *eeprom = self;
    free(eeprom->memory);
    free(eeprom);
}

const i2c_device_ops_t i2c_eeprom_ops = {
    .address = take_address,
    .write = take_byte,
    .read = give_byte,
    .stop = stop,
    .advance = advance,
    .stretch = stretch,
    .holds_sda = holds_sda,
    .free = free_eeprom,
};
