// SPDX-License-Identifier: MIT
//
// The flash model of models/ as a bus of flash/. Both use the same names for different things, so only
// vflash.c sees the model, and the linker hides the rest (Makefile).

#ifndef VFLASH_H
#define VFLASH_H

#include "flash/bus.h"

typedef struct vflash vflash_t;

typedef struct {
    uint32_t operations;
    uint32_t programs;
    uint32_t erases[4]; // 4K, 32K, 64K, chip
    uint32_t status_writes;
    uint32_t otp_writes;
    uint32_t refused;
    uint64_t bytes_read;
} vflash_counters_t;

// A blank chip by its name in models/nor_chips.c, with a fault as for vecp5's --fault (NULL: none).
vflash_t *vflash_new(const char *chip, const char *fault);
void vflash_free(vflash_t *flash);

// Replace the fault (NULL: none) and power-cycle the chip.
void vflash_set_fault(vflash_t *flash, const char *fault);

uint8_t *vflash_memory(vflash_t *flash, size_t *bytes);
uint8_t *vflash_status(vflash_t *flash); // SR1-3, the volatile copy
void vflash_protected(const vflash_t *flash, uint32_t *first, uint32_t *end);
void vflash_counters(const vflash_t *flash, vflash_counters_t *counters);
bool vflash_power_lost(const vflash_t *flash);

// The bus at 25 MHz; its context is the vflash_t.
extern const flash_bus_ops_t vflash_ops;

// Single transfers, for what a test does behind the back of flash/.
int vflash_xfer(void *flash, const uint8_t *tx, uint8_t *rx, size_t length, bool last);
int vflash_delay(void *flash, uint32_t us);

// The wires, for buses of other kinds: chip select, and a byte each way at 25 MHz.
void vflash_select(vflash_t *flash, bool selected);
void vflash_exchange(vflash_t *flash, uint8_t tx, uint8_t *rx);

#endif // VFLASH_H
