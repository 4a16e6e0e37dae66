# SPDX-License-Identifier: MIT
"""The unit tests of the models in C, under the address and undefined-behaviour sanitizers."""

import re
import subprocess
import unittest

from tests.models.support import ROOT, SCRATCH

FLAGS = ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class Unit(unittest.TestCase):
    def test_models(self):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        program = SCRATCH / "unit"
        sources = [*(ROOT / "models").glob("*.c"), *(ROOT / "tests/models/unit").glob("*.c")]
        subprocess.run(
            ["gcc", *FLAGS, *SANITIZERS, f"-I{ROOT}", "-o", program, *sources],
            check=True,
            timeout=200,
        )
        result = subprocess.run([program], capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout[-3000:] + result.stderr[-3000:])
        passed = int(re.search(r"^(\d+) passed, 0 failed$", result.stdout, re.MULTILINE)[1])
        self.assertGreater(passed, 2500)


if __name__ == "__main__":
    unittest.main()
