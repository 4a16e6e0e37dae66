# SPDX-License-Identifier: MIT
"""mpremote, as it comes from the package index, against the emulated UART and the emulated PHY.

Without a rate the UART takes each byte when the firmware reads it; with --baud bytes come and go as
on a real RS232 PHY, whose 16-byte FIFO overflows when the firmware is late. No byte may be lost.
"""

import re
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.clients import support

MPREMOTE = support.VENV / "mpremote"
PASTE_BYTES = 100_000


def big_script(size_wanted=PASTE_BYTES):
    """A program of some size that notices each lost, doubled or changed line; and what it prints."""
    lines = ["total = 0"]
    size, number = 0, 0
    while size < size_wanted:
        lines.append(f"total = total * 3 + {number} & 0xffffff  # {'x' * (number % 60)}")
        size += len(lines[-1]) + 1
        number += 1
    lines.append("print('total', total)")
    scope = {}
    exec("\n".join(lines[:-1]), scope)  # noqa: S102 (our own text)
    return "\n".join(lines) + "\n", scope["total"]


class Mpremote:
    """The tests for one pace of the UART."""

    board: Any
    folder: Path
    work: Any

    soc = "base"
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.board = support.Simulation(
            support.emulator_command(cls.soc, "--pty", "--stats", *cls.options)
        )
        cls.work = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.work.name)

    @classmethod
    def tearDownClass(cls):
        cls.work.cleanup()
        statistics = cls.board.stop()
        overflows = re.search(r"(\d+)\D*overflow|overflow\D*(\d+)", statistics)
        if not overflows:
            raise AssertionError(f"--stats says nothing of overflows: {statistics!r}")
        if int(overflows[1] or overflows[2]):
            raise AssertionError(f"bytes were lost: {statistics!r}")

    def mpremote(self, *arguments, status=0, bound_s=support.WAIT_S):
        """Run mpremote on the board and return what it printed, line ends as LF."""
        command = [MPREMOTE, "connect", self.board.path, *arguments]
        result = support.run(command, bound_s)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout.replace("\r\n", "\n")

    def host_file(self, name, content):
        """Write a file on the host and return its path."""
        path = self.folder / name
        path.write_text(content)
        return path

    def test_exec(self):
        self.assertEqual(self.mpremote("exec", "print(6 * 7)"), "42\n")

    def test_eval(self):
        self.assertEqual(self.mpremote("eval", "__import__('sys').platform"), "litex\n")

    def test_exec_failing(self):
        self.assertIn("ZeroDivisionError", self.mpremote("exec", "1/0", status=1))

    def test_resume_keeps_state(self):
        self.mpremote("exec", "kept = 17")
        self.assertEqual(self.mpremote("resume", "exec", "print(kept)"), "17\n")
        self.mpremote("exec", "print('NameError' if 'kept' not in globals() else kept)")
        self.assertEqual(self.mpremote("exec", "print('kept' in globals())"), "False\n")

    def test_run(self):
        path = self.host_file("script.py", "for i in range(3):\n    print(i)\n")
        self.assertEqual(self.mpremote("run", path), "0\n1\n2\n")

    def test_run_100_kb(self):
        text, total = big_script()
        path = self.host_file("big.py", text)
        self.assertEqual(self.mpremote("run", path, bound_s=120), f"total {total}\n")

    def test_files(self):
        content = "".join(f"line {i}\n" for i in range(500))
        path = self.host_file("data.txt", content)
        self.mpremote("mkdir", ":folder")
        self.mpremote("cp", path, ":folder/data.txt")
        self.assertEqual(self.mpremote("cat", ":folder/data.txt"), content)
        self.assertRegex(self.mpremote("ls", ":folder"), rf"\b{len(content)} data\.txt\n")
        self.mpremote("cp", ":folder/data.txt", self.folder / "back.txt")
        self.assertEqual((self.folder / "back.txt").read_text(), content)
        self.mpremote("rm", ":folder/data.txt")
        self.assertNotIn("data.txt", self.mpremote("ls", ":folder"))
        self.mpremote("rmdir", ":folder")
        self.assertNotIn("folder", self.mpremote("ls"))
        self.mpremote("rm", ":folder/data.txt", status=1)

    def test_files_survive_soft_reset(self):
        path = self.host_file("kept.txt", "kept\n")
        self.mpremote("cp", path, ":kept.txt")
        self.mpremote("soft-reset")
        self.assertEqual(self.mpremote("cat", ":kept.txt"), "kept\n")
        self.mpremote("rm", ":kept.txt")

    def test_recursive_copy(self):
        package = self.folder / "package"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text("from package.part import value\n")
        (package / "part.py").write_text("value = 'from a package'\n")
        self.mpremote("cp", "-r", package, ":")
        answer = self.mpremote("exec", "import package; print(package.value)")
        self.assertEqual(answer, "from a package\n")
        self.mpremote("rm", "-r", ":package")

    def test_mount(self):
        mounted = self.folder / "mounted"
        mounted.mkdir(exist_ok=True)
        (mounted / "remote_module.py").write_text("print('imported from the host')\n")
        answer = self.mpremote(
            "mount",
            mounted,
            "exec",
            "import remote_module; open('made.txt', 'w').write('by board')",
        )
        self.assertIn("imported from the host\n", answer)
        self.assertEqual((mounted / "made.txt").read_text(), "by board")

    def test_df(self):
        self.assertRegex(self.mpremote("df"), r"<Vfs\w+> +\d+ +\d+ +\d+ +\d+ /\n")


class Unpaced(Mpremote, unittest.TestCase):
    """The UART without a rate."""


class At115200(Mpremote, unittest.TestCase):
    """A PHY at the usual rate."""

    soc = "phy"
    options = ("--baud", "115200")


class At1M(Mpremote, unittest.TestCase):
    """A PHY at 1 Mbaud."""

    soc = "phy"
    options = ("--baud", "1000000")


class Base1M(Mpremote, unittest.TestCase):
    """Another SoC than `phy` behind such a PHY."""

    options = ("--baud", "1000000")


if __name__ == "__main__":
    unittest.main()
