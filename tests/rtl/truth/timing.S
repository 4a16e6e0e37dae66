// SPDX-License-Identifier: MIT
// What instructions cost: each case runs its body 64 times in a loop that is warm, eight times per
// turn unless said otherwise. loop_64 is the loop alone, to subtract.

#include "truth.inc"

#define TURNS 64

// Runs the loop twice: the first time fills the instruction cache. The whole case, from its start,
// is in cycles=, so the result that counts is measured inside and lies in a0.
.macro LOOP name
BEGIN \name
    li t3, TIMER0_UPTIME_LATCH
    li s1, 2
    .balign 32
1:
    li s0, TURNS
    sw s1, 0(t3)
    lw s2, TIMER0_UPTIME_CYCLES + 4 - TIMER0_UPTIME_LATCH(t3)
2:
.endm
.macro END_LOOP
    addi s0, s0, -1
    bnez s0, 2b
    sw s1, 0(t3)
    lw a0, TIMER0_UPTIME_CYCLES + 4 - TIMER0_UPTIME_LATCH(t3)
    sub a0, a0, s2
    addi s1, s1, -1
    bnez s1, 1b
END
.endm

PROGRAM
    la s3, data
    li s4, CTRL_SCRATCH

LOOP loop_64
END_LOOP
LOOP add
    .rept 8
    add a2, a2, a1
    .endr
END_LOOP
LOOP shift
    .rept 8
    slli a2, a1, 5
    .endr
END_LOOP
LOOP shift_then_use
    .rept 4
    slli a2, a1, 5
    add a3, a2, a2
    .endr
END_LOOP
LOOP load
    .rept 8
    lw a2, 0(s3)
    .endr
END_LOOP
LOOP load_then_use
    .rept 4
    lw a2, 0(s3)
    add a3, a2, a2
    .endr
END_LOOP
LOOP load_gap_then_use
    .rept 2
    lw a2, 0(s3)
    nop
    add a3, a2, a2
    nop
    .endr
END_LOOP
LOOP load_byte_then_use
    .rept 4
    lb a2, 1(s3)
    add a3, a2, a2
    .endr
END_LOOP
LOOP store
    .rept 8
    sw a1, 0(s3)
    .endr
END_LOOP
LOOP store_every_other
    .rept 4
    sw a1, 0(s3)
    nop
    .endr
END_LOOP
LOOP store_then_load
    .rept 4
    sw a1, 0(s3)
    lw a2, 0(s3)
    .endr
END_LOOP
LOOP load_conflict // two lines 4 KiB apart: a refill each in a direct-mapped cache of 4 KiB
    li t2, 4096
    add t2, t2, s3
    .rept 4
    lw a2, 0(s3)
    lw a3, 0(t2)
    .endr
END_LOOP
LOOP csr_load
    .rept 8
    lw a2, 0(s4)
    .endr
END_LOOP
LOOP csr_store
    .rept 8
    sw a1, 0(s4)
    .endr
END_LOOP
LOOP csr_store_then_load
    .rept 4
    sw a1, 0(s4)
    lw a2, 0(s4)
    .endr
END_LOOP
LOOP cpu_csr_read
    .rept 8
    csrr a2, mepc
    .endr
END_LOOP
LOOP cpu_csr_write
    .rept 8
    csrw mepc, a1
    .endr
END_LOOP
LOOP branch_not_taken
    .rept 8
    bnez zero, 2b
    .endr
END_LOOP
LOOP branch_taken_forward
    .rept 8
    beqz zero, 3f
3:
    .endr
END_LOOP
LOOP branch_taken_backward // out over the top and back, four times a turn
    j 7f
4:
    j 8f
5:
    j 9f
6:
    j 3f
9:
    beqz zero, 6b
8:
    beqz zero, 5b
7:
    beqz zero, 4b
3:
END_LOOP
LOOP jump
    .rept 8
    j 3f
3:
    .endr
END_LOOP
LOOP call_and_return
    .rept 4
    jal t0, truth_leaf
    .endr
END_LOOP
LOOP jump_register
    .rept 4
    la t0, 3f
    jr t0
3:
    .endr
END_LOOP
LOOP fence
    .rept 8
    fence
    .endr
END_LOOP
LOOP multiply
    .rept 8
    .insn r 0x33, 0, 1, a2, a1, a1
    .endr
END_LOOP
LOOP multiply_then_use
    .rept 4
    .insn r 0x33, 0, 1, a2, a1, a1
    add a3, a2, a2
    .endr
END_LOOP
LOOP multiply_high
    .rept 8
    .insn r 0x33, 1, 1, a2, a1, a1
    .endr
END_LOOP
LOOP divide
    .rept 8
    .insn r 0x33, 4, 1, a2, s4, a1
    .endr
END_LOOP
LOOP divide_small
    .rept 8
    .insn r 0x33, 4, 1, a2, a1, s4
    .endr
END_LOOP
LOOP remainder
    .rept 8
    .insn r 0x33, 6, 1, a2, s4, a1
    .endr
END_LOOP
LOOP fetch_conflict // calls 4 KiB away: a refill each of the callee's and the caller's line
    .rept 4
    auipc t1, 1
    jalr t0, 0(t1)
    .balign 32
    .endr
END_LOOP

END_PROGRAM

    .balign 32
truth_leaf:
    jr t0

    // Whatever lies 4 KiB behind fetch_conflict, the last case, returns.
    .rept 2048
    .word 0x00028067 // jr t0
    .endr

    .bss
    .balign 4096
data:
    .space 8192
