# SPDX-License-Identifier: MIT
"""Bad input to the top-level commands: one line that says what and where, status 2, nothing left."""

import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from tests.clients import support

BASE = support.soc_folder("base")
NAME = "bad-input-test"  # of the SoC's folder, and so of the firmware's


class BadInput(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / NAME
        self.output = support.BUILD / "firmware" / NAME
        shutil.rmtree(self.output, ignore_errors=True)
        self.addCleanup(shutil.rmtree, self.output, ignore_errors=True)

    def soc(self, change=None):
        """A copy of base's build folder, its csr.json changed; returns the folder."""
        shutil.copytree(BASE, self.folder, ignore=shutil.ignore_patterns("gateware", "*.o", "*.a"))
        if change:
            path = self.folder / "csr.json"
            description = json.loads(path.read_text())
            change(description)
            path.write_text(json.dumps(description))
        return self.folder

    def assert_refused(self, *arguments, says):
        """make refuses with status 2 and one line that holds all of `says`; no firmware is left."""
        result = support.make(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertEqual(result.stdout, "")
        lines = support.complaint(result)
        self.assertEqual(len(lines), 1, result.stderr)
        for text in says:
            self.assertIn(text, lines[0])
        self.assertEqual(list(self.output.glob("**/*.bin")), [])
        return lines[0]

    def test_no_such_folder(self):
        shutil.rmtree(support.BUILD / "firmware" / "nonexistent", ignore_errors=True)
        self.assert_refused(
            "firmware", "BUILD_DIRECTORY=/nonexistent", says=["/nonexistent", "csr.json"]
        )
        self.assertFalse((support.BUILD / "firmware" / "nonexistent").exists())

    def test_folder_without_csr_json(self):
        self.folder.mkdir()
        self.assert_refused("firmware", f"BUILD_DIRECTORY={self.folder}", says=["csr.json", NAME])
        self.assertFalse(self.output.exists())

    def test_malformed_csr_json(self):
        for text in ("", "{", "[]", '{"csr_bases": 5}', '{"csr_registers": {"a": {}}}'):
            with self.subTest(text):
                shutil.rmtree(self.folder, ignore_errors=True)
                (self.soc() / "csr.json").write_text(text)
                line = self.assert_refused(
                    "firmware", f"BUILD_DIRECTORY={self.folder}", says=["csr.json"]
                )
                self.assertNotIn("Traceback", line)

    def test_soc_without_uart(self):
        def change(soc):
            for key in [key for key in soc["csr_registers"] if key.startswith("uart_")]:
                del soc["csr_registers"][key]
            del soc["csr_bases"]["uart"]

        self.assert_refused("firmware", f"BUILD_DIRECTORY={self.soc(change)}", says=["no uart"])

    def test_soc_without_timer(self):
        def change(soc):
            for key in [key for key in soc["csr_registers"] if key.startswith("timer0_")]:
                del soc["csr_registers"][key]
            del soc["csr_bases"]["timer0"]

        self.assert_refused("firmware", f"BUILD_DIRECTORY={self.soc(change)}", says=["timer"])

    def test_soc_without_main_ram(self):
        self.assert_refused(
            "firmware",
            f"BUILD_DIRECTORY={self.soc(lambda soc: soc['memories'].pop('main_ram'))}",
            says=["main_ram"],
        )

    def test_image_larger_than_ram(self):
        def change(soc):
            soc["memories"]["main_ram"]["size"] = 0x10000

        self.assert_refused(
            "firmware", f"BUILD_DIRECTORY={self.soc(change)}", says=["main_ram", "too large"]
        )

    def test_another_processor(self):
        def change(soc):
            soc["constants"]["config_cpu_name"] = "mor1kx"
            soc["constants"]["config_cpu_type"] = "mor1kx"

        folder = self.soc(change)
        variables = folder / "software" / "include" / "generated" / "variables.mak"
        text = variables.read_text().replace("vexriscv", "mor1kx")
        variables.write_text(re.sub(r"(?m)^CPUFLAGS.*$", "CPUFLAGS=-mhard-mul -mhard-div", text))
        line = self.assert_refused("firmware", f"BUILD_DIRECTORY={folder}", says=[])
        self.assertRegex(line, r"mor1kx|RISC-V|march")

    def test_unknown_soc(self):
        for target in ("run", "firmware", "rtl-run"):
            with self.subTest(target):
                self.assert_refused(target, "SOC=unheard-of", says=["unheard-of", "base", "mini"])
                self.assertFalse((support.BUILD / "soc" / "unheard-of").exists())
                self.assertFalse((support.BUILD / "firmware" / "unheard-of").exists())

    def test_unknown_float(self):
        self.assert_refused(
            "firmware", f"BUILD_DIRECTORY={self.soc()}", "FLOAT=quad", says=["FLOAT", "quad"]
        )

    def test_micropy_dir(self):
        self.assert_refused("firmware", "MICROPY_DIR=/nowhere", says=["MICROPY_DIR", "/nowhere"])

    def test_unwritable_build(self):
        self.assert_refused("run", "BUILD=/proc/unwritable", says=["/proc/unwritable"])

    def test_kernel_larger_than_ram(self):
        big = self.folder.parent / "big.bin"
        with open(big, "wb") as file:
            file.truncate(17 << 20)
        result = support.run([support.LXEMU, "--kernel", big, BASE])
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"^lxemu: .*big\.bin.*\n$")

    def test_emulator_of_no_folder(self):
        result = support.run([support.LXEMU, "/nonexistent"])
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"^lxemu: .*/nonexistent.*\n$")

    def test_options_of_the_emulator(self):
        result = support.make("run", "ARGS=--no-such-option", input="print(1)")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertEqual(len(support.complaint(result)), 1, result.stderr)
        self.assertIn("--no-such-option", result.stderr)


if __name__ == "__main__":
    unittest.main()
