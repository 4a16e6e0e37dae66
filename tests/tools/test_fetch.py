# SPDX-License-Identifier: MIT
"""Fetching sources: order of places, checksums, half-finished work, and errors of one line."""

import contextlib
import io
import shutil
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import fetch

SOURCES = """
[thing-1_0]
name = "thing"
version = "1.0"
debian = "1.0-1"
suite = "none"
sha256 = "{sha256}"
upstream = "{upstream}"
folders = ["py"]
tree = "{tree}"
"""


class Fetch(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        tree = self.root / "made" / "thing-1.0"
        (tree / "py").mkdir(parents=True)
        (tree / "py" / "a.c").write_text("int a;\n")
        self.archive = self.root / "thing.tar"
        with tarfile.open(self.archive, "w") as tar:
            tar.add(tree, "thing-1.0")
        self.values = {
            "sha256": fetch.file_digest(self.archive),
            "upstream": self.archive.as_uri(),
            "tree": fetch.tree_digest(tree, ["py"]),
        }
        self.output = self.root / "out" / "thing-1.0"
        self.cache = self.root / "cache"
        # Debian's archive is not asked in these tests.
        patch = mock.patch.object(fetch, "Debian", side_effect=fetch.FetchError("switched off"))
        self.debian = patch.start()
        self.addCleanup(patch.stop)

    def fetch(self, source="thing-1.0", **changes):
        sources = self.root / "sources.toml"
        sources.write_text(SOURCES.format(**{**self.values, **changes}))
        errors = io.StringIO()
        arguments = [source, self.output, "--cache", self.cache, "--sources", sources]
        with contextlib.redirect_stderr(errors):
            status = fetch.main([str(argument) for argument in arguments])
        return status, errors.getvalue()

    def assert_nothing_left(self):
        self.assertFalse(self.output.exists())
        if self.output.parent.exists():
            self.assertEqual(list(self.output.parent.iterdir()), [])

    def test_from_upstream(self):
        self.assertEqual(self.fetch(), (0, ""))
        self.assertEqual((self.output / "py" / "a.c").read_text(), "int a;\n")
        self.debian.assert_called_once()

    def test_from_cache_before_all_others(self):
        self.cache.mkdir()
        self.archive.rename(self.cache / "thing-1.0.tar")
        self.assertEqual(self.fetch(upstream="file:///nowhere"), (0, ""))
        self.debian.assert_not_called()

    def test_second_run_does_nothing(self):
        self.fetch()
        self.archive.unlink()
        self.assertEqual(self.fetch(), (0, ""))

    def test_half_finished_tree_is_repaired(self):
        self.output.mkdir(parents=True)
        (self.output / "half").write_text("")
        self.assertEqual(self.fetch(), (0, ""))
        self.assertFalse((self.output / "half").exists())

    def test_wrong_checksum_in_cache_is_deleted_and_the_next_place_asked(self):
        self.cache.mkdir()
        cached = self.cache / "thing-1.0.tar"
        cached.write_bytes(b"not the archive")
        self.assertEqual(self.fetch(), (0, ""))
        self.assertFalse(cached.exists())

    def test_wrong_checksum_everywhere(self):
        status, errors = self.fetch(tree="0" * 64)
        self.assertEqual(status, 2)
        self.assertIn("expected " + "0" * 64, errors)
        self.assertEqual(errors.count("\n"), 1)
        self.assert_nothing_left()

    def test_version_that_debian_lacks(self):
        """Only upstream has it: checked by its content, kept in the cache, and checked there again."""
        row = SOURCES.replace('debian = "1.0-1"\nsuite = "none"\nsha256 = "{sha256}"\n', "")
        with mock.patch.dict(globals(), SOURCES=row):
            self.assertEqual(self.fetch(), (0, ""))
            self.debian.assert_not_called()
            self.assertEqual(self.fetch(upstream="file:///nowhere"), (0, ""))
            shutil.rmtree(self.output)
            self.assertEqual(self.fetch(upstream="file:///nowhere"), (0, ""))
            shutil.rmtree(self.output)
            status, errors = self.fetch(upstream="file:///nowhere", tree="0" * 64)
            self.assertEqual(status, 2)
            self.assertIn("carries no version 1.0", errors)
            self.assertFalse((self.cache / "thing-1.0.tar").exists())

    def test_unreachable(self):
        status, errors = self.fetch(upstream="file:///nowhere/thing.tar")
        self.assertEqual(status, 2)
        self.assertIn("/nowhere/thing.tar", errors)
        self.assert_nothing_left()

    def test_without_a_network_the_message_says_so(self):
        """Nobody listens on port 9 of this machine, as on a machine whose network is down."""
        status, errors = self.fetch(upstream="http://127.0.0.1:9/thing.tar")
        self.assertEqual(status, 2)
        self.assertRegex(errors, r"^fetch: no network: thing 1\.0 cannot be downloaded; connect")
        self.assertEqual(errors.count("\n"), 1)
        _, errors = self.fetch(upstream="file:///nowhere/thing.tar")
        self.assertNotIn("no network", errors)

    def test_unknown_source(self):
        status, errors = self.fetch(source="thing-9.9")
        self.assertEqual(status, 2)
        self.assertIn("thing-9.9", errors)


if __name__ == "__main__":
    unittest.main()
