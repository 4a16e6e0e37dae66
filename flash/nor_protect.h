// SPDX-License-Identifier: MIT
//
// The status registers of SPI NOR flash: which range is protected, whether the quad mode that an FPGA may
// boot by is enabled; and changing that, only by an explicit call and never a one-time bit.

#ifndef FLASH_NOR_PROTECT_H
#define FLASH_NOR_PROTECT_H

#include "flash/nor.h"

typedef enum {
    NOR_QUAD_UNKNOWN,
    NOR_QUAD_NONE, // the chip needs no bit for it, or has no quad mode
    NOR_QUAD_OFF,
    NOR_QUAD_ON,
} nor_quad_t;

typedef struct {
    uint8_t sr[3]; // status, second status or configuration or function register, third; as read
    uint8_t registers; // how many of them the chip has, as far as known
    bool known; // the range below is decoded
    uint32_t start; // the protected range
    uint32_t length; // 0: nothing is protected
    bool individual; // blocks have locks of their own, which are not one range
    bool at_power_up; // some blocks are locked, and all will be after each power-up
    bool locked; // the status registers refuse changes until power-up, or by the WP pin
    nor_quad_t quad;
} nor_status_t;

// Read and decode.
int nor_status(nor_t *nor, nor_status_t *status);

// Whether a write to this range would hit a protected one: LX_OK or LX_EPROTECTED.
int nor_check_range(nor_t *nor, uint32_t address, uint32_t length);

// Send the command that lifts the locks of all blocks (98h), whether or not the chip is known to have it.
// Chips that power up with locks need it; the others ignore it.
int nor_unlock_all(nor_t *nor);

// Protect exactly this range (length 0: nothing), by whichever combination of the block-protect bits means it.
// LX_EINVAL: no combination does. LX_ENOTSUP: the layout is unknown. LX_EPROTECTED: the registers did not take
// it (locked, or WP is low).
int nor_protect(nor_t *nor, uint32_t start, uint32_t length);

// Switch the quad-enable bit. LX_ENOTSUP: there is none or it is unknown. LX_EPROTECTED as above.
int nor_set_quad(nor_t *nor, bool on);

#endif // FLASH_NOR_PROTECT_H
