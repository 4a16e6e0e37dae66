// SPDX-License-Identifier: MIT
// The flash by description: see nor_file.h.

#define _GNU_SOURCE
#include "models/nor_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/board.h"
#include "models/flash_memory.h"

enum { SPEC_MAX = 1024 };
#define DEFAULT_CHIP ("W25Q128")
#define OPTIONS ("give chip=, times= or fault=")

typedef struct {
    const char *file;
    const nor_chip_t *chip;
    nor_times_t times;
    board_fault_t fault;
} wanted_t;

static bool fail(char *error, size_t size, const char *what, const char *which, const char *hint) {
    snprintf(error, size, "%s %s: %s", what, which, hint);
    return false;
}

// One KEY=VALUE; the text stays.
static bool take_option(wanted_t *wanted, char *option, char *error, size_t size) {
    char *value = strchr(option, '=');
    if (value == NULL) {
        return fail(error, size, "option", option, OPTIONS);
    }
    *value++ = '\0';
    if (strcmp(option, "chip") == 0) {
        wanted->chip = nor_chip_find(value);
        return wanted->chip != NULL || fail(error, size, "chip", value, "not known; `vecp5 --flash list` shows all");
    }
    if (strcmp(option, "times") == 0) {
        return nor_times_find(value, &wanted->times) ||
               fail(error, size, "times", value, "give typical, maximum or none");
    }
    if (strcmp(option, "fault") == 0) {
        return (board_fault_parse(value, &wanted->fault) && wanted->fault.kind == BOARD_FAULT_NOR) ||
               fail(error, size, "fault", value, "no fault of a flash; `vecp5 --fault list` shows all");
    }
    return fail(error, size, "option", option, OPTIONS);
}

static bool parse(wanted_t *wanted, char *text, char *error, size_t size) {
    char *rest = strchr(text, ',');
    wanted->chip = nor_chip_find(DEFAULT_CHIP);
    wanted->file = text;
    if (rest == NULL) {
        return true;
    }
    *rest++ = '\0';
    char *state;
    for (char *option = strtok_r(rest, ",", &state); option != NULL; option = strtok_r(NULL, ",", &state)) {
        if (!take_option(wanted, option, error, size)) {
            return false;
        }
    }
    return true;
}

nor_file_t *nor_file_open(const char *spec, char *error, size_t error_size) {
    char text[SPEC_MAX];
    wanted_t wanted = { 0 };
    if (strlen(spec) >= sizeof(text)) {
        fail(error, error_size, "flash", spec, "too long");
        return NULL;
    }
    strcpy(text, spec);
    if (!parse(&wanted, text, error, error_size)) {
        return NULL;
    }
    nor_file_t *flash = calloc(1, sizeof(*flash));
    if (flash == NULL) {
        fail(error, error_size, "flash", spec, "no memory");
        return NULL;
    }
    const char *reason;
    flash->file = wanted.file[0] != '\0';
    flash->memory = flash_memory_open(flash->file ? wanted.file : NULL, wanted.chip->size_bytes, &reason);
    if (flash->memory == NULL) {
        fail(error, error_size, "file", wanted.file, reason);
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
