# SPDX-License-Identifier: MIT
"""HTTP server: microdot on the loop behind the prompt, with the REST surface of api.py."""

from services import net

app = None  # microdot's: other packages add their routes to it


def start(port: int = 80, limit: int = 6, idle_s: int = 30, **config) -> None:
    """Serve; what was started before is stopped.

    config: root and rights, as of ftpd.start(); read (True: who is not logged in may read /info).
    """
    global app
    from httpd import api
    from httpd.stream import Stream

    app = api.make(config)

    async def handle(connection) -> None:
        await app.handle_request(*(Stream(connection),) * 2)

    full = b"HTTP/1.0 503 Too many connections\r\nRetry-After: 1\r\n\r\n"
    net.serve("http", port, handle, limit, idle_s, full)


def stop() -> None:
    global app
    net.end("http")
    app = None
