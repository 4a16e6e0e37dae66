# SPDX-License-Identifier: MIT
"""Upstream's tests of file systems, extmod/vfs_*.py, on the flash of the emulated SoC `storage`: the RAM device that each
of them defines becomes one over litex.SPIFlash, a sector of the flash for each of its blocks."""

import os
import re
import unittest
from pathlib import Path

from tests.device.run import BUILD
from tests.device.test_storage import Storage

VERSION = os.environ.get("MICROPY_VERSION") or "1.25.0"
TREE = Path(os.environ.get("MICROPY_DIR") or BUILD / f"micropython-{VERSION}")
EXTMOD = TREE / "tests" / "extmod"
# The others look into their device's bytes, fill the heap around it, or want one of 4 GiB.
LITTLEFS = ("lfs", "lfs_error", "lfs_file", "lfs_ilistdir_del", "lfs_mount", "lfs_mtime")
OTHERS = ("blockdev", "fat_fileio1", "fat_fileio2", "fat_more", "fat_ilistdir_del", "fat_mtime")
SIZE = re.compile(r"(?:ERASE_BLOCK_SIZE|SEC_SIZE) = (\d+)")
DEVICE = re.compile(r"^class (RAM\w+):\n(?:(?:[ #].*)?\n)*", re.MULTILINE)
SET_CLOCK = "import machine\nmachine.RTC().datetime((2025, 1, 1, 0, 0, 0, 0, 0))\n"
ON_FLASH = """
import litex
class {name}:
    ERASE_BLOCK_SIZE = SEC_SIZE = size = {size}
    made = 0
    def __init__(self, blocks):
        self.blocks = blocks
        self.flash = litex.SPIFlash(start=0xC00000 + 0x100000 * {name}.made, len=blocks * 4096)
        {name}.made += 1
        self.flash.write(bytes(4096 * blocks))
    def readblocks(self, n, buf, off=0):
        view = memoryview(buf)
        for at in range(0, len(view), self.size):
            self.flash.readblocks(n + at // self.size, view[at:at + self.size], off)
    def writeblocks(self, n, buf, off=None):
        view = memoryview(buf)
        if off is not None:
            return self.flash.writeblocks(n, view, off)
        for at in range(0, len(view), self.size):
            self.flash.write(view[at:at + self.size], 4096 * (n + at // self.size))
    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return self.size
        if op == 6:
            return self.flash.ioctl(6, arg)
"""


def on_flash(text):
    """The test with a device on the flash, and littlefs 2 only, as the firmware has no other."""
    found = DEVICE.search(text)
    size = SIZE.search(found.group(0)).group(1)
    text = DEVICE.sub(ON_FLASH.format(name=found.group(1), size=size), text, count=1)
    return re.sub(
        r"^(    vfs\.VfsLfs1|test\((bdev, )?vfs\.VfsLfs1\))\n", "", text, flags=re.MULTILINE
    )


def expected(text):
    """What it prints of littlefs 2."""
    head, first, rest = text.partition("test <class 'VfsLfs1'>\n")
    _, second, rest = rest.partition("test <class 'VfsLfs2'>\n")
    return head + second + rest if first else head


class Upstream(Storage):
    def check_file(self, name):
        text = (EXTMOD / f"vfs_{name}.py").read_text()
        wanted = expected((EXTMOD / f"vfs_{name}.py.exp").read_text())
        self.start()
        # A clock that was not set is at 0 for a second, as a file without a time is.
        output, error = self.run_source(SET_CLOCK + on_flash(text))
        self.assertEqual(error, "")
        self.assertEqual(output.replace("\r\n", "\n"), wanted)
        # The device is the flash.
        self.assertNotEqual(self.flash.read_bytes()[0xC0_0000:].strip(b"\xff\0"), b"")

    def test_littlefs(self):
        for name in LITTLEFS:
            with self.subTest(name):
                self.check_file(name)

    def test_others(self):
        for name in OTHERS:
            with self.subTest(name):
                self.check_file(name)


if __name__ == "__main__":
    unittest.main()
