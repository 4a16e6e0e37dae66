# SPDX-License-Identifier: MIT
# litex.EventManager: what every SoC has, the view of the clock's timer.
# Needs the full size class.
import time

from litex import EventManager


def wait(condition, ms=200):
    t = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), t) > ms:
            return False
        time.sleep_us(100)
    return True


# Everywhere: the console's events are taken, the clock's timer is a view.
check("console" in raises(ValueError, EventManager, "uart"))
check("timer0" in raises(ValueError, EventManager, "nothing"))
raises(TypeError, EventManager, 0)
raises(ValueError, lambda: EventManager("timer0", period=0))
view = EventManager("timer0", period=1000)
equal(str(view), "EventManager('timer0', period=1000)")
view = EventManager("timer0", period=2)
calls = []
view.callback(lambda e: calls.append((e is view, e.flags())))
equal((view.pending(), view.status(), view.count()), (0, 0, 0))
time.sleep_ms(5)
equal(calls, [])
view.enable()
check(wait(lambda: len(calls) >= 3))
view.disable()
equal(calls[0], (True, 1))
n = len(calls)
time.sleep_ms(5)
equal(len(calls), n)
equal(view.count(), n + view.coalesced())
# A callback that takes longer than the period: the events are counted, and coalesced.
view.callback(lambda e: time.sleep_ms(7))
before = view.coalesced()
view.enable(1)
time.sleep_ms(20)
view.disable()
check(view.coalesced() - before >= 3, view.coalesced())
raises(ValueError, view.enable, 2)
raises(TypeError, view.callback, 3)
check(callable(view.callback()))
view.callback(None)
equal(view.callback(), None)

# The tick goes on beside it.
t = time.ticks_us()
time.sleep_ms(3)
check(3000 <= time.ticks_diff(time.ticks_us(), t) < 6000)
