# SPDX-License-Identifier: MIT
"""The prompt on a TCP port, behind the password: for people (nc, telnet) and for mpremote (connect socket://board:2323).

mpremote can give no password. So who has logged in here, or asked for it by a logged-in HTTP request (POST /repl), has the
port unlocked for the address from which it came.
"""

from asyncio import sleep_ms

from services.journal import log
from services.terminal import Client, terminal

from services import auth, net

TRIES = 3

server = None


def start(port: int = 2323, limit: int = 2, idle_s: int = 3600, unlock_s: int = 300) -> None:
    """Serve; what was started before is stopped.

    unlock_s: seconds after a login, or after the last connection, in which the same address needs no password.
    """
    global server
    stop()
    auth.unlock_s = unlock_s

    async def handle(connection) -> None:
        peer = connection.peer[0]
        if auth.unlocked(peer) or await _login(connection):
            await _serve(connection)
            auth.unlock(peer)

    server = net.Server("repl", port, handle, limit, idle_s)
    server.full = b"The prompt is taken\r\n"
    server.start()


def stop() -> None:
    global server
    if server:
        server.stop()
        server = None


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
    try:
        while not client.gone:
            n = await connection.readinto(buffer)
            if not n:
                break
            await terminal.feed(client, view[:n])
    finally:
        terminal.detach(client)
