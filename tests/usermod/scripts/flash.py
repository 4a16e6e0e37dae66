# SPDX-License-Identifier: MIT
"""The flash: what a write does and reports, the doctor, reading, and power that goes at every page."""

import io
import sys

import ecp5
from harness import bitstream, board, check, equal, noise, raises, refused, run

DATA = noise(20000)


def test_write():
    it, p = board()
    it.flash()[20000:20480] = b"\x55" * 480  # behind the end, to be kept
    first = p.flash.write(DATA, any_data=True)
    equal((first.bytes, first.erased, first.sectors), (20000, 0, 5))
    equal(first.verified, 20000)
    equal(first.retries, 0)
    equal(bytes(it.flash()[:20000]), bytes(DATA))
    equal(bytes(it.flash()[20000:20480]), b"\x55" * 480)
    again = p.flash.write(DATA, any_data=True)
    equal((again.skipped, again.erased, again.written, again.crc32), (20000, 0, 0, first.crc32))
    other = bytearray(DATA)
    other[5000] ^= 0xFF
    third = p.flash.write(other, any_data=True)
    equal((third.sectors_erased, third.sectors_written), (1, 1))
    equal(bytes(it.flash()[:20000]), bytes(other))
    equal(bytes(it.flash()[20000:20480]), b"\x55" * 480)
    equal(it.counters()[4], 0)  # one-time bits


def test_places():
    it, p = board()
    for address in (1, 256, 4095, 4097):
        raises(ValueError, p.flash.write, DATA, address)
        raises(ValueError, ecp5.flash, DATA, address)
    p.flash.write(DATA, 0x3FB000)
    equal(bytes(it.flash()[0x3FB000 : 0x3FB000 + 20000]), bytes(DATA))
    refused("does not fit: the flash ends at 0x400000", p.flash.write, DATA, 0x3FC000)
    refused("does not fit", p.flash.write, b"1", 0x400000)
    before = bytes(it.flash()[:4096])
    for address in (1 << 32, -4096):
        refused("does not fit", p.flash.write, DATA, address)
        refused("does not fit", p.flash.read_into, bytearray(4), address)
        refused("does not fit", p.flash.read_into, Sink(), address, 4)
        refused("does not fit", p.flash.protect, address, 4096)
    equal(bytes(it.flash()[:4096]), before)
    raises(ecp5.Error, p.flash.read_into, Sink(), 4, -4)
    p.flash.write(b"", any_data=True)
    p.flash.write(b"\x12", any_data=True)
    equal(it.flash()[0], 0x12)


def test_chips():
    """4-byte addresses; no 4 KiB erase; no SFDP."""
    for chip, address in (("W25Q256", 0x1001000), ("S25FL128S", 0x10000), ("M25P16", 0)):
        if address > 0xFFFFFF and sys.maxsize < 1 << 32:
            continue  # memoryviews of small machines end there
        it, p = board(chip=chip)
        it.flash()[address : address + 65536] = noise(65536, 5)
        p.flash.write(DATA, address, any_data=True)
        equal(bytes(it.flash()[address : address + len(DATA)]), bytes(DATA))
        equal(p.flash.info().bytes, len(it.flash()))
    it, p = board(chip="S25FL128S")
    error = raises(ValueError, p.flash.write, DATA, 0x1000)
    check("0x1000" in str(error))
    it, p = board(chip=None)
    refused("no SPI flash answers", p.flash.info)


def test_info():
    it, p = board(chip="W25Q128")
    info = p.flash.info()
    equal((info.id, info.bytes, info.sector_bytes), ("0xEF4018", 0x1000000, 4096))
    equal((info.quad, info.protected, info.locked), ("on", (), False))
    check(info.sfdp.startswith("1."))
    equal(len(info.status), 3)
    p.flash.quad(False)
    equal(p.flash.info().quad, "off")
    p.flash.quad()
    equal(p.flash.info().quad, "on")
    equal(it.counters()[4], 0)


class Sink:
    def __init__(self):
        self.data = bytearray()

    def write(self, data):
        self.data.extend(data)


class Narrow(Sink):
    """Takes less than it is given."""

    room = 100

    def write(self, data):
        super().write(data[: self.room])
        return min(self.room, len(data))


def test_read():
    it, p = board()
    it.flash()[:20000] = DATA
    sink = Sink()
    equal(p.flash.read_into(sink, 0, 20000), 20000)
    equal(bytes(sink.data), bytes(DATA))
    sink = Narrow()
    equal(p.flash.read_into(sink, 5, 9000), 9000)
    equal(bytes(sink.data), bytes(DATA[5:9005]))
    equal(p.flash.read_into(sink, 0x3FFFFF), 1)
    refused("does not fit", p.flash.read_into, sink, 0x401000)
    sink.room = 0
    check("takes no more" in str(raises(OSError, p.flash.read_into, sink, 0, 10)))
    check(it.state()["in_reset"])
    buffer = bytearray(100)
    equal(p.flash.read_into(buffer, 1000), 100)
    equal(bytes(buffer), bytes(DATA[1000:1100]))
    refused("does not fit", p.flash.read_into, buffer, 0x400000 - 50)
    ecp5.init(transport=it)
    equal(bytes(ecp5.flash_read(5, 7)), bytes(DATA[5:12]))


def test_protected_in_the_middle():
    """The length is not told: the write stops where the protection begins, and says where that is."""
    it, p = board()
    p.flash.protect(0x200000, 0x200000)
    data = io.BytesIO(bytes(DATA) * 5)
    error = refused("0x200000 to 0x400000", p.flash.write, data, 0x1FE000)
    check("p.flash.unprotect()" in str(error), str(error))
    equal(bytes(it.flash()[0x1FE000:0x200000]), bytes(DATA[:0x2000]))
    equal(bytes(it.flash()[0x200000:0x200100]), b"\xff" * 256)


def test_opened_once():
    it, p = board()
    with p.flash as flash:
        clears = it.state()["clears"]
        flash.write(DATA, any_data=True)
        equal(flash.info().bytes, 0x400000)
        refused("not now", p.idcode)
        equal(flash.read_into(bytearray(4)), 4)
    check(it.state()["in_reset"])
    with p.flash as flash:
        equal(flash.read_into(bytearray(4)), 4)
    check(it.state()["clears"] > clears)


def test_boot():
    it, p = board()
    good = bitstream("25f-compress.bit")
    p.flash.write(bitstream("25f-compress.bit.gz"))
    equal(bytes(it.flash()[: len(good)]), good)
    p.refresh()
    check(it.state()["user_mode"])
    # Packed data as it is.
    packed = bitstream("25f-compress.bit.gz")
    p.flash.write(packed, 0x100000, unpack=False)
    equal(bytes(it.flash()[0x100000 : 0x100000 + len(packed)]), packed)
    # Data that begins as packed data does.
    data = b"\x78\x9c" + noise(5000)
    refused("unpack=False", p.flash.write, data, 0x180000)
    p.flash.write(data, 0x180000, unpack=False)
    equal(bytes(it.flash()[0x180000 : 0x180000 + len(data)]), data)
    # A bitstream for another device is data only when it is said so.
    other = bitstream("85f-compress.bit")[:20000]
    refused("LFE5U-85F", p.flash.write, other, 0x200000)
    p.flash.write(other, 0x200000, any_data=True)
    equal(bytes(it.flash()[0x200000 : 0x200000 + len(other)]), other)


def test_power_goes_at_every_operation():
    """The flash loses its power in its n-th operation, for each n until a write gets through; the same write again ends
    verified each time."""
    old = noise(6000, 3)
    new = noise(6000, 4)
    new[2000:3000] = old[2000:3000]
    cuts = 0
    while True:
        it, p = board(fault="flash-power-loss={}".format(cuts + 1))
        it.flash()[:6000] = old
        try:
            p.flash.write(new, any_data=True)
            break
        except ecp5.Error:
            cuts += 1
        it.power(True)
        p.flash.write(new, any_data=True)
        equal(bytes(it.flash()[:6000]), bytes(new))
    check(cuts > 24, "{} operations only".format(cuts))
    print("power went in", cuts, "operations")


run(globals())
