// SPDX-License-Identifier: MIT
//
// Life of the processor: init, reset, run, step, and the cache of decoded blocks. Blocks live in an
// arena that is emptied as a whole when code is overwritten, a breakpoint changes or it is full.

#define _GNU_SOURCE
#include "cpu/cpu.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/internal.h"

#define ARENA_BYTES (16u << 20)
#define HASH_SIZE (0x8000)
#define BLOCK_BYTES(ops) (sizeof(block_t) + (ops) * sizeof(op_t))

static void run_fast(cpu_t *cpu, block_t *block) {
    cpu_core_fast(cpu, block);
}

static void run_timing(cpu_t *cpu, block_t *block) {
    cpu_core_timing(cpu, block);
}

static void on_code_written(void *context) {
    cpu_t *cpu = context;
    cpu->flush = true;
    cpu->attention = true;
}

static void *map_zero(size_t size) {
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

bool cpu_init(cpu_t *cpu, const cpu_profile_t *profile, bus_t *bus, bool timing) {
    memset(cpu, 0, sizeof(*cpu));
    cpu->profile = profile;
    cpu->bus = bus;
    for (const cpu_csr_t *csr = profile->csrs; csr->access != 0; csr++) {
        cpu->csr_table[csr->number] = csr;
    }
    cpu->arena = map_zero(ARENA_BYTES);
    cpu->hash = map_zero(HASH_SIZE * sizeof(*cpu->hash));
    if (timing) {
        cpu->timing = cpu_timing_new(profile);
        cpu->core = run_timing;
        cpu->labels = cpu_core_timing(NULL, NULL);
    } else {
        cpu->core = run_fast;
        cpu->labels = cpu_core_fast(NULL, NULL);
    }
    bus->code_written = on_code_written;
    bus->code_context = cpu;
    return cpu->arena != NULL && cpu->hash != NULL && (!timing || cpu->timing != NULL);
}

void cpu_free(cpu_t *cpu) {
    if (cpu->arena != NULL) {
        munmap(cpu->arena, ARENA_BYTES);
    }
    if (cpu->hash != NULL) {
        munmap(cpu->hash, HASH_SIZE * sizeof(*cpu->hash));
    }
    cpu_timing_free(cpu->timing);
    free(cpu->breakpoints);
    memset(cpu, 0, sizeof(*cpu));
}

void cpu_reset(cpu_t *cpu, uint32_t pc) {
    memset(cpu->csr, 0, sizeof(cpu->csr));
    for (const cpu_csr_t *csr = cpu->profile->csrs; csr->access != 0; csr++) {
        if (csr->slot < SLOT_COUNT) {
            cpu->csr[csr->slot] |= csr->value;
        }
    }
    memset(cpu->q, 0, sizeof(cpu->q));
    cpu->pico_pending = 0;
    cpu->pico_mask = 0xffffffff;
    cpu->pico_timer_at = 0;
    cpu->pico_active = false;
    cpu->pc = cpu->reset_pc = pc & (cpu->profile->has_c ? ~1u : ~3u);
    cpu->cycle_offset = -cpu->cycle;
    cpu->instret_offset = -cpu_instructions(cpu);
    cpu->reservation = NO_RESERVATION;
    cpu->idle = false;
    cpu->held = false;
    cpu->stop = STOP_NONE;
    cpu->attention = false;
    if (cpu->timing != NULL) {
        cpu_timing_reset(cpu->timing);
    }
}

uint64_t cpu_instructions(const cpu_t *cpu) {
    return cpu->timing != NULL ? cpu->instructions : cpu->cycle - cpu->instret_lag;
}

void cpu_flush(cpu_t *cpu) {
    memset(cpu->hash, 0, HASH_SIZE * sizeof(*cpu->hash));
    cpu->arena_used = 0;
    cpu->flush = false;
    bus_clear_code(cpu->bus);
}

static bool is_breakpoint(const cpu_t *cpu, uint32_t pc) {
    for (size_t i = 0; i < cpu->breakpoint_count; i++) {
        if (cpu->breakpoints[i] == pc) {
            return true;
        }
    }
    return false;
}

static void op_set(const cpu_t *cpu, op_t *op, const decoded_t *d) {
    op->handler = cpu->labels[d->code];
    op->rd = d->rd;
    op->rs1 = d->rs1;
    op->rs2 = d->rs2;
    op->info = d->len;
    op->imm = d->imm;
}

// Fetch without side effects; *word is the 32 bits at pc, or 16 when only those are there.
static bool fetch(cpu_t *cpu, uint32_t pc, uint32_t *word) {
    uint16_t half[2] = { 0xffff, 0xffff };
    if ((pc & 2) == 0 && bus_peek(cpu->bus, pc, half, 4) == 4) {
        *word = half[0] | (uint32_t)half[1] << 16;
        return true;
    }
    if (bus_peek(cpu->bus, pc, half, 2) != 2) {
        // A register window gives no code; nothing at all times out.
        bus_region_t *region = bus_find(cpu->bus, pc);
        *word = 0;
        return region != NULL && region->memory == NULL;
    }
    if ((half[0] & 3) == 3) {
        bus_peek(cpu->bus, pc + 2, &half[1], 2);
    }
    *word = half[0] | (uint32_t)half[1] << 16;
    return true;
}

static void build(cpu_t *cpu, uint32_t pc, block_t *block, size_t max_ops, bool breakpoints) {
    cpu_stalls_t stalls = { 0 };
    decoded_t end = { .code = OP_END };
    uint32_t page = pc >> BUS_PAGE_BITS;
    size_t count = 0;
    block->pc = pc;
    block->n = 0;
    block->taken = NULL;
    block->fall = NULL;
    for (;;) {
        uint32_t word;
        decoded_t d;
        if (breakpoints && is_breakpoint(cpu, pc)) {
            if (count == 0) {
                d = (decoded_t) { .code = OP_BREAK };
                op_set(cpu, &block->ops[count++], &d);
            }
            break;
        }
        if (fetch(cpu, pc, &word)) {
            d = cpu_decode(cpu->profile, pc, word);
        } else {
            if (count > 0) {
                break; // time passes only when it gets there
            }
            d = (decoded_t) { .code = OP_FETCH_BAD, .len = 4, .ends = true };
        }
        op_t *op = &block->ops[count++];
        op_set(cpu, op, &d);
        if (block->n == 0 || (pc & 31) == 0 || ((pc & 31) == 30 && d.len == 4) || ((pc - 2) & 31) == 30) {
            op->info |= OP_LINE;
        }
        op->info |= cpu_stall(&stalls, &d) << OP_STALL_SHIFT & OP_STALL_MASK;
        block->n++;
        pc += d.len;
        if (d.ends) {
            block->end_pc = pc;
            return;
        }
        if (count == max_ops || pc >> BUS_PAGE_BITS != page) {
            break;
        }
    }
    block->end_pc = pc;
    op_set(cpu, &block->ops[count], &end);
}

block_t *cpu_block(cpu_t *cpu, uint32_t pc) {
    block_t **slot = &cpu->hash[cpu_hash(pc)];
    if (*slot != NULL && (*slot)->pc == pc) {
        return *slot;
    }
    if (cpu->flush || cpu->arena_used + BLOCK_BYTES(BLOCK_MAX_OPS + 1) > ARENA_BYTES) {
        cpu->flush = true;
        return NULL;
    }
    block_t *block = (block_t *)(cpu->arena + cpu->arena_used);
    build(cpu, pc, block, BLOCK_MAX_OPS, true);
    bus_mark_code(cpu->bus, pc, block->end_pc - pc);
    // One more than n: OP_END or OP_BREAK.
    cpu->arena_used += BLOCK_BYTES(block->n + 1);
    *slot = block;
    return block;
}

block_t *cpu_block_single(cpu_t *cpu, uint32_t pc, block_t *room) {
    build(cpu, pc, room, 1, false);
    return room;
}

static void attend(cpu_t *cpu) {
    cpu->attention = false;
    if (cpu->flush) {
        cpu_flush(cpu);
    }
    cpu_take_irq(cpu);
}

void cpu_run(cpu_t *cpu) {
    cpu_irq_update(cpu);
    while (cpu->cycle < cpu->limit && cpu->stop == STOP_NONE && !cpu->held) {
        attend(cpu);
        if (cpu->idle) {
            break;
        }
        block_t *block = cpu_block(cpu, cpu->pc);
        if (block != NULL) {
            cpu->core(cpu, block);
        }
    }
}

void cpu_step(cpu_t *cpu) {
    // A single instruction and OP_END, outside the cache so that nothing links to it.
    union {
        block_t block;
        uint8_t bytes[BLOCK_BYTES(2)];
    } room;
    if (cpu->held) {
        return;
    }
    cpu_irq_update(cpu);
    attend(cpu);
    if (cpu->idle) {
        return;
    }
    block_t *block = cpu_block_single(cpu, cpu->pc, &room.block);
    // At its end the core wants to follow to the next block: the limit stops it there.
    uint64_t limit = cpu->limit;
    cpu->limit = cpu->cycle + 1;
    cpu->core(cpu, block);
    cpu->limit = limit;
}

bool cpu_breakpoint_add(cpu_t *cpu, uint32_t pc) {
    uint32_t *list = realloc(cpu->breakpoints, (cpu->breakpoint_count + 1) * sizeof(*list));
    if (list == NULL) {
        return false;
    }
    list[cpu->breakpoint_count++] = pc;
    cpu->breakpoints = list;
    cpu->flush = true;
    return true;
}

bool cpu_breakpoint_remove(cpu_t *cpu, uint32_t pc) {
    for (size_t i = 0; i < cpu->breakpoint_count; i++) {
        if (cpu->breakpoints[i] == pc) {
            cpu->breakpoints[i] = cpu->breakpoints[--cpu->breakpoint_count];
            cpu->flush = true;
            return true;
        }
    }
    return false;
}
