// SPDX-License-Identifier: MIT
//
// Erasing ranges of a SPI NOR flash, with a check that each erase cleared what it should and nothing else.

#ifndef FLASH_NOR_ERASE_H
#define FLASH_NOR_ERASE_H

#include "flash/nor.h"

// Data beside a run of blocks that are erased. The caller owns it.
typedef struct {
    uint32_t address;
    uint32_t crc32;
} nor_witness_t;

typedef struct {
    nor_witness_t witness[3];
    unsigned count;
    uint32_t start; // what is blank once the run is erased
    uint32_t end;
} nor_guard_t;

// Around the erases of [start, end), which begins and ends at sectors: find the data next to it, and see that it
// is still there. LX_EREACH: it is not; the sectors of this chip are larger than nor->erase[] says, or the chip is
// smaller. What lies between the run and that data is blank, so that nothing outside of the run can be lost
// unseen. Costs three reads of 64 bytes for each side where data lies next to the run, and one read of what is
// blank there, once, up to the next multiple of 256 KiB: 84 ms at 25 MHz at most.
int nor_guard_begin(nor_t *nor, nor_guard_t *guard, uint32_t start, uint32_t end);
int nor_guard_end(nor_t *nor, const nor_guard_t *guard);

// Erase [address, address + length), which must begin and end at sectors (LX_EINVAL), with the fewest erases,
// and check that it is blank. LX_EPROTECTED: part of it is protected, and nothing was changed. LX_EOVERFLOW.
// LX_EFLASHERASE: *bad_address is not blank.
int nor_erase_range(nor_t *nor, uint32_t address, uint32_t length, uint32_t *bad_address);

// Erase the whole chip with one command and check that it is blank. It takes up to minutes.
int nor_erase_chip(nor_t *nor, uint32_t *bad_address);

// Check that a range is blank: LX_OK, or LX_EFLASHERASE with the first address that is not.
int nor_check_blank(nor_t *nor, uint32_t address, uint32_t length, uint32_t *bad_address);

#endif // FLASH_NOR_ERASE_H
