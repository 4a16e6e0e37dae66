// SPDX-License-Identifier: MIT
//
// Macros of the truth programs (docs/rtl.md is about them). A case is
//
//     BEGIN some_name
//     ... instructions; the result in a0; s0 to s11 must survive ...
//     END
//
// and prints one line: `some_name a0=... cycles=...`, or if it trapped `some_name cause=... pc=+...
// tval=... a0=... cycles=...` with the trapping instruction's offset from BEGIN. The body starts
// with a0 = 0, a1 = 1, and all other argument and temporary registers undefined.

.macro BEGIN name
    .section .rodata
700\@:
    .asciz "\name"
    .section .text.program, "ax"
    la a0, 700\@b
    la a1, 900f
    la a2, 800f
    call truth_begin
    li a0, 0
    li a1, 1
800:
.endm

.macro END
900:
    call truth_end
.endm

// A program is a function truth_program; it may use s0 to s11.
.macro PROGRAM
    .section .text.program, "ax"
    .globl truth_program
truth_program:
    addi sp, sp, -64
    sw ra, 0(sp)
.endm

.macro END_PROGRAM
    lw ra, 0(sp)
    addi sp, sp, 64
    ret
.endm
