// SPDX-License-Identifier: MIT
// The status registers of the NOR model by layout (nor_status.c), for its command core (nor.c).
#ifndef MODELS_NOR_INTERNAL_H
#define MODELS_NOR_INTERNAL_H

#include "models/nor.h"

enum {
    SR1_BUSY = 1 << 0,
    SR1_WRITE_ENABLE = 1 << 1,
    SR1_BP_MASK = 0x1C,         // BP0-2, the same in every layout
    SR1_PROTECT = 1 << 7,       // SRP or SRWD
};

// Power-up or reset: registers from their non-volatile copies.
void nor_status_restore(nor_t *nor);

// Registers as a read gives them; index 0 is what 05 reads, 1 is SR2, CR1 or the function register, 2 is SR3.
uint8_t nor_status_read(const nor_t *nor, unsigned index);

// The flag status register of Micron (70).
uint8_t nor_status_flags(const nor_t *nor);

// Write registers from `index` on, as far as the bits can be written. Only the volatile copy when so said.
void nor_status_write(nor_t *nor, unsigned index, const uint8_t *value, unsigned count, bool volatile_only);

// Whether status writes are accepted now.
bool nor_status_locked(const nor_t *nor);

// Set every block-protect bit, for the faults.
void nor_status_protect_all(nor_t *nor, bool lock);

// Whether a program or erase of [first, first + bytes) touches a protected byte.
bool nor_status_protects(const nor_t *nor, uint32_t first, uint32_t bytes);

// NOR_STATUS_SST26: the length of the block-protection register. With it and NOR_STATUS_ADESTO: lock every block, or
// lift all locks; what power-up does with them.
unsigned nor_status_lock_bytes(const nor_chip_t *chip);
void nor_status_set_locks(nor_t *nor, bool locked);
bool nor_status_locks_at_power_up(const nor_chip_t *chip);

// NOR_STATUS_ADESTO: the lock of the sector of 64 KiB that holds an address.
bool nor_status_sector_locked(const nor_t *nor, uint32_t address);
void nor_status_lock_sector(nor_t *nor, uint32_t address, bool locked);

// Set WPS, if there is one.
void nor_status_lock_blocks(nor_t *nor);

#endif // MODELS_NOR_INTERNAL_H
