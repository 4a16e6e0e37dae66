# SPDX-License-Identifier: MIT
"""Runs a firmware image on the Verilated RTL of a reference SoC.

``python -m rtl.run base`` opens the console of the simulated SoC in this terminal. The images are
written to a folder of this run alone and the simulation reads them when it starts, so that
firmware changes need no rebuild and several runs of one SoC do not disturb each other.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from rtl import images

ROOT = Path(__file__).resolve().parent.parent
EXIT_BAD_INPUT = 2


def parse_args(argv: list[str]):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="rtl.run", description=__doc__)
    parser.add_argument("soc", help="a SoC built under build/rtl/, or a build folder")
    parser.add_argument("--kernel", help="image (flat or ELF) for main_ram")
    parser.add_argument("--rom", help="image for the ROM instead of the jump to main_ram")
    parser.add_argument("--uart", choices=("stdio", "pty", "none"), default="stdio")
    parser.add_argument("--pty", dest="uart", action="store_const", const="pty")
    parser.add_argument("--stdio", dest="uart", action="store_const", const="stdio")
    parser.add_argument("--max-cycles", type=int, help="stop with status 124 after this number")
    parser.add_argument(
        "--quiet-cycles",
        type=int,
        help="stop when the guest printed nothing for this number after piped input ended",
    )
    parser.add_argument("--trace-csr", metavar="FILE", help="one line per CSR access")
    parser.add_argument(
        "--video", metavar="FILE.ppm", help="what a screen on the video pins shows"
    )
    parser.add_argument("--baud", type=int, help="of the host's side of an RS232 PHY")
    parser.add_argument(
        "--wiring",
        metavar="FILE",
        action="append",
        default=[],
        help="what hangs on the pins (docs/wiring.md)",
    )
    parser.add_argument(
        "--jtag",
        metavar="SPEC",
        help="a virtual ECP5 on the JTAG pins: ecp5:DEVICE[,flash=CHIP][,file=FILE][,fault=NAME]",
    )
    parser.add_argument(
        "--net",
        metavar="SPEC",
        action="append",
        default=[],
        help="Ethernet, as lxemu's: user[,hostfwd=tcp::8080-:80], tap=NAME; pcap=FILE beside it",
    )
    parser.add_argument(
        "--sdcard",
        metavar="SPEC",
        action="append",
        default=[],
        help="a card in a slot: IMG[,slot=CORE][,kind=sdhc][,times=none][,fault=NAME[,argument=N]]",
    )
    parser.add_argument(
        "--spiflash",
        metavar="SPEC",
        help="the SPI flash on LiteSPI: FILE[,chip=NAME][,times=none][,fault=NAME]",
    )
    parser.add_argument(
        "--load", metavar="ADDR=FILE", action="append", default=[], help="a file in main_ram"
    )
    parser.add_argument("--stats", action="store_true", help="print speed at exit")
    return parser.parse_args(argv)


def find_build(soc: str):
    """Return the build folder and what rtl.build wrote about it."""
    folder = Path(soc) if os.sep in soc else ROOT / "build" / "rtl" / soc
    try:
        return folder, json.loads((folder / "rtl.json").read_text())
    except FileNotFoundError:
        command = f"python -m rtl.build {soc} --output-dir build/soc/{soc} --rtl {folder}"
        raise images.InputError(f"{folder}: no simulation here; build it: {command}") from None
    except ValueError as error:
        raise images.InputError(
            f"{folder / 'rtl.json'}: {error}; delete it, build again"
        ) from None


def default_kernel(names: tuple[str, ...]):
    """Return the port's firmware for the first of some SoCs that has one.

    names: a SoC's own name, then the name of the one that it is a variant of.
    """
    for name in names:
        kernel = ROOT / "build" / "firmware" / name / "firmware.bin"
        if kernel.exists():
            return kernel
    raise images.InputError(
        f"no firmware for {names[0]}: `make firmware SOC={names[0]}`, or --kernel FILE"
    )


def make_run_folder(folder: Path):
    """Return a new folder for this process; remove what earlier runs left."""
    runs = folder / "runs"
    runs.mkdir(exist_ok=True)
    for old in runs.iterdir():
        if not Path("/proc", old.name).exists():
            shutil.rmtree(old, ignore_errors=True)
    run = runs / str(os.getpid())
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    return run


def write_csr_names(path: Path, csr_json: dict[str, Any]) -> None:
    """Write "word name" lines for the trace; words of a wide register are name[0], name[1], ..."""
    base = csr_json["memories"]["csr"]["base"]
    lines = []
    for name, register in csr_json["csr_registers"].items():
        first = (register["addr"] - base) // 4
        for index in range(register["size"]):
            suffix = f"[{index}]" if register["size"] > 1 else ""
            lines.append(f"{first + index:x} {name}{suffix}\n")
    path.write_text("".join(lines))


def with_absolute_file(spec: str, key: str = "file"):
    """Return a --jtag or --net whose file is found from any folder."""
    parts = [part.split("=", 1) for part in spec.split(",")]
    return ",".join(
        f"{key}={Path(part[1]).resolve()}" if part[0] == key and part[1:] else "=".join(part)
        for part in parts
    )


def with_absolute_image(spec: str):
    """Return a --sdcard whose image is found from any folder."""
    image, separator, rest = spec.partition(",")
    return (str(Path(image).resolve()) if image else "") + separator + rest


def prepare(args: Any, folder: Path, build: dict[str, Any]):
    """Write this run's images and return the simulation's command line."""
    csr_json = json.loads((folder / "csr.json").read_text())
    main_ram = csr_json["memories"]["main_ram"]
    kernel = args.kernel
    if not kernel and not args.rom:
        kernel = default_kernel((folder.name, build["soc"]))
    content = images.load(kernel, main_ram, "main_ram") if kernel else b""
    rom = images.load(args.rom, csr_json["memories"]["rom"], "rom") if args.rom else None
    if args.baud and build["baud"] is None:
        raise images.InputError(f"--baud: the console of {build['soc']} has no baud rate")

    run = make_run_folder(folder)
    for image in (folder / "gateware").glob("*.init"):
        (run / image.name).symlink_to(image)
    images.write_main_ram(run, build["main_ram"], content)
    for argument in args.load:
        images.add_load(run, build["main_ram"], main_ram, argument)
    if rom is not None:
        images.write(run / build["rom"]["image"], rom, 4)

    command = [str(folder / "obj" / "Vsim"), "--uart", args.uart]
    command += ["--clk-hz", str(build["clk_hz"])]
    baud = args.baud or build["baud"]
    if baud:
        command += ["--baud", str(baud)]
    if args.trace_csr:
        write_csr_names(run / "csr_names", csr_json)
        command += ["--trace-csr", str(Path(args.trace_csr).resolve())]
        command += ["--csr-names", "csr_names"]
    if args.video:
        command += ["--video", str(Path(args.video).resolve())]
    for option in ("max_cycles", "quiet_cycles"):
        if getattr(args, option) is not None:
            command += ["--" + option.replace("_", "-"), str(getattr(args, option))]
    for path in args.wiring:
        command += ["--wiring", str(Path(path).resolve())]
    for spec in args.net:
        command += ["--net", with_absolute_file(with_absolute_file(spec, "pcap"), "library")]
    if args.jtag:
        command += ["--jtag", with_absolute_file(args.jtag)]
    for spec in args.sdcard:
        command += ["--sdcard", with_absolute_image(spec)]
    if args.spiflash:
        file, *options = args.spiflash.split(",")
        file = str(Path(file).resolve()) if file else ""
        command += ["--spiflash", ",".join([file, *options])]
    if args.stats:
        command.append("--stats")
    return run, command


def main(argv: list[str]):
    """Become the simulation; returns an exit status only for bad input."""
    args = parse_args(argv)
    try:
        folder, build = find_build(args.soc)
        run, command = prepare(args, folder.resolve(), build)
        os.chdir(run)
        return os.execv(command[0], command)
    except (images.InputError, OSError) as error:
        print(f"rtl.run: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
