// SPDX-License-Identifier: MIT
//
// The SFDP decoder (sfdp.h), after JESD216F: header (6.2), parameter headers (6.3), Basic Flash Parameter Table
// (6.4), 4-byte Address Instruction Parameter Table (6.5). Tables of any revision are read as far as they go.

#include "flash/sfdp.h"

#include <string.h>

#define SIGNATURE (0x50444653) // "SFDP"
#define BASIC_TABLE (0xff00)
#define FOUR_BYTE_TABLE (0xff84)
#define HEADERS_MAX (16)
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

static int parse_basic(sfdp_t *sfdp, const header_t *header, sfdp_read_t read, void *ctx) {
    uint8_t bytes[4 * BASIC_WORDS];
    uint32_t words[BASIC_WORDS] = { 0 };
    unsigned count = header->words < BASIC_WORDS ? header->words : BASIC_WORDS;
    if (count < BASIC_WORDS_MIN) {
        return LX_ENOTSUP;
    }
    int status = read(ctx, header->address, bytes, 4 * count);
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

static int parse_four_byte(sfdp_t *sfdp, const header_t *header, sfdp_read_t read, void *ctx) {
    uint8_t bytes[8];
    if (header->words < 2) {
        return LX_OK;
    }
    int status = read(ctx, header->address, bytes, sizeof(bytes));
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

int sfdp_parse(sfdp_t *sfdp, sfdp_read_t read, void *ctx) {
    uint8_t bytes[8];
    header_t basic = { 0 };
    header_t four_byte = { 0 };
    memset(sfdp, 0, sizeof(*sfdp));
    int status = read(ctx, 0, bytes, 8);
    if (status != LX_OK) {
        return status;
    }
    if (little_endian(bytes) != SIGNATURE || bytes[5] != 1) {
        return LX_ENOTSUP;
    }
    unsigned headers = bytes[6] + 1u;
    for (unsigned i = 0; i < headers && i < HEADERS_MAX; i++) {
        status = read(ctx, 8 + 8 * i, bytes, 8);
        if (status != LX_OK) {
            return status;
        }
        header_t header = {
            .id = bytes[7] << 8 | bytes[0],
                .minor = bytes[1],
                .words = bytes[3],
                .address = little_endian(bytes + 4) & 0xffffff,
        };
        // The first header is the basic table even where its id's upper byte predates JESD216A. Of several revisions
        // the last is the newest.
        if (header.id == BASIC_TABLE || (i == 0 && (header.id & 0xff) == 0)) {
            basic = header;
        } else if (header.id == FOUR_BYTE_TABLE) {
            four_byte = header;
        }
    }
    status = parse_basic(sfdp, &basic, read, ctx);
    return status == LX_OK ? parse_four_byte(sfdp, &four_byte, read, ctx) : status;
}
