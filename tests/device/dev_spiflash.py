# SPDX-License-Identifier: MIT
# litex.SPIFlash: identification, reading, compare-erase-program-verify, regions, protection, a file system.
# Needs the full size class
import io
import os

import litex

if not hasattr(litex, "SPIFlash"):
    skip("no SPI flash")
import vfs

BLOCK = 4096
flash = litex.SPIFlash()
info = flash.info()
equal(info["id"], b"\xef\x40\x18")
equal(info["size"], 1 << 24)
equal(info["sector"], BLOCK)
equal(info["freq"], 25_000_000)
equal(info["mapped"], (0x2000_0000, 1 << 24))
equal(info["protected"], (0, 0))
equal(info["regions"]["files"], (0x80_0000, 0x80_0000))
equal(info["regions"]["firmware"], (0x40_0000, 0x20_0000))
equal(flash.ioctl(4, 0), 0x80_0000 // BLOCK)
equal(flash.ioctl(5, 0), BLOCK)
equal(litex.SPIFlash("spiflash").info()["id"], info["id"])

# A part of the flash, behind what boot may have mounted.
part = litex.SPIFlash(start=0xF0_0000, len=0x1_0000)
data = bytes((i * 7 + (i >> 8)) & 255 for i in range(2 * BLOCK))
report = part.write(data, BLOCK)
equal(report["bytes"], len(data))
equal(report["retries"], 0)
back = bytearray(len(data))
equal(part.readinto(back, BLOCK), len(data))
check(back == data)
# The same again: nothing is written. A byte of it: a block is.
equal(part.write(data, BLOCK)["same"], len(data))
report = part.write(b"\xff" + data[1:], BLOCK)
equal((report["erased"], report["same"] >= BLOCK), (BLOCK, True))
part.write(data, BLOCK)
# What is not written of a block stays.
part.write(b"abc", BLOCK)
part.readinto(back, BLOCK)
check(bytes(back) == b"abc" + data[3:])
# From a stream and from a file.
part.write(io.BytesIO(data), 4 * BLOCK)
with open("/image", "wb") as file:
    file.write(data)
equal(part.write("/image", 4 * BLOCK)["same"], len(data))
os.remove("/image")

# Blocks: with an offset after an erase, without one by itself.
part.ioctl(6, 0)
part.writeblocks(0, b"tail", BLOCK - 4)
part.writeblocks(0, b"head", 0)
small = bytearray(4)
part.readblocks(0, small, BLOCK - 4)
equal(small, b"tail")
# A bit that is 0 does not become 1 without an erase.
error = raises(OSError, part.writeblocks, 0, b"\xff\xff\xff\xfe", 0)
check("0xf00000" in error and "do not become" in error, error)
part.writeblocks(0, data)
part.readblocks(0, back)
check(bytes(back) == data)

# As memory, also after it changed.
view = memoryview(part)
equal(len(view), 0x1_0000)
equal(bytes(view[:4]), data[:4])
part.write(b"WXYZ", 0)
equal(bytes(view[:5]), b"WXYZ" + data[4:5])
raises(TypeError, exec, "view[0] = 1", {"view": view})

# A part of the flash as the source, which cannot be read while the chip is written.
back = bytearray(2 * BLOCK)
part.readinto(back, BLOCK)
equal(part.write(view[BLOCK : 3 * BLOCK], 8 * BLOCK)["bytes"], 2 * BLOCK)
part.writeblocks(11, view[BLOCK : 3 * BLOCK])
part.ioctl(6, 10)
part.writeblocks(10, view[BLOCK : BLOCK + 64], 128)
check(bytes(view[8 * BLOCK : 10 * BLOCK]) == bytes(back))
check(bytes(view[11 * BLOCK : 13 * BLOCK]) == bytes(back))
check(bytes(view[10 * BLOCK : 11 * BLOCK]) == b"\xff" * 128 + back[:64] + b"\xff" * (BLOCK - 192))

# Blank to the last byte.
check(not part.erased())
small_part = litex.SPIFlash(start=0xF0_A000, len=BLOCK)
check(not small_part.erased())
small_part.ioctl(6, 0)
check(small_part.erased())
small_part.writeblocks(0, b"\xfe", BLOCK - 1)
check(not small_part.erased())

# What it refuses.
for arguments in (
    {"start": 1},
    {"len": 100},
    {"start": 1 << 24, "len": BLOCK},
    {"len": 1 << 25},
    {"region": "x"},
):
    raises(ValueError, lambda: litex.SPIFlash(**arguments))
raises(ValueError, lambda: litex.SPIFlash(1))
raises(ValueError, part.readinto, bytearray(1), 0x1_0000)
raises(ValueError, part.write, b"x", 1)
raises(ValueError, part.write, b"x", 0x1_1000)
raises(OSError, part.write, bytes(BLOCK + 1), 0xF000)
raises(OSError, part.write, 3)
raises(OSError, part.write, "/none")
text = raises(ValueError, litex.SPIFlash(start=0x40_0000, len=BLOCK).write, b"x")
check("firmware" in text and "0x400000" in text, text)
equal(litex.SPIFlash(region="firmware").write(b"\xff", 0)["bytes"], 1)
equal(litex.SPIFlash(region="all", start=0x40_0000, len=BLOCK).write(b"\xff", 0)["bytes"], 1)

# What lies at 0 is a bitstream's, once its header says which.
all_of_it = litex.SPIFlash(region="all")
equal(info["regions"]["bitstream"], (0, 0))
all_of_it.write(
    b"\xff\x00Part\xff\xff\xbd\xb3\xff\xff\xff\xff\x3b\x00\x00\x00\xe2\x00\x00\x00\x41\x11\x10\x43",
    0,
)
equal(litex.SPIFlash().info()["regions"]["bitstream"], (0, 0xB_0000))
text = raises(ValueError, litex.SPIFlash(start=0xA_0000, len=BLOCK).write, b"x")
check("bitstream" in text, text)
equal(litex.SPIFlash(start=0xB_0000, len=BLOCK).write(b"\xff")["bytes"], 1)
all_of_it.ioctl(6, 0)
equal(litex.SPIFlash().info()["regions"]["bitstream"], (0, 0))

# Protection.
part.protect(0x80_0000, 0x80_0000)
equal(part.info()["protected"], (0x80_0000, 0x80_0000))
text = raises(OSError, part.write, data, 0)
check("unprotect" in text, text)
raises(ValueError, part.protect, 0x1000, 0x3000)
part.unprotect()
equal(part.info()["protected"], (0, 0))
equal(part.write(data, 0)["bytes"], len(data))

# The clock.
slow = litex.SPIFlash(start=0xF0_0000, len=0x1_0000, freq=10_000_000)
equal(slow.info()["freq"], 10_000_000)
slow.readinto(back)
check(bytes(back) == data)
equal(litex.SPIFlash(freq=25_000_000).info()["freq"], 25_000_000)
raises(ValueError, lambda: litex.SPIFlash(freq=1000))

# A file system of each kind. FAT wants 128 sectors or more.
part = litex.SPIFlash(start=0xE0_0000, len=0x10_0000)
for kind in (vfs.VfsLfs2, vfs.VfsFat):
    kind.mkfs(part)
    vfs.mount(part, "/part")
    with open("/part/a file with a long name.txt", "wb") as file:
        file.write(data)
    os.mkdir("/part/folder")
    vfs.umount("/part")
    vfs.mount(part, "/part")
    equal(sorted(os.listdir("/part")), ["a file with a long name.txt", "folder"])
    check(open("/part/a file with a long name.txt", "rb").read() == data)
    vfs.umount("/part")
