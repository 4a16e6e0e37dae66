# SPDX-License-Identifier: MIT
# litex.EventManager: callbacks, masks, coalescing and exceptions.
# Needs the full size class.
import gc
import time

import litex
import machine
from litex import EventManager


def wait(condition, ms=200):
    t = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), t) > ms:
            return False
        time.sleep_us(100)
    return True


try:
    timer = EventManager("timer1")
    gpio = EventManager("gpio")
except ValueError:
    skip("no core with events but console and clock")

calls = []
raises(ValueError, lambda: EventManager("timer1", period=5))
raises(ValueError, timer.enable, 2)
raises(ValueError, timer.enable, -1)
raises(ValueError, timer.clear, 1 << 40)


def start(cycles, reload=True):
    litex.csr_write("timer1_en", 0)
    litex.csr_write("timer1_load", cycles - 1)
    litex.csr_write("timer1_reload", cycles - 1 if reload else 0)
    timer.clear()
    litex.csr_write("timer1_en", 1)


# Without a callback the events wait in the core.
start(1000)
check(wait(lambda: timer.pending() == 1))
equal(timer.count(), 0)
litex.csr_write("timer1_en", 0)
litex.csr_write("timer1_load", 5)
timer.clear()
equal(timer.pending(), 0)
calls.clear()
timer.callback(lambda e: calls.append(e.flags()))
timer.enable()
check(EventManager("timer1") is timer)
start(20000)
check(wait(lambda: len(calls) >= 5))
timer.disable()
n = len(calls)
equal(calls, [1] * n)
time.sleep_ms(1)
equal(len(calls), n)
# What was pending when it was enabled is a call.
timer.enable()
check(wait(lambda: len(calls) > n))

# An event during a callback is kept: counted, and a call of its own.
state = {"in": 0, "most": 0, "calls": 0}


def slow(e):
    state["in"] += 1
    state["most"] = max(state["most"], state["in"])
    state["calls"] += 1
    time.sleep_us(500)
    state["in"] -= 1


timer.callback(slow)
merged = timer.coalesced()
time.sleep_ms(3)
timer.disable()
time.sleep_ms(1)
equal(state["most"], 1)
check(timer.coalesced() > merged)
check(state["calls"] >= 3)

# It lives as long as it has a callback and is enabled, even without another reference to it.
calls.clear()
timer.callback(lambda e: calls.append(1))
timer.enable()
del timer
gc.collect()
calls.clear()
check(wait(lambda: len(calls) >= 2))
timer = EventManager("timer1")
check(timer.count() > 10)

# Ten exceptions in a row disable it; a call that succeeds starts the count anew.
fails = [0]


def failing(e):
    fails[0] += 1
    if fails[0] != 5:
        raise ValueError("call %d" % fails[0])


timer.callback(failing)
check(wait(lambda: fails[0] >= 15))
time.sleep_ms(2)
equal(fails[0], 15)
timer.enable()
check(wait(lambda: fails[0] >= 20))
timer.disable()
litex.csr_write("timer1_en", 0)

# Two sources of one core.
from machine import Pin

calls.clear()
for n in (0, 1):
    Pin("gpio", n, Pin.OUT, value=0)
litex.csr_write("gpio_mode", 0)
litex.csr_write("gpio_edge", 0)
gpio.clear()
gpio.callback(lambda e: calls.append(e.flags() >> 16))
gpio.enable(mask=3 << 16)
count = gpio.count()
irqs = machine.disable_irq()
litex.csr_write("gpio_out", 3)
equal(gpio.pending() >> 16 & 3, 3)
equal(gpio.status() >> 16 & 3, 3)
machine.enable_irq(irqs)
check(wait(lambda: calls))
equal(calls, [3])
equal(gpio.count() - count, 2)
gpio.disable(1 << 16)
litex.csr_write("gpio_out", 0)
litex.csr_write("gpio_out", 3)
check(wait(lambda: len(calls) > 1))
equal(calls, [3, 2])
equal(gpio.pending() >> 16 & 3, 1)
gpio.disable()
gpio.clear()
equal(gpio.pending() >> 16 & 3, 0)

# An enable bit that somebody sets by hand does not hang anything.
gpio.enable(mask=1 << 16)
litex.csr_write("gpio_ev_enable", 3 << 16)
litex.csr_write("gpio_out", 0)
litex.csr_write("gpio_out", 3)
time.sleep_ms(1)
equal(litex.csr_read("gpio_ev_enable"), 1 << 16)
gpio.disable()
litex.csr_write("gpio_out", 0)

# A level that nobody clears comes again with each tick, a thousand times a second at most, and all goes on.
if "ALERT" in globals():
    line = Pin(ALERT[0], Pin.OUT, value=0)
    alert = EventManager(ALERT[1])
    calls.clear()
    equal((alert.status(), alert.pending()), (0, 0))

    def work(ms=4):
        """Return how often a loop turns in a time."""
        t = time.ticks_us()
        n = 0
        while time.ticks_diff(time.ticks_us(), t) < 1000 * ms:
            n += 1
        return n

    def hold(e):
        calls.append((e.flags(), e.status()))

    free = work()
    alert.callback(hold)
    alert.enable()
    time.sleep_ms(1)
    equal(calls, [])
    line(1)
    busy = work()
    check(2 <= len(calls) <= 6, calls)
    equal(set(calls), {(1, 1)})
    check(busy > free // 2, (free, busy))
    time.sleep_ms(3)
    check(4 <= len(calls) <= 10, calls)
    # Nor can clear() end it; only its driver can.
    alert.clear()
    equal((alert.status(), alert.pending()), (1, 1))
    line(0)
    time.sleep_ms(2)  # a call that was due may still come
    calls.clear()
    time.sleep_ms(3)
    equal((calls, alert.status(), alert.pending()), ([], 0, 0))

    # Once it is served in the callback, each rise is one call, also where that takes longer than a tick.
    def serve(e):
        calls.append(e.flags())
        time.sleep_ms(len(calls) - 1)
        line(0)

    alert.callback(serve)
    for n in range(1, 4):
        line(1)
        check(wait(lambda: line() == 0), calls)
        equal(len(calls), n)
    time.sleep_ms(3)
    equal(calls, [1, 1, 1])

    # With a callback that raises it ends by itself.
    def fail(e):
        calls.append(0)
        raise ValueError("on purpose")

    calls.clear()
    alert.callback(fail)
    line(1)
    check(wait(lambda: len(calls) == 10), calls)
    time.sleep_ms(3)
    equal(len(calls), 10)
    equal(litex.csr_read("alert_ev_enable"), 0)
    line(0)
    alert.callback(serve)
    alert.enable()
    calls.clear()
    line(1)
    check(wait(lambda: calls == [1]), calls)
    alert.disable()
    line.init(Pin.OUT, value=0)

# Each call returns the same object.
check(EventManager(name="gpio") is gpio)
gpio.clear(mask=1 << 16)
gpio.enable(mask=3 << 16)
EventManager("gpio").callback(print)
equal(litex.csr_read("gpio_ev_enable"), 3 << 16)
gpio.disable(mask=1 << 16)
equal(litex.csr_read("gpio_ev_enable"), 2 << 16)
gpio.callback(None)
gpio.disable()
raises(TypeError, lambda: gpio.clear(mask="a"))
