// SPDX-License-Identifier: MIT
// Between the files of the NOR model: the status registers by layout (nor_status.c).
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

// Set WPS, if there is one.
void nor_status_lock_blocks(nor_t *nor);

#endif // MODELS_NOR_INTERNAL_H
