# SPDX-License-Identifier: MIT
"""Random code and random CSR accesses under AddressSanitizer: the guest may do what it likes.

Every image ends in a trap loop, at --max-cycles or idle; never in a crash of the emulator.
"""

import json
import random
import subprocess
import sys

from tests.emu import rv32
from tests.emu.support import (
    GPIO_IRQ,
    LEDS,
    LXEMU_ASAN,
    RAM,
    ROOT,
    Soc,
    TestCase,
    lxemu,
)
from tests.emu.test_input import elf

SEEDS = 40
LENGTH = 800
MAX_CYCLES = 3_000_000
LOADER_RUNS = 20000
FINE = (0, 124)
CPUS = (
    ("vexriscv", "standard"),
    ("vexriscv", "imac"),
    ("vexriscv", "linux"),
    ("vexriscv", "minimal"),
    ("picorv32", "standard"),
    ("naxriscv", "standard"),
    ("ibex", "standard"),
    ("unknown", "unknown"),
)
OPTIONS = (
    [],
    ["--timing"],
    ["--baud", "1000000"],
    ["--csr-ordering", "little"],
    ["--uart-fifo", "1"],
    ["--uart", "none"],
)
SPI = (("control", 16, "rw"), ("status", 1, "ro"), ("mosi", 8, "rw"), ("miso", 8, "ro"))
CORES = {"leds": LEDS, "gpio": GPIO_IRQ, "spi": SPI, "mystery": (("a", 100, "rw"), ("b", 8, "ro"))}


def pointer(rnd, soc):
    """Return an address that is worth a try (int).

    Args:
        rnd (random.Random): source.
        soc (Soc): the SoC.
    """
    kind = rnd.randrange(24)
    if kind == 0:
        return rnd.getrandbits(32)
    if kind < 4:
        return RAM + rnd.randrange(0, 4 * LENGTH)  # the code itself
    if kind < 8:
        return RAM + 0x80000 + rnd.randrange(0, 0x1000)
    if kind < 9:
        return 0x10000000 + rnd.randrange(0, 0x2000)
    if kind < 10:
        return 0xF0C00000 + rnd.choice((0, 0x1000, 0x2000, 0x200000))  # a PLIC, on some
    # Not the register that stops everything.
    return rnd.choice(
        [addr for name, addr in soc.addr.items() if name != "ctrl_reset" or kind == 10]
    )


def word(rnd):
    """Return one random instruction word (int).

    Args:
        rnd (random.Random): source.
    """
    kind = rnd.randrange(14)
    base = rnd.randrange(6, 28)
    offset = rnd.choice((0, 4, 8, 12, 16, 20, 24, rnd.randrange(-2048, 2048)))
    if kind == 0:
        return rnd.getrandbits(32)
    if kind == 1:
        opcode = rnd.choice((0x33, 0x13, 0x73, 0x2F, 0x67, 0x63, 0x0F, 0x0B))
        return rnd.getrandbits(32) & ~0x7F | opcode
    if kind < 6:
        return rv32.store(rnd.choice(("sb", "sh", "sw", "sw")), rnd.randrange(32), base, offset)
    if kind < 9:
        return rv32.load(rnd.choice(list(rv32.LOADS)), rnd.randrange(1, 6), base, offset)
    if kind == 9:
        number = rnd.choice((0x300, 0x304, 0x341, 0x344, 0xBC0, 0xFC0, 0xB00, rnd.randrange(4096)))
        return rv32.csr(
            rnd.choice((1, 2, 3, 5, 6, 7)), rnd.randrange(5), number, rnd.randrange(32)
        )
    if kind == 10:
        return rnd.choice((rv32.WFI, rv32.FENCE_I, rv32.ECALL, rv32.EBREAK, 0x500F, rv32.MRET))
    if kind == 11:
        offset = 4 * rnd.randrange(-60, 60)
        return rv32.branch(
            rnd.choice(list(rv32.BRANCHES)), rnd.randrange(32), rnd.randrange(32), offset
        )
    if kind == 12:
        return rv32.i_type(0x13, base, rnd.choice((0, 4, 6, 7)), base, rnd.getrandbits(12))
    return rv32.r_type(
        0x33, rnd.randrange(1, 6), rnd.randrange(8), base, rnd.randrange(32), rnd.randrange(2)
    )


def image(seed, soc):
    """Return a random image (bytes) whose trap handler skips the word that trapped.

    Args:
        seed (int): of the image.
        soc (Soc): where it runs.
    """
    rnd = random.Random(seed)
    code = [rv32.jal(0, 4 * 6)]
    code += [rv32.csrr(28, 0x341), rv32.addi(28, 28, 4), rv32.csrw(0x341, 28), rv32.MRET, rv32.NOP]
    code += rv32.li(5, RAM + 4) + [rv32.csrw(0x305, 5)]
    for register in range(6, 28):
        code += rv32.li(register, pointer(rnd, soc))
    code += rv32.li(29, 0xFFFFFFFF) + [rv32.csrw(0xBC0, 29), rv32.csrw(0x304, 29)]
    code += [rv32.csr(6, 0, 0x300, 8)]
    start = len(code)
    code += [word(rnd) for _ in range(LENGTH)]
    code.append(rv32.jal(0, 4 * (start - len(code))))
    return rv32.words(code)


class Fuzz(TestCase):
    """No image ends the emulator."""

    @classmethod
    def setUpClass(cls):
        command = ["make", "-s", "-C", str(ROOT / "emu"), f"BUILD={ROOT / 'build'}", "SANITIZE=1"]
        subprocess.run(command, check=True, stdout=sys.stderr)

    def check(self, data, soc, *options, stdin=b"abc" * 30):
        """Run an image under the sanitizers and expect no report of theirs."""
        folder = soc.write(self.folder)
        (folder / "image.bin").write_bytes(data)
        done = lxemu(
            "--kernel",
            folder / "image.bin",
            "--max-cycles",
            MAX_CYCLES,
            *options,
            folder,
            emulator=LXEMU_ASAN,
            stdin=stdin,
        )
        self.assertIn(done.returncode, FINE, done.stderr.decode()[-3000:])

    def test_random_code(self):
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                cpu, variant = CPUS[seed % len(CPUS)]
                soc = Soc(cpu=cpu, variant=variant, width=(32, 8)[seed // 8 % 2], cores=CORES)
                self.check(image(seed, soc), soc, *OPTIONS[seed % len(OPTIONS)])

    def test_single_steps(self):
        soc = Soc(cores=CORES)
        self.check(image(1000, soc), soc, "--trace", "/dev/null", "--trace-csr", "/dev/null")

    def test_code_in_thousands_of_pages(self):
        # One jump in each page, twice over, with a store to code in between.
        pages = 3000
        soc = Soc()
        soc.json["memories"]["main_ram"]["size"] = 16 << 20
        step = 4096
        data = bytearray(step * (pages + 1))
        for page in range(pages):
            data[page * step : page * step + 4] = rv32.words([rv32.jal(0, step)])
        last = [
            *rv32.li(5, RAM),
            rv32.load("lw", 6, 5, 0),
            rv32.store("sw", 6, 5, 0),
            rv32.addi(8, 8, 1),
            rv32.addi(7, 0, 3),
            rv32.branch("beq", 8, 7, 8),
            rv32.jalr(0, 5, 0),
            rv32.WFI,
            rv32.jal(0, -4),
        ]
        data[pages * step : pages * step + 4 * len(last)] = rv32.words(last)
        self.check(bytes(data), soc, stdin=b"")

    def test_more_code_than_the_cache_of_blocks_holds(self):
        soc = Soc()
        soc.json["memories"]["main_ram"]["size"] = 16 << 20
        count = (8 << 20) // 4
        body = rv32.words([rv32.NOP] * 62 + [rv32.jal(0, 4)]) * (count // 63)
        end = rv32.words([rv32.WFI, rv32.jal(0, -4)])
        self.check(body + end, soc, stdin=b"")

    def test_random_bytes_as_rom_and_as_elf(self):
        rnd = random.Random(7)
        soc = Soc()
        folder = soc.write(self.folder)
        for _ in range(20):
            (folder / "rom.bin").write_bytes(rnd.randbytes(0x4000))
            done = lxemu(
                "--rom",
                folder / "rom.bin",
                "--max-cycles",
                "20000000",
                folder,
                emulator=LXEMU_ASAN,
            )
            self.assertIn(done.returncode, FINE, done.stderr.decode()[-3000:])

    def test_loaders(self):
        # libFuzzer on csr.json and ELF, from a good one of each.
        corpus = ROOT / "build" / "tests" / "fuzz" / "emu_loaders.corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        (corpus / "soc").write_bytes(b"\0" + json.dumps(Soc().json).encode())
        (corpus / "elf").write_bytes(b"\1" + elf(data=bytes(64)))
        command = ["make", "-s", "-C", str(ROOT / "tests" / "fuzz"), "run", f"RUNS={LOADER_RUNS}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
