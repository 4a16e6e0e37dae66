# SPDX-License-Identifier: MIT
"""Servers and connections over MicroPython's non-blocking sockets, on the loop behind the prompt.

A connection is a task. It ends with its handler, with the server's stop(), and when nothing moved for the server's idle
time, which a half-open one never does.
"""

import socket
from asyncio import core
from time import ticks_diff, ticks_ms

from services.journal import log
from services.loop import loop

_CALLBACK = 20  # the option of SOL_SOCKET by which lwIP's sockets call when they have something
_LINE_BUFFER = 256
_REAP_MS = 1000

servers: list = []
interfaces: list = []  # network interfaces that netman, or main.py, brought up
_reaper = None


# What mDNS calls them.
_KINDS = {
    "ftp": "_ftp._tcp",
    "http": "_http._tcp",
    "repl": "_telnet._tcp",
    "webrepl": "_ws._tcp",
    "xvc": "_xvc._tcp",
}


def _known() -> list:
    """The interfaces; where nobody named one, the wired one if it is up."""
    if not interfaces:
        try:
            from network import LAN

            lan = LAN()
            return [lan] if lan.active() else []
        except (ImportError, OSError, TypeError, ValueError):
            pass
    return interfaces


def announce(server=None, withdraw: bool = False) -> None:
    """Have mDNS announce a service, or all, where the interface can."""
    for interface in _known():
        if hasattr(interface, "announce"):
            for one in (server,) if server else servers:
                if one.name in _KINDS:
                    try:
                        interface.announce(_KINDS[one.name], 0 if withdraw else one.port)
                    except OSError as error:
                        log("net", "mDNS:", error)


def peer_of(address) -> tuple:
    """(IP, port) of what accept() returns on the various ports."""
    if isinstance(address, (bytes, bytearray)):
        decoded = socket.sockaddr(address)
        return socket.inet_ntop(decoded[0], decoded[1]), decoded[2]
    return address[0], address[1]


def address_for(peer: str, configured: str = "") -> str:
    """The board's own address towards this peer."""
    if configured:
        return configured
    if peer.startswith("127."):
        return "127.0.0.1"
    found = ""
    for interface in _known():
        ip, mask = interface.ifconfig()[:2]
        if _network(ip, mask) == _network(peer, mask):
            return ip
        if ip != "0.0.0.0":
            found = ip
    return found or "0.0.0.0"


def _network(ip: str, mask: str) -> list:
    return [int(a) & int(b) for a, b in zip(ip.split("."), mask.split("."))]


def listen(port: int, backlog: int = 4):
    """A listening socket; OSError where the port is taken."""
    listener = socket.socket()
    try:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
        listener.listen(backlog)
        call_when_ready(listener)
    except BaseException:
        listener.close()
        raise
    return listener


def call_when_ready(sock) -> None:
    """Have the socket call the loop, where it can: otherwise the next tick finds out."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _CALLBACK, loop.step)
    except (OSError, TypeError):
        loop.polling = True


def _send_at_once(sock) -> None:
    """A reply does not wait for the acknowledgement of the one before, which a peer may hold back for a quarter second."""
    if hasattr(socket, "TCP_NODELAY"):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, AttributeError):
            pass


def accept(listener):  # async
    """(socket, (IP, port)) of the next one who connects."""
    while True:
        yield core._io_queue.queue_read(listener)
        try:
            sock, address = listener.accept()
        except OSError:
            continue  # gone again
        sock.setblocking(False)
        call_when_ready(sock)
        _send_at_once(sock)
        return sock, peer_of(address)


def writable(sock):  # async
    yield core._io_queue.queue_write(sock)


class LineTooLong(Exception):
    pass


class Connection:
    """A connected socket."""

    def __init__(self, sock, peer: tuple) -> None:
        self.sock = sock
        self.peer = peer
        self.last = ticks_ms()  # when bytes moved last
        self.task = None
        self.known = False  # has logged in
        self._buffer = None  # of readline(); what lies there is read first
        self._at = self._end = 0

    # These are async: generators, which take less memory than coroutines over coroutines.

    def readinto(self, buffer):
        """Bytes that came, at least one; 0 at the end."""
        if self._at < self._end:
            n = min(len(buffer), self._end - self._at)
            buffer[:n] = self._buffer[self._at : self._at + n]
            self._at += n
            return n
        while True:
            n = self.sock.readinto(buffer)
            if n is not None:
                self.last = ticks_ms()
                return n
            yield core._io_queue.queue_read(self.sock)

    def readline(self, limit: int = 512):
        """A line without its end as bytes, None when the peer has left; LineTooLong after all of it was read."""
        line = b""
        long = False
        if self._buffer is None:
            self._buffer = bytearray(_LINE_BUFFER)
        while True:
            while self._at == self._end:
                n = self.sock.readinto(self._buffer)
                if n == 0:
                    return None
                if n is not None:
                    self.last = ticks_ms()
                    self._at, self._end = 0, n
                else:
                    yield core._io_queue.queue_read(self.sock)
            part = bytes(memoryview(self._buffer)[self._at : self._end])
            newline = part.find(b"\n")
            if newline >= 0:
                part = part[:newline]
                self._at += newline + 1
            else:
                self._at = self._end
            long = long or len(line) + len(part) > limit
            if not long:
                line += part
            if newline >= 0:
                if long:
                    raise LineTooLong
                return line[:-1] if line.endswith(b"\r") else line

    def write(self, data):
        """All of it has been handed to the network when this returns."""
        view = memoryview(data)
        while len(view):
            n = self.sock.write(view)
            if n:
                self.last = ticks_ms()
                view = view[n:]
            else:
                yield core._io_queue.queue_write(self.sock)

    def close(self) -> None:
        self.sock.close()


class Server:
    """A TCP port whose connections `handle(connection)`, a coroutine function, serves."""

    def __init__(self, name: str, port: int, handle, limit: int = 8, idle_s: int = 300) -> None:
        self.name = name
        self.port = port
        self.handle = handle
        self.limit = limit
        self.idle_s = idle_s
        self.connections: list = []
        self.refused = 0
        self.full = b""  # what one hears who comes when `limit` are there
        self._listener = None
        self._task = None

    def start(self) -> None:
        global _reaper
        self._listener = listen(self.port)
        self._task = loop.spawn(self._serve())
        servers.append(self)
        announce(self)
        if _reaper is None:
            _reaper = loop.spawn(_reap())

    async def _serve(self) -> None:
        while True:
            sock, peer = await accept(self._listener)
            if len(self.connections) >= self.limit and not self._make_room():
                self.refused += 1
                try:
                    sock.write(self.full)
                finally:
                    sock.close()
                continue
            connection = Connection(sock, peer)
            self.connections.append(connection)
            connection.task = core.create_task(self._one(connection))

    def _make_room(self) -> bool:
        """End a connection that has not logged in: the oldest one of the peer that has most of them. So one who tries
        passwords, or only connects, takes no place from an owner with another address."""
        strangers = [one for one in self.connections if not one.known]
        if not strangers:
            return False
        peers = [one.peer[0] for one in strangers]
        most = max(peers, key=peers.count)
        victim = strangers[peers.index(most)]
        log(self.name, most, "has not logged in: closed for another one")
        self.connections.remove(victim)
        loop.cancel(victim.task)
        return True

    async def _one(self, connection) -> None:
        try:
            await self.handle(connection)
        except OSError as error:
            log(self.name, connection.peer[0], "left:", error)
        except core.CancelledError:
            pass
        except Exception as error:
            log(self.name, connection.peer[0], "ended by", repr(error))
        finally:
            connection.close()
            if connection in self.connections:
                self.connections.remove(connection)

    def reap(self, now: int) -> None:
        """End the connections that idle."""
        for connection in list(self.connections):
            if ticks_diff(now, connection.last) > self.idle_s * 1000:
                log(self.name, connection.peer[0], "idle: closed")
                loop.cancel(connection.task)

    def stop(self) -> None:
        """Close the port and all connections. Their tasks end at the next step."""
        if self._listener is None:
            return
        if self in servers:
            servers.remove(self)
            announce(self, True)
        loop.cancel(self._task)
        for connection in list(self.connections):
            loop.cancel(connection.task)
        self._listener.close()
        self._listener = None


def serve(name: str, port: int, handle, limit: int, idle_s: int, full: bytes = b"") -> Server:
    """Start the server of a service; what was started before is ended. full: what one hears who is one too many."""
    end(name)
    server = Server(name, port, handle, limit, idle_s)
    server.full = full
    server.start()
    return server


def end(name: str) -> None:
    """Stop the servers of a service."""
    for server in list(servers):
        if server.name == name:
            server.stop()


async def _reap() -> None:
    while True:
        await core.sleep_ms(_REAP_MS)
        now = ticks_ms()
        for server in servers:
            server.reap(now)
