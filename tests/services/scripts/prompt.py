# SPDX-License-Identifier: MIT
"""A stand-in for the port's prompt where os.dupterm() is missing: it echoes what is typed, and a line that ends in CR is
answered by what eval() makes of it. `slow` takes a byte at a time, with a pause after each 256."""

from asyncio import core
from binascii import hexlify
from hashlib import sha256

import services.terminal
from services.loop import loop


class Received:
    """What was read since clear(): its length and its hash, since a megabyte would be the whole heap."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.count = 0
        self._hash = sha256()
        return ""

    def add(self, data):
        self.count += len(data)
        self._hash.update(data)

    def told(self):
        """Both, as text; what comes then counts anew."""
        text = "{} {}".format(self.count, hexlify(self._hash.digest()).decode())
        self.clear()
        return text


received = Received()


class Os:
    attached = None

    @staticmethod
    def dupterm(terminal):
        Os.attached, before = terminal, Os.attached
        if terminal and not before:
            loop.spawn(prompt(terminal))
        return before

    @staticmethod
    def dupterm_notify(_):
        Os.notified += 1

    notified = 0


async def prompt(terminal):
    line = bytearray()
    byte = bytearray(1)
    piece = bytearray()  # since the last line's end
    while Os.attached is terminal:
        for _ in range(256):
            if not terminal.readinto(byte):
                break
            if byte[0] == 13:
                if not line.startswith(b"received."):  # which asks
                    received.add(piece)
                piece[:] = b""
                terminal.write(b"\r\n")
                try:
                    value = eval(line.decode(), globals())
                    text = value if isinstance(value, str) else repr(value)
                    terminal.write(text.encode() + b"\r\n")
                except Exception as error:
                    terminal.write(repr(error).encode() + b"\r\n")
                terminal.write(b">>> ")
                line[:] = b""
            else:
                piece.extend(byte)
                if len(piece) == 1024:
                    received.add(piece)
                    piece[:] = b""
                if len(line) < 100:
                    line.extend(byte)
                    terminal.write(bytes(byte))
        await core.sleep_ms(1)


services.terminal.os = Os
