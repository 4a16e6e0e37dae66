# SPDX-License-Identifier: MIT
"""What mip installs is what there is."""

import json
import unittest

from tests.models.support import ROOT

SERVICES = ROOT / "services"


class Packages(unittest.TestCase):
    def test_urls(self):
        folders = [path.parent for path in SERVICES.glob("*/manifest.py")]
        self.assertTrue(folders)
        for folder in folders:
            with self.subTest(folder.name):
                there = {str(path.relative_to(folder)) for path in folder.rglob("*.py")}
                listed = json.loads((folder / "package.json").read_text())["urls"]
                self.assertEqual(there - {"manifest.py"}, {name for name, _ in listed})
                self.assertTrue(all(name == place for name, place in listed))


if __name__ == "__main__":
    unittest.main()
