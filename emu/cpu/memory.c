// SPDX-License-Identifier: MIT
//
// Memory accesses off the core loop's fast path: registers, misaligned addresses, memory with
// decoded code in it, and addresses outside all regions. LiteX's bus then times out: the access
// ends after BUS_TIMEOUT cycles, loads give all ones, ctrl_bus_errors counts, nothing traps.

#include "cpu/internal.h"

#define BUS_TIMEOUT (1000000)
#define LINE_WORDS (8)
#define IO_BASE (0x80000000u) // VexRiscv's caches leave the upper half alone

static void timeout(cpu_t *cpu, unsigned words) {
    cpu->bus->errors += words - 1;
    cpu->cycle += (uint64_t)words * BUS_TIMEOUT;
    cpu->instret_lag += (uint64_t)words * BUS_TIMEOUT;
}

static void report(cpu_t *cpu, uint32_t pc, uint32_t addr, unsigned size, const char *what) {
    if (cpu->strict && cpu->stop == STOP_NONE) {
        snprintf(cpu->report, sizeof(cpu->report),
            "%s of %u bytes at 0x%08x, where no core answers: pc 0x%08x, ra 0x%08x, sp 0x%08x",
            what, size, (unsigned)addr, (unsigned)pc, (unsigned)cpu->x[1], (unsigned)cpu->x[2]);
        cpu->stop = STOP_STRICT;
        cpu->attention = true;
    }
}

void cpu_fetch_timeout(cpu_t *cpu, uint32_t pc) {
    report(cpu, pc, pc, 4, "fetch");
    cpu->bus->errors++;
    timeout(cpu, cpu->profile->icache ? LINE_WORDS : 1);
}

unsigned cpu_load_slow(cpu_t *cpu, uint32_t pc, uint32_t addr, unsigned size, uint32_t *value) {
    if ((addr & (size - 1)) != 0) {
        if (!cpu->profile->misaligned_ok) {
            return 1 + CAUSE_LOAD_MISALIGNED;
        }
        *value = 0;
        for (unsigned i = 0; i < size; i++) {
            uint32_t byte;
            cpu_load_slow(cpu, pc, addr + i, 1, &byte);
            *value |= byte << 8 * i;
        }
        return 0;
    }
    if (!bus_read(cpu->bus, addr, size, value)) {
        report(cpu, pc, addr, size, "load");
        timeout(cpu, cpu->profile->dcache && addr < IO_BASE ? LINE_WORDS : 1);
    }
    return 0;
}

unsigned cpu_store_slow(cpu_t *cpu, uint32_t pc, uint32_t addr, unsigned size, uint32_t value) {
    if ((addr & (size - 1)) != 0) {
        if (!cpu->profile->misaligned_ok) {
            return 1 + CAUSE_STORE_MISALIGNED;
        }
        for (unsigned i = 0; i < size; i++) {
            cpu_store_slow(cpu, pc, addr + i, 1, value >> 8 * i & 0xff);
        }
        return 0;
    }
    if (!bus_write(cpu->bus, addr, size, value)) {
        report(cpu, pc, addr, size, "store");
        timeout(cpu, 1);
    } else if (cpu->strict) {
        bus_region_t *region = bus_find(cpu->bus, addr);
        if (region != NULL && !region->writable) {
            report(cpu, pc, addr, size, "store to read-only memory");
        }
    }
    return 0;
}

static uint32_t amo_result(unsigned funct5, uint32_t old, uint32_t operand) {
    switch (funct5) {
        case FUNCT5_AMOADD:
            return old + operand;
        case FUNCT5_AMOSWAP:
            return operand;
        case FUNCT5_AMOXOR:
            return old ^ operand;
        case FUNCT5_AMOAND:
            return old & operand;
        case FUNCT5_AMOOR:
            return old | operand;
        case FUNCT5_AMOMIN:
            return (int32_t)old < (int32_t)operand ? old : operand;
        case FUNCT5_AMOMAX:
            return (int32_t)old > (int32_t)operand ? old : operand;
        case FUNCT5_AMOMINU:
            return old < operand ? old : operand;
        case FUNCT5_AMOMAXU:
            return old > operand ? old : operand;
        default: // the decoder lets no other pass
            return old;
    }
}

unsigned cpu_amo(cpu_t *cpu, uint32_t pc, const op_t *op) {
    uint32_t addr = cpu->x[op->rs1];
    uint32_t operand = cpu->x[op->rs2];
    unsigned funct5 = (unsigned)op->imm;
    uint32_t old = 0;
    if ((addr & 3) != 0) {
        return 1 + (funct5 == FUNCT5_LR ? CAUSE_LOAD_MISALIGNED : CAUSE_STORE_MISALIGNED);
    }
    if (funct5 == FUNCT5_LR) {
        cpu_load_slow(cpu, pc, addr, 4, &old);
        cpu->reservation = addr;
        cpu->x[op->rd] = old;
    } else if (funct5 == FUNCT5_SC) {
        bool held = cpu->profile->lrsc_any_address ? cpu->reservation != NO_RESERVATION : cpu->reservation == addr;
        cpu->reservation = NO_RESERVATION;
        if (held) {
            cpu_store_slow(cpu, pc, addr, 4, operand);
        }
        cpu->x[op->rd] = !held;
    } else {
        cpu_load_slow(cpu, pc, addr, 4, &old);
        cpu_store_slow(cpu, pc, addr, 4, amo_result(funct5, old, operand));
        cpu->x[op->rd] = old;
    }
    return 0;
}
