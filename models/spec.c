// SPDX-License-Identifier: MIT
// The options in the description of a device on a command line: see spec.h.

#define _GNU_SOURCE
#include "models/spec.h"

#include <stdio.h>
#include <string.h>

bool spec_fail(char *error, size_t size, const char *what, const char *which, const char *hint) {
    snprintf(error, size, "%s %s: %s", what, which, hint);
    return false;
}

static bool take(const spec_option_t *row, void *wanted, char *option, char *error, size_t size) {
    char *value = strchr(option, '=');
    if (value != NULL) {
        *value++ = '\0';
    }
    while (row->key != NULL && strcmp(row->key, option) != 0) {
        row++;
    }
    if (row->key == NULL || value == NULL) {
        while (row->key != NULL) {
            row++;
        }
        return spec_fail(error, size, "option", option, row->hint);
    }
    return row->take(wanted, value) || spec_fail(error, size, row->key, value, row->hint);
}

bool spec_parse(const spec_option_t *table, void *wanted, char *text, char *error, size_t size) {
    char *state;
    for (char *option = text != NULL ? strtok_r(text, ",", &state) : NULL; option != NULL;
         option = strtok_r(NULL, ",", &state)) {
        if (!take(table, wanted, option, error, size)) {
            return false;
        }
    }
    return true;
}
