# SPDX-License-Identifier: MIT
"""The flash beyond writing: erasing, its number, the jump of a multi-boot image, statements about the chip, and a design
that runs on meanwhile."""

import ecp5
from harness import bitstream, board, check, equal, noise, raises, refused, run

GOOD = bitstream("25f-compress.bit")
DATA = noise(20000)


def test_erase():
    it, p = board()
    it.flash()[:0x20000] = bytes(0x20000)
    p.flash.erase(0x1000, 0x2000)
    equal(bytes(it.flash()[0x1000:0x3000]), b"\xff" * 0x2000)
    equal(bytes(it.flash()[:0x1000]), bytes(0x1000))
    equal(bytes(it.flash()[0x3000:0x4000]), bytes(0x1000))
    error = raises(ValueError, p.flash.erase, 0x1800, 0x1000)
    check("0x001800 to 0x002800" in str(error), str(error))
    refused("does not fit", p.flash.erase, 0x3FF000, 0x2000)
    p.flash.erase(0x10000)
    equal(bytes(it.flash()[0x10000:0x20000]), b"\xff" * 0x10000)
    equal(it.flash()[0], 0)
    p.flash.erase()
    equal(bytes(it.flash()[:0x10000]), b"\xff" * 0x10000)
    p.flash.protect(0, 0x10000)
    refused("p.flash.unprotect()", p.flash.erase, 0x1000, 0x1000)
    it, p = board(fault="flash-no-erase")
    it.flash()[:4096] = bytes(4096)
    refused("at 0x00", p.flash.erase, 0, 0x1000)


def test_unique_id():
    it, p = board()
    number = p.flash.unique_id()
    equal(len(number), 8)
    check(number not in (bytes(8), b"\xff" * 8), number)
    equal(p.flash.unique_id(), number)


def test_jump():
    """In the last 256 bytes of the chip; what else is there stays."""
    it, p = board()
    equal(p.flash.jump(), None)
    it.flash()[0x3FFF00 - 256 : 0x3FFF00] = bytes(DATA[:256])
    equal(p.flash.jump(0x200000), 0x200000)
    equal(p.flash.jump(), 0x200000)
    equal(p.flash.jump(0x100000), 0x100000)
    equal(bytes(it.flash()[0x3FFF00 - 256 : 0x3FFF00]), bytes(DATA[:256]))
    place = b"\xff" * 16 + b"\xff\xff\xbd\xb3" + b"\xff" * 4 + b"\x22" + bytes(7)
    place += b"\x7e\0\0\0\x03\x10\0\0" + b"\xff" * 18
    equal(bytes(it.flash()[0x3FFF00 : 0x3FFF00 + len(place)]), place)
    raises(ValueError, p.flash.jump, 0x1234567)
    raises(ValueError, p.flash.jump, 0x123)
    # The model's ECP5 follows it from where it boots.
    p.flash.write(GOOD, 0x100000)
    it.flash()[: len(place)] = place
    p.refresh()
    check(it.state()["user_mode"])


def test_statement():
    """A chip that says nothing is written as its data sheet is stated."""
    it, p = board(fault="flash-wrong-id")
    refused("p.flash.configure(size, sector, opcode)", p.flash.write, DATA, any_data=True)
    p.flash.configure(size=0x400000, sector=0x1000, opcode=0x20)
    p.flash.write(DATA, any_data=True)
    equal(bytes(it.flash()[: len(DATA)]), bytes(DATA))
    equal(p.flash.info().bytes, 0x400000)
    p.flash.configure(sector=0x3000)
    raises(ValueError, p.flash.info)
    raises(ValueError, p.flash.configure, -1)
    p.flash.configure()
    refused("unknown", p.flash.info)


def test_beside_a_running_design():
    it, p = board()
    p.program(GOOD)
    clears = it.state()["clears"]
    try:
        p.flash.open(beside=True)
        p.flash.close()
    except ecp5.Error as error:
        check("ecppack --background" in str(error), str(error))
    equal(it.state()["clears"], clears)
    check(it.state()["user_mode"])
    # One that leaves the flash's pins alone.
    p.program(bitstream("25f-background.bit"))
    clears = it.state()["clears"]
    with p.flash.open(beside=True) as flash:
        flash.protect(0, 0x100000)
        equal(flash.info().protected, (0, 0x100000))
    equal(it.state()["clears"], clears)
    check(it.state()["user_mode"])


run(globals())
