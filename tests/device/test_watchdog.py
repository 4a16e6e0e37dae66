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

    def reset(self, line, cause):
        """Type a line that ends in a reset of this cause (bytes); return the console at the new prompt."""
        console = self.start()
        console.write(line + b"\r")
        console.read_until(BANNER)
        console.read_until(repl.PROMPT)
        console.write(b"import machine; print(machine.reset_cause() == machine.%s)\r" % cause)
        answer = console.read_until(repl.PROMPT)
        self.assertIn(b"True\r\n", answer)
        return console

    def starve(self, line):
        """Type a line that starves the watchdog: it is off after the reset."""
        console = self.reset(line, b"WDT_RESET")
        console.write(b"import litex; print('control', litex.csr_read('watchdog0_control'))\r")
        console.read_until(b"control 0")

    def test_idle_prompt(self):
        self.starve(b"import machine; w = machine.WDT(timeout=20)")

    def test_busy_program(self):
        self.starve(b"import machine; w = machine.WDT(timeout=20); exec('while 1: pass')")

    def test_interrupts_off(self):
        self.starve(
            b"import machine; w = machine.WDT(timeout=20); machine.disable_irq(); exec('while 1: pass')"
        )

    def test_resets_of_ones_own(self):
        self.reset(b"import machine; w = machine.WDT(); machine.reset()", b"HARD_RESET")
        self.reset(b"import machine; machine.deepsleep(1)", b"DEEPSLEEP_RESET")

    def test_soft_reset_does_not_stop_it(self):
        console = self.start()
        console.write(b"import machine; w = machine.WDT(timeout=60)\r\x04")
        console.read_until(b"soft reboot")
        console.read_until(BANNER)
        console.read_until(BANNER)


if __name__ == "__main__":
    unittest.main()
