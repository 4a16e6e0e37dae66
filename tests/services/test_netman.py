# SPDX-License-Identifier: MIT
"""The network manager in upstream's unix port, against a scripted network (scripts/fakenetwork.py) and real DNS and NTP
exchanges on loopback."""

import calendar
import select
import socket
import struct
import threading
import unittest

from tests.services.support import SCRATCH, build, run_script

NOW = calendar.timegm((2026, 11, 28, 12, 34, 56)) + 2_208_988_800
DEAF = 2  # requests that get no answer


def setUpModule():
    build()


class Servers(threading.Thread):
    """DNS at `port`, NTP at the next: each is deaf at first, then answers wrongly once."""

    def __init__(self):
        super().__init__(daemon=True)
        while True:
            self.dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.ntp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.dns.bind(("127.0.0.1", 0))
            self.port = self.dns.getsockname()[1]
            try:
                self.ntp.bind(("127.0.0.1", self.port + 1))
                break
            except (OSError, OverflowError):
                self.dns.close()
                self.ntp.close()
        self.asked = {self.dns: 0, self.ntp: 0}
        self.stopper, self.stopped = socket.socketpair()

    def run(self):
        while True:
            ready = select.select([self.dns, self.ntp, self.stopped], [], [])[0]
            if self.stopped in ready:
                return
            for sock in ready:
                request, peer = sock.recvfrom(512)
                self.asked[sock] += 1
                if self.asked[sock] > DEAF:
                    wrong = self.asked[sock] == DEAF + 1
                    sock.sendto(
                        (self.address if sock is self.dns else self.time)(request, wrong), peer
                    )

    def address(self, request, wrong):
        if wrong:
            return request[:2] + b"\x81\x83" + request[4:]  # NXDOMAIN
        alias = b"\xc0\x0c\0\5\0\1\0\0\0\x10" + struct.pack(">H", 7) + b"\4real\xc0\x11"
        record = b"\4real\xc0\x11\0\1\0\1\0\0\0\x10\0\4\x7f\0\0\1"
        return request[:2] + b"\x81\x80\0\1\0\2\0\0\0\0" + request[12:] + alias + record

    def time(self, request, wrong):
        return (
            b"\x24" if wrong else b"\x24\2" + bytes(38) + struct.pack(">II", NOW & 0xFFFFFFFF, 0)
        )

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *details):
        self.stopper.close()
        self.join()
        for sock in (self.dns, self.ntp, self.stopped):
            sock.close()


class Manager(unittest.TestCase):
    def test_scripted(self):
        with Servers() as servers:
            output = run_script("manager.py", str(servers.port), folder=SCRATCH)
            self.assertRegex(output, r"(?m)^\d+ passed, 0 failed$")
            self.assertGreater(servers.asked[servers.dns], DEAF + 1)
            self.assertEqual(servers.asked[servers.ntp], DEAF + 2)


if __name__ == "__main__":
    unittest.main()
