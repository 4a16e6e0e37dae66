# SPDX-License-Identifier: MIT
"""WebREPL's protocol as upstream's client speaks it, and the page, in upstream's unix port; the prompt is a stand-in
(scripts/prompt.py)."""

import base64
import gzip
import hashlib
import os
import re
import socket
import struct
import time
import unittest
import urllib.error
import urllib.request

from tests.services.support import SCRATCH, USERS, Services, build, run_script, told

((USER, PASSWORD),) = USERS.items()
DATA = bytes((13 * i + (i >> 8)) & 255 for i in range(100_000))
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def setUpModule():
    build()


class WebRepl:
    """A client: what upstream's webrepl_cli does, and what it does not."""

    def __init__(self, services, password=PASSWORD):
        self.sock = socket.create_connection(("127.0.0.1", services.ports["webrepl"]), timeout=6)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.sock.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            "GET / HTTP/1.1\r\nHost: echo.websocket.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            if not line:
                raise EOFError(head)
            head += line
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert b"101 " in head and base64.b64encode(digest) in head, head
        if password is not None:
            self.login(password)

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.file.close()
        self.sock.close()

    def send(self, kind, data, final=True):
        mask = os.urandom(4)
        length = len(data)
        head = bytes([kind | (0x80 if final else 0)])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", length)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", length)
        big = int.from_bytes(data, "big") ^ int.from_bytes(
            (mask * (length // 4 + 1))[:length], "big"
        )
        self.sock.sendall(head + mask + big.to_bytes(length, "big"))

    def frame(self):
        """(kind, payload) of the next frame; (None, b"") at the end."""
        head = self.file.read(2)
        if len(head) < 2:
            return None, b""
        assert head[0] & 0x80 and not head[1] & 0x80
        length = head[1]
        if length == 126:
            (length,) = struct.unpack(">H", self.file.read(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.file.read(8))
        return head[0] & 15, self.file.read(length)

    def until(self, end):
        """Text that comes, to this end."""
        text = bytearray()
        while not text.endswith(end):
            kind, data = self.frame()
            if kind is None or kind == CLOSE:
                raise EOFError(text)
            if kind == TEXT:
                data.decode()  # each frame is text by itself
                text += data
        return bytes(text)

    def login(self, password):
        self.until(b"Password: ")
        self.send(TEXT, password.encode() + b"\r")
        self.until(b"WebREPL connected\r\n>>> ")

    def binary(self):
        while True:
            kind, data = self.frame()
            if kind is None:
                raise EOFError
            if kind == BINARY:
                return data

    def request(self, op, name="", size=0):
        raw = name.encode()
        self.send(BINARY, struct.pack("<2sBBQLH64s", b"WA", op, 0, 0, size, len(raw), raw))

    def result(self):
        magic, code = struct.unpack("<2sH", self.binary())
        assert magic == b"WB"
        return code

    def put(self, name, data, step=1024):
        self.request(1, name, len(data))
        code = self.result()
        if code:
            return code
        for at in range(0, len(data), step):
            self.send(BINARY, data[at : at + step])
        return self.result()

    def get(self, name):
        self.request(2, name)
        if self.result():
            return None
        data = b""
        while True:
            self.send(BINARY, b"\0")
            piece = self.binary()
            (length,) = struct.unpack("<H", piece[:2])
            if not length:
                break
            data += piece[2 : 2 + length]
        assert self.result() == 0
        return data


class Protocol(unittest.TestCase):
    services: Services

    @classmethod
    def setUpClass(cls):
        cls.services = Services(webrepl={}, prompt=True)

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__(None)

    def test_prompt(self):
        with WebRepl(self.services) as client:
            client.send(TEXT, b"6 * 7\r")
            self.assertIn(b"\r\n42\r\n", client.until(b">>> "))
            client.send(TEXT, "'äöü€𝄞' * 1000\r".encode())
            self.assertIn("\r\n" + "äöü€𝄞" * 1000 + "\r\n", client.until(b">>> ").decode())
            client.send(
                TEXT, b"services.terminal.terminal.write(b'\\xff\\xc3(') and ''\r"
            )  # not UTF-8
            self.assertIn(b"\r\n??(", client.until(b">>> "))

    def test_two_clients_share_it(self):
        with WebRepl(self.services) as one, WebRepl(self.services) as two:
            one.send(TEXT, b"1000 + 1\r")
            self.assertIn(b"1001", two.until(b">>> "))
            self.assertIn(b"1001", one.until(b">>> "))

    def test_files(self):
        with WebRepl(self.services) as client:
            self.assertEqual(client.put("a.bin", DATA), 0)
            self.assertEqual((self.services.folder / "a.bin").read_bytes(), DATA)
            self.assertEqual(client.get("a.bin"), DATA)
            self.assertEqual(client.put("empty", b""), 0)
            self.assertEqual(client.get("empty"), b"")
            for step in (1, 63, 64, 65, 5000, 70_000):
                data = DATA[: 100 * step] if step < 100 else DATA
                self.assertEqual(client.put("b.bin", data, step), 0)
                self.assertEqual(client.get("b.bin"), data)
            self.assertIsNone(client.get("nothing"))
            self.assertEqual(client.put("no/folder/x", b"1"), 1)
            client.request(3)
            self.assertEqual(len(client.binary()), 3)
            client.send(TEXT, b"1 + 1\r")  # the prompt is still there
            self.assertIn(b"2\r\n", client.until(b">>> "))

    def test_paste(self):
        """100 KB at once arrive whole and in order."""
        with WebRepl(self.services) as client:
            client.send(TEXT, b"received.clear()\r")
            client.until(b">>> ")
            text = b"".join(b"%07d " % i for i in range(12_800))
            client.send(TEXT, text)
            client.send(TEXT, b"\r")
            client.until(b">>> ")
            client.send(TEXT, b"received.told()\r")
            self.assertIn(told(text), client.until(b">>> "))

    def test_slow_client(self):
        """Output that the socket does not take at once arrives whole."""
        with WebRepl(self.services) as client:
            for count in (300, 1500):
                client.send(
                    TEXT,
                    b"[services.terminal.terminal.write(b'~' * 1000) for i in range(%d)] and ''\r"
                    % count,
                )
                time.sleep(1)
                text = client.until(b"\r\n>>> ")
                self.assertEqual(text.count(b"~"), 1000 * count + 1)

    def test_prompt_during_transfer(self):
        with WebRepl(self.services) as client:
            client.request(1, "c.bin", len(DATA))
            self.assertEqual(client.result(), 0)
            client.send(BINARY, DATA[:50_000])
            client.send(TEXT, b"40 + 3\r")
            self.assertIn(b"\r\n43\r\n", client.until(b">>> "))
            client.send(PING, b"")
            client.send(BINARY, DATA[50_000:])
            self.assertEqual(client.result(), 0)
            self.assertEqual(client.get("c.bin"), DATA)
        client = WebRepl(self.services)  # leaves in the middle
        client.request(1, "d.bin", 1000)
        self.assertEqual(client.result(), 0)
        client.__exit__()
        with WebRepl(self.services) as client:
            self.assertEqual(client.put("d.bin", b"again"), 0)
            self.assertEqual(client.get("d.bin"), b"again")

    def test_control_frames(self):
        with WebRepl(self.services) as client:
            client.send(PING, b"are you there")
            while (frame := client.frame())[0] != PONG:
                pass
            self.assertEqual(frame[1], b"are you there")
            client.send(TEXT, b"3 ", final=False)
            client.send(0, b"* 4\r")
            self.assertIn(b"\r\n12\r\n", client.until(b">>> "))
            client.send(CLOSE, b"\x03\xe8")
            while (frame := client.frame())[0] not in (CLOSE, None):
                pass
            self.assertEqual(frame, (CLOSE, b"\x03\xe8"))

    def test_a_frame_in_pieces(self):
        """The mask goes on where the piece before ended."""
        mask, data = b"\x11\x22\x44\x88", b"6 * 7 + 1".ljust(110) + b"\r"
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        with WebRepl(self.services) as client:
            client.sock.sendall(bytes((0x80 | TEXT, 0x80 | len(data))) + mask + masked[:3])
            client.until(b"6 *")  # the echo: three bytes have arrived
            client.sock.sendall(masked[3:])
            self.assertIn(b"43", client.until(b">>> "))

    def test_broken_clients(self):
        for data in (
            b"\x81\x05hello",  # no mask
            b"\xf1\x80\0\0\0\0",  # reserved bits
            b"\x89\xfe\x01\x00\0\0\0\0",  # a ping of 256 bytes
            b"\x82\xff" + b"\xff" * 8 + b"\0\0\0\0",  # no end
            b"\x82\xd2\0\0\0\0" + b"X" * 82,  # not a request
        ):
            with WebRepl(self.services) as client:
                try:
                    client.sock.sendall(data)
                    while client.frame()[0] is not None:
                        pass
                except ConnectionResetError:
                    pass  # it left what we sent unread
        for data in (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 1000, b"\xff" * 5000, b"\r\n\r\n", b""):
            with socket.create_connection(
                ("127.0.0.1", self.services.ports["webrepl"]), 30
            ) as sock:
                try:
                    sock.sendall(data)
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(1000):
                        pass
                except (ConnectionResetError, BrokenPipeError):
                    pass
        with WebRepl(self.services) as client:
            client.send(TEXT, b"2 + 2\r")
            self.assertIn(b"4\r\n", client.until(b">>> "))

    def test_passwords(self):
        start = time.monotonic()
        with WebRepl(self.services, None) as client:
            client.until(b"Password: ")
            client.send(TEXT, b"wrong\r")
            client.until(b"Access denied\r\nPassword: ")
            client.send(TEXT, PASSWORD[:9].encode() + b"\r")
            client.until(b"Access denied\r\n")
            self.assertGreater(time.monotonic() - start, 1.4)
            client.until(b"Password: ")
            for byte in PASSWORD.encode() + b"\r":  # typed
                client.send(TEXT, bytes([byte]))
            client.until(b">>> ")
        with WebRepl(self.services, None) as client:
            client.until(b"Password: ")
            client.request(2, "a.bin")
            with self.assertRaises(EOFError):
                client.binary()


class Frames(unittest.TestCase):
    def test_frames(self):
        self.assertRegex(run_script("frames.py"), r"(?m)^\d+ passed, 0 failed$")


class Password(unittest.TestCase):
    def test_own_and_long(self):
        long = "a läng password " * 7
        with Services(webrepl={"password": long}, prompt=True) as services:
            with WebRepl(services, None) as client:
                client.until(b"Password: ")
                client.send(TEXT, PASSWORD.encode() + b"\r")  # that of a user is not this one
                client.until(b"Access denied\r\nPassword: ")
                client.send(TEXT, long.encode()[:-1] + b"\r")
                client.until(b"Access denied\r\nPassword: ")
                client.send(TEXT, long.encode() + b"\r8 + 9\r")  # typed ahead
                self.assertIn(b"\r\n17\r\n", client.until(b"17\r\n>>> "))
            with WebRepl(services, None) as client:
                client.until(b"Password: ")
                for _ in range(3):
                    client.send(TEXT, b"guess\r")
                    client.until(b"Access denied\r\n")
                with self.assertRaises(EOFError):
                    client.until(b">>> ")
            with WebRepl(services, None) as client:
                client.until(b"Password: ")
                client.send(TEXT, b"x" * 10_000)
                with self.assertRaises((EOFError, ConnectionResetError)):
                    client.until(b">>> ")
            with WebRepl(services, long) as client:  # is not delayed by them
                client.send(TEXT, b"2 + 3\r")
                self.assertIn(b"5\r\n", client.until(b">>> "))

    def test_setup(self):
        self.assertRegex(run_script("setup.py", folder=SCRATCH), r"(?m)^\d+ passed, 0 failed$")


class Page(unittest.TestCase):
    def test_files(self):
        with Services(http={}, webrepl={}) as services:
            place = f"http://127.0.0.1:{services.ports['http']}"
            for _ in range(3):  # more than one load
                with urllib.request.urlopen(place + "/", timeout=6) as answer:
                    page = gzip.decompress(answer.read()).decode()
                    self.assertIn(
                        f"ws://*:{services.ports['webrepl']}",
                        answer.headers["Content-Security-Policy"],
                    )
                links = re.findall(r'(?:src|href)="([^"]+)"', page)
                self.assertGreater(len(links), 4)
                total = 0
                for link in links:
                    self.assertTrue(link.startswith("/") and not link.startswith("//"), link)
                    with urllib.request.urlopen(place + link, timeout=6) as answer:
                        body = answer.read()
                        total += len(body)
                        self.assertTrue(gzip.decompress(body))
                        tag = answer.headers["ETag"]
                self.assertLess(total, 250_000)
            request = urllib.request.Request(place + link, headers={"If-None-Match": tag})
            with self.assertRaises(urllib.error.HTTPError) as same:
                urllib.request.urlopen(request, timeout=6)
            self.assertEqual(same.exception.code, 304)
            same.exception.close()


if __name__ == "__main__":
    unittest.main()
