# SPDX-License-Identifier: MIT
"""What goes over a data connection. Each has run(session, connection), which returns a sentence, and close(), which
gives up what has not ended."""

from asyncio import sleep_ms
from time import ticks_diff, ticks_ms

from services.targets import buffer_of

DRAIN_MS = (
    5000  # for which the rest of a failed upload is read, so that the client comes to read why
)
_YIELD = 32768  # bytes after which others have their turn, though the peer is faster


class Listing:
    def __init__(self, entries, form) -> None:
        self.entries = entries
        self.form = form

    async def run(self, session, connection) -> str:
        count = 0
        text = b""
        for name, info in self.entries:
            text += self.form(name, info).encode()
            count += 1
            if len(text) > 1024:
                await connection.write(text)
                text = b""
        await connection.write(text)
        return "{} entries".format(count)

    def close(self) -> None:
        pass


class Sending:
    def __init__(self, source) -> None:
        self.source = source

    async def run(self, session, connection) -> str:
        buffer = buffer_of(session.buffer_bytes)
        readinto = self.source.readinto
        turn = 0
        while True:
            n = readinto(buffer)
            if not n:
                return "{} bytes".format(session.moved)
            await connection.write(buffer[:n])
            session.move(n)
            turn += n
            if turn >= _YIELD:
                turn = 0
                await sleep_ms(0)

    def close(self) -> None:
        self.source.close()


class Receiving:
    def __init__(self, sink) -> None:
        self.sink = sink

    async def run(self, session, connection) -> str:
        buffer = buffer_of(session.buffer_bytes)
        try:
            await receive(session, connection, self.sink.write, buffer)
            sink, self.sink = self.sink, None
            return sink.finish()
        except Exception:
            self.close()
            await drain(connection, buffer)
            raise

    def close(self) -> None:
        if self.sink:
            sink, self.sink = self.sink, None
            sink.abort()


async def receive(session, connection, write, buffer) -> None:
    """All that comes, in pieces as large as the buffer where the peer is fast enough."""
    size = len(buffer)
    fill = turn = 0
    while True:
        n = await connection.readinto(buffer[fill:] if fill else buffer)
        fill += n
        if fill == size or not n:
            write(buffer[:fill] if fill < size else buffer)
            session.move(fill)
            turn += fill
            fill = 0
            if not n:
                return
            if turn >= _YIELD:
                turn = 0
                await sleep_ms(0)


async def drain(connection, buffer) -> None:
    start = ticks_ms()
    while ticks_diff(ticks_ms(), start) < DRAIN_MS:
        try:
            if not await connection.readinto(buffer):
                return
        except OSError:
            return
