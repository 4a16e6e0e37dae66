# SPDX-License-Identifier: MIT
"""Debian's OpenOCD, by remote_bitbang, plays the SVF that ecppack writes: success, and refusal by either side."""

import unittest

from tests.models.support import SCRATCH, Board, available, bitstream, build, svf


def setUpModule():
    if available("openocd"):
        raise unittest.SkipTest("openocd is not installed")
    build()


class Svf(unittest.TestCase):
    def test_success(self):
        """What OpenOCD plays lands the same frames as what openFPGALoader's path would, by their CRC-32."""
        for device, idcode, name in (
            ("LFE5U-12F", 0x21111043, "12f"),
            ("LFE5U-25F", 0x41111043, "25f"),
            ("LFE5U-85F", 0x41113043, "85f"),
        ):
            with self.subTest(name), Board(device=device) as board:
                status, output, report = board.play(svf(name, "--compress"), idcode)
                self.assertEqual(status, 0, output)
                self.assertIn("tap/device found", output)
                self.assertEqual((report["user_mode"], report["status"]), (True, "0x00600100"))
                self.assertGreater(report["frames"], 7000)

    def test_the_tool_refuses_another_device(self):
        with Board(device="LFE5U-45F") as board:
            status, output, _ = board.play(svf("25f", "--compress"), 0x41112043)
            self.assertEqual(status, 1)
            self.assertIn("READ = 0x41112043", output)
            self.assertIn("WANT = 0x41111043", output)

    def played_with(self, device, idcode, change):
        """Play the 25F's SVF after `change` on a board; (status, output, report)."""
        path = SCRATCH / "changed.svf"
        text = svf("25f", "--compress").read_text()
        changed = change(text)
        self.assertNotEqual(text, changed)
        path.write_text(changed)
        with Board(device=device) as board:
            return board.play(path, idcode)

    def test_the_board_refuses_another_device(self):
        def without_id_check(text):
            start = text.index("SIR\t8\tTDI  (E0)")
            return text[:start] + text[text.index("SIR\t8\tTDI  (1C)") :]

        status, output, report = self.played_with("LFE5U-45F", 0x41112043, without_id_check)
        self.assertEqual(status, 1)
        self.assertIn("tdo check error", output)
        self.assertEqual((report["done"], report["bse"], report["frames"]), (False, 1, 0))

    def test_the_board_refuses_a_wrong_crc(self):
        def flipped(text):
            at = text.index("173300000000000000")  # in the middle of some frame of zeros
            return text[: at + 8] + "1" + text[at + 9 :]

        status, output, report = self.played_with("LFE5U-25F", 0x41111043, flipped)
        self.assertEqual(status, 1)
        self.assertIn("tdo check error", output)
        self.assertEqual((report["done"], report["bse"]), (False, 3))

    def test_same_frames_as_the_bit_file(self):
        if available("openFPGALoader"):
            self.skipTest("openFPGALoader is not installed")
        with Board() as board:
            _, _, by_svf = board.play(svf("25f", "--compress"), 0x41111043)
            _, _, by_bit = board.loader(bitstream("25f.bit"))
            self.assertEqual(by_svf["memory_crc32"], by_bit["memory_crc32"])


if __name__ == "__main__":
    unittest.main()
