# SPDX-License-Identifier: MIT
"""What a soft reset leaves of litex.Video, on the emulator."""

import unittest

from tests.device.run import Board

DRAW = """
import litex
v = litex.Video(0)
v.page(0)[0] = v.page(1)[0] = 1
v.show(1)
"""

# Before Video(0), and after.
LOOK = """
import litex
def registers():
    names = ("vtg_enable", "dma_enable", "dma_base")
    return tuple(litex.csr_read("video_framebuffer_" + name) & 0xFFFFFFFF for name in names)
page0 = litex.info()["memories"]["video_framebuffer"][0]
print(registers() == (1, 1, page0 + 32000))
v = litex.Video(0)
print(registers() == (1, 1, page0), v.page(0)[0], v.page(1)[0])
v.page(0)[0] = 1
print(litex.Video(0).page(0)[0])
"""


class Video(unittest.TestCase):
    def test_first_after_a_soft_reset(self):
        """The picture stays until the first Video(0), which clears both pages and shows page 0; a second does not."""
        board = Board("full", False)
        self.addCleanup(board.close)
        self.assertEqual(board.run(DRAW), ("", ""))
        self.assertEqual(board.run(LOOK), ("True\nTrue 0 0\n1\n", ""))


if __name__ == "__main__":
    unittest.main()
