# SPDX-License-Identifier: MIT
"""What the models of LiteX cores see, in C without the machine around them."""

import subprocess
import unittest

from tests.emu.support import OUTPUT, ROOT

FLAGS = ("-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined")


class CoreHostTest(unittest.TestCase):
    def test_registers_wider_than_64_bits(self) -> None:
        self.run_program("wide_register", "emu/cores/core.c", "emu/machine/csr.c")

    def test_slots_of_liteeth(self) -> None:
        emulator = ("core", "liteeth", "ethphy")
        models = ("eth_phy", "nets", "wiring", "number")
        self.run_program(
            "liteeth_slots",
            *(f"emu/cores/{name}.c" for name in emulator),
            *(f"models/{name}.c" for name in models),
        )

    def run_program(self, name: str, *tested: str) -> None:
        emu = ROOT / "emu"
        program = OUTPUT / name
        program.parent.mkdir(parents=True, exist_ok=True)
        sources = (ROOT / f"tests/emu/{name}.c", *(ROOT / path for path in tested))
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
