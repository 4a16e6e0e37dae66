# SPDX-License-Identifier: MIT
# machine.Timer: soft and hard, periodic and one shot, deinit, bad arguments.
import time

from machine import Timer


def wait(condition, ms=2000):
    t = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), t) > ms:
            return False
        time.sleep_ms(1)
    return True


hits = []

t0 = time.ticks_us()
Timer(-1, mode=Timer.ONE_SHOT, period=5, callback=lambda t: hits.append(time.ticks_us()))
check(wait(lambda: hits), "one shot did not fire")
took = time.ticks_diff(hits[0], t0)
check(took >= 5000, "one shot after %d us" % took)
time.sleep_ms(12)
equal(len(hits), 1)

# Periodic: the mean period is exact.
hits.clear()
timer = Timer(-1, freq=200, callback=lambda t: hits.append(time.ticks_us()))
check(wait(lambda: len(hits) >= 4), "periodic did not fire four times")
timer.deinit()
span = time.ticks_diff(hits[3], hits[0])
check(abs(span - 15000) <= 2500, "three periods of 5 ms took %d us" % span)
count = len(hits)
time.sleep_ms(12)
equal(len(hits), count)

# Several at once, through init().
a, b = [0], [0]


def inc(cell):
    cell[0] += 1


ta, tb = Timer(), Timer(-1)
ta.init(period=2, callback=lambda t: inc(a))
tb.init(mode=Timer.PERIODIC, period=4, callback=lambda t: inc(b))
check(wait(lambda: b[0] >= 3), "second timer")
ta.deinit()
tb.deinit()
check(a[0] > b[0], "%d and %d" % (a[0], b[0]))

# Hard: in the interrupt, while a loop does not yield; without memory.
buf = bytearray(1)


def hard(t):
    buf[0] = (buf[0] + 1) & 255


timer = Timer(-1, period=1, callback=hard, hard=True)
end = time.ticks_add(time.ticks_ms(), 10)
while time.ticks_diff(end, time.ticks_ms()) > 0:
    pass
timer.deinit()
check(buf[0] >= 5, "%d hard callbacks in 10 ms" % buf[0])

# One that sleeps for longer than its period is not called from within itself.
depth = bytearray(3)  # how deep it is, was at most, and how often it ran


def sleeper(t):
    depth[0] += 1
    depth[1] = max(depth[1], depth[0])
    time.sleep_ms(3)
    depth[2] += 1
    depth[0] -= 1


timer = Timer(-1, period=2, callback=sleeper, hard=True)
check(wait(lambda: depth[2] >= 2), "no hard callback that sleeps")
timer.deinit()
equal(depth[1], 1)

# The exception of a soft callback does not end the program.
check("timer" in raises(ValueError, Timer, 99))
raises(ValueError, Timer, -2)
raises(ValueError, lambda: Timer(-1, period=5, mode=7, callback=print))
raises(ValueError, lambda: Timer(-1, freq=0, callback=print))
for period in (0, -5):
    raises(ValueError, lambda: Timer(-1, period=period, callback=print))
    raises(ValueError, lambda: timer.init(period=period, callback=print))
raises(ValueError, lambda: Timer(-1, period=5, tick_hz=0, callback=print))
raises(TypeError, lambda: Timer(-1, period="5", callback=print))
equal(str(Timer(-1)), "Timer(mode=PERIODIC, period=1000)")
raises(ValueError, lambda: Timer(-1, freq=100000, callback=print))

# Upstream's defaults count as not given, and a callback can be called.
timer = Timer(-1, period=7)
timer.init(mode=Timer.PERIODIC, freq=-1, period=-1, callback=None)
equal(str(timer), "Timer(mode=PERIODIC, period=7)")
timer.init(freq=-1, period=9)
equal(str(timer), "Timer(mode=PERIODIC, period=9)")
raises(ValueError, lambda: Timer(-1, period=5, callback=5))

# While a callback runs, the calls of others wait. deinit() takes back those of its timer.
hits.clear()
timer = Timer(-1)


def once(t):
    hits.append(1)
    t.deinit()


def long(t):
    timer.init(period=1, callback=once)
    time.sleep_ms(8)


Timer(-1, mode=Timer.ONE_SHOT, period=1, callback=long)
check(wait(lambda: hits))
time.sleep_ms(3)
equal(len(hits), 1)
