# SPDX-License-Identifier: MIT
"""Generates a reference SoC: ``python -m gateware.build <soc> --output-dir build/soc/<soc>``.

Without further options this writes what LiteX tells software about the SoC (csr.json, csr.csv,
csr.svd, the headers in software/include/generated) in a second or two. --bios compiles LiteX's
BIOS too, --rtl builds the Verilator simulation.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from litex.soc.integration.builder import Builder

from gateware.socs import SOCS, Soc


def parse_args(argv):
    """Return the parsed command line.

    Args:
        argv (list of str): the arguments after the program's name.
    """
    parser = argparse.ArgumentParser(prog="gateware.build", description=__doc__)
    parser.add_argument("soc", choices=SOCS, help="which reference SoC")
    parser.add_argument("--output-dir", required=True, help="LiteX's output folder")
    parser.add_argument("--bios", action="store_true", help="compile LiteX's BIOS")
    parser.add_argument("--rtl", metavar="DIR", help="build the Verilator simulation in DIR")
    parser.add_argument("--verbose", action="store_true", help="show LiteX's log")
    group = parser.add_argument_group("changes to the SoC, for experiments")
    for name, kind in Soc.OPTIONS.items():
        convert = (lambda text: int(text, 0)) if kind is int else kind
        group.add_argument("--" + name.replace("_", "-"), type=convert, metavar=kind.__name__)
    return parser.parse_args(argv)


class MapBuilder(Builder):
    """LiteX's builder that stops before it writes Verilog."""

    def build(self):
        """Write the files for software and, when asked for, compile the BIOS."""
        self.soc.build = lambda *args, **kwargs: None
        Builder.build(self)


def build_map(soc, output_dir, bios):
    """Write csr.json, csr.csv, csr.svd and the generated headers.

    Args:
        soc (Soc): the SoC, not finalized.
        output_dir (Path): LiteX's output folder.
        bios (bool): compile the BIOS into software/bios/bios.bin as well.
    """
    if bios:
        # LiteX looks for meson and ninja on the path; they live beside this Python.
        os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    builder = MapBuilder(
        soc,
        output_dir=str(output_dir),
        compile_software=bios,
        compile_gateware=False,
        csr_svd=str(output_dir / "csr.svd"),
    )
    builder.build()


def main(argv):
    """Run the command line and return the exit status.

    Args:
        argv (list of str): the arguments after the program's name.
    """
    args = parse_args(argv)
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING)
    overrides = {key: getattr(args, key) for key in Soc.OPTIONS if getattr(args, key) is not None}
    build_map(SOCS[args.soc](**overrides), Path(args.output_dir), args.bios)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
