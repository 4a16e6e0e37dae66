# SPDX-License-Identifier: MIT
# machine.I2C over the bit-bang I2CMaster, and SoftI2C: EEPROMs on the wires.
# Needs the full size class
import errno

import machine

if not hasattr(machine, "I2C"):
    raises(AttributeError, lambda: machine.I2C)
    skip("no I2C")
if "WIRES" not in globals():
    skip("nothing on the wires")
from machine import I2C, Pin, SoftI2C


def fails(number, function, *args):
    try:
        function(*args)
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
    equal(I2C("i2c1", freq=1_000_000).scan(), [0x51] + list(range(0x60, 0x68)))

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

# One address byte, and one with its upper bits in the device's address.
i2c = I2C(1, freq=400_000)
i2c.writeto_mem(0x51, 0xFE, b"no")
wait_ready(i2c, 0x51)
equal(i2c.readfrom_mem(0x51, 0xFE, 3), b"no\xff")
i2c.writeto_mem(0x63, 0x10, b"block 3")
wait_ready(i2c, 0x63)
equal(i2c.readfrom_mem(0x63, 0x10, 7), b"block 3")
equal(i2c.readfrom_mem(0x62, 0x10, 1), b"\xff")

check("0 (i2c0), 1 (i2c1)" in raises(ValueError, I2C, 2))
raises(ValueError, I2C, "i2c7")
raises(ValueError, lambda: I2C(0, freq=0))
raises(ValueError, lambda: I2C(0, freq=999))
raises(ValueError, lambda: I2C(0, freq=20_000_000))
i2c.init(freq=100_000)
equal(str(i2c), "I2C('i2c1', freq=100000)")

# SoftI2C on pins with pull-ups and nothing else: nobody acknowledges.
soft = SoftI2C(scl=Pin("gpio[8]"), sda=Pin("gpio[9]"), freq=400_000)
fails(errno.ENODEV, soft.writeto, 0x50, b"x")
if FAST:
    equal(soft.scan(), [])
