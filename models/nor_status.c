// SPDX-License-Identifier: MIT
// Status, configuration and function registers of the NOR model, and the range that their block-protect bits cover. One
// row per vendor's layout; sources are the data sheets of the chips named in nor_chips.c.

#include "models/nor_internal.h"

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
    SIXTEEN_MIB = 16 << 20,
};

// Bits that a write can change, of those the ones that can only ever be set, and the one of the second register that
// locks them all until power-up.
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

uint8_t nor_status_read(const nor_t *nor, unsigned index) {
    uint8_t value = nor->sr[index];
    if (index == 0) {
        value &= (uint8_t) ~(SR1_BUSY | SR1_WRITE_ENABLE);
        value |= (nor_busy(nor) ? SR1_BUSY : 0) | (nor->write_enable ? SR1_WRITE_ENABLE : 0);
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
    return (uint8_t)((nor_busy(nor) ? 0 : 0x80) | (nor->wip_error ? 0x32 : 0) | (nor->address4 ? 1 : 0));
}

bool nor_status_locked(const nor_t *nor) {
    return nor->status_locked;
}

void nor_status_write(nor_t *nor, unsigned index, const uint8_t *value, unsigned count, bool volatile_only) {
    const layout_t *layout = &layouts[nor->chip->status_layout];
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
