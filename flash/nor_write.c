// SPDX-License-Identifier: MIT
//
// The flash writer (nor_write.h).
//
// The buffer is one stretch of flash, at most up to the next multiple of its size, in sectors of the smallest erase
// size. A round over it: compare all sectors with the flash, which finds for each one whether it is the same, can be
// programmed as it is (bits only go from 1 to 0), or must be erased; plan the erases; erase; program the pages that
// differ, or that are not blank after an erase. The next round compares what was changed, which is the verification,
// and repeats where it fails.
//
// While a part is compared the next one is already being read.

#include "flash/nor_write.h"

#include <string.h>

#include "common/crc32.h"
#include "flash/nor_protect.h"

#define PAGE (256)
// Shifting a page at 25 MHz, for the plan's comparison of costs.
#define PAGE_SHIFT_US (100)
#define NO_ERASE (0xff)

enum {
    SECTOR_SAME,
    SECTOR_PROGRAM,
    SECTOR_ERASE,
    SECTOR_UNKNOWN, // to be compared
};

static uint32_t sector_bytes(const nor_write_t *writer) {
    return writer->nor->erase[0].bytes;
}

static uint32_t sectors_in(const nor_write_t *writer, uint32_t bytes) {
    return (bytes + sector_bytes(writer) - 1) / sector_bytes(writer);
}

static bool is_blank(const uint8_t *data, size_t length) {
    while (length && *data == 0xff) {
        data++;
        length--;
    }
    return length == 0;
}

static unsigned filled_pages(const uint8_t *data, size_t length) {
    unsigned pages = 0;
    for (size_t at = 0; at < length; at += PAGE) {
        pages += !is_blank(data + at, length - at < PAGE ? length - at : PAGE);
    }
    return pages;
}

// Where the part of the flash that begins at `at` is read to; those before and after it go elsewhere.
static uint8_t *chunk_of(nor_write_t *writer, uint32_t at) {
    return (uint8_t *)writer->chunk[at / NOR_WRITE_CHUNK & 1];
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
    for (size_t i = 0; i < length; i++) {
        if (wanted[i] == found[i]) {
            continue;
        }
        if (state == SECTOR_SAME) {
            writer->report.bad_address = address + i;
            writer->report.bad_wanted = wanted[i];
            writer->report.bad_found = found[i];
            state = SECTOR_PROGRAM;
        }
        if (wanted[i] & ~found[i]) {
            return SECTOR_ERASE;
        }
    }
    return state;
}

// Compare sectors from `at` to `end`, all of them unknown, or until one of them turns out to need an erase: what
// follows in that one need not be seen. *next is where to go on.
static int compare_run(nor_write_t *writer, const uint8_t *data, uint32_t at, uint32_t end, bool first,
    uint32_t *next) {
    nor_t *nor = writer->nor;
    uint32_t sector = sector_bytes(writer);
    uint32_t asked = at;
    uint8_t state = SECTOR_SAME;
    int status = nor_read_begin(nor, writer->address + at);
    while (status == LX_OK && at < end) {
        // One part ahead of the one that is compared.
        while (status == LX_OK && asked < end && asked <= at + NOR_WRITE_CHUNK) {
            uint32_t size = end - asked < NOR_WRITE_CHUNK ? end - asked : NOR_WRITE_CHUNK;
            status = nor_read_next(nor, chunk_of(writer, asked), size, asked + size == end);
            asked += size;
        }
        uint32_t size = end - at < NOR_WRITE_CHUNK ? end - at : NOR_WRITE_CHUNK;
        if (status == LX_OK) {
            status = nor_wait(nor, asked > at + size ? 1 : 0);
        }
        if (status != LX_OK) {
            return status;
        }
        state = compare(writer, data + at, chunk_of(writer, at), size, writer->address + at);
        if (first) {
            writer->report.crc32 = crc32_update(writer->report.crc32, data + at, size);
            writer->report.compared += size;
            writer->report.skipped += state == SECTOR_SAME ? size : 0;
        }
        if (state != SECTOR_SAME) {
            writer->dirty[at / PAGE / 8] |= 1 << (at / PAGE % 8);
        }
        uint8_t *known = &writer->state[at / sector];
        if (*known == SECTOR_UNKNOWN || state > *known) {
            *known = state;
        }
        at += size;
        if (state == SECTOR_ERASE && at % sector && at < end) {
            break;
        }
    }
    if (status == LX_OK && asked < end) {
        // A read ends with a last byte.
        status = nor_read_next(nor, chunk_of(writer, asked), 1, true);
    }
    if (status == LX_OK) {
        status = nor_wait(nor, 0);
    }
    if (state == SECTOR_ERASE && at % sector && at < end) {
        uint32_t after = at - at % sector + sector;
        after = after < end ? after : end;
        if (first) {
            writer->report.crc32 = crc32_update(writer->report.crc32, data + at, after - at);
        }
        at = after;
    }
    *next = at;
    return status;
}

// Compare all sectors whose state is unknown.
static int compare_all(nor_write_t *writer, const uint8_t *data, uint32_t length, bool first) {
    uint32_t sector = sector_bytes(writer);
    uint32_t at = 0;
    int status = LX_OK;
    while (status == LX_OK && at < length) {
        if (writer->state[at / sector] != SECTOR_UNKNOWN) {
            at += sector;
            continue;
        }
        uint32_t end = at;
        while (end < length && writer->state[end / sector] == SECTOR_UNKNOWN) {
            memset(writer->dirty + end / PAGE / 8, 0, sector / PAGE / 8);
            end += sector;
        }
        status = compare_run(writer, data, at, end < length ? end : length, first, &at);
    }
    return status;
}

// The time to erase and program again a part of the buffer, with the best choice of erases in erase_with[].
static uint32_t plan(nor_write_t *writer, const uint8_t *data, uint32_t length, uint32_t at, unsigned type) {
    const nor_t *nor = writer->nor;
    uint32_t sector = sector_bytes(writer);
    uint32_t page_us = nor->program.typical_us + PAGE_SHIFT_US;
    if (type == 0) {
        bool needed = at < length && writer->state[at / sector] == SECTOR_ERASE;
        if (at < length) {
            writer->erase_with[at / sector] = needed ? 0 : NO_ERASE;
        }
        return needed ? nor->erase[0].time.typical_us : 0;
    }
    uint32_t bytes = nor->erase[type].bytes;
    uint32_t apart = 0;
    for (uint32_t part = at; part < at + bytes; part += nor->erase[type - 1].bytes) {
        apart += plan(writer, data, length, part, type - 1);
    }
    if (apart == 0 || ((writer->address + at) & (bytes - 1)) || at + bytes > length) {
        return apart;
    }
    uint32_t together = nor->erase[type].time.typical_us;
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
    writer->erase_with[at / sector] = type;
    return together;
}

static int erase_all(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    nor_t *nor = writer->nor;
    uint32_t sector = sector_bytes(writer);
    unsigned largest = nor->erases - 1;
    // Blocks of the largest size are aligned in the flash, and the buffer may begin in the middle of one.
    uint32_t block = nor->erase[largest].bytes;
    uint32_t first = writer->address & (block - 1);
    for (uint32_t at = 0; at < length;) {
        uint32_t here = (first + at) & (block - 1);
        if (here == 0 && at + block <= length) {
            plan(writer, data, length, at, largest);
            at += block;
            continue;
        }
        // The largest type that starts here and stays in the buffer.
        unsigned type = largest;
        while (type && ((here & (nor->erase[type].bytes - 1)) || at + nor->erase[type].bytes > length)) {
            type--;
        }
        plan(writer, data, length, at, type);
        at += nor->erase[type].bytes;
    }
    for (uint32_t at = 0; at < length; at += sector) {
        uint8_t type = writer->erase_with[at / sector];
        if (type == NO_ERASE) {
            continue;
        }
        int status = nor_erase(nor, type, writer->address + at);
        if (status != LX_OK) {
            return status;
        }
        uint32_t bytes = nor->erase[type].bytes;
        writer->report.erased += bytes;
        writer->report.erases[type]++;
        writer->report.sectors_erased += bytes / sector;
        for (uint32_t part = at; part < at + bytes && part < length; part += sector) {
            writer->state[part / sector] = SECTOR_ERASE;
        }
    }
    return LX_OK;
}

static int program_all(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    nor_t *nor = writer->nor;
    uint32_t sector = sector_bytes(writer);
    uint32_t page = nor->page_bytes < PAGE ? nor->page_bytes : PAGE;
    for (uint32_t at = 0; at < length; at += page) {
        uint8_t state = writer->state[at / sector];
        uint32_t bytes = length - at < page ? length - at : page;
        bool wanted = state == SECTOR_ERASE ? !is_blank(data + at, bytes)
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
    uint32_t sector = sector_bytes(writer);
    uint32_t bytes = 0;
    for (uint32_t at = 0; at < length; at += sector) {
        if (writer->state[at / sector] == SECTOR_UNKNOWN) {
            bytes += length - at < sector ? length - at : sector;
        }
    }
    return bytes;
}

// The rest of the last sector, when that must be erased: keep what is there.
static int keep_rest(nor_write_t *writer, uint32_t *length) {
    uint32_t sector = sector_bytes(writer);
    uint32_t rest = *length % sector;
    if (rest == 0 || writer->state[*length / sector] != SECTOR_ERASE) {
        return LX_OK;
    }
    int status = nor_read(writer->nor, writer->address + *length, writer->buffer + *length, sector - rest);
    *length += sector - rest;
    return status;
}

// Why what was written is not there, after all attempts.
static int write_verdict(const nor_write_t *writer) {
    nor_status_t is;
    int status = nor_check_alive(writer->nor);
    if (status == LX_OK) {
        status = nor_status(writer->nor, &is);
    }
    if (status != LX_OK) {
        return status;
    }
    if (is.individual) {
        return LX_EPROTECTED;
    }
    return writer->report.bad_wanted & ~writer->report.bad_found ? LX_EFLASHERASE : LX_EFLASHPROGRAM;
}

// One stretch: data is writer->buffer or the caller's own, which has whole sectors then.
static int write_block(nor_write_t *writer, const uint8_t *data, uint32_t length) {
    memset(writer->state, SECTOR_UNKNOWN, sizeof(writer->state));
    uint32_t stream_bytes = length;
    int status = compare_all(writer, data, length, true);
    writer->report.sectors += sectors_in(writer, length);
    unsigned wrong = settle(writer, length, false);
    if (status == LX_OK && (writer->options & NOR_WRITE_COMPARE_ONLY)) {
        writer->report.sectors_written += wrong;
        wrong = 0;
    }
    if (status == LX_OK && wrong) {
        status = nor_check_range(writer->nor, writer->address, length);
    }
    for (unsigned attempt = 0; status == LX_OK && wrong; attempt++) {
        if (attempt == NOR_WRITE_ATTEMPTS) {
            return write_verdict(writer);
        }
        writer->report.retries += attempt ? wrong : 0;
        writer->report.sectors_written += attempt ? 0 : wrong;
        status = keep_rest(writer, &length);
        if (status == LX_OK) {
            status = erase_all(writer, data, length);
        }
        if (status == LX_OK) {
            status = program_all(writer, data, length);
        }
        if (status == LX_OK) {
            settle(writer, length, true);
            uint32_t bytes = unknown_bytes(writer, length);
            status = compare_all(writer, data, length, false);
            wrong = settle(writer, length, false);
            writer->report.verified += status == LX_OK && wrong == 0 ? bytes : 0;
        }
    }
    if (status == LX_OK) {
        writer->address += stream_bytes;
        writer->report.bad_address = 0;
        writer->report.bad_wanted = 0;
        writer->report.bad_found = 0;
    }
    return status;
}

// Bytes up to where the buffer must be written.
static uint32_t stretch(const nor_write_t *writer) {
    return writer->buffer_bytes - (writer->address & (writer->buffer_bytes - 1));
}

int nor_write_open(nor_write_t *writer, nor_t *nor, uint32_t address, uint32_t length, uint8_t *buffer,
    size_t buffer_bytes, uint8_t options) {
    memset(writer, 0, sizeof(*writer));
    writer->nor = nor;
    writer->address = address;
    writer->buffer = buffer;
    writer->options = options;
    uint32_t sector = sector_bytes(writer);
    if (address & (sector - 1)) {
        return LX_EINVAL;
    }
    if (address >= nor->size_bytes || length > nor->size_bytes - address) {
        return LX_EOVERFLOW;
    }
    if (buffer_bytes < sector) {
        return LX_EOVERFLOW;
    }
    writer->buffer_bytes = NOR_WRITE_BUFFER_MAX;
    while (writer->buffer_bytes > buffer_bytes) {
        writer->buffer_bytes /= 2;
    }
    if (!(options & NOR_WRITE_COMPARE_ONLY)) {
        int status = nor_check_range(nor, address, length ? length : sector);
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
    int status = LX_OK;
    if (length > writer->nor->size_bytes - writer->address - writer->fill) {
        status = LX_EOVERFLOW;
    }
    while (status == LX_OK && length) {
        uint32_t whole = stretch(writer);
        if (writer->fill == 0 && length >= whole) {
            status = write_block(writer, data, whole);
            writer->report.bytes += whole;
            data += whole;
            length -= whole;
            continue;
        }
        uint32_t now = whole - writer->fill < length ? whole - writer->fill : length;
        memcpy(writer->buffer + writer->fill, data, now);
        writer->fill += now;
        writer->report.bytes += now;
        data += now;
        length -= now;
        if (writer->fill == whole) {
            status = write_block(writer, writer->buffer, whole);
            writer->fill = 0;
        }
    }
    writer->open = status == LX_OK;
    return status;
}

int nor_write_finish(nor_write_t *writer) {
    if (!writer->open) {
        return LX_EBUSY;
    }
    int status = LX_OK;
    if (writer->fill) {
        status = write_block(writer, writer->buffer, writer->fill);
        writer->fill = 0;
    }
    writer->open = false;
    return status;
}
