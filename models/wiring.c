// SPDX-License-Identifier: MIT
//
// Reads the wiring of a simulated SoC: wiring.h has the lines.

#include "models/wiring.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/number.h"

#define LINE_LENGTH (1024)
#define WORDS (3 + WIRING_PARAMETERS)
#define FILE_LENGTH (1 << 20)

typedef struct {
    const char *name;
    unsigned line;
    char *error;
    size_t error_size;
} source_t;

static bool bad(const source_t *source, const char *format, ...) {
    int n = snprintf(source->error, source->error_size, "%s:%u: ", source->name, source->line);
    if (n > 0 && (size_t)n < source->error_size) {
        va_list args;
        va_start(args, format);
        vsnprintf(source->error + n, source->error_size - (size_t)n, format, args);
        va_end(args);
    }
    return false;
}

static bool copy_name(char *out, size_t size, const char *text, size_t length) {
    if (length == 0 || length >= size) {
        return false;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

static bool parse_place(const char *text, wiring_place_t *place) {
    size_t length = strcspn(text, "[");
    place->index = 0;
    if (!copy_name(place->core, sizeof(place->core), text, length)) {
        return false;
    }
    if (text[length] == '\0') {
        return true;
    }
    uint64_t index;
    const char *end;
    if (!number_parse(text + length + 1, &index, &end) || index > 0xffff || strcmp(end, "]") != 0) {
        return false;
    }
    place->index = (unsigned)index;
    return true;
}

static bool parse_time(const char *text, uint64_t *ns) {
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
    const char *end;
    if (!number_parse(text, ns, &end)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) == 0 && *ns <= UINT64_MAX / units[i].ns) {
            *ns *= units[i].ns;
            return true;
        }
    }
    return false;
}

static bool parse_level(const char *text, uint64_t *level) {
    *level = text[0] == '1';
    return (text[0] == '0' || text[0] == '1') && text[1] == '\0';
}

static bool wire(const source_t *source, wiring_row_t *row, char **words, size_t n) {
    if (n != 2 || !parse_place(words[0], &row->place) || !parse_place(words[1], &row->other)) {
        return bad(source, "want `wire PIN PIN`, as in `wire gpio[0] gpio[16]`");
    }
    return true;
}

static bool pull(const source_t *source, wiring_row_t *row, char **words, size_t n) {
    bool up = n == 2 && strcmp(words[1], "up") == 0;
    row->number = up;
    if (n != 2 || !parse_place(words[0], &row->place) || (!up && strcmp(words[1], "down") != 0)) {
        return bad(source, "want `pull PIN up` or `pull PIN down`");
    }
    return true;
}

static bool device(const source_t *source, wiring_row_t *row, char **words, size_t n) {
    if (n < 2 || !parse_place(words[0], &row->place)
        || !copy_name(row->name, sizeof(row->name), words[1], strlen(words[1]))) {
        return bad(source, "want `device PLACE NAME [KEY=VALUE]...`, as in `device i2c0 eeprom address=0x50`");
    }
    for (size_t i = 2; i < n; i++) {
        wiring_parameter_t *parameter = &row->parameters[i - 2];
        size_t length = strcspn(words[i], "=");
        const char *value = words[i] + length + 1;
        if (words[i][length] == '\0' || !copy_name(parameter->key, sizeof(parameter->key), words[i], length)
            || !copy_name(parameter->value, sizeof(parameter->value), value, strlen(value))) {
            return bad(source, "'%s' is not KEY=VALUE", words[i]);
        }
    }
    return true;
}

static bool value(const source_t *source, wiring_row_t *row, char **words, size_t n) {
    size_t length = n == 2 ? strcspn(words[0], ".") : 0;
    if (n != 2 || words[0][length] == '\0'
        || !copy_name(row->place.core, sizeof(row->place.core), words[0], length)
        || !copy_name(row->name, sizeof(row->name), words[0] + length + 1, strlen(words[0] + length + 1))
        || !number_parse_all(words[1], 0, UINT64_MAX, &row->number)) {
        return bad(source, "want `value CORE.NAME NUMBER`, as in `value xadc.temperature 2500`");
    }
    return true;
}

static bool at(const source_t *source, wiring_row_t *row, char **words, size_t n) {
    if (n != 3 || !parse_time(words[0], &row->at_ns) || !parse_place(words[1], &row->place)
        || !parse_level(words[2], &row->number)) {
        return bad(source, "want `at TIME PIN 0|1`, as in `at 1000us buttons[0] 1`");
    }
    return true;
}

static const struct {
    const char *word;
    wiring_kind_t kind;
    bool (*parse)(const source_t *source, wiring_row_t *row, char **words, size_t n);
} statements[] = {
    { "wire", WIRING_WIRE, wire },
    { "pull", WIRING_PULL, pull },
    { "device", WIRING_DEVICE, device },
    { "value", WIRING_VALUE, value },
    { "at", WIRING_AT, at },
};

// Cuts the line into words; how many, WORDS + 1 for more than WORDS.
static size_t split(char *line, char **words) {
    size_t n = 0;
    line[strcspn(line, "#\r\n")] = '\0';
    for (;;) {
        line += strspn(line, " \t");
        if (*line == '\0') {
            return n;
        }
        if (n == WORDS) {
            return WORDS + 1;
        }
        words[n++] = line;
        line += strcspn(line, " \t");
        if (*line != '\0') {
            *line++ = '\0';
        }
    }
}

static bool parse_line(wiring_t *wiring, const source_t *source, char *line) {
    char *words[WORDS];
    size_t n = split(line, words);
    if (n == 0) {
        return true;
    }
    if (n > WORDS) {
        return bad(source, "more than %d words", WORDS);
    }
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (strcmp(words[0], statements[i].word) != 0) {
            continue;
        }
        wiring_row_t *rows = realloc(wiring->rows, (wiring->count + 1) * sizeof(*rows));
        if (rows == NULL) {
            return bad(source, "out of memory");
        }
        wiring->rows = rows;
        wiring_row_t *row = &rows[wiring->count];
        memset(row, 0, sizeof(*row));
        row->kind = statements[i].kind;
        row->line = source->line;
        if (!statements[i].parse(source, row, words + 1, n - 1)) {
            return false;
        }
        wiring->count++;
        return true;
    }
    return bad(source, "'%s' is none of wire, pull, device, value, at", words[0]);
}

bool wiring_parse(wiring_t *wiring, const char *name, const char *text, char *error, size_t error_size) {
    source_t source = { name, 0, error, error_size };
    while (*text != '\0') {
        char line[LINE_LENGTH];
        size_t length = strcspn(text, "\n");
        source.line++;
        if (!copy_name(line, sizeof(line), text, length) && length > 0) {
            return bad(&source, "longer than %d characters", LINE_LENGTH - 1);
        }
        if (length > 0 && !parse_line(wiring, &source, line)) {
            return false;
        }
        text += length + (text[length] == '\n');
    }
    return true;
}

bool wiring_load(wiring_t *wiring, const char *path, char *error, size_t error_size) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    char *text = malloc(FILE_LENGTH);
    size_t n = text != NULL ? fread(text, 1, FILE_LENGTH, file) : 0;
    bool good = text != NULL && n < FILE_LENGTH && !ferror(file);
    fclose(file);
    if (good) {
        text[n] = '\0';
        good = wiring_parse(wiring, path, text, error, error_size);
    } else {
        snprintf(error, error_size, "%s: cannot be read, or longer than %d bytes", path, FILE_LENGTH - 1);
    }
    free(text);
    return good;
}

void wiring_free(wiring_t *wiring) {
    free(wiring->rows);
    *wiring = (wiring_t) { NULL, 0 };
}

const wiring_row_t *wiring_device(const wiring_t *wiring, const char *core, unsigned index, size_t n) {
    for (size_t i = 0; i < wiring->count; i++) {
        const wiring_row_t *row = &wiring->rows[i];
        if (row->kind == WIRING_DEVICE && row->place.index == index && strcmp(row->place.core, core) == 0
            && n-- == 0) {
            return row;
        }
    }
    return NULL;
}

uint64_t wiring_value(const wiring_t *wiring, const char *core, const char *name, uint64_t fallback) {
    for (size_t i = wiring->count; i-- > 0;) {
        const wiring_row_t *row = &wiring->rows[i];
        if (row->kind == WIRING_VALUE && strcmp(row->place.core, core) == 0 && strcmp(row->name, name) == 0) {
            return row->number;
        }
    }
    return fallback;
}

const char *wiring_text(const wiring_row_t *row, const char *key, const char *fallback) {
    for (size_t i = 0; i < WIRING_PARAMETERS && row->parameters[i].key[0] != '\0'; i++) {
        if (strcmp(row->parameters[i].key, key) == 0) {
            return row->parameters[i].value;
        }
    }
    return fallback;
}

uint64_t wiring_number(const wiring_row_t *row, const char *key, uint64_t fallback, bool *bad_number) {
    const char *text = wiring_text(row, key, NULL);
    uint64_t number;
    if (text == NULL) {
        return fallback;
    }
    if (!number_parse_all(text, 0, UINT64_MAX, &number)) {
        *bad_number = true;
        return fallback;
    }
    return number;
}
