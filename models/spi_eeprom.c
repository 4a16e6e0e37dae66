// SPDX-License-Identifier: MIT
//
// The EEPROM of spi_eeprom.h. What is written takes effect when chip select rises after a whole byte.

#include "models/spi_eeprom.h"

#include <stdlib.h>
#include <string.h>

#define WRITE_NS (5000000ull)
#define TWO_BYTES_MAX (65536)

enum { WRSR = 0x01, WRITE = 0x02, READ = 0x03, WRDI = 0x04, RDSR = 0x05, WREN = 0x06 };
enum { STATUS_WIP = 0x01, STATUS_WEL = 0x02, STATUS_BLOCKS = 0x0c };

const char *const spi_eeprom_faults[SPI_EEPROM_FAULT_COUNT] = {
    [SPI_EEPROM_FAULT_NONE] = "none",
    [SPI_EEPROM_FAULT_STUCK_BUSY] = "stuck-busy",
    [SPI_EEPROM_FAULT_NO_WRITE_ENABLE] = "no-write-enable",
    [SPI_EEPROM_FAULT_ABSENT] = "absent",
};

spi_eeprom_t *spi_eeprom_new(uint32_t size) {
    if (size < 1024 || size > 1u << 24 || (size & (size - 1)) != 0) {
        return NULL;
    }
    spi_eeprom_t *eeprom = calloc(1, sizeof(*eeprom));
    uint8_t *memory = malloc(size);
    if (eeprom == NULL || memory == NULL) {
        free(eeprom);
        free(memory);
        return NULL;
    }
    memset(memory, 0xff, size);
    eeprom->size = size;
    eeprom->write_ns = WRITE_NS;
    eeprom->memory = memory;
    eeprom->page = size <= 8192 ? 32 : size < TWO_BYTES_MAX ? 64 : size == TWO_BYTES_MAX ? 128 : 256;
    return eeprom;
}

static unsigned address_bytes(const spi_eeprom_t *eeprom) {
    return eeprom->size <= TWO_BYTES_MAX ? 2 : 3;
}

// The first address that the block-protect bits protect: none, the upper quarter, half, or all.
static uint32_t protected_from(const spi_eeprom_t *eeprom) {
    static const uint8_t quarters[] = { 4, 3, 2, 0 };
    return eeprom->size / 4 * quarters[(eeprom->status & STATUS_BLOCKS) >> 2];
}

static void end_command(spi_eeprom_t *eeprom) {
    bool whole = eeprom->bits % 8 == 0;
    bool enabled = eeprom->status & STATUS_WEL;
    if (!whole || eeprom->bits == 0 || eeprom->busy_ns > 0) {
        return;
    }
    if (eeprom->opcode == WREN && eeprom->bits == 8 && eeprom->fault != SPI_EEPROM_FAULT_NO_WRITE_ENABLE) {
        eeprom->status |= STATUS_WEL;
    } else if (eeprom->opcode == WRDI && eeprom->bits == 8) {
        eeprom->status &= (uint8_t) ~STATUS_WEL;
    } else if (enabled && eeprom->opcode == WRSR && eeprom->bits == 16) {
        eeprom->status = eeprom->in & STATUS_BLOCKS;
        eeprom->writes++;
        eeprom->busy_ns = eeprom->write_ns;
    } else if (enabled && eeprom->to_write) {
        uint32_t base = eeprom->at & ~(eeprom->page - 1);
        for (uint32_t i = 0; i < eeprom->page && base < protected_from(eeprom); i++) {
            if (eeprom->latched[i]) {
                eeprom->memory[base + i] = eeprom->latch[i];
            }
        }
        eeprom->status &= (uint8_t) ~STATUS_WEL;
        eeprom->writes++;
        eeprom->busy_ns = eeprom->fault == SPI_EEPROM_FAULT_STUCK_BUSY ? UINT64_MAX : eeprom->write_ns;
    }
}

static void set_selected(void *self, bool selected) {
    spi_eeprom_t *eeprom = self;
    if (!selected) {
        end_command(eeprom);
    }
    eeprom->bits = 0;
    eeprom->out = 0;
    eeprom->at = 0;
    eeprom->to_write = false;
    memset(eeprom->latched, 0, sizeof(eeprom->latched));
}

static uint8_t status(const spi_eeprom_t *eeprom) {
    return eeprom->status | (eeprom->busy_ns > 0 ? STATUS_WIP : 0);
}

static void read_next(spi_eeprom_t *eeprom) {
    eeprom->out = eeprom->memory[eeprom->at];
    eeprom->at = (eeprom->at + 1) & (eeprom->size - 1);
}

static void take_byte(spi_eeprom_t *eeprom, unsigned n, uint8_t byte) {
    if (n == 0) {
        eeprom->opcode = byte;
    }
    if (eeprom->opcode == RDSR) {
        eeprom->out = status(eeprom);
    }
    if (eeprom->busy_ns > 0 || n == 0 || (eeprom->opcode != READ && eeprom->opcode != WRITE)) {
        return;
    }
    if (n <= address_bytes(eeprom)) {
        eeprom->at = (eeprom->at << 8 | byte) & (eeprom->size - 1);
        if (n == address_bytes(eeprom) && eeprom->opcode == READ) {
            read_next(eeprom);
        }
    } else if (eeprom->opcode == READ) {
        read_next(eeprom);
    } else {
        uint32_t offset = eeprom->at & (eeprom->page - 1);
        eeprom->latch[offset] = byte;
        eeprom->latched[offset] = true;
        eeprom->to_write = true;
        eeprom->at = (eeprom->at & ~(eeprom->page - 1)) | ((offset + 1) & (eeprom->page - 1));
    }
}

static void clock(void *self, bool mosi) {
    spi_eeprom_t *eeprom = self;
    eeprom->in = (uint8_t)(eeprom->in << 1 | mosi);
    eeprom->out = (uint8_t)(eeprom->out << 1);
    if (++eeprom->bits % 8 == 0) {
        take_byte(eeprom, eeprom->bits / 8 - 1, eeprom->in);
    }
}

static bool miso(void *self, bool mosi) {
    const spi_eeprom_t *eeprom = self;
    (void)mosi;
    return eeprom->fault != SPI_EEPROM_FAULT_ABSENT && eeprom->out >> 7;
}

static void advance(void *self, uint64_t ns) {
    spi_eeprom_t *eeprom = self;
    if (eeprom->busy_ns != UINT64_MAX) {
        eeprom->busy_ns -= ns < eeprom->busy_ns ? ns : eeprom->busy_ns;
    }
}

static void free_eeprom(void *self) {
    spi_eeprom_t *eeprom = self;
    free(eeprom->memory);
    free(eeprom);
}

const spi_device_ops_t spi_eeprom_ops = {
    .select = set_selected,
    .miso = miso,
    .clock = clock,
    .advance = advance,
    .free = free_eeprom,
};
