// SPDX-License-Identifier: MIT
// The layout of a flash that holds two images of the firmware, from LiteX's FLASH_BOOT_ADDRESS on: the first stage, which
// the BIOS boots as its one image, then the slots. port/boot/_update.py writes them.
//
//   0x000000  length and CRC-32 of the first stage, as the BIOS wants them; the first stage
//   0x010000  slot 0: a header, 4096 bytes on the image
//   0x100000  slot 1: the same
//
// A slot is valid when its header is whole and the image has its CRC-32. The valid slot with the higher number boots.
// An update erases the other slot, writes the image, reads it back, and writes the header last: whenever the power goes,
// one slot is valid.
#ifndef PORT_STAGE_SLOTS_H
#define PORT_STAGE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#define SLOT_MAGIC (0x4c53584cu) // "LXSL"
#define SLOT_DATA (0x1000)
#define SLOT_0 (0x10000)
#define SLOT_1 (0x100000)
#define SLOT_BYTES (0xf0000)
#define SLOTS (2)

typedef struct {
    uint32_t magic;
    uint32_t number; // of the update
    uint32_t length; // of the image
    uint32_t crc; // of the image
    uint32_t check; // CRC-32 of the four words above
} slot_header_t;

// Copy the newest valid image from a flash, which begins at the first stage, to `to`. Its length, 0: no slot is valid.
uint32_t slots_load(const uint8_t *flash, uint8_t *to, uint32_t room);

#endif
