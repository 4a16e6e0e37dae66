# SPDX-License-Identifier: MIT
"""jtag.XVCServer without its socket: the protocol in pieces of any length, bad input, and the lock."""

import struct

import ecp5
from harness import bitstream, board, check, equal, raises, refused, run

import jtag

IDCODE_BITS = "".join(str(0x41111043 >> i & 1) for i in range(32))
GOOD = bitstream("25f-compress.bit")


class Client:
    """Pushes commands into a server and collects its answers."""

    def __init__(self, it, piece=1000, **named):
        self.answers = bytearray()
        self.piece = piece
        self.server = jtag.XVCServer(port=None, transport=it, **named)
        self.open = self.server.open(self.answers.extend)

    def push(self, data):
        return all(
            self.server.push(data[at : at + self.piece]) for at in range(0, len(data), self.piece)
        )

    def ask(self, data):
        check(self.push(data))
        answer = bytes(self.answers)
        self.answers[:] = b""
        return answer

    def shift(self, tms, tdi):
        """Strings of 0 and 1, first clock first; TDO likewise."""
        count = len(tms)
        size = (count + 7) // 8
        vectors = [sum(int(bit) << i for i, bit in enumerate(bits)) for bits in (tms, tdi)]
        data = b"".join(vector.to_bytes(size, "little") for vector in vectors)
        answer = self.ask(b"shift:" + struct.pack("<I", count) + data)
        equal(len(answer), size)
        value = int.from_bytes(answer, "little")
        return "".join(str(value >> i & 1) for i in range(count))


def test_protocol():
    it, p = board()
    for piece in (1, 2, 3, 7, 1000):
        client = Client(it, piece)
        equal(client.ask(b"getinfo:"), b"xvcServer_v1.0:1024\n")
        equal(client.ask(b"settck:" + struct.pack("<I", 100)), struct.pack("<I", 100))
        # Reset, Shift-DR, and the IDCODE comes out.
        client.shift("11111" + "0100", "1" * 9)
        out = client.shift("0" * 31 + "1", "1" * 32)
        equal(sum(int(bit) << i for i, bit in enumerate(out)), 0x41111043)
        # Several commands at once.
        answer = client.ask(b"getinfo:" + b"shift:\x01\0\0\0\1\1" + b"getinfo:")
        equal(answer[:20], b"xvcServer_v1.0:1024\n")
        equal(len(answer), 41)
        client.server.close()
        p.program(GOOD)


def test_long_shifts():
    """Through the data register and out again, ending in any place of a byte."""
    it, p = board()
    client = Client(it)
    for count in (8192, 8191, 8190, 4099, 65, 33, 32, 31, 9, 8, 7, 1):
        client.shift("11111" + "0100", "1" * 9)
        pattern = "".join("01"[i * i // 7 & 1] for i in range(count))
        out = client.shift("0" * count, pattern)
        equal(out[:32], IDCODE_BITS[:count])
        equal(out[32:], pattern[: max(0, count - 32)])


def test_bad_input():
    for bad in (
        b"hello:",
        b"x" * 20,
        b"shift:\xff\xff\xff\xff",
        b"shift:" + struct.pack("<I", 8193),
        b":",
        b"getinfo" + b"\0" * 9,
    ):
        it, p = board()
        client = Client(it)
        check(not client.push(bad), bad)
        check(not client.push(b"getinfo:"), bad)
        client.server.close()
    raises(ValueError, lambda: Client(it, vector_bytes=8))


def test_lock():
    it, p = board()
    client = Client(it)
    check(client.open)
    refused("XVC server's client", p.program, GOOD)
    refused("XVC server's client", p.idcode)
    client.server.hang_up()
    p.program(GOOD)
    p.flash.open()
    other = Client(it)
    check(not other.open)
    check(not other.push(b"getinfo:"))
    p.flash.close()
    check(Client(it).open)


def test_its_clock_does_not_stay():
    it, _ = board(fault="fast-tck=10000000")
    p = ecp5.Programmer(it, freq=5_000_000)
    client = Client(it)
    client.ask(b"settck:" + struct.pack("<I", 40))
    client.server.close()
    equal(p.idcode(), 0x41111043)


def test_the_tap_is_left_in_reset():
    """A client that is gone in the middle of a scan, and Ctrl-C, which comes at each operation of one."""
    it, p = board()
    client = Client(it)
    client.shift("11111" + "0100", "1" * 9)
    check(not it.state()["in_reset"])
    client.server.hang_up()
    check(it.state()["in_reset"])
    server = jtag.XVCServer(port=None, transport=it)
    for last in (b"", KeyboardInterrupt()):
        server._listener = gone = Socket((b"shift:\x09\0\0\0\x5f\0\xff\xff", last))
        gone.write = lambda data: None
        check(server.poll())
        check(not it.state()["in_reset"])
        try:
            check(not server.poll())
            check(not last)
        except KeyboardInterrupt:
            check(last)
        check(gone.closed and it.state()["in_reset"])
        equal(p.idcode(), 0x41111043)
    check(server.open(lambda data: server.hang_up()))
    server.push(b"shift:\x09\0\0\0\x5f\0\xff\xff")
    check(it.state()["in_reset"])
    check(not server.push(b"getinfo:"))
    equal(p.idcode(), 0x41111043)
    for n in range(1, 5):
        client = Client(it)
        client.shift("11111" + "0100", "1" * 9)
        it.interrupt_at(n)
        try:
            client.shift("0" * 100, "1" * 100)
            for _ in range(3):
                client.shift("0", "1")
            client.server.hang_up()
        except KeyboardInterrupt:
            client.server.hang_up()
        it.interrupt_at(0)
        check(it.state()["in_reset"])
        equal(p.idcode(), 0x41111043)


def test_a_scan_is_not_disturbed():
    """ecp5.prog_close() with nothing to close, in the middle of a client's scan."""
    it, p = board()
    ecp5.init(transport=it)
    client = Client(it)
    client.shift("11111" + "0100", "1" * 9)
    check(ecp5.prog_close() is False)
    check(ecp5.prog(GOOD) is False)
    check(ecp5.flash_close() is False)
    out = client.shift("0" * 32, "1" * 32)
    equal(out, IDCODE_BITS)
    client.server.close()
    check(ecp5.flash_open())
    check(ecp5.prog_close() is False)
    equal(ecp5._programmer.flash.read_into(bytearray(4)), 4)
    ecp5._programmer.flash.close()


class Socket:
    """A client that takes no answer; or the listener that brings it."""

    def __init__(self, says=()):
        self.closed = False
        self.says = list(says)

    def accept(self):
        return self, None

    def recv(self, n):
        said = self.says.pop(0) if self.says else b"getinfo:"
        if isinstance(said, KeyboardInterrupt):
            raise said
        return said

    def write(self, data):
        raise OSError(110)  # as recv() says when nothing has come

    def setblocking(self, on):
        pass

    def settimeout(self, seconds):
        pass

    def close(self):
        self.closed = True


def test_an_answer_that_does_not_go_out():
    it, p = board()
    server = jtag.XVCServer(port=None, transport=it)
    server._listener = client = Socket()
    check(not server.poll())
    check(client.closed)
    p.program(GOOD)


def test_an_answer_that_fails():
    it, p = board()

    def fail(data):
        raise OSError(104)

    server = jtag.XVCServer(port=None, transport=it)
    check(server.open(fail))
    equal(raises(OSError, server.push, b"getinfo:").errno, 104)
    server.close()
    p.program(GOOD)


run(globals())
