# SPDX-License-Identifier: MIT
# sdraw: raw images to and from a card and a flash, from each kind of source, to the very last sector.
# Needs the full size class
import gc
import io
import os

import litex
import machine

if not hasattr(machine, "SDCard") or not hasattr(litex, "SPIFlash"):
    skip("no card or no flash")
import deflate
import sdraw
import vfs

if "/sd" in [path for _, path in vfs.mount()]:
    vfs.umount("/sd")

SECTOR = 512
card = machine.SDCard()
size = card.info()["size"]
data = bytes((i * 7 + (i >> 8)) & 255 for i in range(20 * SECTOR))
back = bytearray(len(data))


def holds(at, wanted, dev=card):
    """Check what a medium has, by its own methods."""
    got = bytearray(-(-len(wanted) // SECTOR) * SECTOR)
    dev.readblocks(at // SECTOR, got)
    check(got[: len(wanted)] == wanted, at)


# A buffer, to the first, to another and to the last sectors.
for at in (0, 3 * SECTOR, -len(data)):
    equal(sdraw.write(data, at, verify=True), len(data))
    holds(at % size, data)
    equal(sdraw.read(back, at, verify=True), len(data))
    equal(back, data)
sdraw.write(b"end of the card!" * 32, -SECTOR)
holds(size - SECTOR, b"end of the card!" * 32)

# What is shorter than a block leaves the rest of it.
sdraw.write(data, 0)
sdraw.write(b"abc", SECTOR)
holds(SECTOR, b"abc" + data[SECTOR + 3 : 2 * SECTOR])
short = bytearray(SECTOR + 100)
equal(sdraw.read(short, SECTOR), len(short))
equal(short[:3] + short[-50:], b"abc" + data[2 * SECTOR + 50 : 2 * SECTOR + 100])

# A path, a stream, a stream with read() alone, and what is packed.


class Reader:
    def __init__(self, content):
        self.content = io.BytesIO(content)

    def read(self, n):
        return self.content.read(min(n, 999))


def packed(content):
    stream = io.BytesIO()
    with deflate.DeflateIO(stream, deflate.GZIP, 12) as d:
        d.write(content)
    return stream.getvalue()


folder = "/ram" if "ram" in os.listdir("/") else ""
with open(folder + "/image", "wb") as file:
    file.write(data)
with open(folder + "/image.gz", "wb") as file:
    file.write(packed(data))
blank = bytes(len(data))
for source in (
    folder + "/image",
    folder + "/image.gz",
    io.BytesIO(data),
    Reader(data),
    Reader(packed(data)),
    packed(data),
    memoryview(data),
):
    sdraw.write(blank, 8 * SECTOR)
    equal(sdraw.write(source, 8 * SECTOR), len(data))
    holds(8 * SECTOR, data)
    gc.collect()

# To a path and a stream.
equal(sdraw.read(folder + "/back", 8 * SECTOR, len(data) - 1), len(data) - 1)
with open(folder + "/back", "rb") as file:
    equal(file.read(), data[:-1])
stream = io.BytesIO()
equal(sdraw.read(stream, -2 * SECTOR, 700), 700)
equal(len(stream.getvalue()), 700)
equal(sdraw.read(io.BytesIO(), -3 * SECTOR), 3 * SECTOR)

# What it refuses.
for at in (1, -511, size, -size - SECTOR):
    raises(ValueError, sdraw.write, data, at)
    raises(ValueError, sdraw.read, back, at)
raises(ValueError, sdraw.read, back, 0, len(back) + 1)
raises(ValueError, sdraw.read, io.BytesIO(), -SECTOR, SECTOR + 1)
raises(ValueError, sdraw.read, back, 0, 0)
raises(TypeError, sdraw.write, 5)
raises(TypeError, sdraw.read, 5)
check("no such file" in raises(OSError, sdraw.write, "/none"))
text = raises(OSError, sdraw.write, data, -19 * SECTOR)
check("10240 bytes" in text and "9728" in text, text)
text = raises(OSError, sdraw.write, Reader(data), -19 * SECTOR)
check("goes on behind the end" in text, text)
holds(size - 19 * SECTOR, data[: 19 * SECTOR])
bad = bytearray(packed(data))
bad[-6] ^= 1
raises(OSError, sdraw.write, bad)
raises(Exception, sdraw.write, packed(data)[:-200])
raises(OSError, sdraw.write, "http://127.0.0.1:1/x")

# A mounted card, whole or a partition of it.
vfs.VfsFat.mkfs(card)
vfs.mount(card, "/card")
text = raises(OSError, sdraw.write, data)
check("/card" in text and "umount" in text, text)
raises(OSError, sdraw.read, back)
vfs.umount("/card")
Partition = __import__("_storage").Partition
parts = [Partition(card, 64, 4096, 12), Partition(card, 8192, 4096, 12)]
vfs.VfsFat.mkfs(parts[0])
vfs.mount(parts[0], "/card")
raises(OSError, sdraw.write, data)
equal(sdraw.write(data, -len(data), dev=parts[1]), len(data))
holds((8192 + 4096) * SECTOR - len(data), data)
vfs.umount("/card")

# A flash counts in blocks of 4096 bytes; a part of it that is mounted is refused, the others are not.
BLOCK = 4096
part = litex.SPIFlash(start=0x60_0000, len=0x8_0000)
equal(sdraw.write(data, BLOCK, dev=part, verify=True), len(data))
equal(sdraw.read(back, BLOCK, dev=part), len(data))
equal(back, data)
sdraw.write(data[:BLOCK], -BLOCK, dev=part)
part.readinto(back, 0x7_F000 - len(back) + BLOCK)
equal(back[-BLOCK:], data[:BLOCK])
text = raises(ValueError, lambda: sdraw.write(data, SECTOR, dev=part))
check("4096" in text, text)
text = raises(
    ValueError, lambda: sdraw.write(data, 0, dev=litex.SPIFlash(start=0x40_0000, len=BLOCK * 4))
)
check("firmware" in text, text)
text = raises(
    OSError, lambda: sdraw.write(data, dev=litex.SPIFlash(start=0xD0_0000, len=0x1_0000))
)
check("mounted at /" in text, text)
litex.format(part)
vfs.mount(__import__("_storage").flash_fs(part), "/part")
raises(OSError, lambda: sdraw.write(data, 0, dev=litex.SPIFlash(start=0x67_F000, len=BLOCK)))
equal(sdraw.write(data[:BLOCK], 0, dev=litex.SPIFlash(start=0x68_0000, len=BLOCK)), BLOCK)
vfs.umount("/part")
