# SPDX-License-Identifier: MIT
# The system clock against another clock: the timer's own uptime register, read by name.
import time

import litex

names = [r[0] for r in litex.csrs("timer")]
if "timer0_uptime_cycles" not in names:
    skip("no uptime register to compare with")


def uptime():
    litex.csr_write("timer0_uptime_latch", 1)
    return litex.csr_read("timer0_uptime_cycles")


import machine

hz = machine.freq()
ROUNDS = 200 if FAST else 3
u0, n0 = uptime(), time.time_ns()
for _ in range(ROUNDS):
    time.sleep_ms(1)
n1, u1 = time.time_ns(), uptime()
ns = (u1 - u0) * 1000000000 // hz
# Both were read within a few thousand cycles of each other.
check(
    abs((n1 - n0) - ns) < (1000000 if FAST else 3000000),
    "clock %d ns, uptime %d ns" % (n1 - n0, ns),
)
