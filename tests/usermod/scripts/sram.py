# SPDX-License-Identifier: MIT
"""Loads into the SRAM: what runs, what is refused, what is reported."""

import ecp5
from harness import CLOCK, bitstream, board, check, equal, raises, refused, run, transport

GOOD = bitstream("25f-compress.bit")


def test_load():
    it, p = board()
    loaded = p.program(GOOD)
    state = it.state()
    check(state["done"] and state["user_mode"] and state["in_reset"])
    equal(loaded.bytes, len(GOOD))
    equal(loaded.idcode, 0x41111043)
    check(loaded.seconds > 0 and loaded.total_seconds > 0 or not CLOCK)
    crc = state["memory_crc"]
    p.program(bitstream("25f-compress.bit.gz"))
    p.program(bitstream("25f-compress.4k.bit.gz"))
    equal(it.state()["memory_crc"], crc)
    equal(it.state()["clears"], state["clears"] + 2)


def test_identity():
    it, p = board()
    equal(p.scan(), [(0x41111043, "LFE5U-25F", 8)])
    equal(p.idcode(), 0x41111043)
    equal(p.usercode(), 0)
    check(p.unique_id() > 0)
    p.program(bitstream("25f-compress-qspi.bit"))  # its SPI-mode command is stripped
    check("DONE" in p.status(), p.status())
    equal(p.usercode(), 305441741)
    check(p.status_register() & 0x100)
    p.erase()
    check("DONE" not in p.status())
    check(not it.state()["done"])


def test_override_id():
    it, p = board(device="LFE5U-12F")
    refused("LFE5U-12F (0x21111043)", p.program, GOOD)
    p.program(GOOD, override_id=True)
    check(it.state()["done"])


def test_damaged():
    it, p = board()
    bad = bytearray(GOOD)
    bad[len(bad) // 2] ^= 1
    error = refused("ECP5", p.program, bad)
    check("ecp5.check" in str(error), str(error))
    refused("ends too early", p.program, GOOD[: len(GOOD) // 2])
    refused("no bitstream", p.program, b"no bitstream at all" * 300)
    refused("preamble", p.program, b"")
    p.program(GOOD)
    check(it.state()["done"])


def test_progress():
    it, p = board()
    seen = []
    p.program(GOOD, progress=lambda done, total: seen.append((done, total)))
    check(len(seen) > 3)
    equal(seen[-1], (len(GOOD), len(GOOD)))
    equal(seen, sorted(seen))

    def fail(done, total):
        raise KeyError("mine")

    raises(KeyError, p.program, GOOD, progress=fail)
    check(it.state()["in_reset"])
    check(not it.state()["done"])
    # What is called back cannot use the port while it is in use.
    error = raises(ecp5.Error, p.program, GOOD, progress=lambda done, total: p.idcode())
    equal(error.code, -3)
    p.program(GOOD)


def test_check():
    checked = ecp5.check(GOOD)
    equal((checked.bytes, checked.device, checked.compressed), (len(GOOD), "LFE5U-25F", True))
    check(checked.frames > 7000 and checked.crcs > 7000)
    equal(ecp5.check(bitstream("85f-compress.4k.bit.gz")).device, "LFE5U-85F")
    bad = bytearray(GOOD)
    bad[len(bad) // 2] ^= 1
    refused("", ecp5.check, bad)
    refused("ends too early", ecp5.check, GOOD[:50000])


def test_a_board_that_is_not_there():
    it, p = board()
    it.power(False)
    refused("nothing answers on TDO", p.program, GOOD)
    refused("nothing answers on TDO", p.idcode)
    it.power(True)
    p.program(GOOD)


def test_no_transport():
    raises(TypeError, ecp5.Programmer, 5)
    raises(TypeError, ecp5.Programmer, "pins")


def test_two_programmers():
    """What one has open, another does not touch."""
    it, _ = board()
    way = transport(it)
    first = ecp5.Programmer(way)
    second = ecp5.Programmer(way)
    first.flash.open()
    refused("another Programmer", second.program, GOOD)
    first.flash.close()
    second.program(GOOD)
    first.program(GOOD)


def test_each_its_own_clock():
    """A TCK that another set, or that was tried in vain, does not stay."""
    it, _ = board(fault="fast-tck=10000000")
    way = transport(it)
    if way is not it:
        return  # pins have no TCK to set
    slow = ecp5.Programmer(way, freq=5_000_000)
    ecp5.Programmer(way, freq=25_000_000)
    equal(slow.idcode(), 0x41111043)
    refused("lower TCK", slow.calibrate, 20_000_000, 25_000_000)
    equal(slow.idcode(), 0x41111043)


run(globals())
