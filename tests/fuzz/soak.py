# SPDX-License-Identifier: MIT
"""`make soak`: fuzz and hammer for as long as --seconds says, in rounds.

Each round calls the classes with new seeds, hammers the interrupts on the emulator and runs the fuzzers of what reads
outside input, which keep what they learnt in build/; then clients of all kinds load the board's services. The first failure ends it, with the command that repeats it.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDS_PER_ROUND = 10_000
HAMMERS = ("dev_hammer.py", "dev_irq.py", "dev_dma.py", "dev_timers_hw.py")
SERVICES = (
    ("fuzz", ("--seconds", "120", "--seed")),
    ("soak", ("--transfers", "500", "--loads", "200", "--seed")),
)


def commands(round_number: int):
    """The commands of a round."""
    seed = int(time.time()) + round_number * SEEDS_PER_ROUND
    yield [sys.executable, "tests/fuzz/classes.py", "--seconds", "240", "--seed", str(seed)]
    yield [sys.executable, "tests/device/run.py", "--soc", "full", *HAMMERS]
    yield ["make", "-C", "tests/fuzz", "run", "run-net", "RUNS=200000"]
    for module, options in SERVICES:
        yield [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            f"tests.services.{module}",
            *options,
            str(seed),
        ]
    yield [sys.executable, "-W", "ignore", "-m", "tests.services.browser"]


def main():
    """Read the command line and run; the exit status is 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600)
    args = parser.parse_args()
    end = time.monotonic() + args.seconds
    round_number = 0
    while time.monotonic() < end:
        for command in commands(round_number):
            if time.monotonic() >= end:
                break
            print("soak:", *command, flush=True)
            if subprocess.run(command, cwd=ROOT).returncode:
                print("soak: failed:", *command)
                return 1
        round_number += 1
    print(f"soak: {round_number} rounds passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
