# SPDX-License-Identifier: MIT
"""What the tools say, read: figures of a placed design, clocks that miss their frequency, devices too small."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from open_tools import Family

# A line of nextpnr about what the design takes: `Info:   DP16KD:   60/   56   107%`.
USED = re.compile(r"^(?:Info|Warning|ERROR):\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%", re.M)
NAMES = {
    "TRELLIS_COMB": "LUTs",
    "TRELLIS_FF": "flip-flops",
    "DP16KD": "block RAMs",
    "MULT18X18D": "multipliers",
    "TRELLIS_IO": "pins",
    "ICESTORM_LC": "logic cells",
    "ICESTORM_RAM": "block RAMs",
    "ICESTORM_SPRAM": "SPRAMs",
    "LUT4": "LUTs",
    "DFF": "flip-flops",
    "BSRAM": "block RAMs",
}
# A PLL gives the clock that was asked to this nearest.
SAME_MHZ = 0.3
NOISE = re.compile(r"make\b|INFO:|See |\$ |Warning: |Info: ")


def last_words(text: str) -> str:
    """What a log says went wrong: the last exception, else the first error, else its last line."""
    lines = [line.strip() for line in text.splitlines() if re.search(r"\w", line)]
    raised = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)][-1:]
    errors = [line for line in lines if re.search(r"\b(error|ERROR): |port: ", line)][:1]
    plain = [line for line in lines if not NOISE.match(line)][-1:]
    told = (raised or errors or plain or ["nothing was said"])[0]
    return re.sub(r"^.*?\b(error|ERROR): ", "", told).rstrip(".")


def too_small(log: str, device: str, family: Family) -> str | None:
    """What a place and route that failed says of the device, where it is too small; else None."""
    over = [
        (NAMES.get(kind, kind), int(used), int(there))
        for kind, used, there in USED.findall(log)
        if int(used) > int(there)
    ]
    if over:
        wanted = ", ".join(f"{used} {name} of {there}" for name, used, there in over)
        return f"the {device} is too small: the SoC wants {wanted}; take a larger device or fewer cores"
    if re.search(r"ERROR: .*(no BELs remaining|[Uu]nable to (find a )?place)", log):
        return f"the {device} is too small: {last_words(log)}; take a larger device or fewer cores"
    return None


def clocks(report: Mapping[str, Any], system_mhz: float) -> dict[str, tuple[float, float]]:
    """Clock -> (MHz reached, MHz asked), of nextpnr's report.

    system_mhz: the SoC's clock, whose net has many names: it is called sys_clk.
    """
    found = {}
    for name, row in report["fmax"].items():
        plain = re.sub(r"^\$glbnet\$|\$TRELLIS_IO_IN$", "", name)
        is_system = abs(row["constraint"] - system_mhz) < SAME_MHZ and "sys_clk" not in found
        found["sys_clk" if is_system else plain] = (row["achieved"], row["constraint"])
    return found


def slow_clocks(report: Mapping[str, Any], system_mhz: float) -> dict[str, tuple[float, float]]:
    """The clocks that do not reach what was asked."""
    return {name: row for name, row in clocks(report, system_mhz).items() if row[0] < row[1]}


def describe_slow(slow: Mapping[str, tuple[float, float]]) -> str:
    """One sentence on clocks that do not close, and what to do."""
    text = ", ".join(
        f"{name} reaches {got:.1f} of {asked:.1f} MHz" for name, (got, asked) in slow.items()
    )
    return (
        f"timing is not met: {text}; lower the clock (ARGS=--sys-clk-freq ...), try another placement"
        " (ARGS=--nextpnr-seed 2), or take it as it is with ALLOW_SLOW=1"
    )


def figures(report: Mapping[str, Any], family: Family, system_mhz: float) -> dict[str, Any]:
    """LUTs, flip-flops and block RAMs as [used, available], and clocks as [MHz reached, MHz asked]."""
    used = report["utilization"]
    rows = {}
    for name, kind in (
        ("luts", family.luts),
        ("ffs", family.flip_flops),
        ("brams", family.block_rams),
    ):
        row = used.get(kind)
        rows[name] = [row["used"], row["available"]] if row else None
    fmax = {
        name: [round(got, 1), round(asked, 1)]
        for name, (got, asked) in clocks(report, system_mhz).items()
    }
    return {**rows, "fmax": fmax}


def load_commands(loader: str, files: Mapping[str, str], output: Path) -> list[str]:
    """The commands that load the board, the one that lasts first."""
    cable = loader or "-c CABLE"

    def quoted(name: str) -> str:
        return shlex.quote(str(output / files[name]))

    commands = []
    if "flash" in files:
        commands.append(f"openFPGALoader {cable} -f --file-type raw {quoted('flash')}")
    commands.append(f"openFPGALoader {cable} {quoted('bitstream')}")
    if "firmware" in files:
        commands.append(f"litex_term --kernel {quoted('firmware')} /dev/ttyUSB0")
    return commands


def of(row: Sequence[int] | None) -> str:
    """A figure as `used of available`."""
    return f"{row[0]:,} of {row[1]:,}" if row else "not reported"


def print_summary(summary: Mapping[str, Any], output: Path) -> None:
    """What was built, what it takes, and how it gets onto the board."""
    print(f"{summary['board']} ({summary['device']}), in {output}")
    for name, title in (("luts", "LUTs"), ("ffs", "flip-flops"), ("brams", "block RAMs")):
        print(f"  {title:12}{of(summary[name])}")
    for name, (got, asked) in summary["fmax"].items():
        print(f"  {'clock':12}{name}: {got} MHz, {asked} asked")
    print(
        f"  {'bitstream':12}{summary['files']['bitstream']}, {summary['bitstream_bytes']:,} bytes"
    )
    if summary["firmware_bytes"]:
        print(f"  {'firmware':12}{summary['firmware_bytes']:,} bytes")
        print(f"  {'boots from':12}{'; '.join(summary['boots'])}")
    for core, pins in summary["pins"].items():
        wires = ", ".join(f"{signal} {pin}" for signal, pin in pins.items())
        print(f"  {core:12}{wires}")
    if summary["note"]:
        print(f"  {'note':12}{summary['note']}")
    for number, command in enumerate(summary["load"]):
        print(f"  {'' if number else 'load':12}{command}")
    if "flash" in summary["files"]:
        name = summary["files"]["flash"]
        print(f"  {'':12}or from another board, in Python: ecp5.flash({name!r})")
