# SPDX-License-Identifier: MIT
# machine.SPI over SPIMaster (8 and 32 bits) and SPIMMAP, and SoftSPI: a loopback and EEPROMs on the wires.
# Needs the full size class
import machine

if not hasattr(machine, "SPI"):
    raises(AttributeError, lambda: machine.SPI)
    skip("no SPI")
if "WIRES" not in globals():
    skip("nothing on the wires")
from machine import SPI, Pin, SoftSPI

pattern = bytes((37 * i + 11) & 255 for i in range(261))


def wait_ready(exchange):
    for i in range(1000):
        if not exchange(b"\x05\0")[1] & 1:
            return i
    raise AssertionError("the EEPROM stays busy")


def exchange_of(spi):
    def exchange(out):
        into = bytearray(len(out))
        spi.write_readinto(out, into)
        return bytes(into)

    return exchange


# An EEPROM by whole messages, and (where chip select can be held) by parts of one.
def eeprom(spi, address_bytes, page, parts):
    exchange = exchange_of(spi)
    equal(exchange(b"\x05\0")[1] & 2, 0)
    spi.write(b"\x06")
    equal(exchange(b"\x05\0")[1] & 2, 2)
    at = page.to_bytes(address_bytes, "big")
    # Half a page beyond its end: the address wraps within the page.
    data = pattern[: page // 2]
    start = (2 * page - page // 4).to_bytes(address_bytes, "big")
    spi.write(b"\x02" + start + data)
    check(wait_ready(exchange) > 0, "the EEPROM was never busy")
    got = exchange(b"\x03" + at + bytes(page))[1 + address_bytes :]
    equal(got[-(page // 4) :], data[: page // 4])
    equal(got[: page // 4], data[page // 4 :])
    equal(got[page // 4 : page // 2], b"\xff" * (page // 4))
    if parts:
        with spi:
            spi.write(b"\x03")
            spi.write(at)
            equal(spi.read(5), got[:5])
            equal(spi.read(3, 0xFF), got[5:8])
        # Without it each call is a message of its own.
        spi.write(b"\x03" + at)
        equal(spi.read(4), bytes(4))


s = SPI(0, 10_000_000)
equal(str(s), "SPI('spi0', baudrate=10000000, polarity=0, phase=0, bits=8, firstbit=0, cs=0)")
loop = exchange_of(s)
for n in (0, 1, 2, 3, 5, 261):
    equal(loop(pattern[:n]), pattern[:n])
buf = bytearray(7)
s.readinto(buf, 0xA5)
equal(buf, b"\xa5" * 7)
equal(s.read(3, 0x3C), b"<<<")
equal(s.read(2), b"\0\0")
eeprom(SPI("spi0", 10_000_000, cs=1), 2, 32, True)
eeprom(SPI(1, 25_000_000), 2, 128, True)
eeprom(SPI(2, 25_000_000), 3, 256, False)

# No chip: nobody answers. The core's own loopback needs none.
s = SPI(0, 10_000_000, cs=None)
equal(s.read(3, 0xFF), bytes(3))
check("cs=None" in str(s))
s.init(loopback=True)
equal(exchange_of(s)(pattern), pattern)
s.init(loopback=False)

# Words: the 32-bit core as built, with one of its own of 8 bits.
for bits, raw in (
    (32, b"\x78\x56\x34\x12"),
    (16, b"\x34\x12"),
    (9, b"\xa5\x01"),
    (27, b"\x01\x02\x03\x04"),
):
    s = SPI(1, 10_000_000, bits=bits, loopback=True)
    equal(exchange_of(s)(raw * 3), raw * 3)
check("2 bytes" in raises(ValueError, SPI(1, bits=16, loopback=True).write, b"abc"))
s = SPI(0, 10_000_000, bits=5)
equal(exchange_of(s)(b"\x15\x0a\x1f"), b"\x15\x0a\x1f")

# SPIMMAP: all modes and both bit orders, on the wire (chip 1 is a loopback).
for polarity in (0, 1):
    for phase in (0, 1):
        for firstbit in (SPI.MSB, SPI.LSB):
            s = SPI(
                "spi_mmap", 25_000_000, polarity=polarity, phase=phase, firstbit=firstbit, cs=1
            )
            equal(exchange_of(s)(pattern), pattern)
for bits in (16, 32):
    s = SPI(2, 25_000_000, bits=bits, cs=1)
    equal(exchange_of(s)(pattern[:64]), pattern[:64])

# The clock is the fastest that is not faster than asked.
for asked, actual in (
    (100_000_000, 50_000_000),
    (33_000_000, 25_000_000),
    (10_000_000, 10_000_000),
):
    check("baudrate=%d," % actual in str(SPI(0, asked)), asked)
check("baudrate=25000000," in str(SPI(2, 50_000_000)))
check("baudrate=16666666," in str(SPI(2, 20_000_000)))

# What a core cannot do.
check("0 (spi0), 1 (spi1), 2 (spi_mmap)" in raises(ValueError, SPI, 3))
raises(ValueError, SPI, -1)
raises(ValueError, SPI, "spi9")
raises(TypeError, SPI, None)
check("spi0" in raises(ValueError, lambda: SPI(0, polarity=1)))
raises(ValueError, lambda: SPI(0, phase=1))
raises(ValueError, lambda: SPI(0, firstbit=SPI.LSB))
raises(ValueError, lambda: SPI(0, bits=9))
raises(ValueError, lambda: SPI(0, cs=16))
raises(ValueError, lambda: SPI(0, cs=-1))
raises(ValueError, lambda: SPI(0, baudrate=0))
raises(ValueError, lambda: SPI(0, baudrate=1000))
raises(ValueError, lambda: SPI(0, polarity=2))
raises(ValueError, lambda: SPI(2, cs=2))
raises(ValueError, lambda: SPI(2, cs=None))
raises(ValueError, lambda: SPI(2, bits=24))
raises(OSError, lambda: SPI(2).__enter__())
s = SPI(0, 10_000_000)
raises(ValueError, s.write_readinto, b"ab", bytearray(3))
raises(ValueError, s.init, 1)
check("10000000" in str(s), "a refused init() changed something")
s.deinit()
s.deinit()
raises(OSError, s.read, 1)
s.init()
equal(s.read(1, 0x77), b"\x77")

# SoftSPI: gpio[0] drives gpio[16], so MISO hears MOSI.
for polarity in (0, 1):
    for firstbit in (SPI.MSB, SPI.LSB):
        s = SoftSPI(
            500_000,
            polarity=polarity,
            firstbit=firstbit,
            sck=Pin("gpio[4]"),
            mosi=Pin("gpio[0]"),
            miso=Pin("gpio[16]"),
        )
        equal(exchange_of(s)(pattern[:4]), pattern[:4])

# A negative length takes no memory, and so none that is not there.
for bus in (SPI(0), s, machine.I2C(0)):
    for n in (-1, -2, -(1 << 30)):
        if hasattr(bus, "read"):
            raises(MemoryError if bus is s else ValueError, bus.read, n)
        else:
            raises(MemoryError, bus.readfrom, 80, n)
