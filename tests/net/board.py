# SPDX-License-Identifier: MIT
"""An emulated board on a network, and the peers that a test puts on this machine."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import process  # noqa: E402
import repl  # noqa: E402

BUILD = ROOT / "build"
BOUND_S = 60
HOST = "10.0.2.2"  # this machine's loopback, seen from the board
UP = "import network, socket, select, time, gc\nlan = network.LAN(0)\nlan.active(True)\nlan.ifconfig('dhcp')"


class Board:
    """The emulated SoC `net` at its prompt.

    net -- str, the value of --net; None: no cable
    options -- str, further options of lxemu
    """

    def __init__(self, net: str | None = "user", *options: str, soc: str = "net") -> None:
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [
                BUILD / "lxemu",
                *(["--net", net] if net else []),
                *options,
                "--kernel",
                BUILD / "firmware" / soc / "firmware.bin",
                BUILD / "soc" / soc,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            preexec_fn=process.die_with_parent,
        )
        assert self.process.stdin and self.process.stdout
        self.console = repl.Repl(
            self.process.stdout.fileno(), self.process.stdin.fileno(), BOUND_S
        )
        try:
            self.console.read_until(repl.PROMPT)
        except repl.GuestGone:
            raise AssertionError(self.messages()) from None
        self.console.enter_raw()

    def messages(self) -> str:
        """What the emulator has said on stderr."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def up(self) -> "Board":
        """Get a lease; return the board."""
        self.run(UP)
        return self

    def run(self, code: str, timeout: float = BOUND_S) -> str:
        """Run code; return what it printed."""
        return self.console.execute(code, timeout)

    def start(self, code: str) -> None:
        """Start code that goes on while the test does something else; finish() waits for it."""
        self.console.paste(code.encode())

    def wait(self, text: str) -> None:
        """Wait for the running code to print a line."""
        self.console.read_until(text.encode() + b"\r\n")

    def finish(self, timeout: float = BOUND_S) -> tuple[str, str]:
        """Wait for the running code to end; return what it printed and its traceback."""
        output, error = self.console.follow(timeout)
        return output.decode().replace("\r\n", "\n"), error.decode()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.console.write(repl.CTRL_C)

    def soft_reset(self) -> None:
        """Press Ctrl-D at the raw prompt."""
        self.console.write(repl.CTRL_D)
        self.console.read_until(b"soft reboot\r\n")
        self.console.read_until(b"raw REPL; CTRL-B to exit\r\n>")

    def close(self) -> None:
        """End the emulator."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.log):
            if stream:
                stream.close()


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Peer:
    """A TCP server on this machine's loopback, each connection served by `serve(connection)` in a thread."""

    def __init__(self, serve) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        self.serve = serve
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection) -> None:
        with connection:
            connection.settimeout(BOUND_S)
            try:
                self.serve(connection)
            except OSError:
                return

    def close(self) -> None:
        # close() alone would leave accept() waiting.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def pattern(size: int, seed: int = 1) -> bytes:
    """Bytes in which no piece can be lost, doubled or moved without notice."""
    block = b"".join(zlib.crc32(b"%d %d" % (seed, i)).to_bytes(4, "little") for i in range(1021))
    return (block * (size // len(block) + 1))[:size]


def receive_all(connection) -> bytes:
    """Read until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


class NetTest(unittest.TestCase):
    """A test with boards and peers that end with it."""

    def board(self, net: str | None = "user", *options: str, **more) -> Board:
        board = Board(net, *options, **more)
        self.addCleanup(board.close)
        return board

    def peer(self, serve) -> Peer:
        peer = Peer(serve)
        self.addCleanup(peer.close)
        return peer


def is_root() -> bool:
    """Whether namespaces and TAP devices can be made."""
    return os.geteuid() == 0
