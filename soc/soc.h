// SPDX-License-Identifier: MIT
//
// What the SoC is: tables that soc/generate.py writes from LiteX's output (soc_tables.c in the output
// folder), and look-ups in them. All of it is constant. The instances of the cores that have a driver
// (soc_uart[], soc_timer[], ...) are declared in the generated soc_instances.h; numbers that the
// preprocessor or the linker needs are in the generated soc_config.h (docs/soc.md lists both).

#ifndef SOC_SOC_H
#define SOC_SOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "soc/csr.h"

// One CSR. name is LiteX's: core, underscore, register, as in csr.json ("timer0_ev_pending").
typedef struct {
    const char *name;
    csr_reg_t reg;
} soc_register_t;

// One region of the bus, in csr.json's order. type is "cached" or "io" ("" where LiteX says nothing).
typedef struct {
    const char *name;
    uint32_t base;
    uint32_t size; // bytes; a region that ends at the top of the address space may say 0xffffffff
    const char *type;
} soc_memory_t;

// One of LiteX's constants, in csr.json's order with the letter case of soc.h where that is there:
// text is NULL for a number; a constant without value has the text "" and the number 1.
typedef struct {
    const char *name;
    const char *text;
    int64_t number;
} soc_constant_t;

// One core that has CSRs or that a kind knows by its memory region. kind is a name of soc/kinds/table.py, "" where no
// kind matches; cores that make one instance have the same. irq is the CPU's interrupt line, -1 for none.
typedef struct {
    const char *name;
    const char *kind;
    uint32_t base;
    int16_t irq;
} soc_core_t;

// What this firmware was built for. The gateware may be another: compare the identifier (lx_identifier.h),
// and the hash where has_map_hash says that this SoC carries a register soc_map_hash.
typedef struct {
    char mark[8]; // "LiteXmap", by which a tool finds the hash behind it in an image
    uint32_t map_hash; // of csr.json, always there
    const char *identifier; // as in the gateware, with its letter case; "" where the SoC has none
    const char *platform; // LiteX's platform name ("digilent_arty"), "" where unknown
    const char *cpu_name; // "vexriscv"
    const char *cpu_variant; // "standard", "" where unknown
    const char *cpu_human_name; // "VexRiscv"
    const char *bus_standard; // "wishbone", "axi-lite", ...
    const char *build; // "LiteX (<revision>) on <date>", "reference <hash>", or "" where unknown
    bool has_map_hash; // the gateware carries it, too
    uint32_t clock_hz;
    uint32_t csr_base;
    uint8_t csr_data_width; // bits
    uint8_t csr_alignment; // bits
    bool csr_ordering_big;
    uint8_t bus_data_width; // bits
    uint8_t bus_address_width; // bits
} soc_identity_t;

extern const soc_register_t soc_registers[]; // sorted by name, in strcmp's order
extern const unsigned soc_register_count;
extern const soc_memory_t soc_memories[];
extern const unsigned soc_memory_count;
extern const soc_constant_t soc_constants[];
extern const unsigned soc_constant_count;
extern const soc_core_t soc_cores[];
extern const unsigned soc_core_count;
extern const soc_identity_t soc_identity;

// The register of that name, or NULL.
const soc_register_t *soc_register_find(const char *name);

// The memory region of that name, or NULL.
const soc_memory_t *soc_memory_find(const char *name);

// The constant of that name (either letter case), or NULL.
const soc_constant_t *soc_constant_find(const char *name);

// The core of that name, or NULL.
const soc_core_t *soc_core_find(const char *name);

// The tables above as lists of names: how many there are, and the i-th.
typedef enum {
    SOC_REGISTERS,
    SOC_MEMORIES,
    SOC_CONSTANTS,
    SOC_CORES,
} soc_table_t;
unsigned soc_table_count(soc_table_t table);
const char *soc_table_name(soc_table_t table, unsigned i);

// The names in a table that resemble name most, best first, for "no register X, did you mean Y". Writes up
// to max pointers to out and returns how many (0: nothing resembles it). Looks at the first 63 characters.
// Uses about 600 bytes of stack, takes some milliseconds on a slow core: for error paths.
unsigned soc_closest(soc_table_t table, const char *name, const char **out, unsigned max);

#endif // SOC_SOC_H
