# SPDX-License-Identifier: MIT
# What both simulations run: every kind of core of the SoC, and enough of the language that a wrong
# instruction shows in what is printed. Nothing here depends on time.
import gc
import hashlib
import json
import re
import struct

import litex
import machine

names = [register[0] for register in litex.csrs()]
print(len(names), "registers")
for value in (0, 1, 0x80000000, 0xFFFFFFFF, 0x12345678):
    litex.csr_write("ctrl_scratch", value)
    print(hex(litex.csr_read("ctrl_scratch")))
if "leds_out" in names:
    led = litex.LED(0)
    for _ in range(3):
        led.toggle()
    led.on()
    led.off()
    print(litex.csr_read("leds_out"))
if "gpio_out" in names:
    for oe, out in ((0, 0xFF), (0xFF, 0xA5), (0x0F, 0x5A), (0xF0, 0)):
        litex.csr_write("gpio_oe", oe)
        litex.csr_write("gpio_out", out)
        print(hex(litex.csr_read("gpio_in")), hex(litex.csr_read("gpio_out")))
    pin = machine.Pin(2, machine.Pin.OUT, value=1)
    pin(0)
    pin.on()
    print(pin())
print(hex(machine.mem32[0x40000000] & 0x7F))
state = 1
for _step in range(300):
    state = state * 1103515245 + 12345 & 0x7FFFFFFF
    a, b = state >> 7, (state & 0xFFF) + 1
    state ^= a * b ^ a // b ^ a % b
print(state)
print(12345678901234567890 * 98765432109876543210 // 1234567, -7 // 2, -7 % 3)
print(1.5**40, 2.0 / 3.0, struct.pack("<dfHbQ", 3.14159, 2.5, 65535, -3, 1 << 63))
print(hashlib.sha256(b"litex").digest()[:8], json.dumps({"a": [1, None, 2.5]}))
print(re.match("(a+)(b*)", "aaabbc").groups(), sorted("hello world"), f"{0xC0FFEE:08x}")
gc.collect()
try:
    litex.csr_read("leds_oot")
except KeyError as error:
    print(error)
try:
    litex.csr_write("ctrl_bus_errors", 1)
except ValueError as error:
    print(error)
print("end of the session")
