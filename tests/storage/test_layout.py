# SPDX-License-Identifier: MIT
"""What lies where in a flash (port/storage/flash_layout.c): real headers, unknown content, any bytes."""

import ctypes
import random
import struct
import subprocess
import unittest

from tests.storage.support import ROOT

OUT = ROOT / "build" / "tests" / "storage"
NONE = 0xFFFFFFFF
BLOCK = 0x10000
SIZE = 0x100_0000
ECP5 = b"\xff\x00Part: LFE5U\x00\xff\xff\xff\xbd\xb3" + b"\xff" * 4 + b"\x3b\0\0\0"
FUZZED = 20000


class Range(ctypes.Structure):
    _fields_ = [("start", ctypes.c_uint32), ("length", ctypes.c_uint32)]


class Facts(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("size", "bios", "bios_bytes", "boot")),
        ("stated", ctypes.c_uint8),
        ("statement", Range * 4),
    ]


def stated(**regions):
    """The facts that say what a region is, (start, length) by its name."""
    names = ("bitstream", "bios", "firmware", "files")
    return {
        "stated": sum(1 << names.index(name) for name in regions),
        "statement": (Range * 4)(*(Range(*regions.get(name, (0, 0))) for name in names)),
    }


def facts_of(given) -> Facts:
    """What is known of a flash; what is not given is not known."""
    return Facts(**{"size": SIZE, "bios": NONE, "bios_bytes": 0, "boot": NONE} | given)


READ = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_uint32,
    ctypes.POINTER(ctypes.c_uint8),
    ctypes.c_size_t,
)


def setUpModule():
    OUT.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    source = ROOT / "port" / "storage" / "flash_layout.c"
    command += [f"-I{ROOT / 'port'}", source, "-o", OUT / "layout.so"]
    subprocess.run(command, check=True)


class Layout(unittest.TestCase):
    def setUp(self):
        self.library = ctypes.CDLL(str(OUT / "layout.so"))
        self.library.flash_bitstream_bytes.restype = ctypes.c_uint32
        self.library.flash_region.restype = Range

    def bytes_of(self, head):
        head = head.ljust(512, b"\xff")[:512]
        return self.library.flash_bitstream_bytes(head, ctypes.c_size_t(len(head)))

    def region(self, index, **facts):
        found = self.library.flash_region(ctypes.byref(facts_of(facts)), index)
        return found.start, found.length

    def bitstream(self, content, **facts):
        """The bitstream's region in a flash of this content, and the bytes that were read."""
        read = 0

        def get(_, address, data, length):
            nonlocal read
            read += length
            part = content[address : address + length].ljust(length, b"\xff")
            ctypes.memmove(data, part, length)
            return 0

        found = Range()
        status = self.library.flash_find_bitstream(
            ctypes.byref(facts_of(facts)), READ(get), None, ctypes.byref(found)
        )
        self.assertEqual(status, 0)
        return (found.start, found.length), read

    def test_headers(self):
        verify = b"\xe2\0\0\0"
        for idcode, wanted in (
            (0x21111043, 0xB0000),
            (0x41111043, 0xB0000),
            (0x81112043, 0x160000),
            (0x41113043, 0x270000),
            (0x12345678, NONE),
        ):
            self.assertEqual(self.bytes_of(ECP5 + verify + struct.pack(">I", idcode)), wanted)
        xilinx = b"\xff" * 32 + bytes.fromhex("000000bb11220044ffffffffaa995566 20000000 30018001")
        self.assertEqual(self.bytes_of(xilinx + bytes.fromhex("0362d093")), 0x220000)
        self.assertEqual(self.bytes_of(xilinx + bytes.fromhex("13631093")), 0x3B0000)
        self.assertEqual(self.bytes_of(xilinx + bytes.fromhex("11111111")), NONE)
        self.assertEqual(self.bytes_of(b"\xff\0\0\xff\x7e\xaa\x99\x7e"), 0x30000)
        self.assertEqual(self.bytes_of(b""), 0)
        self.assertEqual(self.bytes_of(b"\0"), NONE)

    def test_what_no_header_tells(self):
        content = b"\x12" * (5 * BLOCK + 3)
        self.assertEqual(self.bitstream(content)[0], (0, 6 * BLOCK))
        # A hole of FF is not the end unless it is a blank block.
        content = b"\x12" + b"\xff" * (2 * BLOCK - 2) + b"\x12"
        self.assertEqual(self.bitstream(content)[0], (0, 2 * BLOCK))
        # The firmware ends it.
        found, read = self.bitstream(b"\x12" * SIZE, boot=4 * BLOCK)
        self.assertEqual(found, (0, 4 * BLOCK))
        self.assertLess(read, 4 * BLOCK)
        self.assertEqual(self.bitstream(b"\x12" * SIZE)[0], (0, SIZE))
        self.assertEqual(self.bitstream(b"\x12", size=256)[0], (0, 0))

    def test_regions(self):
        bitstream, bios, firmware, files = range(4)
        self.assertEqual(self.region(files), (SIZE // 2, SIZE // 2))
        self.assertEqual(self.region(files, boot=0x400000), (SIZE // 2, SIZE // 2))
        self.assertEqual(self.region(files, boot=0x800000), (0xA00000, 0x600000))
        self.assertEqual(self.region(files, boot=0xF00000), (0, 0))
        self.assertEqual(
            self.region(files, bios=0x7F8000, bios_bytes=0x10000), (0x810000, 0x7F0000)
        )
        self.assertEqual(self.region(bios, bios=0x600000, bios_bytes=0x10000), (0x600000, 0x10000))
        self.assertEqual(self.region(firmware, boot=0x400000), (0x400000, 0x200000))
        self.assertEqual(self.region(firmware, boot=0xF00000), (0xF00000, 0x100000))
        self.assertEqual(self.region(firmware), (0, 0))
        self.assertEqual(self.region(bitstream), (0, 0))

    def test_what_is_stated(self):
        """litex.toml wins over the header, the constants and what would be free."""
        bitstream, bios, firmware, files = range(4)
        said = stated(bitstream=(0, 0x900000), bios=(0, 0), files=(0xA00000, 0x1000))
        self.assertEqual(self.bitstream(b"\x12", **said), ((0, 0x900000), 0))
        self.assertEqual(self.region(bitstream, **said), (0, 0x900000))
        self.assertEqual(self.region(bios, bios=0x600000, bios_bytes=0x10000, **said)[1], 0)
        self.assertEqual(self.region(firmware, boot=0x400000, **said), (0x400000, 0x200000))
        self.assertEqual(self.region(files, **said), (0xA00000, 0x1000))
        # Files begin behind what is stated, and a statement does not reach beyond the flash.
        said = stated(bitstream=(0, 0x901000))
        self.assertEqual(self.region(files, **said), (0x910000, 0x6F0000))
        self.assertEqual(self.region(files, **stated(files=(0xF00000, 0x200000)))[1], 0x100000)
        self.assertEqual(self.region(files, **stated(files=(0x2000000, 0x1000))), (0, 0))
        self.assertEqual(self.bitstream(b"\x12", **stated(files=(0, 0)))[0], (0, BLOCK))

    def test_fuzz(self):
        rng = random.Random(3)
        heads = [
            ECP5 + b"\xe2\0\0\0\x41\x11\x10\x43",
            b"\xaa\x99\x55\x66\x30\x01\x80\x01\x03\x62\xd0\x93",
        ]
        for _ in range(FUZZED):
            head = bytearray(rng.choice(heads).rjust(rng.randrange(20, 520), b"\xff"))
            for _ in range(rng.randrange(4)):
                head[rng.randrange(len(head))] = rng.randrange(256)
            length = rng.randrange(len(head) + 1)
            found = self.library.flash_bitstream_bytes(bytes(head), ctypes.c_size_t(length))
            self.assertTrue(found == NONE or found % BLOCK == 0 and found <= 12 << 20)


if __name__ == "__main__":
    unittest.main()
