# SPDX-License-Identifier: MIT
# Time: never back, no drift between its units, sleeps of the right length, with and without uptime.
import time

N = 100000 if FAST else 300

# No step back over many reads, in microseconds and in cycles.
last = time.ticks_us()
for _ in range(N):
    now = time.ticks_us()
    if time.ticks_diff(now, last) < 0:
        check(False, "ticks_us went back: %d after %d" % (now, last))
    last = now
check(True)

last = time.time_ns()
for _ in range(N // 10):
    now = time.time_ns()
    if now < last:
        check(False, "time_ns went back")
    last = now
check(True)

# Milliseconds, microseconds and nanoseconds are the same clock.
for _ in range(20):
    a = time.ticks_ms()
    b = time.ticks_us()
    c = time.ticks_ms()
    check(a <= b // 1000 <= c, "%d ms, %d us, %d ms" % (a, b, c))

# A sleep is never shorter than asked for, and little longer.
SLACK = 1000 if FAST else 4000
for us in (1, 50, 999, 1000, 1001, 2500, 20000):
    t = time.ticks_us()
    time.sleep_us(us)
    took = time.ticks_diff(time.ticks_us(), t)
    check(us <= took <= us + SLACK, "sleep_us(%d) took %d us" % (us, took))
for ms in (0, 1, 5, 20):
    t = time.ticks_us()
    time.sleep_ms(ms)
    took = time.ticks_diff(time.ticks_us(), t)
    check(1000 * ms <= took <= 1000 * ms + SLACK, "sleep_ms(%d) took %d us" % (ms, took))
t = time.ticks_us()
time.sleep(0.0015)
took = time.ticks_diff(time.ticks_us(), t)
check(1499 <= took <= 1500 + SLACK, "sleep(0.0015) took %d us" % took)
raises(ValueError, time.sleep, -1)
raises(ValueError, time.sleep, float("nan"))

# The clock counts the CPU's cycles.
import machine

hz = machine.freq()
machine.freq(hz)
machine.freq(hz + hz // 200)  # a round figure that is close
equal(machine.freq(), hz)
raises(ValueError, machine.freq, 2 * hz)
raises(ValueError, machine.freq, 240000000)
t, c = time.ticks_us(), time.ticks_cpu()
time.sleep_ms(10)
us = time.ticks_diff(time.ticks_us(), t)
cycles = time.ticks_diff(time.ticks_cpu(), c)
check(
    abs(cycles - us * (hz // 1000000)) < hz // 1000 * (1 if FAST else 4),
    "%d cycles in %d us" % (cycles, us),
)

# Turning interrupts off does not stop time, however long.
state = machine.disable_irq()
t = time.ticks_us()
time.sleep_ms(5)
took = time.ticks_diff(time.ticks_us(), t)
machine.enable_irq(state)
check(5000 <= took <= 5000 + SLACK, "with interrupts off, 5 ms took %d us" % took)

# A time that is over is not waited for.
t = time.ticks_us()
machine.lightsleep(-1)
time.sleep_ms(-1)
took = time.ticks_diff(time.ticks_us(), t)
check(took <= SLACK, "waiting for -1 ms took %d us" % took)

if hasattr(time, "gmtime"):
    equal(time.gmtime(0)[:6], (2000, 1, 1, 0, 0, 0))
    equal(time.mktime((2024, 2, 29, 12, 0, 0, 0, 0)), 762523200)
    rtc = machine.RTC()
    rtc.datetime((2031, 7, 8, 0, 9, 10, 11, 0))
    equal(rtc.datetime()[:3], (2031, 7, 8))
    equal(time.localtime()[:3], (2031, 7, 8))
    raises(ValueError, rtc.datetime, (1999, 1, 1, 0, 0, 0, 0, 0))
    rtc.datetime((2000, 1, 1, 0, 0, 0, 0, 0))
