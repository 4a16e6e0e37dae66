# SPDX-License-Identifier: MIT
# machine.Pin, Signal and litex.LED: levels are read back from the registers.
import litex
import machine

if not hasattr(machine, "Pin") or not hasattr(litex, "LED"):
    # A class whose core is missing is missing.
    raises(AttributeError, lambda: machine.Pin if not hasattr(machine, "Pin") else litex.LED)
    skip("no GPIO or no LEDs")
from machine import Pin

p = Pin(0, Pin.OUT)
equal(litex.csr_read("gpio_oe") & 1, 1)
for level in (1, 0, True, False):
    p(level)
    equal(litex.csr_read("gpio_out") & 1, int(level))
p.value(1)
equal(litex.csr_read("gpio_out") & 1, 1)
p.off()
equal(litex.csr_read("gpio_out") & 1, 0)
p.on()
p.toggle()
equal(litex.csr_read("gpio_out") & 1, 0)
q = Pin("gpio[3]", Pin.OUT, value=1)
equal(litex.csr_read("gpio_out") & 9, 8)
equal(litex.csr_read("gpio_oe") & 9, 9)
equal(str(q), "Pin('gpio[3]', mode=OUT)")
q.init(Pin.IN)
equal(litex.csr_read("gpio_oe") & 9, 1)
check(q.value() in (0, 1))
check(q() in (0, 1))
od = Pin(3, Pin.OPEN_DRAIN)
equal(litex.csr_read("gpio_oe") & 8, 0)
od(0)
equal((litex.csr_read("gpio_oe") & 8, litex.csr_read("gpio_out") & 8), (8, 0))
od(1)
equal(litex.csr_read("gpio_oe") & 8, 0)
check("0 to" in raises(ValueError, Pin, 1000))
raises(ValueError, Pin, -1)
raises(ValueError, Pin, "gpio[99]")
raises(ValueError, Pin, "nothing")
raises(ValueError, Pin, 0, 17)
s = machine.Signal(p, invert=True)
s.on()
equal(litex.csr_read("gpio_out") & 1, 0)
s.off()
equal(litex.csr_read("gpio_out") & 1, 1)
p.init(Pin.IN)

# A pin by number, by name and index in one text, a tuple or two arguments.
for same in (Pin(5), Pin("gpio[5]"), Pin(("gpio", 5)), Pin("gpio", 5)):
    equal(str(same), "Pin('gpio[5]', mode=IN)")
equal(str(Pin("gpio", 5, Pin.OUT)), "Pin('gpio[5]', mode=OUT)")
equal(str(Pin("gpio", Pin.IN)), "Pin('gpio[0]', mode=IN)")
Pin(5, Pin.IN)
for wrong in (
    "gpio[5",
    "gpio[]",
    "gpio[-1]",
    "gpio]",
    "",
    ("gpio", 99),
    ("gpio", -1),
    ("nothing", 0),
):
    raises(ValueError, Pin, wrong)
raises(ValueError, Pin, "gpio[5]", 5)
raises(ValueError, Pin, ("gpio",))
raises(TypeError, Pin, ("gpio", "5"))
raises(TypeError, Pin, None)
raises(ValueError, Pin, 0, Pin.OUT, Pin.OUT)

# LEDs are pins, too: outputs that read as they were written.
litex.csr_write("leds_out", 0)
lamp = Pin("leds", 1)
equal(str(lamp), "Pin('leds[1]', mode=OUT)")
for write, level in (
    (lamp.on, 1),
    (lamp.off, 0),
    (lamp.toggle, 1),
    (lamp.toggle, 0),
    (lamp.high, 1),
    (lamp.low, 0),
):
    write()
    equal((lamp(), litex.csr_read("leds_out") & 3), (level, 2 * level))
for level in (1, 0, True, False, 5, "x", "", None, 1 << 70):
    lamp(level)
    equal(lamp.value(), int(bool(level)))
check("inputs" in raises(ValueError, Pin, "leds[1]", Pin.IN))
raises(ValueError, Pin, "leds[1]", Pin.OPEN_DRAIN)
raises(TypeError, lamp, 1, 2)


class Lamp(Pin):
    pass


# Methods through the class, through a subclass, bound; with wrong arguments.
Pin.on(lamp)
equal(lamp(), 1)
child = Lamp("leds[1]")
child.toggle()
equal(lamp(), 0)
flip = lamp.toggle
flip()
equal(lamp(), 1)
raises(TypeError, Pin.toggle, 5)
raises(TypeError, Pin.toggle)
raises(TypeError, lamp.toggle, 1)
raises(AttributeError, lambda: lamp.blink)
raises(AttributeError, lambda: setattr(lamp, "toggle", 1))
raises(AttributeError, lambda: setattr(lamp, "blink", 1))
machine.Signal(lamp, invert=True).on()
equal(lamp(), 0)
check(machine.Signal("leds[1]", invert=True).value() == 1)

# Inputs do not drive, where there are any.
try:
    key = Pin("switches[0]", Pin.IN)
except ValueError:
    key = None
if key is not None:
    wire = Pin("gpio_out[2]", Pin.OUT, value=1)
    equal(key(), 1)
    wire.toggle()
    equal((key.value(), wire.value()), (0, 0))
    for write in (key.on, key.off, key.toggle, lambda: key(1), lambda: key.value(0)):
        check("'switches' has no outputs" in raises(ValueError, write))
    raises(ValueError, Pin, "switches[0]", Pin.OUT)
    raises(ValueError, lambda: Pin("switches[0]", value=1))
    raises(ValueError, Pin, "gpio_out[2]", Pin.IN)
    # The pins of LEDs are wired as well.
    for place, listener in (("leds[0]", "gpio[25]"), ("leds[7]", "gpio[26]")):
        lamp, peer = Pin(place, Pin.OUT), Pin(listener, Pin.IN)
        for level in (1, 0, 1, 0):
            lamp(level)
            equal(peer(), level)
    # A wire between two pins of a core, and an open drain with its pull.
    a, b = Pin("gpio[1]", Pin.OUT, value=1), Pin("gpio[17]", Pin.IN)
    equal(b(), 1)
    a(0)
    equal(b(), 0)
    od, peer = Pin("gpio[8]", Pin.OPEN_DRAIN), Pin("gpio[28]", Pin.IN)
    equal((od(), peer()), (1, 1))
    od(0)
    equal((od(), peer()), (0, 0))
    od.toggle()
    equal((od(), peer()), (1, 1))
    # The mode belongs to the pin, not to the object: nobody drives the wire high.
    other = Pin("gpio[8]")
    equal(str(other), "Pin('gpio[8]', mode=OPEN_DRAIN)")
    other(0)
    equal((od(), other(), litex.csr_read("gpio_oe") >> 8 & 1), (0, 0, 1))
    other(1)
    equal(
        (od(), litex.csr_read("gpio_oe") >> 8 & 1, litex.csr_read("gpio_out") >> 8 & 1), (1, 0, 0)
    )
    other.init(Pin.OUT, value=1)
    equal(str(od), "Pin('gpio[8]', mode=OUT)")
    equal((litex.csr_read("gpio_oe") >> 8 & 1, litex.csr_read("gpio_out") >> 8 & 1), (1, 1))
    od.init(Pin.OPEN_DRAIN, value=1)
    peer.init(Pin.OPEN_DRAIN, value=0)
    equal(od(), 0)
    peer.init(Pin.IN)
    od.init(Pin.IN)

led = litex.LED(0)
led.on()
equal((led.value(), litex.csr_read("leds_out") & 1), (1, 1))
led.off()
equal((led(), litex.csr_read("leds_out") & 1), (0, 0))
led.toggle()
litex.LED(1).value(1)
equal(litex.csr_read("leds_out") & 3, 3)
led(0)
equal(litex.csr_read("leds_out") & 3, 2)
check("0 to" in raises(ValueError, litex.LED, 99))
raises(ValueError, litex.LED, -1)
litex.csr_write("leds_out", 0)

if hasattr(machine, "Signal"):
    # The defaults of upstream's documentation change nothing.
    equal(str(Pin(0, Pin.OUT, -1, value=0, drive=0, alt=-1)), "Pin('gpio[0]', mode=OUT)")
    equal(str(Pin(0, -1, None)), "Pin('gpio[0]', mode=OUT)")
    for name, value in (("pull", 1), ("drive", 1), ("alt", 0)):
        check("gateware" in raises(ValueError, lambda: Pin(0, **{name: value})))

    # Only pins are pins, also where upstream's functions take any object.
    for other in (5, None, "gpio", machine.Timer(-1), machine.RTC()):
        raises((TypeError, ValueError), lambda: machine.time_pulse_us(other, 0, 10))
    for name, first in (("UART", 1), ("SPI", 0), ("I2C", 0)):
        if hasattr(machine, name):
            bus = getattr(machine, name)(first)
            raises(TypeError, lambda: machine.time_pulse_us(bus, 0, 10))
            raises(TypeError, lambda: machine.Signal(bus).value())
            raises(TypeError, lambda: machine.Signal(bus).on())

    class MyPin(Pin):
        pass

    class Stuck(machine.PinBase):
        def value(self, *level):
            return 1

    MyPin(0).on()
    equal(machine.Signal(MyPin(0), invert=True).value(), 0)
    equal(machine.Signal(Stuck(), invert=True).value(), 0)
    equal(machine.time_pulse_us(Stuck(), 1, 10), -1)
    Pin(0).off()
