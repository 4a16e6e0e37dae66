# SPDX-License-Identifier: MIT
"""`make test`: run the suites of tools/suites.toml one after another and add up what they counted.

    test.py [--long] [--check] [SUITE...]

A suite is a command whose output holds, as its last such line, `N passed, N failed[, N skipped]`, or
Python unittest's own closing lines. A suite that prints neither, ends with another status than its
counts say, or passes its time bound, counts as one failure. Output goes to build/tests/<suite>.log
and, for a suite that failed, to the terminal. The last line is the sum of all.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "tests"
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
UNITTEST = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)


def counts(output):
    """(passed, failed, skipped) as the output of a suite tells, or None."""
    plain = PLAIN.findall(output)
    if plain:
        return tuple(int(number or 0) for number in plain[-1])
    ran, closing = RAN.findall(output), UNITTEST.findall(output)
    if not ran or not closing:
        return None
    details = dict(re.findall(r"(\w[\w ]*)=(\d+)", closing[-1]))
    failed = sum(
        int(details.get(key, 0)) for key in ("failures", "errors", "unexpected successes")
    )
    skipped = int(details.get("skipped", 0))
    return max(0, int(ran[-1]) - failed - skipped), failed, skipped


def run_suite(name, suite):
    """Run one suite; return (passed, failed, skipped) and its log's path."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with open(log, "wb") as file:
        process = subprocess.Popen(
            ["sh", "-c", suite["command"]],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=suite["bound_s"])
        except subprocess.TimeoutExpired:
            status = None
        finally:  # whatever a suite leaves running ends with it
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
    output = log.read_text(errors="replace")
    passed, failed, skipped = counts(output) or (0, 0, 0)
    if status is None:
        print(f"test: {name}: not finished after {suite['bound_s']} s", flush=True)
        failed += 1
    elif (status != 0) != (failed != 0) or passed + failed == 0:
        print(f"test: {name}: exit status {status} with {passed} passed", flush=True)
        failed += 1
    return (passed, failed, skipped), log


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="the suites of `make test-long`")
    parser.add_argument("--check", action="store_true", help="only whether the suites exist")
    parser.add_argument("suites", nargs="*")
    options = parser.parse_args()
    table = tomllib.loads((ROOT / "tools" / "suites.toml").read_text())
    unknown = set(options.suites) - set(table)
    if unknown:
        print(f"test: no suite {', '.join(sorted(unknown))}; there are {', '.join(table)}")
        return 2
    if options.check:
        return 0
    names = options.suites or [n for n, s in table.items() if s.get("long", False) == options.long]
    total = [0, 0, 0]
    for name in names:
        print(f"test: {name}: {table[name]['what']}", flush=True)
        started = time.monotonic()
        result, log = run_suite(name, table[name])
        seconds = time.monotonic() - started
        if result[1]:
            print(log.read_text(errors="replace")[-20000:])
        print(
            f"test: {name}: {result[0]} passed, {result[1]} failed, {result[2]} skipped "
            f"in {seconds:.0f} s ({log.relative_to(ROOT)})",
            flush=True,
        )
        total = [a + b for a, b in zip(total, result, strict=True)]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
