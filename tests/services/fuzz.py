# SPDX-License-Identifier: MIT
"""What clients send, damaged at random, to the servers in upstream's unix port: `python -m tests.services.fuzz --seconds 60`.

Each input goes to a connection of its own, in pieces, and the server has to answer a correct client after it. No exception
may reach the loop (the journal says so), no session may stay, and the heap has to come back. The seed is printed; an
input that is wrong for a server is printed with it.
"""

import argparse
import contextlib
import ftplib
import random
import socket
import sys
import time
import unittest

from tests.services.support import USERS, Services, build
from tests.services.test_http import Client as HttpClient
from tests.services.test_webrepl import WebRepl

((USER, PASSWORD),) = USERS.items()
ROUND = 50  # inputs, after which the servers are looked at
HEAP_MORE = 4096  # bytes that a round may leave: the journal, the failures that auth remembers
HANDSHAKE = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
LOGIN = b"USER %s\r\nPASS %s\r\n" % (USER.encode(), PASSWORD.encode())


def frame(kind: int, data: bytes, key: bytes = b"\x01\x02\x03\x04") -> bytes:
    """A client's frame of a WebSocket, of at most 65,535 bytes."""
    n = len(data)
    head = (
        bytes((0x80 | kind, 0x80 | n)) if n < 126 else bytes((0x80 | kind, 0xFE, n >> 8, n & 255))
    )
    return head + key + bytes(byte ^ key[i & 3] for i, byte in enumerate(data))


SEEDS = {
    "ftp": (
        LOGIN + b"PWD\r\nCWD /\r\nMKD a\r\nRMD a\r\nSIZE x\r\nMDTM x\r\nQUIT\r\n",
        LOGIN + b"EPSV\r\nLIST -la *\r\nPASV\r\nRETR x\r\nABOR\r\n",
        LOGIN + b"PORT 127,0,0,1,200,1\r\nSTOR y\r\nEPRT |1|127.0.0.1|51000|\r\nNLST\r\n",
        LOGIN + b"REST 10\r\nRNFR a\r\nRNTO ../../b\r\nMLST .\r\nSTAT /\r\nFEAT\r\nOPTS UTF8 ON\r\n",
        LOGIN + b"SITE help\r\nSITE mount\r\nSITE flash a 0x10\r\nRETR sd@0+512\r\nSTOR flash@1\r\n",
        b"\xff\xf4\xff\xf2ABOR\r\nUSER \xc3\xa4\r\nPASS \x00\r\nAUTH TLS\r\n",
    ),
    "http": (
        b"GET /info HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /login HTTP/1.1\r\nContent-Length: 30\r\n\r\n" + b'{"user": "a", "password": "b"}',
        b"PUT /files/a%2Fb HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        b"GET /files/x?at=1&a=b HTTP/1.0\r\nRange: bytes=0-9\r\nAuthorization: Basic YTpi\r\n\r\n",
        b"DELETE /files/../x HTTP/1.1\r\nAuthorization: Bearer 00\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    ),
    "webrepl": (
        HANDSHAKE + frame(1, PASSWORD.encode() + b"\r") + frame(1, b"1 + 1\r"),
        HANDSHAKE + frame(1, PASSWORD.encode() + b"\r") + frame(9, b"ping") + frame(8, b"\x03\xe8"),
        HANDSHAKE + frame(1, PASSWORD.encode() + b"\r") + frame(2, b"WA\x02" + bytes(79)),
        HANDSHAKE + frame(1, PASSWORD.encode() + b"\r") + frame(2, b"WA\x01" + bytes(79)) + frame(2, b"x" * 300),
    ),
}  # fmt: skip
TOKENS = (
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"%00", b"%", b"..", b"/", b"\xff", b"\xff\xff\xff\xff", b"-1", b"99999999999999999999",
    b"0x", b"@", b"+", b"a" * 600, b"A" * 9000, b"\xc3", b"*", b"?", b"Content-Length: -5\r\n", b"Content-Length: 1e9\r\n",
    b"\x7f", b"\x8f", b"\xfe", b"{", b'"', b"\\", b"\xed\xa0\x80",
)  # fmt: skip


def damaged(data: bytes, draw: random.Random) -> bytes:
    """A copy with one to six changes."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(out) + 1)
        change = draw.randrange(5)
        if change == 0:
            out[at:at] = draw.choice(TOKENS)
        elif change == 1 and out:
            out[at - 1 if at else 0] = draw.randrange(256)
        elif change == 2:
            del out[at : at + draw.randint(1, 20)]
        elif change == 3:
            out[at:at] = out[draw.randrange(len(out) + 1) :][: draw.randint(1, 80)]
        else:
            del out[at:]
    return bytes(out)


def send(port: int, data: bytes, draw: random.Random) -> None:
    """One input in up to three pieces; what the server says is read as long as it comes at once."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.settimeout(0.002)
        cuts = sorted(draw.randrange(len(data) + 1) for _ in range(draw.randrange(3)))
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            sock.sendall(data[start:end])
            with contextlib.suppress(TimeoutError):
                while sock.recv(4096):
                    pass


class Parsers(unittest.TestCase):
    seconds = 6.0
    seed = 1

    @classmethod
    def setUpClass(cls):
        build()

    def test_damaged_input(self):
        draw = random.Random(self.seed)
        users = USERS | {"second": "x"}
        with Services(
            users=users,
            ftp={"limit": 50, "passive": [52000, 200]},
            http={"limit": 50},
            webrepl={"limit": 50},
            prompt=True,
        ) as services:
            end = time.monotonic() + self.seconds
            count = 0
            while time.monotonic() < end:
                inputs = []
                for _ in range(ROUND):
                    name = draw.choice(list(SEEDS))
                    inputs.append((name, damaged(draw.choice(SEEDS[name]), draw)))
                    send(services.ports[name], inputs[-1][1], draw)
                count += ROUND
                try:
                    self.look(services)
                except Exception as error:
                    raise AssertionError(f"seed {self.seed}: {error}: {inputs}") from error
        said = [line for line in services.output.splitlines() if "ended by" in line]
        self.assertEqual(said, [], f"seed {self.seed}")
        print(f"\n{count} inputs, heap {services.free_started} -> {services.free_after}")

    def look(self, services):
        """Correct clients are served."""
        with ftplib.FTP(timeout=20) as ftp:
            ftp.connect("127.0.0.1", services.ports["ftp"])
            ftp.login(USER, PASSWORD)
            ftp.nlst()
        self.assertEqual(HttpClient(services).ask("GET", "/info")[0], 200)
        with WebRepl(services):
            pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    Parsers.seconds, Parsers.seed = options.seconds, options.seed
    print(f"fuzz: seed {options.seed}", flush=True)
    sys.exit(not unittest.TextTestRunner().run(Parsers("test_damaged_input")).wasSuccessful())
