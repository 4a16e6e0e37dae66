# SPDX-License-Identifier: MIT
"""`make size`: text, data, bss and stack frames of each firmware, against the last recorded figures.

    size.py [--record] [FIRMWARE.elf...]     default: every build/firmware/*/firmware.elf

Prints the sizes, the symbols that changed most since build/size.json was recorded, and the largest
stack frames (from the compiler's .su files). --record makes today's figures the recorded ones.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / "build"
RECORD = BUILD / "size.json"
PREFIX = "riscv64-unknown-elf-"
MOST = 12


def sizes(elf):
    """{"text", "data", "bss"} in bytes, and {symbol: bytes}."""
    output = subprocess.run(
        [f"{PREFIX}size", elf], check=True, capture_output=True, text=True
    ).stdout
    text, data, bss = (int(word) for word in output.splitlines()[1].split()[:3])
    symbols: dict[str, int] = {}
    names = subprocess.run([f"{PREFIX}nm", "-S", elf], check=True, capture_output=True, text=True)
    for line in names.stdout.splitlines():
        words = line.split()
        if len(words) == 4:
            symbols[words[3]] = symbols.get(words[3], 0) + int(words[1], 16)
    return {"text": text, "data": data, "bss": bss}, symbols


def frames(folder):
    """[(bytes, function)], largest first, from the .su files below `folder`."""
    found = []
    for path in folder.rglob("*.su"):
        for line in path.read_text().splitlines():
            place, size, _ = line.split("\t")
            found.append((int(size), place.rpartition(":")[2]))
    return sorted(found, reverse=True)


def report(name, elf, recorded):
    """Print one firmware's figures and return what to record."""
    totals, symbols = sizes(elf)
    print(f"{name}: " + ", ".join(f"{key} {value:,}" for key, value in totals.items()))
    if recorded:
        for key, value in totals.items():
            if value != recorded["totals"][key]:
                print(f"  {key}: {value - recorded['totals'][key]:+,} since the record")
        changes = {
            symbol: symbols.get(symbol, 0) - recorded["symbols"].get(symbol, 0)
            for symbol in symbols.keys() | recorded["symbols"].keys()
        }
        for symbol, change in sorted(changes.items(), key=lambda item: -abs(item[1]))[:MOST]:
            if change:
                print(f"  {change:+8,} {symbol}")
    for size, function in frames(elf.parent)[:MOST]:
        print(f"  frame of {size:,} bytes: {function}")
    return {"totals": totals, "symbols": symbols}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true")
    parser.add_argument("elf", nargs="*", type=Path)
    options = parser.parse_args()
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    elves = options.elf or sorted(BUILD.glob("firmware/*/firmware.elf"))
    if not elves:
        print("size: no firmware is built; run `make firmware` first", file=sys.stderr)
        return 2
    today = {}
    for elf in elves:
        name = elf.resolve().parent.name
        today[name] = report(name, elf, recorded.get(name))
    if options.record:
        RECORD.write_text(json.dumps({**recorded, **today}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
