# SPDX-License-Identifier: MIT
"""A raw paste of some KB into the RTL of `phy` at 1 Mbaud: the real RS232PHY and its 16-byte FIFO.

Between two bytes pass 1,000 cycles; a byte that the firmware fetches too late is lost, and the
program then prints another number or does not compile any more.
"""

import unittest
from typing import Any

from tests.clients import support
from tests.clients.test_mpremote import big_script

BAUD = 1_000_000
PASTE_BYTES = 4000
FOLDER = support.BUILD / "rtl" / "phy-1m"
BUILD_BOUND_S = 600
WAIT_S = 300


class Paste(unittest.TestCase):
    board: Any

    @classmethod
    def setUpClass(cls):
        python = support.VENV / "python"
        build = [support.LITEX, "-m", "rtl.build", "phy", "--baud", BAUD, "--rtl", FOLDER]
        build += ["--output-dir", support.soc_folder("phy-1m")]
        result = support.run(build, BUILD_BOUND_S)
        if result.returncode:
            raise AssertionError(result.stdout + result.stderr)
        command = [python, "-m", "rtl.run", FOLDER, "--pty", "--kernel", support.firmware("phy")]
        cls.board = support.Simulation(command, WAIT_S)

    @classmethod
    def tearDownClass(cls):
        cls.board.stop()

    def test_raw_paste(self):
        text, total = big_script(PASTE_BYTES)
        with support.Client(self.board.path) as client:
            console = support.repl.Repl(client.descriptor, client.descriptor, WAIT_S)
            console.write(b"\r")
            console.read_until(support.repl.PROMPT)
            console.enter_raw()
            self.assertEqual(console.execute(text), f"total {total}\n")
            echoed = "".join(f"{number:4}" for number in range(500))
            self.assertEqual(console.execute(f"print({echoed!r})"), echoed + "\n")


if __name__ == "__main__":
    unittest.main()
