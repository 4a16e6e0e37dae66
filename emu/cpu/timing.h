// SPDX-License-Identifier: MIT
//
// --timing: what an instruction costs on VexRiscv `standard` with memory on the chip, measured on the
// RTL with tests/rtl/truth/timing.S and programs like it. An instruction takes a cycle; the costs
// here are added. Stalls between neighbours (a loaded value used at once) are found when a block is
// decoded (timing.c); what depends on addresses and outcomes is added here.

#ifndef EMU_CPU_TIMING_H
#define EMU_CPU_TIMING_H

#include <stdint.h>

#define TIMING_LINE_BITS (5)
#define TIMING_LINES (128) // 4 KiB, direct mapped
#define TIMING_MISS (20)   // refill of a line from on-chip memory
#define TIMING_UNCACHED (3)
#define TIMING_WRITE (2)   // bus cycles of a store
#define TIMING_WRITE_SLACK (3) // number of those that may be outstanding
#define TIMING_COLLISION (5)   // a load right behind a store to the same bytes is done again
#define TIMING_COLLISION_AGE (3)

// On top of the one cycle.
enum {
    TIMING_shift = 0,
    TIMING_mul = 0,
    TIMING_div = 33,
    TIMING_jal = 1,
    TIMING_jalr = 3,
    TIMING_csr = 2,
    TIMING_mret = 5,
    TIMING_fencei = 20,
    TIMING_trap = 5,
    TIMING_taken = 1,      // as predicted: backward
    TIMING_mispredict = 3,
};

struct cpu_timing {
    uint32_t icache[TIMING_LINES]; // line number + 1
    uint32_t dcache[TIMING_LINES];
    uint64_t bus_free;             // cycle at which the last store is done
    uint32_t store_word[TIMING_COLLISION_AGE];
    unsigned store_lanes[TIMING_COLLISION_AGE]; // bytes of the word
    uint64_t store_at[TIMING_COLLISION_AGE];
    unsigned store_next;
    bool has_icache;
    bool has_dcache;
};

// The bus serves stores before anything behind them.
static inline uint64_t timing_bus(const cpu_timing_t *t, uint64_t cycle, unsigned cost) {
    return (t->bus_free > cycle ? t->bus_free : cycle) + cost;
}

static inline uint64_t timing_fetch(cpu_timing_t *t, uint64_t cycle, uint32_t pc) {
    uint32_t line = pc >> TIMING_LINE_BITS;
    uint32_t *tag = &t->icache[line % TIMING_LINES];
    if (*tag == line + 1) {
        return cycle;
    }
    *tag = line + 1;
    return timing_bus(t, cycle, t->has_icache ? TIMING_MISS : TIMING_UNCACHED);
}

// What is fetched behind a jump before the processor knows better: a line that is missing there is
// refilled to its end first.
static inline uint64_t timing_wrong_path(cpu_timing_t *t, uint64_t cycle, uint32_t pc, unsigned known_after) {
    uint32_t line = (pc + 4 * known_after) >> TIMING_LINE_BITS;
    uint32_t *tag = &t->icache[line % TIMING_LINES];
    if (!t->has_icache || line == pc >> TIMING_LINE_BITS || *tag == line + 1) {
        return cycle;
    }
    *tag = line + 1;
    return timing_bus(t, cycle, TIMING_MISS - known_after);
}

static inline unsigned timing_lanes(uint32_t addr, unsigned size) {
    return ((1u << size) - 1) << (addr & 3);
}

static inline uint64_t timing_load(cpu_timing_t *t, uint64_t cycle, uint32_t addr, unsigned size) {
    uint32_t line = addr >> TIMING_LINE_BITS;
    uint32_t *tag = &t->dcache[line % TIMING_LINES];
    if (*tag != line + 1 || !t->has_dcache) {
        *tag = line + 1;
        return timing_bus(t, cycle, t->has_dcache ? TIMING_MISS : TIMING_UNCACHED);
    }
    for (unsigned i = 0; i < TIMING_COLLISION_AGE; i++) {
        if (t->store_word[i] == addr >> 2 && cycle - t->store_at[i] < TIMING_COLLISION_AGE &&
            (t->store_lanes[i] & timing_lanes(addr, size)) != 0) {
            return cycle + TIMING_COLLISION;
        }
    }
    return cycle;
}

static inline uint64_t timing_store(cpu_timing_t *t, uint64_t cycle, uint32_t addr, unsigned size) {
    t->bus_free = timing_bus(t, cycle, TIMING_WRITE);
    if (t->bus_free > cycle + TIMING_WRITE_SLACK) {
        cycle = t->bus_free - TIMING_WRITE_SLACK;
    }
    t->store_word[t->store_next] = addr >> 2;
    t->store_at[t->store_next] = cycle;
    t->store_lanes[t->store_next] = timing_lanes(addr, size);
    t->store_next = (t->store_next + 1) % TIMING_COLLISION_AGE;
    return cycle;
}

// What the core loop calls. OP_END and OP_BREAK have no length: they are not instructions.
#define TIMING_ISSUE() \
    do { \
        unsigned info_ = op->info; \
        unsigned real_ = (info_ & OP_LEN_MASK) != 0; \
        cycle += real_ + ((info_ & OP_STALL_MASK) >> OP_STALL_SHIFT); \
        cpu->instructions += real_; \
        if (info_ & OP_LINE) { \
            cycle = timing_fetch(timing, cycle, has_c ? pc_of(block, op) : \
    block->pc + 4 * (uint32_t)(op - block->ops)); \
        } \
    } while (0)
#define TIMING_COST(what) (cycle += TIMING_##what)
#define TIMING_JUMP(what) \
    (cycle = timing_wrong_path(timing, cycle + TIMING_##what, block->end_pc - (op->info & OP_LEN_MASK), TIMING_##what))
#define TIMING_LOAD(addr, size) (cycle = timing_load(timing, cycle, addr, size))
#define TIMING_STORE(addr, size) (cycle = timing_store(timing, cycle, addr, size))
#define TIMING_BRANCH(taken) \
    do { \
        bool backward_ = (uint32_t)op->imm <= block->end_pc - (op->info & OP_LEN_MASK); \
        uint32_t at_ = block->end_pc - (op->info & OP_LEN_MASK); \
        cycle += backward_ == (taken) ? (taken) * TIMING_taken : TIMING_mispredict; \
        if (taken) { \
            cycle = timing_wrong_path(timing, cycle, at_, backward_ ? TIMING_taken : TIMING_mispredict); \
        } \
    } while (0)
// Beside the fast path: registers, and memory that holds code.
#define TIMING_IO_LOAD(addr, size) \
    do { \
        if ((addr) >= 0x80000000u) { \
            cycle = timing_bus(timing, cycle, TIMING_UNCACHED); \
        } else { \
            TIMING_LOAD(addr, size); \
        } \
    } while (0)
#define TIMING_IO_STORE(addr, size) TIMING_STORE(addr, size)
#define TIMING_TRAP() (cpu->cycle += TIMING_trap)

#endif
