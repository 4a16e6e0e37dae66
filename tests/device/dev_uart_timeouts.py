# SPDX-License-Identifier: MIT
# machine.UART: a part of what was asked for comes after timeout_char, not after timeout + timeout_char.
# Needs the full size class.
import time

import machine

if not hasattr(machine, "UART"):
    skip("no UART beside the console")
try:
    u = machine.UART(1, 115200, timeout=200, timeout_char=30)
except ValueError:
    skip("no second UART")


def took(f, *args):
    u.write(b"123")
    u.flush()
    time.sleep_ms(3)
    t = time.ticks_ms()
    return f(*args), time.ticks_diff(time.ticks_ms(), t)


u.write(b"x")
u.flush()
time.sleep_ms(3)
if u.read(1) != b"x":
    skip("nothing connects its two lines")
for f, args, want in (
    (u.read, (5,), b"123"),
    (u.readline, (), b"123"),
    (u.readinto, (bytearray(5),), 3),
):
    got, ms = took(f, *args)
    equal(got, want)
    check(25 <= ms <= 60, "%r after %d ms" % (f, ms))
raises(ValueError, lambda: machine.UART(1, timeout=-1))
