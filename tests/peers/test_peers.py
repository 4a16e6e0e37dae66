# SPDX-License-Identifier: MIT
"""Servers and clients that nobody here wrote, on one Ethernet with the emulated board."""

import re
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.net.board import BOUND_S, UP, Board, receive_all
from tests.peers import wire


def setUpModule() -> None:
    wire.enter()


class Link(unittest.TestCase):
    """A board with a lease of dnsmasq, one for all tests of a class."""

    options: tuple[str, ...] = ()
    dnsmasq_options: tuple[str, ...] = ()
    folder: Path
    dnsmasq: wire.Program
    board: Board
    address: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.dnsmasq = wire.dnsmasq(cls.folder, *cls.dnsmasq_options)
        cls.addClassCleanup(lambda: cls.dnsmasq.close())
        cls.board = Board("tap=tap0", *cls.options)
        cls.addClassCleanup(lambda: cls.board.close())
        cls.board.run(UP)
        cls.address = cls.run_board("print(lan.ifconfig()[0])").strip()

    @classmethod
    def run_board(cls, code: str, timeout: float = BOUND_S) -> str:
        return cls.board.run(code, timeout)

    def stats(self) -> dict[str, int]:
        return eval(self.board.run("print(lan.stats())"))

    def program(self, *command: str, timeout: float = BOUND_S) -> str:
        """Run a program to its end; return what it printed."""
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def settled(self) -> tuple[int, int, int, int]:
        """Memory of lwIP and of the heap once connections that end have ended."""
        return eval(
            self.board.run(
                "from network import LAN\n"
                "import gc\n"
                "for i in range(300):\n"
                "    gc.collect()\n    t = lan.stats()\n"
                "    if t['buffers_used'] == 0:\n        break\n"
                "    time.sleep_ms(100)\n"
                "print((t['tcp_connections'], t['buffers_used'], t['memory_used'], gc.mem_alloc()))",
                120,
            )
        )


class PeersTest(Link):
    """dnsmasq, zeroconf, ping, curl and nmap."""

    def test_addresses(self):
        """A lease, a gateway, a name server, an IPv6 address out of the router's advertisement."""
        self.assertEqual(
            self.board.run("print(lan.ifconfig()[1:], lan.status())"),
            f"('255.255.255.0', '{wire.HOST}', '{wire.HOST}') 3\n",
        )
        self.assertIn(f" {self.address} ", (self.folder / "leases").read_text())
        self.assertIn(" mpy-litex ", (self.folder / "leases").read_text())
        text = self.board.run(
            "t = time.ticks_ms()\n"
            "while len(lan.ipconfig('addr6')) < 2 and time.ticks_diff(time.ticks_ms(), t) < 20000:\n"
            "    time.sleep_ms(50)\n"
            "for a in lan.ipconfig('addr6'): print(a[0])"
        )
        found = [line for line in text.lower().split() if line.startswith("fd77::")]
        self.assertEqual(len(found), 1, text)
        self.program("ping", "-6", "-c", "2", "-i", "0.2", "-w", "10", found[0])
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
            udp.bind((wire.HOST6, 0))
            udp.settimeout(BOUND_S)
            self.board.run(
                "u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
                f"u.sendto(b'six', socket.getaddrinfo({wire.HOST6!r}, {udp.getsockname()[1]})[0][-1])\nu.close()"
            )
            data, address = udp.recvfrom(10)
            self.assertEqual((data, address[0]), (b"six", found[0]))

    def test_renewal(self):
        """The lease is renewed each three seconds, and its address stays."""
        before = self.dnsmasq.text().count("DHCPACK")
        self.dnsmasq.wait("DHCPACK", count=before + 2)
        self.assertEqual(self.board.run("print(lan.ifconfig()[0])").strip(), self.address)

    def test_names(self):
        """The name server of DHCP stays the first, whatever the router advertises."""
        for version, expected in ((6, wire.ADDRESS6), (4, wire.ADDRESS)):
            text = self.board.run(
                f"network.ipconfig(prefer={version})\nprint(socket.getaddrinfo('answer{version}.test', 80)[0][-1][0])"
            )
            self.assertEqual(text.strip().lower(), expected)
        self.assertEqual(self.board.run("print(lan.ifconfig()[3])"), f"{wire.HOST}\n")
        self.board.start("socket.getaddrinfo('nobody.invalid', 80)")
        self.assertIn("OSError: -2", self.board.finish()[1])

    def test_mdns(self):
        """zeroconf finds the board and its service, and the board finds zeroconf."""
        self.board.run("lan.announce('_http._tcp', 80, txt=('path=/x',))")
        find = wire.mdns("find", wire.HOST, "mpy-litex")
        self.addCleanup(find.close)
        find.wait("\n")
        self.assertEqual(find.text().split(), [self.address])
        browse = wire.mdns("browse", wire.HOST, "_http._tcp")
        self.addCleanup(browse.close)
        browse.wait("\n")
        self.assertEqual(
            browse.text().strip(),
            f"mpy-litex._http._tcp.local. {self.address} 80 {{b'path': b'/x'}}",
        )
        announce = wire.mdns("announce", wire.HOST, "zeroconf-host")
        self.addCleanup(announce.close)
        announce.wait("announced")
        text = self.board.run("print(socket.getaddrinfo('zeroconf-host.local', 80)[0][-1][0])")
        self.assertEqual(text.strip(), wire.HOST)
        self.board.run("lan.announce('_http._tcp', 0)")

    def test_ping(self):
        """Small ones, large ones, fragments, and a bounded flood."""
        for size in ("8", "1472"):
            self.program("ping", "-c", "3", "-i", "0.2", "-w", "10", "-s", size, self.address)
        # A burst is more than two receive slots hold: most are answered, and the board lives.
        text = subprocess.run(
            ["ping", "-c", "200", "-i", "0.005", "-W", "2", "-q", self.address],
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        ).stdout
        received = re.search(r"(\d+) received", text)
        self.assertIsNotNone(received, text)
        self.assertGreater(int(received[1]), 50)
        self.program("ping", "-c", "1", "-w", "10", self.address)

    def test_raw_socket(self):
        """An echo of ICMP by hand (RFC 792)."""
        text = self.board.run(
            "r = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\nr.settimeout(5)\n"
            "p = bytearray(b'\\x08\\0\\0\\0\\x12\\x34\\0\\1ping')\n"
            "s = sum(p[i] << 8 | p[i + 1] for i in range(0, len(p), 2))\n"
            "s = ~(s + (s >> 16)) & 0xffff\np[2] = s >> 8\np[3] = s & 255\n"
            f"r.sendto(p, ({wire.HOST!r}, 0))\n"
            "while True:\n"
            "    d, a = r.recvfrom(100)\n"
            "    if d[-12] == 0:\n        break\n"
            "print(d[-8:], a[0])\nr.close()"
        )
        self.assertEqual(text, f"b'\\x124\\x00\\x01ping' {wire.HOST}\n")

    def test_multicast(self):
        """A group is heard once it was joined, on the interface that it was joined on, and no more once it was left."""
        group = "239.7.7.7"
        self.board.run(
            "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nu.bind(('', 7777))\nu.settimeout(1)\n"
            f"m = bytes(map(int, '{group}'.split('.'))) + bytes(map(int, lan.ifconfig()[0].split('.')))\n"
            "def heard():\n    try:\n        return u.recv(100)\n    except OSError:\n        return None"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(wire.HOST))
            for option, expected in (
                ("", None),
                ("IP_ADD_MEMBERSHIP", b"all"),
                ("IP_DROP_MEMBERSHIP", None),
            ):
                if option:
                    self.board.run(f"u.setsockopt(0, socket.{option}, m)")
                sock.sendto(b"all", (group, 7777))
                self.assertEqual(self.board.run("print(heard())"), f"{expected!r}\n")
        self.board.run("u.close()")

    def test_curl(self):
        """A page of 100,000 bytes."""
        self.board.start(
            "l = socket.socket()\nl.bind(('', 80))\nl.listen(2)\nprint('ready')\n"
            "s, a = l.accept()\n"
            "while s.readline() not in (b'\\r\\n', b''):\n    pass\n"
            "s.write(b'HTTP/1.0 200 OK\\r\\nContent-Length: 100000\\r\\n\\r\\n')\n"
            "for i in range(100):\n    s.write(bytes((j * i) & 255 for j in range(1000)))\n"
            "s.close()\nl.close()"
        )
        self.board.wait("ready")
        target = self.folder / "page"
        self.program("curl", "-sS", "-m", "30", "-o", str(target), f"http://{self.address}/")
        self.assertEqual(self.board.finish(), ("", ""))
        self.assertEqual(
            target.read_bytes(),
            b"".join(bytes((j * i) & 255 for j in range(1000)) for i in range(100)),
        )

    def test_port_scan(self):
        """Connect, SYN and FIN scans; behind them the accept queue works, and nothing is left."""
        before = self.settled()
        self.board.run("l = socket.socket()\nl.bind(('', 8080))\nl.listen(5)")
        for kind, states in (("-sT", "open"), ("-sS", "open"), ("-sF", "open|filtered")):
            text = self.program(
                "nmap", "-n", "-Pn", kind, "-p", "79-90,8070-8090", "--max-rate", "500", "--max-retries", "2",
                "--host-timeout", "30s", self.address,
            )  # fmt: skip
            with self.subTest(kind):
                self.assertRegex(text, rf"8080/tcp +{re.escape(states)} ")
        self.board.start(
            "l.settimeout(5)\nserved = 0\n"
            "while True:\n"
            "    s, a = l.accept()\n"
            "    s.settimeout(5)\n"
            "    try:\n        d = s.recv(10)\n    except OSError:\n        d = b''\n"
            "    if d == b'hello':\n        s.write(b'yes')\n        s.close()\n        break\n"
            "    s.close()\n"
            "l.close()\nl = s = None"
        )
        with socket.create_connection((self.address, 8080), BOUND_S) as sock:
            sock.sendall(b"hello")
            self.assertEqual(receive_all(sock), b"yes")
        self.assertEqual(self.board.finish(), ("", ""))
        self.assertEqual(self.settled()[1:3], before[1:3])
