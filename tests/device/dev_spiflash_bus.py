# SPDX-License-Identifier: MIT
# LiteSPI beneath its driver: a read of the mapped region while the master has chip select, and while the flash erases.
# Needs the full size class
import time

import litex
from machine import mem32

if not hasattr(litex, "SPIFlash"):
    skip("no SPI flash")

flash = litex.SPIFlash(start=0xD0_0000, len=0x1000)
flash.write(b"\x01\x02\x03\x04")
base = flash.info()["mapped"][0] + 0xD0_0000
# Where the CPU's cache has nothing of it.
line = base + 0x400


def took(function, *args):
    start = time.ticks_us()
    result = function(*args)
    return result, time.ticks_diff(time.ticks_us(), start)


def read(at):
    return mem32[at]


equal(read(base), 0x04030201)
_, us = took(read, line)
check(us < 100, us)

# The bus gives up after a million cycles for each word of a line, and counts an error.
errors = litex.csr_read("ctrl_bus_errors")
litex.csr_write("spiflash_core_master_cs", 1)
value, us = took(read, line + 0x40)
litex.csr_write("spiflash_core_master_cs", 0)
print("a read beside the master:", hex(value), us, "us,", litex.csr_read("ctrl_bus_errors") - errors, "bus errors")
equal(value, 0xFFFFFFFF)
check(9_000 < us < 90_000, us)
check(litex.csr_read("ctrl_bus_errors") > errors)
# The driver goes on as if nothing had been.
back = bytearray(4)
flash.readinto(back)
equal(back, b"\x01\x02\x03\x04")
equal(flash.write(b"\x05\x06\x07\x08")["written"] > 0, True)
equal(bytes(memoryview(flash)[:4]), b"\x05\x06\x07\x08")
