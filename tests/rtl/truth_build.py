# SPDX-License-Identifier: MIT
"""Compiles the truth programs and runs them on the RTL and on the emulator.

``python -m tests.rtl.truth_build`` records what the RTL of ``base`` does as truth/expected.txt.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "truth"
OUTPUT = ROOT / "build" / "tests" / "truth"
COMPILER = ["riscv64-unknown-elf-gcc", "-march=rv32i", "-mabi=ilp32", "-misa-spec=2.2", "-O1"]
FLAGS = ["-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlib"]
FLAGS += ["-Wl,--no-warn-rwx-segments", "-T", str(HERE / "link.ld")]
FACT_PROGRAMS = ("traps", "csrs", "bus", "muldiv")
# The Python whose LiteX makes the SoCs.
LITEX = os.environ.get("LITEX") or sys.executable
EXPECTED = HERE / "expected.txt"

# Where an interrupt lands depends on what the pipeline holds.
TIMED_PC = ("interrupt",)

MAX_CYCLES = 60_000_000
SECONDS = 120
FIELD = re.compile(r"(\w+)=\+?([0-9a-f]{8})")


def compile_image(name: str, sources: list[Path], soc_folder: Path):
    """Compile a bare program for main RAM and return its image.

    sources: C and assembly; they get the addresses of the SoC's registers as macros (UART_RXTX and
        so on).
    """
    soc = json.loads((soc_folder / "csr.json").read_text())
    defines = {register.upper(): entry["addr"] for register, entry in soc["csr_registers"].items()}
    defines["SRAM_BASE"] = soc["memories"]["sram"]["base"]
    defines["SRAM_SIZE"] = soc["memories"]["sram"]["size"]
    defines["CSR_REGION"] = soc["memories"]["csr"]["base"]
    folder = OUTPUT / soc_folder.name
    folder.mkdir(parents=True, exist_ok=True)
    elf = folder / f"{name}.elf"
    image = folder / f"{name}.bin"
    macros = [f"-D{macro}={value:#x}" for macro, value in defines.items()]
    subprocess.run([*COMPILER, *FLAGS, *macros, *sources, "-o", elf], check=True)
    subprocess.run(["riscv64-unknown-elf-objcopy", "-O", "binary", elf, image], check=True)
    return image


def build(program: str, soc_folder: Path):
    """Compile a truth program and return its image.

    program: the name of a .S file in truth/.
    """
    return compile_image(program, [HERE / "runtime.c", HERE / f"{program}.S"], soc_folder)


def parse(text: str):
    """Return {case: {field: value}} of a program's output."""
    cases = {}
    for line in text.splitlines():
        name, _, rest = line.strip().partition(" ")
        if rest:
            cases[name] = {key: int(value, 16) for key, value in FIELD.findall(rest)}
    return cases


def run(command: list[str]):
    """Run a simulation until its guest prints the line "end"; return what it printed.

    command: the simulation, with its console on standard output.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stdout:
        if line.strip() == "end":
            break
        lines.append(line)
    else:
        raise AssertionError(f"no end: {''.join(lines[-3:])}{process.stderr.read()}")
    process.terminate()
    process.communicate(timeout=SECONDS)
    return "".join(lines)


def run_rtl(rtl: str, image: Path):
    """Run an image on the RTL and return its cases."""
    command = [sys.executable, "-m", "rtl.run", rtl, "--kernel", image]
    return parse(run([*command, "--max-cycles", MAX_CYCLES]))


def run_emulator(soc_folder: Path, image: Path, *options: str):
    """Run an image on the emulator and return its cases."""
    command = [ROOT / "build" / "lxemu", "--kernel", image, "--max-cycles", 10 * MAX_CYCLES]
    return parse(run([*command, *options, soc_folder]))


def facts(cases: dict[str, Any]):
    """Return the cases without their cycles, which are timing."""
    facts_of = {}
    for name, fields in cases.items():
        kept = {key: value for key, value in fields.items() if key != "cycles"}
        if name in TIMED_PC:
            kept.pop("pc", None)
        facts_of[name] = kept
    return facts_of


def record() -> None:
    """Write truth/expected.txt from the RTL of base."""
    soc_folder = ROOT / "build" / "soc" / "base"
    lines = []
    for program in FACT_PROGRAMS:
        cases = facts(run_rtl("base", build(program, soc_folder)))
        for name, fields in cases.items():
            text = " ".join(f"{key}={value:08x}" for key, value in fields.items())
            lines.append(f"{program}.{name} {text}\n")
    EXPECTED.write_text("".join(lines))


if __name__ == "__main__":
    record()
