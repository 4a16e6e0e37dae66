# SPDX-License-Identifier: MIT
# Comes after dev_irq.py, which leaves interrupts enabled: the soft reset has disabled them, and all is free.
# Needs the full size class.
import litex
import machine

try:
    litex.csr_read("gpio_ev_enable"), litex.csr_read("timer1_en")
except KeyError:
    skip("no cores for which dev_irq.py enables interrupts")

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
