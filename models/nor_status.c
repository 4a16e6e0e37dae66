// SPDX-License-Identifier: MIT
// Status, configuration and function registers of the NOR model, and the range that their block-protect bits
// cover. One row per vendor's layout; sources are the data sheets of the chips named in nor_chips.c.

#include "models/nor_internal.h"

#include <string.h>

enum {
    WINBOND_SR2_SRL = 1 << 0,
    WINBOND_SR1_TB = 1 << 5,
    WINBOND_SR1_SEC = 1 << 6,
    WINBOND_SR2_LB = 0x38,
    WINBOND_SR2_CMP = 1 << 6,
    WINBOND_SR3_WPS = 1 << 2,
    WINBOND256_SR1_TB = 1 << 6,
    WINBOND256_SR3_ADS = 1 << 0,
    WINBOND256_SR3_ADP = 1 << 1,
    GIGADEVICE_SR2_ADS = 1 << 0,
    GIGADEVICE_SR2_SRL = 1 << 6,
    MICRON_SR_TB = 1 << 5,
    MICRON_SR_BP3 = 1 << 6,
    ISSI_FR_TBS = 1 << 1,
    MACRONIX_CR_TB = 1 << 3,
    SPANSION_CR_FREEZE = 1 << 0,
    SPANSION_CR_TBPROT = 1 << 5,
    SPANSION_SR_E_ERR = 1 << 5,
    SPANSION_SR_P_ERR = 1 << 6,
    SST26_SR_BUSY = 1 << 7,     // the same as bit 0
    SST26_SMALL = 0x2000,       // eight blocks, four at each end
    SST26_MIDDLE = 0x8000,
    SST26_LARGE = 0x10000,
    ADESTO_SR_SOME = 1 << 2,    // SWP: some sectors are locked, and with the next bit all
    ADESTO_SR_ALL = 3 << 2,
    ADESTO_SR_WPP = 1 << 4,     // the WP pin is high
    ADESTO_SR_GLOBAL = 0x3C,    // what a write of all or nothing here does to all sectors
    ADESTO_SECTOR = 0x10000,
    SIXTEEN_MIB = 16 << 20,
};

// Bits that a write can change, of those the ones that can only ever be set, and the one of the second
// register that locks them all until power-up.
typedef struct {
    uint8_t writable[3];
    uint8_t one_time[3];
    uint8_t lock;
} layout_t;

static const layout_t layouts[] = {
    [NOR_STATUS_WINBOND] = { { 0xFC, 0x7B, 0xE4 }, { 0, WINBOND_SR2_LB, 0 }, WINBOND_SR2_SRL },
    [NOR_STATUS_MICRON] = { { 0xFC, 0, 0 }, { 0, 0, 0 }, 0 },
    [NOR_STATUS_ISSI] = { { 0xFC, 0xF2, 0 }, { 0, 0xF2, 0 }, 0 },
    [NOR_STATUS_MACRONIX] = { { 0xFC, 0xCF, 0 }, { 0, MACRONIX_CR_TB, 0 }, 0 },
    [NOR_STATUS_SPANSION] = { { 0x9C, 0xEF, 0 }, { 0, 0x2C, 0 }, SPANSION_CR_FREEZE },
    [NOR_STATUS_GIGADEVICE] = { { 0xFC, 0x7A, 0xE0 }, { 0, WINBOND_SR2_LB, 0 }, GIGADEVICE_SR2_SRL },
    [NOR_STATUS_SIMPLE] = { { 0x9C, 0, 0 }, { 0, 0, 0 }, 0 },
    [NOR_STATUS_SST26] = { { 0, 0x8A, 0 }, { 0, 0, 0 }, 0 },
    [NOR_STATUS_ADESTO] = { { SR1_PROTECT, 0, 0 }, { 0, 0, 0 }, 0 },
};

static bool winbond_large(const nor_t *nor) {
    return nor->chip->status_layout == NOR_STATUS_WINBOND && nor->chip->size_bytes > SIXTEEN_MIB;
}

static bool has_wps(const nor_t *nor) {
    return nor->chip->status_layout == NOR_STATUS_WINBOND && (nor->chip->features & NOR_HAS_SR3) != 0;
}

void nor_status_restore(nor_t *nor) {
    for (unsigned i = 0; i < 3; i++) {
        nor->sr[i] = nor->sr_nonvolatile[i];
    }
    nor->address4 = winbond_large(nor) && (nor->sr[2] & WINBOND256_SR3_ADP) != 0;
}

bool nor_status_sector_locked(const nor_t *nor, uint32_t address) {
    unsigned bit = address / ADESTO_SECTOR;
    return (nor->locks[bit / 8] >> bit % 8 & 1) != 0;
}

void nor_status_lock_sector(nor_t *nor, uint32_t address, bool locked) {
    unsigned bit = address / ADESTO_SECTOR;
    if (nor->sr[0] & SR1_PROTECT) {
        return;
    }
    nor->locks[bit / 8] = (uint8_t)((nor->locks[bit / 8] & ~(1u << bit % 8)) | (unsigned)locked << bit % 8);
}

// SWP, and WPP.
static uint8_t sector_summary(const nor_t *nor) {
    unsigned sectors = nor->chip->size_bytes / ADESTO_SECTOR;
    unsigned locked = 0;
    for (unsigned i = 0; i < sectors; i++) {
        locked += nor_status_sector_locked(nor, i * ADESTO_SECTOR);
    }
    return (uint8_t)(ADESTO_SR_WPP | (locked == 0 ? 0 : locked == sectors ? ADESTO_SR_ALL : ADESTO_SR_SOME));
}

uint8_t nor_status_read(const nor_t *nor, unsigned index) {
    uint8_t value = nor->sr[index];
    if (index == 0) {
        value &= (uint8_t) ~(SR1_BUSY | SR1_WRITE_ENABLE);
        bool busy = nor->pending != 0;
        value |= (busy ? SR1_BUSY : 0) | (nor->write_enable ? SR1_WRITE_ENABLE : 0);
        if (nor->chip->status_layout == NOR_STATUS_ADESTO) {
            value |= sector_summary(nor);
        }
        if (nor->chip->status_layout == NOR_STATUS_SST26) {
            value = (uint8_t)((value & ~SST26_SR_BUSY) | (busy ? SST26_SR_BUSY : 0));
        }
        if (nor->wip_error && nor->chip->status_layout == NOR_STATUS_SPANSION) {
            value |= SPANSION_SR_P_ERR | SR1_BUSY; // WIP stays set until CLSR
        }
    } else if (index == 2 && winbond_large(nor)) {
        value = (uint8_t)((value & ~WINBOND256_SR3_ADS) | (nor->address4 ? WINBOND256_SR3_ADS : 0));
    }
    if (index == 1 && nor->chip->status_layout == NOR_STATUS_GIGADEVICE) {
        value = (uint8_t)(value | (nor->address4 ? GIGADEVICE_SR2_ADS : 0));
    }
    return value;
}

uint8_t nor_status_flags(const nor_t *nor) {
    return (uint8_t)((nor->pending != 0 ? 0 : 0x80) | (nor->wip_error ? 0x32 : 0) | (nor->address4 ? 1 : 0));
}

bool nor_status_locked(const nor_t *nor) {
    return nor->status_locked;
}

void nor_status_write(nor_t *nor, unsigned index, const uint8_t *value, unsigned count, bool volatile_only) {
    const layout_t *layout = &layouts[nor->chip->status_layout];
    if (nor->chip->status_layout == NOR_STATUS_ADESTO) {
        // SPRL, which power-up clears, keeps the sectors as they are.
        uint8_t global = value[0] & ADESTO_SR_GLOBAL;
        if (!(nor->sr[0] & SR1_PROTECT) && (global == 0 || global == ADESTO_SR_GLOBAL)) {
            nor_status_set_locks(nor, global != 0);
        }
        nor->sr[0] = value[0] & SR1_PROTECT;
        return;
    }
    for (unsigned i = 0; i < count && index + i < 3; i++) {
        unsigned at = index + i;
        uint8_t writable = layout->writable[at];
        if (at == 2 && winbond_large(nor)) {
            writable |= WINBOND256_SR3_ADP;
        }
        uint8_t once = layout->one_time[at];
        uint8_t set = (uint8_t)((nor->sr[at] & ~writable) | (value[i] & writable));
        set |= nor->sr[at] & once;
        if (volatile_only) {
            set = (uint8_t)((set & ~once) | (nor->sr[at] & once));
        } else {
            if ((set & once & ~nor->sr_nonvolatile[at]) != 0) {
                nor->counters.otp_writes++;
            }
            nor->sr_nonvolatile[at] = set;
        }
        nor->sr[at] = set;
    }
    // SRL and FREEZE hold until power-up, so the non-volatile copy forgets them.
    if (nor->sr[1] & layout->lock) {
        nor->status_locked = true;
        nor->sr_nonvolatile[1] &= (uint8_t) ~layout->lock;
    }
}

void nor_status_protect_all(nor_t *nor, bool lock) {
    switch (nor->chip->status_layout) {
        case NOR_STATUS_SST26:
            nor_status_set_locks(nor, true);
            nor->locks_down = lock;
            return;
        case NOR_STATUS_ADESTO:
            // SPRL with the WP pin low.
            nor_status_set_locks(nor, true);
            nor->sr[0] = lock ? SR1_PROTECT : 0;
            nor->status_locked = lock;
            return;
        case NOR_STATUS_MICRON:
            nor->sr_nonvolatile[0] |= SR1_BP_MASK | MICRON_SR_BP3;
            break;
        case NOR_STATUS_ISSI:
        case NOR_STATUS_MACRONIX:
        case NOR_STATUS_GIGADEVICE:
            nor->sr_nonvolatile[0] |= SR1_BP_MASK | 0x20;
            break;
        default:
            nor->sr_nonvolatile[0] |= SR1_BP_MASK | (winbond_large(nor) ? 0x20 : 0);
            break;
    }
    nor->sr[0] = nor->sr_nonvolatile[0];
    if (lock) {
        nor->status_locked = true;
        nor->sr[1] |= layouts[nor->chip->status_layout].lock;
        if (layouts[nor->chip->status_layout].lock == 0) {
            nor->sr[0] |= SR1_PROTECT;
            nor->sr_nonvolatile[0] |= SR1_PROTECT;
        }
    }
}

void nor_status_lock_blocks(nor_t *nor) {
    if (has_wps(nor)) {
        nor->sr_nonvolatile[2] |= WINBOND_SR3_WPS;
        nor->sr[2] = nor->sr_nonvolatile[2];
    }
}

unsigned nor_status_lock_bytes(const nor_chip_t *chip) {
    return chip->size_bytes / SST26_LARGE / 8 + 2;
}

bool nor_status_locks_at_power_up(const nor_chip_t *chip) {
    return chip->status_layout == NOR_STATUS_SST26 || chip->status_layout == NOR_STATUS_ADESTO;
}

void nor_status_set_locks(nor_t *nor, bool locked) {
    memset(nor->locks, locked && nor->chip->status_layout == NOR_STATUS_ADESTO ? 0xFF : 0, sizeof(nor->locks));
    if (locked && nor->chip->status_layout == NOR_STATUS_SST26) {
        // The first two bytes alternate between read locks, which are open, and write locks.
        memset(nor->locks, 0xFF, nor_status_lock_bytes(nor->chip));
        nor->locks[0] = nor->locks[1] = 0x55;
    }
}

// Whether the block that holds `address` is locked. From the highest bit on: two bits (read, write) for each
// 8K block, the upper end first; one for the upper and one for the lower 32K; one for each 64K, the upper end
// first.
static bool locked_at(const nor_t *nor, uint32_t address) {
    uint32_t size = nor->chip->size_bytes;
    if (nor->chip->status_layout == NOR_STATUS_ADESTO) {
        return nor_status_sector_locked(nor, address);
    }
    unsigned larges = size / SST26_LARGE - 2;
    unsigned bit;
    if (address >= size - SST26_MIDDLE) {
        bit = larges + 10 + 2 * ((address - (size - SST26_MIDDLE)) / SST26_SMALL);
    } else if (address < SST26_MIDDLE) {
        bit = larges + 2 + 2 * (address / SST26_SMALL);
    } else if (address >= size - SST26_LARGE) {
        bit = larges + 1;
    } else if (address < SST26_LARGE) {
        bit = larges;
    } else {
        bit = address / SST26_LARGE - 1;
    }
    return (nor->locks[nor_status_lock_bytes(nor->chip) - 1 - bit / 8] >> bit % 8 & 1) != 0;
}

bool nor_status_protects(const nor_t *nor, uint32_t first, uint32_t bytes) {
    if (nor_status_locks_at_power_up(nor->chip)) {
        for (uint32_t at = first & ~(uint32_t)(SST26_SMALL - 1); at < first + bytes; at += SST26_SMALL) {
            if (locked_at(nor, at)) {
                return true;
            }
        }
        return false;
    }
    uint32_t low, high;
    nor_protected_range(nor, &low, &high);
    return low < high && first < high && first + bytes > low;
}

// The range from the first to the last locked block.
static void locked_range(const nor_t *nor, uint32_t *first, uint32_t *end) {
    *first = *end = 0;
    for (uint32_t at = 0; at < nor->chip->size_bytes; at += SST26_SMALL) {
        if (locked_at(nor, at)) {
            *first = *end == 0 ? at : *first;
            *end = at + SST26_SMALL;
        }
    }
}

// What BP protects: nothing at 0, then the unit, and twice as much with each step.
static uint64_t units(uint32_t unit, unsigned bp) {
    return bp == 0 ? 0 : (uint64_t)unit << (bp - 1);
}

void nor_protected_range(const nor_t *nor, uint32_t *first, uint32_t *end) {
    uint32_t size = nor->chip->size_bytes;
    uint8_t sr1 = nor->sr[0];
    unsigned bp = (sr1 & SR1_BP_MASK) >> 2;
    uint64_t bytes = 0;
    bool bottom = false;
    bool complement = false;
    if (has_wps(nor) && (nor->sr[2] & WINBOND_SR3_WPS)) {
        *first = 0;
        *end = nor->blocks_unlocked ? 0 : size;
        return;
    }
    if (nor_status_locks_at_power_up(nor->chip)) {
        locked_range(nor, first, end);
        return;
    }
    switch (nor->chip->status_layout) {
        case NOR_STATUS_WINBOND:
            complement = (nor->sr[1] & WINBOND_SR2_CMP) != 0;
            if (winbond_large(nor)) {
                bp |= (sr1 & 0x20) >> 2;
                bottom = (sr1 & WINBOND256_SR1_TB) != 0;
                bytes = units(0x10000, bp);
            } else {
                bottom = (sr1 & WINBOND_SR1_TB) != 0;
                if (bp == 7) {
                    bytes = size;
                } else if (sr1 & WINBOND_SR1_SEC) {
                    bytes = units(0x1000, bp > 4 ? 4 : bp);
                } else {
                    bytes = units(size / 64, bp);
                }
            }
            break;
        case NOR_STATUS_GIGADEVICE:
            bp |= (sr1 & 0x20) >> 2;
            bottom = (sr1 & WINBOND256_SR1_TB) != 0; // "BP4"
            bytes = units(0x10000, bp);
            break;
        case NOR_STATUS_MICRON:
            bp |= (sr1 & MICRON_SR_BP3) >> 3;
            bottom = (sr1 & MICRON_SR_TB) != 0;
            bytes = units(0x10000, bp);
            break;
        case NOR_STATUS_ISSI:
            bp |= (sr1 & 0x20) >> 2;
            bottom = (nor->sr[1] & ISSI_FR_TBS) != 0;
            bytes = units(0x10000, bp);
            break;
        case NOR_STATUS_MACRONIX:
            bp |= (sr1 & 0x20) >> 2;
            bottom = (nor->sr[1] & MACRONIX_CR_TB) != 0;
            bytes = units(0x10000, bp);
            break;
        case NOR_STATUS_SPANSION:
            bottom = (nor->sr[1] & SPANSION_CR_TBPROT) != 0;
            bytes = units(size / 64, bp);
            break;
        default:
            bytes = units(size / 32, bp);
            break;
    }
    if (bytes > size) {
        bytes = size;
    }
    if (complement) {
        bytes = size - bytes;
        bottom = !bottom;
    }
    *first = bottom ? 0 : size - (uint32_t)bytes;
    *end = bottom ? (uint32_t)bytes : size;
}
