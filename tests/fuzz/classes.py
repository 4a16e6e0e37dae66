# SPDX-License-Identifier: MIT
"""Call everything in machine and litex with random arguments, on the emulated `full` SoC.

    classes.py [--seconds S] [--seed N] [--runs N] [--verbose]

Whatever a script does with these classes ends in a Python exception, at the worst: the prompt stays. Each run is a fresh
virtual machine with the seed that is printed when something goes wrong; `--seed N --runs 1` repeats it, and --verbose
shows each operation. A run that waits for long is interrupted by Ctrl-C, which has to work.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import repl  # noqa: E402

BUILD = ROOT / "build"
OPERATIONS = 400
SILENCE_S = 10
MOST_FAILURES = 5
# Of the port and of the emulator: the firmware did not survive.
BAD = (b"MPY: restarted", b"MPY: uncaught", b"MPY: abort", b"Trap", b"trap", b"MPY: power")


class Board:
    """The emulator and the console of its guest."""

    def __init__(self, seed: int) -> None:
        """Start it."""
        wiring = ROOT / "gateware" / "wiring" / "full.txt"
        command = [BUILD / "lxemu", "--virtual", "--wiring", wiring]
        command += [
            "--kernel",
            BUILD / "firmware" / "full" / "firmware.bin",
            BUILD / "soc" / "full",
        ]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.console = repl.Repl(
            self.process.stdout.fileno(), self.process.stdin.fileno(), SILENCE_S
        )
        self.console.read_until(repl.PROMPT)
        self.console.enter_raw()

    def run(self, source: str):
        """Run a script on a fresh virtual machine; return what it printed, and its traceback."""
        self.console.write(repl.CTRL_D)
        self.console.read_until(b"raw REPL; CTRL-B to exit\r\n>")
        self.console.paste(source.encode())
        try:
            return self.console.follow()
        except TimeoutError:
            self.console.write(repl.CTRL_C)
            return self.console.follow()

    def close(self) -> None:
        """End the emulator."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def verdict(output: bytes, error: bytes):
    """What is wrong with a run, "" for nothing."""
    for bad in BAD:
        if bad in output:
            return f"the firmware says {bad.decode()!r}"
    if error and b"KeyboardInterrupt" not in error:
        return "an exception left the loop: " + error.decode(errors="replace")
    if not error and b"\nFUZZ " not in output.replace(b"\r", b""):
        return "the script ended early"
    return ""


def main():
    """Read the command line and run; the exit status is 1 where something failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1 << 30)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    guest = (HERE / "guest.py").read_text()
    end = time.monotonic() + args.seconds
    seed, passed, interrupted, failed = args.seed, 0, 0, 0
    board = Board(seed)
    while seed - args.seed < args.runs and time.monotonic() < end and failed < MOST_FAILURES:
        constants = f"SEED, OPERATIONS, VERBOSE = {seed}, {OPERATIONS}, {args.verbose}\n"
        try:
            output, error = board.run(constants + guest)
            problem = verdict(output, error)
        except (repl.ReplError, TimeoutError) as gone:
            output, error, problem = b"", b"", f"the guest is gone: {gone}"
        if args.verbose:
            print(output.decode(errors="replace").replace("\r\n", "\n"), flush=True)
        interrupted += b"KeyboardInterrupt" in error
        if problem:
            failed += 1
            print(f"FAIL --seed {seed} --runs 1: {problem}", flush=True)
            board.close()
            board = Board(seed)
        else:
            passed += 1
        seed += 1
    board.close()
    print(f"runs of {OPERATIONS} operations each; {interrupted} interrupted")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
