// SPDX-License-Identifier: MIT
//
// What a flash says about itself: Serial Flash Discoverable Parameters, JEDEC JESD216 (revisions to F), as far as the
// programmer needs it.

#ifndef FLASH_SFDP_H
#define FLASH_SFDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define SFDP_ERASES (4)

typedef struct {
    uint32_t bytes; // 0: there is no such type
    uint8_t opcode; // with 3-byte addresses, or in 4-byte mode
    uint8_t opcode4; // dedicated to 4-byte addresses; 0: none
    uint32_t typical_us; // 0: not said
    uint32_t maximum_us;
} sfdp_erase_t;

// How the Quad Enable bit is reached (DWORD 15, bits 22:20).
typedef enum {
    SFDP_QUAD_NONE = 0, // no such bit
    SFDP_QUAD_SR2_BIT1_BUGGY = 1, // SR2 bit 1; writing one byte with 01h clears SR2
    SFDP_QUAD_SR1_BIT6 = 2,
    SFDP_QUAD_SR2_BIT7 = 3, // written with 3Eh
    SFDP_QUAD_SR2_BIT1 = 4, // 01h with two bytes; one byte leaves SR2
    SFDP_QUAD_SR2_BIT1_READ35 = 5, // as 1, readable with 35h
    SFDP_QUAD_SR2_BIT1_WRITE31 = 6, // written with 31h
    SFDP_QUAD_UNKNOWN = 7,
} sfdp_quad_t;

typedef struct {
    uint64_t size_bytes;
    uint32_t page_bytes; // 256 where the table is too old to say
    sfdp_erase_t erase[SFDP_ERASES]; // as in the table; unused ones have bytes 0
    uint32_t program_typical_us; // 0: not said
    uint32_t program_maximum_us;
    uint8_t revision; // minor revision of the basic table
    uint8_t quad; // sfdp_quad_t
    bool address3; // understands 3-byte addresses
    bool address4; // understands 4-byte addresses in some way
    bool read4; // 13h reads
    bool program4; // 12h programs
} sfdp_t;

// Read length bytes of the SFDP space from address on.
typedef int (*sfdp_read_t)(void *ctx, uint32_t address, uint8_t *data, size_t length);

// Read and decode. LX_ENOTSUP: there is no SFDP, or it makes no sense. Else what `read` returned.
int sfdp_parse(sfdp_t *sfdp, sfdp_read_t read, void *ctx);

#endif // FLASH_SFDP_H
