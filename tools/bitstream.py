# SPDX-License-Identifier: MIT
"""From a board's name to a file that its FPGA boots from, with open tools: bitstream.py BOARD [--cores ...].

1. The SoC of litex-boards with our cores, and LiteX's BIOS in its ROM (tools/bitstream_soc.py).
2. The firmware for it, booted to the prompt in the emulator.
3. Synthesis, place and route, packing: each step is kept, and done again only when what it reads has changed.
4. The files to load: bitstream, flash image with the firmware, SD card folder. They appear when they are whole.

docs/bitstream.md is for users. Exit status 2 with one sentence where something has to be changed.
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
import bitstream_boards  # noqa: E402
import bitstream_report as report  # noqa: E402
import flash_image  # noqa: E402
import open_tools  # noqa: E402
import process  # noqa: E402

BUILD = ROOT / "build"
LXEMU = BUILD / "lxemu"
# What a generated SoC depends on beside its board and options.
SOC_SOURCES = (
    "tools/bitstream_soc.py",
    "tools/requirements.txt",
    *(f"gateware/{name}.py" for name in ("cores", "jtag_master", "maphash", "trng")),
)
GENERATE_S, FIRMWARE_S, BOOT_S = 1800, 3600, 600
# The files that a step writes, after these options of its program.
OUTPUT_OPTIONS = {
    "nextpnr-ecp5": ("--textcfg", "--report"),
    "nextpnr-ice40": ("--asc", "--report"),
    "nextpnr-himbaechel": ("--write", "--report"),
    "ecppack": ("--svf", "--bit"),
    "gowin_pack": ("-o",),
}
BITSTREAMS = (".bit", ".bin", ".fs")


class BuildError(Exception):
    """A build that cannot go on; the text is one sentence for the user."""


def targets() -> list[str]:
    """The names of all targets in litex-boards, sorted."""
    where = "import litex_boards.targets as t; print(next(iter(t.__path__)))"
    found = subprocess.run(
        [sys.executable, "-c", where], check=True, capture_output=True, text=True
    )
    return sorted(
        path.stem for path in Path(found.stdout.strip()).glob("*.py") if path.stem != "__init__"
    )


def folder_name(board: str, arguments: Sequence[str], cores: Sequence[str]) -> str:
    """A name for the build folder that says what is built."""
    words = [board, *arguments, *cores]
    return "-".join(filter(None, (re.sub(r"[^\w.]+", "-", word).strip("-") for word in words)))


def digest(*parts: str | bytes | Path) -> str:
    """SHA-256 over texts and the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part
        data = data.encode() if isinstance(data, str) else data
        total.update(f"{len(data)}:".encode() + data)
    return total.hexdigest()


class Step:
    """One line of the script that LiteX wrote for the tools."""

    def __init__(self, line: str, folder: Path, name: str) -> None:
        """folder: where the script runs; name: of the design, which its files have."""
        self.words = shlex.split(line)
        self.program = self.words[0]
        self.folder = folder
        self.stamp = folder / f".{self.program}.done"
        if "--report" not in self.words and self.program.startswith("nextpnr"):
            self.words += ["--report", f"{name}.report"]
        self.outputs = [
            folder / after
            for before, after in zip(self.words, self.words[1:], strict=False)
            if before in OUTPUT_OPTIONS.get(self.program, ())
        ]
        if self.program == "yosys":
            self.outputs = [folder / f"{name}.json"]
        if self.program == "icepack":
            self.outputs = [folder / self.words[-1]]

    def inputs(self) -> list[Path]:
        """The files that the step reads: those it names, and those that its script names."""
        words = list(self.words)
        if self.program == "yosys":
            words += (self.folder / self.words[-1]).read_text().split()
            words += [path.name for path in sorted(self.folder.glob("*.init"))]
        found = [self.folder / word for word in words if not word.startswith("-")]
        return [path for path in found if path.is_file() and path not in self.outputs]

    def key(self, tools: str) -> str:
        """What the result depends on. tools: the pins of the tools."""
        files = [path for path in self.inputs() if path.suffix != ".rpt"]
        return digest(tools, " ".join(self.words), *files)

    def is_done(self, tools: str) -> bool:
        """Whether the outputs are there and were made from what is there now."""
        return (
            self.stamp.exists()
            and all(path.exists() for path in self.outputs)
            and self.stamp.read_text() == self.key(tools)
        )

    def run(self, programs: Path, log: Path, tools: str) -> None:
        """Do the step. Outputs get their names when it has succeeded."""
        self.stamp.unlink(missing_ok=True)
        parts = {
            path.name: f"{path.name}.part" for path in self.outputs if path.suffix in BITSTREAMS
        }
        for path in self.outputs:
            path.unlink(missing_ok=True)
        words = [parts.get(word, word) for word in self.words]
        status = execute(words, self.folder, log, programs)
        if status:
            raise BuildError(f"{self.program} failed, see {log}")
        for name, part in parts.items():
            (self.folder / part).rename(self.folder / name)
        self.stamp.write_text(self.key(tools))


def execute(
    words: Sequence[str | Path],
    folder: Path,
    log: Path,
    programs: Path,
    bound_s: int | None = None,
) -> int:
    """Run a command with its output in a log; return its exit status."""
    paths = [programs, Path(sys.executable).parent, os.environ.get("PATH", os.defpath)]
    environment = {**os.environ, "PATH": os.pathsep.join(map(str, paths))}
    with log.open("w") as file:
        try:
            return subprocess.run(
                [str(word) for word in words],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=bound_s,
                preexec_fn=process.die_with_parent,
            ).returncode
        except subprocess.TimeoutExpired:
            raise BuildError(f"{words[0]} did not end within {bound_s} s, see {log}") from None


class Build:
    """A board on its way to its files."""

    def __init__(
        self, board: str, arguments: Sequence[str], cores: Sequence[str], output: Path
    ) -> None:
        self.board = bitstream_boards.find(board, targets())
        self.name = board
        self.arguments = list(arguments)
        self.cores = list(cores)
        self.output = output
        self.soc = output / "soc"
        self.logs = output / "logs"
        self.firmware = output / "firmware" / "firmware.bin"
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Print what is done and how long it took."""
        print(f"bitstream: {what} ...", file=sys.stderr, flush=True)
        started = time.monotonic()
        yield
        self.seconds[what] = round(time.monotonic() - started, 1)

    def chosen(self) -> dict[str, Any]:
        """What the generated SoC is."""
        return json.loads((self.soc / "chosen.json").read_text())

    def map(self) -> dict[str, Any]:
        """csr.json of the generated SoC."""
        return json.loads((self.soc / "csr.json").read_text())

    def generate(self) -> None:
        """Let LiteX write the SoC and its Verilog, with the BIOS in its ROM."""
        sources = sorted(path for pattern in SOC_SOURCES for path in ROOT.glob(pattern))
        key = digest(repr(self.board), repr(self.arguments), repr(self.cores), *sources)
        stamp = self.soc / ".generated"
        if stamp.exists() and stamp.read_text() == key:
            return
        with self.timed("SoC and BIOS"):
            shutil.rmtree(self.soc, ignore_errors=True)
            self.soc.mkdir(parents=True)
            script = ROOT / "tools" / "bitstream_soc.py"
            command: list[str | Path] = [
                sys.executable,
                script,
                self.name,
                self.soc,
                " ".join(self.cores),
                *self.arguments,
            ]
            log = self.logs / "soc.log"
            # Some targets leave files where they run.
            status = execute(command, self.soc, log, Path(sys.executable).parent, GENERATE_S)
            refused = self.soc / "refused"
            if refused.exists():
                raise BuildError(f"{self.name}: {refused.read_text()}")
            if status or not (self.soc / "chosen.json").exists():
                raise BuildError(
                    f"{self.name}: {report.last_words(log.read_text(errors='replace'))}"
                )
            stamp.write_text(key)

    def compile(self) -> None:
        """Build the firmware for the SoC, and boot it in the emulator."""
        with self.timed("firmware"):
            command = [
                "make",
                "firmware",
                f"BUILD_DIRECTORY={self.soc}",
                f"FIRMWARE={self.firmware}",
            ]
            log = self.logs / "firmware.log"
            if execute(command, ROOT, log, Path(sys.executable).parent, FIRMWARE_S):
                said = report.last_words(log.read_text(errors="replace"))
                raise BuildError(f"{self.name}: no firmware: {said}")
        with self.timed("boot in the emulator"):
            log = self.logs / "boot.log"
            command = [str(LXEMU), "--kernel", str(self.firmware), str(self.soc)]
            if execute(command, ROOT, log, BUILD, BOOT_S) not in (0, 124):
                raise BuildError(f"the emulator did not take the SoC, see {log}")
            if not log.read_text(errors="replace").rstrip("\n").endswith(">>> "):
                raise BuildError(
                    f"the firmware did not reach its prompt in the emulator, see {log}"
                )

    def steps(self) -> list[Step]:
        """What the tools have to do, as LiteX's script says."""
        gateware = self.soc / "gateware"
        script = next(gateware.glob("build_*.sh"))
        name = script.stem.removeprefix("build_")
        programs = open_tools.FAMILIES[self.chosen()["family"]].programs
        lines = script.read_text().splitlines()
        return [Step(line, gateware, name) for line in lines if line.split(" ")[0] in programs]

    def implement(self, allow_slow: bool) -> None:
        """Synthesize, place, route and pack; what is up to date stays."""
        family = open_tools.FAMILIES[self.chosen()["family"]]
        pins = open_tools.versions(family.name)
        try:
            programs = open_tools.environment(family.name)
        except subprocess.CalledProcessError:
            raise BuildError(
                f"the open tools of tools/fpga/{family.name}.txt cannot be installed"
            ) from None
        for step in self.steps():
            log = self.logs / f"{step.program}.log"
            if not step.is_done(pins):
                with self.timed(step.program):
                    try:
                        step.run(programs, log, pins)
                    except BuildError as error:
                        said = log.read_text(errors="replace")
                        why = report.too_small(said, self.chosen()["device"], family)
                        raise BuildError(
                            f"{self.name}: {why}" if why else f"{error}: {report.last_words(said)}"
                        ) from None
            if step.program == family.nextpnr:
                slow = report.slow_clocks(self.report(), self.chosen()["clock"] / 1e6)
                if slow and not allow_slow:
                    raise BuildError(f"{self.name}: {report.describe_slow(slow)}")

    def report(self) -> dict[str, Any]:
        """What place and route reported."""
        return json.loads(next((self.soc / "gateware").glob("*.report")).read_text())

    def bitstream(self) -> Path:
        """The bitstream that the packer wrote."""
        return next(path for path in self.steps()[-1].outputs if path.suffix in BITSTREAMS)

    def finish(self, with_firmware: bool) -> dict[str, Any]:
        """Put the files to load beside each other; return the summary."""
        chosen, soc_map = self.chosen(), self.map()
        made = self.bitstream()
        files = {"bitstream": f"{self.name}{made.suffix}"}
        publish(self.output / files["bitstream"], made.read_bytes())
        memories, constants = soc_map["memories"], soc_map["constants"]
        boots: list[str] = []
        if with_firmware:
            firmware = self.firmware.read_bytes()
            files["firmware"] = "firmware.bin"
            publish(self.output / "firmware.bin", firmware)
            if "flash_boot_address" in constants and "spiflash" in memories:
                flash = memories["spiflash"]
                offset = constants["flash_boot_address"] - flash["base"]
                try:
                    image = flash_image.join(made.read_bytes(), firmware, offset, flash["size"])
                except flash_image.ImageError as error:
                    raise BuildError(f"{self.name}: {error}") from None
                files["flash"] = f"{self.name}-flash.bin"
                publish(self.output / files["flash"], image)
                boots.append(f"its SPI flash, firmware at {offset:#x}")
            if any(name.startswith(("sdcard", "spisdcard")) for name in soc_map["csr_bases"]):
                files["sdcard"] = "sdcard"
                base = memories["main_ram"]["base"]
                text = json.dumps({"boot.bin": f"{base:#010x}"})
                publish(self.output / "sdcard" / "boot.bin", firmware)
                publish(self.output / "sdcard" / "boot.json", text.encode())
                boots.append("an SD card with the files of sdcard/")
            boots.append("the serial port")
        family = open_tools.FAMILIES[chosen["family"]]
        summary = {
            "board": self.name,
            "arguments": self.arguments,
            "cores": self.cores,
            "device": chosen["device"],
            "clock": chosen["clock"],
            **report.figures(self.report(), family, chosen["clock"] / 1e6),
            "bitstream_bytes": made.stat().st_size,
            "firmware_bytes": self.firmware.stat().st_size if with_firmware else None,
            "boots": boots,
            "pins": chosen["pins"],
            "files": files,
            "note": self.board.note,
            "load": report.load_commands(self.board.load, files, self.output),
            "seconds": self.seconds,
        }
        publish(self.output / "summary.json", json.dumps(summary, indent=1).encode())
        return summary

    def run(self, allow_slow: bool, with_firmware: bool) -> dict[str, Any]:
        """Do all; return the summary."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with process.locked(self.output / ".lock"):
            # What an earlier build left is not this one's.
            for path in self.output.glob(f"{self.name}*"):
                path.unlink()
            self.generate()
            if with_firmware:
                self.compile()
            self.implement(allow_slow)
            return self.finish(with_firmware)


def publish(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.rename(path)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("board", help="a target of litex-boards")
    parser.add_argument("--arguments", default="", help="options of the target, in one word")
    parser.add_argument("--cores", default="", help="cores to add, in one word")
    parser.add_argument("--output", type=Path, help="the build folder")
    parser.add_argument("--allow-slow", action="store_true", help="a clock may miss its frequency")
    parser.add_argument("--no-firmware", action="store_true", help="only the bitstream")
    options = parser.parse_args()
    try:
        arguments, cores = shlex.split(options.arguments), options.cores.split()
        name = folder_name(options.board, arguments, cores)
        output = (options.output or BUILD / "bitstream" / name).resolve()
        build = Build(options.board, arguments, cores, output)
        summary = build.run(options.allow_slow, not options.no_firmware)
    except (BuildError, LookupError) as error:
        print(f"bitstream: {error.args[0]}", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"bitstream: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bitstream: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    report.print_summary(summary, output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
