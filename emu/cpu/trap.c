// SPDX-License-Identifier: MIT
//
// Traps, interrupts and control and status registers, as VexRiscv's CsrPlugin has them (which bits
// exist, what reads 0, what traps): the tables are in profile.c.
// After: The RISC-V Instruction Set Manual, volume II, chapter 3.1.

#include <string.h>

#include "cpu/internal.h"

#define MSTATUS_MIE (1u << 3)
#define MSTATUS_MPIE (1u << 7)
#define MSTATUS_MPP (3u << 11)
#define MIP_MSIP (1u << 3)
#define MIP_MTIP (1u << 7)
#define MIP_MEIP (1u << 11)
#define FAST_IRQ_SHIFT (16)

static uint32_t mip(const cpu_t *cpu) {
    uint32_t value = (cpu->timer_irq ? MIP_MTIP : 0) | (cpu->software_irq ? MIP_MSIP : 0);
    switch (cpu->profile->irq_kind) {
        case IRQ_ARRAY:
            value |= cpu->irq_lines & cpu->csr[SLOT_IRQ_MASK] ? MIP_MEIP : 0;
            break;
        case IRQ_FAST:
            value |= cpu->irq_lines << FAST_IRQ_SHIFT;
            break;
        case IRQ_PLIC:
            value |= cpu->plic_irq ? MIP_MEIP : 0;
            break;
        default:
            break;
    }
    return value;
}

static bool pico_ready(const cpu_t *cpu) {
    return !cpu->pico_active && (cpu->pico_pending & ~cpu->pico_mask) != 0;
}

bool cpu_irq_pending(const cpu_t *cpu) {
    if (cpu->profile->irq_kind == IRQ_PICO) {
        return pico_ready(cpu);
    }
    return (mip(cpu) & cpu->csr[SLOT_MIE]) != 0;
}

void cpu_irq_update(cpu_t *cpu) {
    if (cpu->profile->irq_kind == IRQ_PICO) {
        cpu->pico_pending |= cpu->irq_lines; // LATCHED_IRQ is all ones in LiteX
    }
    if (!cpu_irq_pending(cpu)) {
        return;
    }
    cpu->idle = false;
    if (cpu->profile->irq_kind == IRQ_PICO || (cpu->csr[SLOT_MSTATUS] & MSTATUS_MIE) != 0) {
        cpu->attention = true;
    }
}

static void enter(cpu_t *cpu, uint32_t pc, uint32_t cause, bool vectored) {
    uint32_t status = cpu->csr[SLOT_MSTATUS];
    uint32_t base = cpu->csr[SLOT_MTVEC] & ~3u;
    cpu->csr[SLOT_MEPC] = pc;
    cpu->csr[SLOT_MCAUSE] = cause;
    cpu->csr[SLOT_MSTATUS] = (status & ~(MSTATUS_MIE | MSTATUS_MPIE)) | MSTATUS_MPP |
        (status & MSTATUS_MIE ? MSTATUS_MPIE : 0);
    cpu->pc = vectored ? base + 4 * (cause & 31) : base;
}

void cpu_trap(cpu_t *cpu, uint32_t pc, uint32_t cause, uint32_t value) {
    if (cpu->strict && cpu->stop == STOP_NONE) {
        snprintf(cpu->report, sizeof(cpu->report), "trap: cause %u at pc 0x%08x, value 0x%08x, ra 0x%08x, sp 0x%08x",
            (unsigned)cause, (unsigned)pc, (unsigned)value, (unsigned)cpu->x[1], (unsigned)cpu->x[2]);
        // ecall is a call, not an accident.
        if (cause != CAUSE_ECALL_M) {
            cpu->stop = STOP_STRICT;
            cpu->pc = pc;
            return;
        }
    }
    if (cpu->profile->irq_kind == IRQ_PICO) {
        // PicoRV32: ebreak, ecall and illegal instructions are interrupt 1, bus errors interrupt 2.
        bool misaligned = cause == CAUSE_LOAD_MISALIGNED || cause == CAUSE_STORE_MISALIGNED ||
            cause == CAUSE_FETCH_MISALIGNED;
        if (!cpu_pico_trap(cpu, pc, misaligned ? 2 : 1)) {
            cpu->stop = STOP_HALT;
            cpu->pc = pc;
            snprintf(cpu->report, sizeof(cpu->report), "the core trapped at pc 0x%08x (cause %u) and stays there",
                (unsigned)pc, (unsigned)cause);
        }
        return;
    }
    if (cpu->profile->mtval) {
        cpu->csr[SLOT_MTVAL] = value;
    }
    enter(cpu, pc, cause, false);
}

bool cpu_take_irq(cpu_t *cpu) {
    if (cpu->profile->irq_kind == IRQ_PICO) {
        return pico_ready(cpu) && cpu_pico_trap(cpu, cpu->pc, 0);
    }
    uint32_t ready = mip(cpu) & cpu->csr[SLOT_MIE];
    if (ready == 0 || (cpu->csr[SLOT_MSTATUS] & MSTATUS_MIE) == 0) {
        return false;
    }
    cpu->idle = false;
    if (ready & MIP_MEIP) {
        enter(cpu, cpu->pc, 0x80000000u | CAUSE_EXTERNAL_IRQ, false);
    } else if (ready & MIP_MSIP) {
        enter(cpu, cpu->pc, 0x80000000u | CAUSE_SOFTWARE_IRQ, false);
    } else if (ready & MIP_MTIP) {
        enter(cpu, cpu->pc, 0x80000000u | CAUSE_TIMER_IRQ, false);
    } else {
        unsigned line = 31;
        while ((ready >> line & 1) == 0) {
            line--;
        }
        enter(cpu, cpu->pc, 0x80000000u | line, true);
    }
    return true;
}

void cpu_mret(cpu_t *cpu) {
    uint32_t status = cpu->csr[SLOT_MSTATUS];
    cpu->csr[SLOT_MSTATUS] = (status & ~(MSTATUS_MIE | MSTATUS_MPP)) | MSTATUS_MPIE |
        (status & MSTATUS_MPIE ? MSTATUS_MIE : 0);
    cpu->pc = cpu->csr[SLOT_MEPC] & (cpu->profile->has_c ? ~1u : ~3u);
}

static uint32_t csr_get(const cpu_t *cpu, const cpu_csr_t *csr) {
    if (csr->slot < SLOT_COUNT) {
        return csr->access == CSR_W ? 0 : cpu->csr[csr->slot] & csr->mask;
    }
    switch (csr->slot) {
        case SLOT_CONST:
            return csr->value;
        case SLOT_MIP:
        case SLOT_IRQ_LINES_AT_16:
            return mip(cpu);
        case SLOT_IRQ_PENDING:
            return cpu->irq_lines & cpu->csr[SLOT_IRQ_MASK];
        case SLOT_CYCLE:
            return (uint32_t)(cpu->cycle + cpu->cycle_offset);
        case SLOT_CYCLEH:
            return (uint32_t)((cpu->cycle + cpu->cycle_offset) >> 32);
        case SLOT_INSTRET:
            return (uint32_t)(cpu_instructions(cpu) + cpu->instret_offset);
        case SLOT_INSTRETH:
            return (uint32_t)((cpu_instructions(cpu) + cpu->instret_offset) >> 32);
        default:
            return 0;
    }
}

// One half of a counter that is kept as an offset to another.
static void set_half(uint64_t *offset, uint64_t base, bool high, uint32_t value) {
    uint64_t now = base + *offset;
    now = high ? (now & 0xffffffff) | (uint64_t)value << 32 : (now & ~(uint64_t)0xffffffff) | value;
    *offset = now - base;
}

static void csr_set(cpu_t *cpu, const cpu_csr_t *csr, uint32_t value) {
    if (csr->slot < SLOT_COUNT) {
        // Several numbers may show parts of one slot.
        cpu->csr[csr->slot] = (cpu->csr[csr->slot] & ~csr->mask) | (value & csr->mask);
    } else if (csr->slot == SLOT_CYCLE || csr->slot == SLOT_CYCLEH) {
        set_half(&cpu->cycle_offset, cpu->cycle, csr->slot == SLOT_CYCLEH, value);
    } else if (csr->slot == SLOT_INSTRET || csr->slot == SLOT_INSTRETH) {
        set_half(&cpu->instret_offset, cpu_instructions(cpu), csr->slot == SLOT_INSTRETH, value);
    }
}

bool cpu_csr_op(cpu_t *cpu, const op_t *op) {
    unsigned number = op->imm & 0xfff;
    unsigned funct3 = op->imm >> 12 & 7;
    uint32_t operand = funct3 & 4 ? op->rs1 : cpu->x[op->rs1];
    bool reads = !((funct3 & 3) == 1 && op->rs2 == 0);
    bool writes = (funct3 & 3) == 1 || op->rs1 != 0;
    const cpu_csr_t *csr = cpu->csr_table[number];
    bool allowed = csr != NULL && (csr->access == CSR_RW || (csr->access == CSR_R ? reads : writes));
    if (!allowed && (cpu->profile->csr_traps || cpu->strict)) {
        return false;
    }
    uint32_t old = csr != NULL ? csr_get(cpu, csr) : 0;
    if (writes && csr != NULL && (csr->access & CSR_W)) {
        static const uint8_t set = 2;
        uint32_t value = (funct3 & 3) == 1 ? operand : (funct3 & 3) == set ? old | operand : old & ~operand;
        csr_set(cpu, csr, value);
        cpu_irq_update(cpu);
    }
    cpu->x[op->rd] = old;
    return true;
}

bool cpu_csr_peek(cpu_t *cpu, unsigned number, uint32_t *value) {
    const cpu_csr_t *csr = number < 4096 ? cpu->csr_table[number] : NULL;
    if (csr == NULL) {
        return false;
    }
    *value = csr->slot < SLOT_COUNT ? cpu->csr[csr->slot] & csr->mask : csr_get(cpu, csr);
    return true;
}
