# SPDX-License-Identifier: MIT
"""Each seeded bug of tests/host/mutants.toml fits the source that it is for."""

import tomllib
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "host" / "mutants.toml"


def misfits(mutants: list[dict[str, Any]]) -> list[str]:
    """The names of the mutants with a text that does not occur exactly once in their file."""
    found = []
    for mutant in mutants:
        source = (ROOT / mutant["file"]).read_text()
        changes = [mutant, *([mutant["also"]] if "also" in mutant else [])]
        if any(source.count(change["old"]) != 1 for change in changes):
            found.append(mutant["name"])
    return found


class Mutants(unittest.TestCase):
    def test_each_text_occurs_once(self) -> None:
        mutants = tomllib.loads(TABLE.read_text())["mutant"]
        self.assertGreater(len(mutants), 100)
        self.assertEqual(misfits(mutants), [])

    def test_a_misfit_is_seen(self) -> None:
        gone = {"name": "gone", "file": "soc/irq.c", "old": "not in the source", "new": ""}
        twice = {"name": "twice", "file": "soc/irq.c", "old": "static", "new": ""}
        self.assertEqual(misfits([gone, twice]), ["gone", "twice"])


if __name__ == "__main__":
    unittest.main()
