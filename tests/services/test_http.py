# SPDX-License-Identifier: MIT
"""The HTTP server and its REST surface in upstream's unix port, by urllib, curl and raw sockets."""

import base64
import json
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from tests.models import support as models
from tests.services.support import SCRATCH, USERS, Services, build

((USER, PASSWORD),) = USERS.items()
DATA = bytes((11 * i + (i >> 8)) & 255 for i in range(200_000))


def setUpModule():
    build()
    models.build()


class Client:
    def __init__(self, services):
        self.place = f"http://127.0.0.1:{services.ports['http']}"
        self.token = None

    def ask(self, method, path, body=None, **headers):
        """(status, body, headers) of a request."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, (dict, int)):
            body = json.dumps(body).encode()
        request = urllib.request.Request(self.place + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), error.headers

    def json(self, *arguments, **headers):
        status, body, _ = self.ask(*arguments, **headers)
        return status, json.loads(body)

    def login(self, password=PASSWORD):
        status, answer = self.json("POST", "/login", {"user": USER, "password": password})
        self.token = answer.get("token")
        return status


class Files(unittest.TestCase):
    at: str
    client: Client
    services: Services

    @classmethod
    def setUpClass(cls):
        cls.services = Services(http={})
        cls.client = Client(cls.services)
        assert cls.client.login() == 200
        cls.at = f"/files{cls.services.folder}"

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__(None)

    def test_write_read_rename_delete(self):
        client, at = self.client, self.at
        self.assertEqual(client.json("PUT", f"{at}/a.bin", DATA), (200, {"done": "200000 bytes"}))
        status, body, headers = client.ask("GET", f"{at}/a.bin")
        self.assertEqual((status, body), (200, DATA))
        self.assertEqual(headers["Content-Length"], "200000")
        self.assertNotIn("Access-Control-Allow-Origin", headers)
        status, body, headers = client.ask("GET", f"{at}/a.bin", Range="bytes=1000-1999")
        self.assertEqual((status, body), (206, DATA[1000:2000]))
        self.assertEqual(headers["Content-Range"], "bytes 1000-1999/200000")
        self.assertEqual(client.ask("GET", f"{at}/a.bin", Range="bytes=199990-")[1], DATA[-10:])
        self.assertEqual(client.ask("GET", f"{at}/a.bin", Range="bytes=200000-")[0], 416)
        self.assertEqual(client.ask("PUT", f"{at}/a.bin?at=100", b"resumed")[0], 200)
        want = DATA[:100] + b"resumed" + DATA[107:]
        self.assertEqual(client.ask("GET", f"{at}/a.bin")[1], want)
        name = str(self.services.folder / "b c.bin")
        self.assertEqual(client.json("POST", f"{at}/a.bin", {"rename": name})[0], 200)
        status, listed = client.json("GET", at)
        entry = listed["entries"][0]
        self.assertEqual(
            (entry["name"], entry["bytes"], entry["folder"]), ("b c.bin", 200_000, False)
        )
        self.assertEqual(client.ask("GET", f"{at}/b%20c.bin")[1], want)
        self.assertEqual(client.json("POST", f"{at}/d", {"folder": True})[0], 200)
        self.assertEqual(client.json("DELETE", f"{at}/d")[0], 200)
        self.assertEqual(client.json("DELETE", f"{at}/b%20c.bin")[0], 200)
        self.assertEqual(client.json("GET", at), (200, {"entries": []}))

    def test_refused(self):
        client, at = self.client, self.at
        for method, path, status in (
            ("GET", f"{at}/nothing", 404),
            ("DELETE", f"{at}/nothing", 404),
            ("PUT", f"{at}/a%00b", 400),
            ("PUT", f"{at}/no/folder/x", 404),
            ("DELETE", "/files/..", 400),
            ("GET", "/nowhere", 404),
            ("POST", "/info", 405),
            ("POST", f"{at}/x", 400),
        ):
            with self.subTest(path):
                self.assertEqual(
                    client.json(method, path, b"x" if method != "GET" else None)[0], status
                )
        self.assertEqual(client.json("PUT", "/csr/leds_out", 1)[0], 404)
        self.assertEqual(client.json("GET", "/csr/leds_out")[0], 404)

    def test_curl(self):
        """User and password with each request, as shell scripts do it."""
        (SCRATCH / "up.bin").write_bytes(DATA)
        url = f"{self.client.place}{self.at}/curl.bin"
        curl = ["curl", "-sS", "-f", "--user", f"{USER}:{PASSWORD}"]
        subprocess.run([*curl, "-T", "up.bin", url], cwd=SCRATCH, check=True, capture_output=True)
        down = subprocess.run([*curl, url], cwd=SCRATCH, check=True, capture_output=True)
        self.assertEqual(down.stdout, DATA)
        part = subprocess.run([*curl, "-r", "5-9", url], check=True, capture_output=True)
        self.assertEqual(part.stdout, DATA[5:10])
        self.client.ask("DELETE", f"{self.at}/curl.bin")

    def test_info(self):
        status, info = Client(self.services).json("GET", "/info")
        self.assertEqual((status, info["platform"]), (200, "linux"))
        self.assertEqual(info["services"], {"http": self.services.ports["http"]})


class Login(unittest.TestCase):
    def test_nothing_without(self):
        with Services(http={}) as services:
            client = Client(services)
            for method, path in (
                ("GET", "/files/"),
                ("GET", f"/files{services.folder}"),
                ("PUT", f"/files{services.folder}/x"),
                ("DELETE", f"/files{services.folder}/x"),
                ("POST", f"/files{services.folder}/x"),
                ("PUT", "/fpga"),
                ("PUT", "/flash?addr=0"),
                ("PUT", "/csr/x"),
                ("GET", "/csr/x"),
                ("GET", "/events"),
                ("POST", "/logout"),
            ):
                for token in (None, "0" * 32, ""):
                    client.token = token
                    self.assertEqual(client.json(method, path, b"1")[0], 401, (method, path))
            self.assertEqual(list(services.folder.iterdir()), [])
            client.token = None
            start = time.monotonic()
            self.assertEqual(client.login("wrong"), 401)
            bad = base64.b64encode(b"owner:wrong").decode()
            self.assertEqual(client.json("GET", "/files/", Authorization=f"Basic {bad}")[0], 401)
            self.assertGreater(time.monotonic() - start, 1.4)
            for body in (
                b"",
                b"{",
                b"[]",
                b"1",
                b'{"user": 1}',
                b'{"user": "owner", "password": 5}',
            ):
                self.assertIn(client.ask("POST", "/login", body)[0], (400, 401))
                break  # each costs its time: one is enough
            self.assertEqual(client.login(), 200)
            self.assertEqual(client.json("POST", "/logout")[0], 200)
            self.assertEqual(client.json("GET", "/files/")[0], 401)

    def test_malformed(self):
        """Whatever comes, the server answers the next one."""
        with Services(http={"idle_s": 1}) as services:
            for data in (
                b"\r\n",
                b"GET\r\n\r\n",
                b"GET / HTTP\r\n\r\n",
                b"GET / HTTP/1.0\r\nno colon\r\n\r\n",
                b"GET / HTTP/1.0\r\nContent-Length: x\r\n\r\n",
                b"PUT /fpga HTTP/1.0\r\nContent-Length: -5\r\n\r\n",
                b"GET /" + b"x" * 100_000 + b" HTTP/1.0\r\n\r\n",
                b"GET / HTTP/1.0\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
                b"\xff\xfe\x00 / HTTP/1.0\r\n\r\n",
                b"POST /login HTTP/1.0\r\nContent-Length: 100\r\n\r\n{",
                b"POST /login HTTP/1.0\r\nContent-Length: 99999999999\r\n\r\n{",
            ):
                with socket.create_connection(("127.0.0.1", services.ports["http"]), 20) as sock:
                    try:
                        sock.sendall(data)
                        while sock.recv(4096):
                            pass
                    except (ConnectionResetError, BrokenPipeError):
                        pass
                self.assertEqual(Client(services).json("GET", "/info")[0], 200, data[:40])


class Fpga(unittest.TestCase):
    def test_load_and_write(self):
        bit = models.bitstream("25f-compress.bit").read_bytes()
        packed = models.bitstream("25f-compress.bit.gz").read_bytes()
        other = models.bitstream("85f-compress.bit").read_bytes()
        with models.Board("--times", "none") as board, Services(board.xvc, http={}) as services:
            client = Client(services)
            client.login()
            events = urllib.request.urlopen(
                f"{client.place}/events?token={client.token}", timeout=30
            )
            for data in (bit, packed):
                status, answer = client.json("PUT", "/fpga", data)
                self.assertEqual(status, 200, answer)
                self.assertIn("102686 bytes", answer["done"])
            with events:
                told = []
                while not told or "IDCODE" not in told[-1]["text"]:
                    line = events.readline()
                    if line.startswith(b"data: {") and len(line) > 10:
                        told.append(json.loads(line[6:]))
                self.assertEqual(told[-1]["what"], "fpga")
            status, answer = client.json("PUT", "/fpga", other)
            self.assertEqual(status, 400)
            self.assertIn("bitstream is for LFE5U-85F", answer["error"])
            status, answer = client.json("PUT", "/flash?addr=0x200000", packed)
            self.assertEqual(status, 200, answer)
            self.assertIn("26 written, verified", answer["done"])
            status, answer = client.json("PUT", "/flash?addr=0x200001", packed)
            self.assertEqual(status, 400)
            self.assertIn("multiple of 4096", answer["error"])


if __name__ == "__main__":
    unittest.main()
