# SPDX-License-Identifier: MIT
"""What a flash write looks at before it erases, what it says without refusing, and what only compares."""

import io

import ecp5
from harness import bitstream, board, check, equal, noise, raises, refused, run

GOOD = bitstream("25f-compress.bit")
PACKED = bitstream("25f-compress.bit.gz")
PREAMBLE = b"\xff\xff\xbd\xb3"


def header_at():
    for at in range(len(GOOD)):
        if bytes(GOOD[at : at + 4]) == PREAMBLE:
            return at
    raise ValueError("no preamble")


def test_truncated():
    """A source that rewinds is read to its end before anything is erased."""
    it, p = board()
    p.flash.write(GOOD)
    p.refresh()
    before = bytes(it.flash()[: len(GOOD)])
    erased = it.counters()[0]
    for source in (GOOD[: len(GOOD) // 2], PACKED[: len(PACKED) // 2], GOOD[:600]):
        refused("ends too early", p.flash.write, source)
        refused("ends too early", p.flash.write, source, 0x200000)
    equal(bytes(it.flash()[: len(GOOD)]), before)
    equal(it.counters()[0], erased)
    check(it.state()["user_mode"])
    # On request it is data.
    p.flash.write(GOOD[:5000], 0x200000, any_data=True)
    equal(bytes(it.flash()[0x200000:0x201388]), GOOD[:5000])


class Cut:
    """A stream that ends or breaks before its end."""

    def __init__(self, data, error=None):
        self.stream = io.BytesIO(data)
        self.error = error

    def readinto(self, buffer):
        n = self.stream.readinto(buffer)
        if n == 0 and self.error:
            raise self.error
        return n


def test_a_stream_that_breaks_off_leaves_no_image():
    """Its first sector comes last: until then it is blank, and the FPGA says that there is no bitstream."""
    it, p = board()
    old = bitstream("25f-compress-qspi.bit")
    for data in (GOOD[:90000], PACKED[:-300]):
        for error in (None, OSError(5)):
            p.flash.write(old)
            raises(OSError if error else ecp5.Error, p.flash.write, Cut(data, error))
            equal(bytes(it.flash()[:4096]), b"\xff" * 4096)
            equal(bytes(it.flash()[4096:16384]), GOOD[4096:16384])
            refused("holds no bitstream", p.refresh)
    for data in (GOOD, PACKED):
        p.flash.write(old)
        written = p.flash.write(Cut(data))
        equal(bytes(it.flash()[: len(GOOD)]), GOOD)
        equal((written.bytes, written.sectors), (len(GOOD), 26))
        equal(written.crc32, p.flash.write(GOOD).crc32)
        again = p.flash.write(Cut(data))
        equal((again.erased, again.written, again.crc32), (0, 0, written.crc32))
        p.refresh()


def test_long_comments():
    """The preamble is found behind as many bytes as an ECP5 reads over, and a wrong device with it."""
    it, p = board()
    at = header_at()
    for length in (2100, 4096, 20000):
        padded = GOOD[:2] + b"x" * length + GOOD[at - 1 :]
        equal(p.program(padded).idcode, 0x41111043)
        p.flash.write(padded)
        p.refresh()
        other = b"\xff" * length + bitstream("85f-compress.bit")[:20000]
        refused("LFE5U-85F", p.flash.write, other)
        refused("LFE5U-85F", p.program, other)
    # Of a stream as much is searched as is kept in memory, or as the caller says.
    other = b"\xff" * 10000 + bitstream("85f-compress.bit")[:20000]
    refused("no bitstream", p.flash.write, io.BytesIO(other))
    refused("LFE5U-85F", p.flash.write, io.BytesIO(other), search=12000)
    said = p.flash.write(io.BytesIO(other), 0x300000).warnings
    check("without a check" in said[0], said)


def test_padding_after_gzip():
    it, p = board()
    for tail in (b"\xff" * 37, b"\x1a" * 5):
        loaded = p.program(PACKED + tail)
        check(it.state()["user_mode"])
        check("after the end of the packed data" in loaded.warnings[0], loaded.warnings)
        check(str(len(tail)) in loaded.warnings[0], loaded.warnings)
        check("after the end" in p.flash.write(PACKED + tail).warnings[0])
        check("after the end" in ecp5.check(PACKED + tail).warnings[0])
    equal(p.program(PACKED + bytes(100)).warnings, ())
    equal(p.program(PACKED).warnings, ())


def test_data_is_said_to_be_unchecked():
    it, p = board()
    check("not a bitstream" in p.flash.write(noise(5000), 0x10000).warnings[0])
    equal(p.flash.write(noise(5000), 0x10000, any_data=True).warnings, ())
    equal(p.flash.write(GOOD, 0x10000).warnings, ())


def test_override_id():
    """A bitstream for a device of the same size boots under this device's IDCODE."""
    it, p = board(device="LFE5U-12F")
    refused("override_id=True", p.flash.write, GOOD)
    p.flash.write(GOOD, override_id=True)
    p.refresh()
    check(it.state()["user_mode"])
    refused("LFE5U-85F", p.flash.write, bitstream("85f-compress.bit")[:20000], override_id=True)


def test_compare():
    it, p = board()
    refused("no SPI flash", board(chip=None)[1].flash.compare, GOOD)
    result = p.flash.compare(GOOD)
    equal((result.bytes, result.sectors, result.sectors_different), (len(GOOD), 26, 26))
    equal(it.counters()[:3], (0, 0, 0))
    p.flash.write(GOOD)
    counters = it.counters()[:3]
    equal(p.flash.compare(PACKED).sectors_different, 0)
    equal(p.flash.compare(io.BytesIO(GOOD)).crc32, p.flash.write(GOOD).crc32)
    it.flash()[9000] ^= 0x10
    equal(p.flash.compare(GOOD).sectors_different, 1)
    equal(it.counters()[:3], counters)
    raises(ValueError, p.flash.compare, GOOD, 5)
    ecp5.init(transport=p.transport)
    check(ecp5.compare(GOOD) is False)
    it.flash()[9000] ^= 0x10
    check(ecp5.compare(GOOD) is True)


def test_what_may_not_boot_is_said_when_it_is_written():
    it, p = board()
    p.flash.quad(False)
    said = p.flash.write(bitstream("25f-compress-qspi.bit")).warnings
    check("quad-enable bit of the chip is off: p.flash.quad" in said[0], said)
    p.flash.quad()
    equal(p.flash.write(bitstream("25f-compress-qspi.bit")).warnings, ())
    p.refresh()


run(globals())
