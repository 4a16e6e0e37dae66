# SPDX-License-Identifier: MIT
"""The counting of suites: nothing that failed, hung or ran no test passes as good."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import test as runner


class Counts(unittest.TestCase):
    def test_plain_line(self):
        self.assertEqual(runner.counts("x\n12 passed, 3 failed\n"), (12, 3, 0))
        self.assertEqual(runner.counts("12 passed, 0 failed, 4 skipped\n"), (12, 0, 4))

    def test_unittest(self):
        self.assertEqual(runner.counts("Ran 5 tests in 0.1s\n\nOK\n"), (5, 0, 0))
        text = "Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=1)\n"
        self.assertEqual(runner.counts(text), (1, 3, 1))

    def test_nothing(self):
        self.assertIsNone(runner.counts("Segmentation fault\n"))


class Suites(unittest.TestCase):
    def run_suite(self, command, bound_s=20):
        with tempfile.TemporaryDirectory() as folder:
            with mock.patch.object(runner, "LOGS", Path(folder)):
                return runner.run_suite("one", {"command": command, "bound_s": bound_s})[0]

    def test_good(self):
        self.assertEqual(self.run_suite("echo '2 passed, 0 failed'"), (2, 0, 0))

    def test_failure_is_counted_once(self):
        self.assertEqual(self.run_suite("echo '2 passed, 1 failed'; exit 1"), (2, 1, 0))

    def test_bad_status_is_a_failure(self):
        self.assertEqual(self.run_suite("echo '2 passed, 0 failed'; exit 1"), (2, 1, 0))

    def test_failed_counts_with_good_status_is_a_failure(self):
        self.assertEqual(self.run_suite("echo '2 passed, 1 failed'"), (2, 2, 0))

    def test_no_test_is_a_failure(self):
        self.assertEqual(self.run_suite("true"), (0, 1, 0))

    def test_hang_is_a_failure(self):
        self.assertEqual(self.run_suite("sleep 60", bound_s=0.2), (0, 1, 0))


if __name__ == "__main__":
    unittest.main()
