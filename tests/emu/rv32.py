# SPDX-License-Identifier: MIT
"""RV32 instruction words and random streams of them, for the emulator's tests.

No assembler: the tests say what bits they mean, and a stream is the same on every machine.
"""

import random
import struct

LOADS = {"lb": 0, "lh": 1, "lw": 2, "lbu": 4, "lhu": 5}
STORES = {"sb": 0, "sh": 1, "sw": 2}
BRANCHES = {"beq": 0, "bne": 1, "blt": 4, "bge": 5, "bltu": 6, "bgeu": 7}
ALU = {"add": 0, "sll": 1, "slt": 2, "sltu": 3, "xor": 4, "srl": 5, "or": 6, "and": 7}
MULDIV = {"mul": 0, "mulh": 1, "mulhsu": 2, "mulhu": 3, "div": 4, "divu": 5, "rem": 6, "remu": 7}
AMOS = {
    "add": 0,
    "swap": 1,
    "xor": 4,
    "and": 12,
    "or": 8,
    "min": 16,
    "max": 20,
    "minu": 24,
    "maxu": 28,
}

ECALL = 0x00000073
EBREAK = 0x00100073
MRET = 0x30200073
WFI = 0x10500073
FENCE_I = 0x0000100F
NOP = 0x00000013


def r_type(opcode, rd, funct3, rs1, rs2, funct7):
    """Encode an R-type word; all arguments int."""
    return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25


def i_type(opcode, rd, funct3, rs1, imm):
    """Encode an I-type word; imm int, 12 bits of it used."""
    return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | (imm & 0xFFF) << 20


def addi(rd, rs1, imm):
    """Encode addi."""
    return i_type(0x13, rd, 0, rs1, imm)


def lui(rd, value):
    """Encode lui with the upper 20 bits of value."""
    return 0x37 | rd << 7 | (value & 0xFFFFF000)


def load(name, rd, rs1, imm):
    """Encode a load of LOADS."""
    return i_type(0x03, rd, LOADS[name], rs1, imm)


def store(name, rs2, rs1, imm):
    """Encode a store of STORES."""
    return (
        0x23
        | (imm & 31) << 7
        | STORES[name] << 12
        | rs1 << 15
        | rs2 << 20
        | (imm >> 5 & 127) << 25
    )


def branch(name, rs1, rs2, offset):
    """Encode a branch of BRANCHES; offset int in bytes."""
    return (
        0x63
        | (offset >> 11 & 1) << 7
        | (offset >> 1 & 15) << 8
        | BRANCHES[name] << 12
        | rs1 << 15
        | rs2 << 20
        | (offset >> 5 & 63) << 25
        | (offset >> 12 & 1) << 31
    )


def jal(rd, offset):
    """Encode jal; offset int in bytes."""
    return (
        0x6F
        | rd << 7
        | (offset & 0xFF000)
        | (offset >> 11 & 1) << 20
        | (offset >> 1 & 0x3FF) << 21
        | (offset >> 20 & 1) << 31
    )


def jalr(rd, rs1, imm):
    """Encode jalr."""
    return i_type(0x67, rd, 0, rs1, imm)


def csr(funct3, rd, number, rs1):
    """Encode a CSR instruction: funct3 1 to 3 and 5 to 7, rs1 a register or an immediate."""
    return i_type(0x73, rd, funct3, rs1, number)


def csrr(rd, number):
    """Encode csrrs rd, number, x0."""
    return csr(2, rd, number, 0)


def csrw(number, rs1):
    """Encode csrrw x0, number, rs1."""
    return csr(1, 0, number, rs1)


def li(rd, value):
    """Return the words that put a 32-bit value into a register (always two)."""
    value &= 0xFFFFFFFF
    low = value & 0xFFF
    low -= (low & 0x800) << 1
    return [lui(rd, (value - low) & 0xFFFFFFFF), addi(rd, rd, low)]


def words(code):
    """Pack a list of words (int) as bytes."""
    return b"".join(struct.pack("<I", word & 0xFFFFFFFF) for word in code)


class Stream:
    """A random stream of instructions with registers that keep pointing at memory.

    Args:
        seed (int): the same seed gives the same stream.
        extensions (str): letters of "mac".
    """

    POINTER = 30  # x30 points at data, x31 is for loops
    COUNTER = 31

    def __init__(self, seed, extensions="m"):
        self.random = random.Random(seed)
        self.extensions = extensions

    def register(self):
        """Return a register that may be overwritten (int)."""
        return self.random.randrange(0, 30)

    def alu(self):
        """Return one arithmetic word (int)."""
        rnd = self.random
        rd, rs1, rs2 = self.register(), rnd.randrange(32), rnd.randrange(32)
        kind = rnd.randrange(4)
        if kind == 0:
            funct3 = rnd.randrange(8)
            alternative = 0x20 if funct3 in (0, 5) and rnd.randrange(2) else 0
            return r_type(0x33, rd, funct3, rs1, rs2, alternative)
        if kind == 1:
            funct3 = rnd.choice((0, 2, 3, 4, 6, 7))
            return i_type(0x13, rd, funct3, rs1, rnd.randrange(4096))
        if kind == 2:
            funct3 = rnd.choice((1, 5))
            alternative = 0x400 if funct3 == 5 and rnd.randrange(2) else 0
            return i_type(0x13, rd, funct3, rs1, alternative | rnd.randrange(32))
        return (0x37, 0x17)[rnd.randrange(2)] | rd << 7 | rnd.getrandbits(20) << 12

    def memory(self):
        """Return one load or store near POINTER, aligned (int)."""
        rnd = self.random
        if rnd.randrange(2):
            name = rnd.choice(list(LOADS))
            step = (1, 2, 4)[LOADS[name] & 3]
            return load(name, self.register(), self.POINTER, rnd.randrange(-512, 512) * step)
        name = rnd.choice(list(STORES))
        step = (1, 2, 4)[STORES[name]]
        return store(name, rnd.randrange(32), self.POINTER, rnd.randrange(-512, 512) * step)

    def muldiv(self):
        """Return one word of the M extension (int)."""
        rnd = self.random
        return r_type(
            0x33, self.register(), rnd.randrange(8), rnd.randrange(32), rnd.randrange(32), 1
        )

    def atomic(self):
        """Return one amo at POINTER itself (int)."""
        rnd = self.random
        funct5 = rnd.choice(list(AMOS.values()))
        return r_type(0x2F, self.register(), 2, self.POINTER, rnd.randrange(32), funct5 << 2)

    def reserve(self):
        """Return lr and sc as neighbours: what may lie between them differs from core to core."""
        rnd = self.random
        return [
            r_type(0x2F, self.register(), 2, self.POINTER, 0, 2 << 2),
            r_type(0x2F, self.register(), 2, self.POINTER, rnd.randrange(32), 3 << 2),
        ]

    def skip(self, ahead):
        """Return one forward branch over some words (int).

        Args:
            ahead (int): how many words follow in this stretch.
        """
        rnd = self.random
        offset = 4 * rnd.randrange(1, max(2, min(8, ahead)) + 1)
        if rnd.randrange(8) == 0:
            return jal(self.register(), offset)
        return branch(rnd.choice(list(BRANCHES)), rnd.randrange(32), rnd.randrange(32), offset)

    def stretch(self, length):
        """Return a straight stretch with forward branches.

        Args:
            length (int): number of words.

        Returns:
            list: words.
        """
        makers = [self.alu, self.alu, self.alu, self.memory]
        if "m" in self.extensions:
            makers.append(self.muldiv)
        if "a" in self.extensions:
            makers.append(self.atomic)
        code = []
        while len(code) < length:
            ahead = length - len(code) - 1
            if ahead > 0 and self.random.randrange(8) == 0:
                code.append(self.skip(ahead))
            elif ahead > 0 and "a" in self.extensions and self.random.randrange(16) == 0:
                code += self.reserve()
            else:
                code.append(self.random.choice(makers)())
        return code
