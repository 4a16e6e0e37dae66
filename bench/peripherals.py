# SPDX-License-Identifier: MIT
"""What the classes for hardware take, in cycles on the RTL of `full`.

    python -m bench.peripherals [--lxemu] [NAME...]     prints rows whose name has NAME in it

A row is a program that leaves its figure to `done(cycles)`. `least(f, *args)` is the smallest of a few
calls of f, less that of an empty function: the first call, with cold caches, does not count.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench import figure, guest

SOC = "full"
WORKERS = 2

COMMON = """
def done(cycles): print(cycles)
def least(f, *args):
    def empty(*args): pass
    def one(f):
        s = cycles()
        f(*args)
        return took(s, cycles())
    return min(one(f) for i in range(4)) - min(one(empty) for i in range(4))
"""


@dataclass(frozen=True)
class Row:
    """One figure.

    name: of the row; code: the program; goal, limit, unit: as of bench.figure().
    """

    name: str
    code: str
    goal: int = None
    limit: int = None
    unit: str = "cycles"


# 1 KiB at a quarter of the system clock: what the wire takes, and 15% more.
SPI_WIRE = 1024 * 8 * 4
SPI_GOAL = SPI_WIRE * 115 // 100
SPI = """
spi = machine.SPI({core!r}, machine.freq() // 4)
out, into = bytes(1024), bytearray(1024)
done(least(spi.{call}))
"""
SPI_WRITE = "write, out"
SPI_BOTH = "write_readinto, out, into"


def spi_row(core, what, call, goal=None):
    """A row of SPI transfers.

    core: its name; what: for people; call: of the SPI object; goal: in cycles.
    """
    return Row(
        f"SPI 1 KiB at clk/4, {core}, {what}", SPI.format(core=core, call=call), goal, SPI_WIRE
    )


ROWS = (
    spi_row("spi_mmap", "write", SPI_WRITE, SPI_GOAL),
    spi_row("spi_mmap", "write_readinto", SPI_BOTH, SPI_GOAL),
    spi_row("spi1", "32 bits, write", SPI_WRITE, SPI_GOAL),
    spi_row("spi1", "32 bits, write_readinto", SPI_BOTH, SPI_GOAL),
    spi_row("spi0", "8 bits, write", SPI_WRITE),
    spi_row("spi0", "8 bits, write_readinto", SPI_BOTH),
)


def measure(row, lxemu=False):
    """The figure of a row, in cycles.

    row: of ROWS; lxemu: on lxemu's estimate of the RTL.
    """
    command = guest.lxemu_command(SOC, "--timing") if lxemu else guest.rtl_command(SOC)
    output = guest.execute(command, guest.prelude(SOC) + COMMON + row.code)
    return int(output.split()[-1])


def run(rows=ROWS, lxemu=False):
    """All figures of these rows.

    rows: of ROWS; lxemu: on lxemu instead of the RTL.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        values = list(pool.map(lambda row: measure(row, lxemu), rows))
    return [
        figure(
            row.name,
            value,
            row.unit,
            f"python -m bench.peripherals '{row.name}'",
            goal=row.goal,
            limit=row.limit,
        )
        for row, value in zip(rows, values, strict=True)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lxemu", action="store_true", help="on lxemu --timing, not the RTL")
    parser.add_argument("name", nargs="*", help="part of a row's name; default: all rows")
    options = parser.parse_args()
    rows = [row for row in ROWS if all(name in row.name for name in options.name)]
    for row in run(rows, options.lxemu):
        print(f"{row['name']:48} {row['value']:>9,} {row['unit']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
