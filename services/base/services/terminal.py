# SPDX-License-Identifier: MIT
"""The prompt for clients on the network, by os.dupterm(): all of them share the one prompt with the serial console.

Nothing is lost: what clients send is read only as fast as the prompt takes it, and what the prompt writes waits for a
client that is slow, up to STALL_MS, after which the client is dropped. A soft reset (Ctrl-D) would end the connection it
came by, and all services: one that comes from the network clears the names of the prompt instead.
"""

import io
import os
import select
from asyncio import core
from time import ticks_diff, ticks_ms

from services.journal import log
from services.loop import loop

RING = 1024  # bytes that came and were not read yet
OUT = 512  # bytes that wait for more to go with them
FLUSH_MS = 10
STALL_MS = 3000
NOTIFY = 128  # bytes that may stand before a Ctrl-C which is delivered at once

_CTRL_C = b"\x03"
_RAW_PROMPTS = (b"\x04>", b"exit\r\n>")
_PROMPT = b"\r\n>>> "


def _plain(view) -> int:
    """How many bytes come before the first Ctrl-C or Ctrl-D."""
    data = bytes(view)
    ends = [at for at in (data.find(b"\x03"), data.find(b"\x04")) if at >= 0]
    return min(ends) if ends else len(data)


class Client:
    """Where output goes. send(data) returns how many bytes it took, None for not yet."""

    def __init__(self, sock) -> None:
        self.sock = sock
        self.gone = False

    def send(self, data):
        return self.sock.write(data)

    def flushed(self) -> bool:
        """Send what is left of what send() took; whether nothing is."""
        return True

    def typed(self, data):
        """What is for the prompt of what came."""
        return data


class Terminal(io.IOBase):
    def __init__(self) -> None:
        self.clients: list = []
        self._ring = bytearray(RING)
        self._first = self._count = 0
        self._out = bytearray()
        self._tail = b""  # of the output, by which the prompt is known
        self._read_at = 0
        self._busy = False

    # What the port calls.

    def readinto(self, buffer):
        if self._out:
            self.flush()
        if not self._count:
            return None
        buffer[0] = self._ring[self._first]
        self._first = (self._first + 1) % RING
        self._count -= 1
        self._read_at = ticks_ms()
        return 1

    def write(self, data) -> int:
        self._out += data
        if len(self._out) >= OUT:
            self.flush()
        return len(data)

    def ioctl(self, request: int, argument: int) -> int:
        if self._out:
            self.flush()
        return argument & (5 if self._count else 4) if request == 3 else 0

    # What the services call.

    def attach(self, client) -> None:
        if not self.clients:
            self._first = self._count = 0
            self._out = bytearray()
            os.dupterm(self)
            self.clients.append(client)
            loop.spawn(self._flusher())
        else:
            self.clients.append(client)

    def detach(self, client) -> None:
        client.gone = True
        if client in self.clients:
            self.clients.remove(client)
            if not self.clients:
                os.dupterm(None)

    async def _flusher(self) -> None:
        while self.clients:
            if self._out:
                self.flush()
            for client in list(self.clients):
                try:
                    client.flushed()
                except OSError:
                    self.detach(client)
            await core.sleep_ms(FLUSH_MS)

    def flush(self) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            while self._out:
                data, self._out = self._out, bytearray()
                self._tail = (self._tail + bytes(data[-8:]))[-8:]
                for client in list(self.clients):
                    self._send(client, memoryview(data))
        finally:
            self._busy = False

    def _send(self, client, view) -> None:
        start = 0
        while len(view):
            try:
                n = client.send(view)
            except OSError:
                n = 0
                start = ticks_ms() - STALL_MS - 1
            if n:
                view = view[n:]
                start = 0
                continue
            if not start:
                start = ticks_ms()
            if ticks_diff(ticks_ms(), start) > STALL_MS:
                log("repl", "a client takes no output: dropped")
                self.detach(client)
                return
            poller = select.poll()
            poller.register(client.sock, select.POLLOUT)
            poller.poll(20)

    async def feed(self, client, data) -> None:
        """What a client typed; returns when there was room for all of it."""
        view = memoryview(data)
        while len(view):
            n = _plain(view)
            if n:
                await self._put(client, view[:n])
            elif view[0] == 4 and self._count == 0 and self._reset(client):
                n = 1
            else:
                n = 1
                await self._put(client, view[:1])
                if view[0] == 3 and 0 < self._count <= NOTIFY:
                    # A program that does not read hears of it.
                    os.dupterm_notify(None)
            if client.gone:
                return
            view = view[n:]

    async def _put(self, client, view) -> None:
        """Into the ring, as it gets room."""
        ring = self._ring
        while len(view):
            while self._count == RING:
                if client.gone:
                    return
                await self._room(view[0])
            end = (self._first + self._count) % RING
            n = min(len(view), RING - self._count, RING - end)
            ring[end : end + n] = view[:n]
            self._count += n
            view = view[n:]

    async def _room(self, byte: int) -> None:
        """Wait until the prompt has read; a Ctrl-C behind what nobody reads throws that away."""
        if byte == 3 and ticks_diff(ticks_ms(), self._read_at) > 1000:
            self._count = 0
            return
        await core.sleep_ms(2)

    def _reset(self, client) -> bool:
        """Whether this Ctrl-D was a soft reset: then it is done."""
        tail = self._tail
        raw = tail.endswith(_RAW_PROMPTS)
        if self._out or not raw and not tail.endswith(_PROMPT[-4:]):
            return False
        import gc

        import __main__

        for name in list(__main__.__dict__):
            if not name.startswith("__"):
                delattr(__main__, name)
        gc.collect()
        text = b"\r\nMPY: soft reboot\r\n"
        self._out += (b"OK" if raw else b"") + text
        self._out += b"raw REPL; CTRL-B to exit\r\n>" if raw else b">>> "
        self.flush()
        return True


terminal = Terminal()
