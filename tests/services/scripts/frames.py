# SPDX-License-Identifier: MIT
"""Output of the prompt to a socket that takes a few bytes at a time."""

import io
import time

import prompt  # noqa: F401
from services.loop import loop
from services.terminal import terminal
from webrepl.session import WebClient, _whole

passed = 0


def check(what, found, wanted):
    global passed
    if found != wanted:
        raise AssertionError("{}: {}, not {}".format(what, found, wanted))
    passed += 1


class Sock(io.IOBase):
    taken = b""
    failure = None

    def write(self, data):
        if self.failure:
            raise self.failure
        self.taken += bytes(data[:7])
        return min(7, len(data)) or None

    def ioctl(self, request, argument):
        return argument & 4 if request == 3 else 0


def step(ms):
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms:
        loop.step()
        time.sleep_ms(1)


sock = Sock()
client = WebClient(sock)
terminal.attach(client)
terminal.write(b"a" * 40)
step(300)
check("the rest of a frame, with nothing behind it", sock.taken, b"\x81\x28" + b"a" * 40)
sock.taken = b""
terminal.write(b"b\xe2\x82")
step(50)
check("the begin of a character waits", sock.taken, b"\x81\x01b")
terminal.write(b"\xac")
step(50)
check("its rest", sock.taken, b"\x81\x01b\x81\x03\xe2\x82\xac")
sock.failure = OSError(104)
client._rest = b"left"
step(50)
check("a client that has gone", (client.gone, terminal.clients), (True, []))

TEXT = "aä€𝄞".encode()
for cut in range(len(TEXT) + 1):
    text, begun = _whole(TEXT[:cut])
    text.decode()
    check("cut", (text + begun, len(begun) < 4), (TEXT[:cut], True))
check("not UTF-8", _whole(b"\xff\x80(\xc3"), (b"??(", b"\xc3"))
print("{} passed, 0 failed".format(passed))
