# SPDX-License-Identifier: MIT
# machine.I2C over the bit-bang I2CMaster and LiteI2C, and SoftI2C: EEPROMs on the wires.
# Needs the full size class
import errno
import time

import litex
import machine

if not hasattr(machine, "I2C"):
    raises(AttributeError, lambda: machine.I2C)
    skip("no I2C")
if "WIRES" not in globals():
    skip("nothing on the wires")
from machine import I2C, Pin, SoftI2C


def fails(number, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except OSError as e:
        equal(e.errno, number)
        return
    raise AssertionError("no OSError")


# Polls as one does with an EEPROM: it does not answer during a write cycle.
def wait_ready(i2c, address):
    for i in range(1000):
        try:
            i2c.writeto(address, b"")
            return i
        except OSError as e:
            equal(e.errno, errno.ENODEV)
    raise AssertionError("the EEPROM stays busy")


i2c = I2C(0)
equal(str(i2c), "I2C('i2c0', freq=400000)")
if FAST:
    equal(i2c.scan(), [0x50])

# Two address bytes, pages of 32.
equal(i2c.writeto(0x50, b"\x00\x1ewrap around"), 13)
check(wait_ready(i2c, 0x50) > 0, "the EEPROM was never busy")
equal(i2c.readfrom_mem(0x50, 0x1E, 3, addrsize=16), b"wr\xff")
equal(i2c.readfrom_mem(0x50, 0, 10, addrsize=16), b"ap around\xff")
equal(i2c.writeto(0x50, b"\0\0", False), 2)
equal(i2c.readfrom(0x50, 4), b"ap a")
equal(i2c.readfrom(0x50, 5), b"round")
buf = bytearray(2)
i2c.readfrom_into(0x50, buf)
equal(buf, b"\xff\xff")
equal(i2c.writevto(0x50, (b"\x01\x00", b"several", b"", b" buffers")), 17)
wait_ready(i2c, 0x50)
buf = bytearray(15)
i2c.readfrom_mem_into(0x50, 0x100, buf, addrsize=16)
equal(buf, b"several buffers")
i2c.writeto_mem(0x50, 0x200, b"mem", addrsize=16)
wait_ready(i2c, 0x50)
equal(i2c.readfrom_mem(0x50, 0x200, 3, addrsize=16), b"mem")

# By the primitive operations.
i2c.start()
equal(i2c.write(b"\xa0\x02\x00"), 3)
i2c.start()
equal(i2c.write(b"\xa1"), 1)
buf = bytearray(2)
i2c.readinto(buf, False)
equal(buf, b"me")
buf = bytearray(1)
i2c.readinto(buf)
equal(buf, b"m")
i2c.stop()

# Nobody there.
fails(errno.ENODEV, i2c.readfrom, 0x33, 1)
fails(errno.ENODEV, i2c.writeto, 0x33, b"x")
fails(errno.ENODEV, i2c.readfrom_mem, 0x33, 0, 1)
fails(errno.EINVAL, i2c.writeto, 0x80, b"x")
equal(i2c.readfrom_mem(0x50, 0x100, 7, addrsize=16), b"several")

# LiteI2C: the same, but that it cannot leave out the stop, nor do less than a transfer.
i2c = I2C(1, freq=1_000_000)
equal(str(i2c), "I2C('i2c1', freq=1000000)")
equal(i2c.scan(), [0x51] + list(range(0x60, 0x68)))
fails(errno.EOPNOTSUPP, i2c.writeto, 0x51, b"\0", False)
fails(errno.EOPNOTSUPP, i2c.readfrom, 0x51, 1, False)
fails(errno.EOPNOTSUPP, i2c.start)
fails(errno.EOPNOTSUPP, i2c.stop)
fails(errno.EOPNOTSUPP, i2c.write, b"x")
fails(errno.EOPNOTSUPP, i2c.readinto, bytearray(1))

# One address byte, and one with its upper bits in the device's address.
i2c.writeto_mem(0x51, 0xFE, b"no")
check(wait_ready(i2c, 0x51) > 0, "the EEPROM was never busy")
equal(i2c.readfrom_mem(0x51, 0xFE, 3), b"no\xff")
equal(i2c.writeto(0x51, b"\xfe"), 1)
equal(i2c.readfrom(0x51, 1), b"n")
buf = bytearray(1)
i2c.readfrom_into(0x51, buf)
equal(buf, b"o")
i2c.writeto_mem(0x63, 0x10, b"block 3")
wait_ready(i2c, 0x63)
equal(i2c.readfrom_mem(0x63, 0x10, 7), b"block 3")
equal(i2c.readfrom_mem(0x62, 0x10, 1), b"\xff")

# Each number of bytes that the pieces of four can end at; pages are of 16.
data = bytes(range(0x30, 0x3F))
for n in range(1, len(data) + 1):
    equal(i2c.writeto(0x60, bytes((n << 4,)) + data[-n:]), n + 1)
    wait_ready(i2c, 0x60)
for n in range(1, len(data) + 1):
    equal(i2c.readfrom_mem(0x60, n << 4, n), data[-n:])
equal(i2c.writevto(0x61, (b"\x20", b"several", b"", b" buffers")), 16)
wait_ready(i2c, 0x61)
whole = i2c.readfrom_mem(0x60, 0, 303)
equal(whole[0x110:0x120], b"\xff" * 16)
equal(whole[0x120:], b"several buffers")
equal(whole[0xF0:0x100], data + b"\xff")

# Nobody there; the next transfer is none the worse.
fails(errno.ENODEV, i2c.readfrom, 0x33, 1)
fails(errno.ENODEV, i2c.readfrom, 0x33, 9)
fails(errno.ENODEV, i2c.writeto, 0x33, b"x")
fails(errno.ENODEV, i2c.writeto, 0x33, b"more than four")
fails(errno.ENODEV, i2c.readfrom_mem, 0x33, 0, 1)
fails(errno.EINVAL, i2c.writeto, 0x80, b"x")
equal(i2c.readfrom_mem(0x61, 0x20, 7), b"several")

# It has three speeds. 101 bytes and three addresses take at least this time, and the port adds little.
bits = 9 * (3 + 101)
buf = bytearray(101)
for asked, hz in ((1 << 30, 1_000_000), (999_999, 400_000), (100_000, 100_000)):
    i2c.init(freq=asked)
    equal(str(i2c), "I2C('i2c1', freq=%u)" % hz)
    i2c.readfrom_mem_into(0x60, 0, buf)
    before = time.ticks_us()
    i2c.readfrom_mem_into(0x60, 0, buf)
    took = time.ticks_diff(time.ticks_us(), before)
    check(bits * 1_000_000 <= took * hz, "%u Hz: %u us are too few" % (hz, took))
    check(took * hz <= bits * 1_300_000 + 100 * hz, "%u Hz: %u us are too many" % (hz, took))
    equal(bytes(buf), whole[:101])

# Its registers: a request waits while the core is not active, then in its FIFO; what comes on top is lost. One answer
# is in the other FIFO, one in the PHY.
i2c.init(freq=1_000_000)
regs = litex.regs
TX_READY, RX_READY, NACK = 1, 2, 1 << 8


def ask(address, data):
    regs.i2c1_master_addr.write(address)
    regs.i2c1_master_settings.write(1 | 2 << 8)
    regs.i2c1_master_rxtx.write(data)


def status(wanted):
    for _ in range(1000):
        got = regs.i2c1_master_status.read()
        if got == wanted:
            break
    equal(got, wanted)


regs.i2c1_master_active.write(0)
ask(0x61, 0x20)
time.sleep_us(200)
status(0)
ask(0x61, 0x27)
regs.i2c1_master_active.write(1)
status(TX_READY | RX_READY)
ask(0x33, 0)
time.sleep_us(200)
status(TX_READY | RX_READY)
ask(0x61, 0x22)
time.sleep_us(200)
status(RX_READY)
ask(0x61, 0x24)
equal(regs.i2c1_master_rxtx.read(), 0x7365)
time.sleep_us(200)
status(TX_READY | RX_READY | NACK)
regs.i2c1_master_rxtx.read()
status(TX_READY | RX_READY)
equal(regs.i2c1_master_rxtx.read(), 0x7665)
status(TX_READY)

check("0 (i2c0), 1 (i2c1)" in raises(ValueError, I2C, 2))
raises(ValueError, I2C, "i2c7")
raises(ValueError, lambda: I2C(0, freq=0))
raises(ValueError, lambda: I2C(0, freq=999))
raises(ValueError, lambda: I2C(0, freq=20_000_000))
raises(ValueError, lambda: I2C(1, freq=99_999))
i2c = I2C(0, freq=100_000)
equal(str(i2c), "I2C('i2c0', freq=100000)")
i2c.init(freq=1_000_000)
equal(i2c.readfrom_mem(0x50, 0x100, 7, addrsize=16), b"several")

# SoftI2C on pins with pull-ups and nothing else: nobody acknowledges.
soft = SoftI2C(scl=Pin("gpio[8]"), sda=Pin("gpio[9]"), freq=400_000)
fails(errno.ENODEV, soft.writeto, 0x50, b"x")
if FAST:
    equal(soft.scan(), [])
    # Half a bit of 50 ms has more cycles than 32 bits of microseconds times kilohertz.
    soft = SoftI2C(scl=Pin("gpio[8]"), sda=Pin("gpio[9]"), freq=10)
    before = time.ticks_ms()
    soft.start()
    check(time.ticks_diff(time.ticks_ms(), before) >= 50, "SoftI2C is faster than its freq")
    soft.stop()

# SCL held low by another pin: SoftI2C waits for it, up to its timeout.
soft = SoftI2C(scl=Pin("gpio[8]"), sda=Pin("gpio[9]"), freq=400_000, timeout=300)
holder = Pin("gpio[28]", Pin.OPEN_DRAIN, value=0)
before = time.ticks_us()
fails(errno.ETIMEDOUT, soft.writeto, 0x50, b"x")
check(time.ticks_diff(time.ticks_us(), before) >= 300, "the timeout is too short")
holder.init(Pin.IN)
fails(errno.ENODEV, soft.writeto, 0x50, b"x")
