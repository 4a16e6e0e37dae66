# SPDX-License-Identifier: MIT
"""Text with a bitstream in it: Intel HEX (.mcs) and SVF, from streams and from memory, and damaged."""

from binascii import hexlify

import ecp5
from harness import bitstream, board, check, equal, raises, refused, run

GOOD = bitstream("25f-compress.bit")
ROW = 8000  # bytes of an SDR, as ecppack writes them


def record(kind, address, data):
    raw = bytes((len(data), address >> 8 & 255, address & 255, kind)) + data
    return b":" + hexlify(raw + bytes((-sum(raw) & 255,))).upper() + b"\r\n"


def mcs(data, base=0, step=32):
    """The lines of Intel HEX."""
    upper = None
    for at in range(0, len(data), step):
        address = base + at
        if address >> 16 != upper:
            upper = address >> 16
            yield record(4, 0, bytes((upper >> 8, upper & 255)))
        yield record(0, address & 0xFFFF, data[at : at + step])
    yield record(1, 0, b"")


def reversed_bits(byte):
    result = 0
    for bit in range(8):
        result |= (byte >> bit & 1) << (7 - bit)
    return result


REVERSED = bytes(reversed_bits(byte) for byte in range(256))


def svf(data):
    """The lines of an SVF, in the ways in which ecppack and Diamond write them."""
    yield b"! SIR 8 TDI (7A);\n// Bitstream\nHDR\t0;\nHIR\t0;\nENDDR\tDRPAUSE;\nSTATE IDLE;\n"
    yield b"SIR\t8\tTDI  (E0);\nSDR\t32\tTDI  (00000000)\n\t\tTDO  (41111043)\n\t\tMASK (FFFFFFFF);\n"
    yield b"SIR 8 TDI (7A);\nRUNTEST IDLE 2 TCK 1.00E-02 SEC;\n"
    for at in range(0, len(data), ROW):
        row = data[at : at + ROW]
        yield "SDR {} TDI (".format(8 * len(row)).encode()
        line = bytearray(32)
        for start in range(len(row), 0, -32):
            part = row[max(0, start - 32) : start]
            for i in range(len(part)):
                line[i] = REVERSED[part[len(part) - 1 - i]]
            yield hexlify(line[: len(part)]) + b"\n"
        yield b");\n"
    yield b"SIR 8 TDI (FF);\nSDR 8 TDI (00);\n"


class Lines:
    """A stream of what a generator yields."""

    def __init__(self, lines):
        self.lines = lines
        self.left = b""

    def readinto(self, buffer):
        while not self.left:
            try:
                self.left = next(self.lines)
            except StopIteration:
                return 0
        n = min(len(buffer), len(self.left), 100)
        buffer[:n] = self.left[:n]
        self.left = self.left[n:]
        return n


def test_streams():
    it, p = board()
    for lines in (mcs, svf):
        p.erase()
        equal(p.program(Lines(lines(GOOD))).bytes, len(GOOD))
        check(it.state()["done"])
        equal(ecp5.check(Lines(lines(GOOD))).device, "LFE5U-25F")
        it.flash()[:65536] = b"\0" * 65536
        p.flash.write(Lines(lines(GOOD)))
        equal(bytes(it.flash()[: len(GOOD)]), GOOD)


def test_in_memory():
    it, p = board()
    data = GOOD[:2000]
    for lines in (mcs, svf):
        text = b"".join(lines(data))
        p.flash.write(text, 0x10000, any_data=True)
        equal(bytes(it.flash()[0x10000 : 0x10000 + len(data)]), data)
        p.flash.write(text, 0x20000, unpack=False, any_data=True)
        equal(bytes(it.flash()[0x20000 : 0x20000 + len(text)]), text)
        it.flash()[0x10000:0x20000] = b"\xff" * 0x10000


def test_addresses_of_records():
    """A file may begin anywhere and have gaps, which are blank."""
    it, p = board()
    text = b"".join(mcs(b"first", 0x21000))[:-13]
    text += b"".join(mcs(b"second", 0x21100))
    p.flash.write(text, any_data=True)
    equal(bytes(it.flash()[0x21000:0x21006]), b"first\xff")
    equal(bytes(it.flash()[0x21100:0x21107]), b"second\xff")
    p.flash.write(text, 0x100000, any_data=True)
    equal(bytes(it.flash()[0x121000:0x121005]), b"first")


def test_damaged():
    it, p = board()
    lines = list(mcs(GOOD[:1000]))
    wrong = bytearray(lines[3])
    wrong[11] ^= 1
    for words, text in (
        ("line 4 of the file: its checksum is wrong", lines[:3] + [bytes(wrong)] + lines[4:]),
        ("end record is missing", lines[:-1]),
        ("before the end of the record", lines[:-1] + [lines[1]] + lines[-1:]),
        ("not a record", lines[:5] + [b"hello\n"] + lines[5:]),
        ("not a record", lines[:5] + [b":0\n"] + lines[5:]),
    ):
        error = raises(OSError, p.flash.write, b"".join(text), 0x1000)
        check(words in str(error), str(error))
    text = b"".join(svf(GOOD[:1000]))
    for words, damaged in (
        ("ends too early", text[: len(text) // 2]),
        ("no bitstream into", text.replace(b"(7A)", b"(82)")),
        ("another number of digits", text.replace(b"SDR 8000", b"SDR 8008")),
        ("more digits", text.replace(b"SDR 8000", b"SDR 7992")),
        ("not a hexadecimal", text.replace(b"00\n", b"0x\n")),
    ):
        error = raises(OSError, p.flash.write, damaged, 0x1000)
        check(words in str(error), (words, str(error)))
    check(it.state()["in_reset"])
    # A page of a web server has neither records nor statements.
    refused("no bitstream", p.program, b"<!DOCTYPE html><html><body>404</body></html>" * 100)


run(globals())
