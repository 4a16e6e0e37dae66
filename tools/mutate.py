# SPDX-License-Identifier: MIT
"""Seed bugs in a copy of the sources and see whether the tests notice: ``python tools/mutate.py [name]``.

The bugs are listed in tests/mutants/. A survivor, or a mutant whose text is no longer in the source, is a failure. With
a name, only the mutants whose name or file contains it are tried.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from typing import Any

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LISTS = os.path.join(TOP, "tests", "mutants")
# Enough shapes of the CSR bus to tell a good driver from a bad one; see tests/host/Makefile.
CONFIGS = os.environ.get("CONFIGS", "8-32-0-1 32-64-1-1 32-32-1-1")
# In build/: what was generated or fetched is not part of what is tried here, and what tells make whether it is current.
LINKED = ("venv", "bitstreams", os.path.join("tests", "soc", "generated"))
LINKED_STARTS = ("micropython-", "lwip-", "zlib-", "microdot-", "web")
COPIED = ("soc", "litex")
BOUND_S = 900


def copy_sources(scratch: str) -> None:
    """Copy the tree as it is, with the times of its files, and the build products that mutants do not change."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        source, target = os.path.join(TOP, name), os.path.join(scratch, name)
        if os.path.exists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)
    build = os.path.join(TOP, "build")
    linked = [n for n in os.listdir(build) if n in LINKED or n.startswith(LINKED_STARTS)]
    for name in [*linked, *(n for n in LINKED if os.sep in n)]:
        source, target = os.path.join(build, name), os.path.join(scratch, "build", name)
        if os.path.isdir(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target)
    for name in COPIED:
        source, target = os.path.join(build, name), os.path.join(scratch, "build", name)
        if os.path.isdir(source):
            shutil.copytree(source, target, copy_function=shutil.copy2)
        elif os.path.exists(source):
            shutil.copy2(source, target)


def run(scratch: str, command: list[str]) -> tuple[bool, str]:
    """Run a command in the copy; True when it succeeds."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "BUILD")
    }
    environment["PATH"] = os.path.dirname(sys.executable) + ":" + environment["PATH"]
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment.setdefault("LXEMU", os.path.join(TOP, "build", "lxemu"))
    try:
        done = subprocess.run(
            command, cwd=scratch, env=environment, capture_output=True, text=True, timeout=BOUND_S
        )
    except subprocess.TimeoutExpired:
        return False, "Error 124"
    return done.returncode == 0, done.stdout + done.stderr


class Target:
    """What tries a mutant: a target of tests/host/Makefile, or a suite of tests/mutants/."""

    def __init__(self, name: str, suites: dict[str, dict[str, str]]) -> None:
        self.name = name
        self.suite = suites.get(name)

    def host(self, scratch: str, target: str) -> list[str]:
        """The command for a target of tests/host/Makefile."""
        words = ["make", "-s", "-j2", "-C", os.path.join(scratch, "tests", "host"), target]
        words += [f"CONFIGS={CONFIGS}", "COVERAGE=0", "WERROR=", "TEST_SECONDS=120"]
        words += [f"PYTHON={sys.executable}", f"BUILD={os.path.join(scratch, 'build')}"]
        return words

    def build(self, scratch: str) -> tuple[bool, str]:
        """Compile what is tried."""
        if self.suite is None:
            return run(scratch, self.host(scratch, self.name.replace("test-", "build-")))
        return run(scratch, shlex.split(self.suite.get("build", "true")))

    def test(self, scratch: str) -> tuple[bool, str]:
        """Run the tests; True when they pass."""
        if self.suite is None:
            return run(scratch, self.host(scratch, self.name))
        return run(scratch, shlex.split(self.suite["run"]))


def reason(text: str, scratch: str) -> str:
    """The line of a test's output that says what was noticed."""
    marks = (
        "not so:",
        "runtime error",
        "ERROR: AddressSanitizer",
        "mock:",
        "error:",
        "Error:",
        "FAILED",
    )
    for line in text.splitlines():
        if any(mark in line for mark in marks) or re.search(r"\.c:\d+: .* is ", line):
            return line.strip().replace(scratch + "/", "")[:100]
    return "does not end" if "Error 124" in text else ""


def mutated(original: str, mutant: dict[str, Any]):
    """A source with its bug."""
    text = original
    for change in (mutant, mutant.get("also")):
        if change is None:
            continue
        if text.count(change["old"]) != 1:
            count = text.count(change["old"])
            raise SystemExit(f"{LISTS}: {mutant['name']}: its text occurs {count} times; adapt it")
        text = text.replace(change["old"], change["new"])
    return text


def read_lists() -> tuple[list[dict[str, Any]], dict[str, dict[str, str]]]:
    """The mutants and the suites of all lists."""
    mutants: list[dict[str, Any]] = []
    suites: dict[str, dict[str, str]] = {}
    for name in sorted(os.listdir(LISTS)):
        with open(os.path.join(LISTS, name), "rb") as file:
            content = tomllib.load(file)
        mutants += content.get("mutant", [])
        suites |= content.get("suite", {})
    return mutants, suites


def try_mutant(scratch: str, mutant: dict[str, Any], target: Target) -> tuple[str, str]:
    """A verdict, and what was noticed."""
    path = os.path.join(scratch, mutant["file"])
    with open(path) as file:
        original = file.read()
    with open(path, "w") as file:
        file.write(mutated(original, mutant))
    built, text = target.build(scratch)
    passed, text = target.test(scratch) if built else (False, text)
    with open(path, "w") as file:
        file.write(original)
    if not built:
        return "DOES NOT COMPILE", reason(text, scratch)
    return ("SURVIVED", "") if passed else ("killed", reason(text, scratch))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Seed bugs and see whether the tests notice.")
    parser.add_argument(
        "name", nargs="?", default="", help="only mutants with this in their name or file"
    )
    options = parser.parse_args()
    mutants, suites = read_lists()
    mutants = [m for m in mutants if options.name in m["name"] or options.name in m["file"]]
    if not mutants:
        raise SystemExit(f"{LISTS}: no mutant is called {options.name}")
    for mutant in mutants:
        with open(os.path.join(TOP, mutant["file"])) as file:
            mutated(file.read(), mutant)
    targets = {m.get("tests", "test-c") for m in mutants}
    bad = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutate-") as scratch:
        copy_sources(scratch)
        for target in (Target(name, suites) for name in sorted(targets)):
            passed, text = target.build(scratch)
            passed, text = target.test(scratch) if passed else (False, text)
            if not passed:
                raise SystemExit(f"{target.name} fails without any mutant:\n{text[-3000:]}")
        for mutant in mutants:
            target = Target(mutant.get("tests", "test-c"), suites)
            verdict, note = try_mutant(scratch, mutant, target)
            if verdict != "killed":
                bad.append(mutant["name"])
            print(f"{verdict} {mutant['file']}: {mutant['name']} [{note}]", flush=True)
    seconds = time.monotonic() - started
    print(f"{len(mutants) - len(bad)} of {len(mutants)} mutants killed in {seconds:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
