# SPDX-License-Identifier: MIT
"""The ECP5 programmer through its Python calls, on the RTL of the SoC `jtag` with a virtual ECP5 and its flash.

Time runs from the first to the last data byte, as users of such programmers quote it; the whole call is
printed beside it, and how much heap it took. Each run checks its result before it prints: DONE for the
SRAM, what is read back for the flash. The sources are real bitstreams, made here where they are missing,
and lie in main RAM.
"""

import subprocess
import sys
from typing import Any

from bench import figure, guest

SOC = "jtag"
BITSTREAMS = guest.BUILD / "bitstreams"
BOARD = "ecp5:LFE5U-25F,flash=W25Q128"
FILES = {
    "compressed": ("25f-compress.bit", 0x40800000),
    "packed": ("25f-compress.bit.gz", 0x40900000),
    "plain": ("25f.bit", 0x40A00000),
}
BLOCK = 65536
WIRE_KB_S = 3125  # TCK of 25 MHz

PREPARE = """
import ecp5, gc, jtag, uctypes
from machine import Pin
def memory(at, size):
    return memoryview(uctypes.bytearray_at(at, size))
def measure(name, operate, check):
    gc.collect()
    gc.disable()
    heap = gc.mem_alloc() if HEAP else 0
    result = operate()
    heap = gc.mem_alloc() - heap if HEAP else 0
    gc.enable()
    check(result)
    print(name, result.bytes, result.seconds, result.total_seconds, heap)
def sram(name, transport, data):
    p = ecp5.Programmer(transport)
    def check(result):
        assert "DONE" in p.status(), p.status()
    measure(name, lambda: p.program(data), check)
def flash(name, p, data):
    def check(result):
        back = bytearray(len(data))
        p.flash.read_into(back, 0)
        assert back == data and result.bytes == len(data)
    measure(name, lambda: p.flash.write(data, 0, any_data=True), check)
"""

SRAM = """
sram("ecp5_sram_jtag_master", jtag.Master(), {compressed})
sram("ecp5_sram_spi", jtag.SPI("spi", tms=Pin(1)), {compressed})
sram("ecp5_sram_gpio", jtag.pins(0, 1, 2, 3), {compressed})
sram("ecp5_sram_gzip", jtag.Master(), {packed})
"""

FLASH = """
p = ecp5.Programmer(jtag.Master())
flash("ecp5_flash_blank", p, {plain}[:{block}])
flash("ecp5_flash_same", p, {plain}[:{block}])
flash("ecp5_flash_write", p, {compressed}[:{block}])
"""

# name: goal and limit in kB/s.
ROWS = {
    "ecp5_sram_jtag_master": (2900, WIRE_KB_S),
    "ecp5_sram_spi": (2300, WIRE_KB_S),
    "ecp5_sram_gpio": (1200, 1560),  # 64 cycles a byte
    "ecp5_sram_gzip": (1000, WIRE_KB_S),
    "ecp5_flash_write": (190, 225),
    "ecp5_flash_blank": (330, 395),
    "ecp5_flash_same": (2500, WIRE_KB_S),
}


def build() -> None:
    """Make what the runs need and `make bench` does not: the bitstreams, the simulation, the firmware."""
    names = [name for name, _ in FILES.values()]
    make_bitstreams = [sys.executable, "tests/jtag/bitstreams.py", "--output", str(BITSTREAMS)]
    for command in (
        [*make_bitstreams, *names],
        ["make", f"rtl-{SOC}"],
        ["make", f"SOC={SOC}", "image", "emu"],
    ):
        subprocess.run(command, cwd=guest.ROOT, check=True, stdout=subprocess.DEVNULL)


def measure(simulation, script, heap):
    """Run one of the scripts on a board of its own; return name: (bytes, seconds, total, heap).

    simulation (list): its command line; script (str): with the names of FILES in braces; heap (bool): look
    at the heap, which takes a quarter of a second of a SoC with 16 MiB each time.
    """
    command = [*simulation, "--jtag", BOARD]
    sources = {}
    for key, (name, address) in FILES.items():
        command += ["--load", f"{address:#x}={BITSTREAMS / name}"]
        sources[key] = f"memory({address:#x}, {(BITSTREAMS / name).stat().st_size})"
    code = f"HEAP = {heap}{PREPARE}{script.format(block=BLOCK, **sources)}"
    rows = [line.split() for line in guest.execute(command, code).splitlines()]
    return {
        name: tuple(float(value) for value in values)
        for name, *values in rows
        if name.startswith("ecp5_")
    }


def run():
    """All figures, in kB/s."""
    build()
    found: dict[str, Any] = {}
    looked: dict[str, Any] = {}
    for script in (SRAM, FLASH):
        # The same firmware takes the same heap on both, and the emulator is quick.
        found |= measure(guest.rtl_command(SOC), script, False)
        looked |= measure(guest.lxemu_command(SOC, "--timing"), script, True)
    figures = []
    for name, (goal, limit) in ROWS.items():
        count, seconds, total, _ = found[name]
        heap = looked[name][3]
        print(
            f"{name}: {count:.0f} bytes in {seconds * 1e3:.1f} ms, {total * 1e3:.1f} ms in all,"
            f" {heap:.0f} bytes of heap"
        )
        rate = round(count / seconds / 1000)
        figures.append(
            figure(name, rate, "kB/s", "python -m bench jtag", goal, limit, better="higher")
        )
    return figures
