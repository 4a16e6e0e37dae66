# SPDX-License-Identifier: MIT
# Interrupts that a program leaves enabled: the soft reset disables them, and all is free.
# Needs the full size class.
import litex
import machine

if not hasattr(machine, "Pin") or not hasattr(machine.Pin, "irq"):
    skip("no pins with events")
from machine import Pin

try:
    pin, button = Pin(("gpio", 16), Pin.IN), Pin("buttons[0]")
    pin.irq(), litex.csr_read("timer1_en")
except (KeyError, ValueError):
    skip("no GPIO, buttons and second timer with events")
count = [0]


def hard(p, count=count):
    count[0] += 1


pin.irq(hard, Pin.IRQ_RISING, hard=True)
button.irq(hard, Pin.IRQ_RISING | Pin.IRQ_FALLING)
timer = machine.Timer("timer1", freq=5000, callback=hard, hard=True)
view = litex.EventManager("timer0", period=1)
view.callback(lambda _: None)
view.enable()
for name in ("gpio", "buttons", "timer1"):
    check(litex.csr_read(name + "_ev_enable") != 0, name)
equal(litex.csr_read("timer1_en"), 1)

# SOFT RESET

import litex
import machine

for name in ("gpio", "buttons", "timer1"):
    equal(litex.csr_read(name + "_ev_enable"), 0)
equal(litex.csr_read("timer1_en"), 0)
for name in ("gpio", "buttons", "timer1"):
    manager = litex.EventManager(name)
    manager.clear()
    manager.callback(print)
    manager.enable()
    manager.disable()
machine.Timer(1, freq=100, callback=print).deinit()
