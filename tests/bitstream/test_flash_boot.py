# SPDX-License-Identifier: MIT
"""A real bitstream with the firmware behind it: written into the flash of a virtual ECP5 by our programmer and by
openFPGALoader, booted from there, and the firmware read back by the BIOS's rules starts."""

import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

from tests.bitstream import support
from tests.models.support import SCRATCH, available, bitstream, build, stripped

ROOT = support.ROOT
sys.path.insert(0, str(ROOT / "tools"))
import bitstream_boards  # noqa: E402
import flash_image  # noqa: E402

DEVICE = "LFE5U-25F"
IDCODE = 0x41111043
OFFSET = bitstream_boards.firmware_offset(DEVICE)
FLASH_BYTES = 16 << 20
BASE_SOC = support.BUILD / "soc" / "base"
FIRMWARE = support.BUILD / "firmware" / "base" / "firmware.bin"


def setUpModule():
    build()
    for soc in ("base", "jtag"):
        subprocess.run(
            ["make", f"SOC={soc}", "image", "emu"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )


class FlashBoot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=SCRATCH)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.bit = bitstream("25f-compress.bit")
        self.firmware = FIRMWARE.read_bytes()
        self.image = self.folder / "flash.bin"
        self.flash = self.folder / "content.bin"

    def join(self, bit):
        joined = flash_image.join(bit, self.firmware, OFFSET, FLASH_BYTES)
        self.image.write_bytes(joined)
        return joined

    def check_flash(self, joined):
        """The flash holds the file, and what the BIOS would boot from it reaches its prompt."""
        self.assertEqual(self.flash.read_bytes()[: len(joined)], joined)
        said = support.boot_from_flash(self.flash, OFFSET, BASE_SOC, self.folder)
        self.assertTrue(said.rstrip("\n").endswith(">>> "), said)

    def test_our_programmer(self):
        bit = self.bit.read_bytes()
        joined = self.join(bit)
        said = support.program(self.image, len(bit), DEVICE, self.flash)
        sram, flash, boot = said.splitlines()
        self.assertTrue(sram.startswith(f"sram {IDCODE:#x} True"), said)
        self.assertTrue(flash.endswith(f" {zlib.crc32(joined):#x}"), said)
        self.assertEqual(boot, "boot True")
        self.check_flash(joined)

    @unittest.skipIf(available("openFPGALoader"), "openFPGALoader is not installed")
    def test_openfpgaloader(self):
        joined = self.join(stripped(self.bit.read_bytes()))
        sram, boot = support.load_with_openfpgaloader(self.image, self.bit, DEVICE, self.flash)
        self.assertTrue(sram["done"])
        self.assertTrue(boot["done"])
        self.assertEqual(boot["memory_crc32"], sram["memory_crc32"])
        self.assertEqual(boot["boots"], 1)
        self.check_flash(joined)

    def test_a_flash_that_lost_a_byte(self):
        """What the BIOS refuses is refused here."""
        joined = bytearray(self.join(self.bit.read_bytes()))
        joined[-100] ^= 1
        self.flash.write_bytes(joined)
        with self.assertRaisesRegex(flash_image.ImageError, "CRC-32"):
            support.boot_from_flash(self.flash, OFFSET, BASE_SOC, self.folder)


if __name__ == "__main__":
    unittest.main()
