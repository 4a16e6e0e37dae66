# SPDX-License-Identifier: MIT
"""jtag.Pins over pins of the port and over pins in Python, and pins that fail."""

import ecp5
from harness import bitstream, board, check, equal, noise, raises, refused, run

import jtag

NAMES = ("tck", "tms", "tdi", "tdo")


class Soft:
    """A pin in Python."""

    def __init__(self, pin):
        self.pin = pin
        self.calls = 0
        self.fail_at = 0

    def __call__(self, *level):
        self.calls += 1
        if self.calls == self.fail_at:
            raise OSError(5)
        return self.pin(*level)


def test_pins_of_the_port():
    it, _ = board()
    p = ecp5.Programmer(jtag.Pins(*[it.pin(name) for name in NAMES]))
    equal(p.scan(), [(0x41111043, "LFE5U-25F", 8)])
    p.program(bitstream("25f-compress.bit"))
    check(it.state()["user_mode"])
    data = noise(5000)
    p.flash.write(data, 0x1000)
    equal(bytes(it.flash()[0x1000 : 0x1000 + 5000]), bytes(data))


def test_pins_in_python():
    it, _ = board()
    pins = {name: Soft(it.pin(name)) for name in NAMES}
    p = ecp5.Programmer(jtag.Pins(**pins))
    equal(p.idcode(), 0x41111043)
    for name in NAMES:
        for after in (1, 10, 40):
            pins[name].fail_at = pins[name].calls + after
            error = raises(OSError, p.program, bitstream("25f-compress.bit"))
            equal(error.errno, 5)
            check(it.state()["in_reset"], (name, after))
    p.flash.write(b"123", any_data=True)
    equal(bytes(it.flash()[:3]), b"123")


class Slave:
    """An SPI master and its chip select in Python, on the slave SPI port of the board."""

    def __init__(self, port):
        self.port = port
        self.calls = 0
        self.fail_at = 0

    def count(self):
        self.calls += 1
        if self.calls == self.fail_at:
            raise OSError(5)

    def write(self, data):
        self.count()
        self.port.write(data)

    def readinto(self, buffer):
        self.count()
        self.port.readinto(buffer)

    def __call__(self, level):
        self.port(level)


def test_slave_spi():
    """The SRAM by the slave SPI port, without a clock of JTAG; the flash is refused in words."""
    if not hasattr(jtag, "SlaveSPI"):
        return
    it, _ = board()
    slave = Slave(it.slave_spi())
    p = ecp5.Programmer(jtag.SlaveSPI(spi=slave, cs=slave))
    equal(p.scan(), [(0x41111043, "LFE5U-25F", 8)])
    p.program(bitstream("25f-compress.bit"))
    check(it.state()["user_mode"])
    refused("slave SPI port: use JTAG", p.flash.info)
    p.program(bitstream("25f-compress.bit"))
    check(it.state()["user_mode"])
    for after in (1, 2, 10, 20):
        slave.fail_at = slave.calls + after
        error = raises(OSError, p.program, bitstream("25f-compress.bit"))
        equal(error.errno, 5)
    p.program(bitstream("25f-compress.bit"))
    check(it.state()["user_mode"])
    raises(AttributeError, jtag.SlaveSPI, 1, slave)
    raises(TypeError, jtag.SlaveSPI, slave, 1)


def test_a_pin_that_uses_the_port():
    """What a pin's code does with the same port is refused, not done."""
    it, _ = board()
    seen = []

    class Sly(Soft):
        def __call__(self, *level):
            if not seen:
                seen.append(0)
                seen[0] = raises(RuntimeError, p._session.idcode)
            return super().__call__(*level)

    p = ecp5.Programmer(jtag.Pins(*[Soft(it.pin(n)) for n in NAMES[:3]], Sly(it.pin("tdo"))))
    equal(p.idcode(), 0x41111043)
    check("in use" in str(seen[0]))


def test_a_chain_without_end():
    """TDO that is neither stuck nor a chain."""
    ticks = [0]

    def tdo():
        ticks[0] += 1
        return ticks[0] & 1

    p = ecp5.Programmer(jtag.Pins(*[lambda level: None] * 3, tdo))
    refused("more than 16 devices", p.scan)


def test_no_pins():
    raises(TypeError, jtag.Pins)
    raises(TypeError, jtag.Pins, 1, 2, 3)
    check("tck" in str(raises(TypeError, jtag.Pins, 1, 2, 3, 4)))


run(globals())
