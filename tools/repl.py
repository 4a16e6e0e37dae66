# SPDX-License-Identifier: MIT
"""Talk to a MicroPython prompt over a pair of file descriptors: raw REPL with raw paste.

Follows MicroPython's documentation, "Raw mode and raw-paste mode" (docs/reference/repl.rst). Used by
the script runner and by the tests; it waits for what the guest says, never for a time, within a bound.
"""

import os
import re
import select
import time

CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
PROMPT = b">>> "
RESTARTED = re.compile(rb"MicroPython v[^\r\n]*\r\n[^\x04]*>>> \Z")


class ReplError(Exception):
    """The guest did not answer as the protocol asks."""


class GuestRestarted(ReplError):
    """The guest came back to its banner and prompt while code was running."""


class GuestGone(ReplError):
    """The guest's console was closed."""


class Repl:
    """A console: `read_fd` and `write_fd` are its two directions; `timeout` bounds each wait in seconds."""

    def __init__(self, read_fd, write_fd, timeout=60) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.timeout = timeout
        self.pending = b""

    def write(self, data) -> None:
        """Send bytes, all of them."""
        while data:
            data = data[os.write(self.write_fd, data) :]

    def fill(self, deadline) -> None:
        """Add what the guest has said to `pending`; wait for it until `deadline` (monotonic seconds)."""
        left = None if deadline is None else max(0, deadline - time.monotonic())
        if not select.select([self.read_fd], [], [], left)[0]:
            raise TimeoutError("the guest is silent")
        try:
            data = os.read(self.read_fd, 65536)
        except OSError:  # a PTY whose other end has closed reads as EIO
            data = b""
        if not data:
            raise GuestGone("the guest's console closed")
        self.pending += data

    def bound(self, timeout=None):
        """The deadline of one wait: `timeout`, else the console's own; 0 means no bound."""
        timeout = self.timeout if timeout is None else timeout
        return time.monotonic() + timeout if timeout else None

    def read_until(self, ending, timeout=None):
        """Return all up to and including `ending`."""
        deadline = self.bound(timeout)
        while ending not in self.pending:
            self.fill(deadline)
        end = self.pending.index(ending) + len(ending)
        data, self.pending = self.pending[:end], self.pending[end:]
        return data

    def read_exactly(self, count, timeout=None):
        """Return `count` bytes."""
        deadline = self.bound(timeout)
        while len(self.pending) < count:
            self.fill(deadline)
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def enter_raw(self) -> None:
        """From the friendly prompt into the raw REPL."""
        self.write(b"\r" + CTRL_A)
        self.read_until(b"raw REPL; CTRL-B to exit\r\n>")

    def leave_raw(self) -> None:
        """Back to the friendly prompt."""
        self.write(CTRL_B)
        self.read_until(PROMPT)

    def paste(self, code) -> None:
        """Send `code` (bytes) by raw paste, at the guest's pace, and start it."""
        self.write(CTRL_E + b"A" + CTRL_A)
        answer = self.read_exactly(2)
        if answer != b"R\x01":
            raise ReplError(f"the guest answered {answer!r} to raw paste")
        window = credit = int.from_bytes(self.read_exactly(2), "little")
        while code:
            if not credit or self.pending:
                answer = self.read_exactly(1)
                if answer == CTRL_A:
                    credit += window
                    continue
                self.write(CTRL_D)  # the compiler gave up early: its error follows
                return
            part, code = code[:credit], code[credit:]
            self.write(part)
            credit -= len(part)
        self.write(CTRL_D)
        self.read_until(CTRL_D)

    def pass_output(self, output, timeout=None) -> None:
        """Pass the running code's output to `output(bytes)` as it comes, up to the Ctrl-D that ends it.

        `timeout` bounds each silence. The traceback, or nothing, follows, up to another Ctrl-D.
        """
        tail = b""
        while CTRL_D not in self.pending:
            data, self.pending = self.pending, b""
            tail = (tail + data)[-1024:]
            output(data)
            if RESTARTED.search(tail):
                raise GuestRestarted("the guest restarted while the code ran")
            self.fill(self.bound(timeout))
        data, _, self.pending = self.pending.partition(CTRL_D)
        output(data)

    def follow(self, timeout=None):
        """Wait for the running code to end; return (output, error) bytes."""
        collected: list[bytes] = []
        self.pass_output(collected.append, timeout)
        error = self.read_until(CTRL_D, timeout)[:-1]
        self.read_until(b">", timeout)
        return b"".join(collected), error

    def execute(self, code, timeout=None):
        """Run `code` (text) in the raw REPL and return its output as text; an exception is raised here."""
        self.paste(code.encode())
        output, error = self.follow(timeout=timeout)
        if error:
            raise ReplError(error.decode(errors="replace"))
        return output.decode(errors="replace").replace("\r\n", "\n")
