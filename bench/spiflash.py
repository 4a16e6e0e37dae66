# SPDX-License-Identifier: MIT
"""The SPI flash of the SoC `storage` on its RTL, with a W25Q128 of typical times on the pins: ``python -m bench spiflash``.

The core's own limit of a mapped read is what a loop gets that loads one word of each cache line: the CPU then only
waits. The limits of littlefs are the rates of the same block device without it, with the same erases.
"""

import subprocess
import sys

from bench import figure, guest

sys.path.insert(0, str(guest.ROOT / "tools"))
from littlefs_image import write_flash  # noqa: E402

SOC = "storage"
COMMAND = "python -m bench spiflash"
FLASH = guest.BUILD / "tests" / "bench" / "flash.bin"
ERASED_LIMIT = 225  # kB/s: read, erase, program, shift and verify 64 KiB
MHZ = 100
MOUNT_GOAL = 60_000
BOUND_S = 1800  # of the run on RTL

SCRIPT = """
import gc, litex, vfs
# As _boot.py, with nothing of it in the caches: the compiler has been at work since.
def mount():
    start = cycles()
    if hasattr(litex, "SPIFlash"):
        root = vfs.VfsLfs2(litex.SPIFlash(), readsize=128, progsize=64, lookahead=256)
    vfs.mount(root, "/x")
    end = cycles()
    vfs.umount("/x")
    print("littlefs_mount", 0, took(start, end))
mount()
flash = litex.SPIFlash(start=0xC00000, len=0x40000)
data = bytearray(65536)
for i in range(0, 65536, 256):
    data[i] = i >> 8
    data[i + 1:i + 256] = bytes(range(1, 256))
@micropython.viper
def lines(base: int, n: int):
    p = ptr32(base)
    for i in range(n):
        p[i << 3]
def timed(name, n, function, *args):
    gc.collect()
    start = cycles()
    function(*args)
    end = cycles()
    print(name, n, took(start, end))
flash.readinto(data[:0])
timed("flash_lines", 16384, lines, litex.info()["memories"]["spiflash"][0] + 0xD00000, 512)
buf = bytearray(65536)
timed("flash_mapped_read", 65536, flash.readinto, buf)
timed("flash_write", 65536, flash.write, data)
timed("flash_same", 65536, flash.write, data)
flash.readinto(buf)
assert buf == data
block = bytearray(4096)
def raw_read():
    for n in range(16):
        flash.readblocks(n, block)
timed("raw_read", 65536, raw_read)
# Blocks that have other data, so that each is erased.
def raw_write():
    for n in range(4):
        flash.ioctl(6, n)
        flash.writeblocks(n, block, 0)
timed("raw_write", 16384, raw_write)
import _storage
vfs.VfsLfs2.mkfs(flash, progsize=64)
vfs.mount(_storage.flash_fs(flash), "/lfs")
view = memoryview(data)
def write(n):
    with open("/lfs/f", "wb") as file:
        for i in range(0, n, 8192):
            file.write(view[i:i + 8192])
def read(n):
    with open("/lfs/f", "rb") as file:
        for i in range(0, n, 8192):
            file.readinto(memoryview(buf)[i:i + 8192])
timed("littlefs_write", 16384, write, 16384)
timed("littlefs_read", 16384, read, 16384)
assert buf[:16384] == data[:16384]
"""


def run():
    """All figures."""
    for command in (["make", f"rtl-{SOC}"], ["make", f"SOC={SOC}", "image"]):
        subprocess.run(command, cwd=guest.ROOT, check=True, stdout=subprocess.DEVNULL)
    FLASH.parent.mkdir(parents=True, exist_ok=True)
    write_flash(FLASH)
    with FLASH.open("r+b") as file:
        file.seek(0xC00000)  # where the script writes: every block differs and is erased
        file.write(bytes(0x40000))
    command = [*guest.rtl_command(SOC), "--spiflash", str(FLASH)]
    output = guest.execute(command, guest.prelude(SOC) + SCRIPT, timeout=BOUND_S)
    found = {}
    for line in output.splitlines():
        name, count, cycles = line.split()
        print(f"{name}: {count} bytes in {cycles} cycles")
        found[name] = int(count) * MHZ * 1000 / int(cycles) if int(count) else int(cycles)

    def rate(name, goal, limit):
        limits = {"goal": round(goal), "limit": round(limit), "better": "higher"}
        return figure(name, round(found[name]), "kB/s", COMMAND, **limits)

    limit = found["flash_lines"]
    raw_write = found["raw_write"]
    return [
        rate("flash_mapped_read", 0.95 * limit, limit),
        rate("flash_write", 200, ERASED_LIMIT),
        rate("flash_same", 2500, limit),
        rate("littlefs_read", 0.7 * found["raw_read"], found["raw_read"]),
        rate("littlefs_write", 0.7 * raw_write, raw_write),
        figure("littlefs_mount", found["littlefs_mount"], "cycles", COMMAND, goal=MOUNT_GOAL),
    ]
