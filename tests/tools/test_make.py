# SPDX-License-Identifier: MIT
"""The Makefile's Python environment: made anew when a part is missing, or when it was made elsewhere or for another
Python. pip without a network, and paths with spaces."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "build" / "venv"
ENVIRONMENT = {
    key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))
}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Environment(Folder):
    def setUp(self):
        """An environment in a folder of its own, of links into the tree's own one."""
        super().setUp()
        self.venv = self.folder / "venv"
        self.venv.mkdir()
        for name in ("bin", "lib"):
            (self.venv / name).symlink_to(VENV / name)
        (self.venv / "pyvenv.cfg").write_text(self.config())
        (self.venv / ".installed").touch()

    def config(self):
        text = (VENV / "pyvenv.cfg").read_text()
        return text.replace(str(VENV), str(self.venv))

    def is_made_anew(self):
        """Whether make would make the environment, without doing it."""
        command = ["make", "-n", f"BUILD={self.folder}", str(self.venv / ".installed")]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=ENVIRONMENT)
        self.assertEqual(result.returncode, 0, result.stderr)
        return "-m venv" in result.stdout

    def test_whole_one_stays(self):
        self.assertFalse(self.is_made_anew())

    def test_without_its_stamp(self):
        (self.venv / ".installed").unlink()
        self.assertTrue(self.is_made_anew())

    def test_of_another_python(self):
        lines = self.config().splitlines()
        lines = ["version = 3.8.1" if line.startswith("version") else line for line in lines]
        (self.venv / "pyvenv.cfg").write_text("\n".join(lines) + "\n")
        self.assertTrue(self.is_made_anew())

    def test_copied_from_elsewhere(self):
        text = self.config().replace(str(self.venv), "/elsewhere/venv")
        (self.venv / "pyvenv.cfg").write_text(text)
        self.assertTrue(self.is_made_anew())

    def test_half_of_one(self):
        for part in ("lib", "bin", "pyvenv.cfg"):
            with self.subTest(part):
                whole = self.venv / part
                whole.rename(self.folder / part)
                self.assertTrue(self.is_made_anew())
                (self.folder / part).rename(whole)
                (self.venv / ".installed").touch()


class Pip(Folder):
    def run_pip(self, said):
        """Run tools/pip.sh with a Python that prints an error and fails; return what the script printed."""
        python = self.folder / "python"
        python.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n')
        python.chmod(0o755)
        result = subprocess.run(
            [ROOT / "tools" / "pip.sh", python], capture_output=True, text=True
        )
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        return result.stderr

    def test_without_a_network_the_message_says_so(self):
        said = self.run_pip(
            "[Errno -3] Temporary failure in name resolution\nERROR: No matching distribution"
        )
        self.assertEqual(len(said.splitlines()), 1)
        self.assertIn("no network: the Python package index cannot be reached", said)

    def test_another_error_is_pips_own(self):
        self.assertEqual(
            self.run_pip("ERROR: THESE PACKAGES DO NOT MATCH"),
            "ERROR: THESE PACKAGES DO NOT MATCH\n",
        )


class Link(Folder):
    def link(self, path):
        environment = {**ENVIRONMENT, "TMPDIR": str(self.folder)}
        command = [ROOT / "tools" / "link.sh", path]
        return subprocess.check_output(
            command, text=True, env=environment, cwd=self.folder
        ).rstrip("\n")

    def test_leads_to_the_folder(self):
        for name in ("a b/my  soc", "tab\tname", "it's (a) soc"):
            with self.subTest(name):
                folder = self.folder / name
                folder.mkdir(parents=True)
                (folder / "file").write_text(name)
                link = Path(self.link(folder))
                self.assertEqual(len(str(link).split()), 1)
                self.assertEqual((link / "file").read_text(), name)
                self.assertEqual(self.link(folder), str(link))
                self.assertEqual(self.link(name), str(link))  # as a relative path
        self.assertNotEqual(self.link("a b/x y"), self.link("a c/x y"))

    def test_make_uses_it(self):
        """A LiteX build folder with spaces is found, and is named when a file of it is missing."""
        soc = self.folder / "my soc"
        soc.mkdir()
        command = ["make", "-n", "image", f"BUILD_DIRECTORY={soc}"]
        environment = {**ENVIRONMENT, "TMPDIR": str(self.folder)}
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
        self.assertIn(f"BUILD_DIRECTORY={self.link(soc)} ", result.stdout)
        self.assertNotIn("my soc", result.stdout)


if __name__ == "__main__":
    unittest.main()
