# SPDX-License-Identifier: MIT
"""Seed bugs in a copy of the sources and see whether the host tests notice: ``python tools/mutate.py [name]``.

The bugs are listed in tests/host/mutants.toml. A survivor, or a mutant whose text is no longer in the source, is
a failure. With a name, only the mutants whose name contains it are tried.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from typing import Any

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = os.path.join(TOP, "tests", "host", "mutants.toml")
# Enough shapes of the CSR bus to tell a good driver from a bad one; see tests/host/Makefile.
CONFIGS = "8-32-0-1 32-64-1-1 32-32-1-1"
COPIED = (
    "soc",
    "drivers",
    "port",
    "common",
    "flash",
    "jtag",
    "models",
    "gateware",
    os.path.join("tests", "flash"),
    os.path.join("tests", "host"),
    os.path.join("tests", "jtag"),
    os.path.join("tests", "soc"),
    os.path.join("tests", "emu"),
)
BUILT = ("soc", os.path.join("tests", "soc", "generated"), "zlib-1.3.1", "bitstreams")  # in build/


def copy_sources(scratch: str) -> None:
    """Copy what the host tests need."""
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in COPIED:
        source = os.path.join(TOP, folder)
        if os.path.isdir(source):
            shutil.copytree(source, os.path.join(scratch, folder), ignore=ignore)
    for name in ("harness.h", "runner.h", "runner.c", "__init__.py"):
        shutil.copy(os.path.join(TOP, "tests", name), os.path.join(scratch, "tests", name))
    # What was generated or fetched for the tests is not part of what is tried here.
    for folder in BUILT:
        source = os.path.join(TOP, "build", folder)
        target = os.path.join(scratch, "build", folder)
        if os.path.isdir(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target)


def run_tests(scratch: str, target: str):
    """Run the host tests; True when they pass."""
    command = ["make", "-s", "-j2", "-C", os.path.join(scratch, "tests", "host"), target]
    command += [
        f"CONFIGS={CONFIGS}",
        "COVERAGE=0",
        "WERROR=",
        "TEST_SECONDS=120",
        f"PYTHON={sys.executable}",
    ]
    command.append(f"BUILD={os.path.join(scratch, 'build')}")
    environment = {
        k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "BUILD")
    }
    environment.setdefault("LXEMU", os.path.join(TOP, "build", "lxemu"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def reason(text: str, scratch: str):
    """The line of a test's output that says what was noticed."""
    marks = ("not so:", "runtime error", "ERROR: AddressSanitizer", "mock:", "error:", "Error:")
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
            raise SystemExit(f"{LIST}: {mutant['name']}: its text occurs {count} times; adapt it")
        text = text.replace(change["old"], change["new"])
    return text


def main():
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Seed bugs and see whether the host tests notice."
    )
    parser.add_argument("name", nargs="?", default="", help="only mutants with this in their name")
    options = parser.parse_args()
    with open(LIST, "rb") as file:
        mutants = [m for m in tomllib.load(file)["mutant"] if options.name in m["name"]]
    if not mutants:
        raise SystemExit(f"{LIST}: no mutant is called {options.name}")
    for mutant in mutants:
        with open(os.path.join(TOP, mutant["file"])) as file:
            mutated(file.read(), mutant)
    bad = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutate-") as scratch:
        copy_sources(scratch)
        for target in sorted({mutant.get("tests", "test-c") for mutant in mutants}):
            passed, text = run_tests(scratch, target)
            if not passed:
                raise SystemExit(f"the tests fail without any mutant:\n{text[-3000:]}")
        for mutant in mutants:
            path = os.path.join(scratch, mutant["file"])
            with open(path) as file:
                original = file.read()
            with open(path, "w") as file:
                file.write(mutated(original, mutant))
            target = mutant.get("tests", "test-c")
            built, text = run_tests(scratch, target.replace("test-", "build-"))
            passed = built and run_tests(scratch, target)
            with open(path, "w") as file:
                file.write(original)
            verdict, note = "killed", ""
            if not built:
                verdict, note = "DOES NOT COMPILE", reason(text, scratch)
            elif passed[0]:
                verdict = "SURVIVED"
            else:
                note = reason(passed[1], scratch)
            if verdict != "killed":
                bad.append(mutant["name"])
            print(f"{verdict} {mutant['file']}: {mutant['name']} [{note}]", flush=True)
    seconds = time.monotonic() - started
    print(f"{len(mutants) - len(bad)} of {len(mutants)} mutants killed in {seconds:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
