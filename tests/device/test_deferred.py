# SPDX-License-Identifier: MIT
"""Deferred work (soc/deferred.h) on the target: a firmware with a client of it, on the emulator, or on RTL with RTL=1."""

import os
import unittest

from tests.device.run import BUILD, HERE, Board

RTL = os.environ.get("RTL") == "1"
SOC = "bench"
# Made by `make deferred-image`.
FIRMWARE = BUILD / "firmware" / f"{SOC}-deferred" / "firmware.bin"
# The bound in cycles from the clock's event to the work: the tick's own work, and what it may interrupt.
MOST = 5000
RUNS = 200


class Deferred(unittest.TestCase):
    def test_work_out_of_the_clocks_interrupt(self) -> None:
        board = Board(SOC, RTL, FIRMWARE)
        self.addCleanup(board.close)
        script = (HERE / "prelude.py").read_text()
        script += f"MOST = {MOST}\nRUNS = {RUNS}\n" + (HERE / "deferred.py").read_text()
        output, error = board.run(script + "\nprint('OK', Count.checks)\n")
        self.assertEqual(error, "", output)
        self.assertRegex(output, r"OK \d+\n$")


if __name__ == "__main__":
    unittest.main()
