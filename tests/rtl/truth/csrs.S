// SPDX-License-Identifier: MIT
// The CPU's own control and status registers: what reads back, what traps, and interrupts.

#include "truth.inc"

.macro READ name, number
BEGIN \name
    csrr a0, \number
END
.endm

// Whether a counter counts: its values are timing.
.macro COUNTS name, number
BEGIN \name
    csrr t0, \number
    csrr t1, \number
    sltu a0, t0, t1
END
.endm

// Writes ones, prints what stuck, and restores. Not for mtvec, which reads 0 and so cannot be.
.macro WRITE_ONES name, number
BEGIN \name
    csrr t0, \number
    li t1, -1
    csrw \number, t1
    csrr a0, \number
    csrw \number, t0
END
.endm

PROGRAM

COUNTS counts_cycle, 0xc00
COUNTS counts_time, 0xc01
COUNTS counts_instret, 0xc02
READ read_cycleh, 0xc80
COUNTS counts_mcycle, 0xb00
COUNTS counts_minstret, 0xb02
READ read_mcycleh, 0xb80
READ read_mvendorid, 0xf11
READ read_marchid, 0xf12
READ read_mimpid, 0xf13
READ read_mhartid, 0xf14
READ read_misa, 0x301
READ read_mstatus, 0x300
READ read_medeleg, 0x302
READ read_mideleg, 0x303
READ read_mie, 0x304
READ read_mcounteren, 0x306
READ read_mtvec, 0x305
READ read_mip, 0x344
READ read_satp, 0x180
READ read_sstatus, 0x100
READ read_pmpcfg0, 0x3a0
READ read_pmpaddr0, 0x3b0
READ read_tselect, 0x7a0
READ read_dcsr, 0x7b0
READ read_unknown, 0x123
READ read_irq_mask, 0xbc0
READ read_irq_pending, 0xfc0

WRITE_ONES ones_mepc, 0x341
WRITE_ONES ones_mie, 0x304
WRITE_ONES ones_mip, 0x344
WRITE_ONES ones_mscratch, 0x340
WRITE_ONES ones_mcause, 0x342
WRITE_ONES ones_mtval, 0x343
WRITE_ONES ones_irq_mask, 0xbc0
WRITE_ONES ones_irq_pending, 0xfc0
WRITE_ONES ones_misa, 0x301
WRITE_ONES ones_mhartid, 0xf14
WRITE_ONES ones_unknown, 0x123

BEGIN mstatus_bits
    li t0, 0xffffffff
    csrw mie, zero
    csrw mstatus, t0
    csrr a0, mstatus
    csrw mstatus, zero
END
BEGIN trap_with_interrupts_on
    csrw mie, zero
    csrsi mstatus, 8
    ecall
END
BEGIN mstatus_seen_by_that_handler // MPIE took MIE, MIE is cleared
    la t0, trap
    lw a0, 20(t0)
END
BEGIN mstatus_after_return // our handler clears MPIE before mret, which puts it into MIE
    csrr a0, mstatus
    csrw mstatus, zero
END
BEGIN csrrw_swaps
    li t0, 0x1234
    csrw mepc, t0
    li t1, 0x5678
    csrrw a0, mepc, t1
END
BEGIN csrrsi_sets
    csrrsi zero, mepc, 7
    csrr a0, mepc
END
BEGIN csrrci_clears
    csrrci zero, mepc, 8
    csrr a0, mepc
END

// Timer interrupt: zero event, enabled in the timer, the mask, mie (bit 11) and mstatus (bit 3).
BEGIN pending_without_event
    li t0, TIMER0_EN
    sw zero, 0(t0)
    li t0, TIMER0_EV_PENDING
    sw a1, 0(t0)
    csrr a0, 0xfc0
END
BEGIN timer_event_raises_nothing_while_masked
    li t0, TIMER0_EV_ENABLE
    sw a1, 0(t0)
    li t0, TIMER0_RELOAD
    sw zero, 0(t0)
    li t0, TIMER0_LOAD
    li t1, 50
    sw t1, 0(t0)
    li t0, TIMER0_EN
    sw a1, 0(t0)
    li t1, 200
1:
    addi t1, t1, -1
    bnez t1, 1b
    csrr a0, 0xfc0
END
BEGIN pending_shows_with_mask
    li t1, -1
    csrw 0xbc0, t1
    csrr a0, 0xfc0
END
BEGIN mip_shows_with_mask
    csrr a0, mip
END
BEGIN wfi_with_pending_interrupt // some variants really wait, others take it as a nop
    li t1, 0x800
    csrw mie, t1
    wfi
    li a0, 5
END
BEGIN no_interrupt_without_mstatus
    li t1, 0x800
    csrw mie, t1
    nop
    li a0, 5
END
BEGIN interrupt
    csrsi mstatus, 8
    nop
    nop
    nop
END
BEGIN interrupt_gone
    csrw mstatus, zero
    csrw mie, zero
    csrw 0xbc0, zero
    li t0, TIMER0_EV_ENABLE
    sw zero, 0(t0)
    li t0, TIMER0_EN
    sw zero, 0(t0)
    li t0, TIMER0_EV_PENDING
    sw a1, 0(t0)
    lw a0, 0(t0)
END

END_PROGRAM
