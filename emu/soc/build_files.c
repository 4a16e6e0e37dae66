// SPDX-License-Identifier: MIT
//
// What csr.json lacks: see build_files.h. These files are LiteX's own output, so a scan for the few
// words that matter does; what does not look as expected is passed over.

#include "soc/build_files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE (64l << 20)

// The whole file as a string, or NULL.
static char *slurp(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        if (size >= 0 && size <= MAX_FILE && fseek(file, 0, SEEK_SET) == 0) {
            text = malloc((size_t)size + 1);
            if (text != NULL) {
                text[fread(text, 1, (size_t)size, file)] = 0;
            }
        }
    }
    fclose(file);
    return text;
}

static char *beside(const soc_t *soc, const char *const *places) {
    char path[1200];
    for (; *places != NULL; places++) {
        snprintf(path, sizeof(path), "%s/%s", soc->folder, *places);
        char *text = slurp(path);
        if (text != NULL) {
            return text;
        }
    }
    return NULL;
}

// The offset in "csr_read_simple((CSR_BASE + 0x2824L))" or "csr_read_simple(0xf0002824L)".
static const char *read_offset(const char *at, const char *end, unsigned long *offset) {
    static const char call[] = "csr_read_simple(";
    const char *p = strstr(at, call);
    if (p == NULL || p >= end) {
        return NULL;
    }
    p += sizeof(call) - 1;
    const char *hex = strstr(p, "0x");
    if (hex == NULL || hex >= end) {
        return NULL;
    }
    *offset = strtoul(hex, NULL, 16);
    return hex;
}

static void set_ordering(soc_t *soc, bool big) {
    soc->csr_big = big;
    soc->ordering_known = true;
}

// The line csr_ordering = "little" of litex.toml; a top-level key stands before the first table.
static bool ordering_of_toml(soc_t *soc) {
    static const char *const places[] = { "litex.toml", NULL };
    static const char key[] = "csr_ordering";
    char *text = beside(soc, places);
    bool found = false;
    for (char *line = text; line != NULL && !found; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
        if (*line == '[' || *line == 0) {
            break;
        }
        if (strncmp(line, key, sizeof(key) - 1) == 0) {
            char value[8] = "";
            found = sscanf(line + sizeof(key) - 1, " = \"%7[a-z]\"", value) == 1
                && (strcmp(value, "big") == 0 || strcmp(value, "little") == 0);
            if (found) {
                set_ordering(soc, strcmp(value, "big") == 0);
            }
        }
    }
    free(text);
    return found;
}

// The constant that LiteX writes since September 2025.
static bool ordering_of_constants(soc_t *soc) {
    bool big = soc_constant(soc, "config_csr_ordering_big") != NULL;
    bool little = soc_constant(soc, "config_csr_ordering_little") != NULL;
    if (big != little) {
        set_ordering(soc, big);
    }
    return big != little;
}

static void ordering_of_header(soc_t *soc) {
    static const char *const places[] = { "software/include/generated/csr.h", "csr.h", NULL };
    char *text = beside(soc, places);
    if (text == NULL) {
        return;
    }
    for (const char *p = text; (p = strstr(p, "_read(void) {")) != NULL; p++) {
        const char *end = strchr(p, '}');
        unsigned long first;
        unsigned long second;
        const char *next = end != NULL ? read_offset(p, end, &first) : NULL;
        if (next != NULL && read_offset(next, end, &second) != NULL && first != second) {
            set_ordering(soc, first < second);
            break;
        }
    }
    free(text);
}

void build_files_ordering(soc_t *soc) {
    if (!ordering_of_toml(soc) && !ordering_of_constants(soc)) {
        ordering_of_header(soc);
    }
}

void build_files_identifier(soc_t *soc) {
    static const char *const places[] = { "software/include/generated/soc.h", "soc.h", NULL };
    static const char define[] = "#define CONFIG_IDENTIFIER \"";
    char *text = beside(soc, places);
    char *p = text != NULL ? strstr(text, define) : NULL;
    if (p != NULL) {
        p += sizeof(define) - 1;
        snprintf(soc->identifier, sizeof(soc->identifier), "%.*s", (int)strcspn(p, "\"\n"), p);
    }
    free(text);
}

static unsigned long number(const char *text, const char *define) {
    const char *p = strstr(text, define);
    return p != NULL ? strtoul(p + strlen(define), NULL, 0) : 0;
}

void build_files_dram(soc_t *soc) {
    static const char *const places[] = { "software/include/generated/sdram_phy.h", "sdram_phy.h", NULL };
    char *text = beside(soc, places);
    if (text != NULL) {
        unsigned long bits = number(text, "#define SDRAM_PHY_DFI_DATABITS ");
        unsigned long phases = number(text, "#define SDRAM_PHY_PHASES ");
        soc->dram_port_bits = bits <= 4096 && phases <= 64 ? (unsigned)(bits * phases) : 0;
    }
    free(text);
}

// <tag>value</tag> between at and end.
static const char *element(const char *at, const char *end, const char *tag, char *value, size_t size) {
    char open[32];
    snprintf(open, sizeof(open), "<%s>", tag);
    const char *p = strstr(at, open);
    if (p == NULL || p >= end) {
        return NULL;
    }
    p += strlen(open);
    snprintf(value, size, "%.*s", (int)strcspn(p, "<"), p);
    return p;
}

static void lower(char *text) {
    for (; *text != 0; text++) {
        *text = (char)tolower((unsigned char)*text);
    }
}

static soc_register_t *find(soc_t *soc, const char *name) {
    for (size_t i = 0; i < soc->register_count; i++) {
        if (strcmp(soc->registers[i].name, name) == 0) {
            return &soc->registers[i];
        }
    }
    return NULL;
}

static void add_width(soc_t *soc, const char *peripheral, const char *name, unsigned bits) {
    char full[3 * SOC_NAME];
    snprintf(full, sizeof(full), "%s_%s", peripheral, name);
    lower(full);
    soc_register_t *r = find(soc, full);
    if (r == NULL) {
        // One word of several: NAME3, NAME2, ...
        size_t length = strlen(full);
        while (length > 0 && isdigit((unsigned char)full[length - 1])) {
            full[--length] = 0;
        }
        r = find(soc, full);
    }
    if (r != NULL && r->bits + bits <= r->size * soc->csr_width) {
        r->bits += bits;
    }
}

void build_files_widths(soc_t *soc) {
    static const char *const places[] = { "csr.svd", "software/include/generated/csr.svd", NULL };
    char *text = beside(soc, places);
    if (text == NULL) {
        return;
    }
    char peripheral[SOC_NAME] = "";
    for (const char *p = text; (p = strpbrk(p, "<")) != NULL; p++) {
        if (strncmp(p, "<peripheral>", 12) == 0) {
            element(p, p + strlen(p), "name", peripheral, sizeof(peripheral));
        } else if (strncmp(p, "<register>", 10) == 0) {
            const char *end = strstr(p, "</register>");
            char name[SOC_NAME];
            char number[16];
            unsigned bits = 0;
            if (end == NULL || element(p, end, "name", name, sizeof(name)) == NULL) {
                break;
            }
            for (const char *f = p; (f = element(f, end, "msb", number, sizeof(number))) != NULL;) {
                unsigned long msb = strtoul(number, NULL, 10);
                if (msb < 1024 && msb + 1 > bits) {
                    bits = (unsigned)msb + 1;
                }
            }
            add_width(soc, peripheral, name, bits);
            p = end;
        }
    }
    free(text);
}
