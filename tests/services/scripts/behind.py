# SPDX-License-Identifier: MIT
"""The loop behind a program: steps that come from the scheduler, in the middle of the program's own asyncio."""

import asyncio
from asyncio import core

import micropython
from services.loop import loop

passed = 0


def check(what, found, wanted):
    global passed
    if found != wanted:
        raise AssertionError("{}: {}, not {}".format(what, found, wanted))
    passed += 1


turns = [0]


async def service():
    while True:
        await asyncio.sleep_ms(0)
        turns[0] += 1
        await asyncio.sleep_ms(1)


def schedule():
    """A step between two bytecodes, as a timer makes it."""
    try:
        micropython.schedule(loop.step, None)
    except RuntimeError:
        pass  # the queue is full


async def counter(n):
    total = 0
    for i in range(n):
        schedule()
        await asyncio.sleep_ms(i & 1)
        total += 1
    return total


async def program():
    return await asyncio.gather(counter(200), counter(100), counter(50))


loop.spawn(service())
queue = core._task_queue
check("program", asyncio.run(program()), [200, 100, 50])
check("own queue", core._task_queue is queue, True)
check("service ran", turns[0] > 10, True)

# A program that starts asyncio anew, and one that never yields.
before = turns[0]
asyncio.new_event_loop()
check("anew", asyncio.run(counter(50)), 50)
for _ in range(3000):
    schedule()
    for _ in range(20):
        pass
check("service goes on", turns[0] > before + 2, True)

# Sleeps of the program which a step interrupts between their halves.
for _ in range(50):
    sleeper = asyncio.sleep_ms(0)
    loop.step()
    check("half of a sleep", sleeper.state is not None, True)
    sleeper.state = None


# Tasks that fail and tasks that are cancelled leave the others alone.
async def fail():
    raise KeyboardInterrupt


async def quiet():
    try:
        await asyncio.sleep(1000)
    finally:
        turns.append("cancelled")


loop.spawn(fail())
try:
    loop.step()
except KeyboardInterrupt:
    passed += 1
task = loop.spawn(quiet())
loop.step()
loop.cancel(task)
for _ in range(10):
    loop.step()
check("cancelled", turns[-1], "cancelled")
before = turns[0]
for _ in range(2000):
    schedule()
    for _ in range(20):
        pass
check("after failures", turns[0] > before, True)


# In the foreground, until somebody says so.
async def ender():
    await asyncio.sleep_ms(5)
    loop.end()


loop.spawn(ender())
loop.run()
passed += 1
print("{} passed, 0 failed".format(passed))
