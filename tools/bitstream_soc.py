# SPDX-License-Identifier: MIT
"""Generate a board's SoC for `make bitstream`: bitstream_soc.py BOARD FOLDER CORES [ARGUMENTS]...

Runs the unmodified target of litex-boards in this process, up to the script that would call the tools. When the
target builds its SoC, the cores of CORES (separated by spaces; `core:place` names a connector), the hash of the
CSR map and the address that the BIOS boots from are added. The BIOS is compiled into the ROM. What was made is
written to FOLDER/chosen.json; what cannot be made to FOLDER/refused, a sentence, with exit status 3.
"""

import argparse
import json
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
import bitstream_boards  # noqa: E402
from bitstream_boards import CORES, GPIO_PINS, SIGNALS, TARGET_OPTIONS, Board  # noqa: E402
from open_tools import TOOLCHAINS, VENDORS  # noqa: E402

# Options that a build asks for where the target knows them and the user gave no rival.
WANTED = ("--timer-uptime", "--with-spi-flash", "--ecppack-compress")
# The rings of the TRNG are loops, and meant.
LOOPS = "--nextpnr-ignoreloops"
# LiteX's classes for the toolchains that are open.
OPEN_CLASSES = ("LatticeTrellisToolchain", "LatticeIceStormToolchain", "GowinApiculaToolchain")


class Refused(Exception):
    """What was asked for cannot be made; the text says what to change."""


def parse_core(word: str) -> tuple[str, str]:
    """Split `core` or `core:place` into both; the place is empty where it is not named."""
    core, _, place = word.partition(":")
    if core not in CORES:
        raise Refused(f"no core {core}: CORES takes {', '.join(CORES)}")
    return core, place


class Pins:
    """The free pins of a board, handed out in order."""

    def __init__(self, board: Board, connectors: dict[str, Any]) -> None:
        """connectors: name -> list of pins, or dict of them by name, as LiteX's platform has them."""
        self.board = board
        self.places = {name: text.split() for name, text in board.places.items()}
        for name, pins in connectors.items():
            if isinstance(pins, list):
                self.places.setdefault(name, [pin for pin in pins if pin not in ("-", "None")])
        self.taken: set[str] = set()

    def take(self, core: str, least: int, most: int, place: str) -> list[str]:
        """Pins for a core from the place, or from the first free one that has enough."""
        names = [place] if place else [name for name in self.board.free if name in self.places]
        if place and place not in self.places:
            there = f"there are {', '.join(self.places)}" if self.places else "it has none"
            raise Refused(f"no connector {place} for {core} on this board: {there}")
        for name in names:
            free = [pin for pin in self.places[name] if pin not in self.taken]
            if len(free) >= least:
                self.taken.update(free[:most])
                return free[:most]
        if names:
            raise Refused(
                f"no {least} pins are left for {core} on {', '.join(names)}: take fewer CORES"
            )
        there = ", ".join(self.places)
        raise Refused(
            f"no pins are known for {core} on this board: "
            + (
                f"name one of its connectors, such as {core}:{next(iter(self.places))} ({there})"
                if there
                else "add a row to tools/bitstream_boards.py, or leave the core out of CORES"
            )
        )


class Target:
    """One run of a target's main() in this process."""

    def __init__(
        self, board: Board, folder: Path, cores: Sequence[str], arguments: Sequence[str]
    ) -> None:
        self.board = board
        self.folder = folder
        self.cores = [parse_core(word) for word in cores]
        self.arguments = list(arguments)
        self.chosen: dict[str, Any] = {"arguments": [], "pins": {}, "added": []}

    def choose(self, parser: argparse.ArgumentParser) -> list[str]:
        """The options to add to the user's: those wanted, and those that add a core of CORES."""
        known = {name: action for action in parser._actions for name in action.option_strings}
        groups = [group._group_actions for group in parser._mutually_exclusive_groups]
        given = {word.partition("=")[0] for word in self.arguments}
        chosen: list[str] = []

        def is_free(name: str) -> bool:
            rivals = [other for group in groups if known[name] in group for other in group]
            return not any(known[word] in rivals for word in (*given, *chosen) if word in known)

        loops = (LOOPS,) if "trng" in [name for name, _ in self.cores] else ()
        for name in (*WANTED, *loops):
            if name in known and known[name].nargs == 0 and is_free(name):
                chosen.append(name)
        for core, options in TARGET_OPTIONS.items():
            if core not in [name for name, _ in self.cores] or given.intersection(options):
                continue
            usable = [name for name in options if name in known and is_free(name)]
            if not usable:
                raise Refused(
                    f"the target {self.board.target} has no option for {core} that goes with the others:"
                    f" leave {core} out of CORES"
                )
            chosen.append(usable[0])
        return [name for name in chosen if name not in given]

    def select_toolchain(self, parser: Any) -> None:
        """Take the open toolchain of a board; one that has none is refused."""
        toolchains = list(parser.toolchains or ())
        usable = [name for name in toolchains if name in TOOLCHAINS]
        asked = parser.get_value_from_key("--toolchain", None)
        if asked:
            usable = [asked] if asked in TOOLCHAINS else []
            toolchains = [asked]
        if not usable:
            vendors = " or ".join(VENDORS.get(name, name) for name in toolchains[:1])
            raise Refused(
                f"no open tools for this board's FPGA ({parser._platform.device_family}): build it with {vendors},"
                f" by python -m litex_boards.targets.{self.board.target} --build"
            )
        self.chosen["family"] = TOOLCHAINS[usable[0]]
        if not asked:
            sys.argv += ["--toolchain", usable[0]]

    def check_toolchain(self, platform: Any) -> None:
        """Refuse a target that fixes its toolchain in its code, whatever --toolchain says."""
        if type(platform.toolchain).__name__ not in OPEN_CLASSES:
            raise Refused(
                f"the target {self.board.target} builds with {type(platform.toolchain).__name__} whatever"
                f" --toolchain says: build it with the vendor's tools, by"
                f" python -m litex_boards.targets.{self.board.target} --build"
            )

    def add_cores(self, soc: Any) -> None:
        """Add the cores that are ours, and give them pins."""
        from litex.build.generic_platform import IOStandard, Subsignal
        from litex.build.generic_platform import Pins as PinList

        from gateware import cores

        platform = soc.platform
        connectors = platform.constraint_manager.connector_manager.connector_table
        pins = Pins(self.board, connectors)
        standard = IOStandard(self.board.io_standard)

        def pads(core: str, place: str) -> Any:
            if core == "gpio":
                taken = pins.take(core, 1, GPIO_PINS, place)
                self.chosen["pins"][core] = {str(n): pin for n, pin in enumerate(taken)}
                platform.add_extension([("our_gpio", 0, PinList(" ".join(taken)), standard)])
                return platform.request("our_gpio")
            names = SIGNALS[core]
            taken = pins.take(core, len(names), len(names), place)
            self.chosen["pins"][core] = dict(zip(names, taken, strict=True))
            signals = [
                Subsignal(name, PinList(pin)) for name, pin in zip(names, taken, strict=True)
            ]
            platform.add_extension([(f"our_{core}", 0, *signals, standard)])
            return platform.request(f"our_{core}")

        adders = {
            "jtag_master": lambda place: cores.add_jtag_master(soc, pads("jtag_master", place)),
            "spi": lambda place: cores.add_spi(soc, pads("spi", place)),
            "gpio": lambda place: cores.add_gpio(soc, pads("gpio", place)),
        }
        for core, place in self.cores:
            if core in adders:
                adders[core](place)
                self.chosen["added"].append(core)
            elif core == "trng":
                try:
                    cores.add_trng(soc)
                except ValueError as error:
                    raise Refused(f"{error}; leave trng out of CORES") from None
                self.chosen["added"].append(core)
        cores.add_map_hash(soc)

    def add_flash_boot(self, soc: Any) -> None:
        """Tell the BIOS where in the flash the firmware lies, unless the target has."""
        region = soc.bus.regions.get("spiflash")
        offset = bitstream_boards.firmware_offset(soc.platform.device)
        if region is None or offset is None or "FLASH_BOOT_ADDRESS" in soc.constants:
            return
        if offset >= region.size:
            return
        soc.add_constant("FLASH_BOOT_ADDRESS", region.origin + offset)

    def run(self) -> None:
        """Generate the SoC."""
        parse_args = argparse.ArgumentParser.parse_args

        def parse_with_options(parser: Any, args: Any = None, namespace: Any = None) -> Any:
            self.chosen["arguments"] = self.choose(parser)
            words = sys.argv[1:] if args is None else list(args)
            return parse_args(parser, [*words, *self.chosen["arguments"]], namespace)

        # The builder first: the parser's module imports it, and it the parser.
        from litex.soc.integration.builder import Builder  # isort: skip
        from litex.build.parser import LiteXArgumentParser  # isort: skip

        build, parse_litex = Builder.build, LiteXArgumentParser.parse_args

        def parse_with_toolchain(parser: Any, args: Any = None, namespace: Any = None) -> Any:
            self.select_toolchain(parser)
            return parse_litex(parser, args, namespace)

        def build_with_cores(builder: Any, **options: Any) -> Any:
            soc = builder.soc
            if getattr(soc.cpu, "family", None) != "riscv":
                raise Refused("the SoC has no RISC-V CPU: choose one, such as --cpu-type vexriscv")
            self.check_toolchain(soc.platform)
            self.chosen["device"] = soc.platform.device
            self.chosen["clock"] = int(soc.sys_clk_freq)
            self.chosen["name"] = soc.platform.name
            self.add_cores(soc)
            self.add_flash_boot(soc)
            return build(builder, **options)

        argparse.ArgumentParser.parse_args = parse_with_options  # type: ignore[method-assign,assignment]
        LiteXArgumentParser.parse_args = parse_with_toolchain
        Builder.build = build_with_cores
        sys.argv = [self.board.target, "--build", "--no-compile-gateware"]
        sys.argv += ["--output-dir", str(self.folder), "--csr-svd", str(self.folder / "csr.svd")]
        sys.argv += self.arguments
        runpy.run_module(f"litex_boards.targets.{self.board.target}", run_name="__main__")
        (self.folder / "chosen.json").write_text(json.dumps(self.chosen, indent=1))


def refuse(folder: Path, reason: str) -> NoReturn:
    """Leave the reason for the caller and end."""
    (folder / "refused").write_text(reason)
    sys.exit(3)


def main() -> None:
    name, path, cores, *arguments = sys.argv[1:]
    folder = Path(path).resolve()
    board = bitstream_boards.BOARDS.get(name, Board(name))
    try:
        Target(board, folder, cores.split(), [*board.arguments, *arguments]).run()
    except Refused as reason:
        refuse(folder, str(reason))


if __name__ == "__main__":
    main()
