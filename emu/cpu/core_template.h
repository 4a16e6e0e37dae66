// SPDX-License-Identifier: MIT
//
// The core loop, one small body per operation (after rv32emu's template). Included twice: by
// core_fast.c with CORE_TIMING 0, where an instruction is a cycle and a block adds its length at
// once, and by core_timing.c with CORE_TIMING 1, where each instruction adds what timing.h says.

#include <string.h>

#include "cpu/internal.h"

#if CORE_TIMING
#include "cpu/timing.h"
#endif

#define LIKELY(c) __builtin_expect(!!(c), 1)
#define UNLIKELY(c) __builtin_expect(!!(c), 0)

#define RD x[op->rd]
#define RS1 x[op->rs1]
#define RS2 x[op->rs2]
#define S1 ((int32_t)RS1)
#define S2 ((int32_t)RS2)

#if CORE_TIMING
#define DISPATCH() do { TIMING_ISSUE(); goto *op->handler; } while (0)
#define BLOCK_COST(block) ((void)0)
#define LATER() (0)
#else
#define DISPATCH() goto *op->handler
#define BLOCK_COST(block) (cycle += (block)->n)
// Cycles that the block added in advance for the instructions after this one.
#define LATER() ((uint64_t)(block->n - 1 - (unsigned)(op - block->ops)))
#define TIMING_COST(what) ((void)0)
#define TIMING_JUMP(what) ((void)0)
#define TIMING_LOAD(addr, size) ((void)0)
#define TIMING_STORE(addr, size) ((void)0)
#define TIMING_BRANCH(taken) ((void)0)
#define TIMING_IO_LOAD(addr, size) ((void)0)
#define TIMING_IO_STORE(addr, size) ((void)0)
#define TIMING_TRAP() ((void)0)
#endif

#define NEXT() do { op++; DISPATCH(); } while (0)

#define ENTER(next_block) \
    do { \
        block = (next_block); \
        if (UNLIKELY(cycle >= cpu->limit)) { \
            cpu->pc = block->pc; \
            goto leave; \
        } \
        BLOCK_COST(block); \
        op = block->ops; \
        DISPATCH(); \
    } while (0)

// Follow a link to the next block, finding it the first time.
#define FOLLOW(link, target) \
    do { \
        block_t *next_ = block->link; \
        if (UNLIKELY(next_ == NULL)) { \
            next_ = cpu_block(cpu, (target)); \
            if (next_ == NULL) { \
                cpu->pc = (target); \
                goto leave; \
            } \
            block->link = next_; \
        } \
        ENTER(next_); \
    } while (0)

#define SYNC() (cpu->cycle = cycle - LATER())
#define UNSYNC() (cycle = cpu->cycle + LATER())

#define LOAD(type, size) \
    do { \
        uint32_t addr = RS1 + (uint32_t)op->imm; \
        uintptr_t page = read_page[addr >> BUS_PAGE_BITS]; \
        if (LIKELY(page != 0 && (addr & (size - 1)) == 0)) { \
            type value; \
            memcpy(&value, (const void *)(page + addr), size); \
            TIMING_LOAD(addr, size); \
            RD = (uint32_t)(int32_t)value; \
            NEXT(); \
        } \
        uint32_t word; \
        SYNC(); \
        unsigned bad = cpu_load_slow(cpu, pc_of(block, op), addr, size, &word); \
        UNSYNC(); \
        TIMING_IO_LOAD(addr, size); \
        if (UNLIKELY(bad != 0)) { \
            cause = bad - 1; \
            trap_value = addr; \
            goto trap; \
        } \
        RD = (uint32_t)(int32_t)(type)word; \
        if (UNLIKELY(cpu->attention)) { \
            goto interrupted; \
        } \
        NEXT(); \
    } while (0)

#define STORE(type, size) \
    do { \
        uint32_t addr = RS1 + (uint32_t)op->imm; \
        uintptr_t page = write_page[addr >> BUS_PAGE_BITS]; \
        if (LIKELY(page != 0 && (addr & (size - 1)) == 0)) { \
            type value = (type)RS2; \
            memcpy((void *)(page + addr), &value, size); \
            TIMING_STORE(addr, size); \
            NEXT(); \
        } \
        SYNC(); \
        unsigned bad = cpu_store_slow(cpu, pc_of(block, op), addr, size, RS2); \
        UNSYNC(); \
        TIMING_IO_STORE(addr, size); \
        if (UNLIKELY(bad != 0)) { \
            cause = bad - 1; \
            trap_value = addr; \
            goto trap; \
        } \
        if (UNLIKELY(cpu->attention)) { \
            goto interrupted; \
        } \
        NEXT(); \
    } while (0)

// A branch: conditions go both ways by links; misaligned targets exist only without C.
#define BRANCH(condition) \
    do { \
        if (condition) { \
            TIMING_BRANCH(1); \
            if (UNLIKELY((op->imm & 2) != 0 && !has_c)) { \
                goto misaligned_jump; \
            } \
            FOLLOW(taken, (uint32_t)op->imm); \
        } \
        TIMING_BRANCH(0); \
        FOLLOW(fall, block->end_pc); \
    } while (0)

static uint32_t pc_of(const block_t *block, const op_t *op) {
    uint32_t pc = block->pc;
    for (const op_t *at = block->ops; at < op; at++) {
        pc += at->info & OP_LEN_MASK;
    }
    return pc;
}

const void *const *CORE_NAME(cpu_t *cpu, block_t *block) {
    static const void *const labels[OP_COUNT] = {
#define X(name) [OP_##name] = && op_##name,
        CPU_OPS(X)
#undef X
    };
    if (cpu == NULL) {
        return labels;
    }
    uint32_t *const x = cpu->x;
    const uintptr_t *const read_page = cpu->bus->read_page;
    const uintptr_t *const write_page = cpu->bus->write_page;
    const bool has_c = cpu->profile->has_c;
    uint64_t cycle = cpu->cycle;
    uint32_t cause;
    uint32_t trap_value;
    const op_t *op;
    #if CORE_TIMING
    cpu_timing_t *const timing = cpu->timing;
    #endif

    ENTER(block);

op_NOP:
    NEXT();
op_LI:
    RD = (uint32_t)op->imm;
    NEXT();
op_MV:
    RD = RS1;
    NEXT();
op_ADD:
    RD = RS1 + RS2;
    NEXT();
op_SUB:
    RD = RS1 - RS2;
    NEXT();
op_SLL:
    TIMING_COST(shift);
    RD = RS1 << (RS2 & 31);
    NEXT();
op_SLT:
    RD = S1 < S2;
    NEXT();
op_SLTU:
    RD = RS1 < RS2;
    NEXT();
op_XOR:
    RD = RS1 ^ RS2;
    NEXT();
op_SRL:
    TIMING_COST(shift);
    RD = RS1 >> (RS2 & 31);
    NEXT();
op_SRA:
    TIMING_COST(shift);
    RD = (uint32_t)(S1 >> (RS2 & 31));
    NEXT();
op_OR:
    RD = RS1 | RS2;
    NEXT();
op_AND:
    RD = RS1 & RS2;
    NEXT();
op_ADDI:
    RD = RS1 + (uint32_t)op->imm;
    NEXT();
op_SLTI:
    RD = S1 < op->imm;
    NEXT();
op_SLTIU:
    RD = RS1 < (uint32_t)op->imm;
    NEXT();
op_XORI:
    RD = RS1 ^ (uint32_t)op->imm;
    NEXT();
op_ORI:
    RD = RS1 | (uint32_t)op->imm;
    NEXT();
op_ANDI:
    RD = RS1 & (uint32_t)op->imm;
    NEXT();
op_SLLI:
    TIMING_COST(shift);
    RD = RS1 << op->imm;
    NEXT();
op_SRLI:
    TIMING_COST(shift);
    RD = RS1 >> op->imm;
    NEXT();
op_SRAI:
    TIMING_COST(shift);
    RD = (uint32_t)(S1 >> op->imm);
    NEXT();

op_LB:
    LOAD(int8_t, 1);
op_LH:
    LOAD(int16_t, 2);
op_LW:
    LOAD(uint32_t, 4);
op_LBU:
    LOAD(uint8_t, 1);
op_LHU:
    LOAD(uint16_t, 2);
op_SB:
    STORE(uint8_t, 1);
op_SH:
    STORE(uint16_t, 2);
op_SW:
    STORE(uint32_t, 4);

op_BEQ:
    BRANCH(RS1 == RS2);
op_BNE:
    BRANCH(RS1 != RS2);
op_BLT:
    BRANCH(S1 < S2);
op_BGE:
    BRANCH(S1 >= S2);
op_BLTU:
    BRANCH(RS1 < RS2);
op_BGEU:
    BRANCH(RS1 >= RS2);

op_JAL:
    TIMING_JUMP(jal);
    RD = block->end_pc;
    FOLLOW(taken, (uint32_t)op->imm);

op_JALR: {
        uint32_t target = (RS1 + (uint32_t)op->imm) & ~1u;
        TIMING_JUMP(jalr);
        if (UNLIKELY((target & 2) != 0 && !has_c)) {
            trap_value = target;
            goto misaligned_target;
        }
        RD = block->end_pc;
        // The link remembers the last target (inline cache).
        block_t *next = block->taken;
        if (UNLIKELY(next == NULL || next->pc != target)) {
            next = cpu->hash[cpu_hash(target)];
            if (UNLIKELY(next == NULL || next->pc != target)) {
                next = cpu_block(cpu, target);
                if (next == NULL) {
                    cpu->pc = target;
                    goto leave;
                }
            }
            block->taken = next;
        }
        ENTER(next);
    }

op_J_MISALIGNED:
misaligned_jump:
    trap_value = (uint32_t)op->imm;
misaligned_target:
    cause = CAUSE_FETCH_MISALIGNED;
    goto trap;

op_MUL:
    TIMING_COST(mul);
    RD = RS1 * RS2;
    NEXT();
op_MULH:
    TIMING_COST(mul);
    RD = (uint32_t)((uint64_t)((int64_t)S1 * (int64_t)S2) >> 32);
    NEXT();
op_MULHSU:
    TIMING_COST(mul);
    RD = (uint32_t)((uint64_t)((int64_t)S1 * (int64_t)(uint64_t)RS2) >> 32);
    NEXT();
op_MULHU:
    TIMING_COST(mul);
    RD = (uint32_t)((uint64_t)RS1 * RS2 >> 32);
    NEXT();
op_DIV:
    TIMING_COST(div);
    RD = RS2 == 0 ? 0xffffffff : RS1 == 0x80000000 && RS2 == 0xffffffff ? RS1 : (uint32_t)(S1 / S2);
    NEXT();
op_DIVU:
    TIMING_COST(div);
    RD = RS2 == 0 ? 0xffffffff : RS1 / RS2;
    NEXT();
op_REM:
    TIMING_COST(div);
    RD = RS2 == 0 ? RS1 : RS1 == 0x80000000 && RS2 == 0xffffffff ? 0 : (uint32_t)(S1 % S2);
    NEXT();
op_REMU:
    TIMING_COST(div);
    RD = RS2 == 0 ? RS1 : RS1 % RS2;
    NEXT();

op_LR:
op_SC:
op_AMO: {
        SYNC();
        unsigned bad = cpu_amo(cpu, pc_of(block, op), op);
        UNSYNC();
        TIMING_IO_LOAD(RS1, 4);
        if (UNLIKELY(bad != 0)) {
            cause = bad - 1;
            trap_value = RS1;
            goto trap;
        }
        if (UNLIKELY(cpu->attention)) {
            goto interrupted;
        }
        NEXT();
    }

op_CSR: {
        uint32_t word = (uint32_t)op->imm;
        TIMING_COST(csr);
        SYNC();
        bool good = cpu_csr_op(cpu, op);
        UNSYNC();
        if (!good) {
            // The instruction word again, for mtval.
            trap_value = word << 20 | (uint32_t)op->rs1 << 15 | (word >> 12 & 7) << 12 | (uint32_t)op->rs2 << 7 | 0x73;
            cause = CAUSE_ILLEGAL;
            goto trap;
        }
        if (UNLIKELY(cpu->attention)) {
            goto interrupted;
        }
        FOLLOW(fall, block->end_pc);
    }

op_ECALL:
    cause = CAUSE_ECALL_M;
    trap_value = 0x00000073;
    goto trap;
op_EBREAK:
    cause = cpu->profile->ebreak_traps_3 ? CAUSE_BREAKPOINT : CAUSE_ILLEGAL;
    trap_value = 0x00100073;
    goto trap;
op_MRET:
    TIMING_COST(mret);
    cpu_mret(cpu);
    goto leave;
op_WFI:
    cpu->pc = block->end_pc;
    cpu->idle = !cpu_irq_pending(cpu);
    goto leave;
op_FENCEI:
    TIMING_COST(fencei);
    FOLLOW(fall, block->end_pc);
op_PICO: {
        uint32_t next_pc = block->end_pc;
        SYNC();
        bool good = cpu_pico_op(cpu, op, &next_pc);
        UNSYNC();
        if (!good) {
            cause = CAUSE_ILLEGAL;
            trap_value = (uint32_t)op->imm;
            goto trap;
        }
        cpu->pc = next_pc;
        goto leave;
    }
op_ILLEGAL:
    cause = CAUSE_ILLEGAL;
    trap_value = (uint32_t)op->imm;
    goto trap;
op_FETCH_BAD: {
        SYNC();
        cpu_fetch_timeout(cpu, block->pc);
        UNSYNC();
        cause = CAUSE_ILLEGAL;
        trap_value = 0xffffffff;
        goto trap;
    }
op_BREAK:
    // Not an instruction: the one behind it has not run yet.
    cpu->stop = STOP_BREAKPOINT;
    cpu->pc = block->pc;
    goto leave;
op_END:
    // Not an instruction: the block ends here and the code goes on.
    FOLLOW(fall, block->end_pc);

trap:
    SYNC();
    cpu_trap(cpu, pc_of(block, op), cause, trap_value);
    TIMING_TRAP();
    return NULL;

interrupted:
    SYNC();
    cpu->pc = pc_of(block, op) + (op->info & OP_LEN_MASK);
    return NULL;

leave:
    cpu->cycle = cycle;
    return NULL;
}
