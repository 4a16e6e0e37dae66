# SPDX-License-Identifier: MIT
# machine.PWM: what it sets and says, and the output as a GPIO pin sees it where the wiring has one.
import machine

if not hasattr(machine, "PWM"):
    skip("no PWM")
import time

import litex
from machine import PWM, Pin

CLOCK = machine.freq()


def near(got, want, slack):
    check(abs(got - want) <= slack, "got %r, want %r" % (got, want))


p = PWM(0, freq=1000, duty_u16=32768)
equal(p.freq(), 1000)
equal(litex.csr_read("pwm0_period"), CLOCK // 1000)
equal(litex.csr_read("pwm0_enable"), 1)
near(p.duty_u16(), 32768, 1)
# Exact to the clock: the nearest cycle.
for ns in (0, 10, 123450, 999990, 1000000):
    p.duty_ns(ns)
    equal(litex.csr_read("pwm0_width"), ns * (CLOCK // 1000000) // 1000)
    equal(p.duty_ns(), ns)
for hz in (1, 3, 50, 999, 38000, 1000000, CLOCK // 2):
    p.freq(hz)
    period = (CLOCK + hz // 2) // hz
    equal(litex.csr_read("pwm0_period"), period)
    equal(p.freq(), (CLOCK + period // 2) // period)
# A change of the frequency keeps what was set last: the share or the time.
p.init(freq=1000, duty_u16=16384)
p.freq(2000)
near(litex.csr_read("pwm0_width"), CLOCK // 2000 // 4, 1)
p.duty_ns(100000)
p.freq(4000)
equal(p.duty_ns(), 100000)
p.freq(20000)
equal(p.duty_u16(), 65535)  # 100 us of 50 us: always on
p.freq(4000)
equal(p.duty_ns(), 100000)
check("PWM('pwm0', freq=4000, duty_u16=" in str(p))
for wrong in (0, -5, CLOCK):
    check("freq must be 1 to" in raises(ValueError, p.freq, wrong))
raises(ValueError, p.duty_u16, 65537)
raises(ValueError, p.duty_u16, -1)
raises(ValueError, p.duty_ns, 250006)
raises(ValueError, p.duty_ns, -1)
raises(ValueError, lambda: p.init(freq=100, duty_u16=5, duty_ns=5))
raises(ValueError, lambda: PWM(0, invert=True))
raises(TypeError, lambda: PWM())
raises(TypeError, lambda: PWM(0, bad=1))
equal(p.freq(), 4000)
check("0 (pwm0)" in raises(ValueError, PWM, 99))
check("pwm_multi[1]" in raises(ValueError, PWM, "nothing"))
p.deinit()
equal(litex.csr_read("pwm0_enable"), 0)
equal(p.duty_u16(), 0)
litex.csr_write("pwm1_period", 0)
check("freq first" in raises(ValueError, lambda: PWM("pwm1", duty_u16=5)))

# The channels of a MultiChannelPWM share the frequency.
a = PWM("pwm_multi[1]", freq=5000, duty_u16=16384)
b = PWM("pwm_multi[2]", freq=5000, duty_ns=150000)
a.freq(2500)
equal(b.freq(), 2500)
equal(b.duty_ns(), 150000)
near(a.duty_u16(), 16384, 1)

if "PWM_PINS" in globals():

    def measure(name, high_us, period_us):
        pin = Pin(PWM_PINS[name], Pin.IN)
        while pin():
            pass
        high = machine.time_pulse_us(pin, 1, 10000)
        while not pin():
            pass
        low = machine.time_pulse_us(pin, 0, 10000)
        # A look at the clock and at the pin takes some microseconds on RTL.
        near(high, high_us, 12)
        near(low, period_us - high_us, 12)

    measure("pwm_multi[1]", 100, 400)
    measure("pwm_multi[2]", 150, 400)
    p.init(freq=2000, duty_ns=125000)
    measure("pwm0", 125, 500)
    pin = Pin(PWM_PINS["pwm0"], Pin.IN)
    for duty, level in ((65535, 1), (0, 0)):
        p.duty_u16(duty)
        time.sleep_us(600)
        for i in range(20):
            equal(pin(), level)
    p.duty_u16(65535)
    p.deinit()
    time.sleep_us(10)
    equal(pin(), 0)
    # One channel's end is not the others'.
    PWM("pwm_multi[0]", duty_u16=1000).deinit()
    measure("pwm_multi[1]", 100, 400)
    a.deinit()
    equal(Pin(PWM_PINS["pwm_multi[1]"], Pin.IN)(), 0)
    measure("pwm_multi[2]", 150, 400)
b.deinit()
