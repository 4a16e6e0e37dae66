// SPDX-License-Identifier: MIT
//
// The flash model behind vflash.h.

#include "vflash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/board.h"

#define BYTE_NS (320)

struct vflash {
    nor_t nor;
    uint8_t *memory;
};

// A mistake of the test: nothing to go on with.
static void give_up(const char *what) {
    fprintf(stderr, "vflash: %s\n", what);
    abort();
}

static void start(vflash_t *flash, const nor_chip_t *chip, const char *text) {
    board_fault_t fault = { 0 };
    if (text && (!board_fault_parse(text, &fault) || fault.kind != BOARD_FAULT_NOR)) {
        give_up("no such fault");
    }
    nor_init(&flash->nor, chip, flash->memory);
    nor_set_fault(&flash->nor, fault.detail, fault.argument);
}

vflash_t *vflash_new(const char *name, const char *fault) {
    const nor_chip_t *chip = nor_chip_find(name);
    if (chip == NULL) {
        give_up("no such chip");
    }
    vflash_t *flash = calloc(1, sizeof(*flash));
    flash->memory = malloc(chip->size_bytes);
    memset(flash->memory, 0xff, chip->size_bytes);
    start(flash, chip, fault);
    return flash;
}

void vflash_free(vflash_t *flash) {
    free(flash->memory);
    free(flash);
}

void vflash_set_fault(vflash_t *flash, const char *fault) {
    start(flash, flash->nor.chip, fault);
}

uint8_t *vflash_memory(vflash_t *flash, size_t *bytes) {
    *bytes = flash->nor.chip->size_bytes;
    return flash->memory;
}

uint8_t *vflash_status(vflash_t *flash) {
    return flash->nor.sr;
}

void vflash_protected(const vflash_t *flash, uint32_t *first, uint32_t *end) {
    nor_protected_range(&flash->nor, first, end);
}

void vflash_counters(const vflash_t *flash, vflash_counters_t *counters) {
    const nor_counters_t *from = &flash->nor.counters;
    *counters = (vflash_counters_t) {
        .operations = from->operations, .programs = from->programs, .status_writes = from->status_writes,
        .otp_writes = from->otp_writes, .refused = from->refused, .bytes_read = from->bytes_read,
    };
    memcpy(counters->erases, from->erases, sizeof(counters->erases));
}

bool vflash_power_lost(const vflash_t *flash) {
    return flash->nor.lost_power;
}

void vflash_select(vflash_t *flash, bool selected) {
    nor_select(&flash->nor, selected);
}

void vflash_exchange(vflash_t *flash, uint8_t tx, uint8_t *rx) {
    *rx = nor_exchange(&flash->nor, tx);
    nor_advance(&flash->nor, BYTE_NS);
}

int vflash_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    vflash_t *flash = ctx;
    vflash_select(flash, true);
    for (size_t i = 0; i < length; i++) {
        uint8_t in;
        vflash_exchange(flash, tx ? tx[i] : 0, &in);
        if (rx) {
            rx[i] = in;
        }
    }
    if (last) {
        vflash_select(flash, false);
    }
    return LX_OK;
}

int vflash_delay(void *ctx, uint32_t us) {
    vflash_t *flash = ctx;
    nor_advance(&flash->nor, (uint64_t)us * 1000);
    return LX_OK;
}

const flash_bus_ops_t vflash_ops = { .xfer = vflash_xfer, .delay = vflash_delay };
