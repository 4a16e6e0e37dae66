// SPDX-License-Identifier: MIT
//
// Fuzzing SFDP and what the flash layer makes of it: the input is the SFDP space of a chip that answers
// everything else by rule.

#include <stdlib.h>
#include <string.h>

#include "flash/nor_protect.h"
#include "flash/nor_write.h"

typedef struct {
    const uint8_t *data;
    size_t length;
    uint8_t opcode;
    uint32_t count;
    uint32_t address;
    uint8_t sr1;
} chip_t;

static int xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    chip_t *chip = ctx;
    for (size_t i = 0; i < length; i++) {
        if (chip->count == 0) {
            chip->opcode = tx ? tx[i] : 0;
            chip->address = 0;
            chip->sr1 = chip->opcode == 0x06 ? 2 : chip->opcode == 0x05 ? chip->sr1 : 0;
        } else if (tx && chip->count <= 3) {
            chip->address = chip->address << 8 | tx[i];
        }
        chip->count++;
        if (rx) {
            uint32_t at = chip->address + i;
            rx[i] = chip->opcode == 0x9f ? 0xef >> i : chip->opcode == 0x05 ? chip->sr1
                : chip->opcode == 0x5a && at < chip->length ? chip->data[at] : 0xff;
        }
    }
    if (last) {
        chip->count = 0;
    }
    return LX_OK;
}

static int delay(void *ctx, uint32_t us) {
    (void)ctx;
    (void)us;
    return LX_OK;
}

static const flash_bus_ops_t ops = { .xfer = xfer, .delay = delay };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    chip_t chip = { .data = data, .length = length };
    nor_t nor;
    if (nor_open(&nor, (flash_bus_t) { &ops, &chip }) != LX_OK) {
        return 0;
    }
    for (unsigned i = 0; i < nor.erases; i++) {
        uint32_t bytes = nor.erase[i].bytes;
        if (bytes < 4096 || bytes > NOR_SECTOR_MAX || (bytes & (bytes - 1)) || (i && bytes < nor.erase[i - 1].bytes)) {
            abort();
        }
    }
    nor_status_t status;
    uint8_t *buffer = malloc(NOR_WRITE_BUFFER_MAX);
    static const uint8_t page[70000] = { 1, 2, 3 };
    nor_write_t writer;
    nor_status(&nor, &status);
    if (nor_write_open(&writer, &nor, 0, 0, buffer, NOR_WRITE_BUFFER_MAX, 0) == LX_OK) {
        // The chip is blank for ever: the verdict must be that it does not take the data.
        int result = nor_write(&writer, page, sizeof(page));
        if (result == LX_OK || result == LX_EINVAL) {
            abort();
        }
    }
    nor_close(&nor);
    free(buffer);
    return 0;
}
