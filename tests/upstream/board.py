# SPDX-License-Identifier: MIT
"""The emulated board that upstream's run-tests.py starts: `-t "execpty:board.py ..."`.

    board.py [--copy HOST_FOLDER]... [--log FILE] COMMAND...

COMMAND starts the simulation with its console on a PTY. Before the PTY's name goes on to standard
output, unittest.py and the content of the folders are written to the root of the target's file
system, for the tests that import or open them. Ends the simulation when it is ended, and when the
test runner dies. The log holds the simulation's standard error and how it ended.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import tty
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
import repl  # noqa: E402

PR_SET_PDEATHSIG = 1
CHUNK = 512


def die_with_parent():
    """Ask the kernel for SIGTERM when the parent ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def files_to_copy(folders):
    """Yield (path on the target, host path) of all that the tests need."""
    yield "/unittest.py", HERE / "unittest.py"
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".exp", ".pyc"):
                yield "/" + path.relative_to(folder).as_posix(), path


def copy(console, files):
    """Write files to the target through its raw REPL."""
    made = {"/"}
    for target, path in files:
        lines = []
        parents = [parent.as_posix() for parent in reversed(Path(target).parents)]
        lines += [f"os.mkdir({parent!r})" for parent in parents if parent not in made]
        made.update(parents)
        lines.append(f"f=open({target!r},'wb')")
        content = path.read_bytes()
        for start in range(0, len(content), CHUNK):
            lines.append(f"f.write({content[start : start + CHUNK]!r})")
        lines.append("f.close()")
        console.execute("import os\n" + "\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--copy", type=Path, action="append", default=[])
    parser.add_argument("--log", type=Path, default=os.devnull)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    die_with_parent()
    log = open(options.log, "w")
    process = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        preexec_fn=die_with_parent,
    )
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    name = process.stdout.readline()
    if not name:
        return process.wait() or 1
    terminal = os.open(name.strip(), os.O_RDWR | os.O_NOCTTY)
    tty.setraw(terminal)
    console = repl.Repl(terminal, terminal)
    console.write(b"\r")
    console.read_until(repl.PROMPT)
    console.enter_raw()
    copy(console, files_to_copy(options.copy))
    console.leave_raw()
    os.close(terminal)
    sys.stdout.buffer.write(name)
    sys.stdout.buffer.flush()
    status = process.wait()
    log.seek(0, os.SEEK_END)
    log.write(f"board: the simulation ended with status {status}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
