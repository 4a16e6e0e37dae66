# SPDX-License-Identifier: MIT
"""Native and viper code against bytecode, as ratios of one run on the RTL of `bench`.

    python -m bench native

The same source is compiled three times. VexRiscv `standard` has no compressed instructions: this is the code that
port/native/ makes of upstream's emitter.
"""

from bench import figure, guest
from bench.interpreter import perf_bench_source

COMMAND = "python -m bench native"

LOOP = """
def bytecode(n):
    s = i = 0
    while i < n:
        s = (s + i) & 0xffff
        i += 1
    return s

@micropython.native
def native(n):
    s = i = 0
    while i < n:
        s = (s + i) & 0xffff
        i += 1
    return s

@micropython.viper
def viper(n: int) -> int:
    s = i = 0
    while i < n:
        s = (s + i) & 0xffff
        i += 1
    return s
"""

FOR_LOOP = """
def bytecode(n):
    for i in range(n):
        pass

@micropython.native
def native(n):
    for i in range(n):
        pass
"""

MEASURE = """
def cycles_of(function, *args):
    function(*args)
    s = cycles()
    result = function(*args)
    e = cycles()
    return took(s, e), result
"""

RUN_LOOP = """
expected = cycles_of(bytecode, 2000)
for function in {functions}:
    taken = cycles_of(function, 2000)
    assert taken[1] == expected[1]
    print(expected[0] / taken[0])
"""

RUN_MANDEL = """
by = {}
for name, source in (("bytecode", SOURCE), ("native", NATIVE)):
    space = {}
    exec(source, space)
    run, result = space["bm_setup"]((8, 8))
    by[name] = cycles_of(run)[0], result()
assert by["bytecode"][1] == by["native"][1]
print(by["bytecode"][0] / by["native"][0])
"""


def ratios(soc: str, code: str) -> list[float]:
    """What a program prints on the RTL, a number in each line."""
    output = guest.execute(guest.rtl_command(soc), guest.prelude(soc) + MEASURE + code)
    return [float(line) for line in output.split()]


def run() -> list[dict]:
    """The figures for build/bench.json."""
    soc = "bench"
    native, viper = ratios(soc, LOOP + RUN_LOOP.format(functions="(native, viper)"))
    (counted,) = ratios(soc, FOR_LOOP + RUN_LOOP.format(functions="(native,)"))
    source = perf_bench_source("misc_mandel")
    decorated = source.replace("def mandelbrot", "@micropython.native\ndef mandelbrot")
    (mandel,) = ratios(soc, f"SOURCE = {source!r}\nNATIVE = {decorated!r}\n" + RUN_MANDEL)
    rows = (
        ("viper integer loop", viper, 15),
        ("native integer loop", native, 1.8),
        ("native for range loop", counted, None),
        ("native misc_mandel", mandel, 1.3),
    )
    return [
        figure(name, round(value, 2), "times bytecode", COMMAND, goal, better="higher")
        for name, value, goal in rows
    ]
