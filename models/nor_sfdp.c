// SPDX-License-Identifier: MIT
// The SFDP tables of a chip, computed from its row: JESD216B header, Basic Flash Parameter Table of 16 double
// words, for chips with opcodes for 4-byte addresses the 4-Byte Address Instruction Table, and for chips with
// regions the Sector Map. Field names in comments are those of JESD216B.

#include "models/nor_internal.h"

enum {
    HEADER_BYTES = 24,          // SFDP header and two parameter headers
    BFPT_AT = 0x80,
    BFPT_DWORDS = 16,
    FOUR_BYTE_AT = 0xC0,
    FOUR_BYTE_DWORDS = 2,
    SECTOR_MAP_AT = 0xE0,
    TYPES = 4,
};

// The entry of nor_chip_t.erase that an erase type means; 3 is the whole chip, which is not a type.
static const uint8_t type_entry[TYPES] = { 0, 1, 2, 4 };

// The smallest count and unit whose product is at least `us`; count goes from 1 to `counts`.
static uint32_t encode_time(uint32_t us, const uint32_t *unit_us, unsigned counts, unsigned count_bits) {
    for (uint32_t unit = 0; unit < 4; unit++) {
        uint32_t count = (us + unit_us[unit] - 1) / unit_us[unit];
        if (count <= counts) {
            return (count == 0 ? 0 : count - 1) | unit << count_bits;
        }
    }
    return (counts - 1) | 3u << count_bits;
}

// "Multiplier from typical to maximum": maximum = 2 * (count + 1) * typical.
static uint32_t encode_multiplier(const nor_time_t *time) {
    uint32_t count = (time->maximum_us + 2 * time->typical_us - 1) / (2 * time->typical_us);
    return count == 0 ? 0 : count > 16 ? 15 : count - 1;
}

static unsigned log2_of(uint32_t value) {
    unsigned bits = 0;
    while (value > 1) {
        value >>= 1;
        bits++;
    }
    return bits;
}

static uint32_t erase_types(const nor_chip_t *chip, unsigned first) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 2; i++) {
        unsigned at = type_entry[first + i];
        if (chip->erase[at].opcode != 0) {
            value |= (log2_of(chip->erase[at].bytes) | (uint32_t)chip->erase[at].opcode << 8) << 16 * i;
        } else {
            value |= 0xFF00u << 16 * i & 0xFF00FF00u;
        }
    }
    return value;
}

static uint32_t erase_times(const nor_chip_t *chip) {
    static const uint32_t unit_us[4] = { 1000, 16000, 128000, 1000000 };
    uint32_t value = 0;
    uint32_t multiplier = 0;
    for (unsigned i = 0; i < TYPES; i++) {
        const nor_erase_t *erase = &chip->erase[type_entry[i]];
        if (erase->opcode != 0) {
            value |= encode_time(erase->time.typical_us, unit_us, 32, 5) << (4 + 7 * i);
            uint32_t needed = encode_multiplier(&erase->time);
            multiplier = needed > multiplier ? needed : multiplier;
        }
    }
    return value | multiplier;
}

static uint32_t program_times(const nor_chip_t *chip) {
    static const uint32_t page_us[4] = { 8, 64, 64, 64 };
    static const uint32_t chip_us[4] = { 16000, 256000, 4000000, 64000000 };
    uint32_t value = 1u << 31 | encode_multiplier(&chip->program);
    value |= log2_of(chip->page_bytes) << 4;
    value |= encode_time(chip->program.typical_us, page_us, 32, 5) << 8;
    value |= encode_time(chip->erase[3].time.typical_us, chip_us, 32, 5) << 24;
    return value;
}

// "Quad Enable Requirements": 2 is bit 6 of SR1, 5 is bit 1 of SR2 read by 35, 4 is bit 1 of SR2 written with
// 01, 6 with 31.
static uint32_t quad_enable(const nor_chip_t *chip) {
    switch (chip->status_layout) {
        case NOR_STATUS_WINBOND:
        case NOR_STATUS_SPANSION:
            return chip->status_layout == NOR_STATUS_WINBOND ? 4u << 20 : 5u << 20;
        case NOR_STATUS_GIGADEVICE:
            return 6u << 20;
        case NOR_STATUS_ISSI:
        case NOR_STATUS_MACRONIX:
            return 2u << 20;
        default:
            return 0;
    }
}

static uint32_t bfpt(const nor_chip_t *chip, unsigned dword) {
    bool has_4k = chip->erase[0].opcode != 0;
    bool opcodes = (chip->features & NOR_HAS_4BYTE) != 0;
    bool mode = (chip->features & NOR_HAS_4BYTE_MODE) != 0;
    switch (dword) {
        case 0: // erase sizes, write granularity, 4K opcode, fast reads, address bytes
            return 0xFF800004u | (has_4k ? 1 : 3) | (has_4k ? 0x2000u : 0xFF00u) | 0x00710000u | 0xE0u
                   | (opcodes || mode ? 1u << 17 : 0);
        case 1: // density in bits, less one
            return chip->size_bytes * 8 - 1;
        case 2: // 1-4-4 and 1-1-4 fast reads
            return 0x6B08EB44u;
        case 3: // 1-1-2 and 1-2-2
            return 0xBB423B08u;
        case 4: // no 2-2-2, no 4-4-4
            return 0xFFFFFFEEu;
        case 5:
        case 6:
            return 0xFF00FFFFu;
        case 7:
            return erase_types(chip, 0);
        case 8:
            return erase_types(chip, 2);
        case 9:
            return erase_times(chip);
        case 10:
            return program_times(chip);
        case 13: // status polling by 05, bit 0; deep power-down B9, AB
            return (chip->status_layout == NOR_STATUS_MICRON ? 3u : 1u) << 2 | 0x5CD5D000u;
        case 14:
            return 0xFF000000u | quad_enable(chip);
        case 15: // soft reset 66-99, ways to 4-byte addresses
            return ((chip->features & NOR_HAS_RESET) ? 1u << 12 : 0) | (opcodes ? 0x25014000u : mode ? 0x02008000u : 0)
                   | (chip->features & NOR_HAS_VOLATILE_SR ? 0x08u : 0x01u);
        default: // suspend, resume: not supported
            return 0xFFFFFFFFu;
    }
}

static uint32_t four_byte(unsigned dword) {
    // 13, 0C, 12; erases 21 and DC as types 1 and 3.
    return dword == 0 ? 0xFFFF0000u | 1u << 0 | 1u << 1 | 1u << 6 | 1u << 9 | 1u << 11 : 0xFFDCFF21u;
}

static unsigned region_count(const nor_chip_t *chip) {
    unsigned count = 0;
    while (count < NOR_REGIONS && chip->region[count].bytes != 0) {
        count++;
    }
    return count;
}

// One configuration, so no detection commands: a map descriptor, then a word for each region.
static uint32_t sector_map(const nor_chip_t *chip, unsigned dword) {
    if (dword == 0) { // sequence end, map descriptor, configuration 0, region count
        return 0xFF000003u | (region_count(chip) - 1) << 16;
    }
    const nor_region_t *region = &chip->region[dword - 1];
    uint32_t types = 0;
    for (unsigned i = 0; i < TYPES; i++) {
        types |= (uint32_t)(region->erases >> type_entry[i] & 1) << i;
    }
    return (region->bytes / 256 - 1) << 8 | 0xF0u | types;
}

uint8_t nor_sfdp_byte(const nor_chip_t *chip, uint32_t address) {
    bool large = (chip->features & NOR_HAS_4BYTE) != 0;
    unsigned regions = region_count(chip);
    uint8_t map_dwords = (uint8_t)(regions == 0 ? 0 : 1 + regions);
    uint8_t header[HEADER_BYTES] = {
        'S', 'F', 'D', 'P', 6, 1, large || regions != 0 ? 1 : 0, 0xFF,
        0x00, 6, 1, BFPT_DWORDS, BFPT_AT, 0, 0, 0xFF,
        0x84, 0, 1, FOUR_BYTE_DWORDS, FOUR_BYTE_AT, 0, 0, 0xFF,
    };
    if (regions != 0) { // no chip of the table has both
        header[16] = 0x81;
        header[19] = map_dwords;
        header[20] = SECTOR_MAP_AT;
    }
    if (address < (header[6] != 0 ? 24u : 16u)) {
        return header[address];
    }
    if (address >= SECTOR_MAP_AT && address < SECTOR_MAP_AT + 4u * map_dwords) {
        return (uint8_t)(sector_map(chip, (address - SECTOR_MAP_AT) / 4) >> 8 * (address % 4));
    }
    if (address >= BFPT_AT && address < BFPT_AT + 4 * BFPT_DWORDS) {
        return (uint8_t)(bfpt(chip, (address - BFPT_AT) / 4) >> 8 * (address % 4));
    }
    if (large && address >= FOUR_BYTE_AT && address < FOUR_BYTE_AT + 4 * FOUR_BYTE_DWORDS) {
        return (uint8_t)(four_byte((address - FOUR_BYTE_AT) / 4) >> 8 * (address % 4));
    }
    return 0xFF;
}
