# SPDX-License-Identifier: MIT
# machine.RTC: what is set is read back, goes on with the system clock, and is that of time.time().
import machine

if not hasattr(machine, "RTC"):
    skip("no RTC in the small size class")
import time

from machine import RTC

r = RTC()
check(r is RTC(0))
raises(ValueError, RTC, 1)
raises(TypeError, RTC, 0, 1)
before = r.datetime()
for when, weekday in (
    ((2000, 1, 1, 0, 0, 0, 0, 0), 5),
    ((2024, 2, 29, 3, 23, 59, 58, 999000), 3),
    ((2026, 12, 31, 0, 1, 2, 3, 500000), 3),
    ((2067, 12, 31, 0, 23, 0, 0, 0), 5),
):
    r.datetime(when)
    got = r.datetime()
    equal(got[:3], when[:3])
    equal(got[3], weekday)
    equal(got[4:6], when[4:6])
    us = (got[6] - when[6]) * 1000000 + got[7] - when[7]
    check(0 <= us < 20000, us)
r.datetime((2026, 2, 28, 0, 23, 59, 59, 995000))
start = time.time_ns()
equal(time.gmtime()[:5], (2026, 2, 28, 23, 59))
time.sleep_ms(10)
equal(r.datetime()[:6], (2026, 3, 1, 6, 0, 0))
check(10000000 <= time.time_ns() - start < 60000000)
good = [2026, 3, 1, 0, 0, 0, 0, 0]
now = r.datetime()
for i, wrong in enumerate((1999, 0, 0, None, 24, 60, 60, 1000000)):
    if wrong is not None:
        bad = list(good)
        bad[i] = wrong
        check("datetime[%d]" % i in raises(ValueError, r.datetime, bad))
        bad[i] = -1
        raises(ValueError, r.datetime, bad)
raises(ValueError, r.datetime, (2026, 3, 1))
raises(TypeError, r.datetime, ("2026", 3, 1, 0, 0, 0, 0, 0))
equal(r.datetime()[:5], now[:5])
for day in ((2026, 2, 29), (2024, 4, 31)):
    raises(ValueError, r.datetime, day + (0, 0, 0, 0, 0))
r.datetime((2024, 2, 29, 0, 0, 0, 0, 0))
equal(r.datetime()[:3], (2024, 2, 29))
# Ticks and delays do not follow the wall clock.
ticks = time.ticks_ms()
r.datetime((2040, 1, 1, 0, 0, 0, 0, 0))
check(time.ticks_diff(time.ticks_ms(), ticks) < 100)
r.datetime(before)
