// SPDX-License-Identifier: MIT
//
// Erasing (nor_erase.h).
//
// A chip may clear more with one erase than its id and its SFDP say. Before an erase, 64 bytes at each edge
// of the block and at each multiple of 64 KiB in the surrounding 256 KiB are read, and read again after it.
// Once data at both edges has survived an erase, its reach is proven for the region.

#include "flash/nor_erase.h"

#include "common/crc32.h"
#include "flash/nor_internal.h"
#include "flash/nor_protect.h"

#define SAMPLE_BYTES (64)
#define SAMPLES_MAX (6)
#define SURROUNDINGS (0x40000)
#define SAMPLE_STEP (0x10000)
#define PART (64)

typedef struct {
    uint32_t address[SAMPLES_MAX];
    uint32_t crc32[SAMPLES_MAX];
    unsigned count;
    unsigned edges; // of those in the chip, how many have data
} samples_t;

// Remember what is at an address, unless it is blank.
static int sample(nor_t *nor, samples_t *samples, uint32_t address, bool *has_data) {
    uint8_t data[SAMPLE_BYTES];
    int status = nor_read(nor, address, data, sizeof(data));
    *has_data = status == LX_OK && !nor_is_blank(data, sizeof(data));
    if (*has_data) {
        samples->address[samples->count] = address;
        samples->crc32[samples->count++] = crc32_update(0, data, sizeof(data));
    }
    return status;
}

static int take_samples(nor_t *nor, samples_t *samples, uint32_t start, uint32_t end) {
    bool has_data = true;
    samples->count = 0;
    samples->edges = 0;
    int status = start ? sample(nor, samples, start - SAMPLE_BYTES, &has_data) : LX_OK;
    samples->edges += has_data;
    has_data = true;
    if (status == LX_OK && end < nor->size_bytes) {
        status = sample(nor, samples, end, &has_data);
    }
    samples->edges += has_data;
    uint32_t at = start & ~(uint32_t)(SURROUNDINGS - 1);
    for (uint32_t last = at + SURROUNDINGS; status == LX_OK && at < last && at < nor->size_bytes; at += SAMPLE_STEP) {
        if ((at < start || at > end) && samples->count < SAMPLES_MAX) {
            status = sample(nor, samples, at, &has_data);
        }
    }
    return status;
}

static int compare_samples(nor_t *nor, const samples_t *samples) {
    for (unsigned i = 0; i < samples->count; i++) {
        uint8_t data[SAMPLE_BYTES];
        int status = nor_read(nor, samples->address[i], data, sizeof(data));
        if (status != LX_OK) {
            return status;
        }
        if (crc32_update(0, data, sizeof(data)) != samples->crc32[i]) {
            status = nor_check_alive(nor);
            return status == LX_OK ? LX_EREACH : status;
        }
    }
    return LX_OK;
}

int nor_erase_checked(nor_t *nor, unsigned type, uint32_t address) {
    if (type >= nor->erases || address >= nor->size_bytes) {
        return LX_EINVAL;
    }
    const nor_region_t *region = nor_region_at(nor, address);
    uint8_t number = region - nor->region;
    if (nor->proven_region != number) {
        nor->proven_region = number;
        nor->proven = 0;
    }
    if (nor->proven >> type & 1) {
        return nor_erase(nor, type, address);
    }
    samples_t samples;
    int status = take_samples(nor, &samples, address, address + nor_erase_bytes(nor, region, type));
    if (status != LX_OK) {
        return status;
    }
    status = nor_erase(nor, type, address);
    if (status != LX_OK) {
        return status;
    }
    status = compare_samples(nor, &samples);
    if (status == LX_OK && samples.edges == 2) {
        nor->proven |= 1 << type;
    }
    return status;
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
    for (uint32_t at = address; at < end;) {
        unsigned type = erase_for(nor, at, end);
        status = nor_erase_checked(nor, type, at);
        if (status != LX_OK) {
            return status;
        }
        at += nor_erase_bytes(nor, nor_region_at(nor, at), type);
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
