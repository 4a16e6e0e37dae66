# SPDX-License-Identifier: MIT
"""Each seeded bug of tests/mutants/ fits the source that it is for."""

import tomllib
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LISTS = ROOT / "tests" / "mutants"


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
        lists = [tomllib.loads(path.read_text()) for path in sorted(LISTS.glob("*.toml"))]
        mutants = [mutant for each in lists for mutant in each["mutant"]]
        self.assertGreater(len(mutants), 200)
        self.assertEqual(misfits(mutants), [])

    def test_each_target_exists(self) -> None:
        lists = [tomllib.loads(path.read_text()) for path in sorted(LISTS.glob("*.toml"))]
        known = {name for each in lists for name in each.get("suite", {})}
        makefile = (ROOT / "tests" / "host" / "Makefile").read_text()
        for target in {m.get("tests", "test-c") for each in lists for m in each["mutant"]}:
            self.assertTrue(target in known or f"\n{target}:" in makefile, target)

    def test_a_misfit_is_seen(self) -> None:
        gone = {"name": "gone", "file": "soc/irq.c", "old": "not in the source", "new": ""}
        twice = {"name": "twice", "file": "soc/irq.c", "old": "static", "new": ""}
        self.assertEqual(misfits([gone, twice]), ["gone", "twice"])


if __name__ == "__main__":
    unittest.main()
