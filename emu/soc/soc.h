// SPDX-License-Identifier: MIT
//
// What LiteX says of a SoC, read from csr.json and, for what that lacks, from csr.h, soc.h and
// csr.svd beside it. Nothing here acts; the machine builds itself from it.

#ifndef EMU_SOC_SOC_H
#define EMU_SOC_SOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOC_NAME (80)

typedef struct {
    char name[SOC_NAME];
    uint32_t addr;
    uint32_t size;  // bus words
    bool read_only;
    unsigned bits;  // 0: not known
} soc_register_t;

typedef struct {
    char name[SOC_NAME];
    uint32_t addr;
} soc_base_t;

typedef struct {
    char name[SOC_NAME];
    uint32_t base;
    uint64_t size;
    char type[40];
} soc_memory_t;

typedef struct {
    char name[SOC_NAME];
    char text[256];
    bool is_number;
    int64_t number;
} soc_constant_t;

typedef struct {
    char path[1024];      // of csr.json
    char folder[1024];    // of the build
    soc_register_t *registers; // sorted by address, then name
    size_t register_count;
    soc_base_t *bases;
    size_t base_count;
    soc_memory_t *memories;
    size_t memory_count;
    soc_constant_t *constants;
    size_t constant_count;
    unsigned csr_width;   // 8 or 32
    unsigned csr_stride;  // bytes from word to word
    bool csr_big;         // the most significant word comes first
    bool ordering_known;  // read or given, not assumed
    uint32_t csr_base;
    uint32_t csr_size;
    uint32_t clock_hz;
    uint32_t reset_addr;
    char cpu_name[64];
    char cpu_variant[64];
    char identifier[512];
    unsigned dram_port_bits; // of a word of LiteDRAM's ports, 0: not known
} soc_t;

// ordering: "big", "little" or NULL. On failure: false and one line in error.
bool soc_load(soc_t *soc, const char *path, const char *ordering, char *error, size_t error_size);
void soc_free(soc_t *soc);

const soc_constant_t *soc_constant(const soc_t *soc, const char *name);
const soc_memory_t *soc_memory(const soc_t *soc, const char *name);
const soc_register_t *soc_register(const soc_t *soc, const char *name);

// The hash of the CSR map that a gateware with soc_map carries (see gateware/).
uint32_t soc_map_hash(const soc_t *soc);

#endif
