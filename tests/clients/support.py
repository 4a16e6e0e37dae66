# SPDX-License-Identifier: MIT
"""What the tests of this folder share: a simulation on a PTY, and a person at a terminal.

Nothing here sleeps: each wait is for output of the process within a bound, and what the process had
said until then stands in the error.
"""

import fcntl
import os
import re
import select
import subprocess
import sys
import tempfile
import termios
import time
import tty
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LXEMU = BUILD / "lxemu"
VENV = BUILD / "venv" / "bin"
LITEX = os.environ.get("LITEX") or VENV / "python"  # the Python whose LiteX makes the SoCs
WAIT_S = 30
BUILD_S = 600
OUTER_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMOUT", "MAKE_TERMERR")

sys.path.insert(0, str(ROOT / "tools"))
import repl  # noqa: E402, F401 (for the tests)

PROMPT = re.escape(">>> ")
PROGRESS = re.compile(  # of make, of MicroPython's makefiles and of size
    r"make(\[\d+\])?: |Including User C Module |[A-Z]{2,} \S+$|[\w ]+updated$|Installing |Files stay in |\s+(text|\d+)\s+(data|\d+)\s"
)


def soc_folder(soc):
    """LiteX's build folder of a reference SoC."""
    return BUILD / "soc" / soc


def firmware(soc):
    """The firmware image of a reference SoC."""
    return BUILD / "firmware" / soc / "firmware.bin"


def emulator_command(soc, *options):
    """The command line that runs a reference SoC's firmware on lxemu."""
    return [LXEMU, *options, "--kernel", firmware(soc), soc_folder(soc)]


class Simulation:
    """A simulation whose console is a PTY: `path` is its name, `stop()` returns what it said."""

    def __init__(self, command, bound_s=WAIT_S, environment=None):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        if not select.select([self.process.stdout], [], [], bound_s)[0]:
            self.stop()
            raise TimeoutError(f"{command[0]} names no PTY")
        self.path = self.process.stdout.readline().decode().strip()
        if not self.path.startswith("/dev/pts/"):
            raise AssertionError(f"first line {self.path!r}; {self.stop()}")

    def stop(self):
        """End the simulation and return its standard error."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        if self.errors.closed:
            return ""
        self.errors.seek(0)
        text = self.errors.read().decode(errors="replace")
        self.errors.close()
        return text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Talk:
    """Reading and writing a terminal: the newest output is `held` until a pattern takes it."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.held = ""
        self.said = ""

    def send(self, text):
        """Type `text`."""
        data = text.encode()
        while data:
            data = data[os.write(self.descriptor, data) :]

    def fill(self, deadline):
        """Wait for more output; False when the other end has closed."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
            raise TimeoutError
        try:
            data = os.read(self.descriptor, 65536).decode(errors="replace")
        except OSError:
            data = ""
        self.held += data
        self.said += data
        return bool(data)

    def expect(self, pattern, bound_s=WAIT_S):
        """Wait for a regular expression; return its match and forget what came until its end."""
        deadline = time.monotonic() + bound_s
        while not (match := re.search(pattern, self.held, re.DOTALL)):
            try:
                if self.fill(deadline):
                    continue
                reason = "the other end closed"
            except TimeoutError:
                reason = f"not within {bound_s} s"
            raise AssertionError(f"{pattern!r}: {reason}; said: {self.said[-3000:]!r}")
        self.held = self.held[match.end() :]
        return match

    def ask(self, line, bound_s=WAIT_S):
        """Type a line at the prompt and return what is printed before the next prompt."""
        self.send(line + "\r")
        self.expect(re.escape(line) + r"\r\n", bound_s)
        return self.expect("(.*?)" + PROMPT, bound_s)[1].replace("\r\n", "\n")


class Client(Talk):
    """A terminal program on a simulation's PTY."""

    def __init__(self, path):
        super().__init__(os.open(path, os.O_RDWR | os.O_NOCTTY))
        tty.setraw(self.descriptor, termios.TCSANOW)  # the default would drop what was said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)


class Person(Talk):
    """A person who starts a command in a terminal of 80 by 24; stderr goes to the same terminal."""

    def __init__(self, command, environment=None):
        master, slave = os.openpty()
        super().__init__(master)
        self.slave = slave
        self.settings = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", **(environment or {})},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def wait(self, bound_s=WAIT_S):
        """Wait for the end and return the exit status."""
        deadline = time.monotonic() + bound_s
        os.close(self.slave)
        self.slave = None
        try:
            while self.fill(deadline):
                pass
        except TimeoutError:
            raise AssertionError(f"still running; said: {self.said[-3000:]!r}") from None
        return self.process.wait(bound_s)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.slave is not None:
            os.close(self.slave)
        os.close(self.descriptor)


def run(command, bound_s=WAIT_S, **options):
    """Run a command to its end; return its subprocess.CompletedProcess with text."""
    options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
    if options["stdin"] is None:
        del options["stdin"]
    return subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=bound_s,
        **options,
    )


def user_environment():
    """The environment of a user's shell: without what an outer make passes to an inner one."""
    return {key: value for key, value in os.environ.items() if key not in OUTER_MAKE}


def make(*arguments, bound_s=BUILD_S, **options):
    """Run make in the root of the tree as a user does."""
    return run(["make", *arguments], bound_s, env=user_environment(), **options)


def complaint(result):
    """The lines of a failed make's stderr that are neither make's own nor progress."""
    return [line for line in result.stderr.splitlines() if line and not PROGRESS.match(line)]
