// SPDX-License-Identifier: MIT
//
// Block protection and quad enable (nor_protect.h), after the data sheets: Winbond W25Q128JV 7.1 and
// W25Q256JV 7.1, GigaDevice GD25Q256E 6.1, Micron N25Q128A "Status Register", ISSI IS25LP128 6.1-6.2,
// Macronix MX25L12833F 7-1 and 7-2, Spansion S25FL128S 7.5-7.7.
//
// A layout is a row: which bits hold BP, which end of the memory they count from, where QE is, which opcodes
// read and write. All follow one rule: BP = 0 protects nothing, BP = n protects a unit shifted left by n - 1
// at one end; the unit is 64 KiB, or a 64th of the memory where that is more and BP has three bits.
//
// The SST26 (SST26VF064B 4.1, 5.29-5.33) has a register with a lock for each block instead, which power-up
// sets. So has an AT25DF (AT25DF321A 9.1-9.7, 11.1) for each 64 KiB; writing all or nothing to bits 2 to 5 of its
// status register sets or lifts all of them, once bit 7 is clear.
//
// Every write is computed from what was just read, and only bits of `writable` may differ; one-time bits
// (LB1-3, TBS, TB, TBPROT and the rest of the second registers) are in none of those masks.

#include "flash/nor_protect.h"

#include "flash/nor_internal.h"

#define SR1_BP0_SHIFT (2)
#define WINBOND_SR2_CMP (1 << 6)
#define WINBOND_SR3_WPS (1 << 2)
#define KIB (1024u)
#define NONE (0xff)
#define UNLOCK_BLOCKS (0x98)
#define READ_LOCKS (0x72)
#define WRITE_LOCKS (0x42)
// Of an SST26 of 8 MiB.
#define LOCK_BYTES_MAX (18)
#define LOCK_SMALL (8 * KIB)
#define LOCK_MIDDLE (32 * KIB)
#define LOCK_LARGE (64 * KIB)
#define READ_SECTOR_LOCK (0x3c)
#define ADESTO_SR_ALL (3 << 2)
#define ADESTO_SR_LOCK (0x80)
#define ADESTO_GLOBAL (0x3c)
// The slowest status register write of the data sheets above (S25FL128S).
#define WRITE_STATUS_US (500000)

typedef struct {
    uint8_t bp_bits; // from bit 2 of SR1 on
    uint8_t bp3_bit; // in SR1; NONE: BP3 follows BP2 or is not there
    uint8_t end_register; // where the bit is that says "bottom"; NONE: always top
    uint8_t end_bit;
    uint8_t sector_bit; // in SR1: the unit is 4 KiB; NONE
    uint8_t complement; // SR2 has CMP: 1
    uint8_t quad_register; // NONE: the bit is unknown
    uint8_t quad_bit;
    uint8_t lock[2]; // bits of SR1 and SR2 that say that the registers are locked
    uint8_t writable[2]; // bits of SR1 and SR2 that we may change
    uint8_t read[3]; // opcodes; 0: no such register
    bool write_both; // 01h with two bytes writes SR1 and the second register
} layout_t;

// bp_bits, bp3_bit, end_register, end_bit, sector_bit, complement, quad_register, quad_bit, lock, writable,
// read, write_both
static const layout_t layouts[] = {
    [NOR_LAYOUT_WINBOND] = {
        3, NONE, 0, 5, 6, 1, 1, 1, { 0x80, 0x01 }, { 0x7c, 0x42 }, { 0x05, 0x35, 0x15 }, true
    },
    [NOR_LAYOUT_WINBOND_LARGE] = {
        4, NONE, 0, 6, NONE, 1, 1, 1, { 0x80, 0x01 }, { 0x7c, 0x42 }, { 0x05, 0x35, 0x15 }, true
    },
    [NOR_LAYOUT_GIGADEVICE_LARGE] = {
        4, NONE, 0, 6, NONE, 0, 1, 1, { 0x80, 0x40 }, { 0x7c, 0x02 }, { 0x05, 0x35, 0x15 }, true
    },
    [NOR_LAYOUT_MICRON] = {
        3, 6, 0, 5, NONE, 0, NONE, 0, { 0x80, 0 }, { 0x7c, 0 }, { 0x05, 0, 0 }, false
    },
    [NOR_LAYOUT_ISSI] = {
        4, NONE, 1, 1, NONE, 0, 0, 6, { 0x80, 0 }, { 0x7c, 0 }, { 0x05, 0x48, 0 }, false
    },
    [NOR_LAYOUT_MACRONIX] = {
        4, NONE, 1, 3, NONE, 0, 0, 6, { 0x80, 0 }, { 0x7c, 0 }, { 0x05, 0x15, 0 }, false
    },
    [NOR_LAYOUT_SPANSION] = {
        3, NONE, 1, 5, NONE, 0, 1, 1, { 0x80, 0x01 }, { 0x1c, 0x02 }, { 0x05, 0x35, 0 }, true
    },
    [NOR_LAYOUT_SIMPLE] = {
        3, NONE, NONE, 0, NONE, 0, NONE, 0, { 0x80, 0 }, { 0x1c, 0 }, { 0x05, 0, 0 }, false
    },
    [NOR_LAYOUT_SST26] = {
        0, NONE, NONE, 0, NONE, 0, 1, 1, { 0x10, 0 }, { 0, 0x02 }, { 0x05, 0x35, 0 }, true
    },
    [NOR_LAYOUT_ADESTO] = {
        2, NONE, NONE, 0, NONE, 0, NONE, 0, { 0x80, 0 }, { 0, 0 }, { 0x05, 0, 0 }, false
    },
};

static const layout_t *layout_of(const nor_t *nor) {
    return nor->layout == NOR_LAYOUT_UNKNOWN ? NULL : &layouts[nor->layout];
}

static bool bit_of(const uint8_t *sr, uint8_t reg, uint8_t bit) {
    return reg != NONE && bit != NONE && (sr[reg] >> bit & 1);
}

static void decode_range(const nor_t *nor, const uint8_t *sr, uint32_t *start, uint32_t *length) {
    const layout_t *layout = layout_of(nor);
    unsigned bits = layout->bp_bits;
    unsigned bp = sr[0] >> SR1_BP0_SHIFT & ((1u << bits) - 1);
    if (layout->bp3_bit != NONE) {
        bp |= (unsigned)(sr[0] >> layout->bp3_bit & 1) << bits++;
    }
    uint32_t unit = 64 * KIB;
    bool sectors = bit_of(sr, 0, layout->sector_bit);
    if (sectors) {
        unit = 4 * KIB;
    } else if (bits == 3 && nor->size_bytes / 64 > unit) {
        unit = nor->size_bytes / 64;
    }
    uint64_t bytes = bp ? (uint64_t)unit << (bp - 1) : 0;
    if (sectors && bytes > 32 * KIB) {
        bytes = 32 * KIB;
    }
    if (bytes > nor->size_bytes || bp == (1u << bits) - 1) {
        bytes = nor->size_bytes;
    }
    bool bottom = layout->end_register != NONE && bit_of(sr, layout->end_register, layout->end_bit);
    if (layout->complement && (sr[1] & WINBOND_SR2_CMP)) {
        bytes = nor->size_bytes - bytes;
        bottom = !bottom;
    }
    *length = bytes;
    *start = bottom || bytes == 0 ? 0 : nor->size_bytes - bytes;
}

// The locks of an SST26

typedef struct {
    uint8_t bits[LOCK_BYTES_MAX]; // as the register is read: the highest bit first
    unsigned bytes;
} locks_t;

static int read_locks(nor_t *nor, locks_t *locks) {
    locks->bytes = nor->size_bytes / LOCK_LARGE / 8 + 2;
    if (locks->bytes > LOCK_BYTES_MAX) {
        return LX_ENOTSUP;
    }
    return nor_register_read(nor, READ_LOCKS, locks->bits, locks->bytes);
}

// Which block holds an address, and the number of its write lock: from bit 0 on the blocks of 64 KiB but the
// first and the last; the first and the last 32 KiB of those between the small blocks; the small ones, with a
// read lock before each write lock.
static unsigned find_lock(const nor_t *nor, uint32_t address, uint32_t *start, uint32_t *length) {
    unsigned larges = nor->size_bytes / LOCK_LARGE - 2;
    uint32_t top = nor->size_bytes - LOCK_MIDDLE;
    if (address < LOCK_MIDDLE || address >= top) {
        *length = LOCK_SMALL;
        *start = address & ~(*length - 1);
        return address < LOCK_MIDDLE ? larges + 2 + 2 * (address / LOCK_SMALL)
            : larges + 10 + 2 * ((address - top) / LOCK_SMALL);
    }
    if (address < LOCK_LARGE || address >= nor->size_bytes - LOCK_LARGE) {
        *length = LOCK_MIDDLE;
        *start = address & ~(*length - 1);
        return address < LOCK_LARGE ? larges : larges + 1;
    }
    *length = LOCK_LARGE;
    *start = address & ~(*length - 1);
    return *start / LOCK_LARGE - 1;
}

static bool lock_of(const locks_t *locks, unsigned number) {
    return locks->bits[locks->bytes - 1 - number / 8] >> number % 8 & 1;
}

// The locked range; `individual` where the locks are not one range.
static void decode_locks(const nor_t *nor, const locks_t *locks, nor_status_t *status) {
    uint32_t end = 0;
    uint32_t start;
    uint32_t length;
    for (uint32_t at = 0; at < nor->size_bytes; at = start + length) {
        unsigned number = find_lock(nor, at, &start, &length);
        if (!lock_of(locks, number)) {
            continue;
        }
        status->individual = status->individual || (end && end != start);
        status->start = end ? status->start : start;
        end = start + length;
    }
    status->length = end - status->start;
}

static int check_locks(nor_t *nor, uint32_t address, uint32_t length) {
    locks_t locks;
    int status = read_locks(nor, &locks);
    if (status != LX_OK) {
        return status;
    }
    uint32_t start;
    uint32_t bytes;
    for (uint32_t at = address; at < address + length; at = start + bytes) {
        if (lock_of(&locks, find_lock(nor, at, &start, &bytes))) {
            return LX_EPROTECTED;
        }
    }
    return LX_OK;
}

// Lock exactly [first, first + length).
static int set_locks(nor_t *nor, uint32_t first, uint32_t length) {
    locks_t now;
    int status = read_locks(nor, &now);
    if (status != LX_OK) {
        return status;
    }
    locks_t wanted = { .bytes = now.bytes };
    uint32_t start;
    uint32_t bytes;
    for (uint32_t at = 0; at < nor->size_bytes; at = start + bytes) {
        unsigned number = find_lock(nor, at, &start, &bytes);
        bool begins = start >= first;
        bool ends = start + bytes <= first + length;
        bool overlaps = start < first + length && start + bytes > first;
        if (overlaps && !(begins && ends)) {
            return LX_EINVAL;
        }
        wanted.bits[wanted.bytes - 1 - number / 8] |= overlaps << number % 8;
    }
    if (length == 0) {
        status = nor_register_write(nor, UNLOCK_BLOCKS, NULL, 0, WRITE_STATUS_US);
    } else {
        status = nor_register_write(nor, WRITE_LOCKS, wanted.bits, wanted.bytes, WRITE_STATUS_US);
    }
    if (status != LX_OK) {
        return status;
    }
    status = read_locks(nor, &now);
    if (status != LX_OK) {
        return status;
    }
    for (uint32_t at = 0; at < nor->size_bytes; at = start + bytes) {
        unsigned number = find_lock(nor, at, &start, &bytes);
        if (lock_of(&now, number) != lock_of(&wanted, number)) {
            status = nor_check_alive(nor);
            return status == LX_OK ? LX_EPROTECTED : status;
        }
    }
    return LX_OK;
}

// The locks of an AT25DF

static int check_sector_locks(nor_t *nor, uint32_t address, uint32_t length) {
    uint32_t end = address + length;
    for (uint32_t at = address & ~(LOCK_LARGE - 1); at < end; at += LOCK_LARGE) {
        uint8_t lock;
        int status = nor_command_read(nor, READ_SECTOR_LOCK, at, 3, 0, &lock, 1);
        if (status != LX_OK) {
            return status;
        }
        if (lock) {
            return LX_EPROTECTED;
        }
    }
    return LX_OK;
}

static int set_all_sector_locks(nor_t *nor, bool locked) {
    uint8_t sr1 = 0;
    const uint8_t wanted = locked ? ADESTO_GLOBAL : 0;
    // While the lock bit is set, the first write clears only that.
    for (unsigned turn = 0; turn < 2; turn++) {
        int status = nor_register_write(nor, 0x01, &wanted, 1, WRITE_STATUS_US);
        if (status == LX_OK) {
            status = nor_register_read(nor, 0x05, &sr1, 1);
        }
        if (status != LX_OK) {
            return status;
        }
        if ((sr1 & ADESTO_SR_ALL) == (wanted & ADESTO_SR_ALL)) {
            return LX_OK;
        }
    }
    int status = nor_check_alive(nor);
    return status == LX_OK ? LX_EPROTECTED : status;
}

// Whether a chip says in its SFDP that it has a second status register, which 35h reads. On chips that do
// not, 35h may mean quad mode from then on, and the chip were lost until power-up.
static bool has_second(const nor_t *nor) {
    return nor->has_sfdp && nor->sfdp.quad >= SFDP_QUAD_SR2_BIT1 && nor->sfdp.quad <= SFDP_QUAD_SR2_BIT1_WRITE31;
}

// The quad-enable bit's place: by the layout, and where that is unknown by the SFDP.
static bool find_quad(const nor_t *nor, uint8_t *reg, uint8_t *bit) {
    const layout_t *layout = layout_of(nor);
    if (layout) {
        *reg = layout->quad_register;
        *bit = layout->quad_bit;
        return layout->quad_register != NONE;
    }
    *reg = has_second(nor);
    *bit = *reg ? 1 : 6;
    return *reg || (nor->has_sfdp && nor->sfdp.quad == SFDP_QUAD_SR1_BIT6);
}

// Whether both registers are `wanted`, as far as we may write them.
static bool are_written(const layout_t *layout, const uint8_t *now, const uint8_t *wanted) {
    return ((now[0] ^ wanted[0]) & layout->writable[0]) == 0 && ((now[1] ^ wanted[1]) & layout->writable[1]) == 0;
}

// Each register by a command of its own, those that differ.
static int write_apart(nor_t *nor, const uint8_t *now, const uint8_t *wanted, const uint8_t *bytes) {
    if (now[0] != wanted[0]) {
        int status = nor_register_write(nor, 0x01, bytes, 1, WRITE_STATUS_US);
        if (status != LX_OK) {
            return status;
        }
    }
    if (now[1] != wanted[1]) {
        return nor_register_write(nor, 0x31, bytes + 1, 1, WRITE_STATUS_US);
    }
    return LX_OK;
}

// Write registers so that they become `wanted`, and check that they did.
static int write_registers(nor_t *nor, const uint8_t *now, const uint8_t *wanted) {
    const layout_t *layout = layout_of(nor);
    for (unsigned i = 0; i < 2; i++) {
        if ((now[i] ^ wanted[i]) & ~layout->writable[i]) {
            return LX_EINVAL;
        }
    }
    if (now[0] == wanted[0] && now[1] == wanted[1]) {
        return LX_OK;
    }
    // Without the two bits that only the chip sets.
    uint8_t bytes[2] = { wanted[0] & ~(NOR_SR1_BUSY | NOR_SR1_WRITE_ENABLED), wanted[1] };
    bool apart = layout->write_both && nor->has_sfdp && nor->sfdp.quad == SFDP_QUAD_SR2_BIT1_WRITE31;
    // Both at once where there are two: on older chips a single byte would clear the second.
    int status = apart ? write_apart(nor, now, wanted, bytes)
        : nor_register_write(nor, 0x01, bytes, layout->write_both ? 2 : 1, WRITE_STATUS_US);
    if (status != LX_OK) {
        return status;
    }
    nor_status_t after;
    status = nor_status(nor, &after);
    if (status != LX_OK) {
        return status;
    }
    // Newer GigaDevice chips, with three registers, ignore a 01h with two bytes, and not all of them say so
    // in their SFDP.
    if (!apart && layout->write_both && after.registers == 3 && are_written(layout, after.sr, now)) {
        status = write_apart(nor, now, wanted, bytes);
        if (status != LX_OK) {
            return status;
        }
        status = nor_status(nor, &after);
        if (status != LX_OK) {
            return status;
        }
    }
    if (are_written(layout, after.sr, wanted)) {
        return LX_OK;
    }
    status = nor_check_alive(nor);
    return status == LX_OK ? LX_EPROTECTED : status;
}

static int read_registers(nor_t *nor, nor_status_t *status) {
    const uint8_t of_unknown[3] = { 0x05, has_second(nor) ? 0x35 : 0, 0 };
    const layout_t *layout = layout_of(nor);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t opcode = layout ? layout->read[i] : of_unknown[i];
        if (opcode == 0) {
            continue;
        }
        int result = nor_register_read(nor, opcode, &status->sr[i], 1);
        if (result != LX_OK) {
            return result;
        }
        // Older chips of the same layout have no third register, and the line stays high.
        if (i == 2 && status->sr[i] == 0xff) {
            status->sr[i] = 0;
            break;
        }
        status->registers = i + 1;
    }
    return LX_OK;
}

static int decode_protection(nor_t *nor, const layout_t *layout, nor_status_t *status) {
    status->locked = (status->sr[0] & layout->lock[0]) || (status->sr[1] & layout->lock[1]);
    if (nor->layout == NOR_LAYOUT_SST26) {
        locks_t locks;
        int result = read_locks(nor, &locks);
        if (result == LX_OK) {
            status->known = true;
            decode_locks(nor, &locks, status);
            status->at_power_up = status->length;
        }
        return result == LX_ENOTSUP ? LX_OK : result;
    }
    status->known = true;
    if (nor->layout == NOR_LAYOUT_ADESTO) {
        unsigned locked = status->sr[0] & ADESTO_SR_ALL;
        status->individual = locked && locked != ADESTO_SR_ALL;
        status->length = locked == ADESTO_SR_ALL ? nor->size_bytes : 0;
        status->at_power_up = status->length;
        return LX_OK;
    }
    status->individual = layout->complement && (status->sr[2] & WINBOND_SR3_WPS);
    decode_range(nor, status->sr, &status->start, &status->length);
    if (status->individual) {
        status->length = 0;
    }
    return LX_OK;
}

int nor_status(nor_t *nor, nor_status_t *status) {
    const layout_t *layout = layout_of(nor);
    *status = (nor_status_t) { .quad = NOR_QUAD_UNKNOWN };
    int result = read_registers(nor, status);
    if (result != LX_OK) {
        return result;
    }
    if (layout) {
        result = decode_protection(nor, layout, status);
        if (result != LX_OK) {
            return result;
        }
    }
    uint8_t reg;
    uint8_t bit;
    if (find_quad(nor, &reg, &bit)) {
        status->quad = bit_of(status->sr, reg, bit) ? NOR_QUAD_ON : NOR_QUAD_OFF;
    } else if (nor->has_sfdp && nor->sfdp.quad == SFDP_QUAD_NONE) {
        status->quad = NOR_QUAD_NONE;
    }
    return LX_OK;
}

int nor_check_range(nor_t *nor, uint32_t address, uint32_t length) {
    if (nor->layout == NOR_LAYOUT_SST26) {
        int result = check_locks(nor, address, length);
        return result == LX_ENOTSUP ? LX_OK : result;
    }
    if (nor->layout == NOR_LAYOUT_ADESTO) {
        return check_sector_locks(nor, address, length);
    }
    nor_status_t status;
    int result = nor_status(nor, &status);
    if (result != LX_OK || !status.known || status.length == 0 || length == 0) {
        return result;
    }
    bool before = address + length <= status.start;
    bool after = address >= status.start + status.length;
    return before || after ? LX_OK : LX_EPROTECTED;
}

int nor_unlock_all(nor_t *nor) {
    return nor_register_write(nor, UNLOCK_BLOCKS, NULL, 0, WRITE_STATUS_US);
}

int nor_protect(nor_t *nor, uint32_t start, uint32_t length) {
    const layout_t *layout = layout_of(nor);
    if (layout == NULL) {
        return LX_ENOTSUP;
    }
    if (nor->layout == NOR_LAYOUT_SST26) {
        return set_locks(nor, start, length);
    }
    if (nor->layout == NOR_LAYOUT_ADESTO) {
        bool all = start == 0 && length == nor->size_bytes;
        return all || length == 0 ? set_all_sector_locks(nor, all) : LX_EINVAL;
    }
    nor_status_t now;
    int status = nor_status(nor, &now);
    if (status != LX_OK) {
        return status;
    }
    if (now.individual) {
        // The registers' range does not count, and the locks of the blocks are all lifted or left alone.
        status = length ? LX_ENOTSUP : nor_unlock_all(nor);
        if (status != LX_OK) {
            return status;
        }
    }
    // Try every setting of the bits that we may write, quad aside, beginning with what is set now.
    uint8_t quad_register = NONE;
    uint8_t quad_bit = 0;
    find_quad(nor, &quad_register, &quad_bit);
    uint8_t mask = layout->writable[0];
    if (quad_register == 0) {
        mask &= ~(1 << quad_bit);
    }
    for (unsigned complement = 0; complement <= layout->complement; complement++) {
        for (unsigned flip = 0; flip < 256; flip++) {
            if (flip & ~mask) {
                continue;
            }
            uint8_t wanted[2] = { now.sr[0] ^ flip, now.sr[1] ^ (complement ? WINBOND_SR2_CMP : 0) };
            uint32_t found_start;
            uint32_t found_length;
            decode_range(nor, wanted, &found_start, &found_length);
            if (found_length == length && (length == 0 || found_start == start)) {
                return write_registers(nor, now.sr, wanted);
            }
        }
    }
    return LX_EINVAL;
}

int nor_set_quad(nor_t *nor, bool on) {
    uint8_t reg;
    uint8_t bit;
    if (layout_of(nor) == NULL || !find_quad(nor, &reg, &bit)) {
        return LX_ENOTSUP;
    }
    nor_status_t now;
    int status = nor_status(nor, &now);
    if (status != LX_OK) {
        return status;
    }
    uint8_t wanted[2] = { now.sr[0], now.sr[1] };
    wanted[reg] = on ? wanted[reg] | 1 << bit : wanted[reg] & ~(1 << bit);
    return write_registers(nor, now.sr, wanted);
}
