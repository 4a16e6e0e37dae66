// SPDX-License-Identifier: MIT
//
// The flash writer (nor_write.h).
//
// The buffer is one stretch of flash within a region (nor_region_t), at most up to the next multiple of its
// size, in sectors of the smallest erase that works there. A round over it: compare all sectors with the
// flash, which finds for each one whether it is the same, can be programmed without an erase (bits only go
// from 1 to 0), or must be erased; plan the erases; erase; program the pages that differ, or that are not
// blank after an erase. The next round compares what was changed, which is the verification, and repeats
// where it fails. The last round of a sector erases it, checks that it is blank, and only then programs it.
//
// Parts of the first and the last sector that the stream does not cover are read before the sector is erased,
// written back and compared with it.
//
// Data outside of the stretch is guarded by nor_erase.h. A later erase or program may have damaged what was verified before, when the chip is not what it is taken
// for. So the end of a write reads back all that lies before the last stretch that was changed, and compares
// its CRC with that of the stream.
//
// While a part is compared the next one is already being read. What is the same already is found by the bus itself where
// that can compare (bus.h, match).

#include "flash/nor_write.h"

#include <string.h>

#include "common/crc32.h"
#include "flash/nor_erase.h"
#include "flash/nor_internal.h"
#include "flash/nor_protect.h"

#define PAGE (256)
// Shifting a page at 25 MHz, for the plan's comparison of costs.
#define PAGE_SHIFT_US (100)
#define NO_ERASE (0xff)
// A stretch is at most this long, or one sector where that is larger.
#define STRETCH_MAX (0x10000)
// Where sectors are larger, a stream may begin at each multiple of this.
#define START_STEP (0x10000)

enum {
    SECTOR_SAME,
    SECTOR_PROGRAM,
    SECTOR_ERASE,
    SECTOR_UNKNOWN, // to be compared
};

static uint32_t sectors_in(const nor_write_t *writer, uint32_t bytes) {
    return (bytes + writer->sector - 1) / writer->sector;
}

// What the erase number `size` of this region clears; number 0 clears a sector.
static uint32_t block_bytes(const nor_write_t *writer, unsigned size) {
    return nor_erase_bytes(writer->nor, writer->region, writer->types[size]);
}

// Where the stretch begins, counted from the start of its region.
static uint32_t in_region(const nor_write_t *writer) {
    return writer->address - writer->region->start;
}

static unsigned filled_pages(const uint8_t *data, size_t length) {
    unsigned pages = 0;
    for (size_t at = 0; at < length; at += PAGE) {
        pages += !nor_is_blank(data + at, length - at < PAGE ? length - at : PAGE);
    }
    return pages;
}

static bool is_aligned(const uint8_t *data) {
    return ((uintptr_t)data & 3) == 0;
}

// Whether two parts are the same, by words where that is possible: small C libraries have a memcmp that goes by
// bytes.
static bool is_same(const uint8_t *one, const uint8_t *other, size_t length) {
    #if defined(__GNUC__)
    if (is_aligned(one) && is_aligned(other)) {
        const uint8_t *a = __builtin_assume_aligned(one, 4);
        const uint8_t *b = __builtin_assume_aligned(other, 4);
        size_t i = 0;
        for (; i + 8 <= length; i += 8) {
            uint32_t words[4];
            memcpy(&words[0], a + i, 4);
            memcpy(&words[1], b + i, 4);
            memcpy(&words[2], a + i + 4, 4);
            memcpy(&words[3], b + i + 4, 4);
            if ((words[0] ^ words[1]) | (words[2] ^ words[3])) {
                return false;
            }
        }
        return memcmp(a + i, b + i, length - i) == 0;
    }
    #endif
    return memcmp(one, other, length) == 0;
}

// How a part of a page differs: the sector state that it asks for. The first byte that is wrong is remembered.
static uint8_t compare(nor_write_t *writer, const uint8_t *wanted, const uint8_t *found, size_t length,
    uint32_t address) {
    if (is_same(wanted, found, length)) {
        return SECTOR_SAME;
    }
    uint8_t state = SECTOR_SAME;
    // A comparison alone tells the first difference of all.
    bool keep = (writer->options & NOR_WRITE_COMPARE_ONLY) && writer->report.bad_wanted != writer->report.bad_found;
    for (size_t i = 0; i < length; i++) {
        if (wanted[i] == found[i]) {
            continue;
        }
        if (state == SECTOR_SAME) {
            state = SECTOR_PROGRAM;
        }
        if (!keep) {
            keep = true;
            writer->report.bad_address = address + i;
            writer->report.bad_wanted = wanted[i];
            writer->report.bad_found = found[i];
        }
        if (wanted[i] & ~found[i]) {
            return SECTOR_ERASE;
        }
    }
    return state;
}

// A run of sectors that are compared.
typedef struct {
    nor_write_t *writer;
    const uint8_t *data; // what is wanted from the beginning of the stretch on
    uint32_t begin; // of what is read, counted from there
    uint32_t end;
    uint32_t at; // up to where it is compared
    bool first;
    bool left; // in the middle of a sector, which must be erased
} run_t;

// Parts that are the same, or one that is not: what its sector needs.
static void settle_part(run_t *run, uint32_t at, uint32_t size, uint8_t state) {
    nor_write_t *writer = run->writer;
    if (run->first) {
        writer->report.compared += size;
        writer->report.skipped += state == SECTOR_SAME ? size : 0;
    }
    if (state != SECTOR_SAME) {
        writer->dirty[at / PAGE / 8] |= 1 << (at / PAGE % 8);
    }
    for (uint32_t sector = at / writer->sector; sector * writer->sector < at + size; sector++) {
        uint8_t *known = &writer->state[sector];
        if (*known == SECTOR_UNKNOWN || state > *known) {
            *known = state;
        }
    }
    run->at = at + size;
}

static bool compare_part(void *ctx, uint32_t offset, const uint8_t *found, size_t size) {
    run_t *run = ctx;
    nor_write_t *writer = run->writer;
    uint32_t at = run->begin + offset;
    uint8_t state = compare(writer, run->data + at, found, size, writer->address + at);
    if (run->first) {
        writer->report.crc32 = crc32_update(writer->report.crc32, run->data + at, size);
    }
    settle_part(run, at, size, state);
    run->left = state == SECTOR_ERASE && run->at % writer->sector && run->at < run->end;
    return !run->left;
}

// Compare sectors from `at` to `end`, all of them unknown, or until one of them turns out to need an erase:
// the rest of that one need not be seen. *next is where to go on.
static int compare_run(nor_write_t *writer, const uint8_t *data, uint32_t at, uint32_t end, bool first,
    uint32_t *next) {
    run_t run = { .writer = writer, .data = data, .end = end, .at = at, .first = first };
    size_t same;
    uint32_t crc32 = writer->report.crc32;
    int status = nor_match(writer->nor, writer->address + at, data + at, end - at, &same, &crc32);
    if (status == LX_OK && same > 0) {
        settle_part(&run, at, same, SECTOR_SAME);
        writer->report.crc32 = first ? crc32 : writer->report.crc32;
    }
    run.begin = run.at;
    if (status == LX_OK) {
        status = nor_read_parts(writer->nor, writer->address + run.begin, end - run.begin,
            (uint32_t *const[]) { writer->chunk[0], writer->chunk[1] }, NOR_WRITE_CHUNK, compare_part, &run);
    }
    if (status != LX_OK) {
        return status;
    }
    if (run.left) {
        uint32_t after = run.at - run.at % writer->sector + writer->sector;
        after = after < end ? after : end;
        if (first) {
            writer->report.crc32 = crc32_update(writer->report.crc32, data + run.at, after - run.at);
        }
        run.at = after;
    }
    *next = run.at;
    return LX_OK;
}

// Compare all sectors whose state is unknown. The first time only the stream, later also what was kept around
// it.
static int compare_all(nor_write_t *writer, const uint8_t *data, uint32_t length, bool first) {
    uint32_t sector = writer->sector;
    uint32_t at = first ? writer->head : 0;
    while (at < length) {
        if (writer->state[at / sector] != SECTOR_UNKNOWN) {
            at += sector;
            continue;
        }
        uint32_t end = at - at % sector;
        while (end < length && writer->state[end / sector] == SECTOR_UNKNOWN) {
            memset(writer->dirty + end / PAGE / 8, 0, sector / PAGE / 8);
            end += sector;
        }
        int status = compare_run(writer, data, at, end < length ? end : length, first, &at);
        if (status != LX_OK) {
            return status;
        }
    }
    return LX_OK;
}

// The time to erase and program again a part of the buffer with the erases up to number `size`, with the best
// choice of them in erase_with[].
static uint32_t plan(nor_write_t *writer, const uint8_t *data, uint32_t length, uint32_t at, unsigned size) {
    const nor_t *nor = writer->nor;
    uint32_t sector = writer->sector;
    uint32_t page_us = nor->program.typical_us + PAGE_SHIFT_US;
    if (size == 0) {
        bool needed = at < length && writer->state[at / sector] == SECTOR_ERASE;
        if (at < length) {
            writer->erase_with[at / sector] = needed ? 0 : NO_ERASE;
        }
        return needed ? nor->erase[writer->types[0]].time.typical_us : 0;
    }
    uint32_t bytes = block_bytes(writer, size);
    uint32_t apart = 0;
    for (uint32_t part = at; part < at + bytes; part += block_bytes(writer, size - 1)) {
        apart += plan(writer, data, length, part, size - 1);
    }
    if (apart == 0 || (in_region(writer) + at) % bytes || at + bytes > length) {
        return apart;
    }
    uint32_t together = nor->erase[writer->types[size]].time.typical_us;
    for (uint32_t part = at; part < at + bytes; part += sector) {
        if (writer->state[part / sector] != SECTOR_ERASE) {
            together += filled_pages(data + part, sector) * page_us;
        }
    }
    if (together >= apart) {
        return apart;
    }
    for (uint32_t part = at; part < at + bytes; part += sector) {
        writer->erase_with[part / sector] = NO_ERASE;
    }
    writer->erase_with[at / sector] = size;
    return together;
}

static void plan_all(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    // Blocks of the largest size are aligned in the region, and the buffer may begin in the middle of one.
    uint32_t largest = writer->type_count - 1;
    for (uint32_t at = 0; at < length;) {
        unsigned size = largest;
        uint32_t bytes = block_bytes(writer, size);
        while (size && ((in_region(writer) + at) % bytes || at + bytes > length)) {
            bytes = block_bytes(writer, --size);
        }
        plan(writer, data, length, at, size);
        at += bytes;
    }
}

static int erase_block(nor_write_t *writer, uint32_t at, uint32_t length, uint32_t bytes) {
    uint32_t sector = writer->sector;
    unsigned type = writer->types[writer->erase_with[at / sector]];
    int status = nor_erase(writer->nor, type, writer->address + at);
    if (status != LX_OK) {
        return status;
    }
    writer->report.erased += bytes;
    writer->report.erases[type]++;
    writer->report.sectors_erased += bytes / sector;
    for (uint32_t part = at; part < at + bytes && part < length; part += sector) {
        writer->state[part / sector] = SECTOR_ERASE;
    }
    return LX_OK;
}

// What the erase that is planned at `at` clears; 0: none is.
static uint32_t planned_bytes(const nor_write_t *writer, uint32_t at, uint32_t length) {
    uint8_t size = at < length ? writer->erase_with[at / writer->sector] : NO_ERASE;
    return size == NO_ERASE ? 0 : block_bytes(writer, size);
}

static int erase_all(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    nor_t *nor = writer->nor;
    plan_all(writer, data, length);
    for (uint32_t at = 0; at < length;) {
        // Blocks that follow each other are one run for the guard.
        uint32_t end = at;
        while (planned_bytes(writer, end, length)) {
            end += planned_bytes(writer, end, length);
        }
        if (end == at) {
            at += writer->sector;
            continue;
        }
        nor_guard_t guard;
        int status = nor_guard_begin(nor, &guard, writer->address + at, writer->address + end);
        for (uint32_t bytes; status == LX_OK && at < end; at += bytes) {
            bytes = planned_bytes(writer, at, length);
            status = erase_block(writer, at, length, bytes);
        }
        if (status == LX_OK) {
            status = nor_guard_end(nor, &guard);
        }
        if (status != LX_OK) {
            return status;
        }
    }
    return LX_OK;
}

// Whether all sectors that were erased are blank: LX_OK, or LX_EFLASHERASE with the place in the report.
static int check_erased(nor_write_t *writer, uint32_t length) {
    for (uint32_t at = 0; at < length; at += writer->sector) {
        if (writer->state[at / writer->sector] != SECTOR_ERASE) {
            continue;
        }
        uint32_t bad = 0;
        int status = nor_check_blank(writer->nor, writer->address + at, writer->sector, &bad);
        if (status == LX_EFLASHERASE) {
            writer->report.bad_address = bad;
            writer->report.bad_wanted = 0xff;
            int read = nor_read(writer->nor, bad, &writer->report.bad_found, 1);
            status = read == LX_OK ? status : read;
        }
        if (status != LX_OK) {
            return status;
        }
    }
    return LX_OK;
}

static int program_all(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    nor_t *nor = writer->nor;
    uint32_t sector = writer->sector;
    uint32_t page = nor->page_bytes < PAGE ? nor->page_bytes : PAGE;
    for (uint32_t at = 0; at < length; at += page) {
        uint8_t state = writer->state[at / sector];
        uint32_t bytes = length - at < page ? length - at : page;
        bool wanted = state == SECTOR_ERASE ? !nor_is_blank(data + at, bytes)
            : state == SECTOR_PROGRAM && (writer->dirty[at / PAGE / 8] >> (at / PAGE % 8) & 1);
        if (wanted) {
            int status = nor_program(nor, writer->address + at, data + at, bytes);
            if (status != LX_OK) {
                return status;
            }
            writer->report.written += bytes;
        }
    }
    return LX_OK;
}

// How many sectors are not as they should be; those that were changed are to be compared again.
static unsigned settle(nor_write_t *writer, uint32_t length, bool changed) {
    unsigned wrong = 0;
    for (uint32_t i = 0; i < sectors_in(writer, length); i++) {
        if (writer->state[i] == SECTOR_PROGRAM || writer->state[i] == SECTOR_ERASE) {
            wrong++;
            if (changed) {
                writer->state[i] = SECTOR_UNKNOWN;
            }
        }
    }
    return wrong;
}

// Bytes of the sectors that are about to be compared again.
static uint32_t unknown_bytes(const nor_write_t *writer, uint32_t length) {
    uint32_t sector = writer->sector;
    uint32_t bytes = 0;
    for (uint32_t at = 0; at < length; at += sector) {
        if (writer->state[at / sector] == SECTOR_UNKNOWN) {
            bytes += length - at < sector ? length - at : sector;
        }
    }
    return bytes;
}

// What the stream does not cover of the first and the last sector, where that must be erased: into the
// buffer, so that it is written back. *length grows to the end of the sector.
static int keep_around(nor_write_t *writer, uint32_t *length) {
    if (writer->head && !writer->head_kept && writer->state[0] == SECTOR_ERASE) {
        int status = nor_read(writer->nor, writer->address, writer->buffer, writer->head);
        if (status != LX_OK) {
            return status;
        }
        writer->head_kept = true;
        writer->head_crc32 = crc32_update(0, writer->buffer, writer->head);
    }
    uint32_t rest = *length % writer->sector;
    if (rest == 0 || writer->state[*length / writer->sector] != SECTOR_ERASE) {
        return LX_OK;
    }
    uint32_t missing = writer->sector - rest;
    int status = nor_read(writer->nor, writer->address + *length, writer->buffer + *length, missing);
    *length += missing;
    return status;
}

// Why what was written is not there, after all attempts.
static int write_verdict(const nor_write_t *writer, uint32_t length) {
    int status = nor_check_alive(writer->nor);
    if (status != LX_OK) {
        return status;
    }
    status = nor_check_range(writer->nor, writer->address, length);
    if (status != LX_OK) {
        return status;
    }
    nor_status_t is;
    status = nor_status(writer->nor, &is);
    if (status != LX_OK) {
        return status;
    }
    if (is.individual) {
        return LX_EPROTECTED;
    }
    return writer->report.bad_wanted & ~writer->report.bad_found ? LX_EFLASHERASE : LX_EFLASHPROGRAM;
}

// Erase and program what is wrong, and compare it again; *wrong becomes the count of sectors that still are.
static int attempt(nor_write_t *writer, const uint8_t *data, uint32_t *length, bool last, unsigned *wrong) {
    for (unsigned i = 0; last && i < sectors_in(writer, *length); i++) {
        if (writer->state[i] == SECTOR_PROGRAM) {
            writer->state[i] = SECTOR_ERASE;
        }
    }
    int status = keep_around(writer, length);
    if (status != LX_OK) {
        return status;
    }
    status = erase_all(writer, data, *length);
    if (status != LX_OK) {
        return status;
    }
    bool was_blank = false;
    if (last) {
        status = check_erased(writer, *length);
        if (status != LX_OK) {
            return status == LX_EFLASHERASE ? write_verdict(writer, *length) : status;
        }
        was_blank = true;
    }
    status = program_all(writer, data, *length);
    if (status != LX_OK) {
        return status;
    }
    settle(writer, *length, true);
    uint32_t bytes = unknown_bytes(writer, *length);
    status = compare_all(writer, data, *length, false);
    if (status != LX_OK) {
        return status;
    }
    *wrong = settle(writer, *length, false);
    writer->report.verified += *wrong == 0 ? bytes : 0;
    writer->report.worn = *wrong && was_blank && writer->nor->reach_known;
    return LX_OK;
}

// Take the region of the stretch that comes. LX_EOVERFLOW: the buffer is smaller than a sector of it.
static int enter_region(nor_write_t *writer) {
    const nor_t *nor = writer->nor;
    writer->region = nor_region_at(nor, writer->address);
    writer->sector = nor_sector_bytes(nor, writer->region);
    uint32_t limit = writer->sector > STRETCH_MAX ? writer->sector : STRETCH_MAX;
    if (writer->buffer_bytes < writer->sector) {
        return LX_EOVERFLOW;
    }
    writer->span = writer->sector;
    while (2 * writer->span <= limit && 2 * writer->span <= writer->buffer_bytes) {
        writer->span *= 2;
    }
    writer->type_count = 0;
    for (unsigned type = 0; type < nor->erases; type++) {
        if (writer->region->erases >> type & 1) {
            writer->types[writer->type_count++] = type;
        }
    }
    return LX_OK;
}

// One stretch: data is writer->buffer or the caller's own, which has whole sectors then.
static int write_block(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    uint32_t stream_bytes = length - writer->head;
    uint32_t crc32_before = writer->report.crc32;
    uint32_t end = writer->address + length;
    memset(writer->state, SECTOR_UNKNOWN, sizeof(writer->state));
    int status = compare_all(writer, data, length, true);
    if (status != LX_OK) {
        return status;
    }
    writer->report.sectors += sectors_in(writer, length);
    unsigned wrong = settle(writer, length, false);
    writer->report.sectors_written += wrong;
    bool change = wrong && !(writer->options & NOR_WRITE_COMPARE_ONLY);
    if (change) {
        status = nor_check_range(writer->nor, writer->address + writer->head, stream_bytes);
        if (status != LX_OK) {
            return status;
        }
        writer->recheck_bytes = writer->done;
        writer->recheck_crc32 = crc32_before;
    }
    for (unsigned turn = 0; change && wrong; turn++) {
        if (turn == NOR_WRITE_ATTEMPTS) {
            return write_verdict(writer, length);
        }
        writer->report.retries += turn ? wrong : 0;
        status = attempt(writer, data, &length, turn == NOR_WRITE_ATTEMPTS - 1, &wrong);
        if (status != LX_OK) {
            return status;
        }
    }
    if (!(writer->options & NOR_WRITE_COMPARE_ONLY)) {
        writer->report.bad_address = 0;
        writer->report.bad_wanted = 0;
        writer->report.bad_found = 0;
        writer->report.worn = false;
    }
    writer->done += stream_bytes;
    writer->head = 0;
    writer->address = end;
    return end < writer->nor->size_bytes ? enter_region(writer) : LX_OK;
}

static bool sum_part(void *ctx, uint32_t at, const uint8_t *data, size_t size) {
    uint32_t *crc32 = ctx;
    (void)at;
    *crc32 = crc32_update(*crc32, data, size);
    return true;
}

// Whether the flash still holds what has this CRC: LX_OK or LX_EREACH.
static int recheck(nor_write_t *writer, uint32_t address, uint32_t length, uint32_t wanted) {
    uint32_t crc32 = 0;
    int status = nor_read_parts(writer->nor, address, length, (uint32_t *const[]) { writer->chunk[0], writer->chunk[1] },
        NOR_WRITE_CHUNK, sum_part, &crc32);
    if (status != LX_OK) {
        return status;
    }
    writer->report.rechecked += length;
    return crc32 == wanted ? LX_OK : LX_EREACH;
}

// The end of a write: all of it that lies before the last change is read again. The stretch of that change
// was compared after it, and so was what follows.
static int recheck_all(nor_write_t *writer) {
    if (writer->recheck_bytes == 0) {
        return LX_OK;
    }
    int status = LX_OK;
    if (writer->head_kept) {
        status = recheck(writer, writer->head_address, writer->start - writer->head_address, writer->head_crc32);
    }
    if (status == LX_OK) {
        status = recheck(writer, writer->start, writer->recheck_bytes, writer->recheck_crc32);
    }
    if (status == LX_EREACH) {
        int alive = nor_check_alive(writer->nor);
        status = alive == LX_OK ? status : alive;
    }
    return status;
}

// Bytes from the beginning of the stretch to where the buffer must be written.
static uint32_t stretch(const nor_write_t *writer) {
    uint32_t at = in_region(writer);
    uint32_t left = writer->region->bytes - at;
    uint32_t room = writer->span - at % writer->span;
    return room < left ? room : left;
}

// Whether the buffer is enough for each region of the range.
static bool is_enough(const nor_write_t *writer, uint32_t address, uint32_t length) {
    const nor_t *nor = writer->nor;
    for (unsigned i = 0; i < nor->regions; i++) {
        const nor_region_t *region = &nor->region[i];
        bool overlaps = address < region->start + region->bytes && address + length > region->start;
        if (overlaps && nor_sector_bytes(nor, region) > writer->buffer_bytes) {
            return false;
        }
    }
    return true;
}

int nor_write_open(nor_write_t *writer, nor_t *nor, uint32_t address, uint32_t length, uint8_t *buffer,
    size_t buffer_bytes, uint8_t options) {
    memset(writer, 0, sizeof(*writer));
    if (address >= nor->size_bytes || length > nor->size_bytes - address) {
        return LX_EOVERFLOW;
    }
    writer->nor = nor;
    writer->buffer = buffer;
    writer->buffer_bytes = buffer_bytes;
    writer->options = options;
    writer->start = address;
    writer->address = address;
    int status = enter_region(writer);
    if (in_region(writer) % (writer->sector < START_STEP ? writer->sector : START_STEP)) {
        return LX_EINVAL;
    }
    if (status != LX_OK || !is_enough(writer, address, length)) {
        return LX_EOVERFLOW;
    }
    writer->head = in_region(writer) % writer->sector;
    writer->address -= writer->head;
    writer->head_address = writer->address;
    writer->fill = writer->head;
    if (!(options & NOR_WRITE_COMPARE_ONLY)) {
        status = nor_check_range(nor, address, length ? length : 1);
        if (status != LX_OK) {
            return status;
        }
    }
    writer->open = true;
    return LX_OK;
}

int nor_write(void *ctx, const uint8_t *data, size_t length) {
    nor_write_t *writer = ctx;
    if (!writer->open) {
        return LX_EBUSY;
    }
    writer->open = false;
    if (length > writer->nor->size_bytes - writer->address - writer->fill) {
        return LX_EOVERFLOW;
    }
    while (length) {
        uint32_t whole = stretch(writer);
        uint32_t now = whole - writer->fill < length ? whole - writer->fill : length;
        bool direct = writer->fill == 0 && now == whole;
        if (!direct) {
            memcpy(writer->buffer + writer->fill, data, now);
            writer->fill += now;
        }
        writer->report.bytes += now;
        if (direct || writer->fill == whole) {
            int status = write_block(writer, direct ? data : writer->buffer, whole);
            if (status != LX_OK) {
                return status;
            }
            writer->fill = 0;
        }
        data += now;
        length -= now;
    }
    writer->open = true;
    return LX_OK;
}

int nor_write_finish(nor_write_t *writer) {
    if (!writer->open) {
        return LX_EBUSY;
    }
    writer->open = false;
    if (writer->fill > writer->head) {
        int status = write_block(writer, writer->buffer, writer->fill);
        if (status != LX_OK) {
            return status;
        }
    }
    writer->fill = 0;
    return recheck_all(writer);
}
