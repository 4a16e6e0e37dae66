# SPDX-License-Identifier: MIT
# Timers without a variable, in a program that collects all the time: the collector may lose none of them.
import gc
import time

from machine import Timer

done = started = beats = hard_done = 0
flags = bytearray(4)


def act(t):
    global done
    done += 1


def beat(t):
    global beats
    beats += 1


def hard(t):
    flags[0] = flags[0] + 1 & 255


Timer(-1, period=2, callback=beat)
Timer(-1, period=1, hard=True, callback=hard)
t0 = time.ticks_ms()
while time.ticks_diff(time.ticks_ms(), t0) < (600 if FAST else 200):
    for period in (1, 2, 3, 5):
        Timer(-1, mode=Timer.ONE_SHOT, period=period, callback=act)
        started += 1
    Timer(-1, mode=Timer.ONE_SHOT, period=2, hard=True, callback=hard)
    x = [bytearray(20) for i in range(30)]
    gc.collect()
time.sleep_ms(40)
equal(done, started)
span = time.ticks_diff(time.ticks_ms(), t0)
check(beats >= span // 2 - 5, "%d beats in %d ms" % (beats, span))

# A timer that stops another one, in the interrupt, while the list is walked.
victims = [Timer(-1) for i in range(8)]
hits = bytearray(8)


def count(i):
    def f(t):
        hits[i] = 1

    return f


def stop_all(t):
    for v in victims:
        v.deinit()


killer = Timer(-1)
for i, v in enumerate(victims):
    v.init(mode=Timer.ONE_SHOT, period=30, hard=True, callback=count(i))
killer.init(mode=Timer.ONE_SHOT, period=10, hard=True, callback=stop_all)
time.sleep_ms(50)
equal(bytes(hits), bytes(8))

# They start again after that.
for i, v in enumerate(victims):
    v.init(mode=Timer.ONE_SHOT, period=3, hard=True, callback=count(i))
gc.collect()
time.sleep_ms(20)
equal(bytes(hits), b"\x01" * 8)
