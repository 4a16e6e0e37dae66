# SPDX-License-Identifier: MIT
"""The browser's side, out of the flash of the board: nothing comes from another host."""

POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws://*:{}"


def add(app, files: dict, port: int) -> None:
    """Have the HTTP server serve files, {path: (type, tag, gzipped content)}, and `/` as /index.html.

    port: of the WebSocket
    """
    app.pages = set(files)
    app.pages.add("/")

    async def serve(request):
        kind, tag, data = files["/index.html" if request.path == "/" else request.path]
        headers = {
            "Content-Type": kind,
            "ETag": '"{}"'.format(tag),
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY.format(port),
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return "", 304, headers
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(data))
        return _Pieces(data), 200, headers

    for path in app.pages:
        app.get(path)(serve)

    @app.get("/webrepl")
    async def where(request):
        return {"port": port}


class _Pieces:
    """Constant data as microdot reads a response's body, without a copy."""

    SIZE = 4096

    def __init__(self, data) -> None:
        self.view = memoryview(data)

    def __aiter__(self):
        return self

    async def __anext__(self):
        piece, self.view = self.view[: self.SIZE], self.view[self.SIZE :]
        if not len(piece):
            raise StopAsyncIteration
        return piece
