// SPDX-License-Identifier: MIT
//
// Which chip it is (nor_internal.h): from its id by the tables below, from its SFDP, and from what the caller
// states. After the data sheets of Winbond W25Q-JV, Micron N25Q and MT25Q, Macronix MX25L, ISSI IS25LP,
// GigaDevice GD25Q, Spansion S25FL-S, -FS and -L, Microchip SST26, ST M25P, Adesto AT25DF, and of what is
// compatible with them.
//
// What an erase clears decides whether neighbours survive. In the order of what is believed: the statement,
// the sector map and the erase types of the SFDP, corrected by the exceptions that the id tells, then what is
// usual in a family.

#include "flash/nor_internal.h"

#define GIGADEVICE (0xc8)
#define SPANSION (0x01)
#define KIB (1024u)

#define BLOCK_ERASE (0xd8)
#define BLOCK_ERASE_4BYTE (0xdc)

enum {
    ERASE_4K = 1 << 0,
    ERASE_32K = 1 << 1,
    ERASE_BLOCK = 1 << 2, // 64 KiB, unless exceptions[] says otherwise
    CERTAIN = 1 << 7, // of all members of the family, also without SFDP
};

typedef struct {
    uint8_t manufacturer;
    uint8_t type;
    uint8_t layout;
    uint8_t erases; // of chips without SFDP
    const char *name;
} family_t;

// By manufacturer and type. First match; type 0: any.
static const family_t families[] = {
    { 0xef, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Winbond W25Q" },
    { 0xef, 0x60, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Winbond W25Q-W" },
    { 0xef, 0x70, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Winbond W25Q-IM" },
    { 0xef, 0x30, NOR_LAYOUT_SIMPLE, ERASE_4K | ERASE_BLOCK, "Winbond W25X" },
    { 0xc8, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "GigaDevice GD25Q" },
    { 0xc8, 0x60, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "GigaDevice GD25LQ" },
    { 0x9d, 0x60, NOR_LAYOUT_ISSI, ERASE_4K | ERASE_32K | ERASE_BLOCK, "ISSI IS25LP" },
    { 0x9d, 0x70, NOR_LAYOUT_ISSI, ERASE_4K | ERASE_32K | ERASE_BLOCK, "ISSI IS25WP" },
    { 0x9d, 0x40, NOR_LAYOUT_ISSI, ERASE_4K | ERASE_32K | ERASE_BLOCK, "ISSI IS25LQ" },
    // The first of this id clear 64 KiB with 20h and 52h too.
    { 0xc2, 0x20, NOR_LAYOUT_MACRONIX, ERASE_BLOCK, "Macronix MX25L" },
    { 0xc2, 0x25, NOR_LAYOUT_MACRONIX, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Macronix MX25U" },
    { 0x20, 0xba, NOR_LAYOUT_MICRON, ERASE_4K | ERASE_BLOCK, "Micron N25Q/MT25QL" },
    { 0x20, 0xbb, NOR_LAYOUT_MICRON, ERASE_4K | ERASE_BLOCK, "Micron N25Q/MT25QU" },
    { 0x20, 0x20, NOR_LAYOUT_SIMPLE, ERASE_BLOCK | CERTAIN, "ST M25P" },
    { 0x01, 0x60, NOR_LAYOUT_UNKNOWN, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Infineon S25FL-L" },
    { 0x01, 0x20, NOR_LAYOUT_SPANSION, ERASE_BLOCK | CERTAIN, "Spansion S25FL" },
    { 0x01, 0x02, NOR_LAYOUT_SPANSION, ERASE_BLOCK | CERTAIN, "Spansion S25FL" },
    { 0x1f, 0x44, NOR_LAYOUT_ADESTO, ERASE_4K | ERASE_32K | ERASE_BLOCK | CERTAIN, "Adesto AT25DF" },
    { 0x1f, 0x45, NOR_LAYOUT_ADESTO, ERASE_4K | ERASE_32K | ERASE_BLOCK | CERTAIN, "Adesto AT25DF" },
    { 0x1f, 0x46, NOR_LAYOUT_ADESTO, ERASE_4K | ERASE_32K | ERASE_BLOCK | CERTAIN, "Adesto AT25DF" },
    { 0x1f, 0x47, NOR_LAYOUT_ADESTO, ERASE_4K | ERASE_32K | ERASE_BLOCK | CERTAIN, "Adesto AT25DF" },
    { 0x1f, 0x48, NOR_LAYOUT_ADESTO, ERASE_4K | ERASE_32K | ERASE_BLOCK | CERTAIN, "Adesto AT25DF" },
    { 0x1f, 0x00, NOR_LAYOUT_UNKNOWN, 0, "Adesto/Renesas" },
    { 0x1c, 0x70, NOR_LAYOUT_UNKNOWN, ERASE_4K | ERASE_32K | ERASE_BLOCK, "EON EN25QH" },
    { 0x0b, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "XTX XT25F" },
    { 0x20, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "XMC XM25QH" },
    { 0x5e, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Zbit ZB25" },
    { 0x68, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Boya BY25Q" },
    { 0x85, 0x60, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_BLOCK, "Puya P25Q" },
    { 0xbf, 0x26, NOR_LAYOUT_SST26, 0, "Microchip SST26" },
    { 0xbf, 0x00, NOR_LAYOUT_UNKNOWN, 0, "Microchip SST" },
};

// What D8h clears where it is not 64 KiB. First match; extended: the fifth byte of the id, ANY where it does
// not matter.
#define ANY (0x100)

typedef struct {
    uint8_t id[3];
    uint16_t extended;
    uint32_t block_bytes;
} exception_t;

static const exception_t exceptions[] = {
    { { 0x20, 0x20, 0x10 }, ANY, 32 * KIB }, // M25P05
    { { 0x20, 0x20, 0x11 }, ANY, 32 * KIB }, // M25P10
    { { 0x20, 0x20, 0x18 }, ANY, 256 * KIB }, // M25P128
    { { 0x01, 0x20, 0x18 }, 0x01, 64 * KIB }, // S25FL128 with sectors of 64 KiB, and the others of that id
    { { 0x01, 0x20, 0x18 }, ANY, 256 * KIB },
    { { 0x01, 0x02, 0x19 }, 0x01, 64 * KIB }, // S25FL256
    { { 0x01, 0x02, 0x19 }, ANY, 256 * KIB },
    { { 0x01, 0x02, 0x20 }, ANY, 256 * KIB }, // S25FL512
    { { 0x01, 0x02, 0x21 }, ANY, 256 * KIB }, // S70FL01G
};

// Opcodes and times for chips that do not tell: the slowest of the families above. The first three in the
// order of the ERASE_ bits.
static const nor_erase_t usual_erases[] = {
    { 4 * KIB, 0x20, { 60000, 800000 } },
    { 32 * KIB, 0x52, { 150000, 2000000 } },
    { 64 * KIB, BLOCK_ERASE, { 200000, 3000000 } },
    { 256 * KIB, BLOCK_ERASE, { 1000000, 6000000 } },
};

static const nor_time_t usual_program = { 500, 5000 };

static const family_t *find_family(const uint8_t *id) {
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (families[i].manufacturer == id[0] && (families[i].type == 0 || families[i].type == id[1])) {
            return &families[i];
        }
    }
    return NULL;
}

// 0: none.
static uint32_t exceptional_block(const uint8_t *id) {
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const exception_t *row = &exceptions[i];
        bool same = row->id[0] == id[0] && row->id[1] == id[1] && row->id[2] == id[2];
        if (same && (row->extended == ANY || row->extended == id[4])) {
            return row->block_bytes;
        }
    }
    return 0;
}

// The third byte of the id is the logarithm of the size up to 32 MiB, and goes on at 20h. Adesto's second byte
// counts the powers of two from 32 KiB on.
static uint32_t size_by_id(const nor_t *nor, const family_t *family) {
    uint8_t capacity = nor->id[2];
    if (family->layout == NOR_LAYOUT_ADESTO) {
        return 32 * KIB << (nor->id[1] & 0x1f);
    }
    if (capacity >= 0x20 && capacity <= 0x22) {
        return 1u << (capacity - 6);
    }
    return capacity >= 0x10 && capacity <= 0x1f ? 1u << capacity : 0;
}

static nor_time_t usual_time(uint32_t bytes) {
    size_t i = 0;
    while (i + 1 < sizeof(usual_erases) / sizeof(usual_erases[0]) && usual_erases[i].bytes < bytes) {
        i++;
    }
    return usual_erases[i].time;
}

static int read_sfdp(void *ctx, uint32_t address, uint8_t *data, size_t length) {
    return nor_command_read(ctx, 0x5a, address, 3, 1, data, length);
}

static int detect_sectors(void *ctx, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy_clocks,
    uint8_t *byte) {
    nor_t *nor = ctx;
    if (dummy_clocks == SFDP_DUMMY_VARIABLE) {
        if (nor->id[0] != SPANSION) {
            return LX_ENOTSUP;
        }
        dummy_clocks = 8; // the S25FS-S as it leaves the factory
    }
    if (dummy_clocks % 8) {
        return LX_ENOTSUP;
    }
    return nor_command_read(nor, opcode, address, address_bytes, dummy_clocks / 8, byte, 1);
}

// What an erase type clears where the exceptions correct the SFDP: the more of both.
static uint32_t type_bytes(const nor_t *nor, const sfdp_erase_t *erase) {
    bool is_block = erase->opcode == BLOCK_ERASE;
    uint32_t exception = is_block && nor->sfdp.regions == 0 ? exceptional_block(nor->id) : 0;
    return erase->bytes && exception > erase->bytes ? exception : erase->bytes;
}

// Whether an erase type can be used. Without a sector map, an opcode with two sizes may clear the larger one
// anywhere.
static bool is_usable(const nor_t *nor, unsigned type, bool dedicated) {
    const sfdp_erase_t *erase = &nor->sfdp.erase[type];
    uint32_t bytes = type_bytes(nor, erase);
    // With opcodes of their own for 4-byte addresses, an erase without one is not usable.
    if (bytes < NOR_SECTOR_MIN || bytes > NOR_SECTOR_MAX || (dedicated && erase->opcode4 == 0)) {
        return false;
    }
    for (unsigned i = 0; i < SFDP_ERASES && nor->sfdp.regions == 0; i++) {
        const sfdp_erase_t *other = &nor->sfdp.erase[i];
        uint32_t other_bytes = type_bytes(nor, other);
        bool same = other_bytes && (other->opcode == erase->opcode || (dedicated && other->opcode4 == erase->opcode4));
        if (i != type && same && (other_bytes > bytes || (other_bytes == bytes && i < type))) {
            return false;
        }
    }
    return true;
}

static void take_sfdp(nor_t *nor) {
    const sfdp_t *sfdp = &nor->sfdp;
    nor->size_bytes = sfdp->size_bytes < 0x80000000 ? sfdp->size_bytes : 0x80000000;
    nor->page_bytes = sfdp->page_bytes;
    if (sfdp->program_typical_us) {
        nor->program = (nor_time_t) { sfdp->program_typical_us, sfdp->program_maximum_us };
    }
    bool dedicated = nor->size_bytes > NOR_SIXTEEN_MIB && sfdp->read4 && sfdp->program4;
    if (dedicated) {
        nor->read_opcode = NOR_READ_4BYTE;
        nor->program_opcode = NOR_PAGE_PROGRAM_4BYTE;
    }
    // Smallest first, with the place of each type for the regions.
    uint8_t place[SFDP_ERASES];
    unsigned taken = 0;
    for (unsigned turn = 0; turn < SFDP_ERASES && !sfdp->map_unclear; turn++) {
        unsigned best = SFDP_ERASES;
        for (unsigned i = 0; i < SFDP_ERASES; i++) {
            bool smaller = best == SFDP_ERASES || type_bytes(nor, &sfdp->erase[i]) < type_bytes(nor, &sfdp->erase[best]);
            if (!(taken >> i & 1) && smaller && is_usable(nor, i, dedicated)) {
                best = i;
            }
        }
        if (best == SFDP_ERASES) {
            break;
        }
        taken |= 1u << best;
        place[best] = nor->erases;
        const sfdp_erase_t *from = &sfdp->erase[best];
        nor_erase_t *erase = &nor->erase[nor->erases++];
        erase->bytes = type_bytes(nor, from);
        erase->opcode = dedicated ? from->opcode4 : from->opcode;
        erase->time = usual_time(erase->bytes);
        if (from->typical_us) {
            erase->time = (nor_time_t) { from->typical_us, from->maximum_us };
        }
    }
    for (unsigned i = 0; i < sfdp->regions; i++) {
        nor_region_t *region = &nor->region[nor->regions++];
        region->bytes = sfdp->region[i].bytes;
        for (unsigned type = 0; type < SFDP_ERASES; type++) {
            if ((sfdp->region[i].erases & taken) >> type & 1) {
                region->erases |= 1 << place[type];
            }
        }
    }
    nor->reach_known = true;
}

static void take_family(nor_t *nor, const family_t *family) {
    nor->size_bytes = size_by_id(nor, family);
    nor->reach_known = family->erases & CERTAIN;
    uint32_t exception = exceptional_block(nor->id);
    for (unsigned i = 0; i < 3; i++) {
        if (family->erases & (1 << i)) {
            nor_erase_t *erase = &nor->erase[nor->erases++];
            *erase = usual_erases[i];
            if (erase->opcode == BLOCK_ERASE && exception) {
                erase->bytes = exception;
                erase->time = usual_time(exception);
            }
        }
    }
}

static bool is_power_of_two(uint32_t value) {
    return value && (value & (value - 1)) == 0;
}

static int take_statement(nor_t *nor, const nor_statement_t *statement) {
    uint32_t sector = statement->sector_bytes;
    uint32_t size = statement->size_bytes;
    if (size && (!is_power_of_two(size) || size < 0x10000)) {
        return LX_EINVAL;
    }
    if (sector && (!is_power_of_two(sector) || sector < NOR_SECTOR_MIN || sector > NOR_SECTOR_MAX)) {
        return LX_EINVAL;
    }
    if (statement->erase_opcode && !sector) {
        return LX_EINVAL;
    }
    if (size) {
        nor->size_bytes = size;
    }
    if (sector) {
        uint8_t opcode = sector == 4 * KIB ? 0x20 : sector == 32 * KIB ? 0x52 : BLOCK_ERASE;
        nor->erases = 1;
        nor->erase[0] = (nor_erase_t) {
            sector, statement->erase_opcode ? statement->erase_opcode : opcode, usual_time(sector)
        };
        nor->regions = 0;
        nor->reach_known = true;
        // Its opcode has no address length of its own, so above 16 MiB all commands follow the 4-byte mode.
        nor->read_opcode = NOR_READ;
        nor->program_opcode = NOR_PAGE_PROGRAM;
    }
    return LX_OK;
}

// The erases that are left of those the map allows in a region: blocks must fit into it without a rest, and
// of two with one opcode the smaller cannot be meant.
static uint8_t erases_in(const nor_t *nor, const nor_region_t *region) {
    uint8_t left = 0;
    for (unsigned type = 0; type < nor->erases; type++) {
        uint32_t bytes = nor_erase_bytes(nor, region, type);
        bool fits = region->bytes % bytes == 0 && (bytes == region->bytes || region->start % bytes == 0);
        if (!(region->erases >> type & 1) || !fits || bytes < NOR_SECTOR_MIN || bytes % 0x800) {
            continue;
        }
        for (unsigned other = 0; other < type; other++) {
            if (nor->erase[other].opcode == nor->erase[type].opcode) {
                left &= ~(1 << other);
            }
        }
        left |= 1 << type;
    }
    return left;
}

// Put the regions in their places. False: they are not the whole chip, or one of them cannot be erased.
static bool place_regions(nor_t *nor) {
    if (nor->regions == 0) {
        nor->regions = 1;
        nor->region[0] = (nor_region_t) { 0, nor->size_bytes, (1 << nor->erases) - 1 };
    }
    uint64_t start = 0;
    for (unsigned i = 0; i < nor->regions; i++) {
        nor_region_t *region = &nor->region[i];
        if (region->bytes == 0) {
            return false;
        }
        region->start = start;
        region->erases = erases_in(nor, region);
        if (region->erases == 0) {
            return false;
        }
        start += region->bytes;
    }
    return start == nor->size_bytes;
}

static void choose_layout(nor_t *nor, const family_t *family) {
    if (family == NULL) {
        return;
    }
    nor->name = family->name;
    nor->layout = family->layout;
    if (nor->layout != NOR_LAYOUT_WINBOND || nor->size_bytes <= NOR_SIXTEEN_MIB) {
        return;
    }
    nor->layout = NOR_LAYOUT_WINBOND_LARGE;
    if (nor->id[0] == GIGADEVICE) {
        // The GD25Q256C has the id of the D and the E; its QE lies where they have "bottom", and its SFDP is
        // too old to say so.
        bool is_older = !nor->has_sfdp || nor->sfdp.quad == SFDP_QUAD_UNKNOWN;
        nor->layout = is_older ? NOR_LAYOUT_UNKNOWN : NOR_LAYOUT_GIGADEVICE_LARGE;
    }
}

int nor_identify(nor_t *nor, const nor_statement_t *statement) {
    nor->name = "unknown";
    nor->address_bytes = 3;
    nor->page_bytes = 256;
    nor->read_opcode = NOR_READ;
    nor->program_opcode = NOR_PAGE_PROGRAM;
    nor->program = usual_program;
    const sfdp_source_t source = { read_sfdp, detect_sectors, nor };
    int status = sfdp_parse(&nor->sfdp, &source);
    if (status != LX_OK && status != LX_ENOTSUP) {
        return status;
    }
    nor->has_sfdp = status == LX_OK;
    const family_t *family = find_family(nor->id);
    if (nor->has_sfdp) {
        take_sfdp(nor);
    } else if (family) {
        take_family(nor, family);
    }
    if (statement) {
        status = take_statement(nor, statement);
        if (status != LX_OK) {
            return status;
        }
    }
    choose_layout(nor, family);
    if (nor->erases == 0 || nor->size_bytes == 0 || !place_regions(nor)) {
        nor->erases = 0;
        return LX_EFLASHTYPE;
    }
    return LX_OK;
}

const nor_region_t *nor_region_at(const nor_t *nor, uint32_t address) {
    unsigned i = 0;
    while (i + 1 < nor->regions && address >= nor->region[i + 1].start) {
        i++;
    }
    return &nor->region[i];
}

uint32_t nor_erase_bytes(const nor_t *nor, const nor_region_t *region, unsigned type) {
    uint32_t bytes = nor->erase[type].bytes;
    return bytes < region->bytes ? bytes : region->bytes;
}

uint32_t nor_sector_bytes(const nor_t *nor, const nor_region_t *region) {
    unsigned type = 0;
    while (type + 1 < nor->erases && !(region->erases >> type & 1)) {
        type++;
    }
    return nor_erase_bytes(nor, region, type);
}

uint32_t nor_largest_sector(const nor_t *nor) {
    uint32_t largest = 0;
    for (unsigned i = 0; i < nor->regions; i++) {
        uint32_t bytes = nor_sector_bytes(nor, &nor->region[i]);
        largest = bytes > largest ? bytes : largest;
    }
    return largest;
}
