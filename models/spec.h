// SPDX-License-Identifier: MIT
// The options in the description of a device on a command line: "KEY=VALUE,KEY=VALUE". A table says which keys there
// are and what takes their values.
#ifndef MODELS_SPEC_H
#define MODELS_SPEC_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *key;
    bool (*take)(void *wanted, char *value); // false: the value is refused. It may keep the pointer.
    const char *hint; // what a refused value is told
} spec_option_t;

// Write "what which: hint" to error and return false.
bool spec_fail(char *error, size_t size, const char *what, const char *which, const char *hint);

// Hand each option of text to the row of its key; a row without a key ends the table, and its hint is what an unknown
// key is told. text is cut at commas and equals signs and has to live as long as the values are used; NULL: no
// options. False: error says why.
bool spec_parse(const spec_option_t *table, void *wanted, char *text, char *error, size_t size);

#endif // MODELS_SPEC_H
