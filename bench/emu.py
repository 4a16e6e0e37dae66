# SPDX-License-Identifier: MIT
"""Speed of lxemu: instructions per second, beside qemu's, and boot and pystone beside the RTL's.

``python -m bench emu``. qemu translates to the host's code, lxemu interprets: the ratio is there to be
known, not to be won. The error of --timing is measured on programs of the interpreter's benchmark.
"""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from bench import figure, guest, interpreter

BUILD = Path(__file__).resolve().parent.parent / "build"
OUTPUT = BUILD / "tests" / "bench"
SOURCE = Path(__file__).resolve().parent / "emu_mix.c"
COMMAND = "python -m bench emu"
COMPILER = ["riscv64-unknown-elf-gcc", "-march=rv32im", "-mabi=ilp32", "-misa-spec=2.2", "-O2"]
COMPILER += ["-ffreestanding", "-nostdlib", "-fno-tree-loop-distribute-patterns"]
COMPILER += ["-Wl,-Ttext=0x80000000,--nmagic,--no-warn-rwx-segments"]
TURNS = {"lxemu": 4000, "qemu-system-riscv32": 4000}
ENDS = {
    "lxemu": "(void)0",  # idle, with its standard input at its end
    "qemu-system-riscv32": "*(volatile uint32_t *)0x100000 = 0x5555",  # virt's test device
}
RAM_SIZE = 16 << 20
LIMIT_S = 60
PYSTONE = "misc_pystone"
TIMED = ("bm_fannkuch", "core_qstr", "core_locals", "bm_fft", "misc_aes", PYSTONE)
GOAL_INSTRUCTIONS = 100
GOAL_RATIO = 50
GOAL_TIMING_ERROR = 15


def write_soc():
    """Write csr.json of a SoC with its RAM where qemu's is; return its folder."""
    register = {"size": 1, "type": "rw"}
    uart = ("rxtx", "txfull", "rxempty", "ev_status", "ev_pending", "ev_enable")
    timer = (
        "load",
        "reload",
        "en",
        "update_value",
        "value",
        "ev_status",
        "ev_pending",
        "ev_enable",
    )
    registers = {}
    for base, core, names in ((0xF0000000, "uart", uart), (0xF0000800, "timer0", timer)):
        for index, name in enumerate(names):
            registers[f"{core}_{name}"] = {"addr": base + 4 * index, **register}
    soc = {
        "csr_bases": {"uart": 0xF0000000, "timer0": 0xF0000800},
        "csr_registers": registers,
        "constants": {"config_cpu_name": "vexriscv", "config_csr_data_width": 32},
        "memories": {
            "main_ram": {"base": 0x80000000, "size": RAM_SIZE, "type": "cached"},
            "csr": {"base": 0xF0000000, "size": 0x10000, "type": "io"},
        },
    }
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "csr.json").write_text(json.dumps(soc))
    return OUTPUT


def compile_mix(name: str, turns: int):
    """Compile the mix for an emulator; return the ELF file."""
    elf = OUTPUT / f"mix-{name}-{turns}.elf"
    defines = [f"-DTURNS={turns}", f"-DMIX_END={ENDS[name]}"]
    subprocess.run([*COMPILER, *defines, str(SOURCE), "-o", str(elf)], check=True)
    return elf


def timed(command: list[Any]):
    """Return (seconds, standard error) of a command that has to succeed."""
    start = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=LIMIT_S,
    )
    return time.perf_counter() - start, done.stderr.decode()


def command_line(name: str, elf: Path):
    """Return the command that runs the mix."""
    if name == "lxemu":
        return [BUILD / "lxemu", "--stats", "--kernel", elf, OUTPUT]
    qemu = ["qemu-system-riscv32", "-M", "virt", "-m", "16M", "-bios", "none", "-display", "none"]
    return [*qemu, "-serial", "none", "-monitor", "none", "-kernel", elf]


def mix_speed():
    """Return millions of instructions per second on the mix: {emulator: value}."""
    write_soc()
    found = {}
    instructions = 0
    for name, turns in TURNS.items():
        none, _ = timed(command_line(name, compile_mix(name, 0)))
        seconds, text = timed(command_line(name, compile_mix(name, turns)))
        if name == "lxemu":
            count = re.search(r"instructions: (\d+)", text)
            if not count:
                raise RuntimeError(f"lxemu --stats has no line of instructions: {text}")
            instructions = int(count[1])
        found[name] = instructions / (seconds - none) / 1e6
    return found


def pystone_code():
    """Return the script that runs pystone."""
    parameters = next(row[1] for row in interpreter.PROGRAMS if row[0] == PYSTONE)
    run = interpreter.PROGRAM_RUN.format(parameters=parameters)
    return interpreter.perf_bench_source(PYSTONE) + guest.prelude("bench") + run


def boot_and_pystone(command: list[Any]):
    """Return seconds from start to the end of pystone."""
    start = time.perf_counter()
    guest.execute(command, pystone_code())
    return time.perf_counter() - start


def timing_error():
    """Return the largest error of --timing in percent, over the programs of TIMED."""
    errors = []
    for name in TIMED:
        estimate = interpreter.measure_program("bench", True, name)
        truth = interpreter.measure_program("bench", False, name)
        errors.append(abs(estimate / truth - 1) * 100)
    return max(errors)


def run():
    """The figures for build/bench.json."""
    speed = mix_speed()
    lxemu = boot_and_pystone(guest.lxemu_command("bench"))
    rtl = boot_and_pystone(guest.rtl_command("bench"))
    ratio = speed["lxemu"] / speed["qemu-system-riscv32"]
    return [
        figure(
            "lxemu, instruction mix",
            round(speed["lxemu"]),
            "million/s",
            COMMAND,
            GOAL_INSTRUCTIONS,
            better="higher",
        ),
        figure(
            "qemu-system-riscv32, the same mix",
            round(speed["qemu-system-riscv32"]),
            "million/s",
            COMMAND,
            better="higher",
        ),
        figure("lxemu's speed of qemu's", round(ratio, 2), "times", COMMAND, better="higher"),
        figure("boot and pystone on lxemu", round(lxemu, 3), "s", COMMAND),
        figure("boot and pystone on the RTL", round(rtl, 3), "s", COMMAND),
        figure(
            "lxemu's speed of the RTL's, boot and pystone",
            round(rtl / lxemu, 1),
            "times",
            COMMAND,
            GOAL_RATIO,
            better="higher",
        ),
        figure(
            "lxemu --timing, largest error against the RTL",
            round(timing_error(), 1),
            "%",
            COMMAND,
            GOAL_TIMING_ERROR,
        ),
    ]
