# SPDX-License-Identifier: MIT
"""SoCs described by hand, bare programs in words, and runs of lxemu.

A program leaves its results in RESULTS; its end sends them over the UART as raw bytes and idles,
which ends a run whose standard input has ended.
"""

import json
import os
import struct
import subprocess
import unittest
from pathlib import Path

from tests.emu import rv32

ROOT = Path(__file__).resolve().parents[2]
LXEMU = Path(os.environ.get("LXEMU", ROOT / "build" / "lxemu"))
LXEMU_ASAN = ROOT / "build" / "lxemu-asan"
OUTPUT = ROOT / "build" / "tests" / "emu"

RAM = 0x40000000
RAM_SIZE = 0x100000
CSR = 0xF0000000
RESULTS = 0x8000  # offsets in RAM
HANDLER = 0x7F00
DATA = 0x10000
RUN_SECONDS = 20

# Registers of the cores: name, bits, access.
CTRL = (("reset", 2, "rw"), ("scratch", 32, "rw"), ("bus_errors", 32, "ro"))
TIMER = (
    ("load", 32, "rw"),
    ("reload", 32, "rw"),
    ("en", 1, "rw"),
    ("update_value", 1, "rw"),
    ("value", 32, "ro"),
    ("ev_status", 1, "ro"),
    ("ev_pending", 1, "rw"),
    ("ev_enable", 1, "rw"),
)
UPTIME = (("uptime_latch", 1, "rw"), ("uptime_cycles", 64, "ro"))
UART = (
    ("rxtx", 8, "rw"),
    ("txfull", 1, "ro"),
    ("rxempty", 1, "ro"),
    ("ev_status", 2, "ro"),
    ("ev_pending", 2, "rw"),
    ("ev_enable", 2, "rw"),
    ("txempty", 1, "ro"),
    ("rxfull", 1, "ro"),
)
LEDS = (("out", 8, "rw"),)
GPIO = (("oe", 32, "rw"), ("in", 32, "ro"), ("out", 32, "rw"))
GPIO_IRQ = (
    *GPIO,
    ("mode", 32, "rw"),
    ("edge", 32, "rw"),
    ("ev_status", 32, "ro"),
    ("ev_pending", 32, "rw"),
    ("ev_enable", 32, "rw"),
)
VIDEO = (
    ("dma_base", 32, "rw"),
    ("dma_length", 32, "rw"),
    ("dma_enable", 1, "rw"),
    ("dma_done", 1, "ro"),
    ("dma_loop", 1, "rw"),
    ("dma_offset", 32, "ro"),
)


class Soc:
    """A SoC as csr.json describes it.

    Args:
        cpu (str): LiteX's CPU name.
        variant (str): its variant.
        width (int): CSR data width, 8 or 32.
        csr (int): CSR base address.
        ram (int): base of main_ram.
        cores (dict): {name: registers} beside ctrl, uart and timer0; None leaves one out.
    """

    def __init__(self, cpu="vexriscv", variant="standard", width=32, csr=CSR, ram=RAM, cores=None):
        self.ram = ram
        self.addr = {}
        table = {"ctrl": CTRL, "uart": UART, "timer0": TIMER + UPTIME, **(cores or {})}
        registers = {}
        bases = {}
        for index, (core, regs) in enumerate(table.items()):
            if regs is None:
                continue
            at = bases[core] = csr + 0x800 * index
            for name, bits, access in regs:
                size = (bits + width - 1) // width
                registers[f"{core}_{name}"] = {"addr": at, "size": size, "type": access}
                self.addr[f"{core}_{name}"] = at
                at += 4 * size
        self.json = {
            "csr_bases": bases,
            "csr_registers": registers,
            "constants": {
                "config_clock_frequency": 100000000,
                "config_cpu_reset_addr": 0,
                "config_cpu_name": cpu,
                f"config_cpu_variant_{variant}": None,
                "config_csr_data_width": width,
                "config_csr_alignment": 32,
                "config_identifier": "test soc",
                "uart_interrupt": 0,
                "timer0_interrupt": 1,
                "gpio_interrupt": 2,
            },
            "memories": {
                "rom": {"base": 0, "size": 0x8000, "type": "cached"},
                "sram": {"base": 0x10000000, "size": 0x2000, "type": "cached"},
                "main_ram": {"base": ram, "size": RAM_SIZE, "type": "cached"},
                "csr": {"base": csr, "size": 0x10000, "type": "io"},
            },
        }

    def write(self, folder):
        """Write csr.json into a folder, made if needed; return the folder.

        Args:
            folder (Path): where.
        """
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "csr.json").write_text(json.dumps(self.json))
        return folder


class Program:
    """A bare program for main_ram: words that grow, results that it leaves behind.

    A trap stores cause, pc and value as three results, masks all interrupts and goes on where
    trapping() said. x26 to x29 belong to the program's own machinery.

    Args:
        soc (Soc): where it runs.
    """

    RESULT, RESUME, SCRATCH, SCRATCH2 = 26, 27, 28, 29

    def __init__(self, soc):
        self.soc = soc
        self.code = [
            *rv32.li(self.RESULT, soc.ram + RESULTS),
            *rv32.li(self.SCRATCH, soc.ram + HANDLER),
            rv32.csrw(0x305, self.SCRATCH),
        ]

    def add(self, *code):
        """Append words (int) or lists of them."""
        for item in code:
            self.code.extend(item if isinstance(item, list) else [item])
        return self

    def here(self):
        """Return the address of the next word."""
        return self.soc.ram + 4 * len(self.code)

    def store(self, *registers):
        """Append code that adds registers (int) to the results."""
        for register in registers:
            self.add(rv32.store("sw", register, self.RESULT, 0))
            self.add(rv32.addi(self.RESULT, self.RESULT, 4))
        return self

    def trapping(self, *code):
        """Append code whose last word traps, and go on behind it.

        Without a trap the results get 0xffffffff three times.
        """
        flat = [word for item in code for word in (item if isinstance(item, list) else [item])]
        resume = self.here() + 4 * (2 + len(flat) + 1 + 8)
        self.add(rv32.li(self.RESUME, resume), flat)
        self.add(rv32.addi(self.SCRATCH, 0, -1))
        self.store(self.SCRATCH, self.SCRATCH, self.SCRATCH)
        self.add(rv32.NOP, rv32.NOP)
        return self

    def read(self, register, name, offset=0):
        """Append code that loads a CSR's word into a register.

        Args:
            register (int): destination.
            name (str): the CSR.
            offset (int): of the word, in bytes.
        """
        self.add(rv32.li(self.SCRATCH, self.soc.addr[name] + offset))
        return self.add(rv32.load("lw", register, self.SCRATCH, 0))

    def write(self, name, value, offset=0):
        """Append code that writes a value (int) to a CSR's word."""
        self.add(rv32.li(self.SCRATCH, self.soc.addr[name] + offset))
        self.add(rv32.li(self.SCRATCH2, value))
        return self.add(rv32.store("sw", self.SCRATCH2, self.SCRATCH, 0))

    def cycles(self, register):
        """Append code that reads the low word of the uptime into a register."""
        self.write("timer0_uptime_latch", 1)
        return self.read(register, "timer0_uptime_cycles", 4)

    def handler(self):
        """Return the words of the trap handler."""
        return [
            word
            for number in (0x342, 0x341, 0x343)
            for word in (
                rv32.csrr(self.SCRATCH, number),
                rv32.store("sw", self.SCRATCH, self.RESULT, 0),
                rv32.addi(self.RESULT, self.RESULT, 4),
            )
        ] + [rv32.csrw(0x304, 0), rv32.csrw(0x341, self.RESUME), rv32.MRET]

    def ending(self):
        """Return the words that send the results and idle for ever."""
        uart = self.soc.addr["uart_rxtx"]
        return [
            *rv32.li(10, self.soc.ram + RESULTS),
            *rv32.li(11, uart),
            rv32.branch("bgeu", 10, self.RESULT, 20),
            rv32.load("lbu", 12, 10, 0),
            rv32.store("sw", 12, 11, 0),
            rv32.addi(10, 10, 1),
            rv32.jal(0, -16),
            rv32.WFI,
            rv32.jal(0, -4),
        ]

    def image(self):
        """Return the image (bytes)."""
        code = rv32.words(self.code + self.ending())
        if len(code) > HANDLER:
            raise ValueError("the program is too long")
        return code.ljust(HANDLER, b"\0") + rv32.words(self.handler())

    def run(self, name, *options, emulator=None, stdin=b"", status=0):
        """Run it and return its results.

        Args:
            name (str): of the run's folder.
            *options (str): of lxemu.
            emulator (Path): lxemu by default.
            stdin (bytes): what the guest's console gets.
            status (int): the exit status that is expected.

        Returns:
            list of int: the results.
        """
        folder = self.soc.write(OUTPUT / name)
        (folder / "program.bin").write_bytes(self.image())
        done = lxemu(
            "--kernel", folder / "program.bin", *options, folder, emulator=emulator, stdin=stdin
        )
        if done.returncode != status:
            raise AssertionError(f"exit status {done.returncode}: {done.stderr.decode()}")
        count = len(done.stdout) // 4
        return list(struct.unpack(f"<{count}I", done.stdout[: 4 * count]))


def lxemu(*arguments, emulator=None, stdin=b"", timeout=RUN_SECONDS):
    """Run lxemu and return the finished process (bytes on its pipes).

    Args:
        *arguments: its command line.
        emulator (Path): which; build/lxemu by default.
        stdin (bytes): its standard input.
        timeout (float): in seconds.
    """
    command = [str(emulator or LXEMU), *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False)


class TestCase(unittest.TestCase):
    """Gives each test its own folder."""

    maxDiff = None

    @property
    def name(self):
        """The test's name, for its folder."""
        return self.id().rsplit(".", 2)[-2] + "." + self.id().rsplit(".", 1)[-1]

    @property
    def folder(self):
        """The test's folder (Path)."""
        path = OUTPUT / self.name
        path.mkdir(parents=True, exist_ok=True)
        return path
