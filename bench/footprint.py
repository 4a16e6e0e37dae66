# SPDX-License-Identifier: MIT
"""What the firmware takes: text, free heap on the smallest SoC, stack, and time with interrupts off.

The stack is measured by a pattern that the program itself writes below its stack and looks for after
the benchmark programs ran; the time with interrupts off in an instruction trace of lxemu, whose cycles are
the estimate of --timing, while a program uses the timer, the console and the file system.
"""

import re
import subprocess

from bench import figure, guest, interpreter

COMMAND = "python -m bench footprint"
TEXT_GOAL = 400 * 1024
HEAP_GOAL = 48 * 1024
SOCS = ("mini", "base", "bench")
MSTATUS, MSTATUS_MIE = 0x300, 0x8
MRET = 0x30200073
WFI = 0x10500073

PATTERN = 0x5AA5
# The program's own frames are above what it paints.
STACK_CODE = """
import machine
stack = machine.mem16
def paint(low, high):
    for at in range(low, high, 16):
        stack[at] = {pattern}
def untouched(low, high):
    for at in range(low, high, 16):
        if stack[at] != {pattern}:
            return at
    return high
paint({low}, {high})
"""
STACK_MARGIN = 2560

IRQ_CODE = """
import machine, time, micropython, os, gc
count = 0
def tick(timer):
    global count
    count += 1
micropython.opt_level()
timer = machine.Timer(-1, period=2, callback=tick)
for i in range(20):
    print('a line of text to print', i, 1.5 * i)
    time.sleep_us(300)
with open('irq.txt', 'w') as f:
    f.write('x' * 1000)
os.remove('irq.txt')
gc.collect()
time.sleep_ms(5)
timer.deinit()
micropython.opt_level()
"""


def text_bytes(soc):
    """Text (code and constants) of a SoC's firmware in bytes."""
    elf = guest.BUILD / "firmware" / soc / "firmware.elf"
    output = subprocess.run(
        ["riscv64-unknown-elf-size", elf], check=True, capture_output=True, text=True
    ).stdout
    return int(output.splitlines()[1].split()[0])


def symbol(soc, name):
    """The address of a symbol of a SoC's firmware."""
    elf = guest.BUILD / "firmware" / soc / "firmware.elf"
    output = subprocess.run(
        ["riscv64-unknown-elf-nm", elf], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(rf"^(\w+) \w {name}$", output, re.MULTILINE)
    if not found:
        raise LookupError(f"{elf}: no symbol {name}")
    return int(found[1], 16)


def free_heap(soc):
    """Bytes that gc.mem_free() tells at the prompt."""
    code = "import gc\ngc.collect()\nprint(gc.mem_free())\n"
    return int(guest.execute(guest.lxemu_command(soc), code))


def stack_depth(soc, name):
    """The deepest stack, in bytes, of a benchmark program on a SoC."""
    low, top = symbol(soc, "__stack_bottom"), symbol(soc, "__stack_top")
    high = top - STACK_MARGIN
    parameters = next(row[1] for row in interpreter.PROGRAMS if row[0] == name)
    code = STACK_CODE.format(pattern=PATTERN, low=low, high=high)
    code += interpreter.perf_bench_source(name)
    code += f"\nrun, result = bm_setup({parameters})\nrun()\nprint(untouched({low}, {high}))\n"
    deepest = int(guest.execute(guest.lxemu_command(soc), code).split()[-1])
    return top - deepest


def longest_irq_off(soc):
    """The longest stretch with interrupts off, in estimated cycles, between the program's two marks."""
    path = guest.BUILD / "bench.trace"
    command = guest.lxemu_command(soc, "--timing", "--trace", str(path))
    try:
        guest.execute(command, IRQ_CODE)
        with path.open() as lines:
            return longest_off(
                lines, symbol(soc, "trap_entry"), symbol(soc, "mp_micropython_opt_level")
            )
    finally:
        path.unlink(missing_ok=True)


def longest_off(lines, trap_entry, mark):
    """The longest time with mstatus.MIE clear in a trace.

    lines: of the trace, "cycle pc word xN=value..."; trap_entry: where interrupts go; mark: the function
    whose first call starts and whose second call ends what counts.
    """
    registers = [0] * 32
    marks = longest = 0
    off_since = None
    waited = False
    for line in lines:
        words = line.split()
        cycle, pc, word = int(words[0]), int(words[1], 16), int(words[2], 16)
        marks += pc == mark
        if marks > 1:
            break
        on = None
        if pc == trap_entry:
            on = False
        elif word == MRET:
            on = True
        elif word & 0x7F == 0x73 and word >> 20 == MSTATUS and word >> 12 & 3:
            field = word >> 15 & 31
            operand = field if word >> 14 & 1 else registers[field]
            kind = word >> 12 & 3
            if kind == 1:
                on = bool(operand & MSTATUS_MIE)
            elif operand & MSTATUS_MIE:
                on = kind == 2
        for change in words[3:]:
            name, _, value = change.partition("=")
            if name[0] == "x":
                registers[int(name[1:])] = int(value, 16)
        if on is True and off_since is not None:
            if marks == 1:
                longest = max(longest, cycle - off_since)
            off_since = None
        elif on is False and off_since is None:
            off_since = cycle
        elif waited and off_since is not None:
            off_since = cycle  # an interrupt ends the wait, so it did not keep one waiting
        waited = word == WFI
    return longest


def run():
    """The figures for build/bench.json."""
    rows = []
    for soc in SOCS:
        goal = TEXT_GOAL if soc == "base" else None
        rows.append(figure(f"text of {soc}", text_bytes(soc), "bytes", COMMAND, goal))
    rows.append(
        figure(
            "free heap of mini", free_heap("mini"), "bytes", COMMAND, HEAP_GOAL, better="higher"
        )
    )
    depths = {row[0]: stack_depth("bench", row[0]) for row in interpreter.PROGRAMS}
    deepest = max(depths, key=lambda name: depths[name])
    label = f"deepest stack of the programs ({deepest})"
    size = symbol("bench", "__stack_top") - symbol("bench", "__stack_bottom")
    rows.append(figure(label, depths[deepest], "bytes", COMMAND, limit=size))
    label = "longest time with interrupts off (estimate)"
    rows.append(figure(label, longest_irq_off("bench"), "cycles", COMMAND))
    return rows
