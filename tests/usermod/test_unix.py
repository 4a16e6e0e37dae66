# SPDX-License-Identifier: MIT
"""The FPGA programmer in upstream's unix port: the scripts of scripts/, each in a MicroPython of its own, on the
virtual board in the same process."""

import re
import subprocess
import unittest

from tests.usermod.support import (
    ALL_PASSED,
    BUILD,
    MICROPYTHON,
    ROOT,
    TESTS,
    build_unix,
    run_script,
)

OWN_NAMES = r"(jtag|ecp5|tap|nor|bitstream|inflate\w*|stream|bridge|sfdp|xvc|adler32)_"


def setUpModule():
    build_unix()


class Scripts(unittest.TestCase):
    """One test per script; what a script prints is shown when it fails."""


class CMake(unittest.TestCase):
    def test_micropython_cmake(self):
        """As ports with CMake take the module: it compiles, and nothing of its own is missing when it is linked."""
        out = BUILD / "tests" / "usermod-cmake"
        (out / "all_of_it").unlink(missing_ok=True)
        tree = MICROPYTHON.resolve()
        for command in (
            ["cmake", "-S", ROOT / "tests" / "usermod" / "cmake", "-B", out]
            + [f"-DMICROPY_DIR={tree}", f"-DUNIX_BUILD={BUILD / 'usermod' / 'unix'}"],
            ["cmake", "--build", out, "-j2"],
        ):
            result = subprocess.run(command, capture_output=True, text=True, timeout=200)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        missing = re.findall(r"undefined reference to `(\w+)'", result.stdout + result.stderr)
        self.assertIn("mp_obj_new_tuple", missing)
        self.assertEqual([name for name in missing if re.match(OWN_NAMES, name)], [])


def _add(script):
    def test(self):
        output = run_script(script)
        self.assertRegex(output.splitlines()[-1], ALL_PASSED, output)

    setattr(Scripts, f"test_{script.stem}", test)


for _script in TESTS:
    _add(_script)


if __name__ == "__main__":
    unittest.main()
