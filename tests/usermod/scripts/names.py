# SPDX-License-Identifier: MIT
"""The names that people know from other programmers: what they return and what they print."""

import io
import sys

import ecp5
import vecp5
from harness import CLOCK, bitstream, check, equal, fresh, noise, raises, run, spoken

import jtag

GOOD = bitstream("25f-compress.bit")


def test_prog():
    it = fresh()
    check(ecp5.prog(GOOD) is True)
    check(it.state()["user_mode"])
    text = spoken().split("\r")[-1]  # without the progress that a slow machine shows
    check(text.startswith("{} bytes uploaded in ".format(len(GOOD))), text)
    check(" ms (" in text and text.endswith(" kB/s)\n" if CLOCK else " ms (at once)\n"), text)
    check(ecp5.prog(bitstream("85f-compress.bit.gz")) is False)
    check("the board has LFE5U-25F (0x41111043)" in spoken())
    check(ecp5.prog("no/such/file") is False)
    check("no/such/file" in spoken())
    check(ecp5.prog(Broken()) is False)
    equal(spoken(), "[Errno 5] EIO\n")


def test_progress():
    """A line that is written over: how far it is, of how much where that is known."""
    fresh()
    often = ecp5._PROGRESS_MS
    ecp5._PROGRESS_MS = 0
    try:
        check(ecp5.prog(GOOD) is True)
        lines = spoken().split("\r")
        check("{0} bytes of {0}".format(len(GOOD)) in lines, lines)
        check("512 bytes of {}".format(len(GOOD)) in lines, lines)
        check(lines[-1].startswith("{} bytes uploaded".format(len(GOOD))), lines)
        check(ecp5.flash(io.BytesIO(GOOD)) is True)
        lines = spoken().split("\r")
        check("{} bytes".format(len(GOOD)) in lines, lines)
        check(lines[-1].startswith("{} bytes uploaded".format(len(GOOD))), lines)
    finally:
        ecp5._PROGRESS_MS = often


class Broken:
    def read(self, n):
        raise OSError(5)


def test_in_parts():
    it = fresh()
    check(ecp5.prog(GOOD, close=False) is True)
    check(not it.state()["in_reset"])
    check(ecp5.prog_close() is True)
    check(it.state()["user_mode"])
    check(ecp5.prog_stream(io.BytesIO(GOOD)) is True)
    check(ecp5.prog_stream(io.BytesIO(GOOD)) is True)  # once more from the start
    check(ecp5.prog_close() is True)
    spoken()
    check(ecp5.prog_close() is False)
    check("not now" in spoken())
    # What was left open does not lock the port for ever.
    check(ecp5.prog(GOOD, close=False) is True)
    check(ecp5.prog(GOOD) is True)


def test_flash():
    it = fresh()
    it.flash()[:4096] = bytes(4096)
    check(ecp5.flash(GOOD) is True)
    text = spoken()
    check("{} bytes uploaded in ".format(len(GOOD)) in text, text)
    check("26 blocks compared, 1 erased, 26 written; verified" in text, text)
    check("FPGA booted" in text, text)
    check(it.state()["user_mode"])
    check(ecp5.flash(GOOD) is True)
    check("26 blocks compared, 0 erased, 0 written; verified" in spoken())
    equal(bytes(ecp5.flash_read(4, 12)), GOOD[4:16])
    ecp5.flashrd(0, 20)
    lines = spoken().split("\n")
    equal(lines[0][:14], "000000  FF 00 ")
    equal(len(lines), 3)
    raises(ValueError, ecp5.flash, GOOD, 100)
    # No bitstream: written and verified, and it does not boot.
    check(ecp5.flash(noise(5000), any_data=True) is True)
    text = spoken()
    check("verified" in text and "did not boot" in text, text)
    it = fresh(fault="flash-protected")
    check(ecp5.flash(GOOD) is False)
    check("p.flash.unprotect()" in spoken())


def test_flash_in_parts():
    it = fresh()
    check(ecp5.flash(GOOD, close=False) is True)
    check(not it.state()["user_mode"])
    check(ecp5.flash_stream(io.BytesIO(b"more" * 100), 0x100000) is True)
    check(ecp5.flash_close() is True)
    check(it.state()["user_mode"])
    check(ecp5.flash_open() is True)
    check(ecp5.flash_stream(GOOD) is True)
    check(ecp5.flash_close() is True)


def test_idcode_and_passthru():
    it = fresh()
    equal(ecp5.idcode(), 0x41111043)
    check(ecp5.passthru() is False)
    check("passthru41111043.bit.gz" in spoken())
    it.power(False)
    equal(ecp5.idcode(), 0)
    check(ecp5.passthru() is False)


def test_help():
    ecp5.help()
    text = spoken()
    for name in ("prog", "flash", "flash_read", "flashrd", "idcode", "passthru", "init", "check"):
        check("ecp5." + name in text, name)


class Pin:
    """machine.Pin of a port, over the board's pins."""

    OUT = 1
    IN = 0

    def __new__(cls, which, mode=0, value=None):
        check(which in PINS, which)
        pin = the_board.pin(PINS[which])
        if mode == cls.OUT:
            pin(value)
        return pin


PINS = {18: "tck", 21: "tms", 23: "tdi", 19: "tdo"}


def test_jtagpin():
    """jtagpin.py names the pins; without it and without a JTAG master there is an advice."""
    global the_board
    the_board = vecp5.Board()

    class Module:
        pass

    machine = Module()
    machine.Pin = Pin
    real = sys.modules.get("machine")
    sys.modules["machine"] = machine
    try:
        ecp5._programmer = None
        check("jtagpin.py" in str(raises(RuntimeError, ecp5.idcode)))
        check("ecp5.init(tck=" in str(raises(RuntimeError, jtag.default)))
        pins = Module()
        pins.tck, pins.tms, pins.tdi, pins.tdo = 18, 21, 23, 19
        sys.modules["jtagpin"] = pins
        equal(ecp5.idcode(), 0x41111043)
        # A network cable has the same port, and the lock works.
        server = jtag.XVCServer(port=None)
        check(server.open(lambda data: None))
        check(ecp5.prog(GOOD) is False)
        check("XVC server's client" in spoken())
        server.close()
        del sys.modules["jtagpin"]
        ecp5.init(tck=18, tms=21, tdi=23, tdo=19)
        equal(ecp5.idcode(), 0x41111043)
        check(ecp5.prog(GOOD) is True)
        check(the_board.state()["user_mode"])
    finally:
        del sys.modules["machine"]
        if real:
            sys.modules["machine"] = real


run(globals())
