// SPDX-License-Identifier: MIT
//
// What the parts of the instruction set simulator share: the list of decoded operations and the
// calls between the core loop, the decoder, traps and the slow memory path.

#ifndef EMU_CPU_INTERNAL_H
#define EMU_CPU_INTERNAL_H

#include "cpu/cpu.h"

#define CPU_OPS(X) \
    X(NOP) X(LI) X(ADD) X(SUB) X(SLL) X(SLT) X(SLTU) X(XOR) X(SRL) X(SRA) X(OR) X(AND) \
    X(ADDI) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI) X(SLLI) X(SRLI) X(SRAI) X(MV) \
    X(LB) X(LH) X(LW) X(LBU) X(LHU) X(SB) X(SH) X(SW) \
    X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU) X(JAL) X(JALR) X(J_MISALIGNED) \
    X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU) \
    X(LR) X(SC) X(AMO) X(CSR) X(ECALL) X(EBREAK) X(MRET) X(WFI) X(FENCEI) X(PICO) \
    X(ILLEGAL) X(FETCH_BAD) X(BREAK) X(END)

enum {
#define X(name) OP_##name,
    CPU_OPS(X)
#undef X
    OP_COUNT
};

#define BLOCK_MAX_OPS (64)

// The operations of the A extension: bits 31:27 of the instruction (volume I, table 24.2); op_t keeps them in imm.
enum {
    FUNCT5_AMOADD = 0x00,
    FUNCT5_AMOSWAP = 0x01,
    FUNCT5_LR = 0x02,
    FUNCT5_SC = 0x03,
    FUNCT5_AMOXOR = 0x04,
    FUNCT5_AMOOR = 0x08,
    FUNCT5_AMOAND = 0x0c,
    FUNCT5_AMOMIN = 0x10,
    FUNCT5_AMOMAX = 0x14,
    FUNCT5_AMOMINU = 0x18,
    FUNCT5_AMOMAXU = 0x1c,
};

typedef struct {
    uint16_t code;
    uint8_t rd;
    uint8_t rs1;
    uint8_t rs2;
    uint8_t len;
    int32_t imm;
    bool ends; // last of its block
} decoded_t;

// Decode the instruction at pc. `word` has 32 bits, or 16 for a compressed one.
decoded_t cpu_decode(const cpu_profile_t *profile, uint32_t pc, uint32_t word);
// The 32-bit form of a compressed instruction, 0 where there is none; strict: nor for reserved forms
// of existing ones, which VexRiscv expands all the same.
uint32_t cpu_expand(uint16_t half, bool strict);

// The block at pc: from the cache or newly decoded; NULL when the cache is full (flush is set).
block_t *cpu_block(cpu_t *cpu, uint32_t pc);
block_t *cpu_block_single(cpu_t *cpu, uint32_t pc, block_t *room);
void cpu_flush(cpu_t *cpu);
// The hash slot of a block.
static inline uint32_t cpu_hash(uint32_t pc) {
    return (pc >> 1 ^ pc >> 15) & 0x7fff;
}

// The loops; called with cpu NULL they return their labels.
const void *const *cpu_core_fast(cpu_t *cpu, block_t *block);
const void *const *cpu_core_timing(cpu_t *cpu, block_t *block);

void cpu_trap(cpu_t *cpu, uint32_t pc, uint32_t cause, uint32_t value);
bool cpu_take_irq(cpu_t *cpu);
void cpu_mret(cpu_t *cpu);

// Memory accesses off the fast path. Return 0, or 1 + the trap's cause.
unsigned cpu_load_slow(cpu_t *cpu, uint32_t pc, uint32_t addr, unsigned size, uint32_t *value);
unsigned cpu_store_slow(cpu_t *cpu, uint32_t pc, uint32_t addr, unsigned size, uint32_t value);
unsigned cpu_amo(cpu_t *cpu, uint32_t pc, const op_t *op);
// A fetch outside all regions: time passes.
void cpu_fetch_timeout(cpu_t *cpu, uint32_t pc);
// A CSR instruction; false when it is illegal.
bool cpu_csr_op(cpu_t *cpu, const op_t *op);
// A PicoRV32 custom instruction; false when illegal; *pc may change.
bool cpu_pico_op(cpu_t *cpu, const op_t *op, uint32_t *pc);
bool cpu_pico_trap(cpu_t *cpu, uint32_t pc, uint32_t irq);

// --timing.
typedef struct {
    unsigned cycle;
    unsigned ready[CPU_SINK];
} cpu_stalls_t; // zero at the start of a block

unsigned cpu_stall(cpu_stalls_t *stalls, const decoded_t *d);
cpu_timing_t *cpu_timing_new(const cpu_profile_t *profile);
void cpu_timing_reset(cpu_timing_t *timing);
void cpu_timing_free(cpu_timing_t *timing);

#endif
