# SPDX-License-Identifier: MIT
"""Faults of cable, servers and peers: no byte that TCP acknowledged is lost, and afterwards all memory is there again."""

import contextlib
import errno
import os
import queue
import socket
import struct
import tempfile
import threading
import time
import unittest
import zlib
from pathlib import Path

from tests.net.board import BOUND_S, UP, Board, pattern, receive_all
from tests.peers import wire
from tests.peers.test_peers import Link

SIZE = int(os.environ.get("PEERS_BYTES", "60000"))
CONNECTIONS = int(os.environ.get("PEERS_CONNECTIONS", "150"))
FLOOD = int(os.environ.get("PEERS_FLOOD", "2000"))
CABLE = "wire gpio[5] ethphy\n"
LONG_S = 300

# A server that says the CRC of what it hears, and sends bytes whose CRC the peer knows.
SERVER = """
import binascii
def pieces(n):
    b = bytearray(4096)
    seed = 1
    while n:
        k = min(n, len(b))
        for i in range(0, len(b), 64):
            seed = (seed * 1103515245 + 12345) & 0x3fffffff
            b[i] = seed & 255
            b[i + 1] = seed >> 8 & 255
            b[i + 2] = seed >> 16 & 255
        yield memoryview(b)[:k]
        n -= k
def hear(s):
    b = bytearray(4096)
    crc = n = 0
    while k := s.readinto(b):
        n += k
        crc = binascii.crc32(memoryview(b)[:k], crc)
    return n, crc
def say(s, n):
    for p in pieces(n):
        s.write(p)
def listen(port, backlog=5):
    l = socket.socket()
    l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    l.bind(('', port))
    l.listen(backlog)
    return l
"""


def said(size: int) -> bytes:
    """What `say` of the board sends."""
    out = bytearray()
    block = bytearray(4096)
    seed = 1
    while len(out) < size:
        for i in range(0, len(block), 64):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            block[i : i + 3] = (seed & 0xFFFFFF).to_bytes(3, "little")
        out += block
    return bytes(out[:size])


def setUpModule() -> None:
    wire.enter()


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def syn(target: str, port: int, source: str, source_port: int) -> bytes:
    """An IPv4 packet that opens a connection from somebody who is not there."""
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    tcp = struct.pack(">HHIIBBHHH", source_port, port, source_port * 7919, 0, 0x50, 2, 8192, 0, 0)
    total = checksum(addresses + struct.pack(">HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack(">H", total) + tcp[18:]
    return (
        struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), source_port, 0, 64, 6, 0)
        + addresses
        + tcp
    )


class BadCableTest(unittest.TestCase):
    """Frames that are lost, doubled, moved, damaged and late, both ways."""

    def transfer(self, faults: str) -> dict[str, int]:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.closing(wire.dnsmasq(Path(folder))))
            board = stack.enter_context(contextlib.closing(Board("tap=tap0" + faults)))
            board.run(
                "import network, socket, time, gc\nlan = network.LAN(0)\nlan.active(True)\nlan.ipconfig(dhcp4=True)"
            )
            board.run("while not lan.isconnected():\n    time.sleep_ms(20)")
            address = board.run("print(lan.ifconfig()[0])").strip()
            board.run(SERVER)
            board.start(
                "l = listen(80)\nprint('ready')\n"
                f"s, a = l.accept()\nr = hear(s)\nsay(s, {SIZE})\ns.close()\nl.close()\nprint(*r)"
            )
            board.wait("ready")
            data = pattern(SIZE)
            with socket.create_connection((address, 80), LONG_S) as sock:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                heard = receive_all(sock)
            output, error = board.finish(LONG_S)
            self.assertEqual((output, error), (f"{SIZE} {zlib.crc32(data)}\n", ""))
            self.assertEqual(heard, said(SIZE))
            return eval(board.run("print(lan.stats())"))

    def test_loss(self):
        self.assertGreater(self.transfer(",loss=5,seed=3")["tcp_retransmissions"], 0)

    def test_duplication_and_reordering(self):
        self.transfer(",duplicate=5,reorder=5,seed=4")

    def test_corruption(self):
        stats = self.transfer(",corrupt=5,seed=5")
        self.assertGreater(stats["rx_checksum_errors"], 0)

    def test_delay(self):
        self.transfer(",delay=100")  # 200 ms there and back


class CableTest(Link):
    """The cable is pulled out and put back; servers go and come; addresses clash."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        wiring = Path(folder, "cable.txt")
        wiring.write_text(CABLE)
        cls.options = ("--wiring", str(wiring))
        super().setUpClass()
        cls.board.run(SERVER)
        cls.board.run(
            "from machine import Pin, Timer\n"
            "cable = Pin(('gpio', 5), Pin.OUT, value=0)\n"
            "def pull(ms):\n"
            "    def back(t):\n        cable(0)\n"
            "    cable(1)\n"
            "    Timer(-1).init(mode=Timer.ONE_SHOT, period=ms, callback=back)\n"
        )

    def test_cable_pulled_in_mid_transfer(self):
        """The connection goes on where it was, both ways."""
        losses = self.stats()["link_losses"]
        data = pattern(2 * SIZE)
        self.board.start(
            "l = listen(80)\nprint('ready')\n"
            "s, a = l.accept()\nb = s.read(10000)\npull(1500)\nr = s.read(1000)\n"
            f"n, crc = hear(s)\nsay(s, 10000)\npull(1500)\nsay(s, {SIZE} - 10000)\ns.close()\nl.close()\n"
            "print(n, crc == %d)" % zlib.crc32(data[11000:])
        )
        self.board.wait("ready")
        with socket.create_connection((self.address, 80), LONG_S) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            heard = receive_all(sock)
        self.assertEqual(self.board.finish(LONG_S), (f"{2 * SIZE - 11000} True\n", ""))
        self.assertEqual(heard, said(10000) + said(SIZE - 10000))
        self.assertEqual(self.stats()["link_losses"], losses + 2)

    def test_server_gone_and_back(self):
        """Without a DHCP server the lease goes on; a new start waits for one that comes back."""
        self.dnsmasq.close()
        time.sleep(4)  # a renewal without an answer
        self.assertEqual(self.board.run("print(lan.ifconfig()[0])").strip(), self.address)
        self.board.start(
            "lan.active(False)\nlan.active(True)\nprint('waits')\nlan.ifconfig('dhcp')"
        )
        self.board.wait("waits")
        self.assertIn("OSError: timeout waiting for DHCP", self.board.finish()[1])
        type(self).dnsmasq = wire.dnsmasq(self.folder)
        self.board.run(UP)
        self.assertEqual(self.board.run("print(lan.ifconfig()[0])").strip(), self.address)

    def test_lease_is_another_hosts(self):
        """The board declines a lease whose address somebody uses, and gets another one."""
        self.board.run("lan.active(False)")
        with contextlib.closing(wire.Squatter(self.address)):
            self.board.start("lan.active(True)\nprint('up')")
            self.board.wait("up")
            self.board.finish()
            self.dnsmasq.wait("DHCPDECLINE", 30)
            self.board.run(
                f"while lan.ifconfig()[0] in ('0.0.0.0', {self.address!r}):\n    time.sleep_ms(50)"
            )
            other = self.board.run("print(lan.ifconfig()[0])").strip()
            self.assertTrue(other.startswith("10.77.0."), other)
        type(self).address = other


class BadPeersTest(Link):
    """Peers that vanish, never read, come in thousands."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.board.run(SERVER)

    def setUp(self) -> None:
        self.before = self.settled()

    def tearDown(self) -> None:
        after = self.settled()
        self.assertEqual(after[1], 0)
        self.assertLessEqual(
            after[2], self.before[2] + 400, "lwIP's memory"
        )  # DHCP's and mDNS's own
        self.assertLess(after[3], self.before[3] + 2000, "the heap")

    def test_short_connections(self):
        """Hundreds of them, one after another and four at a time."""
        self.board.start(
            f"l = listen(80, 8)\nprint('ready')\n"
            f"for i in range({CONNECTIONS}):\n"
            "    s, a = l.accept()\n    s.write(s.read())\n    s.close()\n"
            "l.close()\ns = l = None"
        )
        self.board.wait("ready")
        todo: queue.Queue[int] = queue.Queue()
        for i in range(CONNECTIONS):
            todo.put(i)
        wrong: list[str] = []

        def work() -> None:
            with contextlib.suppress(queue.Empty):
                while True:
                    i = todo.get_nowait()
                    with socket.create_connection((self.address, 80), BOUND_S) as sock:
                        sock.sendall(b"%d" % i)
                        sock.shutdown(socket.SHUT_WR)
                        if (answer := receive_all(sock)) != b"%d" % i:
                            wrong.append(f"{i}: {answer!r}")

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(self.board.finish(LONG_S), ("", ""))

    def test_syn_flood(self):
        """Thousands of SYNs from hosts that do not exist; then a real one is served."""
        self.board.run("l = listen(80, 4)")
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            for i in range(FLOOD):
                with contextlib.suppress(OSError):
                    raw.sendto(
                        syn(self.address, 80, f"10.77.1.{i % 250 + 1}", 1024 + i),
                        (self.address, 0),
                    )
                if i % 50 == 0:
                    time.sleep(0.01)
        self.board.start(
            "l.settimeout(60)\n"
            "while True:\n"
            "    s, a = l.accept()\n    d = s.recv(10)\n    s.close()\n"
            "    if d == b'real':\n        break\n"
            "l.close()\ns = l = None"
        )
        end = time.monotonic() + 100
        while True:
            try:
                with socket.create_connection((self.address, 80), 10) as sock:
                    sock.sendall(b"real")
                    sock.recv(10)
                break
            except OSError as error:
                self.assertLess(time.monotonic(), end, error)
        self.assertEqual(self.board.finish(LONG_S), ("", ""))

    def test_peer_never_reads(self):
        """Python is told, the prompt lives, and a close gives all back."""
        ready = threading.Event()
        self.addCleanup(ready.set)
        with socket.create_server((wire.HOST, 0)) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            port = server.getsockname()[1]
            text = self.board.run(
                f"s = socket.socket()\ns.connect(({wire.HOST!r}, {port}))\ns.settimeout(1)\n"
                "n = 0\ntry:\n    while True:\n        n += s.write(bytes(8192))\n"
                "except OSError as e:\n    print(e.errno)\n"
            )
            self.assertIn(int(text), (errno.ETIMEDOUT, errno.EAGAIN))
            self.board.run("s.close()\ns = None")
            connection, _ = server.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def test_board_never_reads(self):
        """Out of buffers for frames: it is counted, the others are served, and nothing stays."""
        before = self.stats()
        self.board.run("l = listen(80, 8)\nheld = []")
        socks = []
        for _ in range(5):
            sock = socket.create_connection((self.address, 80), BOUND_S)
            self.board.run("held.append(l.accept()[0])")
            sock.setblocking(False)
            socks.append(sock)
        end = time.monotonic() + 60
        while (stats := self.stats())["rx_dropped"] == before["rx_dropped"]:
            self.assertLess(time.monotonic(), end, stats)
            for sock in socks * 20:
                with contextlib.suppress(BlockingIOError):
                    sock.send(pattern(1460))
        # Short frames still have buffers: an echo, a lease that is renewed, a datagram.
        self.program("ping", "-c", "2", "-i", "0.2", "-w", "20", self.address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind((wire.HOST, 0))
            udp.settimeout(BOUND_S)
            self.board.run(
                f"u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nu.sendto(b'alive', ({wire.HOST!r}, {udp.getsockname()[1]}))\nu.close()"
            )
            self.assertEqual(udp.recv(10), b"alive")
        for sock in socks:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        self.board.run("for s in held: s.close()\nl.close()\nheld = l = s = u = None")


class FloodTest(Link):
    """Frames at the speed of the link, as far as this machine makes them: Python goes on."""

    LOOP = """
def loops(ms):
    n = 0
    t = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), t) < ms:
        for i in range(50): pass
        n += 1
    return n
"""

    def frames(self) -> dict[str, bytes]:
        """Ethernet frames by what they are."""
        mac = bytes.fromhex(self.board.run("print(lan.config('mac').hex())").strip())
        source = bytes.fromhex("027700000001") + b"\x08\x00"
        arp = (
            bytes.fromhex("0001080006040001") + source[:6] + socket.inet_aton(wire.HOST) + bytes(6)
        )

        def udp(size: int) -> bytes:
            addresses = socket.inet_aton(wire.HOST) + socket.inet_aton(self.address)
            header = struct.pack(">BBHHHBBH", 0x45, 0, 28 + size, 1, 0, 64, 17, 0) + addresses
            header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
            return header + struct.pack(">HHHH", 9999, 9998, 8 + size, 0) + bytes(size)

        return {
            "to another host": bytes.fromhex("02999999999a") + source + udp(18),
            "broadcast ARP": b"\xff" * 6 + source[:6] + b"\x08\x06" + arp + socket.inet_aton("10.77.0.200") + bytes(18),
            "UDP, no socket": mac + source + udp(18),
            "UDP of 1514 bytes": mac + source + udp(1472),
            "SYN, no listener": mac + source + syn(self.address, 99, wire.HOST, 1025) + bytes(6),
        }  # fmt: skip

    def test_python_goes_on(self):
        self.board.run(self.LOOP)
        idle = int(self.board.run("print(loops(200))"))
        for name, frame in self.frames().items():
            end = threading.Event()
            thread = threading.Thread(target=flood, args=(frame, end), daemon=True)
            thread.start()
            try:
                busy = int(self.board.run("loops(100)\nprint(loops(200))", LONG_S))
            finally:
                end.set()
                thread.join()
            with self.subTest(name):
                self.assertGreater(busy, idle / 8)
            if os.environ.get("PEERS_TABLE"):
                print(f"{name}: {100 * busy / idle:.0f} %")


def flood(frame: bytes, end: threading.Event) -> None:
    """Send a frame to the first TAP again and again."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("tap0", 0))
        while not end.is_set():
            for _ in range(64):
                with contextlib.suppress(OSError):
                    sock.send(frame)
            time.sleep(0.0003)
