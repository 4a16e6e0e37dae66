# SPDX-License-Identifier: MIT
"""Compressed instructions and their 32-bit forms (port/native/rv32_expand.c), all 65,536, against binutils.

    expand.py LIBRARY

LIBRARY is rv32_expand.c as a shared library. Both forms are disassembled; the text of a compressed one, by the
table below, is the text of what it stands for.
"""

import ctypes
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

OBJDUMP = [
    "riscv64-unknown-elf-objdump",
    "-D",
    "-z",
    "-b",
    "binary",
    "-m",
    "riscv:rv32",
    "-M",
    "no-aliases,numeric",
]
LINE = re.compile(r"^ *([0-9a-f]+):\t[0-9a-f]+ +\t(\S+)(?:\t([^ \n]*).*)?$", re.MULTILINE)

# Operands are {0}, {1}, ...; a target is the distance from the instruction.
FORMS = {
    "c.addi4spn": "addi {0},{1},{2}",
    "c.lw": "lw {0},{1}",
    "c.sw": "sw {0},{1}",
    "c.nop": "addi x0,x0,0",
    "c.addi": "addi {0},{0},{1}",
    "c.jal": "jal x1,{0}",
    "c.li": "addi {0},x0,{1}",
    "c.addi16sp": "addi {0},{0},{1}",
    "c.lui": "lui {0},{1}",
    "c.srli": "srli {0},{0},{1}",
    "c.srai": "srai {0},{0},{1}",
    "c.andi": "andi {0},{0},{1}",
    "c.sub": "sub {0},{0},{1}",
    "c.xor": "xor {0},{0},{1}",
    "c.or": "or {0},{0},{1}",
    "c.and": "and {0},{0},{1}",
    "c.j": "jal x0,{0}",
    "c.beqz": "beq {0},x0,{1}",
    "c.bnez": "bne {0},x0,{1}",
    "c.slli": "slli {0},{0},{1}",
    # Shifts by 0, hints on RV32.
    "c.slli64": "slli {0},{0},0x0",
    "c.srli64": "srli {0},{0},0x0",
    "c.srai64": "srai {0},{0},0x0",
    "c.lwsp": "lw {0},{1}",
    "c.jr": "jalr x0,0({0})",
    "c.mv": "add {0},x0,{1}",
    "c.ebreak": "ebreak",
    "c.jalr": "jalr x1,0({0})",
    "c.add": "add {0},{0},{1}",
    "c.swsp": "sw {0},{1}",
}
SHIFTS = {"c.slli", "c.srli", "c.srai"}
JUMPS = {"c.jal", "c.j", "c.beqz", "c.bnez", "jal", "beq", "bne"}


def disassemble(code: bytes) -> dict[int, tuple[str, list[str]]]:
    """{offset: (mnemonic, operands)}; the last operand of a jump is its distance."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "code"
        path.write_bytes(code)
        text = subprocess.run([*OBJDUMP, path], capture_output=True, text=True, check=True).stdout
    found = {}
    for offset, mnemonic, operands in LINE.findall(text):
        at, words = int(offset, 16), operands.split(",") if operands else []
        if mnemonic in JUMPS:
            target = int(words[-1], 16)
            words[-1] = str((target - at + 0x80000000) % 0x100000000 - 0x80000000)
        found[at] = mnemonic, words
    return found


def is_reserved(mnemonic: str, operands: list[str]) -> bool:
    """Whether RV32 reserves what binutils decodes all the same."""
    if mnemonic in SHIFTS:
        return int(operands[1], 0) > 31
    return mnemonic == "c.addi16sp" and operands[1] == "0"


RET, AUIPC_T6, JALR_T6 = 0x00008067, 0x00000F97, 0x000F8067

# The start of machine code as MicroPython loads it, and whether it has compressed instructions.
STARTS = [
    ("a native function", [5, 0xFF010113, RET], False),
    ("a native function, compressed", [5, 0xC6061141, RET], True),
    ("a generator", [23, 16, 0xFF010113, RET], False),
    ("a short module", [AUIPC_T6, JALR_T6 | 12 << 20, 0x8082, 0xFF010113, RET, 0x8082], False),
    ("a short module, compressed", [AUIPC_T6, JALR_T6 | 12 << 20, RET, 0x1101415C, RET], True),
    ("a module, entry at no word", [AUIPC_T6, JALR_T6 | 10 << 20, RET, RET], True),
    ("a long module", [AUIPC_T6 | 4096, JALR_T6 | (4096 - 4084) << 20, *[RET] * 1030], False),
    ("a long module, compressed", [AUIPC_T6 | 4096, JALR_T6, *[RET] * 1022, 0x1101415C], True),
]


def main() -> int:
    library = ctypes.CDLL(sys.argv[1])
    expand = library.rv32_expand
    expand.argtypes, expand.restype = [ctypes.c_uint16], ctypes.c_uint32
    library.rv32_starts_compressed.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    library.rv32_starts_compressed.restype = ctypes.c_bool
    halfwords = [value for value in range(0x10000) if value & 3 != 3]
    # In the middle of the file, so that no target lies before its start.
    pad = b"\x01\x00" * 2048
    short = disassemble(pad + b"".join(value.to_bytes(2, "little") for value in halfwords))
    words = [expand(value) for value in halfwords]
    full = disassemble(pad + b"".join(word.to_bytes(4, "little") for word in words))
    compared, failed = 0, 0
    for i, (value, word) in enumerate(zip(halfwords, words, strict=True)):
        mnemonic, operands = short[len(pad) + 2 * i]
        form = FORMS.get(mnemonic)
        if form is None or is_reserved(mnemonic, operands):  # or of floating point
            wrong = word != 0
            got, want = f"{word:08x}", f"nothing for {mnemonic}"
        else:
            name, arguments = full[len(pad) + 4 * i]
            got, want = f"{name} {','.join(arguments)}".strip(), form.format(*operands)
            wrong = got != want
            compared += 1
        if wrong:
            failed += 1
            print(f"{value:04x}: {got}, but binutils: {want}")
    for name, code, want_compressed in STARTS:
        start = struct.pack(f"<{len(code)}I", *code)
        if library.rv32_starts_compressed(start, len(start)) != want_compressed:
            failed += 1
            print(f"{name}: taken for {'un' * want_compressed}compressed code")
    print(f"{compared} compressed instructions compared, {failed} differ")
    return 1 if failed or compared < 28000 else 0


if __name__ == "__main__":
    sys.exit(main())
