// SPDX-License-Identifier: MIT
// Compressed instructions: see rv32_expand.h. Tables 12.3 to 12.7 of the ISA manual give the bits of an immediate as
// in "nzimm[9|4|6|8:7|5]".

#include "native/rv32_expand.h"

enum { OP_LOAD = 0x03, OP_IMM = 0x13, OP_AUIPC = 0x17, OP_STORE = 0x23, OP = 0x33, OP_LUI = 0x37, OP_BRANCH = 0x63,
       OP_JALR = 0x67, OP_JAL = 0x6f };

enum { ZERO = 0, RA = 1, SP = 2 };

#define EBREAK UINT32_C(0x00100073)
#define INSTRUCTIONS_MAX (64)

// A native module starts with `auipc t6, upper` and `jalr zero, t6, lower` to its entry. A short module's first word
// is below 65,536, as the head of a native function is.
#define MODULE_AUIPC (0xf97)
#define MODULE_JALR (0xf8067)

static uint32_t type_r(uint32_t funct7, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t rs2) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | OP;
}

static uint32_t type_i(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t imm) {
    return (uint32_t)imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}

static uint32_t store_word(uint32_t rs2, uint32_t rs1, uint32_t imm) {
    return (imm >> 5) << 25 | rs2 << 20 | rs1 << 15 | 2 << 12 | (imm & 0x1f) << 7 | OP_STORE;
}

static uint32_t branch_if_zero(uint32_t funct3, uint32_t rs1, uint32_t imm) {
    return (imm >> 12 & 1) << 31 | (imm >> 5 & 0x3f) << 25 | rs1 << 15 | funct3 << 12 | (imm >> 1 & 0xf) << 8
           | (imm >> 11 & 1) << 7 | OP_BRANCH;
}

static uint32_t jump(uint32_t rd, uint32_t imm) {
    return (imm >> 20 & 1) << 31 | (imm >> 1 & 0x3ff) << 21 | (imm >> 11 & 1) << 20 | (imm >> 12 & 0xff) << 12
           | rd << 7 | OP_JAL;
}

// Bits [high:low], moved to bit `to`.
static uint32_t field(uint32_t c, unsigned high, unsigned low, unsigned to) {
    return (c >> low & ((1u << (high - low + 1)) - 1)) << to;
}

static int32_t sign_extended(uint32_t value, unsigned bits) {
    return (int32_t)(value << (32 - bits)) >> (32 - bits);
}

// A three-bit register number: x8 to x15.
static uint32_t short_register(uint32_t c, unsigned low) {
    return 8 + (c >> low & 7);
}

static uint32_t expand_quadrant_0(uint32_t c) {
    uint32_t rd = short_register(c, 2), rs1 = short_register(c, 7);
    uint32_t offset = field(c, 12, 10, 3) | field(c, 6, 6, 2) | field(c, 5, 5, 6);
    uint32_t imm = field(c, 12, 11, 4) | field(c, 10, 7, 6) | field(c, 6, 6, 2) | field(c, 5, 5, 3);
    switch (c >> 13) {
        case 0: // C.ADDI4SPN
            return imm == 0 ? 0 : type_i(OP_IMM, 0, rd, SP, (int32_t)imm);
        case 2: // C.LW
            return type_i(OP_LOAD, 2, rd, rs1, (int32_t)offset);
        case 6: // C.SW
            return store_word(rd, rs1, offset);
        default:
            return 0;
    }
}

static uint32_t expand_arithmetic(uint32_t c, int32_t imm) {
    static const uint8_t funct3[] = { 0, 4, 6, 7 }; // SUB, XOR, OR, AND
    uint32_t rd = short_register(c, 7), rs2 = short_register(c, 2);
    uint32_t operation = c >> 5 & 3;
    bool reserved = c >> 12 & 1; // shifts by 32 or more, and the W forms of RV64
    switch (c >> 10 & 3) {
        case 0: // C.SRLI
            return reserved ? 0 : type_i(OP_IMM, 5, rd, rd, imm);
        case 1: // C.SRAI
            return reserved ? 0 : type_i(OP_IMM, 5, rd, rd, imm | 0x400);
        case 2: // C.ANDI
            return type_i(OP_IMM, 7, rd, rd, imm);
        default:
            return reserved ? 0 : type_r(operation == 0 ? 0x20 : 0, funct3[operation], rd, rd, rs2);
    }
}

static uint32_t expand_quadrant_1(uint32_t c) {
    uint32_t rd = c >> 7 & 0x1f;
    int32_t imm = sign_extended(field(c, 12, 12, 5) | field(c, 6, 2, 0), 6);
    int32_t sp_imm = sign_extended(field(c, 12, 12, 9) | field(c, 6, 6, 4) | field(c, 5, 5, 6) | field(c, 4, 3, 7)
        | field(c, 2, 2, 5), 10);
    int32_t jump_imm = sign_extended(field(c, 12, 12, 11) | field(c, 11, 11, 4) | field(c, 10, 9, 8) | field(c, 8, 8, 10)
        | field(c, 7, 7, 6) | field(c, 6, 6, 7) | field(c, 5, 3, 1) | field(c, 2, 2, 5), 12);
    int32_t branch_imm = sign_extended(field(c, 12, 12, 8) | field(c, 11, 10, 3) | field(c, 6, 5, 6)
        | field(c, 4, 3, 1) | field(c, 2, 2, 5), 9);
    switch (c >> 13) {
        case 0: // C.ADDI, C.NOP
            return type_i(OP_IMM, 0, rd, rd, imm);
        case 1: // C.JAL
            return jump(RA, (uint32_t)jump_imm);
        case 2: // C.LI
            return type_i(OP_IMM, 0, rd, ZERO, imm);
        case 3: // C.ADDI16SP, C.LUI
            if (imm == 0) {
                return 0;
            }
            return rd == SP ? type_i(OP_IMM, 0, SP, SP, sp_imm) : (uint32_t)imm << 12 | rd << 7 | OP_LUI;
        case 4:
            return expand_arithmetic(c, imm);
        case 5: // C.J
            return jump(ZERO, (uint32_t)jump_imm);
        default: // C.BEQZ, C.BNEZ
            return branch_if_zero(c >> 13 & 1, short_register(c, 7), (uint32_t)branch_imm);
    }
}

static uint32_t expand_quadrant_2(uint32_t c) {
    uint32_t rd = c >> 7 & 0x1f, rs2 = c >> 2 & 0x1f;
    bool bit_12 = c >> 12 & 1;
    switch (c >> 13) {
        case 0: // C.SLLI
            return bit_12 ? 0 : type_i(OP_IMM, 1, rd, rd, (int32_t)rs2);
        case 2: // C.LWSP
            return rd == 0 ? 0 : type_i(OP_LOAD, 2, rd, SP,
                (int32_t)(field(c, 12, 12, 5) | field(c, 6, 4, 2) | field(c, 3, 2, 6)));
        case 4:
            if (rs2 != 0) { // C.MV, C.ADD
                return type_r(0, 0, rd, bit_12 ? rd : ZERO, rs2);
            }
            if (rd != 0) { // C.JR, C.JALR
                return type_i(OP_JALR, 0, bit_12 ? RA : ZERO, rd, 0);
            }
            return bit_12 ? EBREAK : 0;
        case 6: // C.SWSP
            return store_word(rs2, SP, field(c, 12, 9, 2) | field(c, 8, 7, 6));
        default:
            return 0;
    }
}

uint32_t rv32_expand(uint16_t compressed) {
    switch (compressed & 3) {
        case 0:
            return expand_quadrant_0(compressed);
        case 1:
            return expand_quadrant_1(compressed);
        case 2:
            return expand_quadrant_2(compressed);
        default:
            return 0; // the low half of a longer instruction
    }
}

bool rv32_starts_compressed(const void *code, size_t bytes) {
    const uint32_t *words = code;
    size_t count = bytes / sizeof(*words), i = 0;
    if (count > 1 && (words[0] & 0xfff) == MODULE_AUIPC && (words[1] & 0xfffff) == MODULE_JALR) {
        uint32_t target = (words[0] & 0xfffff000) + (uint32_t)((int32_t)words[1] >> 20);
        if (target % sizeof(*words) != 0) {
            return true;
        }
        i = target / sizeof(*words);
    } else {
        // A native function is headed by the index of its prelude, a generator also by the offset of its code:
        // numbers that no function starts with as instructions.
        while (i < count && words[i] >> 16 == 0) {
            i++;
        }
    }
    for (size_t end = i + INSTRUCTIONS_MAX; i < count && i < end; i++) {
        if ((words[i] & 3) != 3) {
            return true;
        }
        if ((words[i] & 0xfff) == OP_JALR) {
            break; // the function's end, and what follows need not be code
        }
    }
    return false;
}
