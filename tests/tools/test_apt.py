# SPDX-License-Identifier: MIT
"""Installing Debian packages: named first, as root, by sudo, or by saying what to run; nothing when all is there.

The package manager is replaced by stubs first on the PATH: what counts is what would be asked of it.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "apt.sh"
STUBS = {
    "dpkg-query": 'for last; do :; done\ngrep -qx "$last" "$STUB_INSTALLED" && echo "install ok installed"',
    "id": 'echo "$STUB_UID"',
    "sudo": '[ "$STUB_SUDO" = yes ] || exit 1\nshift\nexec "$@"',
    "apt-get": 'echo "apt-get $*" >>"$STUB_LOG"\necho "frontend $DEBIAN_FRONTEND" >>"$STUB_LOG"\n'
    '[ -z "$STUB_APT_ERROR" ] || { echo "$STUB_APT_ERROR"; exit 100; }',
}


class Apt(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        for name, body in STUBS.items():
            path = self.folder / name
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)

    def run_script(self, *groups, installed=(), uid=0, sudo=False, error=""):
        """Run the script with stubs; return (status, stderr, what was asked of apt-get)."""
        (self.folder / "installed").write_text("".join(f"{name}\n" for name in installed))
        log = self.folder / "log"
        log.write_text("")
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "STUB_INSTALLED": str(self.folder / "installed"),
            "STUB_UID": str(uid),
            "STUB_SUDO": "yes" if sudo else "no",
            "STUB_LOG": str(log),
            "STUB_APT_ERROR": error,
        }
        result = subprocess.run(
            [SCRIPT, *groups], env=environment, capture_output=True, text=True, timeout=60
        )
        return result.returncode, result.stderr, log.read_text()

    def packages(self, group):
        lines = (SCRIPT.parent / "apt-packages.txt").read_text().splitlines()
        found = [line.split(": ")[1].split() for line in lines if line.startswith(f"{group}: ")]
        return [name for names in found for name in names]

    def test_nothing_to_do(self):
        status, errors, asked = self.run_script("run", installed=self.packages("run"))
        self.assertEqual((status, errors, asked), (0, "", ""))

    def assert_installs(self, asked, missing):
        lines = [line for line in asked.splitlines() if line.startswith("apt-get")]
        self.assertIn("update", lines[0].split())
        words = lines[-1].split()
        self.assertIn("install", words)
        self.assertEqual(words[-1], missing)
        self.assertIn("DPkg::Lock::Timeout", lines[-1])
        self.assertIn("frontend noninteractive", asked)

    def test_root_installs_what_is_missing_and_names_it_first(self):
        *there, missing = self.packages("run")
        status, errors, asked = self.run_script("run", installed=there)
        self.assertEqual(status, 0, errors)
        self.assertIn(missing, errors.splitlines()[0])
        self.assert_installs(asked, missing)

    def test_a_user_with_sudo(self):
        *there, missing = self.packages("run")
        status, errors, asked = self.run_script("run", installed=there, uid=1000, sudo=True)
        self.assertEqual(status, 0, errors)
        self.assert_installs(asked, missing)

    def test_a_user_without_sudo_is_told_the_line(self):
        *there, missing = self.packages("run")
        status, errors, asked = self.run_script("run", installed=there, uid=1000)
        self.assertEqual((status, asked), (2, ""))
        self.assertRegex(errors, rf"sudo apt-get install .*{missing}|apt-get install .*{missing}")

    def test_without_a_network_the_message_says_so(self):
        error = "E: Failed to fetch x  Temporary failure resolving 'x'"
        *there, missing = self.packages("run")
        status, errors, _ = self.run_script("run", installed=there, error=error)
        self.assertEqual(status, 100)
        self.assertIn("no network: the Debian archive cannot be reached", errors.splitlines()[-1])
        _, errors, _ = self.run_script("run", installed=there, error="E: dpkg is broken")
        self.assertNotIn("no network", errors)

    def test_unknown_group(self):
        status, errors, asked = self.run_script("nothing")
        self.assertEqual((status, asked), (2, ""))
        self.assertIn("nothing", errors)


if __name__ == "__main__":
    unittest.main()
