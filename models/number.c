// SPDX-License-Identifier: MIT
#include "models/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

bool number_parse(const char *text, uint64_t *value, const char **end) {
    char *stop;
    errno = 0;
    *value = strtoull(text, &stop, 0);
    *end = stop;
    return isdigit((unsigned char)*text) && errno == 0;
}

bool number_parse_all(const char *text, uint64_t min, uint64_t max, uint64_t *value) {
    const char *end;
    return number_parse(text, value, &end) && *end == '\0' && *value >= min && *value <= max;
}
