# SPDX-License-Identifier: MIT
"""Every board that open tools build: `make boards OPEN=1`, or open_boards.py [--report] [BOARD]...

Each row of ROWS goes through tools/bitstream.py, one after the other: hours for all. What is built stays, so that
the same command goes on where it was stopped. Results go to build/open-boards.json after each board; --report
prints them as docs/boards.md has them. Exit status 1 where a board that should be built was not.
"""

import argparse
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import bitstream  # noqa: E402
from bitstream_report import of  # noqa: E402

RESULTS = ROOT / "build" / "open-boards.json"

# Board, options of its target, cores; whether the firmware is built (False: only the gateware, for its figures).
ROWS = (
    ("radiona_ulx3s", "--device LFE5U-85F", "jtag_master sdcard", True),
    ("radiona_ulx3s", "--device LFE5U-25F", "jtag_master sdcard", True),
    ("colorlight_i5", "", "jtag_master", True),
    ("colorlight_5a_75b", "--nextpnr-seed 2", "ethernet", True),
    ("lambdaconcept_ecpix5", "", "jtag_master sdcard ethernet", True),
    ("gsd_butterstick", "", "ethernet sdcard gpio", True),
)


def build(board: str, arguments: str, cores: str, firmware: bool) -> dict[str, Any]:
    """Build one board; return its row of the results."""
    row: dict[str, Any] = {"board": board, "arguments": arguments, "cores": cores}
    command = [sys.executable, str(ROOT / "tools" / "bitstream.py"), board]
    command += [
        f"--arguments={arguments}",
        f"--cores={cores}",
        *([] if firmware else ["--no-firmware"]),
    ]
    started = time.monotonic()
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    row["seconds"] = round(time.monotonic() - started)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["nothing was said"]
        return row | {"result": "fail", "why": lines[-1].removeprefix("bitstream: ")}
    name = bitstream.folder_name(board, shlex.split(arguments), cores.split())
    summary = json.loads((bitstream.BUILD / "bitstream" / name / "summary.json").read_text())
    keys = ("device", "luts", "ffs", "brams", "fmax", "bitstream_bytes", "firmware_bytes")
    return row | {"result": "pass", "why": "", **{key: summary[key] for key in keys}}


def load() -> list[dict[str, Any]]:
    """The results of earlier runs."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else []


def store(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Put a row in the place of its board's last one; return all."""

    def key(other: dict[str, Any]) -> tuple[str, str, str]:
        return other["board"], other["arguments"], other["cores"]

    rows = [other for other in load() if key(other) != key(row)] + [row]
    bitstream.publish(RESULTS, json.dumps(rows, indent=1).encode())
    return rows


def report(rows: list[dict[str, Any]]) -> None:
    """Print the table of docs/boards.md."""
    print(
        "| board | FPGA | cores | LUTs | flip-flops | block RAMs | clocks reached, MHz | bitstream |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        if row["result"] != "pass":
            continue
        clocks = ", ".join(f"{name} {got} ({asked})" for name, (got, asked) in row["fmax"].items())
        words = [row["board"], row["device"], row["cores"] or "-"]
        words += [of(row[name]) for name in ("luts", "ffs", "brams")]
        words += [clocks, f"{row['bitstream_bytes']:,} bytes"]
        print("| " + " | ".join(words) + " |")
    for row in rows:
        if row["result"] != "pass":
            print(f"\n{row['board']} {row['arguments']}: {row['why']}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--report", action="store_true", help="only print the results")
    parser.add_argument("board", nargs="*")
    options = parser.parse_args()
    unknown = set(options.board) - {row[0] for row in ROWS}
    if unknown:
        names = ", ".join(sorted({row[0] for row in ROWS}))
        print(
            f"open_boards: no row for {', '.join(sorted(unknown))}; there are {names}",
            file=sys.stderr,
        )
        return 2
    if options.report:
        report(load())
        return 0
    made = []
    for row in ROWS:
        if options.board and row[0] not in options.board:
            continue
        print(f"open_boards: {' '.join(filter(None, row[:3]))}", file=sys.stderr, flush=True)
        made.append(build(*row))
        store(made[-1])
    report(made)
    passed = sum(row["result"] == "pass" for row in made)
    print(f"{passed} passed, {len(made) - passed} failed")
    return 0 if passed == len(made) else 1


if __name__ == "__main__":
    sys.exit(main())
