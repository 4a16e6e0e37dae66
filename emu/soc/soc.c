// SPDX-License-Identifier: MIT
//
// Reader of LiteX's csr.json: see soc.h. Written by LiteX's integration/export.py, get_csr_json().

#include "soc/soc.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "soc/sha256.h"
#include "soc/build_files.h"

#define DEFAULT_CSR_SIZE (0x10000)
#define MAX_CSR_SIZE (0x1000000)
#define MAX_REGISTER_WORDS (1024)

static bool fail(char *error, size_t size, const char *path, const char *what) {
    snprintf(error, size, "%s: %s", path, what);
    return false;
}

static bool get_u32(const json_t *value, uint32_t *out) {
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)json_integer_value(value);
    return true;
}

static const char *object_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool load_registers(soc_t *soc, json_t *root, char *error, size_t error_size) {
    json_t *table = json_object_get(root, "csr_registers");
    const char *name;
    json_t *entry;
    if (!json_is_object(table)) {
        return fail(error, error_size, soc->path, "has no csr_registers: is this LiteX's csr.json?");
    }
    soc->registers = calloc(json_object_size(table) + 1, sizeof(*soc->registers));
    if (soc->registers == NULL) {
        return fail(error, error_size, soc->path, "no memory");
    }
    json_object_foreach(table, name, entry) {
        soc_register_t *r = &soc->registers[soc->register_count];
        if (strlen(name) >= sizeof(r->name) || !get_u32(json_object_get(entry, "addr"), &r->addr) ||
            !get_u32(json_object_get(entry, "size"), &r->size) || r->size == 0 ||
            r->size > MAX_REGISTER_WORDS || r->addr % 4 != 0) {
            snprintf(error, error_size, "%s: register %.60s has no valid addr and size", soc->path, name);
            return false;
        }
        snprintf(r->name, sizeof(r->name), "%s", name);
        r->read_only = strcmp(object_text(entry, "type"), "ro") == 0;
        soc->register_count++;
    }
    return true;
}

static bool load_bases(soc_t *soc, json_t *root, char *error, size_t error_size) {
    json_t *table = json_object_get(root, "csr_bases");
    const char *name;
    json_t *entry;
    if (!json_is_object(table)) {
        return fail(error, error_size, soc->path, "has no csr_bases: is this LiteX's csr.json?");
    }
    soc->bases = calloc(json_object_size(table) + 1, sizeof(*soc->bases));
    if (soc->bases == NULL) {
        return fail(error, error_size, soc->path, "no memory");
    }
    json_object_foreach(table, name, entry) {
        soc_base_t *b = &soc->bases[soc->base_count];
        if (strlen(name) >= sizeof(b->name) || !get_u32(entry, &b->addr)) {
            snprintf(error, error_size, "%s: csr_bases: %.60s is not an address", soc->path, name);
            return false;
        }
        snprintf(b->name, sizeof(b->name), "%s", name);
        soc->base_count++;
    }
    return true;
}

static bool load_memories(soc_t *soc, json_t *root, char *error, size_t error_size) {
    json_t *table = json_object_get(root, "memories");
    const char *name;
    json_t *entry;
    if (!json_is_object(table)) {
        return fail(error, error_size, soc->path, "has no memories: is this LiteX's csr.json?");
    }
    soc->memories = calloc(json_object_size(table) + 1, sizeof(*soc->memories));
    if (soc->memories == NULL) {
        return fail(error, error_size, soc->path, "no memory");
    }
    json_object_foreach(table, name, entry) {
        soc_memory_t *m = &soc->memories[soc->memory_count];
        json_t *size = json_object_get(entry, "size");
        if (strlen(name) >= sizeof(m->name) || !get_u32(json_object_get(entry, "base"), &m->base) ||
            !json_is_integer(size) || json_integer_value(size) <= 0 ||
            json_integer_value(size) > (int64_t)1 << 32) {
            snprintf(error, error_size, "%s: memory %.60s has no valid base and size", soc->path, name);
            return false;
        }
        snprintf(m->name, sizeof(m->name), "%s", name);
        m->size = (uint64_t)json_integer_value(size);
        snprintf(m->type, sizeof(m->type), "%s", object_text(entry, "type"));
        soc->memory_count++;
    }
    return true;
}

static bool load_constants(soc_t *soc, json_t *root, char *error, size_t error_size) {
    json_t *table = json_object_get(root, "constants");
    const char *name;
    json_t *entry;
    if (!json_is_object(table)) {
        return fail(error, error_size, soc->path, "has no constants: is this LiteX's csr.json?");
    }
    soc->constants = calloc(json_object_size(table) + 1, sizeof(*soc->constants));
    if (soc->constants == NULL) {
        return fail(error, error_size, soc->path, "no memory");
    }
    json_object_foreach(table, name, entry) {
        soc_constant_t *c = &soc->constants[soc->constant_count++];
        snprintf(c->name, sizeof(c->name), "%s", name);
        if (json_is_string(entry)) {
            snprintf(c->text, sizeof(c->text), "%s", json_string_value(entry));
        } else if (json_is_integer(entry)) {
            c->is_number = true;
            c->number = json_integer_value(entry);
        }
    }
    return true;
}

const soc_constant_t *soc_constant(const soc_t *soc, const char *name) {
    for (size_t i = 0; i < soc->constant_count; i++) {
        if (strcmp(soc->constants[i].name, name) == 0) {
            return &soc->constants[i];
        }
    }
    return NULL;
}

const soc_memory_t *soc_memory(const soc_t *soc, const char *name) {
    for (size_t i = 0; i < soc->memory_count; i++) {
        if (strcmp(soc->memories[i].name, name) == 0) {
            return &soc->memories[i];
        }
    }
    return NULL;
}

const soc_register_t *soc_register(const soc_t *soc, const char *name) {
    for (size_t i = 0; i < soc->register_count; i++) {
        if (strcmp(soc->registers[i].name, name) == 0) {
            return &soc->registers[i];
        }
    }
    return NULL;
}

static int64_t number(const soc_t *soc, const char *name, int64_t missing) {
    const soc_constant_t *c = soc_constant(soc, name);
    return c != NULL && c->is_number ? c->number : missing;
}

// The variant is a constant's name: config_cpu_variant_<variant>.
// LiteX's name is the same for VexRiscv and VexRiscv-SMP, its type is not.
static void find_cpu(soc_t *soc) {
    static const char prefix[] = "config_cpu_type_";
    const soc_constant_t *name = soc_constant(soc, "config_cpu_name");
    const char *text = name != NULL && name->text[0] != 0 ? name->text : "vexriscv";
    for (size_t i = 0; i < soc->constant_count; i++) {
        if (strncmp(soc->constants[i].name, prefix, sizeof(prefix) - 1) == 0) {
            text = soc->constants[i].name + sizeof(prefix) - 1;
        }
    }
    snprintf(soc->cpu_name, sizeof(soc->cpu_name), "%.*s", (int)sizeof(soc->cpu_name) - 1, text);
}

static void find_variant(soc_t *soc) {
    static const char prefix[] = "config_cpu_variant_";
    snprintf(soc->cpu_variant, sizeof(soc->cpu_variant), "standard");
    for (size_t i = 0; i < soc->constant_count; i++) {
        const soc_constant_t *c = &soc->constants[i];
        if (strncmp(c->name, prefix, sizeof(prefix) - 1) == 0) {
            snprintf(soc->cpu_variant, sizeof(soc->cpu_variant), "%.*s", (int)sizeof(soc->cpu_variant) - 1,
                c->name + sizeof(prefix) - 1);
        }
    }
    const soc_constant_t *plain = soc_constant(soc, "config_cpu_variant");
    if (plain != NULL && plain->text[0] != 0) {
        snprintf(soc->cpu_variant, sizeof(soc->cpu_variant), "%.*s", (int)sizeof(soc->cpu_variant) - 1, plain->text);
    }
}

static bool check_csr_window(soc_t *soc, char *error, size_t error_size) {
    const soc_memory_t *csr = soc_memory(soc, "csr");
    if (csr != NULL) {
        soc->csr_base = csr->base;
        if (csr->size > MAX_CSR_SIZE) {
            return fail(error, error_size, soc->path, "the csr region is larger than 16 MiB");
        }
        soc->csr_size = (uint32_t)csr->size;
    } else {
        // Older csr.json: the lowest base, and LiteX's default size.
        soc->csr_base = UINT32_MAX;
        for (size_t i = 0; i < soc->base_count; i++) {
            if (soc->bases[i].addr < soc->csr_base) {
                soc->csr_base = soc->bases[i].addr;
            }
        }
        soc->csr_base &= ~(uint32_t)(DEFAULT_CSR_SIZE - 1);
        soc->csr_size = DEFAULT_CSR_SIZE;
    }
    for (size_t i = 0; i < soc->register_count; i++) {
        const soc_register_t *r = &soc->registers[i];
        if (r->addr < soc->csr_base ||
            (uint64_t)r->addr - soc->csr_base + (uint64_t)r->size * soc->csr_stride > soc->csr_size) {
            snprintf(error, error_size, "%s: register %s at 0x%08" PRIx32 " lies outside of the csr region "
                "(0x%08" PRIx32 ", %" PRIu32 " bytes)", soc->path, r->name, r->addr, soc->csr_base, soc->csr_size);
            return false;
        }
    }
    return true;
}

static bool interpret(soc_t *soc, const char *ordering, char *error, size_t error_size) {
    const soc_constant_t *identifier = soc_constant(soc, "config_identifier");
    int64_t width = number(soc, "config_csr_data_width", 32);
    int64_t alignment = number(soc, "config_csr_alignment", 32);
    int64_t clock = number(soc, "config_clock_frequency", 100000000);
    if (width != 8 && width != 32) {
        return fail(error, error_size, soc->path, "config_csr_data_width is neither 8 nor 32");
    }
    if (alignment != 32) {
        return fail(error, error_size, soc->path, "config_csr_alignment is not 32: 64-bit SoCs are not emulated");
    }
    if (clock <= 0 || clock > UINT32_MAX) {
        return fail(error, error_size, soc->path, "config_clock_frequency is not a frequency in Hz");
    }
    soc->csr_width = (unsigned)width;
    soc->csr_stride = 4;
    soc->clock_hz = (uint32_t)clock;
    soc->reset_addr = (uint32_t)number(soc, "config_cpu_reset_addr", 0);
    find_cpu(soc);
    snprintf(soc->identifier, sizeof(soc->identifier), "%s", identifier != NULL ? identifier->text : "");
    find_variant(soc);
    soc->csr_big = true;
    if (ordering != NULL) {
        soc->csr_big = strcmp(ordering, "big") == 0;
        soc->ordering_known = true;
    } else {
        build_files_ordering(soc);
    }
    build_files_identifier(soc);
    build_files_dram(soc);
    build_files_widths(soc);
    return check_csr_window(soc, error, error_size);
}

static int by_address(const void *a, const void *b) {
    const soc_register_t *x = a;
    const soc_register_t *y = b;
    return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : strcmp(x->name, y->name);
}

static bool locate(soc_t *soc, const char *path, char *error, size_t error_size) {
    struct stat st;
    if (stat(path, &st) != 0) {
        snprintf(error, error_size, "%s: %s: give LiteX's build folder or its csr.json", path, strerror(errno));
        return false;
    }
    const char *slash = strrchr(path, '/');
    if (S_ISDIR(st.st_mode)) {
        snprintf(soc->folder, sizeof(soc->folder), "%.1000s", path);
        snprintf(soc->path, sizeof(soc->path), "%.1000s/csr.json", path);
        if (stat(soc->path, &st) != 0) {
            snprintf(error, error_size, "%s: no csr.json in this folder: is it LiteX's --output-dir?", path);
            return false;
        }
    } else {
        snprintf(soc->path, sizeof(soc->path), "%.1000s", path);
        snprintf(soc->folder, sizeof(soc->folder), "%.*s", slash != NULL ? (int)(slash - path) : 1,
            slash != NULL ? path : ".");
        if (soc->folder[0] == 0) {
            snprintf(soc->folder, sizeof(soc->folder), "/");
        }
    }
    return true;
}

bool soc_load(soc_t *soc, const char *path, const char *ordering, char *error, size_t error_size) {
    json_error_t where;
    memset(soc, 0, sizeof(*soc));
    if (strlen(path) > 1000) {
        return fail(error, error_size, "csr.json", "path too long");
    }
    if (!locate(soc, path, error, error_size)) {
        return false;
    }
    json_t *root = json_load_file(soc->path, 0, &where);
    if (root == NULL) {
        snprintf(error, error_size, "%s: line %d: %.120s: let LiteX write it again", soc->path, where.line, where.text);
        return false;
    }
    bool good = json_is_object(root) || fail(error, error_size, soc->path, "is not a JSON object: is this csr.json?");
    good = good && load_registers(soc, root, error, error_size) && load_bases(soc, root, error, error_size) &&
        load_memories(soc, root, error, error_size) && load_constants(soc, root, error, error_size);
    json_decref(root);
    if (good) {
        qsort(soc->registers, soc->register_count, sizeof(*soc->registers), by_address);
        good = interpret(soc, ordering, error, error_size);
    }
    if (!good) {
        soc_free(soc);
    }
    return good;
}

void soc_free(soc_t *soc) {
    free(soc->registers);
    free(soc->bases);
    free(soc->memories);
    free(soc->constants);
    memset(soc, 0, sizeof(*soc));
}

uint32_t soc_map_hash(const soc_t *soc) {
    sha256_t hash;
    uint8_t digest[32];
    char line[SOC_NAME + 64];
    sha256_init(&hash);
    int n = snprintf(line, sizeof(line), "width=%u ordering=%s\n", soc->csr_width, soc->csr_big ? "big" : "little");
    sha256_update(&hash, line, (size_t)n);
    for (size_t i = 0; i < soc->register_count; i++) {
        const soc_register_t *r = &soc->registers[i];
        n = snprintf(line, sizeof(line), "%s 0x%08" PRIx32 " %" PRIu32 " %s\n", r->name, r->addr, r->size,
            r->read_only ? "ro" : "rw");
        sha256_update(&hash, line, (size_t)n);
    }
    sha256_final(&hash, digest);
    return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3];
}
