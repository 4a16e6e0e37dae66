// SPDX-License-Identifier: MIT
// Included before py/asmrv32.c: a weak definition is neither inlined nor kept where a strong one is linked, and
// asm_wide.c has those.
#pragma weak asm_rv32_emit_halfword_opcode
#pragma weak asm_rv32_emit_jump
#pragma weak asm_rv32_emit_jump_if_reg_eq
#pragma weak asm_rv32_emit_jump_if_reg_nonzero
#pragma weak asm_rv32_meta_comparison_eq
