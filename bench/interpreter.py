# SPDX-License-Identifier: MIT
"""The interpreter's speed in cycles on the RTL of `bench`, and of `sdram` for a part of the rows.

    python -m bench.interpreter [--soc SOC] [--lxemu] [NAME...]     prints rows whose name has NAME in it

Micro rows are cycles per iteration of `for i in range(n): BODY` inside a function, loop included. Program
rows are the cycles of run() of upstream's tests/perf_bench programs with the parameters given here. "old" is
the older LiteX port, "plain" MicroPython 1.26 built without thought of the caches, both measured on the same
RTL (docs/performance.md); what they took stands in the tables, so that each row can be read against it.
"""

import argparse
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import figure, guest

PERF_BENCH = Path("tests/perf_bench")
WORKERS = 2
ITERATIONS = 400

# Name, setup, body, old, plain, goal.
MICRO = (
    ("for range: pass", "", "pass", 520, 622, 400),
    ("f()", "def f(): pass", "f()", 2229, 2115, None),
    ("o.x", "", "o.x", 1603, 920, None),
    ("o.m()", "", "o.m()", 4237, 3744, None),
    ("x * 1.0001 + 0.5", "", "x * 1.0001 + 0.5", 3838, 4550, None),
    ("list index", "", "l[3]", 956, 1039, None),
    ("list append", "", "l.append(i)", 1746, 2180, None),
    ("dict get", "", "d['b']", 1435, 1227, None),
    ("bytearray store", "", "b[3] = 7", 1460, 1573, None),
    ("'%d' % i", "", "'%d' % i", 16743, 8836, None),
    ("try-raise-except", "", "try: raise e\n  except ValueError: pass", 8637, 7169, None),
    ("p.on(); p.off()", "", "p.on(); p.off()", 2437, 2820, None),
    ("p(1); p(0)", "", "p(1); p(0)", 1428, 1824, 1000),
    ("p.toggle() twice", "", "p.toggle(); p.toggle()", None, None, 1300),
    ("led.on(); led.off()", "", "led.on(); led.off()", 2523, 2779, None),
    ("led.toggle() twice", "", "led.toggle(); led.toggle()", 2490, 2699, None),
    ("mem32 write twice", "", "m[a] = 1; m[a] = 0", 1619, 1420, None),
    ("mem32 read", "", "m[a]", 1127, 1237, None),
    ("time.ticks_us()", "", "time.ticks_us()", 1352, 1352, None),
)

MICRO_SETUP = """
import time, litex
class O:
    def m(self): pass
o = O()
o.x = 1
"""

MICRO_ROW = """
{setup}
def run(n, o=o, d={{'a': 1, 'b': 2, 'c': 3}}, b=bytearray(8), m=machine.mem32, a={led}, e=ValueError()):
 x = 1.5
 l = [1, 2, 3, 4]
 {lets}
 for i in range(n):
  {body}
run(2)
s = cycles()
run({n})
e = cycles()
print(took(s, e))
"""

# Program, parameters, old, plain.
PROGRAMS = (
    ("bm_fannkuch", "(5,)", 2956459, 3091549),
    ("bm_fft", "(1, 64)", 9380895, 9596578),
    ("bm_float", "(1, 100)", 10519479, 8873851),
    ("bm_nqueens", "(1, 5)", 10676079, 11086902),
    ("bm_pidigits", "(1, 35)", 10205166, 8970497),
    ("bm_wordcount", "(4,)", 16691109, 12880341),
    ("core_qstr", "(200,)", 3642907, 2022284),
    ("core_locals", "(2,)", 5082335, 4301913),
    ("core_yield_from", "(1000,)", 8115449, 6609433),
    ("core_str", "(2,)", 21554749, 14206097),
    ("misc_mandel", "(8, 8)", 11410526, 11519250),
    ("misc_aes", "(1, 16)", 11164488, 8463190),
    ("misc_pystone", "(80,)", 13926563, 9544149),
    ("bm_hexiom", "(1, 10, DESCENDING, Done.FIRST_STRATEGY)", None, 63142220),
    ("bm_chaos", "(0.25, 100, 20, 20, 20, 1234)", None, 21644620),
    ("misc_raytrace", "(3, 3, 2)", None, 15920943),
)

PROGRAM_RUN = """
run, result = bm_setup({parameters})
s = cycles()
run()
e = cycles()
print(took(s, e))
"""

GC_ROWS = (
    ("gc.collect(), nearly empty heap", "", 8235732, 17002, 17000),
    ("gc.collect(), 2,000 lists", "keep = [[i] for i in range(2000)]", 16447105, 8144026, 8144026),
)

GC_RUN = """
import gc
{setup}
gc.collect()
s = cycles()
gc.collect()
e = cycles()
print(took(s, e))
"""

# Source, what is counted, old, plain.
EXEC_RUN = """
s = cycles()
exec(SOURCE)
e = cycles()
print(took(s, e))
"""
PRINT_RUN = """
text = 'x' * 999
print(text)
s = cycles()
print(text)
e = cycles()
print(took(s, e))
"""

BOOT_OLD, BOOT_PLAIN, BOOT_GOAL = 634842, 936645, 150000

# A board's main RAM is slower: these also run on `sdram`.
SDRAM = (
    "for range: pass",
    "f()",
    "x * 1.0001 + 0.5",
    "bm_fannkuch",
    "bm_float",
    "core_qstr",
    "core_str",
    "misc_pystone",
)


def perf_bench_source(name):
    """The text of one of upstream's benchmark programs."""
    trees = sorted(guest.BUILD.glob("micropython-*/" + str(PERF_BENCH)))
    if not trees:
        raise guest.BenchError("no MicroPython source under build/: run `make firmware` first")
    return (trees[0] / f"{name}.py").read_text()


def micro_code(soc, row):
    """A program that prints the cycles of one micro row.

    soc: name of the reference SoC; row: entry of MICRO.
    """
    _, setup, body, *_ = row
    lets = []
    if "p(" in body or "p.o" in body or "p.t" in body:
        lets.append("p = machine.Pin(0, machine.Pin.OUT)")
    if "led." in body:
        lets.append("led = litex.LED(0)")
    return (
        guest.prelude(soc)
        + MICRO_SETUP
        + MICRO_ROW.format(
            setup=setup,
            lets="; ".join(lets) or "pass",
            body=body,
            led=guest.register(soc, "leds_out")["addr"],
            n=ITERATIONS,
        )
    )


def simulator(soc, lxemu):
    """The command to run a SoC on: its RTL or lxemu's estimate of it."""
    return guest.lxemu_command(soc, "--timing") if lxemu else guest.rtl_command(soc)


def measure_micro(soc, lxemu, row):
    """Cycles per iteration of a micro row, alone on a SoC that has just started: where other rows put the heap's
    objects in the data cache does not count."""
    return round(int(guest.execute(simulator(soc, lxemu), micro_code(soc, row))) / ITERATIONS)


def measure_program(soc, lxemu, name):
    """Cycles of one program on a SoC."""
    parameters = next(row[1] for row in PROGRAMS if row[0] == name)
    code = perf_bench_source(name) + guest.prelude(soc) + PROGRAM_RUN.format(parameters=parameters)
    return int(guest.execute(simulator(soc, lxemu), code).split()[-1])


def measure_other(soc, lxemu):
    """{name: value} of the rows about garbage, compiling and printing."""
    command = simulator(soc, lxemu)
    prelude = guest.prelude(soc)
    found = {}
    for name, setup, *_ in GC_ROWS:
        found[name] = int(guest.execute(command, prelude + GC_RUN.format(setup=setup)).split()[-1])
    source = perf_bench_source("misc_pystone")
    code = prelude + f"SOURCE = {source!r}\n" + EXEC_RUN
    found["exec, per character"] = round(
        int(guest.execute(command, code).split()[-1]) / len(source)
    )
    found["print, per character"] = round(
        int(guest.execute(command, prelude + PRINT_RUN).split()[-1]) / 1001
    )
    return found


def measure(soc, lxemu=False, wanted=None):
    """{name: cycles} of the rows on a SoC; wanted: names, None for all."""

    def want(name):
        return wanted is None or any(part in name for part in wanted)

    with ThreadPoolExecutor(WORKERS) as pool:
        micro = {
            row[0]: pool.submit(measure_micro, soc, lxemu, row) for row in MICRO if want(row[0])
        }
        other = pool.submit(measure_other, soc, lxemu) if wanted is None else None
        programs = {
            row[0]: pool.submit(measure_program, soc, lxemu, row[0])
            for row in PROGRAMS
            if want(row[0])
        }
        found = {name: job.result() for name, job in (micro | programs).items()}
        return found | (other.result() if other else {})


def baselines():
    """{name: (old, plain, goal)} of every row."""
    table: dict[str, tuple[int | None, int | None, int | None]]
    table = {row[0]: row[-3:] for row in MICRO}
    table |= {row[0]: (row[2], row[3], None) for row in PROGRAMS}
    table |= {row[0]: row[-3:] for row in GC_ROWS}
    table["exec, per character"] = (7371, 4200, None)
    table["print, per character"] = (162, 131, None)
    return table


def speed_up(found):
    """Geometric mean over the programs that the older port ran of its cycles by ours."""
    ratios = [row[2] / found[row[0]] for row in PROGRAMS if row[2] and row[0] in found]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def run():
    """The figures for build/bench.json."""
    command = "python -m bench interpreter"
    rows = []
    found = measure("bench")
    for name, (old, plain, goal) in baselines().items():
        label = f"{name} (old {old or '-'}, plain {plain or '-'})"
        rows.append(figure(label, found[name], "cycles", command, goal))
    rows.append(
        figure(
            "13 programs, speed of the older port's (2 is wanted)",
            round(speed_up(found), 3),
            "times",
            command,
            1.5,
            better="higher",
        )
    )
    boot = guest.boot("bench")
    label = f"reset to first prompt (old {BOOT_OLD}, plain {BOOT_PLAIN})"
    rows.append(figure(label, boot, "cycles", command, BOOT_GOAL))
    for name, cycles in measure("sdram", wanted=SDRAM).items():
        rows.append(figure(f"sdram: {name}", cycles, "cycles", command))
    rows.append(figure("sdram: reset to first prompt", guest.boot("sdram"), "cycles", command))
    return rows


def main(argv):
    """Print rows beside the baselines.

    argv: the command line's arguments.
    """
    parser = argparse.ArgumentParser(prog="bench.interpreter")
    parser.add_argument("--soc", default="bench")
    parser.add_argument("--lxemu", action="store_true", help="lxemu --timing instead of RTL")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args(argv)
    found = measure(args.soc, args.lxemu, args.names or None)
    table = baselines()
    for name, cycles in found.items():
        old, plain, _ = table[name]
        ratios = [f"{base / cycles:7.2f}" if base else "      -" for base in (old, plain)]
        print(f"{name:36} {cycles:>12,} {old or 0:>12,} {plain or 0:>12,} {' '.join(ratios)}")
    if speed_up(found):
        print(f"speed-up over old: {speed_up(found):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
