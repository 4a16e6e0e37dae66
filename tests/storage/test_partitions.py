# SPDX-License-Identifier: MIT
"""litex.partitions() on tables that sfdisk wrote, and on damaged ones."""

import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.storage.support import Blocks, frozen

storage = frozen("_storage")
SIZE = 32 << 20
FUZZED = 4000


def disk(script):
    """An image with the partition table that sfdisk makes of a script."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "disk")
        with path.open("wb") as file:
            file.truncate(SIZE)
        subprocess.run(["sfdisk", "-q", path], input=script, text=True, check=True)
        return path.read_bytes()


@unittest.skipUnless(shutil.which("sfdisk"), "sfdisk is not installed")
class Tables(unittest.TestCase):
    def found(self, data):
        return [(p.start, p.count, p.type, p.name) for p in storage.partitions(Blocks(data))]

    def test_mbr(self):
        data = disk("label: dos\nstart=2048, size=8192, type=c\nstart=16384, size=4096, type=83\n")
        self.assertEqual(self.found(data), [(2048, 8192, 0x0C, ""), (16384, 4096, 0x83, "")])

    def test_logical(self):
        data = disk(
            "label: dos\nstart=2048, size=2048, type=c\nstart=4096, size=40960, type=5\n"
            "start=6144, size=4096, type=83\nstart=12288, size=4096, type=7\n"
        )
        self.assertEqual(
            self.found(data), [(2048, 2048, 12, ""), (6144, 4096, 0x83, ""), (12288, 4096, 7, "")]
        )

    def test_gpt_and_its_copy(self):
        data = bytearray(
            disk('label: gpt\nstart=2048, size=8192, name="first"\nstart=16384, size=4096\n')
        )
        linux = "0fc63daf-8483-4772-8e79-3d69d8477de4"
        wanted = [(2048, 8192, linux, "first"), (16384, 4096, linux, "")]
        self.assertEqual(self.found(data), wanted)
        data[512 + 40] ^= 1
        self.assertEqual(self.found(data), wanted)
        data[-512 + 40] ^= 1
        with self.assertRaisesRegex(OSError, "damaged"):
            self.found(data)

    def test_fuzz(self):
        """Whatever a table says: an end, few reads, nothing outside of the device."""
        rng = random.Random(1)
        for script in (
            "label: dos\nstart=2048, size=2048, type=c\nstart=4096, size=40960, type=5\nstart=6144, size=4096\n",
            "label: gpt\nstart=2048, size=8192\n",
        ):
            good = disk(script)
            for _ in range(FUZZED // 2):
                device = Blocks(good[: 64 << 10] + bytes(64 << 10))
                for _ in range(rng.randrange(1, 6)):
                    start, end = rng.choice(((446, 510), (512, 604), (1024, 1280), (0, 65536)))
                    device.data[rng.randrange(start, end)] = rng.choice(
                        (0, 1, 0xFF, rng.randrange(256))
                    )
                try:
                    found = storage.partitions(device)
                except (OSError, ValueError):
                    found = []
                self.assertLess(device.reads, 400)
                for part in found:
                    self.assertTrue(0 < part.start < part.start + part.count <= 256)


class Others(unittest.TestCase):
    def test_no_table(self):
        self.assertEqual(storage.partitions(Blocks(bytes(65536))), [])
        boot_sector = bytearray(random.Random(2).randbytes(65536))
        boot_sector[446] = 0x12
        boot_sector[510:512] = b"\x55\xaa"
        self.assertEqual(storage.partitions(Blocks(boot_sector)), [])

    def test_a_chain_that_loops(self):
        data = bytearray(1 << 20)
        for at in (0, 512 * 100):
            data[at + 446 : at + 462] = bytes.fromhex("00000000 05000000 64000000 00010000")
            data[at + 510 : at + 512] = b"\x55\xaa"
        device = Blocks(data)
        self.assertEqual(storage.partitions(device), [])
        self.assertLess(device.reads, 10)

    def test_a_partition_is_a_device(self):
        device = Blocks(bytes(range(256)) * 256)
        part = storage.Partition(device, 3, 2, 0x83)
        buf = bytearray(512)
        part.readblocks(1, buf)
        self.assertEqual(buf, device.data[4 * 512 : 5 * 512])
        self.assertEqual(part.ioctl(4, 0), 2)
        for n, length in ((2, 1), (1, 513), (-1, 1)):
            with self.assertRaises(OSError):
                part.readblocks(n, bytearray(length))


if __name__ == "__main__":
    unittest.main()
