# SPDX-License-Identifier: MIT
"""Figures of our own cores: LUTs, flip-flops and speed of each alone on an ECP5 of the slowest grade, by open tools.

The core stands between registers (gateware/alone.py), so its speed is that of its own paths. `pad_outputs` counts
the JTAG master's outputs that come out of flip-flops of their pads, whose delay to the pin nextpnr does not model and
no build changes; `at_pads` is when the last signal arrives at them, within a period of the clock. Rows of SoCs are those that `make bitstream` has built last.
"""

import json
import subprocess
import sys
from pathlib import Path

from bench import figure

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import open_tools  # noqa: E402

from gateware import alone  # noqa: E402

BUILD = ROOT / "build" / "gateware"
COMMAND = "python -m bench gateware"
DEVICE = ("--25k", "--package", "CABGA381", "--speed", "6")
# A pin for each port that a core may have, those of a ULX3S; flip-flops of pads want pins that are known.
PINS = {
    "clk": "G2",
    "shift_in": "A9",
    "shift_out": "B10",
    "pads_tck": "B11",
    "pads_tms": "C11",
    "pads_tdi": "A10",
    "pads_tdo": "A11",
}
# What the SoCs of `make bench` run at, and what a core may not hold back.
GOAL_MHZ = 100


def call(folder: Path, programs: Path, *words: str) -> None:
    """Run a tool in a folder; its output is shown where it fails."""
    done = subprocess.run(
        [str(programs / words[0]), *words[1:]], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{words[0]} failed in {folder}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def build(name: str) -> Path:
    """Place and route a core alone; return the folder with stat.json and report.json, which are kept."""
    folder = BUILD / name
    text = alone.text(name)
    # LiteX writes the time into comments.
    code = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    source, done = folder / "alone.v", folder / "report.json"
    if done.exists() and source.read_text() == code:
        return folder
    programs = open_tools.environment("ecp5")
    folder.mkdir(parents=True, exist_ok=True)
    done.unlink(missing_ok=True)
    source.write_text(code)
    (folder / "alone.lpf").write_text(
        "".join(
            f'LOCATE COMP "{port}" SITE "{pin}";\nIOBUF PORT "{port}" IO_TYPE=LVCMOS33;\n'
            for port, pin in PINS.items()
            if f"put {port}" in text
        )
    )
    script = "; ".join(
        (
            "read_verilog alone.v",
            "synth_ecp5 -noflatten -top top",
            "tee -q -o stat.json stat -json",
            "flatten",
            "opt_clean -purge",
            "write_json alone.json",
        )
    )
    call(folder, programs, "yosys", "-q", "-l", "yosys.log", "-p", script)
    call(
        folder, programs, "nextpnr-ecp5", *DEVICE, "--json", "alone.json", "--textcfg", "alone.config",
        "--lpf", "alone.lpf", "--freq", str(GOAL_MHZ), "--timing-allow-fail", "--seed", "1",
        "--report", "report.part", "-q", "-l", "nextpnr.log", "--detailed-timing-report",
        *(["--ignore-loops"] if name == "trng" else []),
    )  # fmt: skip
    (folder / "report.part").rename(done)
    return folder


def cells(folder: Path) -> dict[str, int]:
    """Cells of the module `core` by kind."""
    modules = json.loads((folder / "stat.json").read_text())["modules"]
    return next(row for name, row in modules.items() if name.lstrip("\\") == "core")[
        "num_cells_by_type"
    ]


def pad_arrivals_ns(report) -> list[float]:
    """When the last signal arrives at each flip-flop of a pad, in ns after the clock."""
    latest: dict[str, float] = {}
    for net in report["detailed_net_timings"]:
        for end in net["endpoints"]:
            if end["cell"].endswith("$IOL"):
                latest[end["cell"]] = max(latest.get(end["cell"], 0.0), end["delay"][1])
    return sorted(latest.values())


def run_core(name: str):
    """The rows of one core."""
    folder = build(name)
    report = json.loads((folder / "report.json").read_text())
    kinds = cells(folder)
    # A carry cell (CCU2C) is two LUTs.
    luts = kinds.get("LUT4", 0) + 2 * kinds.get("CCU2C", 0) + 2 * kinds.get("TRELLIS_DPR16X4", 0)
    fmax = min(row["achieved"] for row in report["fmax"].values())
    rows = [
        figure(f"gateware_{name}_luts", luts, "LUTs", COMMAND),
        figure(f"gateware_{name}_ffs", kinds.get("TRELLIS_FF", 0), "flip-flops", COMMAND),
        figure(
            f"gateware_{name}_fmax", round(fmax, 1), "MHz", COMMAND, goal=GOAL_MHZ, better="higher"
        ),
    ]
    arrivals = pad_arrivals_ns(report)
    if name == "jtag_master":
        rows += [
            figure(
                "gateware_jtag_master_pad_outputs", len(arrivals), "pins", COMMAND, goal=3, better="higher"
            ),
            figure(
                "gateware_jtag_master_at_pads", round(max(arrivals, default=99.0), 2), "ns", COMMAND,
                goal=1000 / GOAL_MHZ,
            ),
        ]  # fmt: skip
    return rows


def run_socs():
    """Rows of the SoCs that `make bitstream` has built."""
    rows = []
    for path in sorted((ROOT / "build" / "bitstream").glob("*/summary.json")):
        summary = json.loads(path.read_text())
        command = (
            f"make bitstream BOARD={summary['board']} ARGS={' '.join(summary['arguments'])!r}"
            f" CORES={' '.join(summary['cores'])!r}"
        )
        name = f"gateware_soc_{path.parent.name}"
        for key, unit in (("luts", "LUTs"), ("ffs", "flip-flops"), ("brams", "block RAMs")):
            if summary[key]:
                used, there = summary[key]
                rows.append(figure(f"{name}_{key}", used, unit, command, limit=there))
        for clock, (got, asked) in summary["fmax"].items():
            rows.append(
                figure(f"{name}_{clock}_fmax", got, "MHz", command, goal=asked, better="higher")
            )
    return rows


def run():
    """All rows."""
    return [row for name in alone.CORES for row in run_core(name)] + run_socs()
