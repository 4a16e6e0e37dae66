// SPDX-License-Identifier: MIT
// What traps on the CPU, with which cause, and what does not.

#include "truth.inc"

PROGRAM

BEGIN load_word_misaligned
    la t0, data
    lw a0, 1(t0)
END
BEGIN load_half_misaligned
    la t0, data
    lh a0, 1(t0)
END
BEGIN load_word_at_2
    la t0, data
    lw a0, 2(t0)
END
BEGIN store_word_misaligned
    la t0, data
    sw a1, 1(t0)
    lw a0, 0(t0)
END
BEGIN store_half_misaligned
    la t0, data
    sh a1, 3(t0)
    lw a0, 0(t0)
END
BEGIN illegal_all_zero
    .word 0
END
BEGIN illegal_all_ones
    .word 0xffffffff
END
BEGIN illegal_compressed_nop // c.nop; c.nop
    .word 0x00010001
END
BEGIN illegal_major_opcode
    .word 0x0000007b
END
BEGIN illegal_funct7_of_add
    .word 0x80b50533
END
BEGIN illegal_load_funct3
    .word 0x00057503 // "ld"
END
BEGIN illegal_branch_funct3
    .word 0x00002063
END
BEGIN illegal_float // flw
    .word 0x0002a007
END
BEGIN atomic_amoadd
    la t0, data
    .word 0x00b2a52f // amoadd.w a0, a1, (t0)
END
BEGIN atomic_lr
    la t0, data
    .word 0x1002a52f // lr.w a0, (t0)
END
BEGIN atomic_sc
    la t0, data
    .word 0x18b2a52f // sc.w a0, a1, (t0)
END
BEGIN ecall
    ecall
END
BEGIN ebreak
    ebreak
END
BEGIN fence
    fence
    li a0, 5
END
BEGIN fence_i
    .word 0x0000100f
    li a0, 5
END
BEGIN data_cache_flush // VexRiscv's own
    .word 0x0000500f
    li a0, 5
END
// sret and uret have no case: a VexRiscv without supervisor mode takes them as jumps to nowhere
// in particular (to 0 in the simulation), not as illegal instructions.
BEGIN jump_to_odd_address // bit 0 is dropped
    la t0, 1f
    jalr a0, 1(t0)
    .word 0
1:
    li a0, 5
END
BEGIN jump_to_half_word
    la t0, 1f
    jalr a0, 2(t0)
1:
    nop
    nop
END
BEGIN branch_to_half_word
    .word 0x00000363 // beq zero, zero, +6
    nop
    nop
END
BEGIN jal_to_half_word
    .word 0x0060056f // jal a0, +6
    nop
    nop
END
BEGIN no_branch_to_half_word // not taken, so no trap
    .word 0x00001363 // bne zero, zero, +6
    li a0, 5
END
BEGIN store_to_rom // the ROM ignores it; the data cache does not, until it is flushed
    lw t1, 0(zero)
    sw a1, 0(zero)
    .word 0x0000500f
    lw a0, 0(zero)
    sub a0, a0, t1
END

END_PROGRAM

    .data
    .balign 4
data:
    .word 0x33221100, 0x77665544
