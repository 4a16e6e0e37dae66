# SPDX-License-Identifier: MIT
"""Builds the simulation's binary: Verilator on LiteX's Verilog, plus our main loop and modules.

LiteX's own simulation makefile is not used: it always compiles the tracer in and flushes it twice
per cycle, which costs half of the speed. What LiteX generates (sim.v, sim_init.cpp, the memory
images) is used unchanged, except that images are read again when the SoC resets.
"""

import hashlib
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from litex.build.sim import verilator as litex_verilator

from gateware.build import BuildError

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
HOSTNET = HERE.parent / "hostnet"
C_SOURCES = sorted(
    [*HERE.glob("sim/*.c"), *HERE.glob("modules/*.c"), *MODELS.glob("*.c"), *HOSTNET.glob("*.c")]
)
CXX_SOURCES = [HERE / "sim" / "model.cpp"]
HEADERS = sorted([*HERE.glob("sim/*.h"), *MODELS.glob("*.h"), *HOSTNET.glob("*.h")])

C_FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"]
# Measured on bench, cycles per CPU second: 2.8 million without --flatten and with gcc's vectorizer,
# which finds little in this code; 3.3 million as here; clang and profile feedback are slower.
MODEL_FLAGS = "-O3 -march=native -fno-tree-vectorize -fno-tree-slp-vectorize"
VERILATOR_FLAGS = [
    "--cc",
    "--exe",
    "--top-module",
    "sim",
    "--no-timing",
    "-O3",
    "--flatten",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
    "--noassert",
    "-Wno-fatal",
    "-Wno-WIDTH",
    "-Wno-CASEINCOMPLETE",
    "-Wno-COMBDLY",
    "-Wno-BLKANDNBLK",
    "-Wno-ENUMVALUE",  # a parameter of Ibex, which LiteX gives as a number
    "-DPRINTF_COND=0",
]
JOBS = 2

LOAD = r"initial begin\n\s*(\$readmemh\(\"{image}\",[^)]*\);)\n\s*end\n"


def slirp(what: str) -> list[str]:
    """Return the flags by which libslirp is compiled in or linked; none where it is not installed."""
    command = ["pkg-config", what, "slirp"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return []
    return done.stdout.split() if done.returncode == 0 else []


def sources_digest():
    """Return a hash over the sources and flags of the binary, without the Verilog."""
    flags = (C_FLAGS, MODEL_FLAGS, VERILATOR_FLAGS, slirp("--libs"))
    digest = hashlib.sha256(repr(flags).encode())
    for path in [Path(__file__), *C_SOURCES, *CXX_SOURCES, *HEADERS]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def reload_on_reset(verilog: str, images: list[str]):
    """Return the Verilog with some images also read again when the SoC leaves reset.

    For main RAM a board's boot loader does the same: after a reset the firmware starts from a
    fresh image, and the RAM that the image does not cover keeps its content.

    images: file names of the images that are read again at reset.
    """
    for image in images:
        load = re.compile(LOAD.format(image=re.escape(image)))
        verilog, count = load.subn(r"\g<0>always @(negedge sys_rst) \1\n", verilog)
        if count != 1:
            raise BuildError(f"sim.v: {image} is read {count} times instead of once")
    return verilog


def _run(command: list[str], folder: Path, log: Path) -> None:
    """Run a tool with its output in a file."""
    with log.open("w") as output:
        try:
            status = subprocess.call(command, cwd=folder, stdout=output, stderr=output)
        except FileNotFoundError:
            raise BuildError(f"{command[0]}: not found; install it") from None
    if status:
        tail = "\n".join(log.read_text().splitlines()[-5:])
        raise BuildError(f"{command[0]} failed, see {log}\n{tail}")


def verilate(folder: Path, platform: Any, images: list[str]) -> None:
    """Build folder/obj/Vsim from folder/gateware/sim.v.

    images: file names of the images that are read again at reset.
    """
    gateware = folder / "gateware"
    objects = folder / "obj"
    objects.mkdir(parents=True, exist_ok=True)
    sim_v = gateware / "sim.v"
    sim_v.write_text(reload_on_reset(sim_v.read_text(), images))
    includes = [
        f"-I{HERE / 'sim'}",
        f"-I{HERE.parent}",
        f"-I{litex_verilator.core_directory}",
        f"-I{gateware}",
    ]
    libraries = slirp("--libs")
    defines = ["-DHAVE_SLIRP", *slirp("--cflags")] if libraries else []
    c_objects = []
    for source in C_SOURCES:
        c_object = objects / f"{source.parent.name}_{source.stem}.o"
        command = ["gcc", *C_FLAGS, *defines, *includes, "-c", str(source), "-o", str(c_object)]
        _run(command, folder, c_object.with_suffix(".log"))
        c_objects.append(str(c_object))
    verilog = [entry[0] for entry in platform.sources if Path(entry[0]).suffix in (".v", ".sv")]
    command = ["verilator", *VERILATOR_FLAGS, "--Mdir", str(objects)]
    command += [f"-I{path}" for path in platform.verilog_include_paths]
    command += ["-CFLAGS", " ".join(includes)]
    command += [str(gateware / path) for path in verilog]
    command += [str(path) for path in CXX_SOURCES] + [str(gateware / "sim_init.cpp")] + c_objects
    if libraries:  # behind the objects that need them
        command += ["-LDFLAGS", " ".join(libraries)]
    _run(command, folder, folder / "verilator.log")
    command = ["make", f"-j{JOBS}", "-C", str(objects), "-f", "Vsim.mk", "Vsim"]
    command += [f"OPT_FAST={MODEL_FLAGS}", f"OPT_SLOW={MODEL_FLAGS}", f"OPT_GLOBAL={MODEL_FLAGS}"]
    _run(command, folder, folder / "make.log")
    if not os.access(objects / "Vsim", os.X_OK):
        raise BuildError(f"{objects / 'Vsim'} was not built")
