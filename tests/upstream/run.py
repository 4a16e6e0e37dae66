# SPDX-License-Identifier: MIT
"""Upstream MicroPython's own test suite on the emulated SoC.

    run.py [--soc base] [--rtl] [--emit native] [--jobs 2] [FOLDER | FOLDER/test.py]...

Each shard, a part of one folder, is one run of upstream's run-tests.py on a fresh emulator
(board.py). What may be skipped, and why, stands in skip.toml: any other skip is a failure, and so is
a test that the shard's run did not report. Closes with `N passed, N failed, N skipped`.

A row of skip.toml with `since = "1.27"` holds from that version of MicroPython on, one with `before` up to the
version ahead of that one.

A SoC with a file <soc>.toml beside this one has that instead of skip.toml: the tests that are run on it, and
what to write into copies of them, since tests of hardware ask sys.platform which pins to take.
"""

import argparse
import fnmatch
import os
import queue
import re
import select
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"
PYTHON = BUILD / "venv" / "bin" / "python"  # has pyserial
RESULTS = BUILD / "tests" / "upstream"

# `make test-upstream MICROPY_DIR=...` or MICROPY_VERSION=... runs that tree's suite on the firmware built from it.
VERSION = os.environ.get("MICROPY_VERSION") or "1.25.0"
MICROPYTHON = Path(os.environ.get("MICROPY_DIR") or BUILD / f"micropython-{VERSION}")

# Folders of upstream's suite in the order of their duration, with how many tests make a shard and
# which of the suite's folders the tests want on the target's file system.
FOLDERS = {
    "extmod": (64, []),
    "basics": (140, []),
    "float": (80, []),
    "micropython": (90, []),
    "stress": (20, []),
    "misc": (20, []),
    "import": (40, ["import"]),
    "io": (40, ["io"]),
    "unicode": (40, ["unicode"]),
    "perf_bench": (13, []),
    "extmod_hardware": (20, []),
}
# Where a test has asked sys.platform and knows no further one.
UNKNOWN_PLATFORM = re.compile(r"^else:\n    print\(", re.MULTILINE)
BENCH_ARGUMENTS = ["--average", "1", "100", "100"]  # CPU MHz, heap KiB: as upstream runs boards
SILENCE_S = 90
LOST = (b"could not enter raw repl", b"timeout waiting")


class Shard:
    """A list of tests of one folder for one emulator."""

    def __init__(self, root, folder, tests) -> None:
        self.root = root  # where the tests' names begin
        self.folder = folder
        self.tests = tests


class Results:
    """What the tests did, from all threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.verdicts: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def add(self, test, verdict, seconds) -> None:
        with self.lock:
            self.verdicts[test] = verdict
            self.seconds[test] = seconds


def version_of(micropython: Path) -> tuple[int, int]:
    """The version of a MicroPython tree, as (1, 25)."""
    text = (micropython / "py" / "mpconfig.h").read_text()
    numbers = dict(re.findall(r"define MICROPY_VERSION_(MAJOR|MINOR) (\d+)", text))
    return int(numbers["MAJOR"]), int(numbers["MINOR"])


def holds(row: dict[str, Any], version: tuple[int, int]) -> bool:
    """Whether a row of skip.toml is about this version."""
    since, before = (
        tuple(int(number) for number in row.get(key, default).split("."))
        for key, default in (("since", "0.0"), ("before", "999.0"))
    )
    return since <= version < before


def skips_for(skips: dict[str, Any], version: tuple[int, int]) -> dict[str, Any]:
    """What skip.toml says about one version: the other versions' rows and folders are left out."""
    mine = dict(skips)
    for kind in ("excluded", "skips_itself", "platform"):
        mine[kind] = [row for row in skips.get(kind, []) if holds(row, version)]
    if "folders" in skips:
        mine["folders"] = {
            name: why
            for name, why in skips["folders"].items()
            if isinstance(why, str) or holds(why, version)
        }
    return mine


def select_tests(upstream, names, excluded):
    """Return {folder: [tests]} of what is asked for and not excluded."""
    chosen: dict[str, list[str]] = {}
    for name in names:
        folder = name.partition("/")[0]
        if folder not in FOLDERS:
            sys.exit(f"upstream: {name}: no such folder; there are {', '.join(FOLDERS)}")
        pattern = name if "/" in name else f"{name}/*.py"
        paths = sorted(upstream.glob(pattern)) or [upstream / name]
        tests = [path.relative_to(upstream).as_posix() for path in paths]
        chosen.setdefault(folder, []).extend(
            test for test in tests if not any(fnmatch.fnmatch(test, e) for e in excluded)
        )
    return chosen


def copy_for_platform(upstream: Path, rows: list[dict[str, Any]], folder: Path) -> None:
    """Copy tests and what they shall print to a folder, with a branch for the port's sys.platform.

    rows: `tests` and the `code` that each of them takes.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for row in rows:
        branch = 'elif sys.platform == "litex":\n' + textwrap.indent(row["code"], "    ")
        for test in row["tests"]:
            source, copy = upstream / test, folder / test
            parts = UNKNOWN_PLATFORM.split(source.read_text())
            if len(parts) != 2:
                sys.exit(f"upstream: {test}: no single place to add a platform")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(f"{parts[0]}{branch}else:\n    print({parts[1]}")
            expected = source.with_name(source.name + ".exp")
            if expected.exists():
                shutil.copy(expected, copy.parent)


class Runner:
    """Runs shards of tests against one firmware."""

    def __init__(self, options, upstream) -> None:
        self.options = options
        self.upstream = upstream
        self.results = Results()

    def command(self, shard, folder):
        """The command line of a shard."""
        board = [PYTHON, HERE / "board.py", "--log", folder / "board.log"]
        for name in FOLDERS[shard.folder][1]:
            board += ["--copy", self.upstream / name]
        if self.options.rtl:
            board += [PYTHON, "-m", "rtl.run", self.options.soc, "--pty"]
        else:
            board += [BUILD / "lxemu", "--pty", *self.options.emulator.split()]
        wiring = ROOT / "gateware" / "wiring" / f"{self.options.soc}.txt"
        if wiring.exists():
            board += ["--wiring", wiring]
        board += ["--kernel", self.options.firmware]
        if not self.options.rtl:
            board += [BUILD / "soc" / self.options.soc]
        instance = "execpty:" + " ".join(str(word) for word in board)
        if shard.folder == "perf_bench":
            script = self.upstream / "run-perfbench.py"
            # 1.26 and before have -p, for a board, and its port by -d.
            new = '"--test-instance"' in script.read_text()
            target = ["-t", instance] if new else ["-p", "-d", instance]
            return [PYTHON, script, *target, *BENCH_ARGUMENTS, *shard.tests]
        command = [PYTHON, self.upstream / "run-tests.py", "-t", instance, "-r", folder]
        if self.options.emit == "native":
            command += ["--via-mpy", "--mpy-cross-flags=-march=rv32imc", "--emit", "native"]
        return [*command, *shard.tests]

    def run(self, shard):
        """Run one shard; return the tests that are left when the target got lost on the way."""
        folder = self.options.results / shard.tests[0].replace("/", "_").removesuffix(".py")
        folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = str(ROOT)  # rtl.run
        environment["MICROPY_CPYTHON3"] = "/usr/bin/python3"
        environment["MICROPY_MPYCROSS"] = str(BUILD / "mpy-cross" / "mpy-cross")
        (folder / "board.log").write_text("")
        with open(folder / "errors.log", "wb") as errors:
            process = subprocess.Popen(
                self.command(shard, folder),
                cwd=shard.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        waiting = list(shard.tests)
        try:
            for line in self.lines(process):
                verdict, test = parse(line)
                if test in waiting:
                    waiting.remove(test)
                    lost = verdict == "FAIL" and self.report(test, folder, line)
                    self.results.add(test, verdict, self.since(process))
                    if lost:
                        return waiting
        finally:
            end(process)
        if waiting:
            print(f"upstream: {waiting[0]}: the run ended here", flush=True)
            for log in ("errors.log", "board.log"):
                print((folder / log).read_text(errors="replace")[-2000:], flush=True)
            self.results.add(waiting.pop(0), "FAIL", 0)
        return waiting

    def since(self, process):
        """Seconds since the last verdict of this process."""
        now = time.monotonic()
        seconds = now - getattr(process, "last_verdict", now)
        process.last_verdict = now
        return seconds

    def lines(self, process):
        """Yield the lines of a run; stop when it has ended or is silent."""
        held = b""
        descriptor = process.stdout.fileno()
        while select.select([descriptor], [], [], SILENCE_S)[0]:
            data = os.read(descriptor, 65536)
            if not data:
                return
            *lines, held = (held + data).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
        print(f"upstream: silent for {SILENCE_S} s", flush=True)

    def report(self, test, folder, line):
        """Print why a test failed; true when the target no longer answers."""
        print(line, flush=True)
        base = folder / test.replace("/", "_")
        expected, got = base.with_name(base.name + ".exp"), base.with_name(base.name + ".out")
        content = got.read_bytes() if got.exists() else b""
        if expected.exists():
            diff = ["diff", "-a", "-u", str(expected), str(got)]
            print(subprocess.run(diff, capture_output=True).stdout.decode(errors="replace"))
        else:
            print(content.decode(errors="replace"), flush=True)
        return content.startswith(LOST)


def parse(line):
    """(verdict, test) of a line of run-tests.py or run-perfbench.py; None where it is neither."""
    words = line.split()
    if len(words) >= 2 and words[0] in ("pass", "FAIL", "skip"):
        return words[0], words[1]
    if line.startswith("perf_bench/") and len(words) >= 2:
        verdict = {"SKIP": "skip"}.get(words[1], "pass" if words[1][0].isdigit() else "FAIL")
        return verdict, words[0].rstrip(":")
    return None, None


def end(process) -> None:
    """End a run and all that it started: run-tests.py leaves its child behind when it is ended."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process.stdout.close()


def work(runner, shards) -> None:
    """A thread: run shards until none is left."""
    while True:
        try:
            shard = shards.get_nowait()
        except queue.Empty:
            return
        started, count = time.monotonic(), len(shard.tests)
        first = shard.tests[0]
        while shard.tests:
            shard = Shard(shard.root, shard.folder, runner.run(shard))
        seconds = time.monotonic() - started
        print(f"upstream: {count} tests from {first} in {seconds:.0f} s", flush=True)


def patterns_of(rows):
    """The patterns of all rows of one kind in skip.toml."""
    return [pattern for row in rows for pattern in row["tests"]]


def check_skips(verdicts, patterns_listed):
    """Print and count the disagreements between skip.toml and what happened."""
    failures = 0
    for test, verdict in sorted(verdicts.items()):
        patterns = [p for p in patterns_listed if fnmatch.fnmatch(test, p)]
        if verdict == "skip" and not patterns:
            print(f"FAIL {test}: skipped, and skip.toml does not say why")
            failures += 1
        elif verdict != "skip" and patterns:
            print(f"FAIL {test}: skip.toml says that it is skipped, and it ran")
            failures += 1
    return failures


def check_names(upstream, skips, patterns):
    """Print and count what skip.toml names and upstream does not have, and the other way round."""
    complaints = [
        f"{pattern}: in skip.toml, but there is no such test"
        for pattern in patterns
        if not list(upstream.glob(pattern))
    ]
    if "folders" in skips:
        known = set(FOLDERS) | set(skips["folders"])
        folders = {path.name for path in upstream.iterdir() if path.is_dir()} - {
            "__pycache__",
            "results",
        }
        complaints += [
            f"{name}: a folder that is neither run nor in skip.toml" for name in folders - known
        ]
        complaints += [f"{name}: in skip.toml, but no folder" for name in known - folders]
    for complaint in complaints:
        print(f"FAIL {complaint}")
    return len(complaints)


def print_skips(upstream, skips) -> None:
    """Print each skipped test under its reason."""
    for kind in ("excluded", "skips_itself"):
        for row in skips.get(kind, []):
            print(f"skipped: {row['reason']}:")
            tests = sorted(
                path.relative_to(upstream).as_posix()
                for pattern in row["tests"]
                for path in upstream.glob(pattern)
            )
            print("    " + " ".join(tests))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--soc", default="base")
    parser.add_argument("--firmware", type=Path, help="default: the SoC's")
    parser.add_argument("--micropython", type=Path, default=MICROPYTHON)
    parser.add_argument("--rtl", action="store_true", help="on the Verilated RTL")
    parser.add_argument(
        "--emit",
        choices=["bytecode", "native"],
        default="bytecode",
        help="native: each test as machine code, and native.toml beside skip.toml",
    )
    parser.add_argument("--emulator", default="--virtual", help="more options for lxemu")
    parser.add_argument("--skip", type=Path, help="default: <soc>.toml, else skip.toml")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--slowest", type=int, default=0, help="the number of slow tests to print")
    parser.add_argument("tests", nargs="*", help="folders of the suite, or single tests")
    options = parser.parse_args()
    options.firmware = options.firmware or BUILD / "firmware" / options.soc / "firmware.bin"
    options.firmware = options.firmware.resolve()
    own = HERE / f"{options.soc}.toml"
    options.skip = options.skip or (own if own.exists() else HERE / "skip.toml")
    skips = tomllib.loads(options.skip.read_text())
    options.results = RESULTS
    if options.emit == "native":
        options.results = RESULTS / "native"
        native = tomllib.loads((HERE / "native.toml").read_text())
        skips["tests"] = native["tests"]
        skips["skips_itself"] += native["skips_itself"]

    micropython = options.micropython.resolve()
    skips = skips_for(skips, version_of(micropython))
    upstream = micropython / "tests"
    excluded = patterns_of(skips.get("excluded", []))
    skipping = patterns_of(skips["skips_itself"])
    everything = skips.get("tests") or [name for name in FOLDERS if name not in skips["folders"]]
    chosen = select_tests(upstream, options.tests or everything, excluded)
    platform = skips.get("platform", [])
    copies = RESULTS / f"for_{options.soc}"
    copy_for_platform(upstream, platform, copies)
    copied = set(patterns_of(platform))
    shards: queue.Queue[Shard] = queue.Queue()
    for folder, tests in chosen.items():
        size = FOLDERS[folder][0]
        for root in (upstream, copies):
            part = [test for test in tests if (test in copied) == (root is copies)]
            for start in range(0, len(part), size):
                shards.put(Shard(root, folder, part[start : start + size]))

    runner = Runner(options, upstream)
    threads = [threading.Thread(target=work, args=(runner, shards)) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    verdicts = runner.results.verdicts
    for test in sum(chosen.values(), []):
        verdicts.setdefault(test, "FAIL")  # nothing that was not run passes
    counts = {
        v: sum(1 for verdict in verdicts.values() if verdict == v)
        for v in ("pass", "FAIL", "skip")
    }
    disagreements = check_skips(verdicts, skipping)
    if not options.tests:
        disagreements += check_names(upstream, skips, excluded + skipping)
    slowest = sorted(runner.results.seconds.items(), key=lambda item: -item[1])
    for test, seconds in slowest[: options.slowest]:
        print(f"{seconds:6.1f} s  {test}")
    if not options.tests:
        print_skips(upstream, skips)
    for test in sorted(test for test, verdict in verdicts.items() if verdict == "FAIL"):
        print(f"failed: {test}")
    failed = counts["FAIL"] + disagreements
    skipped = counts["skip"]
    if not options.tests:
        skipped += sum(len(list(upstream.glob(pattern))) for pattern in excluded)
    print(f"{counts['pass']} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
