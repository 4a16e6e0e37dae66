# SPDX-License-Identifier: MIT
"""Where bitstreams come from, and what is wrong with them."""

import io

import ecp5
from harness import bitstream, board, check, equal, raises, refused, run

GOOD = bitstream("25f-compress.bit")
PACKED = bitstream("25f-compress.bit.gz")


class Reader:
    """A stream with read() alone, in pieces of an odd length."""

    def __init__(self, data, piece):
        self.data = data
        self.piece = piece
        self.at = 0

    def read(self, n):
        n = min(n, self.piece, len(self.data) - self.at)
        self.at += n
        return self.data[self.at - n : self.at]


class Broken(Reader):
    def read(self, n):
        if self.at > 30000:
            raise OSError(5)
        return super().read(n)


class NotYet(Reader):
    def read(self, n):
        return super().read(n) if self.at < 9000 else None


def test_kinds():
    it, p = board()
    for data in (GOOD, PACKED):
        for source in (
            data,
            bytearray(data),
            memoryview(data),
            io.BytesIO(data),
            Reader(data, 1000),
            Reader(data, 1),
        ):
            p.erase()
            equal(p.program(source).bytes, len(GOOD))
            check(it.state()["done"])


def test_a_source_in_one_piece():
    """Less than a chunk, exactly one, one more."""
    it, p = board()
    for length in (1, 2, 3, 2047, 2048, 2049, 10240, 10241):
        data = bytes(range(256)) * 41
        p.flash.write(io.BytesIO(data[:length]), any_data=True)
        equal(bytes(it.flash()[:length]), data[:length])


def test_broken_sources():
    it, p = board()
    equal(raises(OSError, p.program, Broken(GOOD, 500)).errno, 5)
    check(it.state()["in_reset"])
    check("nothing to read" in str(raises(OSError, p.program, NotYet(GOOD, 500))))
    raises(OSError, p.program, "no/such/file.bit")
    check("no/such/file.bit" in str(raises(OSError, p.program, "no/such/file.bit")))
    raises(TypeError, p.program, 5)
    check("not 5" in str(raises(TypeError, p.flash.write, 5)))
    raises(TypeError, p.program, None)
    check("http" in str(raises(OSError, p.program, "https://localhost/x.bit")))
    p.program(GOOD)


def test_packed_and_damaged():
    it, p = board()
    bad = bytearray(PACKED)
    bad[len(bad) // 2] ^= 4
    raises(ecp5.Error, p.program, bad)
    check(not it.state()["user_mode"])
    tail = bytearray(PACKED)
    tail[-6] ^= 1  # of the CRC-32
    refused("checksum", p.program, tail)
    refused("ends too early", p.program, PACKED[:-100])
    refused("ends too early", p.program, PACKED[:5])
    p.program(PACKED)
    check(it.state()["user_mode"])


run(globals())
