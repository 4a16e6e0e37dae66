// SPDX-License-Identifier: MIT
// Numbers as people type them: decimal, hexadecimal (0x) or octal (0), without a sign.
#ifndef MODELS_NUMBER_H
#define MODELS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

// The number that text begins with; *end is set to what follows it. False: no number, or more than 64 bits.
bool number_parse(const char *text, uint64_t *value, const char **end);

// Text that is a number from min to max and nothing else.
bool number_parse_all(const char *text, uint64_t min, uint64_t max, uint64_t *value);

#endif // MODELS_NUMBER_H
