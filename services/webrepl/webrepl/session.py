# SPDX-License-Identifier: MIT
"""One client of WebREPL: upstream's handshake, password, terminal (text frames) and file transfer (binary frames)."""

import os
import struct
from asyncio import sleep_ms

from services.journal import log
from services.terminal import Client, terminal

from services import auth, net
from webrepl import socket as ws

TRIES = 3
PASSWORD_MAX = 128
PIECE = 1024  # of a file that is sent
_REQUEST = "<2sBBQLH64s"
_REQUEST_BYTES = 82
_PUT, _GET, _VERSION = 1, 2, 3


class WebClient(Client):
    """Frames to the client, whole ones: what the socket does not take at once goes before the next."""

    def __init__(self, sock) -> None:
        super().__init__(sock)
        self._rest = b""  # of a frame that the socket did not take
        self._begun = b""  # of a character

    def flushed(self) -> bool:
        """Whether nothing of an earlier frame is left."""
        if self._rest:
            n = self.sock.write(self._rest)
            self._rest = self._rest[n or 0 :]
        return not self._rest

    def frame(self, kind: int, data) -> bool:
        """False: not yet."""
        if not self.flushed():
            return False
        frame = ws.header(kind, len(data)) + data
        n = self.sock.write(frame) or 0
        self._rest = frame[n:]
        return True

    def send(self, data):
        """Output of the prompt, as text frames of whole characters: the begin of one waits for its rest."""
        data = self._begun + bytes(memoryview(data)[:PIECE])
        text, begun = _whole(data)
        if text and not self.frame(ws.TEXT, text):
            return None
        n = len(data) - len(self._begun)
        self._begun = begun
        return n


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
        return True
    except (UnicodeError, ValueError):
        return False


def _whole(data: bytes) -> tuple:
    """(valid UTF-8, with ? for bytes that are none; the begin of a last character that is not whole)"""
    if _is_text(data):
        return data, b""
    begun = b""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4):
                data, begun = data[:-back], data[-back:]
            break
    if not _is_text(data):
        data = bytes([byte if byte < 128 else 63 for byte in data])
    return data, begun


class Session:
    def __init__(self, connection, password, http_port: int) -> None:
        self.connection = connection
        self.password = password
        self.http_port = http_port
        self.client = WebClient(connection.sock)
        self.frames = ws.Frames(connection)
        self.ahead = b""  # typed behind the password
        self.buffer = memoryview(bytearray(PIECE))

    async def run(self) -> None:
        if not await self._handshake():
            return
        try:
            if await self._login():
                self.connection.known = True
                await self._serve()
        except ws.Broken as error:
            log("webrepl", self.connection.peer[0], error)
            await self.send(ws.CLOSE, b"\x03\xea")

    async def send(self, kind: int, data: bytes) -> None:
        while not self.client.frame(kind, data):
            await net.writable(self.client.sock)
        while not self.client.flushed():
            await net.writable(self.client.sock)

    # The beginning.

    async def _handshake(self) -> bool:
        key = None
        for number in range(60):
            try:
                line = await self.connection.readline(1024)
            except net.LineTooLong:
                return False
            if line is None:
                return False
            if not line:
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        if key is None:
            text = "HTTP/1.0 302 Found\r\nLocation: http://{}:{}/\r\nContent-Length: 0\r\n\r\n"
            own = net.address_for(self.connection.peer[0])
            await self.connection.write(text.format(own, self.http_port).encode())
            return False
        answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n"
        try:
            answer = answer.format(ws.accept_key(key.decode()))
        except (UnicodeError, ValueError):
            return False
        await self.connection.write(answer.encode())
        return True

    async def _login(self) -> bool:
        peer = self.connection.peer[0]
        await self.send(ws.TEXT, b"Password: ")
        typed = b""
        tries = 0
        while True:
            kind, length = await self.frames.next()
            if kind >= ws.CLOSE:
                if not await self._control(kind):
                    return False
                continue
            while self.frames.left:
                n = await self.frames.read(self.buffer)
                typed += bytes(self.buffer[:n])
                if len(typed) > PASSWORD_MAX:
                    raise ws.Broken("a password longer than {} bytes".format(PASSWORD_MAX))
            if kind != ws.TEXT:
                raise ws.Broken("a file before the password")
            line, end, rest = typed.replace(b"\n", b"\r").partition(b"\r")
            if not end:
                continue
            typed = rest
            if self._right(line):
                auth.succeeded(peer)
                self.ahead = rest[1:] if rest[:1] == b"\r" else rest  # behind CR or CR LF
                await self.send(ws.TEXT, b"\r\nWebREPL connected\r\n>>> ")
                return True
            tries += 1
            log("webrepl", peer, "wrong password")
            await sleep_ms(auth.failed(peer))
            await self.send(ws.TEXT, b"\r\nAccess denied\r\n")
            if tries >= TRIES:
                return False
            await self.send(ws.TEXT, b"Password: ")

    def _right(self, line: bytes) -> bool:
        try:
            text = line.decode()
        except (UnicodeError, ValueError):
            return False
        if self.password is not None:
            return auth._same(line, self.password.encode())
        return auth.check(None, text)

    async def _control(self, kind: int) -> bool:
        """Answer a ping; False: the client says goodbye."""
        data = b""
        while self.frames.left:
            n = await self.frames.read(self.buffer)
            data += bytes(self.buffer[:n])
        if kind == ws.PING:
            await self.send(ws.PONG, data)
        elif kind == ws.CLOSE:
            await self.send(ws.CLOSE, data[:2])
            return False
        return True

    # The prompt.

    async def _serve(self) -> None:
        client = self.client
        terminal.attach(client)
        log("webrepl", self.connection.peer[0], "has the prompt")
        request = b""
        try:
            await terminal.feed(client, self.ahead)
            while not client.gone:
                kind, length = await self.frames.next()
                if kind >= ws.CLOSE:
                    if not await self._control(kind):
                        return
                elif kind == ws.TEXT:
                    while self.frames.left:
                        n = await self.frames.read(self.buffer)
                        await terminal.feed(client, self.buffer[:n])
                else:
                    while self.frames.left:
                        n = await self.frames.read(self.buffer[: _REQUEST_BYTES - len(request)])
                        request += bytes(self.buffer[:n])
                        if len(request) == _REQUEST_BYTES:
                            fields, request = request, b""
                            await self._file(fields)
        finally:
            terminal.detach(client)

    # Files. The prompt goes on meanwhile: its output is frames of their own.

    async def _result(self, code: int = 0) -> None:
        await self.send(ws.BINARY, struct.pack("<2sH", b"WB", code))

    async def _file(self, request: bytes) -> None:
        magic, kind, flags, offset, size, length, name = struct.unpack(_REQUEST, request)
        if magic != b"WA" or kind not in (_PUT, _GET, _VERSION):
            raise ws.Broken("not a request for a file")
        if kind == _VERSION:
            import sys

            await self.send(ws.BINARY, bytes(sys.implementation[1][:3]))
            return
        try:
            path = name[:length].decode()
        except (UnicodeError, ValueError):
            await self._result(1)
            return
        if kind == _PUT:
            await self._put(path, size)
        else:
            await self._get(path)

    async def _bytes(self, size: int):
        """The next bytes of binary frames, at most size."""
        while not self.frames.left:
            kind, length = await self.frames.next()
            if kind >= ws.CLOSE:
                if not await self._control(kind):
                    raise OSError(104)
            elif kind != ws.BINARY:
                # Typed meanwhile.
                while self.frames.left:
                    n = await self.frames.read(self.buffer)
                    await terminal.feed(self.client, self.buffer[:n])
        return await self.frames.read(self.buffer[: min(size, len(self.buffer))])

    async def _put(self, path: str, size: int) -> None:
        file = None
        try:
            file = open(path, "wb")
        except OSError:
            await self._result(1)
            return
        failed = False
        try:
            await self._result()
            while size:
                n = await self._bytes(size)
                size -= n
                if not failed:
                    try:
                        failed = file.write(self.buffer[:n]) != n
                    except OSError as error:
                        log("webrepl", path, error)
                        failed = True
        finally:
            file.close()
        await self._result(1 if failed else 0)

    async def _get(self, path: str) -> None:
        try:
            if os.stat(path)[0] & 0x4000:
                raise OSError(21)
            file = open(path, "rb")
        except OSError:
            await self._result(1)
            return
        try:
            await self._result()
            piece = memoryview(bytearray(2 + PIECE))
            while True:
                await self._bytes(1)  # the client asks for the next one
                n = file.readinto(piece[2:])
                piece[0], piece[1] = n & 255, n >> 8
                await self.send(ws.BINARY, bytes(piece[: 2 + n]))
                if not n:
                    break
        finally:
            file.close()
        await self._result()
