# SPDX-License-Identifier: MIT
"""Ctrl-C at every operation on the wire: KeyboardInterrupt comes, the TAP is in reset, and the next run works."""

import gc

import ecp5
import vecp5
from harness import bitstream, board, check, equal, noise, run

import jtag

GOOD = bitstream("25f-compress.bit")
DATA = noise(3000)


def interrupted(it, function, step=1):
    """Press Ctrl-C at operation 1, 1 + step, ... until the function ends before it; return how often."""
    n = 1
    times = 0
    while True:
        it.interrupt_at(n)
        try:
            function()
            it.interrupt_at(0)
            return times
        except KeyboardInterrupt:
            it.interrupt_at(0)
        state = it.state()
        check(state["in_reset"], "operation {}: the TAP is not in reset".format(n))
        times += 1
        n += step


def test_load():
    it, p = board()
    times = interrupted(it, lambda: p.program(GOOD))
    check(times > 50, times)
    p.program(GOOD)
    check(it.state()["done"])
    print(times, "in a load")


def test_write():
    it, p = board()

    def write():
        it.flash()[:4096] = b"\x00" * 4096
        p.flash.write(DATA, any_data=True)

    times = interrupted(it, write, 7)
    check(times > 50, times)
    p.flash.write(DATA, any_data=True)
    equal(bytes(it.flash()[:3000]), bytes(DATA))
    print(times, "in a write")


def test_page():
    """In the command of a page: nothing gets there that is not of the data."""
    it, p = board()
    page = DATA[:300]
    for i in range(len(page)):
        page[i] |= 1  # so that no byte is that of a command

    def write():
        p.flash.write(page, any_data=True)
        it.flash()[:4096] = b"\xff" * 4096

    n = 0
    while True:
        n += 1
        it.interrupt_at(n)
        try:
            write()
            break
        except KeyboardInterrupt:
            it.interrupt_at(0)
        it.advance(1000000)
        flash = it.flash()
        for i in range(len(page)):
            check(flash[i] in (0xFF, page[i]), "operation {}: 0x{:02X}".format(n, flash[i]))
        flash[:4096] = b"\xff" * 4096
    it.interrupt_at(0)
    check(n > 50, n)


def test_registers():
    """In the command that writes the status registers: they become what was asked for, or stay."""
    it, p = board()
    p.flash.protect(0, 0x200000)
    p.flash.unprotect()
    before = p.flash.info().status
    p.flash.protect(0, 0x200000)
    after = p.flash.info().status
    for function in (lambda: p.flash.protect(0, 0x200000), p.flash.unprotect):
        n = 0
        while True:
            n += 1
            it.interrupt_at(n)
            try:
                function()
                break
            except KeyboardInterrupt:
                it.interrupt_at(0)
            it.advance(1000000)
            status = p.flash.info().status
            check(status in (before, after), "operation {}: {}".format(n, status))
            if status == after:
                p.flash.unprotect()
        check(n > 30, n)
        it.interrupt_at(0)
        p.flash.protect(0, 0x200000)
    equal(it.counters()[4], 0)  # one-time bits


def test_others():
    it, p = board()
    for function in (p.scan, p.idcode, p.status, p.erase, p.refresh, p.calibrate, p.flash.info):
        try:
            times = interrupted(it, function, 3)
        except Exception as error:  # nothing to boot from
            times = 1
            check("did not boot" in str(error), error)
        check(times > 0)
    p.program(GOOD)


def test_in_python():
    """Not on the wire but in what Python runs in between."""
    it, p = board()

    def press(done, total):
        raise KeyboardInterrupt

    for function in (p.program, p.flash.write):
        try:
            function(GOOD, progress=press)
            check(False, "no KeyboardInterrupt")
        except KeyboardInterrupt:
            check(it.state()["in_reset"])
    p.program(GOOD)


def pressed(function, *args):
    """Ctrl-C comes at the next place where Python looks for it after vecp5.press()."""
    try:
        function(*args)
        for _ in range(3):
            pass
    except KeyboardInterrupt:
        return
    check(False, "no KeyboardInterrupt")


def test_between():
    """After the work and before the port is given back; after it was taken and before the work; once the flash is open."""
    it, p = board()
    other = ecp5.Programmer(p.transport)
    pressed(p._run, vecp5.press)
    check(not p._busy)
    equal(other.idcode(), 0x41111043)
    p.idcode()

    claim = jtag.claim

    def claim_and_press(transport, who):
        vecp5.press()
        return claim(transport, who)

    jtag.claim = claim_and_press
    try:
        pressed(p.idcode)
    finally:
        jtag.claim = claim
    check(not p._busy)
    equal(other.idcode(), 0x41111043)

    def press(value):
        vecp5.press()
        return value

    for function in (p.flash.open, p.flash.info):
        p._value = press
        pressed(function)
        del p._value
        p.flash.close()
        check(it.state()["in_reset"])
        equal(other.idcode(), 0x41111043)
    p.program(GOOD)


def test_heap():
    """Nothing stays behind."""
    it, p = board()

    def cut():
        it.interrupt_at(60)
        try:
            p.program(GOOD)
        except KeyboardInterrupt:
            pass
        it.interrupt_at(0)

    cut()
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(20):
        cut()
    gc.collect()
    check(gc.mem_alloc() <= before + 256, (before, gc.mem_alloc()))


run(globals())
