# SPDX-License-Identifier: MIT
"""A connection as microdot reads and writes it, with limits that microdot has not."""

from services.net import LineTooLong

HEAD_MAX = 8192  # bytes of a request before its body
LINE_MAX = 2048


class Stream:
    def __init__(self, connection) -> None:
        self.connection = connection
        self.left = HEAD_MAX
        self.expected = False  # the client waits for a word before it sends the body

    async def readline(self) -> bytes:
        """A line of the head; an empty one ends it, also where the client has left."""
        try:
            line = await self.connection.readline(LINE_MAX)
        except LineTooLong:
            raise ValueError("a line of the request is too long")
        if line is None:
            return b""
        self.left -= len(line)
        if self.left < 0:
            raise ValueError("the head of the request is too long")
        if line[:7].lower() == b"expect:":
            self.expected = True
        elif not line and self.expected:
            self.expected = False
            await self.connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return line + b"\n"

    async def readexactly(self, n: int) -> bytes:
        data = bytearray(n)
        await self.fill(memoryview(data))
        return bytes(data)

    async def fill(self, view) -> None:
        """All of a buffer; OSError where the client leaves before."""
        at = 0
        while at < len(view):
            n = await self.connection.readinto(view[at:])
            if not n:
                raise OSError(104)  # ECONNRESET
            at += n

    async def readinto(self, buffer) -> int:
        return await self.connection.readinto(buffer)

    async def read(self, n: int) -> bytes:
        data = bytearray(n)
        return bytes(memoryview(data)[: await self.connection.readinto(data)])

    async def awrite(self, data) -> None:
        await self.connection.write(data)

    async def aclose(self) -> None:
        pass  # the server closes it

    def get_extra_info(self, name: str):
        return self.connection.peer
