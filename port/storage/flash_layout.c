// SPDX-License-Identifier: MIT
// The regions of the SPI flash: see flash_layout.h. Bitstreams after FPGA-TN-02039 (ECP5 sysCONFIG), UG470 (Xilinx
// 7 series configuration) and TN1248 (iCE40).

#include "storage/flash_layout.h"

#include <string.h>

const char *const flash_region_names[FLASH_REGIONS] = { "bitstream", "bios", "firmware", "files" };

// A device's largest bitstream, with all of its block RAM initialised.
typedef struct {
    uint32_t idcode;
    uint32_t bytes;
} device_t;

// Lattice's differ in the highest four bits for the same die.
#define ECP5_DIE (0x0fffffff)
static const device_t ecp5_devices[] = {
    { 0x01111043, 0xb0000 }, // 12F and 25F: frames of 582,376 bytes, 56 block RAMs
    { 0x01112043, 0x160000 }, // 45F: 1,032,296, 108
    { 0x01113043, 0x270000 }, // 85F: 1,927,732, 208
};

// The highest four are the revision.
#define XILINX_DIE (0x0fffffff)
static const device_t xilinx_devices[] = {
    { 0x0362e093, 2192012 }, // XC7A15T
    { 0x0362d093, 2192012 }, // XC7A35T
    { 0x0362c093, 2192012 }, // XC7A50T
    { 0x03632093, 3825788 }, // XC7A75T
    { 0x03631093, 3825788 }, // XC7A100T
    { 0x03636093, 9730652 }, // XC7A200T
    { 0x0362f093, 2192012 }, // XC7S50
    { 0x03651093, 11443612 }, // XC7K325T
};

static const uint8_t ecp5_preamble[] = { 0xff, 0xff, 0xbd, 0xb3 };
static const uint8_t xilinx_sync[] = { 0xaa, 0x99, 0x55, 0x66 };
static const uint8_t ice40_sync[] = { 0x7e, 0xaa, 0x99, 0x7e };
#define ECP5_VERIFY_ID (0xe2)
#define XILINX_WRITE_IDCODE (0x30018001)
#define ICE40_MAX_BYTES (135100) // HX8K

static uint32_t big(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const uint8_t *find(const uint8_t *data, size_t length, const uint8_t *what, size_t bytes) {
    for (size_t i = 0; i + bytes <= length; i++) {
        if (memcmp(data + i, what, bytes) == 0) {
            return data + i;
        }
    }
    return NULL;
}

static uint32_t device_bytes(const device_t *devices, size_t count, uint32_t idcode) {
    for (size_t i = 0; i < count; i++) {
        if (devices[i].idcode == idcode) {
            return devices[i].bytes;
        }
    }
    return FLASH_NONE;
}

// VERIFY_ID and its IDCODE, some bytes behind the preamble.
static uint32_t ecp5_bytes(const uint8_t *at, size_t length) {
    static const uint8_t verify[] = { ECP5_VERIFY_ID, 0, 0, 0 };
    const uint8_t *command = find(at, length, verify, sizeof(verify));
    if (command == NULL || (size_t)(command - at) + 8 > length) {
        return FLASH_NONE;
    }
    return device_bytes(ecp5_devices, sizeof(ecp5_devices) / sizeof(ecp5_devices[0]), big(command + 4) & ECP5_DIE);
}

// Packets are words from the sync word on.
static uint32_t xilinx_bytes(const uint8_t *at, size_t length) {
    for (size_t i = 4; i + 8 <= length; i += 4) {
        if (big(at + i) == XILINX_WRITE_IDCODE) {
            return device_bytes(xilinx_devices, sizeof(xilinx_devices) / sizeof(xilinx_devices[0]),
                big(at + i + 4) & XILINX_DIE);
        }
    }
    return FLASH_NONE;
}

static bool is_blank(const uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (data[i] != 0xff) {
            return false;
        }
    }
    return true;
}

static uint32_t blocks(uint32_t bytes) {
    return (bytes + FLASH_BLOCK - 1) / FLASH_BLOCK * FLASH_BLOCK;
}

uint32_t flash_bitstream_bytes(const uint8_t *head, size_t length) {
    const uint8_t *at;
    uint32_t bytes = FLASH_NONE;
    if (is_blank(head, length)) {
        return 0;
    }
    if ((at = find(head, length, ecp5_preamble, sizeof(ecp5_preamble))) != NULL) {
        bytes = ecp5_bytes(at, length - (size_t)(at - head));
    } else if ((at = find(head, length, xilinx_sync, sizeof(xilinx_sync))) != NULL) {
        bytes = xilinx_bytes(at, length - (size_t)(at - head));
    } else if (find(head, length, ice40_sync, sizeof(ice40_sync)) != NULL) {
        bytes = ICE40_MAX_BYTES;
    }
    return bytes == FLASH_NONE ? FLASH_NONE : blocks(bytes);
}

static flash_range_t clip(const flash_facts_t *facts, uint32_t start, uint32_t length) {
    if (start >= facts->size) {
        return (flash_range_t) { 0, 0 };
    }
    return (flash_range_t) { start, length < facts->size - start ? length : facts->size - start };
}

// The upper half, or what lies behind the images and behind what is stated where that is less.
static flash_range_t files(const flash_facts_t *facts) {
    uint32_t start = facts->size / 2;
    for (unsigned i = 0; i < FLASH_REGIONS; i++) {
        const flash_range_t *other = &facts->statement[i];
        if ((facts->stated >> i & 1) && other->length > 0 && other->start + other->length > start) {
            start = blocks(other->start + other->length);
        }
    }
    if (facts->boot != FLASH_NONE && facts->boot + 2 * FLASH_SLOT > start) {
        start = blocks(facts->boot + 2 * FLASH_SLOT);
    }
    if (facts->bios != FLASH_NONE && facts->bios + facts->bios_bytes > start) {
        start = blocks(facts->bios + facts->bios_bytes);
    }
    return clip(facts, start, facts->size);
}

flash_range_t flash_region(const flash_facts_t *facts, unsigned index) {
    if (facts->stated >> index & 1) {
        return clip(facts, facts->statement[index].start, facts->statement[index].length);
    }
    switch (1 << index) {
        case FLASH_BIOS:
            return facts->bios != FLASH_NONE ? clip(facts, facts->bios, facts->bios_bytes) : (flash_range_t) { 0, 0 };
        case FLASH_FIRMWARE:
            return facts->boot != FLASH_NONE ? clip(facts, facts->boot, 2 * FLASH_SLOT) : (flash_range_t) { 0, 0 };
        case FLASH_FILES:
            return files(facts);
        default:
            return (flash_range_t) { 0, 0 };
    }
}

int flash_find_bitstream(const flash_facts_t *facts, flash_read_t read, void *ctx, flash_range_t *range) {
    uint8_t head[FLASH_HEADER_BYTES];
    *range = flash_region(facts, 0);
    if ((facts->stated & FLASH_BITSTREAM) || facts->size < sizeof(head)) {
        return 0;
    }
    int status = read(ctx, 0, head, sizeof(head));
    if (status < 0) {
        return status;
    }
    uint32_t bytes = flash_bitstream_bytes(head, sizeof(head));
    if (bytes != FLASH_NONE) {
        *range = clip(facts, 0, bytes);
        return 0;
    }
    uint32_t end = facts->boot != FLASH_NONE && facts->boot > 0 ? facts->boot : facts->size;
    for (bytes = FLASH_BLOCK; bytes < end; bytes += FLASH_BLOCK) {
        bool blank = true;
        for (uint32_t at = 0; at < FLASH_BLOCK && blank; at += sizeof(head)) {
            status = read(ctx, bytes + at, head, sizeof(head));
            if (status < 0) {
                return status;
            }
            blank = is_blank(head, sizeof(head));
        }
        if (blank) {
            break;
        }
    }
    *range = clip(facts, 0, bytes);
    return 0;
}
