// SPDX-License-Identifier: MIT
//
// What a flash says about itself: Serial Flash Discoverable Parameters, JEDEC JESD216 (revisions to F), as
// far as flash/ needs it.

#ifndef FLASH_SFDP_H
#define FLASH_SFDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define SFDP_ERASES (4)
#define SFDP_REGIONS (8)

typedef struct {
    uint32_t bytes; // 0: there is no such type
    uint8_t opcode; // with 3-byte addresses, or in 4-byte mode
    uint8_t opcode4; // dedicated to 4-byte addresses; 0: none
    uint32_t typical_us; // 0: not said
    uint32_t maximum_us;
} sfdp_erase_t;

// A range in which the same erase types work.
typedef struct {
    uint32_t bytes;
    uint8_t erases; // bit n: type n of sfdp_t.erase
} sfdp_region_t;

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
    sfdp_region_t region[SFDP_REGIONS]; // from address 0 on, of the configuration that is active
    uint8_t regions; // 0: every erase type works everywhere, or the map is unclear
    bool map_unclear; // there is a sector map, but which configuration is active was not found
    uint32_t program_typical_us; // 0: not said
    uint32_t program_maximum_us;
    uint8_t revision; // minor revision of the basic table
    uint8_t quad; // sfdp_quad_t
    bool address3; // understands 3-byte addresses
    bool address4; // understands 4-byte addresses in some way
    bool read4; // 13h reads
    bool program4; // 12h programs
} sfdp_t;

#define SFDP_DUMMY_VARIABLE (15)

typedef struct {
    // Read `length` bytes of the SFDP space from `address` on.
    int (*read)(void *ctx, uint32_t address, uint8_t *data, size_t length);
    // Read one byte with an opcode, address_bytes (0, 3 or 4) of address and dummy_clocks, which tells how
    // the sectors are configured. dummy_clocks may be SFDP_DUMMY_VARIABLE: what the chip is set to.
    // LX_ENOTSUP: that is not known. NULL: sector maps with more than one configuration are unclear.
    int (*detect)(void *ctx, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy_clocks,
        uint8_t *byte);
    void *ctx;
} sfdp_source_t;

// Read and decode. LX_ENOTSUP: there is no SFDP, or it makes no sense. Other errors are those of the source.
int sfdp_parse(sfdp_t *sfdp, const sfdp_source_t *source);

#endif // FLASH_SFDP_H
