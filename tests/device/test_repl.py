# SPDX-License-Identifier: MIT
"""Behaviours of the prompt that need a terminal: what is typed, echoed, interrupted and reset.

Each test talks to the emulated SoC over its PTY with pyserial, as a person's terminal program does.
"""

import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import serial

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PROMPT = b">>> "
CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E, TAB = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05", b"\t"
UP, LEFT, HOME = b"\x1b[A", b"\x1b[D", b"\x1b[H"
BOUND_S = 30


class Terminal:
    """An emulator and the terminal on its PTY."""

    def __init__(self, soc="base", *options, folder=None, kernel=None):
        """Start it.

        soc -- str, name of a reference SoC
        options -- str, further options of lxemu
        folder -- Path, the build folder of another SoC to emulate
        kernel -- Path, another firmware
        """
        kernel = kernel or BUILD / "firmware" / soc / "firmware.bin"
        folder = folder or BUILD / "soc" / soc
        self.process = subprocess.Popen(
            [BUILD / "lxemu", "--pty", "--kernel", kernel, *options, folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.port = serial.Serial(self.process.stdout.readline().decode().strip(), timeout=BOUND_S)
        self.serial = 0

    def wait(self, *wanted):
        """Read until all of `wanted` (bytes) have come, in this order; return what was read."""
        got = b""
        for text in wanted:
            part = self.port.read_until(text)
            got += part
            if not part.endswith(text):
                raise AssertionError(f"no {text!r} in {got!r}")
        return got

    def prompt(self):
        """Get a fresh prompt, whatever was printed or typed before."""
        self.serial += 1
        self.port.write(CTRL_C + b"%d + 700000\r" % self.serial)
        self.wait(b"\r\n%d\r\n" % (self.serial + 700000) + PROMPT)

    def type(self, line):
        """Type a line at the prompt; return what it printed, as text.

        line -- str or bytes
        """
        line = line.encode() if isinstance(line, str) else line
        self.port.write(line + b"\r")
        got = self.wait(b"\r\n", PROMPT)
        return got[: -len(PROMPT)].partition(b"\r\n")[2].decode().replace("\r\n", "\n")

    def close(self):
        """End the emulator."""
        self.port.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class PromptTest(unittest.TestCase):
    """One emulator for all tests of a class."""

    terminal: Terminal

    soc = "base"
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.terminal = Terminal(cls.soc, *cls.options)
        cls.terminal.prompt()

    def setUp(self):
        self.terminal.prompt()

    @classmethod
    def tearDownClass(cls):
        cls.terminal.close()


class Typing(PromptTest):
    """Line editing."""

    def test_value_is_printed(self):
        self.assertEqual(self.terminal.type("6 * 7"), "42\n")

    def test_history(self):
        self.terminal.type("11 * 11")
        self.terminal.type("5")
        self.terminal.port.write(UP + UP)
        self.terminal.wait(b"11 * 11")
        self.assertEqual(self.terminal.type(""), "121\n")

    def test_editing(self):
        self.assertEqual(self.terminal.type(b"23" + LEFT + b"0"), "203\n")
        self.assertEqual(self.terminal.type(b"+ 1" + HOME + b"4"), "5\n")

    def test_completion(self):
        self.terminal.type("import litex")
        self.assertIn("<function>", self.terminal.type(b"litex.csr_r" + TAB))
        self.terminal.port.write(b"litex.csr" + TAB)
        self.terminal.wait(b"csr_read", b"csr_write", b"csrs")
        self.terminal.port.write(CTRL_C)
        self.terminal.wait(PROMPT)

    def test_completion_of_registers(self):
        """Names of the SoC's registers, memories and constants are completed, through objects too."""
        self.terminal.type("import litex; wb = litex.RemoteClient()")
        for line, completed in (
            (b"litex.regs.ctrl_sc", b"ratch"),
            (b"litex.mems.main", b"_ram"),
            (b"litex.constants.config_cl", b"ock_frequency"),
            (b"wb.regs.ctrl_bus", b"_errors"),
            (b"litex.regs.ctrl_scratch.re", b"ad"),
        ):
            self.terminal.port.write(line + TAB)
            self.terminal.wait(completed)
            self.terminal.prompt()
        self.terminal.port.write(b"litex.regs.ctrl_" + TAB)
        listed = self.terminal.wait(b"ctrl_scratch", b"litex.regs.ctrl_")
        self.assertIn(b"ctrl_bus_errors", listed)
        self.assertIn(b"ctrl_reset", listed)
        self.assertNotIn(b"leds_out", listed)
        self.terminal.prompt()

    def test_auto_indent(self):
        self.terminal.port.write(b"for i in range(2):\r")
        self.terminal.wait(b"...     ")
        self.terminal.port.write(b"print('n', i)\r")
        self.terminal.wait(b"...     ")
        self.terminal.port.write(b"\x08\r")
        self.terminal.wait(b"n 0\r\nn 1\r\n", PROMPT)

    def test_paste_mode(self):
        self.terminal.port.write(CTRL_E)
        self.terminal.wait(b"paste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
        self.terminal.port.write(b"def f():\r    return 'pasted'\r\rprint(f())\r")
        self.terminal.port.write(CTRL_D)
        self.terminal.wait(b"\r\npasted\r\n", PROMPT)
        self.terminal.port.write(CTRL_E)
        self.terminal.wait(b"=== ")
        self.terminal.port.write(b"never" + CTRL_C)
        self.terminal.wait(b"\r\n", PROMPT)

    def test_exception(self):
        text = self.terminal.type("1 / 0")
        self.assertIn("Traceback (most recent call last):", text)
        self.assertIn("ZeroDivisionError: divide by zero", text)

    def test_raw_mode_and_back(self):
        self.terminal.port.write(CTRL_A)
        self.terminal.wait(b"raw REPL; CTRL-B to exit\r\n>")
        self.terminal.port.write(b"print('raw')" + CTRL_D)
        self.terminal.wait(b"OKraw\r\n\x04\x04>")
        self.terminal.port.write(CTRL_B)
        self.terminal.wait(b"MicroPython v", PROMPT)

    def test_help(self):
        self.assertIn("litex.info()", self.terminal.type("help()"))
        self.assertIn("asyncio/__init__", self.terminal.type("help('modules')"))

    def test_banner(self):
        self.terminal.port.write(CTRL_B)
        banner = self.terminal.wait(b'Type "help()" for more information.\r\n' + PROMPT)
        self.assertRegex(
            banner.decode(),
            r"MicroPython v1\.\d+\.\d+ on [-\d]{10}; MicroPython for LiteX: reference SoC base, "
            r"vexriscv-standard @ 100 MHz\r\n",
        )


class Interrupting(PromptTest):
    """Ctrl-C."""

    def interrupt(self, line):
        """Start a line that does not end, interrupt it, return what came."""
        self.terminal.port.write(line + b"\r")
        self.terminal.wait(b"going\r\n")
        self.terminal.port.write(CTRL_C)
        got = self.terminal.wait(b"KeyboardInterrupt: \r\n", PROMPT)
        return got.decode()

    def test_loop(self):
        self.interrupt(b'exec(\'print("go" + "ing")\\nwhile True: pass\')')

    def test_sleep(self):
        self.terminal.type("import time")
        self.interrupt(b"print('go' + 'ing'); time.sleep(1000)")

    def test_input(self):
        self.terminal.port.write(b"input('go' + 'ing\\n')\r")
        self.terminal.wait(b"going\r\n")
        self.terminal.port.write(CTRL_C)
        self.terminal.wait(b"KeyboardInterrupt", PROMPT)

    def flood(self, line):
        """Write a line, more than the receive ring holds, and Ctrl-C, all at once; it has to interrupt."""
        self.terminal.port.write(line + b"x" * 6000 + CTRL_C)
        self.terminal.wait(b"KeyboardInterrupt: \r\n", PROMPT)
        self.terminal.port.write(CTRL_C)
        self.terminal.wait(PROMPT)
        self.terminal.prompt()

    def test_behind_a_flood(self):
        self.terminal.type("import time")
        self.terminal.port.write(b"print('go' + 'ing'); time.sleep(1000)\r")
        self.terminal.wait(b"going\r\n")
        self.flood(b"")

    def test_typed_ahead_of_a_loop(self):
        """The flood fills the ring while the line is compiled; no event tells of Ctrl-C behind it."""
        line = b"while 1: x = " + b"(" * 60 + b"1" + b")" * 60
        self.flood(line + b"\r\r")

    def test_asyncio(self):
        self.terminal.type("import asyncio")
        self.terminal.type("exec('async def long():\\n await asyncio.sleep(1000)')")
        self.interrupt(b"print('go' + 'ing'); asyncio.run(long())")


class Resetting(PromptTest):
    """Soft reset, reset, traps, and what each keeps."""

    def soft_reset(self):
        """Ctrl-D; return what came up to the prompt."""
        self.terminal.port.write(CTRL_D)
        return self.terminal.wait(b"MPY: soft reboot\r\n", PROMPT).decode()

    def test_soft_reset_keeps_files(self):
        self.terminal.type("kept = open('kept', 'w').write('x')")
        self.soft_reset()
        self.assertIn("NameError", self.terminal.type("kept"))
        self.assertEqual(self.terminal.type("open('kept').read()"), "'x'\n")
        self.terminal.type("import machine")
        self.assertEqual(
            self.terminal.type("machine.reset_cause() == machine.SOFT_RESET"), "True\n"
        )

    def test_soft_reset_takes_the_timer_back(self):
        for line in ("import litex", "e = litex.EventManager('timer0')", "e.irq(print)"):
            self.terminal.type(line)
        self.terminal.type("from machine import Timer; t = Timer(-1, period=1, callback=id)")
        self.assertEqual(self.terminal.type("litex.csr_read('timer0_en')"), "0\n")
        self.soft_reset()
        self.terminal.type("import litex, time; from machine import Timer; hits = []")
        state = "litex.csr_read('timer0_en'), litex.csr_read('timer0_ev_enable')"
        self.assertEqual(self.terminal.type(state), "(1, 1)\n")
        self.terminal.type("t = Timer(-1, period=2, callback=hits.append); time.sleep_ms(20)")
        self.assertEqual(self.terminal.type("t.deinit(); 7 <= len(hits) <= 11"), "True\n")

    def test_boot_and_main(self):
        self.terminal.type("open('boot.py', 'w').write('print(\"in\", \"boot\")')")
        self.terminal.type("open('main.py', 'w').write('print(\"in\", __name__)')")
        got = self.soft_reset()
        self.assertRegex(got, r"(?s)in boot\r\nin __main__\r\nMicroPython")
        self.terminal.type("open('main.py', 'w').write('1/0')")
        self.assertIn("ZeroDivisionError", self.soft_reset())
        self.terminal.type("import os; os.remove('boot.py'); os.remove('main.py')")

    def test_reset(self):
        self.terminal.type("import machine")
        self.terminal.port.write(b"machine.reset()\r")
        self.terminal.wait(b"MicroPython v", PROMPT)
        self.terminal.prompt()
        self.terminal.type("import machine")
        self.assertEqual(
            self.terminal.type("machine.reset_cause() == machine.HARD_RESET"), "True\n"
        )

    def misalign(self, address):
        """Define s, whose member x is a word at an address where none can be."""
        self.terminal.type("import uctypes")
        self.terminal.type(
            f"s = uctypes.struct({address}, {{'x': uctypes.UINT32 | 0}}, uctypes.NATIVE)"
        )

    def trap(self, line):
        """Type a line that ends in a trap; return the report."""
        self.terminal.port.write(line.encode() + b"\r")
        got = self.terminal.wait(b"CPU exception ", b"MPY: restarted", PROMPT).decode()
        self.terminal.prompt()
        return got

    def test_trap(self):
        self.terminal.type("open('kept', 'w').write('y')")
        self.terminal.type("open('main.py', 'w').write('print(\"not\", \"now\")')")
        self.misalign(0x40000001)
        got = self.trap("s.x")
        self.assertRegex(
            got,
            r"(?s)4: load address misaligned\r\n  pc=0x40\w{6} ra=0x40\w{6} sp=0x\w{8} "
            r"value=0x\w{8} word=0x\w{8}\r\n  File \"<stdin>\", line 1, in <module>\r\n",
        )
        self.assertNotIn("not now", got)
        self.assertEqual(self.terminal.type("open('kept').read()"), "'y'\n")
        self.terminal.type("import os, machine; os.remove('main.py')")
        self.assertEqual(
            self.terminal.type("machine.reset_cause() == machine.TRAP_RESET"), "True\n"
        )

    def test_trap_storm(self):
        for _ in range(5):
            self.misalign(0x40000002)
            self.trap("s.x = 1")
        self.assertEqual(self.terminal.type("1 + 1"), "2\n")

    def test_trap_ends_timers(self):
        """No callback runs between the report and the new virtual machine, though ticks were due."""
        self.terminal.type("import machine, litex")
        self.misalign(0x40000001)
        self.terminal.type("called = lambda t: litex.csr_write('ctrl_scratch', 1)")
        self.terminal.type("t = machine.Timer(-1, period=1, hard=True, callback=called)")
        self.terminal.type("while litex.csr_read('ctrl_scratch') != 1: pass\r\n")
        self.trap("machine.disable_irq(); litex.csr_write('ctrl_scratch', 7); s.x")
        self.terminal.type("import litex")
        self.assertEqual(self.terminal.type("litex.csr_read('ctrl_scratch')"), "7\n")

    def test_bus_error(self):
        self.terminal.type("import machine")
        text = self.terminal.type("machine.mem32[0xe0000000]")
        self.assertRegex(text, r"bus error: \d+ access")
        self.assertEqual(self.terminal.type("1"), "1\n")


class Guard(unittest.TestCase):
    """The identity guard: what the firmware says of a gateware that it was not built for."""

    def boot(self, soc, *options, folder=None):
        """Start and return what is printed before the prompt."""
        terminal = Terminal(soc, *options, folder=folder)
        try:
            terminal.port.write(CTRL_D)
            got = terminal.wait(b"MPY: soft reboot\r\n", PROMPT).decode()
        finally:
            terminal.close()
        return got.partition("soft reboot\r\n")[2]

    def test_same(self):
        self.assertTrue(self.boot("base").startswith("MicroPython v"))

    def test_other_hash(self):
        got = self.boot("base", "--map-hash", "0x12345678")
        self.assertRegex(
            got, r"^WRONG SoC\? .*map 0x(?!12345678)\w{8}; the gateware is .* map 0x12345678\r\n"
        )

    def test_other_identifier(self):
        got = self.boot("base", "--identifier", "another SoC")
        self.assertRegex(got, r"^WRONG SoC\? .*'MicroPython for LiteX.*' *.*'another SoC'")

    def other_map(self, change):
        """Boot base's firmware on a SoC whose csr.json differs; return what is printed.

        change -- called with the registers of csr.json
        """
        with tempfile.TemporaryDirectory() as folder:
            soc = json.loads((BUILD / "soc" / "base" / "csr.json").read_text())
            change(soc["csr_registers"])
            (Path(folder) / "csr.json").write_text(json.dumps(soc))
            return self.boot("base", "--csr-ordering", "big", folder=folder)

    def test_scratch_elsewhere(self):
        def change(registers):
            for name in ("ctrl_reset", "ctrl_scratch", "ctrl_bus_errors"):
                registers[name]["addr"] += 0xC000

        self.assertRegex(
            self.other_map(change),
            r"^WRONG SoC\? ctrl_scratch does not hold what is written to it; this firmware is for "
            r"'MicroPython for LiteX: reference SoC base[^']*', map 0x\w{8}\r\nMicroPython v",
        )

    def test_hash_register_elsewhere(self):
        def change(registers):
            registers["soc_map_hash"]["addr"] += 0xC000

        self.assertRegex(
            self.other_map(change),
            r"^WRONG SoC\? .*map 0x\w{8}; the gateware is '[^']*', map 0x\w{8}\r\nMicroPython v",
        )

    def test_uart_elsewhere(self):
        """Where the firmware cannot print, the emulator says it."""
        with tempfile.TemporaryDirectory() as folder:
            soc = json.loads((BUILD / "soc" / "base" / "csr.json").read_text())
            for name, register in soc["csr_registers"].items():
                if name.startswith("uart_"):
                    register["addr"] += 0xC000
            (Path(folder) / "csr.json").write_text(json.dumps(soc))
            command = [
                BUILD / "lxemu",
                "--virtual",
                "--csr-ordering",
                "big",
                "--max-cycles",
                "3000000",
                "--kernel",
            ]
            command += [BUILD / "firmware" / "base" / "firmware.bin"]
            other = subprocess.run(
                [*command, folder], stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            same = subprocess.run(
                [*command, BUILD / "soc" / "base"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
        self.assertEqual(other.stdout, "")
        self.assertRegex(
            other.stderr,
            r"^lxemu: WRONG SoC\? .*firmware.bin was built for the CSR map 0x\w{8}, and that of .*csr.json is 0x\w{8}: ",
        )
        self.assertIn("MicroPython v", same.stdout)
        self.assertNotIn("WRONG SoC", same.stderr)


class Mini(PromptTest):
    """The smallest SoC."""

    soc = "mini"

    def test_heap(self):
        self.terminal.type("import gc; gc.collect()")
        free = int(self.terminal.type("gc.mem_free()"))
        self.assertGreaterEqual(free, 48 * 1024)

    def test_ctrl_c(self):
        self.terminal.port.write(b"while True: pass\r\r")
        time.sleep(0.2)  # Nothing can be waited for: the loop prints nothing.
        self.terminal.port.write(CTRL_C)
        self.terminal.wait(b"KeyboardInterrupt", PROMPT)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
