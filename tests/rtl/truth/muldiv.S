// SPDX-License-Identifier: MIT
// Results of multiply and divide at their edges; a CPU without the M extension traps.

#include "truth.inc"

// Encoded by hand, so that the file assembles for every variant.
.macro M_CASE name, funct3, x, y
BEGIN \name
    li t0, \x
    li t1, \y
    .insn r 0x33, \funct3, 1, a0, t0, t1
END
.endm

PROGRAM

M_CASE mul, 0, 0x12345678, 0x9abcdef0
M_CASE mulh_negative, 1, 0x80000000, 0x80000000
M_CASE mulh_mixed, 1, 0x80000000, 0x7fffffff
M_CASE mulhsu, 2, 0x80000000, 0xffffffff
M_CASE mulhsu_negative, 2, 0xffffffff, 0xffffffff
M_CASE mulhu, 3, 0xffffffff, 0xffffffff
M_CASE div, 4, 0xffffff9c, 7
M_CASE div_by_zero, 4, 100, 0
M_CASE div_overflow, 4, 0x80000000, 0xffffffff
M_CASE divu, 5, 0xffffff9c, 7
M_CASE divu_by_zero, 5, 100, 0
M_CASE rem, 6, 0xffffff9c, 7
M_CASE rem_by_zero, 6, 0xffffff9c, 0
M_CASE rem_overflow, 6, 0x80000000, 0xffffffff
M_CASE remu, 7, 0xffffff9c, 7
M_CASE remu_by_zero, 7, 100, 0

END_PROGRAM
