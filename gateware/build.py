# SPDX-License-Identifier: MIT
"""Generates a reference SoC: ``python -m gateware.build <soc> --output-dir build/soc/<soc>``.

Without further options this writes what LiteX tells software about the SoC (csr.json, csr.csv,
csr.svd, the headers in software/include/generated) in a second or two. --bios compiles LiteX's
BIOS too, --rtl builds the Verilator simulation.
"""

import argparse
import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from litex.soc.integration.builder import Builder
from litex.soc.integration.soc import SoCError

from gateware.soc import Soc
from gateware.socs import SOCS
from rtl import verilate


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message):
        """Print what is wrong and exit with status 2.

        Args:
            message (str): argparse's words.
        """
        self.exit(2, f"{self.prog}: {message}\n")


def parse_args(argv):
    """Return the parsed command line.

    Args:
        argv (list of str): the arguments after the program's name.
    """
    parser = Parser(prog="gateware.build", description=__doc__)
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


def build_map(name, overrides, output_dir, bios):
    """Write csr.json, csr.csv, csr.svd and the generated headers, unless they are there already.

    What is up to date is left alone: LiteX writes the date into headers, and whatever was compiled
    with them would be compiled again.

    Args:
        name (str): the SoC.
        overrides (dict): changes to it.
        output_dir (Path): LiteX's output folder.
        bios (bool): compile the BIOS into software/bios/bios.bin as well.
    """
    products = [output_dir / "csr.json", output_dir / "csr.svd"]
    if bios:
        products.append(output_dir / "software" / "bios" / "bios.bin")
    digest = soc_digest(name, overrides)
    stamp = output_dir / "gateware.digest"
    up_to_date = stamp.exists() and stamp.read_text() == digest
    if up_to_date and all(product.exists() for product in products):
        return
    stamp.unlink(missing_ok=True)
    soc = SOCS[name](**overrides)
    builder = MapBuilder(
        soc,
        output_dir=str(output_dir),
        compile_software=bios,
        compile_gateware=False,
        csr_svd=str(output_dir / "csr.svd"),
    )
    # LiteX looks for meson and ninja on the path; they live beside this Python.
    os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    output_dir.mkdir(parents=True, exist_ok=True)
    log = output_dir / "litex.log"
    # The compilers' warnings about LiteX's own software are nobody's business here.
    with output_to(log, (1, 2) if bios else (1,)):
        try:
            builder.build()
        except subprocess.CalledProcessError:
            raise verilate.BuildError(f"the BIOS does not compile, see {log}") from None
    quote_commas(output_dir / "csr.csv")
    stamp.write_text(digest)


def quote_commas(path):
    """Quote constants with a comma in csr.csv, as the identifier: LiteX does not, and its tools then fail.

    Args:
        path (Path): the csr.csv.
    """
    text = re.sub(
        r'^(constant,\w+,)([^"\n]*,[^"\n]*)(,,)$', r'\1"\2"\3', path.read_text(), flags=re.M
    )
    path.write_text(text)


@contextlib.contextmanager
def output_to(path, descriptors):
    """Send what this process and its children print to a file meanwhile.

    Args:
        path (Path): the file.
        descriptors (tuple of int): which of 1 (standard output) and 2 (standard error).
    """
    sys.stdout.flush()
    saved = {number: os.dup(number) for number in descriptors}
    with path.open("w") as log:
        for number in descriptors:
            os.dup2(log.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        for number, copy in saved.items():
            os.dup2(copy, number)
            os.close(copy)


def soc_digest(name, overrides):
    """Return a hash over everything that decides what a SoC is.

    Args:
        name (str): the SoC.
        overrides (dict): changes to it.
    """
    digest = hashlib.sha256(f"{name} {sorted(overrides.items())}".encode())
    for package in ("litex", "litedram", "litei2c", "migen", "pythondata-cpu-vexriscv"):
        digest.update(f"{package} {metadata.version(package)}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build_rtl(name, overrides, folder):
    """Build the Verilator simulation, unless the folder already holds this very one.

    Args:
        name (str): the SoC.
        overrides (dict): changes to it.
        folder (Path): where; rtl.json in it describes the result for the runner.
    """
    digest = f"{soc_digest(name, overrides)} {verilate.sources_digest()}"
    description_path = folder / "rtl.json"
    try:
        if json.loads(description_path.read_text())["digest"] == digest:
            return
    except (OSError, ValueError, KeyError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    soc = SOCS[name](**overrides)
    builder = Builder(
        soc,
        output_dir=str(folder),
        gateware_dir=str(folder / "gateware"),
        compile_software=False,
        compile_gateware=False,
    )
    with output_to(folder / "litex.log", (1,)):
        namespace = builder.build(build_name="sim")
    memories, interleave = soc.main_ram_memories()

    def image(memory):
        return f"sim_{namespace.get_name(memory)}.init"

    print(f"{name}: building the simulation in {folder}, a few seconds", file=sys.stderr)
    verilate.verilate(folder, soc.platform, [image(memory) for memory in soc.reset_memories()])
    description = {
        "soc": name,
        "digest": digest,
        "clk_hz": soc.sys_clk_freq,
        "baud": soc.baud if soc.serial_pins else None,
        "rom": {"image": image(soc.rom.mem)},
        "main_ram": {
            "images": [image(memory) for memory in memories],
            "interleave": interleave,
            "word_bytes": memories[0].width // 8,
        },
    }
    description_path.write_text(json.dumps(description, indent=4) + "\n")


def main(argv):
    """Run the command line and return the exit status.

    Args:
        argv (list of str): the arguments after the program's name.
    """
    args = parse_args(argv)
    logging.basicConfig(level=logging.INFO if args.verbose else logging.WARNING)
    overrides = {key: getattr(args, key) for key in Soc.OPTIONS if getattr(args, key) is not None}
    try:
        build_map(args.soc, overrides, Path(args.output_dir).resolve(), args.bios)
        if args.rtl:
            build_rtl(args.soc, overrides, Path(args.rtl).resolve())
    except SoCError:
        return 2  # LiteX has said what it does not support
    except OSError as error:
        print(f"gateware.build: {error}", file=sys.stderr)
        return 2
    except verilate.BuildError as error:
        print(f"gateware.build: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
