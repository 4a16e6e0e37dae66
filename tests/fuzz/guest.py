# SPDX-License-Identifier: MIT
# The target's half of classes.py, which puts SEED, OPERATIONS and VERBOSE before it: random attributes, arguments and
# operators for everything in machine and litex. What is left out may, by its nature, break the virtual machine or end
# the run: raw memory and registers, resets, sleeping and turning interrupts off.
import gc
import random

import litex
import machine

LEFT_OUT = {
    "machine": "reset soft_reset bootloader deepsleep lightsleep mem8 mem16 mem32 disable_irq enable_irq WDT",
    "litex": "csr_write regs RemoteClient VfsRam",
}
KEYWORDS = (
    "mode pull value baudrate bits parity stop timeout timeout_char freq duty_u16 duty_ns width cs id callback handler"
    " hard trigger loop period tick_hz polarity phase firstbit sck mosi miso scl sda addrsize stop mask level rxbuf txbuf"
).split()
random.seed(SEED)
pick = random.choice


class Odd:
    def __init__(self, *args) -> None:
        pass

    def __len__(self):
        return -3

    def __int__(self):
        raise ZeroDivisionError

    def __getattr__(self, name):
        raise OSError(name)


def fails(*args):
    raise ValueError(args)


def allocates(*args):
    return [bytearray(50) for _ in range(20)]


buffer = bytearray(range(64))
# fmt: off
values = [-1, 0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 255, 256, 1000, 4095, 65535, 65536, 115200, 1000000]
values += [(1 << 30) - 1, 1 << 30, (1 << 31) - 1, 1 << 31, -(1 << 31), (1 << 32) - 1, 1 << 32, 1 << 63, 10**30]
values += [0.0, -0.5, 1.5, 1e300, float("inf"), float("nan"), None, True, False, Ellipsis]
values += ["", "0", "gpio", "gpio[3]", "gpio[", "leds[0]", "scratch", "a" * 300, b"", b"abcd", bytes(33), buffer]
values += [memoryview(buffer), memoryview(buffer)[1:9], memoryview(buffer)[4:12], memoryview(b"12345678"), range(3)]
values += [(), (1, 2), (400, 850, 800, 450), [], [1, "a"], {}, {1: 2}, {1, 2}, fails, allocates, print, Odd, Odd(), int]
values += [ValueError, ValueError("x"), gc, lambda *args: None, object()]
# fmt: on
values += list(litex.info()["cores"])
objects = []
for module in (machine, litex):
    out = LEFT_OUT[module.__name__].split()
    objects += [
        getattr(module, name) for name in dir(module) if name not in out and name[0] != "_"
    ]
roots = len(objects)
OPERATORS = (
    lambda a, b: a + b, lambda a, b: a == b, lambda a, b: a < b, lambda a, b: a[b], lambda a, b: b in a,
    lambda a, b: a @ b, lambda a, b: [x for x, _ in zip(a, range(9))], lambda a, b: bytes(memoryview(a))[:9],
    lambda a, b: len(a), lambda a, b: hash(a), lambda a, b: str(a), lambda a, b: bool(a), lambda a, b: -a,
    lambda a, b: a(b), lambda a, b: a.__setitem__(b, 1), lambda a, b: setattr(a, "x", b), lambda a, b: a.readinto(b),
    lambda a, b: a[1:3], lambda a, b: isinstance(b, a), lambda a, b: a.__enter__(), lambda a, b: iter(a), lambda a, b: dir(a),
)  # fmt: skip


def value():
    return pick(objects) if random.getrandbits(3) == 0 else pick(values)


PLAIN = (type(None), int, float, bool, str, bytes, bytearray, list, tuple, dict, set)


def keep(thing) -> None:
    # Plain ones are not what is tested; some are so large that their repr takes for ever.
    if type(thing) not in PLAIN:
        if len(objects) < roots + 60:
            objects.append(thing)
        else:
            objects[roots + random.getrandbits(16) % 60] = thing


def operation() -> None:
    thing = pick(objects) if random.getrandbits(2) else pick(objects[roots:] or objects)
    if random.getrandbits(3) == 0:
        what, other = random.getrandbits(16) % len(OPERATORS), value()
        if VERBOSE:
            print("operator", what, repr(thing)[:80], repr(other)[:80])
        OPERATORS[what](thing, other)
        return
    names = [name for name in dir(thing) if name[0] != "_"]
    name = pick(names) if names and random.getrandbits(1) else ""
    args = [value() for _ in range(random.getrandbits(16) % 5)]
    words = {pick(KEYWORDS): value() for _ in range(random.getrandbits(16) % 4 // 2)}
    if VERBOSE:
        print(repr(thing)[:80], name, [repr(a)[:60] for a in args], repr(words)[:120])
    target = getattr(thing, name) if name else thing
    keep(target(*args, **words) if callable(target) else target)


raised = 0
done = 0
while done < OPERATIONS:
    done += 1
    try:
        operation()
    except (Exception, SystemExit):
        raised += 1
objects = values = None
gc.collect()
print("\nFUZZ", done, raised)
