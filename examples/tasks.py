# SPDX-License-Identifier: MIT
"""Two tasks and a timer at once."""

import asyncio

from machine import Timer


async def count(name, period_ms, times):
    """Print `times` lines, one each `period_ms`."""
    for i in range(times):
        await asyncio.sleep_ms(period_ms)
        print(name, i)


async def main():
    """Run both tasks to their end."""
    await asyncio.gather(count("slow", 30, 2), count("fast", 10, 5))


ticks = []
timer = Timer(-1, period=5, callback=lambda t: ticks.append(1))
asyncio.run(main())
timer.deinit()
print("ticks while that ran:", len(ticks) > 8)
