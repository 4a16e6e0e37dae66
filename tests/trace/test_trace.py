# SPDX-License-Identifier: MIT
"""One firmware, one script, on emulator and RTL: the CSR accesses agree, and a seeded bug does not."""

import json
import shutil
import subprocess
import unittest
from pathlib import Path
from typing import Any

from tests.clients import support
from tests.trace import compare

HERE = Path(__file__).resolve().parent
WORK = support.BUILD / "tests" / "traces"
CTRL_D, CTRL_E = "\x04", "\x05"
BUILD_BOUND_S = 600
RUN_BOUND_S = 300
QUIET_CYCLES = 15_000_000  # longer than the session computes without a word

SESSIONS = {"mini": "session_small.py"}  # session_full.py for the others

# Bugs for a copy of the emulator: file, what is there, what stands there instead.
SEEDED = {
    "GPIO reads what it does not drive": (
        "cores/gpio.c",
        '(value_of(core, "out") & oe)',
        '(value_of(core, "out"))',
    ),
    "a driven pad reads inverted": (
        "cores/gpio.c",
        "return pads(core) & mask;",
        "return ~pads(core) & mask;",
    ),
}


def session(soc):
    """A file with the bytes for the console: the script in paste mode, then nothing."""
    script = SESSIONS.get(soc, "session_full.py")
    text = (HERE / script).read_text().replace("\n", "\r")
    path = WORK / f"{soc}.txt"
    path.write_text(CTRL_E + text + CTRL_D)
    return path


def record(soc, name, command):
    """Run a simulation with the session on its console; return (trace, what the guest said)."""
    trace = WORK / f"{soc}-{name}.trace"
    WORK.mkdir(parents=True, exist_ok=True)
    with open(session(soc), "rb") as file:
        result = subprocess.run(
            [str(word) for word in [*command, "--trace-csr", trace]],
            cwd=support.ROOT,
            stdin=file,
            capture_output=True,
            timeout=RUN_BOUND_S,
        )
    said = result.stdout.decode(errors="replace")
    if "end of the session" not in said.rpartition("===")[2]:
        raise AssertionError(f"{name}: the session has no end: {said}{result.stderr.decode()}")
    return Path(trace).read_text().splitlines(), said


def record_emulator(soc, lxemu=support.LXEMU, options=()):
    """Run the session on the emulator."""
    command = [lxemu, *options, "--kernel", support.firmware(soc), support.soc_folder(soc)]
    return record(soc, "emulator", command)


def record_rtl(soc, options=()):
    """Run the session on the RTL, which is built where it is not up to date."""
    build = [support.LITEX, "-m", "rtl.build", soc]
    build += ["--output-dir", support.soc_folder(soc), "--rtl", support.BUILD / "rtl" / soc]
    result = support.run(build, BUILD_BOUND_S)
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)
    command = [support.VENV / "python", "-m", "rtl.run", soc, "--kernel", support.firmware(soc)]
    command += ["--quiet-cycles", QUIET_CYCLES, *options]
    return record(soc, "rtl", command)


class Recorded:
    """The traces of one SoC, recorded once."""

    cores: Any
    emulator: Any
    emulator_said: Any
    rtl: Any
    rtl_said: Any

    soc = ""
    options = ()  # of both simulations

    @classmethod
    def setUpClass(cls):
        text = (support.soc_folder(cls.soc) / "csr.json").read_text()
        cls.cores = compare.cores_of(json.loads(text))
        cls.rtl, cls.rtl_said = record_rtl(cls.soc, cls.options)
        cls.emulator, cls.emulator_said = record_emulator(cls.soc, options=cls.options)

    def compare(self, first, second=None):
        """The complaints about a trace of the emulator against the RTL's."""
        return compare.compare(first, second or self.rtl, self.cores)

    def test_traces_agree(self):
        self.assertEqual(self.compare(self.emulator), [])

    def test_the_guest_says_the_same(self):
        self.assertEqual(self.emulator_said, self.rtl_said)

    def kept(self):
        """What of the emulator's trace is compared."""
        return compare.streams(compare.parse(self.emulator), self.cores)

    def test_the_session_reaches_the_cores(self):
        """What is compared is not nothing."""
        kept = self.kept()
        self.assertGreater(len(kept["writes to uart_rxtx"]), 500)
        self.assertGreater(len(kept["writes to ctrl"]), 4)
        self.assertIn("reads of uart_rxtx", kept)


class Base(Recorded, unittest.TestCase):
    soc = "base"

    def test_the_session_reaches_gpio_leds_and_timer(self):
        kept = self.kept()
        self.assertGreater(len(kept["writes to gpio"]), 8)
        self.assertGreater(len(kept["writes to leds"]), 4)
        self.assertGreater(len(kept["reads of gpio_in"]), 2)
        self.assertIn("writes to timer0", kept)

    def change(self, kind, register, value):
        """The emulator's trace with one access to a register changed to another value."""
        lines = list(self.emulator)
        at = max(i for i, line in enumerate(lines) if line.startswith(f"{kind} {register} "))
        lines[at] = f"{kind} {register} {value:#x}"
        return lines

    def test_a_changed_write_is_caught(self):
        for register in ("leds_out", "gpio_oe", "uart_rxtx", "timer0_reload", "ctrl_scratch"):
            complaints = self.compare(self.change("W", register, 0x7A))
            self.assertEqual(len(complaints), 1, register)
            self.assertIn(register, complaints[0])

    def test_a_changed_read_is_caught(self):
        for register in ("gpio_in", "soc_map_hash", "uart_rxtx", "leds_out"):
            complaints = self.compare(self.change("R", register, 0x7A))
            self.assertEqual(len(complaints), 1, register)
            self.assertIn(register, complaints[0])

    def test_a_lost_write_is_caught(self):
        lines = list(self.emulator)
        lines.remove(next(line for line in lines if line.startswith("W gpio_out")))
        self.assertEqual(len(self.compare(lines)), 1)

    def test_two_writes_in_the_wrong_order_are_caught(self):
        lines = list(self.emulator)
        first, second = [i for i, line in enumerate(lines) if line.startswith("W gpio_o")][:2]
        lines[first], lines[second] = lines[second], lines[first]
        self.assertEqual(len(self.compare(lines)), 1)

    def test_a_poll_more_is_no_difference(self):
        lines = list(self.emulator)
        at = next(i for i, line in enumerate(lines) if line.startswith("R gpio_in"))
        self.assertEqual(self.compare([*lines[:at], lines[at], *lines[at:]]), [])

    def test_seeded_bugs_are_caught(self):
        for name, (file, old, new) in SEEDED.items():
            with self.subTest(name):
                trace, said = record_emulator("base", seeded(file, old, new))
                self.assertTrue(self.compare(trace), f"equal in spite of: {name}")


class Mini(Recorded, unittest.TestCase):
    """Without an uptime register and with csr.json's fewest cores."""

    soc = "mini"


def seeded(file, old, new):
    """Build a copy of the emulator with a bug; only the changed file is compiled anew."""
    shutil.rmtree(WORK / "emu", ignore_errors=True)
    shutil.rmtree(WORK / "build", ignore_errors=True)
    shutil.copytree(support.ROOT / "emu", WORK / "emu")
    for room in ("models", "hostnet"):
        shutil.copytree(support.ROOT / room, WORK / room, dirs_exist_ok=True)
    shutil.copytree(support.BUILD / "emu" / "lxemu", WORK / "build" / "emu" / "lxemu")
    path = WORK / "emu" / file
    text = path.read_text()
    if text.count(old) != 1:
        raise AssertionError(f"emu/{file} holds {old!r} {text.count(old)} times: seed another bug")
    path.write_text(text.replace(old, new))
    arguments = ["-s", "-C", WORK / "emu", f"BUILD={WORK / 'build'}"]
    result = support.run(["make", *arguments], BUILD_BOUND_S)
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)
    return WORK / "build" / "lxemu"


if __name__ == "__main__":
    unittest.main()
