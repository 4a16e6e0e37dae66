# SPDX-License-Identifier: MIT
"""Try every class that this SoC has, on any board, with nothing connected.

Prints a line for each class: its name, `pass`, `skip` or `FAIL`, and what was done or why not; then the verdict.
Nothing is left switched on. `import acceptance; acceptance.main()` runs it on a board on which it was copied.
"""

import gc
import time

import litex
import machine

CORES = litex.info()["cores"]


class Skip(Exception):
    """The SoC lacks what a check needs."""


def need(module, name):
    """Return a class of a module, else skip."""
    if not hasattr(module, name):
        raise Skip("no such core")
    return getattr(module, name)


def equal(got, want, what):
    """Fail unless both are equal."""
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def within(ms, ready, what):
    """Wait until ready() holds; fail when it does not within so many milliseconds."""
    end = time.ticks_add(time.ticks_ms(), ms)
    while not ready():
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            raise AssertionError(what + ": not within %d ms" % ms)


def registers():
    """Write and read a register that is there for that."""
    if "ctrl_scratch" not in [r[0] for r in litex.csrs("ctrl_")]:
        raise Skip("no ctrl core")
    before = litex.csr_read("ctrl_scratch")
    for value in (0x12345678, 0xA5A5A5A5, 0, before):
        litex.csr_write("ctrl_scratch", value)
        equal(litex.csr_read("ctrl_scratch"), value, "ctrl_scratch")
    return "%d registers" % len(litex.csrs())


def led():
    """Switch each LED on and off."""
    LED = need(litex, "LED")
    n = 0
    try:
        while n < 32:
            p = LED(n)
            for value in (1, 0):
                p.value(value)
                equal(p.value(), value, "LED %d" % n)
            n += 1
    except ValueError:
        pass
    return "%d LEDs" % n


def memory():
    """Fill a buffer and collect the garbage."""
    free = gc.mem_free()
    data = bytes(range(256)) * (min(free // 1024, 1024) or 1)
    equal(sum(data), 32640 * (len(data) // 256), "sum")
    del data
    gc.collect()
    with open("acceptance.tmp", "w") as f:
        f.write("kept")
    with open("acceptance.tmp") as f:
        equal(f.read(), "kept", "file")
    __import__("os").remove("acceptance.tmp")
    return "%d bytes free" % free


def clock():
    """The system clock runs, and at the rate that it states."""
    a = time.ticks_us()
    time.sleep_ms(20)
    passed = time.ticks_diff(time.ticks_us(), a)
    if not 20000 <= passed <= 22000:
        raise AssertionError("20 ms took %d us" % passed)
    return "%d Hz" % machine.freq()


def timer():
    """A timer fires as often as it says."""
    Timer = need(machine, "Timer")
    hits = []
    t = Timer(-1, mode=Timer.PERIODIC, period=2, callback=lambda t: hits.append(1))
    within(100, lambda: len(hits) >= 5, "5 callbacks")
    t.deinit()
    return "%d callbacks" % len(hits)


CHECKS = (
    ("csr", registers),
    ("memory", memory),
    ("time", clock),
    ("LED", led),
    ("Timer", timer),
)


def main():
    """Run all checks; return whether none failed."""
    info = litex.info()
    cpu = info["cpu"]
    print(
        "SoC: %s, %s %s, %d Hz" % (info["identifier"], cpu["name"], cpu["variant"], info["clock"])
    )
    passed = failed = 0
    for name, check in CHECKS:
        try:
            print("%-14s pass  %s" % (name, check()))
            passed += 1
        except Skip as e:
            print("%-14s skip  %s" % (name, e))
        except Exception as e:
            print("%-14s FAIL  %s %s" % (name, type(e).__name__, e))
            failed += 1
        gc.collect()
    print(
        "verdict: %s: %d classes passed, %d failed"
        % ("FAIL" if failed or not passed else "pass", passed, failed)
    )
    return passed > 0 and not failed
