# SPDX-License-Identifier: MIT
"""With 64 KiB of free heap everything works, and no run leaves more allocated than it found."""

import gc
import io

import ecp5
import vecp5
from harness import bitstream, check, equal, raises, run

FREE = 65536
LOADS = 200
ZEROS = bytes(256)

PLAIN = bitstream("25f-compress.bit")
PACKED = bitstream("25f-compress.bit.gz")
it = vecp5.Board()
p = ecp5.Programmer(it)


def squeeze():
    """Take all of the heap but 64 KiB in one piece: more than that, as a board's heap has, only helps."""
    taken = [None] * 5000
    n = 0
    gc.collect()
    free = bytearray(FREE)
    for size in (65536, 8192, 1024, 256, 128, 64):
        try:
            while n < len(taken):
                taken[n] = bytearray(size)
                n += 1
        except MemoryError:
            pass
    del free
    gc.collect()
    return taken


class Peak:
    """A stream that notes how much is allocated, without leaving anything."""

    def __init__(self, data):
        self.stream = io.BytesIO(data)
        self.most = 0

    def readinto(self, buffer):
        gc.collect()
        self.most = max(self.most, gc.mem_alloc())
        return self.stream.readinto(buffer)


def peak(name, function, data):
    gc.collect()
    source = Peak(data)
    it.stack()
    before = gc.mem_alloc()
    function(source)
    # The stack includes MicroPython's own, from its start to here.
    print("peak of {}: heap {}, stack {} bytes".format(name, source.most - before, it.stack()))
    check(source.most - before <= FREE)


def wipe():
    """Content that has to be erased all over."""
    flash = it.flash()
    for at in range(0, 131072, 256):
        flash[at : at + 256] = ZEROS


def test_64_kib():
    taken = squeeze()
    gc.collect()
    print("{} bytes free".format(gc.mem_free()))
    check(gc.mem_free() <= FREE + 2048, gc.mem_free())
    p.program(PLAIN)
    check(it.state()["done"])
    peak("a load", p.program, PLAIN)
    peak("a load from gzip", p.program, PACKED)
    wipe()
    peak("a flash write", p.flash.write, PLAIN)
    wipe()
    peak("a flash write from gzip", p.flash.write, PACKED)
    equal(bytes(it.flash()[:1000]), PLAIN[:1000])
    peak("a check from gzip", ecp5.check, PACKED)
    p.flash.info()
    p.refresh()
    del taken


def test_large_sectors():
    """Without 4 KiB erases a write needs a sector's memory: it is refused while the design still runs."""
    it = vecp5.Board(chip="M25P16")
    p = ecp5.Programmer(it)
    equal(p.flash.info().sector_bytes, 65536)
    p.program(PLAIN)
    taken = squeeze()
    error = raises(MemoryError, p.flash.write, PACKED)
    check("65536 bytes are needed" in str(error), str(error))
    check(it.state()["user_mode"])
    del taken
    gc.collect()
    before = gc.mem_alloc()
    p.flash.write(PACKED)
    equal(bytes(it.flash()[: len(PLAIN)]), PLAIN)
    gc.collect()
    check(gc.mem_alloc() - before <= 256, gc.mem_alloc() - before)


def test_loads():
    """Loads in a loop: files, gzip, errors; then as much is allocated as before."""
    bad = bytearray(PLAIN)
    bad[50000] ^= 1
    sources = (PLAIN, PACKED, PLAIN[:9000], bad, PACKED[:9000], b"nothing")

    def load(i):
        source = sources[i % len(sources)]
        try:
            p.program(io.BytesIO(source) if i & 1 else source)
        except ecp5.Error:
            pass

    for i in range(len(sources)):
        load(i)
    gc.collect()
    before = gc.mem_alloc()
    for i in range(LOADS):
        load(i)
    gc.collect()
    print("after {} loads {} bytes more".format(LOADS, gc.mem_alloc() - before))
    check(gc.mem_alloc() - before <= 256)


run(globals())
