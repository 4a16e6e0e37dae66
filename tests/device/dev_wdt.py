# SPDX-License-Identifier: MIT
# machine.WDT: it lives while it is fed, and refuses another timeout. That it resets is tests/device/test_watchdog.py's.
import machine

if not hasattr(machine, "WDT"):
    skip("no watchdog")
import time

import litex
from machine import WDT

MS = machine.freq() // 1000

check("0 (watchdog0)" in raises(ValueError, WDT, 1))
for wrong in (0, -1, 42950):
    check("1 to 42949 ms" in raises(ValueError, lambda: WDT(timeout=wrong)))
raises(TypeError, lambda: WDT(0, 10, 10))
equal(litex.csr_read("watchdog0_control"), 0)
w = WDT(0, 20)
try:
    equal(litex.csr_read("watchdog0_cycles"), 20 * MS)
    for i in range(6):
        time.sleep_ms(5)
        check(litex.csr_read("watchdog0_remaining") < 15 * MS)
        w.feed()
        check(litex.csr_read("watchdog0_remaining") > 15 * MS)
    equal(litex.csr_read("watchdog0_ev_pending"), 0)
    check("20 ms: that stays" in raises(ValueError, lambda: WDT(timeout=30)))
    equal(litex.csr_read("watchdog0_cycles"), 20 * MS)
    # The same one again is fed.
    time.sleep_ms(5)
    v = WDT(timeout=20)
    check(litex.csr_read("watchdog0_remaining") > 15 * MS)
    v.feed()
finally:
    # Nothing in the class stops it.
    litex.csr_write("watchdog0_control", 0)
w = WDT(timeout=5000)
equal(litex.csr_read("watchdog0_cycles"), 5000 * MS)
litex.csr_write("watchdog0_control", 0)

# By name, and not where somebody else gets the event that resets the SoC.
w = WDT("watchdog0", timeout=5000)
equal(str(w), "WDT('watchdog0', timeout=5000)")
check("0 (watchdog0)" in raises(ValueError, WDT, "watchdog"))
manager = litex.EventManager("watchdog0")
manager.callback(print)
raises(OSError, manager.enable)
litex.csr_write("watchdog0_control", 0)
