# SPDX-License-Identifier: MIT
"""The unmodified LiteX BIOS on the emulator, and LiteX's own loader through it.

The BIOS is compiled by LiteX for the reference SoC `base`, into a folder of this test.
"""

import unittest

from tests.clients import support

FOLDER = support.BUILD / "tests" / "bios"
BIOS = FOLDER / "software" / "bios" / "bios.bin"
LITEX_PROMPT = r"litex\S*> "
BUILD_BOUND_S = 300
UPLOAD_BOUND_S = 120


def setUpModule():
    command = [support.LITEX, "-m", "gateware.build", "base", "--bios"]
    result = support.run([*command, "--output-dir", FOLDER], BUILD_BOUND_S)
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)


class Bios(unittest.TestCase):
    def start(self, *options):
        """Start the BIOS and return its console's path."""
        board = support.Simulation([support.LXEMU, "--pty", *options, "--rom", BIOS, FOLDER])
        self.addCleanup(board.stop)
        return board.path

    def test_boots_to_its_prompt(self):
        with support.Client(self.start()) as client:
            client.expect(r"BIOS CRC passed .*Memtest OK.*" + LITEX_PROMPT)
            client.send("ident\n")
            client.expect(r"Ident: MicroPython for LiteX: reference SoC base")

    def test_memory_commands(self):
        with support.Client(self.start()) as client:
            client.expect(LITEX_PROMPT)
            client.send("mem_write 0x40001000 0x12345678 4\nmem_read 0x40001000 16\n")
            client.expect(r"0x40001000 +(?:78 56 34 12 ){4}")

    def test_litex_term_loads_the_firmware(self):
        # Unpaced, the BIOS would drop what litex_term sends ahead: its ring holds 128 bytes.
        path = self.start("--baud", "1000000")
        with support.Client(path) as client:
            client.expect(LITEX_PROMPT)
        command = [support.VENV / "litex_term", "--kernel", support.firmware("base"), path]
        with support.Person(command) as person:
            person.send("\n")
            person.expect(LITEX_PROMPT)
            person.send("reboot\n")
            person.expect(r"Uploading \S*firmware\.bin to 0x40000000 \(\d+ bytes\)")
            person.expect(r"Upload complete.*Booting the device", UPLOAD_BOUND_S)
            person.expect(r"MicroPython v1\.\d+.*SoC base.*" + support.PROMPT)
            person.send(
                "6 * 7\r"
            )  # the terminal makes a line feed of it, and litex_term sends that
            person.expect(r"6 \* 7\s+42\s+" + support.PROMPT)
            person.send("import machine; machine.reset()\r")
            person.expect("BIOS CRC passed")


if __name__ == "__main__":
    unittest.main()
