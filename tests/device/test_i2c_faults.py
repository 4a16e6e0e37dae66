# SPDX-License-Identifier: MIT
"""machine.I2C and devices that are out of order, over both cores: emulator, or RTL with RTL=1."""

import os
import tempfile
import unittest
from pathlib import Path

from tests.device.run import BUILD, repl, start

RTL = os.environ.get("RTL") == "1"

PRELUDE = """
from machine import I2C
import litex, machine
def tell(what, *args):
    try:
        print(what(*args))
    except OSError as error:
        print(error)
"""
BUSES = """
for bus in (I2C(0), I2C(1)):
    tell(bus.writeto, 0x50, b"\\0abcdef")
    tell(bus.readfrom, 0x50, 2)
    tell(bus.readfrom_mem, 0x50, 0, 5)
"""
# LiteI2C: four bytes, acknowledged, and SCL low.
LEAVE = """
bus = I2C(0)
bus.writeto(0x50, b"\\0")
bus.start()
bus.write(b"\\xa1")
bus.readinto(bytearray(1), False)
I2C(1).writeto(0x50, b"\\0")
litex.csr_write("i2c1_master_settings", 5 << 8)
litex.csr_write("i2c1_master_rxtx", 0)
while not litex.csr_read("i2c1_master_status") & 2:
    pass
machine.reset()
"""
TIMEOUT = "[Errno 110] ETIMEDOUT"
NOBODY = "[Errno 19] ENODEV"


class Faults(unittest.TestCase):
    def boot(self, device):
        """Start `full` with the same EEPROM at 0x50 of both buses; device says what is wrong with it."""
        folder = tempfile.TemporaryDirectory(dir=BUILD)
        self.addCleanup(folder.cleanup)
        wiring = Path(folder.name, "wiring.txt")
        line = "device {} eeprom address=0x50 size=256 {}\n"
        wiring.write_text("".join(line.format(core, device) for core in ("i2c0", "i2c1")))
        process, self.console = start("full", RTL, wiring)
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.console.enter_raw()

    def run_script(self, script):
        """Run a script; return the lines that it prints."""
        self.console.paste((PRELUDE + script).encode())
        output, error = self.console.follow()
        self.assertEqual(error, b"")
        return output.decode().splitlines()

    def test_protected(self):
        """The bit-bang core tells how many bytes were taken, LiteI2C only that it was none of the first four."""
        self.boot("fault=protected")
        reads = ["b'\\xff\\xff'", "b'\\xff\\xff\\xff\\xff\\xff'"]
        self.assertEqual(self.run_script(BUSES), ["1", *reads, NOBODY, *reads])

    def test_write_cycle_without_end(self):
        self.boot("fault=stuck-busy")
        self.assertEqual(self.run_script(BUSES), ["7", NOBODY, NOBODY] * 2)

    def test_absent(self):
        self.boot("fault=absent")
        self.assertEqual(self.run_script(BUSES), [NOBODY] * 6)

    def test_sda_held_low(self):
        """LiteI2C takes that for acknowledgements and zeros, until it recovers the bus."""
        self.boot("fault=holds-sda")
        lite = ["7", "b'\\x00\\x00'", "b'\\x00\\x00\\x00\\x00\\x00'"]
        self.assertEqual(self.run_script(BUSES), [TIMEOUT] * 3 + lite)
        again = self.run_script("tell(I2C(0).readfrom, 0x50, 1)\ntell(I2C, 1)\n")
        self.assertEqual(again, [TIMEOUT] * 2)

    def test_a_device_left_in_a_byte(self):
        """A reset of the SoC ends a read in the middle: the device goes on to send zeros, until it is clocked free."""
        self.boot("write_us=0")
        self.run_script("for bus in (I2C(0), I2C(1)):\n    bus.writeto(0x50, bytes(7))\n")
        self.console.paste((PRELUDE + LEAVE).encode())
        self.console.read_until(repl.PROMPT)
        self.console.enter_raw()
        self.assertEqual(
            self.run_script("print(I2C(0).readfrom(0x50, 1), I2C(1).scan())\n"), ["b'\\x00' [80]"]
        )


if __name__ == "__main__":
    unittest.main()
