# SPDX-License-Identifier: MIT
"""One script on LiteEth and its PHY, on emulator and RTL with libslirp's network: the CSR accesses agree.

Not named test_*: building and running this RTL takes minutes, so that it is a long suite of its own.
"""

import unittest
from typing import Any

from tests.trace import test_trace

test_trace.SESSIONS["net"] = "session_net.py"


class Net(test_trace.Recorded, unittest.TestCase):
    emulator_said: Any

    soc = "net"
    options = ("--net", "user")

    def test_the_session_reaches_the_cores(self):
        kept = self.kept()
        self.assertGreater(len(kept["writes to ethphy"]), 1000)
        self.assertGreater(len(kept["writes to ethmac"]), 16)
        self.assertIn("reads of ethmac_sram_writer_length", kept)
        self.assertIn("RU", self.emulator_said)  # of the address of libslirp's host

    def test_a_seeded_bug_is_caught(self):
        file, old, new = "cores/liteeth.c", "e->tx_pending = true;", "e->tx_pending = false;"
        emulator = test_trace.seeded(file, old, new)
        trace, _ = test_trace.record_emulator(self.soc, emulator, self.options)
        self.assertTrue(self.compare(trace))


if __name__ == "__main__":
    unittest.main()
