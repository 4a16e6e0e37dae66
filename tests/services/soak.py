# SPDX-License-Identifier: MIT
"""Four clients at once on the emulated board, for long: `python -m tests.services.soak --transfers 500 --loads 200`.

Each client draws what it does next: files by FTP and HTTP, listings, loads of the FPGA, transfers that it leaves in the
middle, connections that it leaves open. Content is compared, and at the end the heap, the sessions and the journal of
the board. The seed is printed: the clients draw the same again with --seed, though not in the same order of time.
"""

import argparse
import base64
import contextlib
import ftplib
import http.client
import random
import socket
import sys
import threading
import time
import unittest

from tests.models import support as models
from tests.net import board as net
from tests.services.support import USERS
from tests.services.test_board import Served, get, put

((USER, PASSWORD),) = USERS.items()
CLIENTS = 4
SIZES = (0, 1, 511, 4096, 8193, 30_000, 100_000)
IDLE_S = 20  # after which the board closes what is silent
HEAP_SHARE = 0.01  # of 43 KB that are in use
HEAP_BYTES = 1024  # which differ however long it runs
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
# Without the journal, whose lines are of any length.
HEAP = """
import gc, services.journal
services.journal._lines.clear()
gc.collect()
gc.collect()
print(gc.mem_alloc())
"""


class Work:
    """What is left to do, counted over all clients."""

    def __init__(self, transfers: int, loads: int) -> None:
        self.left = {"transfer": transfers, "load": loads}
        self.lock = threading.Lock()
        self.problems: list = []
        self.done: dict = {}

    def take(self, draw: random.Random):
        """The kind of the next piece of work; None where none is left."""
        with self.lock:
            kinds = [kind for kind, count in self.left.items() for _ in range(count)]
            if not kinds or self.problems:
                return None
            kind = draw.choice(kinds)
            self.left[kind] -= 1
            return kind

    def count(self, what: str) -> None:
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1


class Client:
    def __init__(self, served: Served, work: Work, number: int, seed: int, bits: dict) -> None:
        self.served = served
        self.work = work
        self.number = number
        self.draw = random.Random(seed * 100 + number)
        self.bits = bits
        self.files: dict = {}  # name: content on the board
        self.ftp = None
        self.left_open: list = []

    def run(self) -> None:
        try:
            while kind := self.work.take(self.draw):
                self.load() if kind == "load" else self.transfer()
        except Exception as error:
            self.work.problems.append(f"client {self.number}: {type(error).__name__}: {error}")
        finally:
            if self.ftp:
                self.ftp.close()
            for sock in self.left_open:
                sock.close()

    def session(self) -> ftplib.FTP:
        if self.ftp is None:
            self.ftp = self.served.ftp()
        return self.ftp

    def leave(self) -> None:
        """End the control connection without a word."""
        if self.ftp:
            self.ftp.close()
            self.ftp = None

    def request(self, method: str, path: str, body=None) -> tuple:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.served.ports["http"], timeout=net.BOUND_S
        )
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Authorization": BASIC})
            answer = connection.getresponse()
            return answer.status, answer.read()

    # Transfers.

    def transfer(self) -> None:
        name = f"c{self.number}-{self.draw.randrange(4)}"
        data = net.pattern(self.draw.choice(SIZES), self.draw.randrange(1 << 20))
        actions = (
            self.ftp_put, self.ftp_put, self.http_put, self.http_put, self.ftp_get, self.http_get,
            self.listing, self.cut_put, self.cut_get, self.open_and_leave,
        )  # fmt: skip
        action = self.draw.choice(actions)
        action(name, data)
        self.work.count(action.__name__)

    def ftp_put(self, name, data) -> None:
        said = put(self.session(), name, data)
        assert said == f"226 Done: {len(data)} bytes", said
        self.files[name] = data

    def http_put(self, name, data) -> None:
        status, said = self.request("PUT", f"/files/{name}", data)
        assert status == 200, (status, said)
        self.files[name] = data

    def ftp_get(self, name, data) -> None:
        if name in self.files:
            assert get(self.session(), name) == self.files[name], f"{name} differs"

    def http_get(self, name, data) -> None:
        if name in self.files:
            status, found = self.request("GET", f"/files/{name}")
            assert (status, found) == (200, self.files[name]), f"{name} differs"

    def listing(self, name, data) -> None:
        listed = self.session().nlst()
        assert set(self.files) <= set(listed), (listed, self.files.keys())

    def cut_put(self, name, data) -> None:
        """Leave in the middle of an upload: data connection first, or control connection first."""
        ftp = self.session()
        self.files.pop(name, None)
        sock = ftp.transfercmd(f"STOR {name}")
        with contextlib.suppress(OSError):
            sock.sendall(data[: len(data) // 2])
        if self.draw.random() < 0.5:
            self.leave()
            sock.close()
        else:
            sock.close()
            self.leave()

    def cut_get(self, name, data) -> None:
        if name not in self.files:
            return
        ftp = self.session()
        sock = ftp.transfercmd(f"RETR {name}")
        sock.recv(100)
        sock.close()
        self.leave()

    def open_and_leave(self, name, data) -> None:
        """A connection that says nothing more: the board closes it."""
        port = self.served.ports[self.draw.choice(("ftp", "http"))]
        with contextlib.suppress(OSError):
            sock = socket.create_connection(("127.0.0.1", port), timeout=net.BOUND_S)
            self.left_open.append(sock)
            if len(self.left_open) > 1:
                self.left_open.pop(0).close()

    # The FPGA.

    def load(self) -> None:
        """One load; another client's makes it wait."""
        bit = self.bits[self.draw.choice(list(self.bits))]
        end = time.monotonic() + 2 * net.BOUND_S
        way = self.draw.choice((self.ftp_load, self.http_load, self.ftp_load, self.cut_load))
        while way(bit):
            if time.monotonic() > end:
                raise AssertionError("the FPGA was in use for long")
            time.sleep(0.2 * self.draw.random())  # before the next try, as a person would wait
        self.work.count(way.__name__)

    def ftp_load(self, bit) -> bool:
        """Whether the FPGA was in use."""
        try:
            said = put(self.session(), "fpga", bit)
        except ftplib.error_perm as error:
            assert "in use" in str(error), error
            return True
        assert "IDCODE 0x41111043" in said, said
        return False

    def http_load(self, bit) -> bool:
        status, said = self.request("PUT", "/fpga", bit)
        if status != 200:
            assert b"in use" in said, said
            return True
        return False

    def cut_load(self, bit) -> bool:
        try:
            sock = self.session().transfercmd("STOR fpga")
        except ftplib.error_perm as error:
            assert "in use" in str(error), error
            return True
        with contextlib.suppress(OSError):
            sock.sendall(bit[: len(bit) // 2])
        sock.close()
        self.leave()
        return False


def soak(board_test, transfers: int, loads: int, seed: int) -> dict:
    """Run it; return what was done, with the heap before and after. AssertionError with the problems."""
    served = Served(
        board_test,
        "--jtag",
        "ecp5:LFE5U-25F,flash=W25Q128",
        soc="board",
        ftp={"idle_s": IDLE_S, "limit": 16},
        http={"idle_s": IDLE_S, "limit": 12},
    )
    bits = {
        name: models.bitstream(name).read_bytes()
        for name in ("25f-compress.bit", "25f-compress.bit.gz")
    }

    def round_of(transfers: int, loads: int, seed: int) -> dict:
        work = Work(transfers, loads)
        clients = [Client(served, work, i, seed, bits) for i in range(CLIENTS)]
        threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if work.problems:
            raise AssertionError("\n".join([*work.problems, last_words(served)]))
        quiet(served)
        return work.done

    round_of(40, 4, seed + 1)  # what is loaded at first use
    served.board.run(
        "import os\nfor n in os.listdir('/'):\n    if n[0] == 'c' and '-' in n: os.remove('/' + n)"
    )
    before = int(served.board.run(HEAP))
    start = time.monotonic()
    done = round_of(transfers, loads, seed)
    seconds = time.monotonic() - start
    served.board.run(
        "for n in os.listdir('/'):\n    if n[0] == 'c' and '-' in n: os.remove('/' + n)"
    )
    after = int(served.board.run(HEAP))
    done |= {"heap_before": before, "heap_after": after, "seconds": round(seconds)}
    done["statistics"] = served.board.run("print(lan.stats())").strip()
    if abs(after - before) > max(HEAP_SHARE * before, HEAP_BYTES):
        raise AssertionError(f"the heap has changed: {done}")
    return done


def last_words(served: Served) -> str:
    """The journal; where the prompt is gone, what the console says."""
    try:
        return served.board.run("import services; services.log(); print(services.status())")
    except Exception as error:
        said = b""
        with contextlib.suppress(Exception):
            while True:
                said += served.board.console.read_until(b"\n", 5)
        return f"{error}\n{said.decode(errors='replace')}\n{served.board.messages()}"


def quiet(served: Served) -> None:
    """Wait until the board has no connection left: what was abandoned expires."""
    end = time.monotonic() + 3 * IDLE_S
    while True:
        status = eval(served.board.run("import services; print(services.status())"))
        if not any(row[1] for row in status.values()):
            return
        if time.monotonic() > end:
            raise AssertionError(f"sessions that do not end: {status}")
        served.board.run("time.sleep_ms(500)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transfers", type=int, default=500)
    parser.add_argument("--loads", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    class Case(net.NetTest):
        def runTest(self):
            done = soak(self, options.transfers, options.loads, options.seed)
            print(f"soak: seed {options.seed}: {done}", flush=True)

    return not unittest.TextTestRunner().run(Case()).wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
