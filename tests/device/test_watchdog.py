# SPDX-License-Identifier: MIT
"""A watchdog that is not fed resets the SoC: emulator, or the Verilated RTL with RTL=1."""

import os
import unittest

from tests.device.run import repl, start

RTL = os.environ.get("RTL") == "1"
BANNER = b"MicroPython v"


class Watchdog(unittest.TestCase):
    def start(self):
        process, console = start("full", RTL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return console

    def starve(self, line):
        """Type a line that starves the watchdog, and what to type then; return what came until the new prompt."""
        console = self.start()
        console.write(line + b"\r")
        seen = console.read_until(BANNER)
        console.read_until(repl.PROMPT)
        console.write(b"machine = __import__('machine'); print('cause', machine.reset_cause())\r")
        console.read_until(b"cause 2")
        console.write(b"import litex; print('control', litex.csr_read('watchdog0_control'))\r")
        console.read_until(b"control 0")
        return seen

    def test_idle_prompt(self):
        self.starve(b"import machine; w = machine.WDT(timeout=20)")

    def test_busy_program(self):
        self.starve(b"import machine; w = machine.WDT(timeout=20); exec('while 1: pass')")

    def test_interrupts_off(self):
        self.starve(
            b"import machine; w = machine.WDT(timeout=20); machine.disable_irq(); exec('while 1: pass')"
        )

    def test_soft_reset_does_not_stop_it(self):
        console = self.start()
        console.write(b"import machine; w = machine.WDT(timeout=60)\r\x04")
        console.read_until(b"soft reboot")
        console.read_until(BANNER)
        console.read_until(BANNER)


if __name__ == "__main__":
    unittest.main()
