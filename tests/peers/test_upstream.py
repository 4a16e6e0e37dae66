# SPDX-License-Identifier: MIT
"""Upstream's net_hosted and multi_net on the emulated board, with dnsmasq's names instead of the Internet's.

multi_net runs on two boards at once, by upstream's run-multitests.py. Which files are not run, and why, is SKIPPED: any
other file of the folders is run and has to pass.
"""

import contextlib
import fnmatch
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from tests.net.board import BUILD, process, repl
from tests.peers import wire

MICROPYTHON = Path(os.environ.get("MICROPY_DIR") or BUILD / "micropython-1.25.0")
TESTS = MICROPYTHON / "tests"
NO_TLS = "the firmware has TLS with TLS=1 alone; suite tls has its own tests of it"
SKIPPED = {
    "net_hosted/ssl_*.py": NO_TLS,
    "net_hosted/connect_nonblock_xfer.py": NO_TLS,
    "multi_net/*_client_rst.py": "skips itself: lwIP has no SO_LINGER",
    "multi_net/udp_data.py": "its steps of 250 ms are the machine's time; test_peers.py has datagrams",
    "multi_net/ssl*.py": NO_TLS,
    "multi_net/tls_*.py": NO_TLS,
    "multi_net/asyncio_tls_*.py": NO_TLS,
}
BOOT = """import network
lan = network.LAN(0)
lan.config(mac=b'\\x02\\x4c\\x58\\x00\\x00\\x%02x')
lan.active(True)
lan.ifconfig(('10.77.0.%d', '255.255.255.0', '10.77.0.1', '10.77.0.1'))
while not lan.isconnected():
    pass
"""


def setUpModule() -> None:
    wire.enter()


class PtyBoard:
    """A board with its console on a PTY, and with boot.py, which brings up the network in each soft reset."""

    def __init__(self, number: int) -> None:
        self.process = subprocess.Popen(
            [
                BUILD / "lxemu", "--net", f"tap=tap{number}", "--pty",
                "--kernel", BUILD / "firmware/net/firmware.bin", BUILD / "soc/net",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, preexec_fn=process.die_with_parent, text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.device = self.process.stdout.readline().strip()
        fd = os.open(self.device, os.O_RDWR | os.O_NOCTTY)
        try:
            console = repl.Repl(fd, fd, 60)
            console.write(b"\r\n")
            console.read_until(repl.PROMPT)
            console.enter_raw()
            console.execute(
                f"f = open('/boot.py', 'w')\nf.write({BOOT % (number, 71 + number)!r})\nf.close()\n",
                60,
            )
        finally:
            os.close(fd)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()


def files(folder: str) -> list[str]:
    """The tests of a folder that are run."""
    names = [f"{folder}/{path.name}" for path in sorted((TESTS / folder).glob("*.py"))]
    return [name for name in names if not any(fnmatch.fnmatch(name, row) for row in SKIPPED)]


class UpstreamTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def board(self, number: int) -> PtyBoard:
        board = PtyBoard(number)
        self.addCleanup(board.close)
        return board

    def run_tests(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=TESTS,
            env={**os.environ, "MICROPY_MICROPYTHON": sys.executable},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_net_hosted(self):
        server = self.enterContext(contextlib.closing(socket.create_server((wire.HOST, 80))))
        threading.Thread(target=accept_all, args=(server,), daemon=True).start()
        self.enterContext(
            contextlib.closing(
                wire.dnsmasq(self.folder, f"--host-record=micropython.org,{wire.HOST}")
            )
        )
        board = self.board(0)
        names = files("net_hosted")
        text = self.run_tests(
            "run-tests.py", "-t", board.device, "-r", str(self.folder / "r"), *names
        )
        self.assertRegex(text, rf"\b{len(names)} tests passed")

    def test_multi_net(self):
        boards = [self.board(0), self.board(1)]
        names = files("multi_net")
        text = self.run_tests(
            "run-multitests.py", *(f"-i=pyb:{board.device}" for board in boards), *names
        )
        passed = re.findall(r"^(\S+) on .*: pass$", text, re.MULTILINE)
        self.assertEqual(len(passed), len(names), text)


def accept_all(server: socket.socket) -> None:
    """Take connections and keep them."""
    kept = []
    with contextlib.suppress(OSError):
        while True:
            kept.append(server.accept())
