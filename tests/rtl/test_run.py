# SPDX-License-Identifier: MIT
"""The runner of the Verilated RTL: consoles, images, reasons to stop, and what it says of errors."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import unittest
from typing import Any

from gateware.maphash import map_hash
from tests.rtl import truth_build

ROOT = truth_build.ROOT
SOCS = ("mini", "base", "bench", "phy", "sdram", "full", "jtag")
SECONDS = 60
TABLE_SUM = 3 * 4095 * 4096 // 2
SCRATCH_AT_RESET = 0x12345678
FIELD = re.compile(r"(\w+)=([0-9a-f]{8})")


def runner(soc: str, *options):
    """Return the command line of a run."""
    return [sys.executable, "-m", "rtl.run", soc, *[str(option) for option in options]]


def run(soc: str, *options, text: str = ""):
    """Run to the end with piped input; return the completed process."""
    return subprocess.run(
        runner(soc, *options),
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def read_until(descriptor: int, wanted: bytes):
    """Read from a descriptor until the wanted bytes came; return everything read."""
    data = b""
    deadline = time.monotonic() + SECONDS
    while wanted not in data:
        ready, _, _ = select.select([descriptor], [], [], deadline - time.monotonic())
        if not ready:
            raise AssertionError(f"no {wanted!r} in {data!r}")
        data += os.read(descriptor, 4096)
    return data


class Run(unittest.TestCase):
    """Each SoC and each option, with echo.c as the firmware."""

    images: Any

    @classmethod
    def setUpClass(cls) -> None:
        cls.images = {}
        for soc in SOCS:
            folder = ROOT / "build" / "soc" / soc
            command = [truth_build.LITEX, "-m", "rtl.build", soc, "--output-dir", str(folder)]
            command += ["--rtl", str(ROOT / "build" / "rtl" / soc)]
            subprocess.run(command, cwd=ROOT, check=True)
            source = ROOT / "tests" / "rtl" / "echo.c"
            cls.images[soc] = truth_build.compile_image("echo", [source], folder)

    def assert_ready(self, line: str, soc: str, **changes) -> None:
        """Check what echo.c printed at its start.

        changes: expected fields where they differ from a first start's.
        """
        csr_json = json.loads((ROOT / "build" / "soc" / soc / "csr.json").read_text())
        expected = {
            "table": TABLE_SUM,
            "starts": 1,
            "scratch": SCRATCH_AT_RESET,
            "hash": map_hash(csr_json["csr_registers"], 32, "big"),
        }
        expected.update(changes)
        found = {name: int(value, 16) for name, value in FIELD.findall(line)}
        self.assertEqual({name: found[name] for name in expected}, expected)

    def test_every_soc_echoes_and_stops_after_its_input(self) -> None:
        for soc in SOCS:
            with self.subTest(soc):
                done = run(
                    soc, "--kernel", self.images[soc], "--quiet-cycles", 500000, text="ab c"
                )
                first, _, rest = done.stdout.partition("\n")
                self.assertEqual(done.returncode, 0)
                self.assert_ready(first, soc)
                self.assertEqual(rest, "ab c")
                self.assertRegex(done.stderr, r"entry: \d+\ncycles: \d+\n")

    def test_cycles_repeat_exactly(self) -> None:
        options = ("--kernel", self.images["base"], "--uart", "none", "--max-cycles", 300000)
        names = [ROOT / "build" / "tests" / f"trace{index}" for index in range(2)]
        for name in names:
            run("base", *options, "--trace-csr", name)
        self.assertEqual(names[0].read_bytes(), names[1].read_bytes())

    def test_reset_starts_from_a_fresh_image(self) -> None:
        for soc in ("base", "sdram"):
            with self.subTest(soc):
                done = run(soc, "--kernel", self.images[soc], "--quiet-cycles", 500000, text="R")
                lines = done.stdout.splitlines()
                self.assertEqual(len(lines), 2, done.stdout)
                self.assert_ready(lines[1], soc)
                if soc == "base":
                    self.assert_ready(lines[1], soc, behind=0x600D)

    def test_elf_is_as_good_as_flat(self) -> None:
        elf = self.images["base"].with_suffix(".elf")
        done = run("base", "--kernel", elf, "--quiet-cycles", 50000)
        self.assert_ready(done.stdout, "base")

    def test_max_cycles(self) -> None:
        done = run("base", "--kernel", self.images["base"], "--max-cycles", 12345)
        self.assertEqual(done.returncode, 124)
        self.assertIn("cycles: 12345\n", done.stderr)

    def test_pty(self) -> None:
        process = subprocess.Popen(
            runner("base", "--pty", "--kernel", self.images["base"]),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        name = process.stdout.readline().decode().strip()
        self.assertRegex(name, r"^/dev/pts/\d+$")
        for turn in range(2):  # a client may come again
            client = os.open(name, os.O_RDWR | os.O_NOCTTY)
            word = f"<{turn}>".encode()
            os.write(client, word)
            read_until(client, word)
            os.close(client)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=SECONDS)
        self.assertEqual((process.returncode, out), (0, b""))
        self.assertIn(b"cycles: ", err)

    def test_ctrl_bracket_leaves_a_terminal(self) -> None:
        master, slave = pty.openpty()
        process = subprocess.Popen(
            runner("base", "--kernel", self.images["base"]),
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=subprocess.PIPE,
        )
        read_until(master, b"ready")
        os.write(master, b"\x03x")  # Ctrl-C is the guest's
        read_until(master, b"\x03x")
        os.write(master, b"\x1d")
        self.assertEqual(process.wait(timeout=SECONDS), 0)
        process.stderr.close()
        os.close(master)
        os.close(slave)

    def test_two_runs_at_once(self) -> None:
        other = self.images["base"].with_name("other.bin")
        other.write_bytes(self.images["base"].read_bytes().replace(b"ready", b"other"))
        options = ("--quiet-cycles", 1000000)
        processes = [
            subprocess.Popen(
                runner("base", "--kernel", image, *options),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            for image in (self.images["base"], other)
        ]
        outputs = [process.communicate(timeout=SECONDS)[0][:5] for process in processes]
        self.assertEqual(outputs, [b"ready", b"other"])

    def test_trace_of_registers(self) -> None:
        trace = ROOT / "build" / "tests" / "trace"
        run("base", "--kernel", self.images["base"], "--max-cycles", 100000, "--trace-csr", trace)
        lines = trace.read_text().splitlines()
        self.assertIn(f"R ctrl_scratch {SCRATCH_AT_RESET:#x}", lines)
        written = [int(line.split()[2], 16) for line in lines if line.startswith("W uart_rxtx ")]
        self.assertEqual(bytes(written[:6]), b"ready ")

    def test_wrong_baud_rate_is_noise(self) -> None:
        options = ("--baud", 57600, "--max-cycles", 1000000)
        done = run("phy", "--kernel", self.images["phy"], *options)
        self.assertNotIn("ready", done.stdout)
        self.assertIn("framing errors", done.stderr)

    def assert_bad(self, done: Any, *words: str) -> None:
        """Check that a run was refused with one line that has these words."""
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_bad_input(self) -> None:
        kernel = ("--kernel", self.images["base"])
        large = ROOT / "build" / "tests" / "large.bin"
        large.write_bytes(bytes(256 * 1024 + 1))
        native = ROOT / "build" / "rtl" / "base" / "obj" / "Vsim"
        self.assert_bad(run("nosuch", *kernel), "nosuch", "rtl.build")
        self.assert_bad(run("base", "--kernel", "/no/such"), "/no/such", "No such file")
        self.assert_bad(run("mini", "--kernel", large), "large.bin", "262145", "262144")
        self.assert_bad(run("base", "--kernel", native), "ELF")
        self.assert_bad(run("base", *kernel, "--baud", 9600), "--baud")
        self.assert_bad(run("phy", "--kernel", self.images["phy"], "--baud", 10**9), "baud")
        self.assert_bad(run("base", *kernel, "--trace-csr", "/no/such"), "/no/such")
        self.assert_bad(run("base", *kernel, "--max-cycles", 0), "--max-cycles")


if __name__ == "__main__":
    unittest.main()
