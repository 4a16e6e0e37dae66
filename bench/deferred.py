# SPDX-License-Identifier: MIT
"""What deferred work (soc/deferred.h) takes, in cycles on the RTL of `bench`: `python -m bench.deferred [--lxemu]`.

The firmware is that of tests/device/test_deferred.py, whose client asks for work in each interrupt of the clock.
"""

import subprocess
import sys

from bench import figure, guest

SOC = "bench"
FIRMWARE = guest.BUILD / "firmware" / "bench-deferred" / "firmware.bin"
SELF = "python -m bench.deferred"

# `before` and `idle` are a loop before the first request and with the queue empty again. The clock's interrupt falls into
# each loop, one time more or less, so the best of five counts.
CODE = """
import _deferred
def loop(n=2000):
    for i in range(n):
        pass
def least():
    best = 1 << 60
    for i in range(5):
        s = cycles()
        loop()
        best = min(best, took(s, cycles()))
    return best
before = least()
_deferred.start()
busy = least()
_deferred.stop()
seen = _deferred.seen()
idle = least()
s = cycles()
for i in range(8):
    loop()
loops = took(s, cycles())
_deferred.start()
s = cycles()
for i in range(8):
    loop()
with_work = took(s, cycles())
_deferred.stop()
runs = _deferred.seen()[1]
print(seen[5], seen[6], before, idle, busy, (with_work - loops) // runs)
"""

# What the code prints, in this order.
ROWS = (
    "clock's event to deferred work, least",
    "clock's event to deferred work, most",
    "for i in range(2000), before any work",
    "for i in range(2000), no work asked for",
    "for i in range(2000), work each ms",
    "deferred work that does nothing, each",
)


def run(lxemu: bool = False):
    """All figures, on the RTL or on lxemu's estimate of it."""
    subprocess.run(["make", "deferred-image"], cwd=guest.ROOT, check=True)
    if lxemu:
        command = guest.lxemu_command(SOC, "--timing", firmware=FIRMWARE)
    else:
        command = guest.rtl_command(SOC, firmware=FIRMWARE)
    values = guest.execute(command, guest.prelude(SOC) + CODE).split()
    return [
        figure(name, int(value), "cycles", SELF) for name, value in zip(ROWS, values, strict=True)
    ]


def main():
    for row in run(sys.argv[1:] == ["--lxemu"]):
        print(f"{row['name']:48} {row['value']:>9,} {row['unit']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
