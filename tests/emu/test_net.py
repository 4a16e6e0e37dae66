# SPDX-License-Identifier: MIT
"""--net: what lxemu refuses and says, a network without a host, captures, injected faults, forwarded ports."""

import socket
import struct
import subprocess
import unittest

from tests.emu.support import LXEMU, ROOT, TestCase, lxemu

SOC = ROOT / "build" / "soc" / "net"
KERNEL = ROOT / "build" / "firmware" / "net" / "firmware.bin"
SESSION = ROOT / "tests" / "trace" / "session_net.py"
CTRL_D, CTRL_E = b"\x04", b"\x05"
RECORD = struct.Struct("<4I")
FILE_HEADER = 24
ARPS = 4  # requests of the session


def session():
    return CTRL_E + SESSION.read_bytes().replace(b"\n", b"\r") + CTRL_D


def frames(path):
    """(time in ns, frame) of each record of a capture."""
    data = path.read_bytes()
    assert data[:4] == bytes.fromhex("4d3cb2a1")
    at = FILE_HEADER
    result = []
    while at < len(data):
        seconds, ns, size, _ = RECORD.unpack_from(data, at)
        at += RECORD.size
        result.append((seconds * 10**9 + ns, data[at : at + size]))
        at += size
    return result


class NetTest(TestCase):
    def run_session(self, *options):
        done = lxemu(*options, "--kernel", KERNEL, SOC, stdin=session())
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def test_bad_input(self):
        cases = {
            "bridge": "give user, tap=NAME or library=FILE",
            "user=x": "give user",
            "tap": "give tap=NAME",
            "library": "give library=FILE",
            "library=/nowhere/peer.so": "give the path of a shared library",
            "tap=a-name-that-is-too-long": "at most 15 characters",
            "user,hostfwd=tcp:8080": "as tcp::8080-:80",
            "user,hostfwd=tcp::8080-:99999": "as tcp::8080-:80",
            "user,hostfwd=icmp::1-:1": "as tcp::8080-:80",
            "user,loss=101": "percentage from 0 to 100",
            "user,seed=x": "give a number",
            "user,colour=red": "no such option",
            "user,pcap=/nowhere/file": "cannot write the capture",
            "rate=0": "in Mbit/s",
            "pcap=x": "give --net user",
        }
        for spec, message in cases.items():
            with self.subTest(spec):
                done = lxemu("--net", spec, "--kernel", KERNEL, SOC)
                text = done.stderr.decode()
                self.assertEqual(done.returncode, 2, text)
                self.assertIn(message, text)
                self.assertEqual(text.count("\n"), 1, text)

    def test_a_soc_without_a_mac(self):
        base = ROOT / "build" / "soc" / "base"
        done = lxemu("--net", "user", "--kernel", KERNEL, base)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--with-ethernet", done.stderr.decode())

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = lxemu("--net", f"user,hostfwd=tcp::{port}-:80", "--kernel", KERNEL, SOC)
        self.assertEqual(done.returncode, 2)
        self.assertIn("choose another port", done.stderr.decode())

    def test_without_a_host_each_run_is_the_same(self):
        traces, captures = [], []
        for name in ("one", "two"):
            trace, capture = self.folder / f"{name}.trace", self.folder / f"{name}.pcap"
            options = ("--net", "user", "--net", f"pcap={capture}", "--trace-csr", trace)
            said = self.run_session(*options)
            self.assertIn("end of the session", said.rpartition("===")[2])
            traces.append(trace.read_bytes())
            captures.append(capture.read_bytes())
        self.assertEqual(traces[0], traces[1])
        self.assertEqual(captures[0], captures[1])
        seen = frames(capture)
        self.assertEqual(len(seen), 2 * ARPS)
        self.assertEqual([at for at, _ in seen], sorted(at for at, _ in seen))
        for _, frame in seen:
            self.assertEqual(frame[12:14], b"\x08\x06")

    def test_injected_faults(self):
        capture = self.folder / "lost.pcap"
        script = CTRL_E + SESSION.read_bytes().replace(b"print(receive())", b"pass")
        script = script.replace(b"\n", b"\r") + CTRL_D
        for options, answers in (("loss=100", 0), ("duplicate=100", 4 * ARPS), ("", ARPS)):
            with self.subTest(options):
                net = "user" + ("," + options if options else "")
                arguments = ("--net", f"{net},pcap={capture}", "--kernel", KERNEL, SOC)
                done = lxemu(*arguments, stdin=script)
                self.assertEqual(done.returncode, 0, done.stderr)
                seen = [frame for _, frame in frames(capture)]
                self.assertEqual(len(seen), ARPS + answers)

    def test_a_forwarded_port_is_open_on_loopback(self):
        command = [
            LXEMU,
            "--net",
            "user,hostfwd=tcp::0-:80",
            "--uart",
            "tcp:0",
            "--kernel",
            KERNEL,
        ]
        with subprocess.Popen([*command, SOC], stderr=subprocess.PIPE, text=True) as process:
            try:
                line = process.stderr.readline()
                self.assertRegex(line, r"net: 127\.0\.0\.1:\d+ leads to port 80")
                port = int(line.split(":")[2].split()[0])
                socket.create_connection(("127.0.0.1", port), timeout=10).close()
            finally:
                process.terminate()
                process.wait(10)


if __name__ == "__main__":
    unittest.main()
