# SPDX-License-Identifier: MIT
"""The processor in lockstep with qemu-system-riscv32 on random instruction streams.

An image is many blocks: load every register with a random value, run a random stretch, store every
register. Both run the same image at the same address and all registers after every block, and the
data that the stretches wrote, have to be equal. What VexRiscv does differently (CSRs, traps,
illegal words) is not in the streams; test_vexriscv.py and tests/rtl have it.
"""

import random
import shutil
import struct
import subprocess
import sys

from tests.emu import rv32
from tests.emu.support import LXEMU, OUTPUT, ROOT, Soc, TestCase, lxemu

RAM = 0x80000000
FINISHER = 0x100000  # of qemu's virt machine: 0x5555 ends it
FINISHED = 0x5555
BLOCKS = 60
LENGTH = 80
DATA = RAM + 0x80000
DATA_SIZE = 0x2000
RESULTS = RAM + 0x90000
STORED = range(1, 30)  # x30 points at the data, x31 at the results
RESULT_SIZE = BLOCKS * len(STORED) * 4
QEMU_RAM = 16 << 20
INTERESTING = (0, 1, 2, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE, 31, 32)

# Core by extensions: qemu runs all of them.
CORES = {
    "i": ("vexriscv", "minimal"),
    "m": ("vexriscv", "standard"),
    "ma": ("naxriscv", "standard"),
    "mc": ("vexriscv", "imac"),
    "mcs": ("ibex", "standard"),
}


def compressed(rnd):
    """Return one random compressed instruction without memory or jumps (int).

    Args:
        rnd (random.Random): source.
    """
    rd = rnd.randrange(1, 30)
    if rd == 2:
        rd = 3
    near = rnd.randrange(8)
    imm = rnd.randrange(1, 32)
    sign = rnd.randrange(2) << 12
    kind = rnd.randrange(10)
    if kind == 0:
        return 0x0001 | rd << 7 | imm << 2 | sign  # c.addi
    if kind == 1:
        return 0x4001 | rd << 7 | imm << 2 | sign  # c.li
    if kind == 2:
        return 0x6001 | rd << 7 | imm << 2 | sign  # c.lui
    if kind == 3:
        return 0x8001 | rnd.randrange(2) << 10 | near << 7 | imm << 2  # c.srli, c.srai
    if kind == 4:
        return 0x8801 | near << 7 | imm << 2 | sign  # c.andi
    if kind == 5:
        return 0x8C01 | near << 7 | rnd.randrange(4) << 5 | rnd.randrange(8) << 2  # c.sub ...
    if kind == 6:
        return 0x0002 | rd << 7 | imm << 2  # c.slli
    if kind == 7:
        return 0x8002 | rd << 7 | imm << 2  # c.mv
    if kind == 8:
        return 0x9002 | rd << 7 | imm << 2  # c.add
    return 0x0000 | rnd.randrange(1, 256) << 5 | near << 2  # c.addi4spn


def image(seed, extensions):
    """Return the common part of an image, without its end (list of words).

    Args:
        seed (int): of the streams.
        extensions (str): letters of "mac".
    """
    rnd = random.Random(seed)
    stream = rv32.Stream(seed, extensions)
    code = rv32.li(31, RESULTS)
    for _ in range(BLOCKS):
        for register in range(1, 30):
            value = rnd.choice(INTERESTING) if rnd.randrange(4) == 0 else rnd.getrandbits(32)
            code += rv32.li(register, value)
        code += rv32.li(30, DATA + DATA_SIZE // 2)
        stretch = stream.stretch(LENGTH)
        if "c" in extensions:
            for index in range(0, LENGTH, 3):
                stretch[index] = compressed(rnd) | compressed(rnd) << 16
        # Where the last branches may land.
        code += stretch + [rv32.NOP] * 10
        for index, register in enumerate(STORED):
            code.append(rv32.store("sw", register, 31, 4 * index))
        code.append(rv32.addi(31, 31, 4 * len(STORED)))
    return code


def on_qemu(code, folder):
    """Run an image on qemu; return (results, data) as bytes.

    Args:
        code (list of int): words.
        folder (Path): for its files.
    """
    end = rv32.li(10, FINISHED) + rv32.li(11, FINISHER)
    end += [rv32.store("sw", 10, 11, 0), rv32.jal(0, 0)]
    (folder / "qemu.bin").write_bytes(rv32.words(code + end))
    memory = folder / "qemu.ram"
    memory.write_bytes(b"")
    command = ["qemu-system-riscv32", "-M", "virt,memory-backend=ram", "-m", f"{QEMU_RAM >> 20}M"]
    command += [
        "-object",
        f"memory-backend-file,id=ram,size={QEMU_RAM},mem-path={memory},share=on",
    ]
    command += ["-bios", "none", "-kernel", str(folder / "qemu.bin"), "-display", "none"]
    command += ["-serial", "none", "-monitor", "none"]
    subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL)
    with memory.open("rb") as file:
        file.seek(RESULTS - RAM)
        results = file.read(RESULT_SIZE)
        file.seek(DATA - RAM)
        data = file.read(DATA_SIZE)
    memory.unlink()
    return results, data


def on_lxemu(code, folder, soc, emulator, *options):
    """Run an image on lxemu; return (results, data) as bytes.

    Args:
        code (list of int): words.
        folder (Path): for its files.
        soc (Soc): the SoC.
        emulator (Path): which.
        *options (str): of lxemu.
    """
    uart = soc.addr["uart_rxtx"]
    end = rv32.li(11, uart)
    for start, size in ((RESULTS, RESULT_SIZE), (DATA, DATA_SIZE)):
        end += rv32.li(10, start) + rv32.li(13, start + size)
        end += [rv32.load("lbu", 12, 10, 0), rv32.store("sw", 12, 11, 0), rv32.addi(10, 10, 1)]
        end.append(rv32.branch("bltu", 10, 13, -12))
    end += [rv32.WFI, rv32.jal(0, -4)]
    (folder / "lxemu.bin").write_bytes(rv32.words(code + end))
    soc.write(folder)
    done = lxemu("--kernel", folder / "lxemu.bin", *options, folder, emulator=emulator)
    if done.returncode != 0:
        raise AssertionError(f"exit status {done.returncode}: {done.stderr.decode()}")
    return done.stdout[:RESULT_SIZE], done.stdout[RESULT_SIZE:]


def first_difference(mine, theirs):
    """Return what differs first as text, or None.

    Args:
        mine (tuple of bytes): results and data of lxemu.
        theirs (tuple of bytes): of qemu.
    """
    if len(mine[0]) != len(theirs[0]) or len(mine[1]) != len(theirs[1]):
        return f"{len(mine[0])} + {len(mine[1])} bytes"
    count = RESULT_SIZE // 4
    pairs = zip(
        struct.unpack(f"<{count}I", mine[0]), struct.unpack(f"<{count}I", theirs[0]), strict=True
    )
    for index, (a, b) in enumerate(pairs):
        if a != b:
            block, register = divmod(index, len(STORED))
            return f"block {block}, x{STORED[register]}: lxemu {a:08x}, qemu {b:08x}"
    return None if mine[1] == theirs[1] else "the data in memory"


class Lockstep(TestCase):
    """Equal to qemu, block by block."""

    SEEDS = 4

    def compare(self, extensions, seed, emulator=LXEMU, options=()):
        """Return the first difference for one image, or None."""
        cpu, variant = CORES[extensions]
        letters = extensions.rstrip("s")
        code = image(seed, letters)
        folder = OUTPUT / "lockstep" / f"{extensions}-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        soc = Soc(cpu=cpu, variant=variant, ram=RAM)
        theirs = on_qemu(code, folder)
        mine = on_lxemu(code, folder, soc, emulator, *options)
        return first_difference(mine, theirs)

    def test_random_streams(self):
        for extensions in CORES:
            for seed in range(self.SEEDS):
                with self.subTest(f"rv32{extensions}, seed {seed}"):
                    self.assertIsNone(self.compare(extensions, seed))

    def test_timing_core(self):
        self.assertIsNone(self.compare("m", 100, options=("--timing",)))

    def test_single_steps(self):
        trace = OUTPUT / "lockstep" / "trace.txt"
        self.assertIsNone(self.compare("m", 101, options=("--trace", str(trace))))
        self.assertGreater(trace.stat().st_size, 0)

    def test_seeded_bugs_are_caught(self):
        # sra as srl, mulhsu with both signed, sltiu with a signed comparison.
        bugs = {
            "RD = (uint32_t)(S1 >> (RS2 & 31));": "RD = RS1 >> (RS2 & 31);",
            "(int64_t)(uint64_t)RS2) >> 32": "(int64_t)S2) >> 32",
            "RD = RS1 < (uint32_t)op->imm;": "RD = S1 < op->imm;",
        }
        for index, (good, bad) in enumerate(bugs.items()):
            with self.subTest(bad):
                emulator = self.build_with(f"bug{index}", good, bad)
                found = [self.compare("m", seed, emulator) for seed in range(2)]
                self.assertTrue(any(found), f"{bad} was not seen")

    def build_with(self, name, good, bad):
        """Build lxemu with one line changed; return its path."""
        top = OUTPUT / "seeded" / name
        copy = top / "emu"
        shutil.rmtree(top, ignore_errors=True)
        shutil.copytree(ROOT / "emu", copy)
        for room in ("models", "hostnet"):
            shutil.copytree(ROOT / room, top / room)
        template = copy / "cpu" / "core_template.h"
        text = template.read_text()
        self.assertEqual(text.count(good), 1, good)
        template.write_text(text.replace(good, bad))
        command = ["make", "-s", "-C", str(copy), f"BUILD={copy}/build", "CFLAGS_MODE=-O1"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        return copy / "build" / "lxemu"
