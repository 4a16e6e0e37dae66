// SPDX-License-Identifier: MIT
//
// Erasing (nor_erase.h).
//
// A chip may clear more with one erase than its id and its SFDP say. An erase clears one aligned block of its
// chip, a power of two from NOR_SECTOR_MIN to NOR_SECTOR_MAX. So before a run of blocks is erased the flash is read
// from the run outwards, on both sides, up to the first sector that holds data: what is blank cannot be lost, and
// an erase that reaches farther takes that data first. After the run that data is read again. So is what lies half the
// chip away: a chip that is smaller than it is taken for erases there too.

#include "flash/nor_erase.h"

#include "common/crc32.h"
#include "flash/nor_internal.h"
#include "flash/nor_protect.h"

#define WITNESS_BYTES (64)
#define PART (64)

static int read_witness(nor_t *nor, uint32_t address, uint32_t *crc32) {
    uint8_t data[WITNESS_BYTES];
    int status = nor_read(nor, address, data, sizeof(data));
    *crc32 = status == LX_OK ? crc32_update(0, data, sizeof(data)) : 0;
    return status;
}

// If [at, at + length) holds data, its first bytes become a witness: *found.
static int look(nor_t *nor, nor_guard_t *guard, uint32_t at, uint32_t length, bool *found) {
    uint32_t bad = 0;
    int status = nor_check_blank(nor, at, length, &bad);
    *found = status == LX_EFLASHERASE;
    if (!*found) {
        return status;
    }
    nor_witness_t *witness = &guard->witness[guard->count++];
    witness->address = bad - bad % WITNESS_BYTES;
    return read_witness(nor, witness->address, &witness->crc32);
}

int nor_guard_begin(nor_t *nor, nor_guard_t *guard, uint32_t start, uint32_t end) {
    uint32_t first = start - start % NOR_SECTOR_MAX;
    uint32_t last = (end + NOR_SECTOR_MAX - 1) / NOR_SECTOR_MAX * NOR_SECTOR_MAX;
    last = last < nor->size_bytes ? last : nor->size_bytes;
    bool found = false;
    guard->count = 0;
    guard->start = start;
    guard->end = end;
    while (!found && guard->start > first) {
        // What an earlier run found blank need not be read again.
        if (guard->start > nor->blank_start && guard->start <= nor->blank_end) {
            guard->start = nor->blank_start > first ? nor->blank_start : first;
            continue;
        }
        int status = look(nor, guard, guard->start - NOR_SECTOR_MIN, NOR_SECTOR_MIN, &found);
        if (status != LX_OK) {
            return status;
        }
        guard->start -= found ? 0 : NOR_SECTOR_MIN;
    }
    if (guard->end >= nor->blank_start && guard->end < nor->blank_end) {
        guard->end = nor->blank_end < last ? nor->blank_end : last;
    }
    found = false;
    while (!found && guard->end < last) {
        int status = look(nor, guard, guard->end, NOR_SECTOR_MIN, &found);
        if (status != LX_OK) {
            return status;
        }
        guard->end += found ? 0 : NOR_SECTOR_MIN;
    }
    uint32_t far = start ^ nor->size_bytes / 2;
    return far < start || far >= end ? look(nor, guard, far, WITNESS_BYTES, &found) : LX_OK;
}

int nor_guard_end(nor_t *nor, const nor_guard_t *guard) {
    for (unsigned i = 0; i < guard->count; i++) {
        uint32_t crc32;
        int status = read_witness(nor, guard->witness[i].address, &crc32);
        if (status != LX_OK) {
            return status;
        }
        if (crc32 != guard->witness[i].crc32) {
            status = nor_check_alive(nor);
            return status == LX_OK ? LX_EREACH : status;
        }
    }
    nor->blank_start = guard->start;
    nor->blank_end = guard->end;
    return LX_OK;
}

typedef struct {
    bool found;
    uint32_t bad; // from where the check began
} blank_check_t;

static bool check_part(void *ctx, uint32_t at, const uint8_t *data, size_t length) {
    blank_check_t *check = ctx;
    if (nor_is_blank(data, length)) {
        return true;
    }
    for (check->bad = at; *data == 0xff; data++) {
        check->bad++;
    }
    check->found = true;
    return false;
}

int nor_check_blank(nor_t *nor, uint32_t address, uint32_t length, uint32_t *bad_address) {
    uint32_t parts[2][PART / 4];
    blank_check_t check = { false, 0 };
    int status = nor_read_parts(nor, address, length, (uint32_t *const[]) { parts[0], parts[1] }, PART, check_part, &check);
    if (status == LX_OK && check.found) {
        *bad_address = address + check.bad;
        return LX_EFLASHERASE;
    }
    return status;
}

// The largest erase that begins at an address and stays below `end`; NOR_ERASES: none.
static unsigned erase_for(const nor_t *nor, uint32_t address, uint32_t end) {
    const nor_region_t *region = nor_region_at(nor, address);
    unsigned best = NOR_ERASES;
    for (unsigned type = 0; type < nor->erases; type++) {
        uint32_t bytes = nor_erase_bytes(nor, region, type);
        bool begins = (address - region->start) % bytes == 0;
        if ((region->erases >> type & 1) && begins && bytes <= end - address) {
            best = type;
        }
    }
    return best;
}

int nor_erase_range(nor_t *nor, uint32_t address, uint32_t length, uint32_t *bad_address) {
    if (address > nor->size_bytes || length > nor->size_bytes - address) {
        return LX_EOVERFLOW;
    }
    uint32_t end = address + length;
    // All of it is possible before anything changes.
    for (uint32_t at = address; at < end;) {
        unsigned type = erase_for(nor, at, end);
        if (type == NOR_ERASES) {
            return LX_EINVAL;
        }
        at += nor_erase_bytes(nor, nor_region_at(nor, at), type);
    }
    int status = nor_check_range(nor, address, length);
    if (status != LX_OK) {
        return status;
    }
    nor_guard_t guard;
    status = nor_guard_begin(nor, &guard, address, end);
    if (status != LX_OK) {
        return status;
    }
    for (uint32_t at = address; at < end;) {
        unsigned type = erase_for(nor, at, end);
        status = nor_erase(nor, type, at);
        if (status != LX_OK) {
            return status;
        }
        at += nor_erase_bytes(nor, nor_region_at(nor, at), type);
    }
    status = nor_guard_end(nor, &guard);
    if (status != LX_OK) {
        return status;
    }
    return nor_check_blank(nor, address, length, bad_address);
}

int nor_erase_chip(nor_t *nor, uint32_t *bad_address) {
    int status = nor_check_range(nor, 0, nor->size_bytes);
    if (status != LX_OK) {
        return status;
    }
    status = nor_send_chip_erase(nor);
    if (status != LX_OK) {
        return status;
    }
    return nor_check_blank(nor, 0, nor->size_bytes, bad_address);
}
