// SPDX-License-Identifier: MIT
//
// PicoRV32's interrupts: custom instructions instead of CSRs, a vector 16 bytes after reset, return
// address and cause in the registers q0 and q1.
// After: PicoRV32's README.md, "Custom Instructions for IRQ Handling".

#include "cpu/internal.h"

#define IRQ_TIMER (0)
#define VECTOR (0x10)

enum { GETQ, SETQ, RETIRQ, MASKIRQ, WAITIRQ, TIMER };

bool cpu_pico_trap(cpu_t *cpu, uint32_t pc, uint32_t irq) {
    if (irq != 0) {
        // An exception: taken only when the handler may run, else the core halts.
        if (cpu->pico_active || (cpu->pico_mask >> irq & 1) != 0) {
            return false;
        }
        cpu->pico_pending |= 1u << irq;
    }
    cpu->idle = false;
    cpu->q[0] = irq != 0 ? pc + 4 : pc;
    cpu->q[1] = cpu->pico_pending & ~cpu->pico_mask;
    cpu->pico_pending &= cpu->pico_mask;
    cpu->pico_active = true;
    cpu->pc = cpu->reset_pc + VECTOR;
    return true;
}

bool cpu_pico_op(cpu_t *cpu, const op_t *op, uint32_t *pc) {
    uint32_t rs1 = cpu->x[op->rs1];
    uint32_t old;
    switch ((uint32_t)op->imm >> 25) {
        case GETQ:
            cpu->x[op->rd] = cpu->q[op->rs1 & 3];
            return true;
        case SETQ:
            cpu->q[op->rs2 & 3] = rs1;
            return true;
        case RETIRQ:
            *pc = cpu->q[0] & ~3u;
            cpu->pico_active = false;
            cpu->attention = true;
            return true;
        case MASKIRQ:
            old = cpu->pico_mask;
            cpu->pico_mask = rs1;
            cpu->x[op->rd] = old;
            cpu_irq_update(cpu);
            return true;
        case WAITIRQ:
            cpu->x[op->rd] = cpu->pico_pending;
            cpu->idle = cpu->pico_pending == 0;
            return true;
        case TIMER:
            old = cpu->pico_timer_at > cpu->cycle ? (uint32_t)(cpu->pico_timer_at - cpu->cycle) : 0;
            cpu->pico_timer_at = rs1 != 0 ? cpu->cycle + rs1 : 0;
            cpu->x[op->rd] = old;
            return true;
        default:
            return false;
    }
}
