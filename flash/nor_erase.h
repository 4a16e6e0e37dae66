// SPDX-License-Identifier: MIT
//
// Erasing ranges of a SPI NOR flash, with a check that each erase cleared what it should and nothing else.

#ifndef FLASH_NOR_ERASE_H
#define FLASH_NOR_ERASE_H

#include "flash/nor.h"

// Erase one block as nor_erase() does, and check that data beside it is still there. LX_EREACH: it is not;
// the sectors of this chip are larger than nor->erase[] says. Data in a chip's first 256 KiB after and before
// the block is sampled.
int nor_erase_checked(nor_t *nor, unsigned type, uint32_t address);

// Erase [address, address + length), which must begin and end at sectors (LX_EINVAL), with the fewest erases,
// and check that it is blank. LX_EPROTECTED: part of it is protected, and nothing was changed. LX_EOVERFLOW.
// LX_EFLASHERASE: *bad_address is not blank.
int nor_erase_range(nor_t *nor, uint32_t address, uint32_t length, uint32_t *bad_address);

// Erase the whole chip with one command and check that it is blank. It takes up to minutes.
int nor_erase_chip(nor_t *nor, uint32_t *bad_address);

// Check that a range is blank: LX_OK, or LX_EFLASHERASE with the first address that is not.
int nor_check_blank(nor_t *nor, uint32_t address, uint32_t length, uint32_t *bad_address);

#endif // FLASH_NOR_ERASE_H
