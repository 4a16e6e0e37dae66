// SPDX-License-Identifier: MIT
//
// What nor.c, which talks to the chip, offers to nor_identify.c and nor_erase.c only.

#ifndef FLASH_NOR_INTERNAL_H
#define FLASH_NOR_INTERNAL_H

#include "flash/nor.h"

#define NOR_SIXTEEN_MIB (0x1000000)
#define NOR_READ (0x03)
#define NOR_READ_4BYTE (0x13)
#define NOR_PAGE_PROGRAM (0x02)
#define NOR_PAGE_PROGRAM_4BYTE (0x12)

// Send an opcode with address_bytes of address and dummy_bytes, then read.
int nor_command_read(nor_t *nor, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy_bytes,
    uint8_t *data, size_t length);

// Erase all, and wait for the end.
int nor_send_chip_erase(nor_t *nor);

// Fill in what id, SFDP, table and statement (may be NULL) tell, as nor_open_as() returns it.
int nor_identify(nor_t *nor, const nor_statement_t *statement);

#endif // FLASH_NOR_INTERNAL_H
