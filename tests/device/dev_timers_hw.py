# SPDX-License-Identifier: MIT
# machine.Timer on hardware: exact to a cycle, soft and hard, one shot, takes turns with EventManager.
# Needs the full size class.
import time

import litex
import machine
from machine import Timer

try:
    timer = Timer("timer1")
except ValueError:
    skip("no hardware timer beside the clock's")

hits = []
buf = bytearray(1)


def wait(condition, ms=200):
    t = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), t) > ms:
            return False
        time.sleep_ms(1)
    return True


def hard(t, buf=buf):
    buf[0] = (buf[0] + 1) & 255


# The view of the clock's timer, by number.
view = Timer(0, mode=Timer.ONE_SHOT, period=2, callback=lambda t: hits.append(1))
check(wait(lambda: hits))
view.deinit()

check("1 (timer1)" in raises(ValueError, Timer, "timer7"))
clock = machine.freq()
equal(str(timer), "Timer('timer1', mode=PERIODIC, cycles=%d)" % clock)
hits.clear()
timer.init(freq=2000, callback=lambda t: hits.append((t is timer, time.ticks_us())))
equal(str(timer), "Timer('timer1', mode=PERIODIC, cycles=%d)" % (clock // 2000))
check(Timer(1) is timer)
check(wait(lambda: len(hits) >= 9))
timer.deinit()
check(hits[0][0])
span = time.ticks_diff(hits[8][1], hits[0][1])
check(abs(span - 4000) <= 500, "eight periods of 500 us took %d us" % span)
count = len(hits)
time.sleep_ms(2)
equal(len(hits), count)
hits.clear()
timer.init(
    mode=Timer.ONE_SHOT,
    period=300,
    tick_hz=1000000,
    callback=lambda t: hits.append(time.ticks_us()),
)
t0 = time.ticks_us()
check(wait(lambda: hits))
check(250 <= time.ticks_diff(hits[0], t0) < 1000)
time.sleep_ms(2)
equal(len(hits), 1)
timer.deinit()
# Hard: each period is a call, though the program does not yield.
buf[0] = 0
timer.init(freq=10000, callback=hard, hard=True)
end = time.ticks_add(time.ticks_us(), 5000)
while time.ticks_diff(end, time.ticks_us()) > 0:
    pass
timer.deinit()
check(48 <= buf[0] <= 52, "%d hard callbacks in 5 ms of 10 kHz" % buf[0])


# Hard callbacks leave the program a share of the time, whether one ends long after the next event or just before it.
def turns():
    count = 0
    end = time.ticks_add(time.ticks_ms(), 8)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        count += 1
    return count


work = range(0)


def greedy(t):
    for _ in work:
        pass


alone = turns()
for n in (0, 8, 16, 20, 24, 28, 30, 32, 34, 36, 40, 400, 2000):
    work = range(n)
    timer.init(period=1000, tick_hz=clock, callback=greedy, hard=True)
    left = turns()
    timer.deinit()
    check(left > alone // 8, "range(%d) left %d of %d turns" % (n, left, alone))
virtual = Timer(period=1, callback=greedy, hard=True)
work = range(10000)
left = turns()
work = range(0)
virtual.deinit()
check(left > alone // 8, "the virtual timer left %d of %d turns" % (left, alone))


def failing(t, buf=buf):
    buf[0] = 99
    raise ValueError


buf[0] = 0
timer.init(freq=10000, callback=failing, hard=True)
check(wait(lambda: buf[0] == 99))
buf[0] = 0
time.sleep_ms(1)
equal(buf[0], 0)
text = raises(ValueError, lambda: timer.init(freq=10000000, callback=print))
check("cycles" in text, text)
raises(ValueError, lambda: timer.init(freq=0.001, callback=print))
raises(ValueError, lambda: timer.init(freq=0, callback=print))
raises(ValueError, lambda: timer.init(period=0, callback=print))
timer.init(freq=100, callback=print)
manager = litex.EventManager("timer1")
manager.callback(print)
raises(OSError, manager.enable)
manager.disable()
timer.deinit()
manager.enable()
raises(OSError, lambda: timer.init(freq=100, callback=print))
manager.disable()

# One object for each.
check(Timer(1) is timer and Timer("timer1") is timer)
check(Timer(0) is not Timer(0))
