# SPDX-License-Identifier: MIT
# What the firmware has of MicroPython, by size class; the names of old scripts; asyncio; digests.
import sys

import litex

equal(sys.platform, "litex")
SMALL = [
    "array",
    "binascii",
    "collections",
    "errno",
    "gc",
    "io",
    "json",
    "litex",
    "machine",
    "math",
    "micropython",
    "os",
    "random",
    "struct",
    "sys",
    "time",
    "vfs",
]
FULL = [
    "asyncio",
    "cmath",
    "cryptolib",
    "deflate",
    "framebuf",
    "hashlib",
    "heapq",
    "platform",
    "re",
    "select",
    "uctypes",
]
OLD = [
    "umachine",
    "utime",
    "uos",
    "ujson",
    "ustruct",
    "urandom",
    "ubinascii",
    "ucollections",
    "uerrno",
    "uio",
    "usys",
]
full = litex.info()["firmware"]["size_class"] == "full"
for name in (
    SMALL + OLD + (FULL + ["uasyncio", "ure", "uselect", "uhashlib", "uheapq"] if full else [])
):
    try:
        __import__(name)
    except ImportError:
        check(False, "no module " + name)
check(True)
