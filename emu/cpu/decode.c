// SPDX-License-Identifier: MIT
//
// Decoder: RV32IMAC with Zicsr and PicoRV32's custom instructions into the core loop's operations.
// A word must first be among those that the core of the profile decodes (profile->legal); fields
// that this core ignores are ignored here too.
// After: The RISC-V Instruction Set Manual, volume I, chapters 2, 5, 7, 9, 16 and 24.

#include "cpu/internal.h"

// Immediates of the base formats (chapter 2.3).
static int32_t imm_i(uint32_t w) {
    return (int32_t)w >> 20;
}

static int32_t imm_s(uint32_t w) {
    return ((int32_t)w >> 25) * 32 | (int32_t)(w >> 7 & 31);
}

static int32_t imm_b(uint32_t w) {
    return (w >> 31 ? -4096 : 0) | (int32_t)((w << 4 & 0x800) | (w >> 20 & 0x7e0) | (w >> 7 & 0x1e));
}

static int32_t imm_j(uint32_t w) {
    return (w >> 31 ? -1048576 : 0) | (int32_t)((w & 0xff000) | (w >> 9 & 0x800) | (w >> 20 & 0x7fe));
}

static bool is_legal(const cpu_profile_t *profile, uint32_t word) {
    for (const cpu_legal_t *l = profile->legal; l->mask != 0; l++) {
        if ((word & l->mask) == l->match) {
            return true;
        }
    }
    return false;
}

static const uint8_t load_ops[8] = {
    OP_LB, OP_LH, OP_LW, OP_ILLEGAL, OP_LBU, OP_LHU, OP_LW, OP_ILLEGAL
};
static const uint8_t store_ops[8] = {
    OP_SB, OP_SH, OP_SW, OP_ILLEGAL, OP_ILLEGAL, OP_ILLEGAL, OP_ILLEGAL, OP_ILLEGAL
};
static const uint8_t branch_ops[8] = {
    OP_BEQ, OP_BNE, OP_ILLEGAL, OP_ILLEGAL, OP_BLT, OP_BGE, OP_BLTU, OP_BGEU
};
static const uint8_t imm_ops[8] = {
    OP_ADDI, OP_SLLI, OP_SLTI, OP_SLTIU, OP_XORI, OP_SRLI, OP_ORI, OP_ANDI
};
static const uint8_t reg_ops[8] = {
    OP_ADD, OP_SLL, OP_SLT, OP_SLTU, OP_XOR, OP_SRL, OP_OR, OP_AND
};
static const uint8_t mul_ops[8] = {
    OP_MUL, OP_MULH, OP_MULHSU, OP_MULHU, OP_DIV, OP_DIVU, OP_REM, OP_REMU
};

static void decode_system(decoded_t *d, uint32_t w) {
    unsigned funct3 = w >> 12 & 7;
    if (funct3 == 0) {
        d->ends = true;
        if (w == 0x00000073) {
            d->code = OP_ECALL;
        } else if (w == 0x00100073) {
            d->code = OP_EBREAK;
        } else if (w == 0x30200073 || w == 0x10200073) {
            d->code = OP_MRET;
        } else if (w == 0x10500073) {
            d->code = OP_WFI;
        } else if ((w & 0xfe007fff) == 0x12000073) {
            d->code = OP_NOP; // sfence.vma: no address translation
            d->ends = false;
        }
    } else if (funct3 != 4) {
        d->code = OP_CSR;
        d->ends = true;
        d->imm = (int32_t)((w >> 20) | funct3 << 12);
        d->rs1 = w >> 15 & 31;
        d->rs2 = w >> 7 & 31; // the destination as written: x0 means no read
    }
}

static void decode_amo(decoded_t *d, uint32_t w) {
    unsigned funct5 = w >> 27;
    d->code = funct5 == FUNCT5_LR ? OP_LR : funct5 == FUNCT5_SC ? OP_SC : OP_AMO;
    d->imm = (int32_t)funct5;
}

decoded_t cpu_decode(const cpu_profile_t *profile, uint32_t pc, uint32_t word) {
    decoded_t d = { .code = OP_ILLEGAL, .len = 4 };
    uint32_t w = word;
    if ((word & 3) != 3 && profile->has_c) {
        w = cpu_expand((uint16_t)word, profile->rvc_reserved_traps);
        word = w != 0 ? w : word & 0xffff; // mtval shows the expanded form
        d.len = 2;
    }
    if (!is_legal(profile, w)) {
        d.imm = (int32_t)word;
        d.ends = true;
        return d;
    }
    unsigned rd = w >> 7 & 31;
    unsigned funct3 = w >> 12 & 7;
    d.rd = rd == 0 ? CPU_SINK : rd;
    d.rs1 = w >> 15 & 31;
    d.rs2 = w >> 20 & 31;
    switch (w & 0x7f) {
        case 0x37: // lui
            d.code = OP_LI;
            d.imm = (int32_t)(w & 0xfffff000);
            break;
        case 0x17: // auipc
            d.code = OP_LI;
            d.imm = (int32_t)(pc + (w & 0xfffff000));
            break;
        case 0x6f: // jal
            d.code = OP_JAL;
            d.imm = (int32_t)(pc + (uint32_t)imm_j(w));
            d.ends = true;
            break;
        case 0x67: // jalr
            d.code = OP_JALR;
            d.imm = imm_i(w);
            d.ends = true;
            break;
        case 0x63:
            d.code = branch_ops[funct3];
            d.imm = (int32_t)(pc + (uint32_t)imm_b(w));
            d.ends = true;
            break;
        case 0x03:
            d.code = load_ops[funct3];
            d.imm = imm_i(w);
            break;
        case 0x23:
            d.code = store_ops[funct3];
            d.imm = imm_s(w);
            break;
        case 0x13:
            d.code = imm_ops[funct3];
            d.imm = imm_i(w);
            if (funct3 == 1 || funct3 == 5) {
                d.imm &= 31;
                if (funct3 == 5 && (w >> 30 & 1)) {
                    d.code = OP_SRAI;
                }
            } else if (d.code == OP_ADDI && d.imm == 0) {
                d.code = OP_MV;
            } else if (d.code == OP_ADDI && d.rs1 == 0) {
                d.code = OP_LI;
            }
            break;
        case 0x33:
            d.code = w >> 25 & 1 ? mul_ops[funct3] : reg_ops[funct3];
            if (w >> 30 & 1) {
                d.code = funct3 == 0 ? OP_SUB : funct3 == 5 ? OP_SRA : OP_ILLEGAL;
            }
            break;
        case 0x0f: // fence, fence.i, VexRiscv's data cache flush
            d.code = funct3 == 1 ? OP_FENCEI : OP_NOP;
            d.ends = funct3 == 1;
            break;
        case 0x2f:
            decode_amo(&d, w);
            break;
        case 0x73:
            decode_system(&d, w);
            break;
        case 0x0b: // PicoRV32
            d.code = OP_PICO;
            d.imm = (int32_t)w;
            d.rs2 = rd;
            d.ends = true;
            break;
        default:
            break;
    }
    // A jump to where no instruction can start traps when it is taken.
    if (!profile->has_c && d.ends && d.imm & 3 && d.code == OP_JAL) {
        d.code = OP_J_MISALIGNED;
    }
    if (d.code == OP_ILLEGAL) {
        d.imm = (int32_t)word;
        d.ends = true;
    } else if (d.rd == CPU_SINK && d.code >= OP_LI && d.code <= OP_MV) {
        d.code = OP_NOP;
    }
    return d;
}

// Fields of compressed instructions (chapter 16).
static unsigned bits(uint16_t h, unsigned from, unsigned count, unsigned to) {
    return (h >> from & ((1u << count) - 1)) << to;
}

static uint32_t enc_i(unsigned opcode, unsigned rd, unsigned funct3, unsigned rs1, unsigned imm) {
    return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | imm << 20;
}

static uint32_t enc_s(unsigned funct3, unsigned rs1, unsigned rs2, unsigned imm) {
    return 0x23 | (imm & 31) << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | imm >> 5 << 25;
}

static uint32_t enc_r(unsigned rd, unsigned funct3, unsigned rs1, unsigned rs2, unsigned funct7) {
    return 0x33 | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25;
}

static uint32_t enc_jal(unsigned rd, unsigned imm) {
    return 0x6f | rd << 7 | (imm & 0xff000) | (imm >> 11 & 1) << 20 | (imm >> 1 & 0x3ff) << 21 | (imm >> 20 & 1) << 31;
}

static uint32_t enc_b(unsigned funct3, unsigned rs1, unsigned imm) {
    return 0x63 | (imm >> 11 & 1) << 7 | (imm >> 1 & 15) << 8 | funct3 << 12 | rs1 << 15 | (imm >> 5 & 63) << 25 |
                   (imm >> 12 & 1) << 31;
}

static uint32_t expand_q0(uint16_t h, bool strict) {
    unsigned rd = 8 + bits(h, 2, 3, 0);
    unsigned rs1 = 8 + bits(h, 7, 3, 0);
    unsigned word = bits(h, 6, 1, 2) | bits(h, 10, 3, 3) | bits(h, 5, 1, 6);
    unsigned addi4spn = bits(h, 6, 1, 2) | bits(h, 5, 1, 3) | bits(h, 11, 2, 4) | bits(h, 7, 4, 6);
    switch (h >> 13) {
        case 0:
            return strict && addi4spn == 0 ? 0 : enc_i(0x13, rd, 0, 2, addi4spn);
        case 2:
            return enc_i(0x03, rd, 2, rs1, word);
        case 6:
            return enc_s(2, rs1, rd, word);
        default:
            return 0;
    }
}

static uint32_t expand_alu(uint16_t h, unsigned imm, bool strict) {
    static const uint8_t funct3[4] = { 0, 4, 6, 7 };
    unsigned rd = 8 + bits(h, 7, 3, 0);
    unsigned rs2 = 8 + bits(h, 2, 3, 0);
    if (strict && (h >> 12 & 1) && (h >> 10 & 3) != 2) {
        return 0;
    }
    switch (h >> 10 & 3) {
        case 0:
            return enc_i(0x13, rd, 5, rd, imm & 31);
        case 1:
            return enc_i(0x13, rd, 5, rd, 0x400 | (imm & 31));
        case 2:
            return enc_i(0x13, rd, 7, rd, imm & 0xfff);
        default:
            return enc_r(rd, funct3[h >> 5 & 3], rd, rs2, (h >> 5 & 3) == 0 ? 0x20 : 0);
    }
}

static uint32_t expand_q1(uint16_t h, bool strict) {
    unsigned rd = bits(h, 7, 5, 0);
    unsigned sign = h >> 12 & 1 ? ~0u : 0;
    unsigned imm = bits(h, 2, 5, 0) | sign << 5;
    unsigned jump = bits(h, 3, 3, 1) | bits(h, 11, 1, 4) | bits(h, 2, 1, 5) | bits(h, 7, 1, 6) |
        bits(h, 6, 1, 7) | bits(h, 9, 2, 8) | bits(h, 8, 1, 10) | sign << 11;
    unsigned branch = bits(h, 3, 2, 1) | bits(h, 10, 2, 3) | bits(h, 2, 1, 5) | bits(h, 5, 2, 6) | sign << 8;
    unsigned sp = bits(h, 6, 1, 4) | bits(h, 2, 1, 5) | bits(h, 5, 1, 6) | bits(h, 3, 2, 7) | sign << 9;
    switch (h >> 13) {
        case 0:
            return enc_i(0x13, rd, 0, rd, imm & 0xfff);
        case 1:
            return enc_jal(1, jump);
        case 2:
            return enc_i(0x13, rd, 0, 0, imm & 0xfff);
        case 3:
            if (strict && imm == 0) {
                return 0;
            }
            return rd == 2 ? enc_i(0x13, 2, 0, 2, sp & 0xfff) : 0x37 | rd << 7 | imm << 12;
        case 4:
            return expand_alu(h, imm, strict);
        case 5:
            return enc_jal(0, jump);
        default:
            return enc_b(h >> 13 & 1, 8 + bits(h, 7, 3, 0), branch);
    }
}

static uint32_t expand_q2(uint16_t h, bool strict) {
    unsigned rd = bits(h, 7, 5, 0);
    unsigned rs2 = bits(h, 2, 5, 0);
    unsigned load = bits(h, 4, 3, 2) | bits(h, 12, 1, 5) | bits(h, 2, 2, 6);
    unsigned store = bits(h, 9, 4, 2) | bits(h, 7, 2, 6);
    switch (h >> 13) {
        case 0:
            return strict && (h >> 12 & 1) ? 0 : enc_i(0x13, rd, 1, rd, rs2);
        case 2:
            return strict && rd == 0 ? 0 : enc_i(0x03, rd, 2, 2, load);
        case 4:
            if (h >> 12 & 1) {
                if (rs2 != 0) {
                    return enc_r(rd, 0, rd, rs2, 0);
                }
                return rd != 0 ? enc_i(0x67, 1, 0, rd, 0) : 0x00100073;
            }
            if (rs2 != 0) {
                return enc_r(rd, 0, 0, rs2, 0);
            }
            return strict && rd == 0 ? 0 : enc_i(0x67, 0, 0, rd, 0);
        case 6:
            return enc_s(2, 2, rs2, store);
        default:
            return 0;
    }
}

uint32_t cpu_expand(uint16_t half, bool strict) {
    switch (half & 3) {
        case 0:
            return expand_q0(half, strict);
        case 1:
            return expand_q1(half, strict);
        case 2:
            return expand_q2(half, strict);
        default:
            return 0;
    }
}
