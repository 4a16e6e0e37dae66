# SPDX-License-Identifier: MIT
# On the target, after prelude.py: soc/deferred.h as its client `_deferred` sees it (modules/deferred). MOST is the bound
# of the time from the clock's event to the work, in cycles.
import gc

import _deferred as client


def ends_by_interrupt(loop):
    try:
        loop()
    except KeyboardInterrupt:
        return True
    return False


def forever():
    while True:
        pass


def fair():
    """Check what holds of all runs; return (requests, runs)."""
    client.stop()
    requests, runs, nested, in_interrupt, locked, least, most = client.seen()
    equal((nested, in_interrupt, locked), (0, 0, 0))
    return requests, runs, least, most


# A loop that calls nothing.
client.start(0, RUNS)
check(ends_by_interrupt(forever))
requests, runs, least, most = fair()
check(RUNS <= runs <= requests <= RUNS + 20, (requests, runs))
check(0 < least <= most < MOST, (least, most))
print("latency", least, most)

# C code that serves nothing, and the garbage collector.
client.start()
client.spin(10500)
requests, runs, least, most = fair()
check(10 <= runs == requests <= 11, (requests, runs))
check(most < MOST, most)
kept = [[i] for i in range(2000)]
client.start()
while client.seen()[1] < 20:
    gc.collect()
requests, runs, least, most = fair()
equal(runs, requests)
check(most < MOST, most)

# Work that takes longer than the time between two interrupts: they go on, it does not nest, and the program goes on.
client.start(2500, 40)
check(ends_by_interrupt(forever))
requests, runs, least, most = fair()
check(runs >= 40 and requests >= 2 * runs, (requests, runs))

# The lock holds work back; the unlock runs what was asked for once.
client.start()
client.lock()
client.lock()
client.spin(3500)
equal(client.seen()[1], 0)
check(client.seen()[0] >= 3)
client.unlock()
equal(client.seen()[1], 0)
client.stop()
client.unlock()
equal(client.seen()[1], 1)

# A request by the program runs before it returns; with interrupts off, when they are on again.
import machine

client.start()
client.stop()
before = client.seen()[1]
client.request()
equal(client.seen()[1], before + 1)
state = machine.disable_irq()
client.request()
held = client.seen()[1]
machine.enable_irq(state)
client.spin(1500)
equal((held, client.seen()[1]), (before + 1, before + 2))
