# SPDX-License-Identifier: MIT
"""Chips with sectors of other sizes, chips that power-up locks, chips that say nothing; erasing, and the unique id."""

from harness import board, check, equal, noise, raises, refused, run

DATA = noise(20000, 2)


def test_sectors():
    """A write beside an image leaves it alone, whatever one erase clears."""
    for chip, sector in (
        ("M25P128", 0x40000),
        ("S25FL128S0", 0x40000),
        ("M25P05", 0x8000),
    ):
        it, p = board(chip=chip)
        at = min(sector, 0x10000)
        image = noise(at)
        it.flash()[:at] = image
        it.flash()[at : at + 100] = bytes(100)
        it.flash()[at + 20000 : at + 20100] = b"\x33" * 100
        equal(p.flash.info().sector_bytes, sector)
        check(p.flash.write(DATA, at).verified >= len(DATA))
        equal(bytes(it.flash()[:at]), bytes(image))
        equal(bytes(it.flash()[at : at + 20000]), bytes(DATA))
        equal(bytes(it.flash()[at + 20000 : at + 20100]), b"\x33" * 100)


def test_blocks_by_address():
    it, p = board(chip="SST26VF064B")
    p.flash.unprotect()
    for at in (0, 0x8000, 0x10000):
        it.flash()[at : at + 0x20000] = noise(0x20000, 7)
        with p.flash:
            p.flash.unprotect()
            p.flash.write(DATA, at, any_data=True)
        equal(bytes(it.flash()[at : at + 20000]), bytes(DATA))
        equal(bytes(it.flash()[at + 20000 : at + 0x20000]), bytes(noise(0x20000, 7)[20000:]))


def test_locked_at_power_up():
    it, p = board(chip="SST26VF064B")
    info = p.flash.info()
    equal((info.protected, info.power_up_locks, info.locked), ((0, 0x800000), True, False))
    error = refused("locks that each power-up sets", p.flash.write, DATA, 0x10000)
    check("p.flash.unprotect()" in str(error), str(error))
    equal(bytes(it.flash()[0x10000:0x10010]), b"\xff" * 16)
    p.flash.unprotect()
    equal(p.flash.info().protected, ())
    check(p.flash.write(DATA, 0x10000).verified)
    p.flash.protect(0, 0x10000)
    equal(p.flash.info().protected, (0, 0x10000))
    refused("0x000000 to 0x010000", p.flash.write, DATA, 0x8000)
    it.power(False)
    it.power(True)
    equal(p.flash.info().protected, (0, 0x800000))


def test_adesto():
    it, p = board(chip="AT25DF321A")
    info = p.flash.info()
    equal((info.name, info.bytes, info.sector_bytes), ("Adesto AT25DF", 0x400000, 4096))
    equal((info.protected, info.power_up_locks), ((0, 0x400000), True))
    error = refused("locks that each power-up sets", p.flash.write, DATA, 0x10000)
    check("p.flash.unprotect()" in str(error), str(error))
    p.flash.unprotect()
    check(p.flash.write(DATA, 0x10000).verified)
    equal(bytes(it.flash()[0x10000 : 0x10000 + len(DATA)]), bytes(DATA))


def test_statement():
    it, p = board(chip="M25P16", fault="flash-wrong-id")
    error = refused("id 0x7A7A4F", p.flash.write, DATA, 0x10000)
    check("p.flash.configure(" in str(error), str(error))
    p.flash.configure(size=0x200000, sector=0x10000, opcode=0xD8)
    it.flash()[0xFFF0:0x10010] = b"\x42" * 32
    check(p.flash.write(DATA, 0x10000).verified)
    equal(bytes(it.flash()[0x10000 : 0x10000 + len(DATA)]), bytes(DATA))
    equal(bytes(it.flash()[0xFFF0:0x10000]), b"\x42" * 16)
    info = p.flash.info()
    equal((info.bytes, info.sector_bytes, info.name), (0x200000, 0x10000, "unknown"))
    p.flash.configure()
    refused("id 0x7A7A4F", p.flash.info)
    for wrong in (
        {"size": 3000},
        {"size": 0x8000},
        {"sector": 1024},
        {"sector": 0x80000},
        {"opcode": 0xD8},
        {"sector": 4096, "opcode": 256},
    ):
        raises(ValueError, lambda: (p.flash.configure(**wrong), p.flash.info()))
    p.flash.configure()


def test_wrong_statement():
    """What is stated is wrong, and an image beside the write is cleared: that is said, not "verified"."""
    it, p = board(chip="M25P128")
    p.flash.configure(sector=0x10000)
    it.flash()[:0x10000] = noise(0x10000)
    it.flash()[0x10000:0x10100] = bytes(256)
    error = refused("clears more than its description", p.flash.write, DATA, 0x10000)
    check("p.flash.configure(sector=)" in str(error), str(error))


def test_erase():
    it, p = board()
    for addr, n in ((0x1000, 0x2000), (0x10000, 0x19000), (0, None)):
        it.flash()[:0x40000] = bytes(0x40000)
        p.flash.erase(addr, n)
        end = 0x400000 if n is None else addr + n
        equal(bytes(it.flash()[addr : min(end, 0x40000)]), b"\xff" * (min(end, 0x40000) - addr))
        check(addr == 0 or it.flash()[addr - 1] == 0)
        check(end >= 0x40000 or it.flash()[end] == 0)
    for addr, n in ((0x1001, 0x1000), (0x1000, 100)):
        check("4096 bytes" in str(raises(ValueError, p.flash.erase, addr, n)))
    refused("does not fit", p.flash.erase, 0x400000, 0x1000)
    p.flash.protect(0x200000, 0x200000)
    refused("0x200000 to 0x400000", p.flash.erase)
    it, p = board(fault="flash-no-erase")
    it.flash()[0x1234] = 0x0F
    error = refused("at 0x001234 is 0x0F, not 0xFF", p.flash.erase, 0, 0x2000)
    check("p.flash.unprotect()" in str(error), str(error))


def test_unique_id():
    it, p = board()
    equal(len(p.flash.unique_id()), 8)
    it, p = board(chip="M25P16")
    refused("cannot do that", p.flash.unique_id)


def test_worn():
    """Said of a sector that was blank and does not take the data; not of one that does not erase."""
    it, p = board(fault="flash-stuck-bit=0x10001")
    refused("worn out", p.flash.write, b"\xfe" * 100, 0x10000)
    for fault in ("flash-no-erase", "flash-stuck-zero=0x10001"):
        it, p = board(fault=fault)
        it.flash()[0x10000:0x10010] = bytes(16)
        error = refused("does not erase", p.flash.write, b"\xff" * 100, 0x10000)
        check("worn" not in str(error), str(error))
    it, p = board(chip=None)
    check("QPI" in str(refused("no SPI flash answers", p.flash.info)))


run(globals())
