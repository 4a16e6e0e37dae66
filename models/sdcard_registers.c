// SPDX-License-Identifier: MIT
//
// The registers of the card of sdcard.h, field by field (SD Physical Layer Simplified Specification 3.01, chapter 5), and
// the making of a card: from a file, from a row of a wiring, from a command line.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/number.h"
#include "models/sdcard.h"
#include "models/sdcard_internal.h"

#define GIB (UINT64_C(1) << 30)
#define SDSC_MAX (2 * GIB)
#define SDHC_MAX (32 * GIB)
#define SDXC_MAX (2048 * GIB)
#define SDHC_UNIT (512 * 1024)

const char *const sdcard_faults[SDCARD_FAULT_COUNT] = {
    [SDCARD_FAULT_NONE] = "none",
    [SDCARD_FAULT_READ_CRC] = "read-crc",
    [SDCARD_FAULT_NO_EFFECT] = "no-effect",
    [SDCARD_FAULT_WRITE_CRC] = "write-crc",
    [SDCARD_FAULT_COMMAND_CRC] = "command-crc",
    [SDCARD_FAULT_WRITE_ERROR] = "write-error",
    [SDCARD_FAULT_READ_ERROR] = "read-error",
    [SDCARD_FAULT_STUCK_BUSY] = "stuck-busy",
    [SDCARD_FAULT_NO_DATA] = "no-data",
    [SDCARD_FAULT_NO_INIT] = "no-init",
    [SDCARD_FAULT_ABSENT] = "absent",
    [SDCARD_FAULT_REMOVED] = "removed",
    [SDCARD_FAULT_EARLY_DATA] = "early-data",
    [SDCARD_FAULT_NO_CMD23] = "no-cmd23",
    [SDCARD_FAULT_POWER_CUT] = "power-cut",
    [SDCARD_FAULT_TORN_SECTOR] = "torn-sector",
    [SDCARD_FAULT_PROTECTED] = "protected",
    [SDCARD_FAULT_SLOW_CLOCK] = "slow-clock",
};

static const char *const times_names[] = {
    [SDCARD_TIMES_TYPICAL] = "typical",
    [SDCARD_TIMES_MAXIMUM] = "maximum",
    [SDCARD_TIMES_NONE] = "none",
};

static const char *const kind_names[] = { [SDCARD_SDSC] = "sdsc", [SDCARD_SDHC] = "sdhc", [SDCARD_SDXC] = "sdxc" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Bits high..low of a register of 128 bits, as the specification numbers them.
static void put(uint8_t *reg, unsigned high, unsigned low, uint32_t value) {
    for (unsigned bit = low; bit <= high; bit++, value >>= 1) {
        uint8_t mask = (uint8_t)(1u << bit % 8);
        uint8_t *byte = &reg[15 - bit / 8];
        *byte = (uint8_t)(value & 1 ? *byte | mask : *byte & ~mask);
    }
}

static void put_crc(uint8_t *reg) {
    reg[15] = sdcard_crc7(0, reg, 15) | 1;
}

static bool put_size_1(uint8_t *csd, uint64_t bytes) {
    unsigned length = bytes > GIB ? 10 : 9;
    for (unsigned mult = 0; mult < 8; mult++) {
        uint64_t unit = UINT64_C(1) << (mult + 2 + length);
        if (bytes % unit == 0 && bytes / unit >= 1 && bytes / unit <= 4096) {
            put(csd, 83, 80, length);
            put(csd, 73, 62, (uint32_t)(bytes / unit - 1));
            put(csd, 49, 47, mult);
            put(csd, 25, 22, length);
            return true;
        }
    }
    return false;
}

static bool put_size_2(uint8_t *csd, uint64_t bytes) {
    if (bytes % SDHC_UNIT != 0 || bytes == 0 || bytes > SDXC_MAX) {
        return false;
    }
    put(csd, 83, 80, 9);
    put(csd, 69, 48, (uint32_t)(bytes / SDHC_UNIT - 1));
    put(csd, 25, 22, 9);
    return true;
}

bool sdcard_registers_init(sdcard_t *card) {
    static const uint8_t cid[SDCARD_REGISTER] = {
        0x4c, 'L', 'X', 'M', 'O', 'D', 'E', 'L', 0x10, 0x12, 0x34, 0x56, 0x78, 0x01, 0x9b
    };
    bool version_1 = card->kind == SDCARD_SDSC;
    uint64_t bytes = card->sectors * SDCARD_SECTOR;
    uint8_t *csd = card->csd;
    memcpy(card->cid, cid, sizeof(cid));
    put_crc(card->cid);
    memset(csd, 0, SDCARD_REGISTER);
    put(csd, 127, 126, version_1 ? 0 : 1);
    put(csd, 119, 112, version_1 ? 0x26 : 0x0e); // access time: 1.5 ms, 1 ms
    put(csd, 103, 96, 0x32); // 25 MHz
    put(csd, 95, 84, 0x5b5); // classes of commands
    put(csd, 79, 79, version_1); // partial blocks
    put(csd, 46, 46, 1);
    put(csd, 45, 39, 0x7f);
    put(csd, 28, 26, 2);
    put(csd, 12, 12, card->fault == SDCARD_FAULT_PROTECTED);
    if (!(version_1 ? put_size_1(csd, bytes) : put_size_2(csd, bytes))) {
        return false;
    }
    put_crc(csd);
    card->scr[0] = 0x02; // version 2 or later
    card->scr[1] = card->kind == SDCARD_SDSC ? 0x25 : card->kind == SDCARD_SDHC ? 0x35 : 0x45; // 1 and 4 data lines
    card->scr[2] = 0x80; // version 3
    card->scr[3] = card->fault == SDCARD_FAULT_NO_CMD23 ? 0 : 0x02;
    return true;
}

static uint8_t *map(const char *path, uint64_t *bytes, char *error, size_t error_size) {
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    struct stat info = { 0 };
    if (path != NULL && (fd < 0 || fstat(fd, &info) != 0)) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (path != NULL) {
        *bytes = (uint64_t)info.st_size;
    }
    uint8_t *memory = MAP_FAILED;
    if (path != NULL && !S_ISREG(info.st_mode)) {
        errno = EINVAL;
    } else if (*bytes == 0) {
        errno = ENODATA;
    } else {
        int flags = path != NULL ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        memory = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    }
    if (memory == MAP_FAILED) {
        snprintf(error, error_size, "%s: %s: give an image file of a card's size, as `truncate -s 64M` makes one",
            path != NULL ? path : "a blank card", strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return memory == MAP_FAILED ? NULL : memory;
}

static sdcard_kind_t kind_of(uint64_t bytes) {
    return bytes <= SDSC_MAX ? SDCARD_SDSC : bytes <= SDHC_MAX ? SDCARD_SDHC : SDCARD_SDXC;
}

// With kind < 0 it follows from the size.
static sdcard_t *make(const char *path, uint64_t bytes, int kind, sdcard_fault_t fault, char *error, size_t error_size) {
    uint8_t *memory = map(path, &bytes, error, error_size);
    if (memory == NULL) {
        return NULL;
    }
    sdcard_t *card = calloc(1, sizeof(*card));
    if (card == NULL) {
        snprintf(error, error_size, "no memory");
        munmap(memory, bytes);
        return NULL;
    }
    card->memory = memory;
    card->file = path != NULL;
    card->sectors = bytes / SDCARD_SECTOR;
    card->kind = kind < 0 ? kind_of(bytes) : (sdcard_kind_t)kind;
    card->fault = fault;
    card->width = 1;
    card->block_length = SDCARD_SECTOR;
    if (bytes % SDCARD_SECTOR != 0 || !sdcard_registers_init(card)) {
        snprintf(error, error_size, "%s: %llu bytes is not the size of an %s card: a multiple of 512 KiB always is",
            path != NULL ? path : "a blank card", (unsigned long long)bytes, card->kind == SDCARD_SDSC ? "SD" : "SDHC");
        sdcard_free(card);
        return NULL;
    }
    return card;
}

sdcard_t *sdcard_new(const char *path, uint64_t bytes, char *error, size_t error_size) {
    return make(path, bytes, -1, SDCARD_FAULT_NONE, error, error_size);
}

void sdcard_free(sdcard_t *card) {
    if (card != NULL) {
        munmap(card->memory, card->sectors * SDCARD_SECTOR);
        free(card);
    }
}

static int find(const wiring_row_t *row, const char *key, const char *fallback, const char *const *names, size_t count) {
    const char *name = wiring_text(row, key, fallback);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool known_key(const char *key) {
    static const char *const keys[] = { "image", "size", "kind", "times", "fault", "argument" };
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

sdcard_t *sdcard_from_row(const wiring_row_t *row, char *error, size_t error_size) {
    char where[32] = "";
    bool bad = false;
    if (row->line != 0) {
        snprintf(where, sizeof(where), "wiring, line %u: ", row->line);
    }
    const char *image = wiring_text(row, "image", NULL);
    uint64_t size = wiring_number(row, "size", 64 << 20, &bad);
    uint64_t argument = wiring_number(row, "argument", 0, &bad);
    int kind = wiring_text(row, "kind", NULL) == NULL ? -1 : find(row, "kind", "", kind_names, COUNT(kind_names));
    int time = find(row, "times", "typical", times_names, COUNT(times_names));
    int fault = find(row, "fault", "none", sdcard_faults, SDCARD_FAULT_COUNT);
    for (size_t i = 0; i < WIRING_PARAMETERS && row->parameters[i].key[0] != '\0'; i++) {
        bad |= !known_key(row->parameters[i].key);
    }
    if (bad || time < 0 || fault < 0 || argument > UINT32_MAX || (kind < 0 && wiring_text(row, "kind", NULL) != NULL)) {
        snprintf(error, error_size, "%scard: a parameter is unknown or out of range: there are image, size, kind=sdsc|sdhc|sdxc, "
            "times=typical|maximum|none, fault (docs/emulator.md), argument", where);
        return NULL;
    }
    char reason[256];
    sdcard_t *card = make(image, size, kind, (sdcard_fault_t)fault, reason, sizeof(reason));
    if (card == NULL) {
        snprintf(error, error_size, "%s%s", where, reason);
        return NULL;
    }
    card->times = (sdcard_times_t)time;
    card->fault_argument = (uint32_t)argument;
    return card;
}

static bool take(wiring_parameter_t *parameter, const char *key, size_t key_length, const char *value, size_t length) {
    if (key_length >= sizeof(parameter->key) || length >= sizeof(parameter->value)) {
        return false;
    }
    memcpy(parameter->key, key, key_length);
    memcpy(parameter->value, value, length);
    return true;
}

static bool parse(wiring_row_t *row, const char *spec, char *error, size_t error_size) {
    size_t n = 0;
    for (bool first = true; first || *spec != '\0'; first = false) {
        size_t length = strcspn(spec, ",");
        size_t key = strcspn(spec, "=,");
        bool good;
        if (first) {
            good = length == 0 || take(&row->parameters[n++], "image", strlen("image"), spec, length);
        } else if (key == strlen("slot") && strncmp(spec, "slot", key) == 0 && length > key) {
            good = length - key - 1 < sizeof(row->place.core);
            memset(row->place.core, 0, sizeof(row->place.core));
            memcpy(row->place.core, spec + key + 1, good ? length - key - 1 : 0);
        } else {
            good = key < length && n < WIRING_PARAMETERS &&
                take(&row->parameters[n++], spec, key, spec + key + 1, length - key - 1);
        }
        if (!good) {
            snprintf(error, error_size, "%.*s: want IMG[,slot=CORE][,KEY=VALUE]..., as card.img,fault=removed,argument=9",
                (int)length, spec);
            return false;
        }
        spec += length + (spec[length] == ',');
    }
    return true;
}

bool sdcard_option(wiring_t *wiring, const char *spec, const char *slot, char *error, size_t error_size) {
    wiring_row_t *rows = realloc(wiring->rows, (wiring->count + 1) * sizeof(*rows));
    if (rows == NULL) {
        snprintf(error, error_size, "no memory");
        return false;
    }
    wiring->rows = rows;
    // The first device at a place counts.
    wiring_row_t *row = &rows[0];
    memmove(rows + 1, rows, wiring->count * sizeof(*rows));
    *row = (wiring_row_t) { .kind = WIRING_DEVICE, .name = "sdcard" };
    snprintf(row->place.core, sizeof(row->place.core), "%s", slot);
    wiring->count++;
    return parse(row, spec, error, error_size);
}
