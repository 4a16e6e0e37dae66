# SPDX-License-Identifier: MIT
"""Sockets of the emulated board against this machine's, through libslirp."""

import contextlib
import queue
import socket
import threading
import zlib

from tests.net.board import BOUND_S, HOST, NetTest, free_port, pattern, receive_all

SIZE = 300_000


class LeaseTest(NetTest):
    """DHCP, addresses and the interface itself."""

    def test_lease(self):
        board = self.board()
        self.assertEqual(board.run("import network\nprint(network.LAN(0).status())"), "0\n")
        board.up()
        self.assertEqual(
            board.run("print(lan.ifconfig(), lan.status(), lan.isconnected(), lan.active())"),
            "('10.0.2.15', '255.255.255.0', '10.0.2.2', '10.0.2.3') 3 True True\n",
        )
        self.assertEqual(
            board.run("lan.ifconfig('dhcp')\nprint(lan.ifconfig()[0])"), "10.0.2.15\n"
        )
        self.assertEqual(board.run("print(lan.status('speed'))"), "100\n")
        self.assertEqual(board.run("print(lan.ipconfig('dhcp4'), lan.ipconfig('has_dhcp4'))"), "True True\n")  # fmt: skip

    def test_ipv6_configures_itself(self):
        board = self.board().up()
        text = board.run(
            "t = time.ticks_ms()\n"
            "while len(lan.ipconfig('addr6')) < 2 and time.ticks_diff(time.ticks_ms(), t) < 20000:\n"
            "    time.sleep_ms(50)\n"
            "print(lan.ipconfig('addr6'))"
        )
        self.assertIn("FE80::", text.upper())
        self.assertIn("FEC0::", text.upper())

    def test_fixed_address(self):
        board = self.board()
        board.run(
            "import network\nlan = network.LAN(0)\nlan.active(True)\n"
            "lan.ifconfig(('10.0.2.77', '255.255.255.0', '10.0.2.2', '10.0.2.3'))"
        )
        peer = self.peer(lambda connection: connection.sendall(b"yes"))
        text = board.run(
            f"import socket\ns = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\nprint(s.read(3))"
        )
        self.assertEqual(text, "b'yes'\n")

    def test_down_and_up(self):
        board = self.board().up()
        board.run("lan.active(False)")
        self.assertEqual(board.run("print(lan.active(), lan.status(), lan.isconnected())"), "False 0 False\n")  # fmt: skip
        board.run("lan.active(True)\nlan.ifconfig('dhcp')")
        self.assertEqual(board.run("print(lan.status())"), "3\n")

    def test_mac(self):
        board = self.board()
        board.run("import network\nlan = network.LAN(0)")
        self.assertRegex(board.run("print(lan.config('mac').hex())"), "^024c[0-9a-f]{8}\n$")
        board.run("lan.config(mac=b'\\x02\\x01\\x02\\x03\\x04\\x05')")
        board.up()
        self.assertEqual(board.run("print(lan.config('mac').hex())"), "020102030405\n")

    def test_phy(self):
        board = self.board()
        board.run("import network\nlan = network.LAN(0)")
        old = int(board.run("print(lan.phy_read(4))"))
        board.run(f"lan.phy_write(4, {old ^ 0x40})")
        self.assertEqual(int(board.run("print(lan.phy_read(4))")), old ^ 0x40)

    def test_bad_input(self):
        board = self.board()
        board.run("import network\nlan = network.LAN(0)")
        for code, error in (
            ("network.LAN(1)", "ValueError: "),
            ("network.LAN('eth9')", "ValueError: "),
            ("network.LAN(0, phy_addr=32)", "ValueError: phy_addr must be 0 to 31"),
            ("lan.ifconfig('dhcp')", "OSError: the LAN is not active: call active(True) first"),
            ("lan.ifconfig('static')", "ValueError: ifconfig takes"),
            ("lan.ifconfig(('1.2.3', '255.0.0.0', '1.2.3.4', 'x'))", "ValueError: DNS server 'x' is not an IPv4 address"),
            ("lan.ifconfig(('1.2.3.400', '255.0.0.0', '1.2.3.4', '1.2.3.4'))", "ValueError: address '1.2.3.400' is not"),
            ("lan.config(mac=b'\\x01\\x00\\x00\\x00\\x00\\x01')", "ValueError: mac is a multicast address"),
            ("lan.config(mac=b'123')", "ValueError: mac must have 6 bytes"),
            ("lan.config(hostname='x' * 33)", "ValueError: hostname must have at most 32"),
            ("lan.config('ssid')", "ValueError: unknown config param"),
            ("lan.phy_read(32)", "ValueError: PHY registers are 0 to 31"),
            ("lan.announce('http', 80)", "ValueError: 'http' is not a service"),
            ("lan.status('rssi')", "ValueError: unknown status param rssi"),
        ):  # fmt: skip
            with self.subTest(code):
                board.start(code)
                self.assertIn(error, board.finish()[1])

    def test_no_link(self):
        board = self.board(None)
        board.run("import network\nlan = network.LAN(0)\nlan.active(True)")
        self.assertEqual(board.run("print(lan.status(), lan.isconnected())"), "0 False\n")
        board.start("lan.ifconfig('dhcp')")
        self.assertIn("OSError: no link", board.finish()[1])


class TcpTest(NetTest):
    """TCP both ways."""

    def test_receive(self):
        data = pattern(SIZE)
        peer = self.peer(lambda connection: connection.sendall(data))
        board = self.board().up()
        text = board.run(
            f"import binascii\ns = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\n"
            "crc = n = 0\nb = bytearray(8192)\n"
            "while k := s.readinto(b):\n    n += k\n    crc = binascii.crc32(memoryview(b)[:k], crc)\n"
            "s.close()\nprint(n, crc)"
        )
        self.assertEqual(text, f"{SIZE} {zlib.crc32(data)}\n")

    def test_send(self):
        got: queue.Queue[bytes] = queue.Queue()
        peer = self.peer(lambda connection: got.put(receive_all(connection)))
        board = self.board().up()
        board.run(
            "b = bytes((i * 7) & 255 for i in range(10007))\n"
            f"s = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\n"
            "for i in range(30):\n    s.write(b)\ns.close()"
        )
        self.assertEqual(got.get(timeout=BOUND_S), bytes((i * 7) & 255 for i in range(10007)) * 30)

    def test_server(self):
        port = free_port()
        board = self.board(f"user,hostfwd=tcp::{port}-:80").up()
        board.start(
            "l = socket.socket()\nl.bind(('', 80))\nl.listen(2)\nprint('ready')\n"
            "for i in range(3):\n"
            "    s, a = l.accept()\n"
            "    while d := s.recv(1000):\n        s.write(d)\n"
            "    s.close()\n"
            "l.close()"
        )
        board.wait("ready")
        for i in range(3):
            data = pattern(20_000, i)
            with socket.create_connection(("127.0.0.1", port), BOUND_S) as sock:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                self.assertEqual(receive_all(sock), data)
        self.assertEqual(board.finish(), ("", ""))

    def test_closed_before_accept(self):
        port = free_port()
        board = self.board(f"user,hostfwd=tcp::{port}-:80").up()
        board.run("l = socket.socket()\nl.bind(('', 80))\nl.listen(4)")
        for data in (b"", b"late"):
            with socket.create_connection(("127.0.0.1", port), BOUND_S) as sock:
                sock.sendall(data)
            text = board.run("time.sleep_ms(300)\ns, a = l.accept()\nprint(s.read())\ns.close()")
            self.assertEqual(text, f"{data!r}\n")

    def test_listener_with_a_queue_goes(self):
        """Connections that nobody accepted end with the listener, whatever the length of its queue."""
        port = free_port()
        board = self.board(f"user,hostfwd=tcp::{port}-:80").up()
        for backlog in (0, 1, 5):
            board.run(
                f"l = socket.socket()\nl.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
                f"l.bind(('', 80))\nl.listen({backlog})"
            )
            socks = [socket.create_connection(("127.0.0.1", port), BOUND_S) for _ in range(4)]
            board.run("time.sleep_ms(300)\nl.close()\nl = None\ngc.collect()")
            for sock in socks:
                sock.settimeout(BOUND_S)
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(sock.recv(1), b"")
                sock.close()
            board.run("x = [bytes(1000) for i in range(200)]\nx = None\ngc.collect()\ntime.sleep_ms(300)")  # fmt: skip
        self.assertEqual(board.run("print(lan.stats()['buffers_used'])"), "0\n")

    def test_refused(self):
        board = self.board().up()
        board.start(f"s = socket.socket()\ns.connect(({HOST!r}, {free_port()}))")
        self.assertRegex(board.finish()[1], r"OSError: .*ECONN")

    def test_reuse_address(self):
        board = self.board().up()
        board.run("a = socket.socket()\na.bind(('', 80))\na.listen(1)")
        board.start("b = socket.socket()\nb.bind(('', 80))\nb.listen(1)")
        self.assertIn("EADDRINUSE", board.finish()[1])
        board.run(
            "a.close()\na = socket.socket()\na.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
            "a.bind(('', 80))\na.listen(1)\na.close()"
        )


class NonBlockingTest(NetTest):
    """Sockets that must not block, select and asyncio."""

    def test_no_delay_of_what_is_not_a_connection(self):
        """Upstream writes behind the memory of a listener, of a UDP socket and of a closed one."""
        board = self.board().up()
        text = board.run(
            "import socket\n"
            "def no_delay(s):\n"
            "    try:\n"
            "        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n"
            "        return 'set'\n"
            "    except OSError as e:\n"
            "        return e.errno\n"
            "listener = socket.socket()\n"
            "print(no_delay(listener))\n"
            "listener.bind(('0.0.0.0', 8000))\n"
            "listener.listen(2)\n"
            "print(no_delay(listener), no_delay(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))\n"
            "listener.close()\n"
            "print(no_delay(listener))"
        )
        self.assertEqual(text, "set\n95 95\n9\n")

    def test_send_never_blocks(self):
        """A peer that never reads: send() says EAGAIN at once when all is full."""
        end = threading.Event()
        self.addCleanup(end.set)
        peer = self.peer(lambda connection: end.wait(BOUND_S))
        board = self.board().up()
        text = board.run(
            f"s = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\ns.setblocking(False)\n"
            "n = 0\nlongest = 0\nfull = 0\n"
            "while full < 20:\n"
            "    t = time.ticks_ms()\n"
            "    try:\n        n += s.send(bytes(5000))\n"
            "    except OSError as e:\n        assert e.errno == 11, e\n        full += 1\n"
            "    longest = max(longest, time.ticks_diff(time.ticks_ms(), t))\n"
            "print(n > 10000, longest < 20)\ns.close()"
        )
        self.assertEqual(text, "True True\n")

    def test_receive_and_accept(self):
        peer = self.peer(lambda connection: connection.recv(1))
        board = self.board().up()
        text = board.run(
            f"s = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\ns.setblocking(False)\n"
            "l = socket.socket()\nl.bind(('', 80))\nl.listen(1)\nl.setblocking(False)\n"
            "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nu.setblocking(False)\n"
            "for f in (lambda: s.recv(1), l.accept, lambda: u.recv(1)):\n"
            "    t = time.ticks_ms()\n"
            "    try:\n        f()\n"
            "    except OSError as e:\n        print(e.errno, time.ticks_diff(time.ticks_ms(), t) < 5)\n"
            "print(s.read(1))"
        )
        self.assertEqual(text, "11 True\n" * 3 + "None\n")

    def test_connect(self):
        peer = self.peer(lambda connection: connection.sendall(b"hello"))
        board = self.board().up()
        text = board.run(
            "s = socket.socket()\ns.setblocking(False)\n"
            f"try:\n    s.connect(({HOST!r}, {peer.port}))\nexcept OSError as e:\n    assert e.errno == 115, e\n"
            "p = select.poll()\np.register(s, select.POLLOUT)\nprint(p.poll(5000)[0][1])\n"
            "p.modify(s, select.POLLIN)\np.poll(5000)\nprint(s.read(5))\ns.close()"
        )
        self.assertEqual(text, "4\nb'hello'\n")

    def test_poll_wakes_at_once(self):
        """No period of polling is in the way of a frame: a round trip takes less than a tick."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo:
            echo.bind(("127.0.0.1", 0))
            echo.settimeout(BOUND_S)
            board = self.board().up()
            board.start(
                "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                f"a = ({HOST!r}, {echo.getsockname()[1]})\n"
                "p = select.poll()\np.register(u, select.POLLIN)\n"
                "for i in range(10):\n"
                "    u.sendto(b'%d' % i, a)\n    assert p.poll(10000)\n    assert u.recv(10) == b'%d' % i\n"
            )
            for _ in range(10):
                data, address = echo.recvfrom(100)
                echo.sendto(data, address)
            self.assertEqual(board.finish(), ("", ""))

    def test_asyncio(self):
        port = free_port()
        peer = self.peer(lambda connection: connection.sendall(connection.recv(100) * 2))
        board = self.board(f"user,hostfwd=tcp::{port}-:80").up()
        board.start(
            "import asyncio\n"
            "served = 0\n"
            "async def serve(r, w):\n"
            "    global served\n"
            "    line = await r.readline()\n    w.write(b'>' + line)\n    await w.drain()\n"
            "    w.close()\n    await w.wait_closed()\n    served += 1\n"
            "async def fetch(i):\n"
            f"    r, w = await asyncio.open_connection({HOST!r}, {peer.port})\n"
            "    w.write(b'%d' % i)\n    await w.drain()\n    d = await r.read(100)\n"
            "    w.close()\n    await w.wait_closed()\n    return d\n"
            "async def main():\n"
            "    s = await asyncio.start_server(serve, '0.0.0.0', 80)\n"
            "    print(await asyncio.gather(*(fetch(i) for i in range(4))))\n"
            "    print('ready')\n"
            "    while served < 3:\n        await asyncio.sleep_ms(10)\n"
            "    s.close()\n    await s.wait_closed()\n"
            "asyncio.run(main())"
        )
        board.wait("ready")
        for i in range(3):
            with socket.create_connection(("127.0.0.1", port), BOUND_S) as sock:
                sock.sendall(b"line %d\n" % i)
                self.assertEqual(receive_all(sock), b">line %d\n" % i)
        self.assertEqual(board.finish()[1], "")

    def test_getaddrinfo_ends(self):
        """A name server that does not answer."""
        board = self.board().up()
        board.run("network.ipconfig(dns='10.0.2.99')")
        board.start(
            "t = time.ticks_ms()\ntry:\n    socket.getaddrinfo('nobody.invalid', 80)\n"
            "except OSError as e:\n    print(e.errno, time.ticks_diff(time.ticks_ms(), t) < 25000)"
        )
        self.assertEqual(board.finish(), ("-2 True\n", ""))


class UdpTest(NetTest):
    """Datagrams."""

    def test_echo_server(self):
        port = free_port(socket.SOCK_DGRAM)
        board = self.board(f"user,hostfwd=udp::{port}-:7").up()
        board.start(
            "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nu.bind(('', 7))\nprint('ready')\n"
            "for i in range(7):\n    d, a = u.recvfrom(2000)\n    u.sendto(d, a)"
        )
        board.wait("ready")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(BOUND_S)
            sock.connect(("127.0.0.1", port))
            for size in (1, 2, 3, 100, 1000, 1471, 1472):
                data = pattern(size)
                sock.send(data)
                self.assertEqual(sock.recv(2000), data)
        self.assertEqual(board.finish(), ("", ""))


class EndTest(NetTest):
    """What ends a wait, and what a soft reset leaves: nothing."""

    def test_ctrl_c(self):
        end = threading.Event()
        self.addCleanup(end.set)
        peer = self.peer(lambda connection: end.wait(BOUND_S))
        board = self.board().up()
        board.run(
            f"s = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\nnetwork.ipconfig(dns='10.0.2.99')"
        )
        for code in (
            "s.recv(1)",
            "s.readline()",
            "l = socket.socket()\nl.bind(('', 81))\nl.listen(1)\nprint('go')\nl.accept()",
            "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nprint('go')\nu.recv(1)",
            "c = socket.socket()\nprint('go')\nc.connect(('10.0.2.98', 1))",
            "socket.getaddrinfo('nobody.invalid', 80)",
            "p = select.poll()\np.register(s, select.POLLIN)\np.poll()",
            "for i in range(10000): s.write(bytes(10000))",
        ):
            with self.subTest(code):
                board.start("print('start')\n" + code)
                board.wait("go" if "'go'" in code else "start")
                board.interrupt()
                self.assertIn("KeyboardInterrupt", board.finish()[1])
                board.run("gc.collect()")
        # The answer to the name that was given up changes nothing.
        board.run("time.sleep(12)\nx = [i for i in range(1000)]\nprint(sum(x))")

    def test_soft_reset_closes_all(self):
        port = free_port()
        ended = []
        peer = self.peer(lambda connection: ended.append(receive_all(connection)))
        board = self.board(f"user,hostfwd=tcp::{port}-:80")
        for _ in range(3):
            board.up()
            board.run(
                f"s = socket.socket()\ns.connect(({HOST!r}, {peer.port}))\ns.send(b'x')\n"
                "l = socket.socket()\nl.bind(('', 80))\nl.listen(2)\n"
                "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nu.bind(('', 9))\n"
                "r = socket.socket(socket.AF_INET, socket.SOCK_RAW, 99)"
            )
            with socket.create_connection(("127.0.0.1", port), BOUND_S) as sock:
                board.run("c, a = l.accept()\nc.send(b'y')")
                self.assertEqual(sock.recv(1), b"y")
                board.soft_reset()
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(sock.recv(1), b"")
            board.run("x = [bytes(1000) for i in range(3000)]")
        board.up()
        self.assertEqual(
            board.run("s = lan.stats()\nprint(s['buffers_used'], s['tcp_connections'])"), "0 0\n"
        )
