# SPDX-License-Identifier: MIT
# Pin.irq: edges, soft and hard, flags and trigger, exceptions, who owns the events.
# Needs the full size class.
import time

import litex
import machine

if not hasattr(machine, "Pin") or not hasattr(machine.Pin, "irq"):
    skip("no pins with events")
from machine import Pin

try:
    out, pin = Pin("gpio", 0, Pin.OUT, value=0), Pin(("gpio", 16), Pin.IN)
    pin.irq()
except ValueError:
    skip("no GPIO with events")
hits = []


def wait():
    """Long enough for an interrupt and its soft call, which come between bytecodes."""
    for _ in range(20):
        pass


def edges(levels):
    """The calls and flags for these levels, one after the other."""
    hits.clear()
    for level in levels:
        out(level)
        wait()
    return list(hits)


def seen(p):
    hits.append((p is pin, irq.flags()))


irq = pin.irq(seen, Pin.IRQ_RISING)
equal((irq.trigger(), irq.flags()), (Pin.IRQ_RISING, 0))
equal(edges([1, 0, 1, 0]), [(True, Pin.IRQ_RISING)] * 2)
irq = pin.irq(handler=seen, trigger=Pin.IRQ_FALLING)
equal(edges([1, 0, 1, 0]), [(True, Pin.IRQ_FALLING)] * 2)
both = Pin.IRQ_RISING | Pin.IRQ_FALLING
irq = pin.irq(seen)
equal(irq.trigger(), both)
equal(edges([1, 0]), [(True, Pin.IRQ_RISING), (True, Pin.IRQ_FALLING)])
# The trigger can be changed and taken away; it returns the old one.
equal(irq.trigger(Pin.IRQ_RISING), both)
equal(edges([1, 0]), [(True, Pin.IRQ_RISING)])
irq.trigger(0)
equal(edges([1, 0]), [])
irq.trigger(both)
equal(len(edges([1, 0])), 2)
check(pin.irq() is irq)
# A handler without a trigger is not called until it has one.
calls = bytearray(1)


def counted(p):
    calls[0] += 1


for hard in (False, True):
    pin.irq(counted, trigger=0, hard=hard)
    edges([1, 0, 1, 0])
    equal((irq.trigger(), calls[0]), (0, 0))
    irq.trigger(Pin.IRQ_FALLING)
    edges([1, 0])
    equal(calls[0], 1)
    calls[0] = 0
pin.irq(seen)
# irq() itself calls the handler.
hits.clear()
irq()
wait()
equal(len(hits), 1)
# A core's own output is read back, so a pin can interrupt itself.
out.irq(lambda p: hits.append("self"), Pin.IRQ_RISING)
pin.irq(None)
equal(edges([1, 0]), ["self"])
out.irq(None)
equal(edges([1, 0]), [])

# Hard: at once, in the interrupt, where nothing can be allocated; each edge is a call.
count = [0]


def hard(p, count=count):
    # Not by its global name: a dictionary that grows cannot be searched, and this comes at any time.
    count[0] += 1


pin.irq(hard, Pin.IRQ_RISING, hard=True)
for i in range(200):
    out(1)
    out(0)
equal(count[0], 200)
state = machine.disable_irq()
out(1)
out(0)
out(1)
equal(count[0], 200)
machine.enable_irq(state)
wait()
# Three edges without interrupts are one event.
equal(count[0], 201)


# An exception in a hard handler ends that interrupt, and nothing else.
def bad(p):
    count[0] += 1
    raise KeyError


other = Pin("gpio[17]")
source = Pin("gpio[1]", Pin.OUT, value=0)
others = [0]


def good(p):
    others[0] += 1


other.irq(good, Pin.IRQ_RISING, hard=True)
pin.irq(bad, Pin.IRQ_RISING, hard=True)
count[0] = 0
for i in range(3):
    out(0)
    out(1)
    source.toggle()
equal((count[0], others[0]), (1, 2))

# A soft one prints its traceback and goes on.
pin.irq(bad, Pin.IRQ_RISING)
count[0] = 0
edges([0, 1, 0, 1])
equal(count[0], 2)

# Events during the callback are one more call; none is lost while the scheduler is full of others.
order = []


def slow(p):
    order.append(p())
    if len(order) < 3:
        out(0)
        out(1)
        out(0)
        out(1)


pin.irq(slow, Pin.IRQ_RISING)
out(0)
out(1)
time.sleep_ms(1)
equal(order, [1, 1, 1])

import micropython


def fill(n):
    if n > 0:
        for _ in range(8):
            try:
                micropython.schedule(fill, 0)
            except RuntimeError:
                break
        out(0)
        out(1)


order.extend([0, 0])
micropython.schedule(fill, 1)
time.sleep_ms(4)
equal(len(order), 6)

# The core's events have one owner.
manager = litex.EventManager("gpio")
manager.callback(print)
try:
    manager.enable(1)
    raise AssertionError("two owners")
except OSError as error:
    equal(error.errno, 16)
    check("'gpio'" in str(error))
manager.disable()
pin.irq(None)
other.irq(None)
manager.enable(1)
raises(OSError, pin.irq, hard)
manager.disable()
pin.irq(hard, Pin.IRQ_RISING)
pin.irq(None)

# Wrong arguments; cores without events.
raises(ValueError, pin.irq, hard, 4)
raises(ValueError, pin.irq, hard, -1)
raises(TypeError, pin.irq, hard, "rising")
check("no interrupt" in raises(ValueError, Pin("switches[0]").irq, hard))
check("no interrupt" in raises(ValueError, Pin("leds[0]").irq, hard))

# Another core, at the same time: a button, pressed by an output.
button = Pin("buttons[0]")
press = Pin("gpio_out[1]", value=0)
presses = []
button.irq(lambda p: presses.append(p()), both)
pin.irq(hard, Pin.IRQ_RISING)
for level in (1, 0):
    press(level)
    wait()
equal(presses, [1, 0])
button.irq(None)
pin.irq(None)

# Upstream's arguments: what there is none of has only its default.
pin.irq(hard, trigger=Pin.IRQ_RISING, priority=1, wake=None, hard=False)
raises(ValueError, lambda: pin.irq(hard, priority=2))
raises(ValueError, lambda: pin.irq(hard, wake=4))
raises(ValueError, pin.irq, 5)

# A trigger without a handler calls nothing.
quiet = Pin("gpio[17]", Pin.IN).irq()
equal(quiet.trigger(Pin.IRQ_RISING), 0)
equal(litex.csr_read("gpio_ev_enable") >> 16 & 3, 1)
quiet.trigger(0)
