# SPDX-License-Identifier: MIT
# Interrupts while the program allocates, collects garbage and raises: every event is counted, and each
# was a call of its own or shared one. EVENTS says how many (run.py --define), a few by default.
# Needs the full size class.
import gc
import time

import litex
import machine

try:
    from machine import Pin

    gpio = litex.EventManager("gpio")
    timer = litex.EventManager("timer1")
    Pin("buttons[0]"), Pin("gpio_out[1]")
except (AttributeError, ImportError, ValueError):
    skip("no GPIO with events that is wired to outputs")

try:
    EVENTS
except NameError:
    EVENTS = 20000 if FAST else 500

PERIOD = 20011 if FAST else 100003  # cycles
# How often the script shows that it lives.
MANY = 0x7FFF if FAST else 0x7F
source = Pin("gpio[0]", Pin.OUT, value=0)
button = Pin("gpio_out[1]", value=0)
calls = [0, 0, 0]
kept = []


def on_gpio(e):
    calls[0] += 1
    kept.append([calls[0]] * 4)
    if len(kept) > 8:
        kept.clear()


def on_button(pin, calls=calls):
    calls[1] += 1


def on_timer(e):
    calls[2] += 1
    try:
        raise ValueError(calls[2])
    except ValueError as error:
        kept.append(error)


# Any change of gpio[16], which gpio[0] drives; each rising edge of the button, in the interrupt.
litex.csr_write("gpio_mode", 1 << 16)
gpio.clear()
gpio.callback(on_gpio)
gpio.enable(mask=1 << 16)
Pin("buttons[0]").irq(on_button, Pin.IRQ_RISING, hard=True)
# A clock of its own.
litex.csr_write("timer1_reload", PERIOD - 1)
litex.csr_write("timer1_load", PERIOD - 1)
timer.clear()
timer.callback(on_timer)
timer.enable()
start = time.ticks_us()
litex.csr_write("timer1_en", 1)


def hammer(n, source=source, button=button):
    for i in range(n):
        source.toggle()
        button.toggle()
        if i & 15 == 0:
            try:
                [i] * (1 << 40)
            except (MemoryError, OverflowError):
                pass
        if i & 1023 == 0:
            gc.collect()
        if i & MANY == MANY:
            print(i + 1)


pairs = EVENTS * 2 // 3
hammer(pairs)
elapsed = time.ticks_diff(time.ticks_us(), start)
litex.csr_write("timer1_en", 0)
time.sleep_ms(2)
equal(gpio.count(), pairs)
equal(calls[0] + gpio.coalesced(), pairs)
equal(calls[1], (pairs + 1) // 2)
equal(calls[2] + timer.coalesced(), timer.count())
expected = elapsed * (machine.freq() // 1000000) // PERIOD
if elapsed < 1 << 28:
    check(
        abs(timer.count() - expected) <= 2,
        "%d events of the timer, not %d" % (timer.count(), expected),
    )
check(gpio.count() + calls[1] + timer.count() >= EVENTS)
gpio.disable()
timer.disable()
Pin("buttons[0]").irq(None)
