# SPDX-License-Identifier: MIT
"""Write the C tables of a SoC from LiteX's build folder: ``python soc/generate.py <folder> --output <folder>``.

Writes soc_shape.h and soc_config.h (macros), soc_tables.c (tables of soc/soc.h and the instances of all cores with a
driver), soc_instances.h (their declarations), soc_memory.ld (regions for the linker) and soc.mk (for make). Files whose
content has not changed keep their time. docs/soc.md describes them.

Input that cannot be used gives one line on stderr, exit status 2, and no file is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from soc import litex_output  # noqa: E402
from soc.emit_build import linker_script, make_fragment  # noqa: E402
from soc.emit_c import config_header, instances_header, shape_header, tables_source  # noqa: E402
from soc.kinds.assign import can_acknowledge  # noqa: E402
from soc.model import InputError, Soc  # noqa: E402


def write_files(folder: str, files: Mapping[str, str]) -> None:
    """Write all files, or none: each is complete under another name before the first is moved into place."""
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".soc-", dir=folder) as temporary:
            for name, text in files.items():
                with open(os.path.join(temporary, name), "w", encoding="utf-8") as file:
                    file.write(text)
            for name, text in files.items():
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, encoding="utf-8", errors="replace") as file:
                        if file.read() == text:
                            continue
                os.replace(os.path.join(temporary, name), path)
    except OSError as error:
        raise InputError(
            f"{error.filename or folder}: {error.strerror}; give a folder that can be written"
        ) from None


def render(soc: Soc) -> dict[str, str]:
    """The files of a SoC: name to text."""
    return {
        "soc_shape.h": shape_header(soc),
        "soc_config.h": config_header(soc),
        "soc_instances.h": instances_header(soc),
        "soc_tables.c": tables_source(soc),
        "soc_memory.ld": linker_script(soc),
        "soc.mk": make_fragment(soc),
    }


def generate(
    folder: str, toml: str | None = None, ordering: str | None = None
) -> tuple[dict[str, str], list[str]]:
    """The files of a SoC, name to text, and warnings for people. The arguments are those of litex_output.load()."""
    soc = litex_output.load(folder, toml, ordering)
    files = render(soc)
    for events in soc.instances["event"]:
        if not can_acknowledge(soc, events.registers["pending"]):
            soc.warnings.append(
                f"{events.name} has more than 32 events, which little ordering of its registers does not let "
                "the firmware acknowledge: it is used without interrupt"
            )
    return files, soc.warnings


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(description="Write the C tables of a SoC that LiteX built.")
    parser.add_argument("folder", help="LiteX's build folder, or the csr.json in it")
    parser.add_argument("--output", required=True, help="folder for the tables")
    parser.add_argument("--litex-toml", help="instead of litex.toml beside csr.json")
    parser.add_argument("--csr-ordering", choices=("big", "little"), help="of wide registers")
    options = parser.parse_args(arguments)
    try:
        files, warnings = generate(options.folder, options.litex_toml, options.csr_ordering)
        write_files(options.output, files)
    except InputError as error:
        print(f"soc/generate.py: {error}", file=sys.stderr)
        return 2
    for warning in warnings:
        print(f"soc/generate.py: warning: {warning}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
