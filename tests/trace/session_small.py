# SPDX-License-Identifier: MIT
# The same for a SoC whose firmware leaves much out: cores, integers of 32 bits, floats, exceptions.
import gc

import litex

for value in (0, 1, 0x2AAAAAAA, 0x12345678):
    litex.csr_write("ctrl_scratch", value)
    print(hex(litex.csr_read("ctrl_scratch")))
state = 1
for _step in range(300):
    state = (state % 20011) * 40009 % 1000003
    a, b = state >> 7, (state & 0xFFF) + 1
    state ^= a * 31 ^ a // b ^ a % b
print(state, -7 // 2, -7 % 3)
print(1.5**40, 2.0 / 3.0)
print(list("hello world"), hex(0xC0FFEE))
gc.collect()
try:
    litex.csr_read("leds_oot")
except KeyError:
    print("KeyError")
try:
    litex.csr_write("ctrl_bus_errors", 1)
except ValueError:
    print("ValueError")
print("end of the session")
