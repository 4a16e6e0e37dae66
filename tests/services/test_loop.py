# SPDX-License-Identifier: MIT
"""The loop of the services, without sockets."""

import unittest

from tests.services.support import build, run_script


def setUpModule():
    build()


class Loop(unittest.TestCase):
    def test_behind_a_program(self):
        self.assertRegex(run_script("behind.py"), r"(?m)^\d+ passed, 0 failed$")


if __name__ == "__main__":
    unittest.main()
