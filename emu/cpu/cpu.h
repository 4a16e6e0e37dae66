// SPDX-License-Identifier: MIT
//
// RV32 instruction set simulator. The machine owns one cpu_t, sets `limit` and calls cpu_run(); the
// core runs pre-decoded basic blocks until the machine's time reaches the limit or something wants
// attention. What the core has, traps or ignores comes from its profile (profile.c), a table per
// LiteX CPU and variant.
// After: The RISC-V Instruction Set Manual, volumes I (20191213) and II (20211203).

#ifndef EMU_CPU_CPU_H
#define EMU_CPU_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bus/bus.h"

#define NO_RESERVATION (1u) // no word's address
#define CPU_SINK (32) // x[CPU_SINK] takes what is written to x0

// Trap causes (volume II, table 3.6).
enum {
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_M = 11,
    CAUSE_SOFTWARE_IRQ = 3,
    CAUSE_TIMER_IRQ = 7,
    CAUSE_EXTERNAL_IRQ = 11,
};

// Where a control and status register keeps its value; the last ones are computed.
typedef enum {
    SLOT_MSTATUS,
    SLOT_MIE,
    SLOT_MTVEC,
    SLOT_MSCRATCH,
    SLOT_MEPC,
    SLOT_MCAUSE,
    SLOT_MTVAL,
    SLOT_MISA,
    SLOT_IRQ_MASK,
    SLOT_S_IRQ_MASK,
    SLOT_STVEC,
    SLOT_SSCRATCH,
    SLOT_SEPC,
    SLOT_SCAUSE,
    SLOT_STVAL,
    SLOT_SATP,
    SLOT_MEDELEG,
    SLOT_MIDELEG,
    SLOT_COUNT,
    SLOT_CONST = SLOT_COUNT,
    SLOT_MIP,
    SLOT_IRQ_PENDING,
    SLOT_CYCLE,
    SLOT_CYCLEH,
    SLOT_INSTRET,
    SLOT_INSTRETH,
    SLOT_IRQ_LINES_AT_16, // mip of cores with fast interrupts
} cpu_slot_t;

enum { CSR_R = 1, CSR_W = 2, CSR_RW = 3 };

typedef struct {
    uint16_t number;
    uint8_t slot;
    uint8_t access;
    uint32_t mask;  // bits that read (and, for CSR_W, are stored)
    uint32_t value; // SLOT_CONST: the value; else the value after reset
} cpu_csr_t;

typedef struct {
    uint32_t mask;
    uint32_t match;
} cpu_legal_t;

// How LiteX's interrupt lines reach the core.
typedef enum {
    IRQ_ARRAY,  // mask and pending CSRs, cause 11 (VexRiscv, Minerva)
    IRQ_FAST,   // lines at mie and mip bits 16 and up, cause 16 + n, vectored (Ibex, CV32E40P)
    IRQ_PLIC,   // a PLIC on the bus, cause 11
    IRQ_PICO,   // PicoRV32's own instructions
    IRQ_NONE,
} cpu_irq_kind_t;

typedef struct {
    const char *name;
    const char *variant;       // NULL: any
    const cpu_legal_t *legal;  // the words that decode; ends with mask 0
    const cpu_csr_t *csrs;     // ends with access 0
    cpu_irq_kind_t irq_kind;
    bool has_c;
    bool rvc_reserved_traps;   // reserved compressed instructions are illegal
    bool misaligned_ok;        // misaligned accesses work instead of trapping
    bool csr_traps;            // access to a missing CSR traps; else it reads 0
    bool lrsc_any_address;     // the reservation is a flag: sc elsewhere succeeds too
    bool dcache;               // a cached load that times out costs a line
    bool icache;
    bool wfi_waits;            // wfi waits for an interrupt; else it is a no-op
    bool ebreak_traps_3;       // ebreak raises cause 3; else illegal instruction
    bool mtval;                // mtval is written
    bool halt_on_trap;         // an exception stops the core (PicoRV32 without its irq handler)
    uint32_t plic_base;        // IRQ_PLIC
    uint8_t plic_shift;        // IRQ_PLIC: PLIC source of interrupt line 0
} cpu_profile_t;

typedef struct op {
    const void *handler;
    uint8_t rd;
    uint8_t rs1;
    uint8_t rs2;
    uint8_t info; // OP_LEN_MASK, OP_LINE, OP_STALL
    int32_t imm;
} op_t;

enum { OP_LEN_MASK = 0x06, OP_LINE = 0x80, OP_STALL_SHIFT = 3, OP_STALL_MASK = 0x78 };

typedef struct block {
    uint32_t pc;
    uint32_t end_pc;
    uint32_t n; // instructions
    struct block *taken;
    struct block *fall;
    op_t ops[];
} block_t;

// Why cpu_run() came back beside reaching its limit.
typedef enum {
    STOP_NONE,
    STOP_BREAKPOINT,
    STOP_STRICT,
    STOP_HALT,
} cpu_stop_t;

typedef struct cpu_timing cpu_timing_t;

typedef struct cpu {
    uint32_t x[CPU_SINK + 1];
    uint32_t pc;
    uint64_t cycle;       // the machine's time, in system clock cycles
    uint64_t limit;       // cpu_run() returns when cycle reaches this
    uint64_t instret_lag; // cycles that were no instruction (idle, bus timeouts)
    uint64_t instructions; // --timing counts them
    uint64_t cycle_offset;   // mcycle minus cycle
    uint64_t instret_offset; // minstret minus instructions
    bool attention;       // leave the block after this instruction
    bool flush;           // decoded blocks are stale
    bool idle;            // in wfi
    bool held;            // held in reset
    cpu_stop_t stop;
    uint32_t irq_lines;   // LiteX's interrupt lines
    bool plic_irq;
    bool timer_irq;
    bool software_irq;
    uint32_t csr[SLOT_COUNT];
    uint32_t reservation; // address of lr.w, or NO_RESERVATION
    // PicoRV32: q registers, interrupts pending (latched), mask, timer, in handler.
    uint32_t q[4];
    uint32_t pico_pending;
    uint32_t pico_mask;
    uint64_t pico_timer_at;
    bool pico_active;

    const cpu_profile_t *profile;
    const cpu_csr_t *csr_table[4096];
    bus_t *bus;
    uint32_t reset_pc;

    void (*core)(struct cpu *cpu, block_t *block);
    const void *const *labels;
    cpu_timing_t *timing;
    uint8_t *arena;
    size_t arena_used;
    block_t **hash;
    uint32_t *breakpoints;
    size_t breakpoint_count;
    bool strict;
    char report[320];
    FILE *trace;
} cpu_t;

// The profile for LiteX's CPU name and variant; *exact is false for the fallback.
const cpu_profile_t *cpu_profile_find(const char *name, const char *variant, bool *exact);

bool cpu_init(cpu_t *cpu, const cpu_profile_t *profile, bus_t *bus, bool timing);
void cpu_free(cpu_t *cpu);
void cpu_reset(cpu_t *cpu, uint32_t pc);

// Run until cycle >= limit, idle, held or stopped. Instructions that had begun a block finish it.
void cpu_run(cpu_t *cpu);
// Run one instruction (or take one interrupt), ignoring breakpoints.
void cpu_step(cpu_t *cpu);

// The level of the interrupt lines changed.
void cpu_irq_update(cpu_t *cpu);
bool cpu_irq_pending(const cpu_t *cpu); // enabled and pending, whatever mstatus.MIE says

uint64_t cpu_instructions(const cpu_t *cpu);

bool cpu_breakpoint_add(cpu_t *cpu, uint32_t pc);
bool cpu_breakpoint_remove(cpu_t *cpu, uint32_t pc);

// Read or write a CSR by number as the debugger does: no side effects, false where there is none.
bool cpu_csr_peek(cpu_t *cpu, unsigned number, uint32_t *value);

#endif
