// SPDX-License-Identifier: MIT
// The functions of upstream's RV32 assembler (py/asmrv32.c) that differ on a core without the C extension: what it
// emits in 16 bits is expanded to 32, and code that depends on the length of an instruction is written anew.
// wide.h makes upstream's definitions weak.
//
// Jumps are JAL, whose reach of 1 MiB exceeds any function, so that their size does not depend on their target.

#include "py/mpconfig.h"

#if MICROPY_EMIT_RV32 && !defined(__riscv_compressed)

#include "native/rv32_expand.h"
#include "py/asmrv32.h"

// Of a conditional branch, in bytes.
#define BRANCH_REACH (0x1000)

void asm_rv32_emit_halfword_opcode(asm_rv32_t *state, mp_uint_t opcode) {
    asm_rv32_emit_word_opcode(state, rv32_expand((uint16_t)opcode));
}

// From the instruction that is emitted next. Labels ahead have their place in the last pass only, when the size of
// the code is settled.
static mp_int_t displacement(const asm_rv32_t *state, mp_uint_t label) {
    return (mp_int_t)(state->base.label_offsets[label] - state->base.code_offset);
}

// True in both passes or in none: labels behind are known in each.
static bool is_within_branch_behind(const asm_rv32_t *state, mp_uint_t label) {
    size_t offset = state->base.label_offsets[label], here = state->base.code_offset;
    return offset < here && here - offset <= BRANCH_REACH;
}

void asm_rv32_emit_jump(asm_rv32_t *state, mp_uint_t label) {
    asm_rv32_opcode_jal(state, ASM_RV32_REG_ZERO, displacement(state, label));
}

void asm_rv32_emit_jump_if_reg_eq(asm_rv32_t *state, mp_uint_t rs1, mp_uint_t rs2, mp_uint_t label) {
    if (is_within_branch_behind(state, label)) {
        asm_rv32_opcode_beq(state, rs1, rs2, displacement(state, label));
    } else {
        asm_rv32_opcode_bne(state, rs1, rs2, 2 * ASM_WORD_SIZE);
        asm_rv32_emit_jump(state, label);
    }
}

void asm_rv32_emit_jump_if_reg_nonzero(asm_rv32_t *state, mp_uint_t rs, mp_uint_t label) {
    if (is_within_branch_behind(state, label)) {
        asm_rv32_opcode_bne(state, rs, ASM_RV32_REG_ZERO, displacement(state, label));
    } else {
        asm_rv32_opcode_beq(state, rs, ASM_RV32_REG_ZERO, 2 * ASM_WORD_SIZE);
        asm_rv32_emit_jump(state, label);
    }
}

void asm_rv32_meta_comparison_eq(asm_rv32_t *state, mp_uint_t rs1, mp_uint_t rs2, mp_uint_t rd) {
    asm_rv32_opcode_sub(state, rd, rs1, rs2);
    asm_rv32_opcode_sltiu(state, rd, rd, 1);
}

#endif
