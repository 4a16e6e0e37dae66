# SPDX-License-Identifier: MIT
"""What the models of LiteX cores see, in C without the machine around them."""

import subprocess
import unittest

from tests.emu.support import OUTPUT, ROOT

FLAGS = ("-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined")


class CoreHostTest(unittest.TestCase):
    def test_registers_wider_than_64_bits(self) -> None:
        emu = ROOT / "emu"
        program = OUTPUT / "wide_register"
        program.parent.mkdir(parents=True, exist_ok=True)
        sources = (ROOT / "tests/emu/wide_register.c", emu / "cores/core.c", emu / "machine/csr.c")
        subprocess.run(
            [
                "gcc",
                *FLAGS,
                "-fno-sanitize-recover=all",
                f"-I{emu}",
                f"-I{ROOT}",
                "-o",
                program,
                *sources,
            ],
            check=True,
        )
        leaks = {"ASAN_OPTIONS": "detect_leaks=0"}  # the program ends with its machine
        done = subprocess.run([program], capture_output=True, text=True, check=False, env=leaks)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
