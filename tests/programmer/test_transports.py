# SPDX-License-Identifier: MIT
"""The SoC `jtag` programs a virtual ECP5 through each of its transports, from Python.

On the emulator quickly, with faults; on the RTL (class Rtl, a suite of its own) also with a look at
TCK: no pulse may ever be shorter than half of its period.
"""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
FIRMWARE = BUILD / "firmware" / "jtag" / "firmware.bin"
BITSTREAM = BUILD / "bitstreams" / "25f-compress.bit"
BOARD = "ecp5:LFE5U-25F,flash=W25Q128"
BASE = 0x40800000
SECONDS = 500

TRANSPORTS = {
    "master": "jtag.Master()",
    "spi": 'jtag.SPI("spi", tms=Pin(1))',
    "gpio": "jtag.pins(0, 1, 2, 3)",
}
PRELUDE = """
import ecp5, jtag, uctypes
from machine import Pin
data = memoryview(uctypes.bytearray_at({base:#x}, {size}))
p = ecp5.Programmer({transport})
"""


def setUpModule():
    for command in (
        [sys.executable, "tests/jtag/bitstreams.py", "--output", BUILD / "bitstreams", BITSTREAM.name],
        ["make", "SOC=jtag", "image", "emu"],
    ):  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class Board(unittest.TestCase):
    """Runs a script on the SoC."""

    def command(self, board):
        """The emulator's command line."""
        return [
            str(BUILD / "lxemu"), "--virtual", "--timing", "--uart", "stdio", "--jtag", board,
            "--load", f"{BASE:#x}={BITSTREAM}", "--kernel", str(FIRMWARE), str(BUILD / "soc" / "jtag"),
        ]  # fmt: skip

    def run_script(self, transport, script, board=BOARD):
        """Run it over the raw REPL; return what it printed, its exception, and what the simulation said."""
        prelude = PRELUDE.format(
            base=BASE, size=BITSTREAM.stat().st_size, transport=TRANSPORTS[transport]
        )
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as errors:
            source.write(b"\x01" + (prelude + script).encode() + b"\x04")
            source.seek(0)
            process = subprocess.Popen(
                ["timeout", str(SECONDS), *self.command(board)],
                cwd=ROOT,
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            said = b""
            while (found := re.search(rb">OK(.*?)\x04(.*?)\x04", said, re.DOTALL)) is None:
                data = process.stdout.read1()
                if not data:
                    break
                said += data
            process.terminate()
            process.stdout.close()
            process.wait()
            errors.seek(0)
            stderr = errors.read().decode()
        self.assertIsNotNone(found, said + stderr.encode())
        out, error = (part.decode().replace("\r\n", "\n") for part in found.groups())
        return out, error, stderr


class Emulator(Board):
    """Each transport, and what goes wrong."""

    def test_loads_the_sram(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                script = "p.program(data)\nprint('DONE' in p.status(), hex(p.idcode()))"
                out, error, _ = self.run_script(transport, script)
                self.assertEqual((out, error), ("True 0x41111043\n", ""))

    def test_writes_the_flash_and_keeps_it(self):
        script = """
written = p.flash.write(data, 4096)
again = p.flash.write(data, 4096)
back = bytearray(len(data))
p.flash.read_into(back, 4096)
print(written.written >= len(data), again.skipped == len(data), back == data)
"""
        for transport in TRANSPORTS:
            with self.subTest(transport), tempfile.TemporaryDirectory() as folder:
                flash = Path(folder) / "flash.bin"
                out, error, _ = self.run_script(transport, script, f"{BOARD},file={flash}")
                self.assertEqual((out, error), ("True True True\n", ""))
                content = flash.read_bytes()
                self.assertEqual(len(content), 16 << 20)
                data = BITSTREAM.read_bytes()
                self.assertEqual(content[4096 : 4096 + len(data)], data)

    def test_an_address_without_a_network(self):
        script = "ecp5.init(transport=p.transport)\nprint(ecp5.prog('http://10.0.0.1/x.bit'))"
        out, error, _ = self.run_script("gpio", script)
        self.assertEqual(error, "")
        self.assertEqual(
            out, "this firmware has no network for that address: give a file\nFalse\n"
        )

    def test_faults_end_in_words(self):
        for fault, script, words in (
            ("wrong-id", "p.program(data)", "no ECP5"),
            ("no-done", "p.program(data)", "DONE"),
            ("disconnect=20000", "p.program(data)", "nothing answers"),
            ("flash-absent", "p.flash.write(data, 0)", "no SPI flash"),
            ("flash-protected", "p.flash.write(data, 0)", "protect"),
            ("flash-no-write-enable", "p.flash.write(data, 0)", "protect"),
            ("flash-stuck-bit=0x100", "p.flash.write(data, 0)", "0x000100"),
            ("flash-stuck-busy=3", "p.flash.write(data, 0)", "busy"),
            ("power-loss=30000", "p.flash.write(data, 0)", "does not answer"),
        ):
            with self.subTest(fault):
                out, error, _ = self.run_script("master", script, f"{BOARD},fault={fault}")
                self.assertEqual(out, "")
                self.assertIn("Error:", error)
                self.assertIn(words, error)

    def test_bad_descriptions_of_the_board(self):
        for spec, words in (
            ("ecp6:LFE5U-25F", "ecp5:DEVICE"),
            ("ecp5:LFE5U-99F", "LFE5U-99F"),
            ("ecp5:LFE5U-25F,flash=W25Q1", "W25Q1"),
            ("ecp5:LFE5U-25F,fault=nosuch", "nosuch"),
            ("ecp5:LFE5U-25F,color=red", "color"),
            ("ecp5:LFE5U-25F,times=long", "long"),
            ("ecp5:LFE5U-25F,flash=W25Q128,file=/no/such/folder/f", "No such file"),
        ):
            with self.subTest(spec):
                done = subprocess.run(
                    self.command(spec), cwd=ROOT, capture_output=True, text=True, check=False
                )
                self.assertEqual(done.returncode, 2)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(words, done.stderr)


class Rtl(Board):
    """Each transport on the RTL, at TCK of 25 MHz: half a period is two cycles."""

    def command(self, board):
        """The RTL's command line."""
        return [
            sys.executable, "-m", "rtl.run", "jtag", "--kernel", str(FIRMWARE), "--jtag", board,
            "--load", f"{BASE:#x}={BITSTREAM}", "--quiet-cycles", str(1 << 60),
        ]  # fmt: skip

    @classmethod
    def setUpClass(cls):
        subprocess.run(["make", "rtl-jtag"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def test_loads_the_sram_without_a_glitch(self):
        script = "p.program(data)\nprint('DONE' in p.status(), p.freq)"
        clock = r": (\d+) clocks, at least (\d+) cycles high, (\d+) low, (\d+) set up, (\d+) held"
        for transport, record in (("master", "jtag"), ("spi", "spi"), ("gpio", None)):
            with self.subTest(transport):
                out, error, stderr = self.run_script(transport, script)
                self.assertEqual((out.split()[0], error), ("True", ""))
                if record:
                    found = re.search(f"^{record}{clock}", stderr, re.MULTILINE)
                    self.assertIsNotNone(found, stderr)
                    clocks, *times = map(int, found.groups())
                    self.assertGreater(clocks, 8 * BITSTREAM.stat().st_size)
                    self.assertTrue(all(cycles >= 2 for cycles in times), stderr)


if __name__ == "__main__":
    unittest.main()
