# SPDX-License-Identifier: MIT
"""The longer proof of the programmer's Python side: all scripts under the sanitizers, and power that goes in every
operation of a larger flash write."""

import unittest

from tests.usermod.support import ALL_PASSED, ROOT, TESTS, UNIX_ASAN, build_unix, run_script

LONG = ROOT / "tests" / "usermod" / "long"


def setUpModule():
    build_unix("unix-asan")
    build_unix()


class Sanitized(unittest.TestCase):
    def test_scripts(self):
        for script in TESTS:
            with self.subTest(script.name):
                output = run_script(script, program=UNIX_ASAN)
                self.assertRegex(output.splitlines()[-1], ALL_PASSED, output)


class Power(unittest.TestCase):
    def test_every_operation(self):
        output = run_script(LONG / "power.py", bound_s=900)
        self.assertRegex(output.splitlines()[-1], ALL_PASSED, output)


if __name__ == "__main__":
    unittest.main()
