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
    goal: int | None = None
    limit: int | None = None
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


# 64 bytes and the address at 400 kHz: what the wire takes.
I2C_WIRE = 65 * 9 * 250


def i2c_row(core, address):
    """A row of an I2C transfer.

    core: its name; address: of a device on its wires.
    """
    code = f'done(least(machine.I2C("{core}", 400_000).readfrom_into, {address}, bytearray(64)))'
    return Row(f"I2C read of 64 bytes at 400 kHz, {core}", code, limit=I2C_WIRE)


# The loop without its body is subtracted.
LOOP = """
{setup}
def empty(p, n):
    for i in range(n):
        pass
def body(p, n):
    for i in range(n):
        {body}
def one(f, n=100):
    s = cycles()
    f(p, n)
    return took(s, cycles()) / n
done(round(min(one(body) for i in range(4)) - min(one(empty) for i in range(4))))
"""

PIN = 'from machine import Pin; p = Pin("gpio[0]", Pin.OUT, value=0)'
REGISTER = "import litex; p = litex.regs.ctrl_scratch; p(5)"
CSR_READ = "import litex; p = litex.csr_read"
CSR_WRITE = "import litex; p = litex.csr_write"
BY_NAME_GOAL, BOUND_GOAL = 1200, 500

# An output of the GPIO raises the event of the pin that it is wired to. What the program does from the look at
# the clock before to that in the callback is taken once more without an interrupt, and subtracted. The median of
# many, as the clock's tick falls into some; the sleep in between is what a program does that waits.
EVENT = """
import litex, time
from machine import Pin
def main(m=machine.mem32):
    p, q = Pin("gpio[0]", Pin.OUT, value=0), Pin("gpio[16]", Pin.IN)
    latch = litex.csrs("timer0_uptime_latch")[0][1]
    low = litex.csrs("timer0_uptime_cycles")[0][1] + 4
    seen = [0]
    def callback(_, m=m, latch=latch, low=low, seen=seen):
        m[latch] = 1
        seen[0] = m[low]
    def median(interrupt):
        found = []
        for i in range(15):
            p(0)
            time.sleep_us(200)
            seen[0] = 0
            m[latch] = 1
            start = m[low]
            p(1)
            if not interrupt:
                m[latch] = 1
                seen[0] = m[low]
            while not seen[0]:
                pass
            found.append(took(start, seen[0]))
        return sorted(found)[7]
    plain = median(False)
    {setup}
    done(median(True) - plain)
main()
"""
SOFT_PIN = "q.irq(callback, Pin.IRQ_RISING)"
HARD_PIN = "q.irq(callback, Pin.IRQ_RISING, hard=True)"
MANAGER = 'e = litex.EventManager("gpio"); e.clear(); e.callback(callback); e.enable(1 << 16)'
SOFT_GOAL, HARD_GOAL = 12000, 4000

# Each word of 4 bytes goes over the bus twice, in two cycles each, and 20% more. The screen is off: when it is on, it
# takes its part of the bus.
DMA_BYTES, PICTURE_BYTES = 65536, 160 * 100 * 2
DMA = f"""
import litex
dma = litex.DMA(0)
out, into = bytearray({DMA_BYTES}), bytearray({DMA_BYTES})
done(least(dma.copy, into, out))
"""
BLITBUF = f"""
import litex
video = litex.Video(0)
video.off()
picture = bytearray({PICTURE_BYTES})
done(least(video.blitbuf, picture))
"""

ROWS = (
    Row("DMA.copy of 64 KiB", DMA, DMA_BYTES * 120 // 100, DMA_BYTES),
    Row("Video.blitbuf, 160 x 100 of 16 bits", BLITBUF, PICTURE_BYTES * 120 // 100, PICTURE_BYTES),
    spi_row("spi_mmap", "write", SPI_WRITE, SPI_GOAL),
    spi_row("spi_mmap", "write_readinto", SPI_BOTH, SPI_GOAL),
    spi_row("spi1", "32 bits, write", SPI_WRITE, SPI_GOAL),
    spi_row("spi1", "32 bits, write_readinto", SPI_BOTH, SPI_GOAL),
    spi_row("spi0", "8 bits, write", SPI_WRITE),
    spi_row("spi0", "8 bits, write_readinto", SPI_BOTH),
    i2c_row("i2c0", 0x50),
    i2c_row("i2c1", 0x60),
    Row("p(x)", LOOP.format(setup=PIN, body="p(1)"), 300),
    Row("p.toggle()", LOOP.format(setup=PIN, body="p.toggle()"), 450),
    Row("p()", LOOP.format(setup=PIN, body="p()")),
    Row("csr_read(name)", LOOP.format(setup=CSR_READ, body='p("ctrl_scratch")'), BY_NAME_GOAL),
    Row("csr_write(name, x)", LOOP.format(setup=CSR_WRITE, body='p("ctrl_scratch", 5)')),
    Row("register.read()", LOOP.format(setup=REGISTER, body="p.read()"), BOUND_GOAL),
    Row("register()", LOOP.format(setup=REGISTER, body="p()"), BOUND_GOAL),
    Row("register.write(x)", LOOP.format(setup=REGISTER, body="p.write(5)")),
    Row("register(x)", LOOP.format(setup=REGISTER, body="p(5)")),
    Row("edge to a soft Pin.irq", EVENT.format(setup=SOFT_PIN), SOFT_GOAL),
    Row("edge to a hard Pin.irq", EVENT.format(setup=HARD_PIN), HARD_GOAL),
    Row("event to an EventManager's callback", EVENT.format(setup=MANAGER), SOFT_GOAL),
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
