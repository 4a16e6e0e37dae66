// SPDX-License-Identifier: MIT
//
// The SFDP decoder (sfdp.h), after JESD216F: header (6.2), parameter headers (6.3), Basic Flash Parameter
// Table (6.4), 4-byte Address Instruction Parameter Table (6.5), Sector Map Parameter Table (6.6). Tables of
// any revision are read as far as they go.

#include "flash/sfdp.h"

#include <string.h>

#define SIGNATURE (0x50444653) // "SFDP"
#define BASIC_TABLE (0xff00)
#define FOUR_BYTE_TABLE (0xff84)
#define SECTOR_MAP_TABLE (0xff81)
#define HEADERS_MAX (16)
#define MAP_WORDS_MAX (64)
#define BASIC_WORDS (15)
// The least that the first revision has.
#define BASIC_WORDS_MIN (9)

typedef struct {
    uint16_t id;
    uint8_t minor;
    uint8_t words;
    uint32_t address;
} header_t;

static const uint32_t erase_units_us[4] = { 1000, 16000, 128000, 1000000 };

static uint32_t little_endian(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t field(uint32_t word, unsigned high, unsigned low) {
    return word >> low & (0xffffffff >> (31 - (high - low)));
}

static void parse_erases(sfdp_t *sfdp, const uint32_t *words, unsigned count) {
    uint32_t times = count >= 10 ? words[9] : 0;
    for (unsigned i = 0; i < SFDP_ERASES; i++) {
        uint32_t half = words[7 + i / 2] >> (16 * (i & 1));
        unsigned log2 = field(half, 7, 0);
        sfdp_erase_t *erase = &sfdp->erase[i];
        if (log2 == 0 || log2 > 31) {
            continue;
        }
        erase->bytes = 1u << log2;
        erase->opcode = field(half, 15, 8);
        if (count >= 10) {
            uint32_t time = times >> (4 + 7 * i);
            erase->typical_us = (field(time, 4, 0) + 1) * erase_units_us[field(time, 6, 5)];
            erase->maximum_us = 2 * (field(times, 3, 0) + 1) * erase->typical_us;
        }
    }
    // The first word alone may tell of a 4 KiB erase.
    if (sfdp->erase[0].bytes == 0 && field(words[0], 1, 0) == 1) {
        sfdp->erase[0].bytes = 4096;
        sfdp->erase[0].opcode = field(words[0], 15, 8);
    }
}

static bool parse_size(sfdp_t *sfdp, uint32_t density) {
    if (density & 0x80000000) {
        unsigned log2 = density & 0x7fffffff;
        if (log2 < 3 || log2 > 40) {
            return false;
        }
        sfdp->size_bytes = (uint64_t)1 << (log2 - 3);
    } else {
        sfdp->size_bytes = ((uint64_t)density + 1) / 8;
    }
    // A power of two from 64 KiB on: what else it may say is damage.
    return sfdp->size_bytes >= 0x10000 && (sfdp->size_bytes & (sfdp->size_bytes - 1)) == 0;
}

static int parse_basic(sfdp_t *sfdp, const header_t *header, const sfdp_source_t *source) {
    uint8_t bytes[4 * BASIC_WORDS];
    uint32_t words[BASIC_WORDS] = { 0 };
    unsigned count = header->words < BASIC_WORDS ? header->words : BASIC_WORDS;
    if (count < BASIC_WORDS_MIN) {
        return LX_ENOTSUP;
    }
    int status = source->read(source->ctx, header->address, bytes, 4 * count);
    if (status != LX_OK) {
        return status;
    }
    for (unsigned i = 0; i < count; i++) {
        words[i] = little_endian(bytes + 4 * i);
    }
    if (!parse_size(sfdp, words[1])) {
        return LX_ENOTSUP;
    }
    sfdp->revision = header->minor;
    unsigned addresses = field(words[0], 18, 17);
    sfdp->address3 = addresses != 2;
    sfdp->address4 = addresses == 1 || addresses == 2;
    sfdp->page_bytes = 256;
    sfdp->quad = SFDP_QUAD_UNKNOWN;
    parse_erases(sfdp, words, count);
    if (count >= 11) {
        // A page shorter than eight bytes or longer than 4 KiB is damage.
        unsigned log2 = field(words[10], 7, 4);
        sfdp->page_bytes = log2 >= 3 && log2 <= 12 ? 1u << log2 : 256;
        sfdp->program_typical_us = (field(words[10], 12, 8) + 1) * (field(words[10], 13, 13) ? 64 : 8);
        sfdp->program_maximum_us = 2 * (field(words[10], 3, 0) + 1) * sfdp->program_typical_us;
    }
    if (count >= 15) {
        sfdp->quad = field(words[14], 22, 20);
    }
    return LX_OK;
}

static int parse_four_byte(sfdp_t *sfdp, const header_t *header, const sfdp_source_t *source) {
    uint8_t bytes[8];
    if (header->words < 2) {
        return LX_OK;
    }
    int status = source->read(source->ctx, header->address, bytes, sizeof(bytes));
    if (status != LX_OK) {
        return status;
    }
    uint32_t supported = little_endian(bytes);
    sfdp->read4 = field(supported, 0, 0);
    sfdp->program4 = field(supported, 6, 6);
    for (unsigned i = 0; i < SFDP_ERASES; i++) {
        if (field(supported, 9 + i, 9 + i)) {
            sfdp->erase[i].opcode4 = bytes[4 + i];
        }
    }
    return LX_OK;
}

static int read_word(const sfdp_source_t *source, uint32_t address, uint32_t *word) {
    uint8_t bytes[4] = { 0 };
    int status = source->read(source->ctx, address, bytes, sizeof(bytes));
    *word = little_endian(bytes);
    return status;
}

// A detection command: what it reads tells one bit of the configuration's number.
static int detect(const sfdp_source_t *source, uint32_t command, uint32_t address, uint8_t *configuration) {
    static const uint8_t address_bytes[4] = { 0, 3, 4, 3 }; // 3: the current mode, before anything changed it
    if (source->detect == NULL) {
        return LX_ENOTSUP;
    }
    uint8_t byte = 0;
    int status = source->detect(source->ctx, field(command, 15, 8), address, address_bytes[field(command, 23, 22)],
        field(command, 19, 16), &byte);
    *configuration = *configuration << 1 | ((byte & field(command, 31, 24)) != 0);
    return status;
}

// The table is a sequence of detection commands of two words each, then of map descriptors: a word with the
// number of a configuration and its count of regions, and a word for each region.
static int parse_sector_map(sfdp_t *sfdp, const header_t *header, const sfdp_source_t *source) {
    unsigned words = header->words < MAP_WORDS_MAX ? header->words : MAP_WORDS_MAX;
    uint8_t configuration = 0;
    unsigned commands = 0;
    sfdp->map_unclear = words != 0;
    for (unsigned at = 0; at < words;) {
        uint32_t word;
        int status = read_word(source, header->address + 4 * at, &word);
        if (status != LX_OK) {
            return status;
        }
        bool is_map = field(word, 1, 1);
        bool is_last = field(word, 0, 0);
        if (!is_map) {
            uint32_t address;
            status = read_word(source, header->address + 4 * at + 4, &address);
            if (status == LX_OK) {
                status = detect(source, word, address, &configuration);
            }
            if (status != LX_OK) {
                return status == LX_ENOTSUP ? LX_OK : status;
            }
            commands++;
            at += 2;
            continue;
        }
        unsigned regions = field(word, 23, 16) + 1;
        // Without detection commands there is one configuration, whatever its number is.
        bool is_ours = commands == 0 || field(word, 15, 8) == configuration;
        if (is_ours && (regions > SFDP_REGIONS || at + 1 + regions > words)) {
            return LX_OK;
        }
        for (unsigned i = 0; is_ours && i < regions; i++) {
            status = read_word(source, header->address + 4 * (at + 1 + i), &word);
            if (status != LX_OK) {
                return status;
            }
            sfdp->region[i] = (sfdp_region_t) { (field(word, 31, 8) + 1) * 256, field(word, 3, 0) };
        }
        if (is_ours) {
            sfdp->regions = regions;
            sfdp->map_unclear = false;
            return LX_OK;
        }
        if (is_last) {
            return LX_OK;
        }
        at += 1 + regions;
    }
    return LX_OK;
}

int sfdp_parse(sfdp_t *sfdp, const sfdp_source_t *source) {
    uint8_t bytes[8];
    header_t basic = { 0 };
    header_t four_byte = { 0 };
    header_t sector_map = { 0 };
    memset(sfdp, 0, sizeof(*sfdp));
    int status = source->read(source->ctx, 0, bytes, 8);
    if (status != LX_OK) {
        return status;
    }
    if (little_endian(bytes) != SIGNATURE || bytes[5] != 1) {
        return LX_ENOTSUP;
    }
    unsigned headers = bytes[6] + 1u;
    for (unsigned i = 0; i < headers && i < HEADERS_MAX; i++) {
        status = source->read(source->ctx, 8 + 8 * i, bytes, 8);
        if (status != LX_OK) {
            return status;
        }
        header_t header = {
            .id = bytes[7] << 8 | bytes[0],
                .minor = bytes[1],
                .words = bytes[3],
                .address = little_endian(bytes + 4) & 0xffffff,
        };
        // The first header is the basic table even where its id's upper byte predates JESD216A. Of several
        // revisions the last is the newest.
        if (header.id == BASIC_TABLE || (i == 0 && (header.id & 0xff) == 0)) {
            basic = header;
        } else if (header.id == FOUR_BYTE_TABLE) {
            four_byte = header;
        } else if (header.id == SECTOR_MAP_TABLE) {
            sector_map = header;
        }
    }
    status = parse_basic(sfdp, &basic, source);
    if (status != LX_OK) {
        return status;
    }
    status = parse_four_byte(sfdp, &four_byte, source);
    if (status != LX_OK) {
        return status;
    }
    return parse_sector_map(sfdp, &sector_map, source);
}
