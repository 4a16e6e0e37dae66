# SPDX-License-Identifier: MIT
# The heap: size, exhaustion, collection, deep recursion; memory access by address.
import gc

import litex

gc.collect()
ram = litex.info()["memories"]["main_ram"][1]
# gc.mem_free() looks at each block of the heap, which takes minutes on RTL where there is much of it.
free = gc.mem_free() if FAST or ram < 0x100000 else 0
# 48 KiB at the prompt (test_repl.py), of which this script has taken some.
if FAST or ram < 0x100000:
    check(free >= 44 * 1024, "%d bytes of heap free" % free)
if FAST and ram >= 0x1000000:
    check(free > ram - 0x200000 - ram // 32, "%d of %d bytes free" % (free, ram))

# Running out of memory is an exception, and what was taken comes back.
raises(MemoryError, bytearray, ram)
hold = []
try:
    while ram < 0x100000:
        hold.append(bytearray(1024))
except MemoryError:
    pass
hold = None
gc.collect()
if free:
    check(gc.mem_free() > free * 9 // 10, "%d of %d came back" % (gc.mem_free(), free))
# SOFT RESET
import gc

import litex
import machine

ram = litex.info()["memories"]["main_ram"][1]


# A collection finds what only the stack or a register holds.
def churn(n):
    keep = [bytearray([i]) for i in range(50)]
    for _ in range(n):
        bytearray(500)
    gc.collect()
    return all(keep[i][0] == i for i in range(50))


check(churn(100))


# More objects than the collector's mark stack holds, side by side and in a chain: all are kept.
def wide_and_deep(n):
    wide = [[i] for i in range(n)]
    deep = None
    for i in range(n):
        deep = [i, deep]
    gc.collect()
    for _ in range(n):
        bytearray(1)
    gc.collect()
    count = 0
    while deep is not None:
        count += deep[0]
        deep = deep[1]
    return count == n * (n - 1) // 2 and all(wide[i][0] == i for i in range(n))


gc.collect()
free = gc.mem_free() if FAST or ram < 0x100000 else 0
check(wide_and_deep(200 if ram < 0x100000 else 3000 if FAST else 600))
gc.collect()
if free:
    check(gc.mem_free() > free * 9 // 10, "%d of %d after the lists" % (gc.mem_free(), free))


# The stack's check stops a recursion before the stack ends.
def deep(n):
    return deep(n + 1)


raises(RuntimeError, deep, 0)


def depth(n):
    try:
        return depth(n + 1)
    except RuntimeError:
        return n


check(depth(0) >= 8, "recursion depth %d" % depth(0))

raises(ValueError, lambda: machine.mem32[0x40000001])
raises(ValueError, lambda: machine.mem16[0x40000001])
b = bytearray(8)
try:
    import uctypes
except ImportError:
    uctypes = None
if uctypes:
    p = uctypes.addressof(b)
    machine.mem32[p] = 0x11223344
    machine.mem16[p + 4] = 0x5566
    machine.mem8[p + 6] = 0x77
    equal(bytes(b), b"\x44\x33\x22\x11\x66\x55\x77\x00")
    equal(machine.mem32[p], 0x11223344)

# The C library's memory functions, at all alignments and lengths: slices use them.
src = bytearray((i * 7 + 3) & 255 for i in range(96))
for n in (0, 1, 3, 4, 7, 13, 16, 17, 31, 40):
    for s in range(4):
        for d in range(4):
            # Joined at offset d, from offset s, and looked at byte by byte.
            dst = list(bytes(d) + bytes(src[s : s + n]) + bytes(3))
            want = [0] * d + [src[s + i] for i in range(n)] + [0] * 3
            if dst != want:
                check(False, "copy of %d bytes from %d to %d" % (n, s, d))
check(True)
