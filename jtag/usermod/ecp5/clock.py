# SPDX-License-Identifier: MIT
"""Time for reports and progress lines. On a port without a clock every operation takes 0 seconds."""

try:
    from time import ticks_diff, ticks_ms, ticks_us  # type: ignore[attr-defined]
except ImportError:

    def ticks_ms() -> int:
        return 0

    def ticks_diff(now: int, then: int) -> int:
        return 0

    ticks_us = ticks_ms

_LONG_MS = 100_000  # ticks_us() wraps early on some ports


class Watch:
    """Measures the seconds since it was made."""

    def __init__(self) -> None:
        self._ms = ticks_ms()
        self._us = ticks_us()

    def seconds(self) -> float:
        ms = ticks_diff(ticks_ms(), self._ms)
        if ms > _LONG_MS:
            return ms / 1000
        return ticks_diff(ticks_us(), self._us) / 1_000_000
