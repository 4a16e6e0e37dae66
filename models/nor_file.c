// SPDX-License-Identifier: MIT
// The flash by description: see nor_file.h.

#include "models/nor_file.h"

#include <stdlib.h>
#include <string.h>

#include "models/board.h"
#include "models/flash_memory.h"
#include "models/spec.h"

enum { SPEC_MAX = 1024 };
#define DEFAULT_CHIP ("W25Q128")

typedef struct {
    const char *file;
    const nor_chip_t *chip;
    nor_times_t times;
    board_fault_t fault;
} wanted_t;

static bool take_chip(void *context, char *value) {
    wanted_t *wanted = context;
    wanted->chip = nor_chip_find(value);
    return wanted->chip != NULL;
}

static bool take_times(void *context, char *value) {
    wanted_t *wanted = context;
    return nor_times_find(value, &wanted->times);
}

static bool take_fault(void *context, char *value) {
    wanted_t *wanted = context;
    return board_fault_parse(value, &wanted->fault) && wanted->fault.kind == BOARD_FAULT_NOR;
}

static const spec_option_t options[] = {
    { "chip", take_chip, "not known; `vecp5 --flash list` shows all" },
    { "times", take_times, "give typical, maximum or none" },
    { "fault", take_fault, "not a fault of a flash; `vecp5 --fault list` shows all" },
    { NULL, NULL, "give chip=, times= or fault=" },
};

static bool parse(wanted_t *wanted, char *text, char *error, size_t size) {
    char *rest = strchr(text, ',');
    wanted->chip = nor_chip_find(DEFAULT_CHIP);
    wanted->file = text;
    if (rest != NULL) {
        *rest++ = '\0';
    }
    return spec_parse(options, wanted, rest, error, size);
}

nor_file_t *nor_file_open(const char *spec, char *error, size_t error_size) {
    char text[SPEC_MAX];
    wanted_t wanted = { 0 };
    if (strlen(spec) >= sizeof(text)) {
        spec_fail(error, error_size, "flash", spec, "too long");
        return NULL;
    }
    strcpy(text, spec);
    if (!parse(&wanted, text, error, error_size)) {
        return NULL;
    }
    nor_file_t *flash = calloc(1, sizeof(*flash));
    if (flash == NULL) {
        spec_fail(error, error_size, "flash", spec, "no memory");
        return NULL;
    }
    const char *reason;
    flash->file = wanted.file[0] != '\0';
    flash->memory = flash_memory_open(flash->file ? wanted.file : NULL, wanted.chip->size_bytes, &reason);
    if (flash->memory == NULL) {
        spec_fail(error, error_size, "file", wanted.file, reason);
        free(flash);
        return NULL;
    }
    nor_init(&flash->nor, wanted.chip, flash->memory);
    flash->nor.times = wanted.times;
    if (wanted.fault.kind == BOARD_FAULT_NOR) {
        nor_set_fault(&flash->nor, (nor_fault_t)wanted.fault.detail, wanted.fault.argument);
    }
    return flash;
}

void nor_file_close(nor_file_t *flash) {
    if (flash == NULL) {
        return;
    }
    flash_memory_close(flash->memory, flash->nor.chip->size_bytes, flash->file);
    free(flash);
}

void nor_file_advance_to(nor_file_t *flash, uint64_t now_ns) {
    if (now_ns > flash->now_ns) {
        nor_advance(&flash->nor, now_ns - flash->now_ns);
        flash->now_ns = now_ns;
    }
}
