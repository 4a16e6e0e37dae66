# SPDX-License-Identifier: MIT
"""WebREPL with upstream's protocol: the prompt and file transfers over a WebSocket, and a page for browsers."""

from services import net


def start(
    port: int = 8266, password=None, limit: int = 3, idle_s: int = 3600, http_port: int = 80
) -> None:
    """Serve; what was started before is stopped.

    password: of any length; without one those of the users, or PASS of webrepl_cfg.py, hold. http_port: where the HTTP
    server has the page.
    """
    from webrepl.session import Session

    if password is None:
        try:
            from webrepl_cfg import PASS as password
        except ImportError:
            pass

    if password == "":
        raise ValueError("the password is empty: give one, or none to take those of the users")

    async def handle(connection) -> None:
        await Session(connection, password, http_port).run()

    net.serve("webrepl", port, handle, limit, idle_s, b"HTTP/1.0 503 Too many connections\r\n\r\n")
    try:
        import httpd
        from webfiles import FILES

        if httpd.app:
            from webrepl import page

            page.add(httpd.app, FILES, port)
    except ImportError:
        pass  # the prompt works without a page


def stop() -> None:
    net.end("webrepl")
