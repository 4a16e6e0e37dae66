# SPDX-License-Identifier: MIT
"""TLS over sockets, the emulated SoC `net` against openssl and Python's ssl; requests and mip on the board."""

import socket
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.packages import server, test_http
from tests.tls import certificates
from tests.tls.board import HOST, Board

SCRIPTS = Path(server.__file__).resolve().parent
PORT = 4433
# What openssl s_server and s_client call the versions.
VERSIONS = {"-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}
BOUND_S = 60

CONNECT = """
import socket, ssl
def connect(port, name, authority="ca.der"):
    s = socket.socket()
    s.settimeout(20)
    s.connect(("{host}", port))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cafile=authority)
    try:
        return context.wrap_socket(s, server_hostname=name)
    except Exception:
        s.close()
        raise
"""

SERVE = """
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("good.pem", "good.key")
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", {port}))
listener.listen(2)
print("ready")
for _ in range({count}):
    s, _ = listener.accept()
    s.settimeout(20)
    try:
        t = context.wrap_socket(s, server_side=True)
        line = t.readline()
        t.write(b"board: " + line)
        print(*t.cipher())
        t.close()
    except (OSError, ValueError) as error:
        print(error)
    s.close()
listener.close()
"""


class Sockets(unittest.TestCase):
    board: Board
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        certificates.make(cls.folder)
        cls.board = Board(network=True, forward=(PORT,))
        cls.addClassCleanup(cls.board.close)
        cls.board.set_clock()
        for name in ("ca.der", "ca.pem", "self_signed.pem", "good.pem", "good.key"):
            cls.board.put(cls.folder / name)
        cls.board.check(CONNECT.replace("{host}", HOST))

    def s_server(self, certificate, *options):
        """An openssl s_server; return its port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [
                *("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", *options),
                *("-cert", f"{certificate}.pem", "-key", f"{certificate}.key"),
            ],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def end() -> None:
            process.kill()
            process.wait()
            process.stdout.close()

        self.addCleanup(end)
        for line in process.stdout:
            if line.startswith("ACCEPT"):
                return port
        raise AssertionError("openssl s_server does not start")

    def test_client_of_openssl(self) -> None:
        for option, version in VERSIONS.items():
            # mbedtls 3.6 offers RSA-PSS for TLS 1.3, and its TLS 1.2 refuses a server that picks it, as openssl does.
            for certificate in ("good",) if version == "TLSv1.2" else ("good", "rsa"):
                with self.subTest(version=version, certificate=certificate):
                    port = self.s_server(certificate, option)
                    said = self.board.check(f"""
                        t = connect({port}, "{certificates.NAME}")
                        t.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
                        print(t.cipher()[1], t.readline())
                        t.close()
                        """)
                    self.assertEqual(said, f"{version} b'HTTP/1.0 200 ok\\r\\n'")

    def test_bad_certificates_of_openssl(self) -> None:
        for certificate, expected in (
            ("expired", "validity has expired"),
            ("wrong_name", "does not match with the expected CN"),
            ("self_signed", "not correctly signed"),
        ):
            for option, version in VERSIONS.items():
                with self.subTest(version=version, certificate=certificate):
                    port = self.s_server(certificate, option)
                    said = self.board.check(f"""
                        try:
                            connect({port}, "{certificates.NAME}")
                        except ValueError as error:
                            print(error)
                        connect({port}, "{certificates.NAME}", None).close()
                        """)
                    self.assertIn(expected, said)

    def test_server_for_openssl(self) -> None:
        self.board.start(SERVE.format(port=PORT, count=len(VERSIONS)))
        self.board.wait_for("ready")
        for option in VERSIONS:
            result = subprocess.run(
                [
                    *("openssl", "s_client", "-connect", f"127.0.0.1:{self.board.ports[PORT]}"),
                    *(
                        "-quiet",
                        "-no_ign_eof",
                        option,
                        "-CAfile",
                        "ca.pem",
                        "-verify_return_error",
                    ),
                    *("-verify_hostname", certificates.NAME),
                ],
                cwd=self.folder,
                input="hello\n",
                capture_output=True,
                text=True,
                timeout=BOUND_S,
            )
            # s_client leaves at the end of its input; the board says what it has got.
            self.assertIn("verify return:1", result.stderr)
        output, error = self.board.finish()
        self.assertEqual(error, "")
        self.assertEqual(
            [line.split()[-1] for line in output.splitlines() if line], list(VERSIONS.values())
        )

    def test_server_for_python(self) -> None:
        wrong = ssl.create_default_context(cafile=self.folder / "self_signed.pem")
        right = ssl.create_default_context(cafile=self.folder / "ca.pem")
        self.board.start(SERVE.format(port=PORT, count=3))
        self.board.wait_for("ready")
        address = ("127.0.0.1", self.board.ports[PORT])
        with self.assertRaises(ssl.SSLCertVerificationError):
            with socket.create_connection(address, timeout=BOUND_S) as s:
                wrong.wrap_socket(s, server_hostname=certificates.NAME)
        with self.assertRaises(ssl.SSLCertVerificationError):
            with socket.create_connection(address, timeout=BOUND_S) as s:
                right.wrap_socket(s, server_hostname="elsewhere.example")
        with socket.create_connection(address, timeout=BOUND_S) as s:
            with right.wrap_socket(s, server_hostname=certificates.NAME) as t:
                t.sendall(b"hello\n")
                self.assertEqual(t.recv(100), b"board: hello\n")
                self.assertEqual(t.version(), "TLSv1.3")
        output, error = self.board.finish()
        self.assertEqual(error, "")
        self.assertEqual(len(output.strip().splitlines()), 3, output)

    def test_requests(self) -> None:
        with server.serve(self.folder, host=HOST) as (plain, secure, _):
            arguments = ["script.py", plain.address, secure.address, "."]
            script = (SCRIPTS / "script.py").read_text()
            output = self.board.check(f"import sys\nsys.argv[:] = {arguments!r}\n{script}", 300)
        self.assertEqual(output.splitlines()[-1], "10 passed")

    def test_mip(self) -> None:
        with server.serve(host=HOST) as (plain, _, _):
            plain.files = test_http.mip_files()
            script = (SCRIPTS / "mip_script.py").read_text()
            output = self.board.check(
                f"import sys\nsys.argv[:] = ['mip_script.py', {plain.address!r}]\n{script}", 300
            )
        self.assertEqual(output.splitlines()[-1], "passed")
