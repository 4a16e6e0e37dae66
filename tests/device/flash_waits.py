# SPDX-License-Identifier: MIT
# What waits while the SPI flash is erased and written, and for how long; what a thousand mounts leave.
# test_flash_waits.py runs it, in the emulator's own time: the host's would be seen as waits.
import gc
import os
import time
from array import array

import litex
import vfs
from machine import Timer

KIB_64 = 65536
INTERRUPT_US = 500  # docs/spiflash.md promises it
flash = litex.SPIFlash(start=0xD0_0000, len=0x2_0000)
part = litex.SPIFlash(start=0xE0_0000, len=0x1_0000)
litex.format(part)

# The longest time between two calls in the interrupt of the tick, beyond its period; and calls in the program.
seen = array("i", (0, 0, 0))
soft = [0]


def hard_tick(t):
    now = time.ticks_us()
    seen[1] = max(seen[1], time.ticks_diff(now, seen[0]))
    seen[0] = now
    seen[2] += 1


def soft_tick(t):
    soft[0] += 1


def longest(what, function, *args):
    """Milliseconds that it takes, calls in interrupts, microseconds that one is late."""
    seen[0] = time.ticks_us()
    seen[1] = seen[2] = soft[0] = 0
    start = time.ticks_ms()
    function(*args)
    ms = time.ticks_diff(time.ticks_ms(), start)
    late = seen[1] - 1000
    print(what, ms, "ms", seen[2], "calls", soft[0], "in the program", late, "us late")
    check(seen[2] >= ms - 2, "%s: %d calls in %d ms" % (what, seen[2], ms))
    check(late <= INTERRUPT_US, "%s: %d us late" % (what, late))
    return ms


def files():
    with open("/m/f", "wb") as file:
        for i in range(4):
            file.write(data)
    with open("/m/f", "rb") as file:
        file.read(4096)


data = bytearray(4096)
big = bytearray(KIB_64)
timer = Timer(-1, period=1, callback=hard_tick, hard=True)
other = Timer(-1, period=1, callback=soft_tick)
time.sleep_ms(5)
check(longest("write", flash.write, big) > 60)
check(longest("erase and write", flash.write, b"\xa5" * KIB_64) > 200)
longest("the same", flash.write, b"\xa5" * KIB_64)
longest("read", flash.readinto, big)
# Between the stretches of 64 KiB the program's callbacks have their turn.
longest("two stretches", flash.write, bytearray(2 * KIB_64))
check(soft[0] >= 1)
vfs.mount(part, "/m")
longest("files", files)
timer.deinit()
other.deinit()

# The names of files that a mount has opened are gone with it.
vfs.umount("/m")


def mounts(n):
    for i in range(n):
        vfs.mount(part, "/m")
        if i % 50 == 0:
            os.listdir("/m")
            open("/m/f").close()
        vfs.umount("/m")


mounts(2)
gc.collect()
before = gc.mem_alloc()
mounts(1000)
gc.collect()
# The collector may take a word on the stack for an address; of each mount the least would be 16 bytes.
check(gc.mem_alloc() - before < 1000, "%d bytes more" % (gc.mem_alloc() - before))
