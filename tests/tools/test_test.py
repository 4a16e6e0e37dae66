# SPDX-License-Identifier: MIT
"""The counting of suites: nothing that failed, hung or ran no test passes as good."""

import contextlib
import io
import os
import select
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
from pathlib import Path
from unittest import mock

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
import test as runner  # noqa: E402


class Counts(unittest.TestCase):
    def test_plain_line(self):
        self.assertEqual(runner.counts("x\n12 passed, 3 failed\n"), (12, 3, 0))
        self.assertEqual(runner.counts("12 passed, 0 failed, 4 skipped\n"), (12, 0, 4))

    def test_unittest(self):
        self.assertEqual(runner.counts("Ran 5 tests in 0.1s\n\nOK\n"), (5, 0, 0))
        text = "Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=1)\n"
        self.assertEqual(runner.counts(text), (1, 3, 1))

    def test_nothing(self):
        self.assertIsNone(runner.counts("Segmentation fault\n"))


class Suites(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        patch = mock.patch.object(runner, "LOGS", self.folder)
        patch.start()
        self.addCleanup(patch.stop)

    def run_suites(self, table, jobs=2):
        """The results of suites, silently; `table` has their commands or rows."""
        rows = {}
        for name, row in table.items():
            row = {"command": row} if isinstance(row, str) else row
            rows[name] = {"what": name, "bound_s": 20, **row}
        with contextlib.redirect_stdout(io.StringIO()):
            return {result.name: result for result in runner.run_suites(rows, jobs)}

    def run_suite(self, command, bound_s=20):
        return self.run_suites({"one": {"command": command, "bound_s": bound_s}})["one"].counts

    def test_good(self):
        self.assertEqual(self.run_suite("echo '2 passed, 0 failed'"), (2, 0, 0))

    def test_failure_is_counted_once(self):
        self.assertEqual(self.run_suite("echo '2 passed, 1 failed'; exit 1"), (2, 1, 0))

    def test_bad_status_is_a_failure(self):
        self.assertEqual(self.run_suite("echo '2 passed, 0 failed'; exit 1"), (2, 1, 0))

    def test_failed_counts_with_good_status_is_a_failure(self):
        self.assertEqual(self.run_suite("echo '2 passed, 1 failed'"), (2, 2, 0))

    def test_no_test_is_a_failure(self):
        self.assertEqual(self.run_suite("true"), (0, 1, 0))

    def test_only_skipped_tests_are_a_failure_unless_the_suite_may(self):
        command = "echo 0 passed, 0 failed, 3 skipped"
        self.assertEqual(self.run_suite(command), (0, 1, 3))
        rows = {
            "may": {"command": command, "may_skip": True},
            "none": {"command": "true", "may_skip": True},
        }
        results = self.run_suites(rows)
        self.assertEqual(results["may"].counts, (0, 0, 3))
        self.assertEqual(results["none"].counts, (0, 1, 0))

    def test_hang_is_a_failure(self):
        self.assertEqual(self.run_suite("sleep 60", bound_s=0.2), (0, 1, 0))

    def test_hang_that_ignores_sigterm(self):
        with mock.patch.object(runner, "TERMINATE_S", 0.2):
            command = "trap '' TERM; while :; do sleep 0.1; done"
            self.assertEqual(self.run_suite(command, bound_s=0.2), (0, 1, 0))

    def test_what_a_suite_leaves_is_killed(self):
        """A process in a session of its own, which the suite's group does not reach, too."""
        pids = self.folder / "pids"
        self.run_suite(f"setsid sleep 61 & echo $! > {pids}; sleep 62 & echo $! >> {pids}")
        for pid in pids.read_text().split():
            with self.assertRaises(ProcessLookupError, msg=pid):
                # A zombie may remain until its parent reaps it, and takes no time.
                os.kill(int(pid), 0)
                if Path("/proc", pid, "stat").read_text().split(")")[-1].split()[0] == "Z":
                    raise ProcessLookupError

    def meeting(self, **row):
        """Two suites that wait for each other for a second: they pass only side by side."""
        command = (
            "touch {0}/{1}; for i in $(seq 20); do [ -e {0}/{2} ] && echo 1 passed, 0 failed "
            "&& exit; sleep 0.05; done; echo 0 passed, 1 failed; exit 1"
        )
        return {
            "a": {"command": command.format(self.folder, "a", "b"), **row},
            # The second leaves no trace when it ends first.
            "b": {"command": command.format(self.folder, "b", "a") + f"; rm {self.folder}/b"},
        }

    def test_two_run_side_by_side(self):
        results = self.run_suites(self.meeting())
        self.assertEqual({r.counts for r in results.values()}, {(1, 0, 0)})

    def test_alone_is_alone(self):
        results = self.run_suites(self.meeting(alone=True))
        self.assertEqual(results["a"].counts, (0, 1, 0))

    def test_shared_thing_has_one_user(self):
        table = self.meeting(uses=["x"])
        table["b"]["uses"] = ["x", "y"]
        self.assertEqual(self.run_suites(table)["a"].counts, (0, 1, 0))

    def test_one_job(self):
        self.assertEqual(self.run_suites(self.meeting(), jobs=1)["a"].counts, (0, 1, 0))

    def test_cpu_time_is_that_of_the_children(self):
        burn = f"{sys.executable} -c 'sum(range(10_000_000))'; echo '1 passed, 0 failed'"
        result = self.run_suites({"one": burn})["one"]
        self.assertGreater(result.cpu_seconds, 0.02)

    def test_killing_the_runner_ends_its_suites(self):
        script = (
            f"import sys; sys.path.insert(0, {str(TOOLS)!r}); import test; from pathlib import Path\n"
            f"test.LOGS = Path({str(self.folder)!r})\n"
            "list(test.run_suites({'one': {'what': '', 'bound_s': 60,"
            f" 'command': 'echo $$ > {self.folder}/pid; exec sleep 60'}}}}, 1))"
        )
        started = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL)
        pid_file = self.folder / "pid"
        deadline = time.monotonic() + 20
        while not (pid_file.exists() and pid_file.read_text()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        suite = os.pidfd_open(int(pid_file.read_text()))
        started.kill()
        started.wait()
        self.assertTrue(select.select([suite], [], [], 20)[0], "the suite outlives the runner")
        os.close(suite)


class Table(unittest.TestCase):
    def test_rows(self):
        """Each suite has what the runner asks for, and no key that it does not know."""
        table = tomllib.loads((TOOLS / "suites.toml").read_text())
        known = {"what", "command", "bound_s", "long", "alone", "may_skip", "uses", "cost"}
        for name, row in table.items():
            with self.subTest(name):
                self.assertLessEqual({"what", "command", "bound_s"}, set(row))
                self.assertLessEqual(set(row), known)


if __name__ == "__main__":
    unittest.main()
