# SPDX-License-Identifier: MIT
"""Each fault of the virtual board ends in its verdict, with the TAP in reset."""

import ecp5
import vecp5
from harness import bitstream, board, check, equal, noise, raises, refused, run
from verdicts import ERASE, LOAD, WRITE

GOOD = bitstream("25f-compress.bit")
DATA = noise(20000)


def left_alone(it, p, fault=""):
    """After a verdict: the TAP in reset, if it can be reached, and nobody holds the transport."""
    gone = it.state()["power_lost"] or fault.startswith("disconnect")
    check(gone or it.state()["in_reset"], "the TAP is not in reset")
    check(not p._busy)


def test_load():
    for fault, word in LOAD.items():
        it, p = board(fault=fault)
        print(fault, "->", refused(word, p.program, GOOD))
        check(not it.state()["user_mode"] or fault in ("wrong-id", "fast-tck"))
        left_alone(it, p, fault)


def test_load_with_neighbours():
    for fault in ("neighbour", "neighbour-after"):
        it, p = board(fault=fault)
        equal(len(p.scan()), 2)
        p.program(GOOD)
        check(it.state()["done"])
    it, p = board(fault="neighbours")
    chain = p.scan()
    equal(len(chain), 3)
    unknown = [i for i in range(3) if chain[i][2] == 0]
    if unknown:
        refused("p.set_ir_bits", p.program, GOOD)
        for i in unknown:
            p.set_ir_bits(i, 4)
    p.program(GOOD)
    check(it.state()["done"])


def test_write():
    for fault, word in WRITE.items():
        it, p = board(fault=fault)
        it.flash()[0:8192] = b"\xff" * 8192
        print(fault, "->", refused(word, p.flash.write, DATA, 0x1000))
        left_alone(it, p, fault)


def test_write_over():
    for fault, word in ERASE.items():
        it, p = board(fault=fault)
        it.flash()[0:32768] = noise(32768, 9)
        print(fault, "->", refused(word, p.flash.write, DATA, any_data=True))
        left_alone(it, p)


def test_neighbour_after_the_fpga():
    it, p = board(fault="neighbour-after")
    p.flash.write(DATA, any_data=True)
    equal(bytes(it.flash()[: len(DATA)]), bytes(DATA))


def test_verified_is_not_booted():
    """Data that is not a bitstream: the write is right, the boot fails, and both say so."""
    it, p = board()
    equal(p.flash.write(DATA, any_data=True).verified, len(DATA))
    error = refused("did not boot", p.refresh)
    check("preamble" in str(error) and "p.flash.info()" in str(error), str(error))
    left_alone(it, p)


def test_why_it_does_not_boot():
    """The verdict names the clock and the read mode that the image asks for, and what the chip can do."""
    it, p = board(chip="W25Q128")
    p.flash.write(bitstream("25f-compress-62mhz.bit"))
    error = refused("slow reads (opcode 03) at 62.0 MHz", p.refresh)
    check("data sheet allows 50.0 MHz" in str(error), str(error))
    left_alone(it, p)
    it, p = board(chip="GD25Q128")
    p.flash.write(bitstream("25f-compress-qspi.bit"))
    refused(
        "quad reads at 2.4 MHz, and the quad-enable bit of the chip is off; p.flash.quad(True)",
        p.refresh,
    )
    left_alone(it, p)
    p.flash.quad(True)
    p.refresh()
    check(it.state()["user_mode"])


def test_wrong_device():
    it, p = board(device="LFE5U-85F")
    text = "bitstream is for LFE5U-25F (0x41111043), the board has LFE5U-85F (0x41113043)"
    clears = it.state()["clears"]
    refused(text, p.program, GOOD)
    equal(it.state()["clears"], clears)
    before = bytes(it.flash()[:4096])
    refused(text, p.flash.write, GOOD)
    equal(bytes(it.flash()[:4096]), before)
    equal(it.counters()[2], 0)
    equal(it.state()["clears"], clears)


class Stream:
    """A source with only its beginning in memory: the rest is padding."""

    def __init__(self, head, length):
        self.head = head
        self.left = length
        self.at = 0

    def readinto(self, buffer):
        n = min(len(buffer), self.left)
        for i in range(n):
            buffer[i] = self.head[self.at + i] if self.at + i < len(self.head) else 0xFF
        self.at += n
        self.left -= n
        return n


def test_refused_before_anything_is_erased():
    """A source that cannot be opened or is not for this FPGA's flash leaves the design running and the flash unchanged."""
    it, p = board()
    p.program(GOOD)
    clears = it.state()["clears"]
    other = bitstream("85f-compress.bit")[:20000]
    preamble = b"\xff\xff\xbd\xb3"
    no_id = preamble + b"\xff" * 8000 + other
    for source in (other, no_id, Stream(other, 20000), Stream(preamble, 90000)):
        raises(ecp5.Error, p.flash.write, source)
        left_alone(it, p)
    refused("LFE5U-85F", p.flash.write, bitstream("85f-compress.4k.bit.gz"))
    refused("no IDCODE", p.flash.write, no_id)
    packed = bytearray(bitstream("25f-compress.bit.gz"))
    for at in range(40, 400):
        packed[at] ^= 0x55
    refused("unpack=False", p.flash.write, packed)
    refused("ends too early", p.flash.write, packed[:30])
    for source in ("no/such/file.bit", "https://localhost/x.bit"):
        raises(OSError, p.flash.write, source)
        left_alone(it, p)
        ecp5.init(transport=p.transport)
        check(ecp5.flash(source) is False)
        left_alone(it, p)
    check(ecp5.flash(other) is False)
    state = it.state()
    equal(state["clears"], clears)
    check(state["user_mode"])
    equal(it.counters()[0], 0)
    # What claims nothing may be anything.
    p.flash.write(Stream(b"", 9000), 0x100000)
    p.flash.write(no_id, 0x200000, any_data=True)
    equal(bytes(it.flash()[0x200000 : 0x200000 + len(no_id)]), no_id)


def test_fast_clock():
    it, p = board(fault="fast-tck=10000000")
    refused("or lower TCK", p.program, GOOD)
    hz = p.calibrate()
    check(5_000_000 < hz <= 10_000_000, hz)
    p.program(GOOD)


def test_protection_is_lifted_on_request_only():
    it, p = board(fault="flash-protected")
    info = p.flash.info()
    equal(info.protected, (0, 0x400000))
    refused("p.flash.unprotect()", p.flash.write, DATA, any_data=True)
    p.flash.unprotect()
    equal(p.flash.info().protected, ())
    p.flash.write(DATA, any_data=True)
    p.flash.protect(0, 0x10000)
    equal(p.flash.info().protected, (0, 0x10000))
    refused("protected", p.flash.write, DATA, any_data=True)
    raises(ValueError, p.flash.protect, 0x1234, 0x99)
    it, p = board(fault="flash-locked")
    refused("WP", p.flash.unprotect)
    check(p.flash.info().locked)


def test_locks_of_blocks_are_lifted_on_request_only():
    it, p = board(fault="flash-block-locks")
    equal(p.flash.info().protected, None)
    error = refused("p.flash.unprotect()", p.flash.write, DATA, any_data=True)
    check("worn out" not in str(error), str(error))
    raises(ecp5.Error, p.flash.protect, 0, 0x200000)
    p.flash.unprotect()
    p.flash.write(DATA, any_data=True)
    equal(bytes(it.flash()[: len(DATA)]), bytes(DATA))
    equal(it.counters()[3:5], (0, 0))  # no status register was written


def test_all_faults_are_here():
    """A new fault of the models fails here until it has its verdict."""
    told = [fault.partition("=")[0] for table in (LOAD, WRITE, ERASE) for fault in table]
    for name in vecp5.faults():
        check(name in told or name in ("none", "decrypts", "neighbour-after", "neighbours"), name)


run(globals())
