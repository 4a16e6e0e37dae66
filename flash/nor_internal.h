// SPDX-License-Identifier: MIT
//
// What nor.c, which talks to the chip, offers to the other nor_*.c only.

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

// The bus compares whole parts of FLASH_MATCH_BYTES with `wanted`, up to the first part that differs; *same counts the
// bytes before it, and *crc32 goes over them. Where the bus does not compare, *same is 0.
int nor_match(nor_t *nor, uint32_t address, const uint8_t *wanted, size_t length, size_t *same, uint32_t *crc32);

// A part of a flash that was read for nor_read_parts(), `at` bytes from where it began; it may be overwritten after the
// return. Returns whether to go on.
typedef bool (*nor_part_t)(void *ctx, uint32_t at, const uint8_t *data, size_t length);

// Read a range in parts of part_bytes (a multiple of 4, the last one may be shorter). While a part is used, the next one
// is already being read into the other of the two buffers.
int nor_read_parts(nor_t *nor, uint32_t address, uint32_t length, uint32_t *const buffers[2], size_t part_bytes,
    nor_part_t use, void *ctx);

// Erase all, and wait for the end.
int nor_send_chip_erase(nor_t *nor);

// Fill in what id, SFDP, table and statement (may be NULL) tell, as nor_open_as() returns it.
int nor_identify(nor_t *nor, const nor_statement_t *statement);

#endif // FLASH_NOR_INTERNAL_H
