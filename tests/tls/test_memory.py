# SPDX-License-Identifier: MIT
"""TLS on the emulated SoC `net`, both ends on the board: versions, suites, certificates that are not to be trusted."""

import tempfile
import unittest
from pathlib import Path

from tests.tls import certificates
from tests.tls.board import Board

HERE = Path(__file__).resolve().parent


class Memory(unittest.TestCase):
    board: Board

    @classmethod
    def setUpClass(cls) -> None:
        cls.board = Board()
        cls.addClassCleanup(cls.board.close)
        with tempfile.TemporaryDirectory() as folder:
            certificates.make(Path(folder))
            for name in ("ca", "self_signed", *certificates.LEAVES):
                for path in sorted(Path(folder).glob(f"{name}.[pdk]e*")):
                    cls.board.put(path)
        cls.board.check((HERE / "peers.py").read_text())

    def setUp(self) -> None:
        self.board.set_clock()

    def connect(self, certificate, authority="'ca.der'", hostname=certificates.NAME, more=""):
        """What the client says of a server with this certificate."""
        return self.board.check(f"""
            def content(name):
                with open(name, "rb") as f:
                    return f.read()
            authority = {authority}
            client = client_context(content(authority) if authority else None)
            {more}
            try:
                s, c = connect(server_context("{certificate}.pem", "{certificate}.key"), client, {hostname!r})
                print(*c.cipher())
            except (OSError, ValueError) as error:
                print(type(error).__name__, str(error).strip())
            """)

    def test_versions_suites_and_data(self) -> None:
        suites = (
            ("good", "TLS1-3-AES-128-GCM-SHA256", "TLSv1.3"),
            ("good", "TLS1-3-CHACHA20-POLY1305-SHA256", "TLSv1.3"),
            ("rsa", "TLS1-3-AES-256-GCM-SHA384", "TLSv1.3"),
            ("good", "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256", "TLSv1.2"),
            ("good", "TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256", "TLSv1.2"),
            ("rsa", "TLS-ECDHE-RSA-WITH-AES-256-GCM-SHA384", "TLSv1.2"),
        )
        for certificate, suite, version in suites:
            with self.subTest(suite=suite):
                said = self.connect(certificate, more=f"client.set_ciphers([{suite!r}])")
                self.assertEqual(said, f"{suite} {version}")
                said = self.board.check("""
                    assert read_exactly(s, 5) == b"hello"
                    block = bytes(range(256)) * 4
                    for size in (1, 15, 16, 17, 1024):
                        s.write(block[:size])
                        assert read_exactly(c, size) == block[:size]
                        c.write(block[:size])
                        assert read_exactly(s, size) == block[:size]
                    c.close(); s.close()
                    print("same")
                    """)
                self.assertEqual(said, "same")

    def test_der_and_bytes(self) -> None:
        said = self.board.check("""
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(content("good.der"), content("good.key"))
            client = client_context()
            client.verify_mode = ssl.CERT_REQUIRED
            client.load_verify_locations(cafile="ca.pem")
            s, c = connect(server, client, "board.example")
            print(c.getpeercert(True) == content("good.der"))
            """)
        self.assertEqual(said, "True")

    def test_bad_certificates(self) -> None:
        for certificate, expected in (
            ("expired", "ValueError The certificate validity has expired"),
            ("future", "ValueError The certificate validity starts in the future"),
            (
                "wrong_name",
                "ValueError The certificate Common Name (CN) does not match with the expected CN",
            ),
            (
                "self_signed",
                "ValueError The certificate is not correctly signed by the trusted CA",
            ),
        ):
            with self.subTest(certificate=certificate):
                self.assertEqual(self.connect(certificate), expected)
                # Nothing is checked unless it is asked for.
                self.assertIn("TLSv1.3", self.connect(certificate, authority=None))

    def test_names(self) -> None:
        self.assertIn("does not match", self.connect("good", hostname="elsewhere.example"))
        self.assertIn("TLSv1.3", self.connect("self_signed", authority="'self_signed.der'"))
        self.assertIn("requires server_hostname", self.connect("good", hostname=None))

    def test_wrong_files(self) -> None:
        for code, expected in (
            ("server_context(b'x', content('good.key'))", "ValueError: invalid cert"),
            ("server_context(content('good.der'), b'x')", "ValueError: invalid key"),
            ("client_context(b'x')", "ValueError: invalid cert"),
            ("server_context('missing', 'missing')", "OSError: [Errno 2] ENOENT"),
            (
                "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations()",
                "ValueError: give cafile or cadata",
            ),
        ):
            with self.subTest(code=code):
                self.assertIn(expected, self.board.run(code)[1])

    def test_a_record_that_was_changed(self) -> None:
        said = self.board.check("""
            class Tap(Pipe):
                broken = False
                def write(self, data):
                    data = bytearray(data)
                    if self.broken:
                        data[-1] ^= 1
                    return Pipe.write(self, data)
            up, down = bytearray(), bytearray()
            tap = Tap(down, up)
            s = server_context("good.pem", "good.key").wrap_socket(Pipe(up, down), server_side=True, do_handshake_on_connect=False)
            c = client_context().wrap_socket(tap, do_handshake_on_connect=False)
            while not c.write(b"hello"):
                s.read(1)
            assert read_exactly(s, 5) == b"hello"
            tap.broken = True
            c.write(b"secret")
            try:
                print(s.read(6))
            except OSError as error:
                print(error)
            """)
        self.assertEqual(said, "-29056")  # MBEDTLS_ERR_SSL_INVALID_MAC, as upstream has it

    def test_no_leak(self) -> None:
        said = self.board.check("""
            import gc
            def once():
                s, c = connect(server_context("good.pem", "good.key"), client_context(content("ca.der")), "board.example")
                c.close()
                s.close()
            once()
            gc.collect()
            before = gc.mem_free()
            for _ in range(5):
                once()
            gc.collect()
            print(before - gc.mem_free() < 4096)
            """)
        self.assertEqual(said, "True")

    def test_soft_reset_in_a_handshake(self) -> None:
        """What PSA keeps of it is in the heap that goes."""
        board = Board()
        self.addCleanup(board.close)
        for _ in range(3):
            board.run((HERE / "peers.py").read_text())
            output, error = board.run("""
                up, down = bytearray(), bytearray()
                c = client_context().wrap_socket(Pipe(down, up), do_handshake_on_connect=False)
                c.write(b"hello")
                print(len(up) > 100)
                """)
            self.assertEqual((output, error), ("True", ""))
            board.console.write(b"\x04")
            board.console.read_until(b"raw REPL; CTRL-B to exit\r\n>")


class ClockAndEntropy(unittest.TestCase):
    def board_with(self, wiring=""):
        file = tempfile.NamedTemporaryFile("w", suffix=".txt")
        self.addCleanup(file.close)
        file.write(wiring)
        file.flush()
        board = Board("--wiring", file.name)
        self.addCleanup(board.close)
        return board

    def test_a_clock_that_was_not_set(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            certificates.make(folder)
            ca, cert, key = ((folder / n).read_bytes() for n in ("ca.der", "good.der", "good.key"))
        board = self.board_with()
        board.run((HERE / "peers.py").read_text())
        code = f"""
            ca, cert, key = {ca!r}, {cert!r}, {key!r}
            try:
                connect(server_context(cert, key), client_context(ca), "board.example")
                print("connected")
            except ValueError as error:
                print(error)
            """
        self.assertIn("the clock is not set", board.run(code)[0])
        self.assertIn("ntptime.settime()", board.run(code)[0])
        board.set_clock()
        self.assertEqual(board.run(code), ("connected", ""))

    def test_health_failure_ends_tls(self) -> None:
        for fault, expected in (
            (1, "does not answer"),
            (2, "repetition count"),
            (3, "adaptive proportion"),
        ):
            with self.subTest(fault=fault):
                board = self.board_with(f"value trng.fault {fault}\n")
                self.assertIn(expected, board.run("import os; os.urandom(4)")[1])
                error = board.run("import tls; tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)")[1]
                self.assertIn(expected, error)

    def test_seeds(self) -> None:
        # The pool has other sources as well, so here are the core's own words.
        code = """
            from litex import csr_read, csr_write
            words = []
            for _ in range(4):
                while csr_read("trng_status") != 1:
                    pass
                words.append(csr_read("trng_data"))
                csr_write("trng_control", 1)
            print(words)
            """
        first, again, other = (
            self.board_with(f"value trng.seed {seed}\n").run(code)[0] for seed in (7, 7, 8)
        )
        self.assertEqual(len(set(map(int, first.strip("[]").split(",")))), 4)
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
