# SPDX-License-Identifier: MIT
"""`make bench`: run the benchmarks and write build/bench.json: `python -m bench [MODULE...]`.

Rows of modules that were not asked for stay as they are in build/bench.json. A missed goal is printed
as missed and does not change the exit status: figures are for reading, tests are for failing.
"""

import importlib
import json
import sys
from pathlib import Path

from bench import met

OUTPUT = Path("build/bench.json")
MODULES = (
    "emu",
    "interpreter",
    "native",
    "peripherals",
    "deferred",
    "jtag",
    "spiflash",
    "footprint",
    "network",
    "tls",
    "gateware",
)


def print_table(rows) -> None:
    """Print each figure with its goal and verdict."""
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[met(row)]
        sense = ">=" if row["better"] == "higher" else "<="
        goal = "" if row["goal"] is None else f"goal {sense} {row['goal']:,}"
        limit = "" if row["limit"] is None else f"limit {row['limit']:,}"
        print(
            f"{row['name']:44} {row['value']:>16,} {row['unit']:10} {goal:24} {limit:18} {verdict}"
        )


def main():
    names = sys.argv[1:] or MODULES
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"bench: no module {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
        return 2
    rows = {row["name"]: row for row in json.loads(OUTPUT.read_text())} if OUTPUT.exists() else {}
    for name in names:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        for row in importlib.import_module(f"bench.{name}").run():
            rows[row["name"]] = row
        OUTPUT.parent.mkdir(exist_ok=True)
        OUTPUT.write_text(json.dumps(list(rows.values()), indent=1) + "\n")
    print_table(rows.values())
    missed = [name for name, row in rows.items() if met(row) is False]
    print(f"{len(rows)} figures, {len(missed)} missed" + "".join(f"\n  {name}" for name in missed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
