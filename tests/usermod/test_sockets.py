# SPDX-License-Identifier: MIT
"""The programmer over sockets: a vecp5 server and its faults, bitstreams from web servers, and a board that is a
network cable for openFPGALoader."""

import base64
import http.server
import socket
import subprocess
import sys
import threading
import unittest

from tests.models import support as models
from tests.usermod.support import (
    ALL_PASSED,
    ROOT,
    SCRIPTS,
    UNIX,
    build_unix,
    environment,
    run_script,
)

sys.path.insert(0, str(SCRIPTS))
import verdicts  # type: ignore[import-not-found]  # noqa: E402

SOCKETS = ROOT / "tests" / "usermod" / "sockets"


def setUpModule():
    build_unix()
    models.build()


class Vecp5(unittest.TestCase):
    def test_names(self):
        with models.Board() as board:
            output = run_script(SOCKETS / "program.py", board.xvc)
            report = board.report()
        for line in ("idcode 0x41111043", "prog True", "flash True", "again True", "wrong False"):
            self.assertIn(line + "\n", output)
        self.assertIn(" is a folder: give a file in it\nfolder False\n", output)
        self.assertIn("a jtag.XVC is closed now: make another\nclosed 0\n", output)
        self.assertIn("26 blocks compared, 0 erased, 26 written; verified", output)
        self.assertIn("FPGA booted from its flash", output)
        self.assertIn("no XVC server answers at 127.0.0.1 port 1", output)
        self.assertTrue(report["user_mode"])

    def check(self, table, operation, **named):
        for fault, word in table.items():
            with (
                self.subTest(fault),
                models.Board("--fault", fault, "--clock", "tck", **named) as board,
            ):
                self.assertIn(word, run_script(SOCKETS / "fault.py", board.xvc, operation))

    def test_faults_of_a_load(self):
        self.check(verdicts.LOAD, "load")

    def test_faults_of_a_write(self):
        self.check(verdicts.WRITE, "write")

    def test_faults_of_a_write_over(self):
        content = bytearray((7 * i + (i >> 8)) & 0xFE | i & 1 for i in range(32768))
        content[0x1235] &= 0xFE
        path = models.SCRATCH / "over.bin"
        for fault, word in verdicts.ERASE.items():
            path.write_bytes(content)
            self.check({fault: word}, "over", flash_file=path)


class Handler(http.server.BaseHTTPRequestHandler):
    """Each path is a way of answering."""

    plain = packed = b""

    def log_message(self, *words):
        pass

    def answer(self, *lines, body=b""):
        self.wfile.write("".join(line + "\r\n" for line in (*lines, "")).encode("latin-1") + body)
        self.close_connection = True

    server: http.server.HTTPServer

    @staticmethod
    def chunks(data, size=1000, last=b"0\r\nTrailer: x\r\n\r\n"):
        parts = [data[at : at + size] for at in range(0, len(data), size)]
        return b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in parts) + last

    def do_GET(self):
        plain, packed = self.plain, self.packed
        here = f"http://127.0.0.1:{self.server.server_port}"
        ok, length = "HTTP/1.1 200 OK", f"Content-Length: {len(plain)}"
        chunked = "Transfer-Encoding: chunked"
        moved = "HTTP/1.1 302 Found"
        broken = self.chunks(plain[:5000], last=b"zz\r\n")
        answers = {
            "length": ([ok, length], plain),
            "close": (["HTTP/1.0 200 OK"], plain),
            "chunked": ([ok, chunked], self.chunks(plain)),
            "gzip": ([ok, f"content-length:{len(packed)}"], packed),
            "gzip-chunked": ([ok, chunked], self.chunks(packed, 777)),
            "redirect": ([moved, "Location: /length"], b""),
            "redirect-far": (["HTTP/1.1 301 Moved", f"Location: {here}/redirect"], b""),
            "folder/near": ([moved, "Location: ../length"], b""),
            "folder/../length": ([ok, length], plain),
            "near": ([moved, "Location: length"], b""),
            "without-scheme": ([moved, f"Location: {here[5:]}/length"], b""),
            "query": ([moved, "Location: ?at=length"], b""),
            "query?at=length": ([ok, length], plain),
            "fragment": ([moved, "Location: /length#here"], b""),
            "a%20space": ([ok, length], plain),
            "no-location": ([moved], b""),
            "loop": ([moved, "Location: /loop"], b""),
            "secret": ([moved, "Location: https://127.0.0.1/x"], b""),
            "short": ([ok, length], plain[:9000]),
            "short-close": (["HTTP/1.0 200 OK"], plain[:9000]),
            "bad-chunk": ([ok, chunked], broken),
            "negative-chunk": ([ok, chunked], self.chunks(plain[:5000], last=b"-5\r\n")),
            "long-chunk": ([ok, chunked], b"3e8\r\n" + plain[:1010] + b"\r\n0\r\n\r\n"),
            "silent-body": ([ok, length], plain[:9000]),
            "binary": (["HTTP/1.1 200 OK", "\xff\xfe"], plain),
            "short-chunk": ([ok, chunked], self.chunks(plain)[:5000]),
            "garbage": (["SSH-2.0-dropbear"], b""),
            "endless-header": (["x" * 5000], b""),
        }
        path = self.path[1:]
        if path == "user":
            given = self.headers.get("Authorization")
            want = "Basic " + base64.b64encode(b"me:p@ss:w").decode()
            lines = [ok, length] if given == want else ["HTTP/1.1 401 Unauthorized"]
            self.answer(*lines, body=plain if given == want else b"")
        elif path == "user-moved":
            self.answer(moved, "Location: /user")
        elif path == "empty":
            self.close_connection = True
        elif path in answers:
            lines, body = answers[path]
            self.answer(*lines, body=body)
            if path == "silent-body":
                self.rfile.read(1)  # until the client has had enough
        elif path == "silent":
            self.rfile.read(1)
            self.close_connection = True
        else:
            self.answer("HTTP/1.1 404 Not Found", "Content-Length: 0")


class Http(unittest.TestCase):
    def test_answers(self):
        Handler.plain = models.bitstream("25f-compress.bit").read_bytes()
        Handler.packed = models.bitstream("25f-compress.bit.gz").read_bytes()
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                output = run_script(SOCKETS / "http.py", server.server_port)
            finally:
                server.shutdown()
                thread.join()
        self.assertRegex(output.splitlines()[-1], ALL_PASSED, output)


class Cable(unittest.TestCase):
    @unittest.skipIf(models.available("openFPGALoader"), "openFPGALoader is not installed")
    def test_openfpgaloader(self):
        """It detects, loads the SRAM, writes and verifies the flash through jtag.XVCServer; ecp5 is locked out meanwhile."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [UNIX, SOCKETS / "cable.py", str(port), "3"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        try:
            self.assertEqual(process.stdout.readline(), "ready\n")
            good = str(models.bitstream("25f-compress.bit"))
            for arguments in (["--detect"], [good], ["-f", "--verify", good]):
                status, output = models.run(
                    "openFPGALoader",
                    *("-c", "xvc-client", "--ip", "127.0.0.1", "--port", str(port)),
                    *arguments,
                )
                self.assertEqual(status, 0, output)
            said = process.communicate(timeout=60)[0]
        finally:
            process.kill()
            process.communicate()
        self.assertIn("locked: the XVC server's client has the JTAG port", said)
        self.assertIn("client 2 left; user mode 1\n", said)
        self.assertIn("client 3 left; user mode 1\n", said)
        self.assertTrue(said.endswith("idcode 0x41111043\n"), said)


if __name__ == "__main__":
    unittest.main()
