# SPDX-License-Identifier: MIT
# Native and viper code, on cores with and without compressed instructions: each form of jump, comparison, load and
# store; code that takes the place of other code in memory; .mpy files that the core cannot run.
# Needs the full size class.
import gc
import sys

import micropython


def compiled(source):
    """The function `f` that a source defines."""
    space = {"micropython": micropython}
    exec(source, space)
    return space["f"]


# Comparisons of viper, signed and unsigned, each as a value and as a jump.
VALUES = (-0x80000000, -2, -1, 0, 1, 2, 0x7FFFFFFF) if FAST else (-0x80000000, -1, 0)
for operator in ("==", "!=", "<", "<=", ">", ">="):
    f = compiled(
        "@micropython.viper\ndef f(a: int, b: int) -> int:\n"
        "    r = int(a %s b)\n    if a %s b:\n        r += 2\n    return r\n"
        % (operator, operator)
    )
    g = compiled(
        "@micropython.viper\ndef f(a: uint, b: uint) -> int:\n    return int(a %s b)\n" % operator
    )
    expected = eval("lambda a, b: a %s b" % operator)
    for a in VALUES:
        for b in VALUES:
            equal(f(a, b), 3 if expected(a, b) else 0)
            equal(g(a, b), int(expected(a & 0xFFFFFFFF, b & 0xFFFFFFFF)))

# Constants of each length, in both signs.
for bits in range(30) if FAST else (0, 5, 11, 12, 29):
    for value in ((1 << bits) - 1, 1 << bits, -(1 << bits), -(1 << bits) - 1):
        f = compiled("@micropython.viper\ndef f() -> int:\n    return %d\n" % value)
        equal(f(), value)


# Loads and stores of each width, near and far from the pointer.
@micropython.viper
def copy(to: ptr8, source: ptr8, n: int):
    for i in range(n):
        to[i] = source[i]


@micropython.viper
def far(p8: ptr8, p16: ptr16, p32: ptr32) -> int:
    p8[0] = 0x85
    p16[1] = 0x1234
    p32[1] = 0x09ABCDEF
    p32[600] = 7
    p16[1100] = 0xFFFF
    return p8[0] + p16[1] + p32[600] + p16[1100]


buffer = bytearray(2500)
equal(far(buffer, buffer, buffer), 0x85 + 0x1234 + 7 + 0xFFFF)
equal(buffer[:8], b"\x85\x00\x34\x12\xef\xcd\xab\x09")
copied = bytearray(2500)
copy(copied, buffer, 2500)
equal(copied, buffer)

# Jumps within the reach of a branch (4 KiB) and beyond, forward and backward.
for lines in (4, 400):
    body = "        x ^= n\n        x += 3\n" * (lines // 2)
    f = compiled(
        "@micropython.viper\ndef f(n: int) -> int:\n    x = 0\n    while n:\n"
        + body
        + "        if n == 2:\n"
        + body.replace("        x", "            x")
        + "        n -= 1\n    return x\n"
    )
    x = 0
    for n in (3, 2, 1):
        for _ in range((lines // 2) * (2 if n == 2 else 1)):
            x = (x ^ n) + 3
    equal(f(3), x)


# Many locals and arguments, closures, generators, exceptions.
@micropython.native
def locals_of(a, b=2, *c, d=4, **e):
    bound = [a, b, c, d, sorted(e.items())]
    p, q, r, s, t, u, v, w = range(8)
    return bound + [p + q + r + s + t + u + v + w], lambda: (p, w, a)


got, inner = locals_of(1, 3, 5, 6, d=7, z=8)
equal(got, [1, 3, (5, 6), 7, [("z", 8)], 28])
equal(inner(), (0, 7, 1))


@micropython.native
def numbers(n):
    try:
        for i in range(n):
            yield i * i
    finally:
        log.append("closed")


log = []
equal(list(numbers(5)), [0, 1, 4, 9, 16])
equal(log, ["closed"])


@micropython.native
def failing(n):
    try:
        return 10 // n
    except ZeroDivisionError:
        return "divided"
    finally:
        log.append(n)


equal((failing(0), failing(5), log), ("divided", 2, ["closed", 0, 5]))

# Code takes the place of other code: the instruction cache must not show the old one.
for i in range(60 if FAST else 8):
    f = compiled("@micropython.viper\ndef f(a: int) -> int:\n    return a + %d\n" % (i * 7))
    equal(f(1), 1 + i * 7)
    f = None
    gc.collect()

# What mpy-cross makes of a viper function for rv32imc: M, version 6, architecture 11.
COMPRESSED = bytes.fromhex(
    "4d062f1f03010e636f6d702e7079000f026600004c000201320016025163018742011106c022c226c44ec652"
    "c856ca444183aa8400c44484402e85b285368a63860500170e000067006e0105466316c500170e000067004e"
    "0137060200090603ae040b029e03250a008945c0440294aa890546ce85b2952e85894580480294170e000067"
    "008e0082401244a244b249424ad24a13010102828000"
)
with open("native_comp.mpy", "wb") as file:
    file.write(COMPRESSED)
if sys.implementation._mpy >> 10 == 11:
    try:
        import native_comp

        equal(native_comp.f(41), 42)  # this core has compressed instructions
    except ValueError as e:
        check("compressed instructions" in str(e), str(e))
