# SPDX-License-Identifier: MIT
"""`make test`: run the suites of tools/suites.toml side by side and add up their counts.

    test.py [--long] [--check] [--jobs N] [SUITE...]

A suite is a command whose output holds, as its last such line, `N passed, N failed[, N skipped]`, or
Python unittest's own closing lines. A suite that prints neither, ends with another status than its
counts say, or passes its time bound, counts as one failure. Output goes to build/tests/<suite>.log
and, for a suite that failed, to the terminal when it has ended. The last line is the sum of all.

N suites run at a time. Two suites with a name in common in `uses` never run together, and a suite
with `alone = true` runs with no other.
"""

import argparse
import contextlib
import dataclasses
import os
import re
import selectors
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent))
import process  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "tests"
# The suites' `python` and other programs are those beside this interpreter.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
UNITTEST = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)
TERMINATE_S = 5  # between SIGTERM and SIGKILL for a suite that passed its bound

Counts = tuple[int, int, int]


def counts(output: str) -> Counts | None:
    """(passed, failed, skipped) according to the output of a suite."""
    plain = PLAIN.findall(output)
    if plain:
        passed, failed, skipped = (int(number or 0) for number in plain[-1])
        return passed, failed, skipped
    ran, closing = RAN.findall(output), UNITTEST.findall(output)
    if not ran or not closing:
        return None
    details = dict(re.findall(r"(\w[\w ]*)=(\d+)", closing[-1]))
    failed = sum(
        int(details.get(key, 0)) for key in ("failures", "errors", "unexpected successes")
    )
    skipped = int(details.get("skipped", 0))
    return max(0, int(ran[-1]) - failed - skipped), failed, skipped


@dataclasses.dataclass(frozen=True)
class Result:
    """How a suite ended."""

    name: str
    counts: Counts
    log: Path
    seconds: float
    cpu_seconds: float  # of the suite's processes that were waited for
    complaint: str = ""


class Suite:
    """A running suite."""

    def __init__(self, name: str, row: dict[str, Any]) -> None:
        self.name = name
        self.row = row
        self.log = LOGS / f"{name}.log"
        self.started = time.monotonic()
        self.deadline = self.started + row["bound_s"]
        self.timed_out = False
        # Every process of the suite carries this, in whatever session or group it is.
        self.mark = f"LITEX_TEST_SUITE={os.getpid()}-{name}"
        key, _, value = self.mark.partition("=")
        LOGS.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as file:
            self.shell = subprocess.Popen(
                ["sh", "-c", row["command"]],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=process.die_with_parent,
                env={**os.environ, "PATH": PATH, key: value},
            )
        self.pidfd = os.pidfd_open(self.shell.pid)

    def stop(self) -> None:
        """End a suite that passed its bound: first by SIGTERM to its group, then by SIGKILL."""
        number = signal.SIGKILL if self.timed_out else signal.SIGTERM
        self.timed_out = True
        self.deadline = time.monotonic() + TERMINATE_S
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.shell.pid, number)

    def kill_rest(self) -> None:
        """Kill every process that the suite left, in its group or elsewhere."""
        process.kill_with_environment(self.mark.encode())

    def finish(self) -> Result:
        """Reap the suite, whose process has ended, and judge it."""
        _, status, usage = os.wait4(self.shell.pid, 0)
        self.shell.returncode = os.waitstatus_to_exitcode(status)
        os.close(self.pidfd)
        self.kill_rest()
        passed, failed, skipped = counts(self.log.read_text(errors="replace")) or (0, 0, 0)
        complaint = ""
        code = self.shell.returncode
        if self.timed_out:
            complaint = f"not finished after {self.row['bound_s']} s"
        elif (code != 0) != (failed != 0) or (
            passed + failed == 0 and not (skipped and self.row.get("may_skip", False))
        ):
            complaint = f"exit status {code} with {passed} passed"
        failed += bool(complaint)
        return Result(
            self.name,
            (passed, failed, skipped),
            self.log,
            time.monotonic() - self.started,
            usage.ru_utime + usage.ru_stime,
            complaint,
        )


def fits(row: dict[str, Any], running: Iterable[Suite]) -> bool:
    """Whether a suite may start beside those that run."""
    others = [suite.row for suite in running]
    if not others:
        return True
    if any(other.get("alone", False) for other in [row, *others]):
        return False
    return not any(set(row.get("uses", ())) & set(other.get("uses", ())) for other in others)


def run_suites(table: dict[str, dict[str, Any]], jobs: int) -> Iterator[Result]:
    """Run the suites of `table`, at most `jobs` at a time; yield each result as the suite ends."""
    waiting = dict(table)
    running: dict[int, Suite] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                for name, row in list(waiting.items()):
                    if len(running) < jobs and fits(row, running.values()):
                        del waiting[name]
                        print(f"test: {name}: {row['what']}", flush=True)
                        suite = Suite(name, row)
                        running[suite.pidfd] = suite
                        selector.register(suite.pidfd, selectors.EVENT_READ)
                until = min(suite.deadline for suite in running.values())
                for key, _ in selector.select(max(0.0, until - time.monotonic())):
                    selector.unregister(key.fd)
                    yield running.pop(key.fd).finish()
                for suite in running.values():
                    if time.monotonic() >= suite.deadline:
                        suite.stop()
        finally:
            for suite in running.values():
                suite.kill_rest()


def stop(number: int, _frame: object) -> NoReturn:
    """Leave by an exception, so that the running suites are ended."""
    raise SystemExit(128 + number)


def choose(
    table: dict[str, dict[str, Any]], names: list[str], long: bool
) -> dict[str, dict[str, Any]]:
    """The named suites, else the quick or the long ones, those that take longest first."""
    if names:
        return {name: table[name] for name in names}
    rows = [(n, row) for n, row in table.items() if row.get("long", False) == long]
    return dict(sorted(rows, key=lambda item: -item[1].get("cost", 0)))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--long", action="store_true", help="the suites of `make test-long`")
    parser.add_argument("--check", action="store_true", help="only check that the suites exist")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="suites at a time")
    parser.add_argument("suites", nargs="*")
    options = parser.parse_args()
    table = tomllib.loads((ROOT / "tools" / "suites.toml").read_text())
    unknown = set(options.suites) - set(table)
    if unknown:
        print(f"test: no suite {', '.join(sorted(unknown))}; there are {', '.join(table)}")
        return 2
    if options.check:
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    process.adopt_orphans()
    total = [0, 0, 0]
    started = time.monotonic()
    cpu_seconds = 0.0
    for result in run_suites(
        choose(table, options.suites, options.long), max(1, options.jobs or 1)
    ):
        if result.counts[1]:
            print(result.log.read_text(errors="replace")[-20000:])
        if result.complaint:
            print(f"test: {result.name}: {result.complaint}")
        print(
            "test: {}: {} passed, {} failed, {} skipped".format(result.name, *result.counts),
            f"in {result.seconds:.0f} s, {result.cpu_seconds:.0f} s of CPU ({result.log.relative_to(ROOT)})",
            flush=True,
        )
        total = [a + b for a, b in zip(total, result.counts, strict=True)]
        cpu_seconds += result.cpu_seconds
    print(f"test: {time.monotonic() - started:.0f} s, {cpu_seconds:.0f} s of CPU")
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
