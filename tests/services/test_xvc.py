# SPDX-License-Identifier: MIT
"""The board as a network JTAG cable, for openFPGALoader; behind it is vecp5."""

import unittest

from tests.models import support as models
from tests.services.support import Services, build


def setUpModule():
    build()
    models.build()


class Cable(unittest.TestCase):
    def test_detect(self):
        with models.Board() as board, Services(board.xvc, xvc={}) as services:
            for _ in range(2):
                port = str(services.ports["xvc"])
                status, output = models.run(
                    "openFPGALoader",
                    "-c",
                    "xvc-client",
                    "--ip",
                    "127.0.0.1",
                    "--port",
                    port,
                    "--detect",
                )
                self.assertEqual(status, 0, output)
                self.assertIn("idcode 0x1111043", output)


if __name__ == "__main__":
    unittest.main()
