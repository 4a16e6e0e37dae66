# SPDX-License-Identifier: MIT
"""Child processes that end with the process that started them, and locks between processes."""

import contextlib
import ctypes
import fcntl
import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
KILL_S = 5  # a killed process may hang in the kernel, in a device's driver
LIBC = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends, by whatever signal.

    The setting survives exec, and is not inherited by children. Also a `preexec_fn` of subprocess.
    """
    _prctl(PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, instead of init."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; a second process waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def with_environment(entry: bytes) -> Iterator[int]:
    """Yield the ids of all processes that were started with `entry` (NAME=value) in their environment."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if entry in (path / "environ").read_bytes().split(b"\0"):
                yield int(path.name)
        except OSError:  # ended meanwhile, or of another user
            continue


def kill(pid: int) -> None:
    """Kill a process, wait until it has ended, and reap it where it is a child."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        select.select([pidfd], [], [], KILL_S)
        os.waitpid(pid, os.WNOHANG)
    except (ProcessLookupError, ChildProcessError):
        pass
    finally:
        os.close(pidfd)


def kill_with_environment(entry: bytes) -> None:
    """Kill all processes with `entry` in their environment, except this one.

    Repeats until none is left, since a process may fork while the list is read.
    """
    for _ in range(20):
        found = [pid for pid in with_environment(entry) if pid != os.getpid()]
        if not found:
            break
        for pid in found:
            kill(pid)
