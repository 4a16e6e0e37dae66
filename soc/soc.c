// SPDX-License-Identifier: MIT
//
// Look-ups in the generated tables.

#include <string.h>

#include "soc/soc.h"

// Characters of a name that soc_closest() compares.
#define CLOSEST_LENGTH (63)
// Candidates that soc_closest() keeps.
#define CLOSEST_MAX (8)

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool equal_nocase(const char *a, const char *b) {
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static unsigned bounded_length(const char *name) {
    unsigned n = 0;
    while (n < CLOSEST_LENGTH && name[n] != '\0') {
        n++;
    }
    return n;
}

// Levenshtein distance, ignoring letter case: the number of characters to insert, delete or replace.
static unsigned edit_distance(const char *a, unsigned a_len, const char *b, unsigned b_len) {
    uint8_t row[CLOSEST_LENGTH + 1];
    for (unsigned j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (unsigned i = 1; i <= a_len; i++) {
        uint8_t diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b_len; j++) {
            uint8_t replace = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            uint8_t insert = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < insert ? replace : insert;
        }
    }
    return row[b_len];
}

static bool contains(const char *text, unsigned text_len, const char *part, unsigned part_len) {
    for (unsigned at = 0; at + part_len <= text_len; at++) {
        unsigned i = 0;
        while (i < part_len && lower(text[at + i]) == lower(part[i])) {
            i++;
        }
        if (i == part_len) {
            return true;
        }
    }
    return false;
}

const soc_register_t *soc_register_find(const char *name) {
    unsigned low = 0;
    unsigned high = soc_register_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        int order = strcmp(name, soc_registers[middle].name);
        if (order == 0) {
            return &soc_registers[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const soc_memory_t *soc_memory_find(const char *name) {
    for (unsigned i = 0; i < soc_memory_count; i++) {
        if (strcmp(name, soc_memories[i].name) == 0) {
            return &soc_memories[i];
        }
    }
    return NULL;
}

const soc_constant_t *soc_constant_find(const char *name) {
    for (unsigned i = 0; i < soc_constant_count; i++) {
        if (equal_nocase(name, soc_constants[i].name)) {
            return &soc_constants[i];
        }
    }
    return NULL;
}

const soc_core_t *soc_core_find(const char *name) {
    for (unsigned i = 0; i < soc_core_count; i++) {
        if (strcmp(name, soc_cores[i].name) == 0) {
            return &soc_cores[i];
        }
    }
    return NULL;
}

unsigned soc_table_count(soc_table_t table) {
    static const unsigned *const counts[] = {
        [SOC_REGISTERS] = &soc_register_count,
        [SOC_MEMORIES] = &soc_memory_count,
        [SOC_CONSTANTS] = &soc_constant_count,
        [SOC_CORES] = &soc_core_count,
    };
    return *counts[table];
}

const char *soc_table_name(soc_table_t table, unsigned i) {
    switch (table) {
        case SOC_REGISTERS:
            return soc_registers[i].name;
        case SOC_MEMORIES:
            return soc_memories[i].name;
        case SOC_CONSTANTS:
            return soc_constants[i].name;
        default:
            return soc_cores[i].name;
    }
}

unsigned soc_closest(soc_table_t table, const char *name, const char **out, unsigned max) {
    unsigned distances[CLOSEST_MAX];
    unsigned count = 0;
    unsigned length = bounded_length(name);
    if (max > CLOSEST_MAX) {
        max = CLOSEST_MAX;
    }
    if (length == 0 || max == 0) {
        return 0;
    }
    for (unsigned i = 0; i < soc_table_count(table); i++) {
        const char *candidate = soc_table_name(table, i);
        unsigned candidate_length = bounded_length(candidate);
        unsigned distance = edit_distance(name, length, candidate, candidate_length);
        // Close: one typing mistake in three characters, or a name that contains this one.
        if (distance > (length + 2) / 3) {
            if (length < 3 || !contains(candidate, candidate_length, name, length)) {
                continue;
            }
            distance = (length + 2) / 3 + distance;
        }
        // Insert in order of distance; of two equally close names the earlier comes first.
        unsigned at = count < max ? count : max;
        while (at > 0 && distances[at - 1] > distance) {
            at--;
        }
        if (at == max) {
            continue;
        }
        if (count < max) {
            count++;
        }
        for (unsigned j = count - 1; j > at; j--) {
            distances[j] = distances[j - 1];
            out[j] = out[j - 1];
        }
        distances[at] = distance;
        out[at] = candidate;
    }
    return count;
}
