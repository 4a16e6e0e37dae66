# SPDX-License-Identifier: MIT
"""The FPGA programmer in upstream's unix port: the scripts of scripts/, each in a MicroPython of its own, on the
virtual board in the same process."""

import unittest

from tests.usermod.support import SCRIPTS, build_unix, run_script


def setUpModule():
    build_unix()


class Scripts(unittest.TestCase):
    """One test per script; what a script prints is shown when it fails."""


def _add(script):
    def test(self):
        output = run_script(script)
        self.assertRegex(output.splitlines()[-1], r"^[1-9]\d* passed, 0 failed \(", output)

    setattr(Scripts, f"test_{script.stem}", test)


for _script in sorted(SCRIPTS.glob("*.py")):
    if _script.stem not in ("harness", "verdicts"):
        _add(_script)


if __name__ == "__main__":
    unittest.main()
