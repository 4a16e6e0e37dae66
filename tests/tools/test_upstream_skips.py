# SPDX-License-Identifier: MIT
"""The rows of tests/upstream/skip.toml that name versions of MicroPython."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.upstream import run

SKIPS: dict[str, Any] = {
    "folders": {
        "always": "a reason",
        "old": {"before": "1.27", "reason": "gone"},
        "new": {"since": "1.27", "reason": "came"},
    },
    "excluded": [{"since": "1.26", "before": "1.28", "tests": ["a.py"]}],
    "skips_itself": [{"tests": ["b.py"]}, {"since": "1.9", "tests": ["c.py"]}],
}


class Versions(unittest.TestCase):
    def test_rows_and_folders(self):
        for version, folders, excluded in (
            ((1, 25), {"always", "old"}, []),
            ((1, 26), {"always", "old"}, ["a.py"]),
            ((1, 27), {"always", "new"}, ["a.py"]),
            ((1, 28), {"always", "new"}, []),
        ):
            with self.subTest(version):
                mine = run.skips_for(SKIPS, version)
                self.assertEqual(set(mine["folders"]), folders)
                self.assertEqual(run.patterns_of(mine["excluded"]), excluded)
                self.assertEqual(run.patterns_of(mine["skips_itself"]), ["b.py", "c.py"])

    def test_unlisted_skips_stay_failures(self):
        listed = run.patterns_of(run.skips_for(SKIPS, (1, 25))["excluded"])
        self.assertEqual(run.check_skips({"a.py": "skip"}, listed), 1)

    def test_version_of_a_tree(self):
        with tempfile.TemporaryDirectory() as folder:
            header = Path(folder) / "py" / "mpconfig.h"
            header.parent.mkdir()
            header.write_text(
                "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR 29\n"
                "#define MICROPY_VERSION_MICRO 0\n#define MICROPY_VERSION_PRERELEASE 1\n"
            )
            self.assertEqual(run.version_of(Path(folder)), (1, 29))


if __name__ == "__main__":
    unittest.main()
