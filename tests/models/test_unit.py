# SPDX-License-Identifier: MIT
"""The unit tests of the models in C and a fuzzer, under the address and undefined-behaviour sanitizers.

FUZZ_SECONDS=N fuzzes for longer than the 8 seconds of a quick run.
"""

import os
import re
import subprocess
import unittest

from tests.models.support import ROOT, SCRATCH, available

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
        result = subprocess.run(
            [program], capture_output=True, text=True, cwd=SCRATCH, timeout=120
        )
        self.assertEqual(result.returncode, 0, result.stdout[-3000:] + result.stderr[-3000:])
        passed = int(re.search(r"^(\d+) passed, 0 failed$", result.stdout, re.MULTILINE)[1])
        self.assertGreater(passed, 2500)

    def test_fuzz(self):
        if available("clang"):
            self.skipTest("clang is not installed")
        corpus = SCRATCH / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        program = SCRATCH / "fuzz_board"
        sources = [*(ROOT / "models").glob("*.c"), ROOT / "tests/models/fuzz_board.c"]
        sources += [ROOT / "vecp5/xvc.c", ROOT / "vecp5/bitbang.c"]
        sanitizers = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
        subprocess.run(
            ["clang", *FLAGS, *sanitizers, f"-I{ROOT}", "-o", program, *sources],
            check=True,
            timeout=200,
        )
        seconds = int(os.environ.get("FUZZ_SECONDS", 8))
        result = subprocess.run(
            [program, f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", corpus],
            capture_output=True,
            text=True,
            cwd=SCRATCH,
            timeout=seconds + 60,
        )
        self.assertEqual(result.returncode, 0, result.stderr[-3000:])
        runs = int(re.search(r"^Done (\d+) runs", result.stderr, re.MULTILINE)[1])
        self.assertGreater(runs, 1000)


if __name__ == "__main__":
    unittest.main()
