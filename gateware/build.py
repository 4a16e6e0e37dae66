# SPDX-License-Identifier: MIT
"""Generates a reference SoC: `python -m gateware.build SOC --output-dir build/soc/SOC`.

Writes LiteX's description of the SoC for software (csr.json, csr.csv, csr.svd, the headers in
software/include/generated) in a second or two. --bios compiles LiteX's BIOS too. rtl.build makes the
Verilator simulation.
"""

import argparse
import contextlib
import fcntl
import hashlib
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from litex.soc.integration.builder import Builder
from litex.soc.integration.soc import SoCError

from gateware.soc import Soc
from gateware.socs import SOCS

HERE = Path(__file__).parent
# Their versions are part of a SoC's digest, beside our own sources.
PACKAGES = (
    "litex",
    "litedram",
    "liteeth",
    "litei2c",
    "litesdcard",
    "litespi",
    "migen",
    "pythondata-cpu-vexriscv",
)


class BuildError(Exception):
    """A tool failed; the text names the tool and its log."""


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser(prog: str, description: str | None) -> Parser:
    """The options that gateware.build and rtl.build share."""
    result = Parser(prog=prog, description=description)
    result.add_argument("soc", choices=SOCS, help="the reference SoC")
    result.add_argument("--output-dir", required=True, type=Path, help="LiteX's output folder")
    result.add_argument("--bios", action="store_true", help="compile LiteX's BIOS")
    result.add_argument("--verbose", action="store_true", help="show LiteX's log")
    group = result.add_argument_group("changes to the SoC, for experiments")
    for name, kind in Soc.OPTIONS.items():
        convert = (lambda text: int(text, 0)) if kind is int else kind
        group.add_argument("--" + name.replace("_", "-"), type=convert, metavar=kind.__name__)
    return result


def overrides_of(options: argparse.Namespace) -> dict[str, Any]:
    """The changes to the SoC that the command line asks for."""
    values = {name: getattr(options, name) for name in Soc.OPTIONS}
    return {name: value for name, value in values.items() if value is not None}


class MapBuilder(Builder):
    """LiteX's builder that stops before it writes Verilog."""

    def build(self) -> None:
        self.soc.build = lambda *args, **kwargs: None
        Builder.build(self)


def build_map(name: str, overrides: dict[str, Any], output_dir: Path, bios: bool) -> None:
    """Write csr.json, csr.csv, csr.svd and the generated headers, and with `bios` the BIOS.

    Files that are up to date stay: LiteX writes the date into headers, so new ones would cause a
    recompilation of everything that includes them.
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
    # The log takes the compilers' warnings about LiteX's own software.
    with output_to(log, (1, 2) if bios else (1,)):
        try:
            builder.build()
        except subprocess.CalledProcessError:
            raise BuildError(f"the BIOS does not compile, see {log}") from None
    quote_commas(output_dir / "csr.csv")
    stamp.write_text(digest)


def quote_commas(path: Path) -> None:
    """Quote constants with a comma in csr.csv: LiteX does not, and its own tools then fail on it."""
    text = re.sub(
        r'^(constant,\w+,)([^"\n]*,[^"\n]*)(,,)$', r'\1"\2"\3', path.read_text(), flags=re.M
    )
    path.write_text(text)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a build folder, so that a second process waits for the first one's build."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def output_to(path: Path, descriptors: tuple[int, ...]) -> Iterator[None]:
    """Redirect descriptors (1, 2) of this process and its children to a file."""
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


def soc_digest(name: str, overrides: dict[str, Any]) -> str:
    """A hash over everything that decides the content of a SoC."""
    digest = hashlib.sha256(f"{name} {sorted(overrides.items())}".encode())
    for package in PACKAGES:
        digest.update(f"{package} {metadata.version(package)}".encode())
    for path in sorted(HERE.rglob("*.py")):
        if HERE / "wiring" not in path.parents:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def run(prog: str, verbose: bool, build: Callable[[], None]) -> int:
    """Call `build` and turn its exceptions into a message and an exit status."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING)
    try:
        build()
    except SoCError:
        return 2  # LiteX printed the reason
    except OSError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    return 0


def main(argv: list[str]) -> int:
    options = parser("gateware.build", __doc__).parse_args(argv)
    output_dir = options.output_dir.absolute()

    def build() -> None:
        with locked(output_dir):
            build_map(options.soc, overrides_of(options), output_dir, options.bios)

    return run("gateware.build", options.verbose, build)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
