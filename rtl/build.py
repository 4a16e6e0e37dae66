# SPDX-License-Identifier: MIT
"""Builds a Verilator simulation: `python -m rtl.build SOC --output-dir build/soc/SOC --rtl build/rtl/SOC`.

The folder of --output-dir receives what gateware.build writes, with the same options. A folder that
already holds that simulation is left alone.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from litex.soc.integration.builder import Builder

from gateware.build import build_map, locked, output_to, overrides_of, parser, run, soc_digest
from gateware.socs import SOCS
from rtl import verilate


def build_rtl(name: str, overrides: dict[str, Any], folder: Path) -> None:
    """Build the simulation in `folder`; its rtl.json describes the result for rtl.run."""
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

    def image(memory: Any) -> str:
        return f"sim_{namespace.get_name(memory)}.init"

    print(f"{name}: building the simulation in {folder}, some seconds", file=sys.stderr)
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


def main(argv: list[str]) -> int:
    command = parser("rtl.build", __doc__)
    command.add_argument("--rtl", required=True, type=Path, help="folder of the simulation")
    options = command.parse_args(argv)
    overrides = overrides_of(options)

    def build() -> None:
        output_dir, folder = options.output_dir.absolute(), options.rtl.absolute()
        with locked(output_dir):
            build_map(options.soc, overrides, output_dir, options.bios)
        with locked(folder):
            build_rtl(options.soc, overrides, folder)

    return run("rtl.build", options.verbose, build)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
