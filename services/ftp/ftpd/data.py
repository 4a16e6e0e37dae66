# SPDX-License-Identifier: MIT
"""FTP's data connection: where it listens or connects to, by PASV, EPSV, PORT and EPRT. One serves one transfer."""

import socket

from services import net

PORTS = (50_000, 8)  # for passive connections: the first one, and how many
WAIT_S = 15  # until the client connects, or answers

_next = 0


class DataError(Exception):
    """A reply for the control connection."""


class DataPort:
    """What the client asked for last."""

    def __init__(self, peer: str, ports: tuple = PORTS) -> None:
        self.ports = ports
        self.peer = peer
        self.extended_only = False  # after EPSV ALL
        self._listener = None
        self._target = None

    @property
    def ready(self) -> bool:
        return self._listener is not None or self._target is not None

    def close(self) -> None:
        if self._listener:
            self._listener.close()
        self._listener = self._target = None

    def passive(self) -> int:
        """Listen; return the port."""
        global _next
        self.close()
        first, count = self.ports
        for _ in range(count):
            port = first + _next % count
            _next = (_next + 1) % count
            try:
                self._listener = net.listen(port, 1)
                return port
            except OSError:
                pass  # another session waits there
        raise DataError("425 All {} data ports are in use: try again".format(count))

    def active(self, address: str, port: int) -> None:
        """Connect to the client for the next transfer: to nobody else, and to no service's port."""
        self.close()
        if address != self.peer:
            raise DataError("504 Only to your own address, {}".format(self.peer))
        if not 1024 <= port <= 65535:
            raise DataError("504 The port must be between 1024 and 65535")
        self._target = (address, port)

    async def open(self):
        """The connection for one transfer."""
        if self._listener is None and self._target is None:
            raise DataError("425 Say PASV, EPSV, PORT or EPRT first")
        try:
            connect = self._accept() if self._listener else self._connect()
            return await _in_time(connect)
        finally:
            self.close()

    async def _accept(self):
        while True:
            sock, peer = await net.accept(self._listener)
            if peer[0] == self.peer:
                return net.Connection(sock, peer)
            sock.close()  # somebody else's

    async def _connect(self):
        address = socket.getaddrinfo(*self._target)[0][-1]
        sock = socket.socket()
        sock.setblocking(False)
        try:
            try:
                sock.connect(address)
            except OSError as error:
                if error.errno not in (115, 119):  # EINPROGRESS
                    raise
            await net.writable(sock)
            sock.write(b"")
            net.call_when_ready(sock)
        except BaseException:
            sock.close()
            raise
        return net.Connection(sock, self._target)


async def _in_time(coroutine):
    from asyncio import TimeoutError, wait_for

    try:
        return await wait_for(coroutine, WAIT_S)
    except TimeoutError:
        raise DataError("425 No data connection within {} s".format(WAIT_S))
    except OSError as error:
        raise DataError("425 No data connection ({})".format(error))


def parse_port(text: str) -> tuple:
    """(address, port) of PORT's h1,h2,h3,h4,p1,p2; ValueError."""
    numbers = [int(field) for field in text.split(",")]
    if len(numbers) != 6 or max(numbers) > 255 or min(numbers) < 0:
        raise ValueError
    return ".".join([str(n) for n in numbers[:4]]), numbers[4] << 8 | numbers[5]


def parse_eprt(text: str) -> tuple:
    """(address, port) of EPRT's |1|address|port|; ValueError."""
    fields = text.split(text[:1] or "|")
    if len(fields) != 5 or fields[1] not in ("1", "2"):
        raise ValueError
    return fields[2], int(fields[3])
