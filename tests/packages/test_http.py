# SPDX-License-Identifier: MIT
"""requests, http_client and mip on CPython and on upstream's unix port, against web servers on this machine."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.packages import server
from tests.tls import certificates
from tests.usermod.support import UNIX, build_unix

HERE = Path(__file__).resolve().parent
PACKAGES = HERE.parents[1] / "port" / "packages"
BOUND_S = 60


def run(program, script, *arguments):
    """Run a script with the packages; return what it printed."""
    # The folder's ssl.py is for MicroPython's tls.
    with tempfile.TemporaryDirectory() as name:
        for path in ("http_client.py", "requests.py", "mip.py"):
            (Path(name) / path).symlink_to(PACKAGES / path)
        process = subprocess.run(
            [program, script, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": name, "MICROPYPATH": f"{name}:.frozen"},
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            cwd=name,
        )
    if process.returncode:
        raise AssertionError(process.stdout + process.stderr)
    return process.stdout


class Http(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        build_unix()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        certificates.make(cls.folder)

    def test_cpython(self) -> None:
        with server.serve(self.folder) as (plain, secure, _):
            output = run(
                sys.executable, HERE / "script.py", plain.address, secure.address, self.folder
            )
        self.assertEqual(output, "10 passed\n")

    def test_micropython(self) -> None:
        with server.serve() as (plain, _, _):
            output = run(UNIX, HERE / "script.py", plain.address, "-", self.folder)
        self.assertEqual(output, "10 passed\n")

    def test_mip(self) -> None:
        for program in (sys.executable, UNIX):
            with self.subTest(program=program), server.serve() as (plain, _, _):
                plain.files = mip_files()
                output = run(program, HERE / "mip_script.py", plain.address)
                self.assertEqual(output.splitlines()[-1], "passed")


def mip_files():
    """An index, a package.json and modules."""
    one, two = b"ONE = 1\n", b"TWO = 2\n"
    short = hashlib.sha256(one).hexdigest()[:8]
    wrong = hashlib.sha256(b"other").hexdigest()[:8]
    package = {"hashes": [["one/__init__.py", short]], "deps": [["two", "1.0"]], "version": "3"}
    files = {
        f"/index/file/{short[:2]}/{short}": one,
        f"/index/file/{wrong[:2]}/{wrong}": one,
        "/app/two.py": two,
        "/evil/package.json": {"urls": [["../evil.py", "two.py"]]},
        "/broken/package.json": b"<html>",  # MicroPython takes "{" for {}
    }
    for form in ("6", "py"):
        files[f"/index/package/{form}/one/latest.json"] = package
        files[f"/index/package/{form}/two/1.0.json"] = {"hashes": []}
        files[f"/index/package/{form}/bad/latest.json"] = {"hashes": [["bad.py", wrong]]}
        files[f"/index/package/{form}/loop/latest.json"] = {"deps": [["loop", "latest"]]}
    files["/app/package.json"] = {"urls": [["app/two.py", "two.py"]], "deps": [["two", "1.0"]]}
    return {
        path: content if isinstance(content, bytes) else json.dumps(content).encode()
        for path, content in files.items()
    }
