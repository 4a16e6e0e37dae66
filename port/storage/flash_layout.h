// SPDX-License-Identifier: MIT
// What lies where in the SoC's SPI flash: the FPGA's bitstream by its header at 0, the BIOS and the image that it boots by
// LiteX's constants, and the part that is free for files; or what the user states of each. The extents are upper bounds that do not change when the
// content is written anew.
#ifndef PORT_STORAGE_FLASH_LAYOUT_H
#define PORT_STORAGE_FLASH_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLASH_BLOCK (0x10000) // extents are multiples of this
#define FLASH_SLOT (0x100000) // of an image of the firmware; there are two from FLASH_BOOT_ADDRESS on
#define FLASH_HEADER_BYTES (512) // of the flash's begin that flash_bitstream_bytes() looks at

#define FLASH_BITSTREAM (1 << 0)
#define FLASH_BIOS (1 << 1)
#define FLASH_FIRMWARE (1 << 2)
#define FLASH_FILES (1 << 3)
#define FLASH_REGIONS (4)

typedef struct {
    uint32_t start;
    uint32_t length; // 0: there is none
} flash_range_t;

// Facts of the SoC, as offsets in the flash. NONE where it has none.
#define FLASH_NONE UINT32_MAX
typedef struct {
    uint32_t size; // of the chip, or of the part that the region shows
    uint32_t bios; // offset of the ROM that lies in the flash
    uint32_t bios_bytes;
    uint32_t boot; // offset of the image
    uint8_t stated; // bit n: what region n is was stated (litex.toml)
    flash_range_t statement[FLASH_REGIONS];
} flash_facts_t;

// Reads bytes of the flash; 0 or a negative status.
typedef int (*flash_read_t)(void *ctx, uint32_t address, uint8_t *data, size_t length);

// The name of region `index`, "bitstream", "bios", "firmware" or "files"; its bit is 1 << index.
extern const char *const flash_region_names[FLASH_REGIONS];

// The bytes that a bitstream may take, by its first bytes: 0 where they are blank, FLASH_NONE where they tell nothing.
uint32_t flash_bitstream_bytes(const uint8_t *head, size_t length);

// The region of `index`, without a look at the flash. That of the bitstream is empty where it is not stated.
flash_range_t flash_region(const flash_facts_t *facts, unsigned index);

// The region of the bitstream, as stated or from the flash. Where its header tells nothing, all up to the first blank block is taken
// to be it. 0 or the status of `read`.
int flash_find_bitstream(const flash_facts_t *facts, flash_read_t read, void *ctx, flash_range_t *range);

#endif
