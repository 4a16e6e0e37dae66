# SPDX-License-Identifier: MIT
"""The prompt on a TCP port, behind the password: for people (nc, telnet) and for mpremote (connect socket://board:2323,
or rfc2217://board:2323).

mpremote can give no password. So who has logged in here, or asked for it by a logged-in HTTP request (POST /repl), has the
port unlocked for the address from which it came.
"""

from asyncio import sleep_ms

from services.journal import log
from services.terminal import Client, terminal

from services import auth, net

TRIES = 3


def start(port: int = 2323, limit: int = 2, idle_s: int = 3600, unlock_s: int = 300) -> None:
    """Serve; what was started before is stopped.

    unlock_s: seconds after a login, or after the last connection, in which the same address needs no password.
    """
    auth.unlock_s = unlock_s

    async def handle(connection) -> None:
        peer = connection.peer[0]
        if auth.unlocked(peer) or await _login(connection):
            connection.known = True
            await _serve(connection)
            auth.unlock(peer)

    net.serve("repl", port, handle, limit, idle_s, b"The prompt is taken\r\n")


def stop() -> None:
    net.end("repl")


async def _login(connection) -> bool:
    peer = connection.peer[0]
    for _ in range(TRIES):
        await connection.write(b"Password: ")
        try:
            line = await connection.readline(128)
        except net.LineTooLong:
            line = b""
        if line is None:
            return False
        try:
            password = line.decode()
        except (UnicodeError, ValueError):
            password = ""
        if auth.check(None, password):
            auth.succeeded(peer)
            auth.unlock(peer)
            await connection.write(b"\r\n")
            return True
        log("repl", peer, "wrong password")
        await sleep_ms(auth.failed(peer))
        await connection.write(b"\r\nAccess denied\r\n")
    return False


async def _serve(connection) -> None:
    buffer = bytearray(256)
    view = memoryview(buffer)
    client = Client(connection.sock)
    terminal.attach(client)
    log("repl", connection.peer[0], "has the prompt")
    first = True
    try:
        while not client.gone:
            n = await connection.readinto(buffer)
            if not n:
                break
            if first and buffer[0] == 255:
                client = _telnet(client, view[:n])
            first = False
            await terminal.feed(client, client.typed(view[:n]))
    finally:
        terminal.detach(client)


def _telnet(client, data):
    """The client that speaks Telnet, where this one begins so."""
    from rfc2217 import TelnetClient, begins

    if not begins(data):
        return client
    speaking = TelnetClient(client.sock)
    terminal.attach(speaking)
    terminal.detach(client)
    return speaking
