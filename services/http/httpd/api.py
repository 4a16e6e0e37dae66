# SPDX-License-Identifier: MIT
"""The REST surface: docs/services.md lists it. Nothing is changed, and nothing but /info read, without a login."""

import os
import sys
from asyncio import Event, sleep_ms

import microdot.microdot
from microdot import Microdot, Request, Response
from services.journal import log

from httpd import tokens
from services import auth, files, targets

BODY_MAX = 4096  # of what is read into memory; files and bitstreams stream
UPLOAD_MAX = 1 << 30
DRAIN_MAX = 1 << 21  # bytes of a refused body that are read
PROGRESS_BYTES = 65536
BUFFER_BYTES = 8192

_FREE = ("/info", "/login")


def _note(error) -> None:
    """Where microdot prints the traceback of each error, those that become answers included: the console is the prompt's."""
    log("http", repr(error))


microdot.microdot.print_exception = _note


class Progress:
    """What moves, for all who watch /events: the latest state counts, not each step."""

    def __init__(self) -> None:
        self.event = Event()
        self.number = 0
        self.state: dict = {}

    def tell(self, what: str, done: int, total: int, text: str = "") -> None:
        self.number += 1
        self.state = {"what": what, "done": done, "total": total, "text": text}
        self.event.set()
        self.event = Event()


class Failed(Exception):
    """(HTTP status, sentence)"""


def make(config: dict) -> Microdot:
    """The application."""
    app = Microdot()
    app.progress = Progress()
    app.config = config
    Request.max_content_length = UPLOAD_MAX
    Request.max_body_length = BODY_MAX
    Response.default_content_type = "application/json"

    @app.before_request
    async def who(request):
        request.g.user = await _user(request)
        request.sock[0].connection.known = request.g.user is not None
        if request.g.user is None and request.path not in _FREE and not _page(request):
            await _drain(request)
            return {"error": "log in: POST /login, or user and password (Basic)"}, 401
        return None

    @app.errorhandler(Failed)
    async def failed(request, error):
        await _drain(request)
        return {"error": error.args[1]}, error.args[0]

    for kind in (OSError, targets.Refused, MemoryError, ValueError):
        app.errorhandler(kind)(_failed)
    if "ecp5" in sys.modules or _has("ecp5"):
        from ecp5 import Error

        app.errorhandler(Error)(_failed)
    for code, text in ((400, "not a request"), (404, "not found"), (405, "not with this method")):
        app.errorhandler(code)(_coded(text, code))
    app.errorhandler(413)(_coded("too long", 413))
    _add_routes(app)
    return app


def _has(module: str) -> bool:
    try:
        __import__(module)
        return True
    except ImportError:
        return False


def _coded(text: str, code: int):
    async def handler(request):
        if code in (404, 405):  # the others have no head that was understood
            await _drain(request)
        return {"error": text}, code

    return handler


async def _failed(request, error):
    log("http", request.client_addr[0], request.method, request.path)
    await _drain(request)
    missing = isinstance(error, OSError) and error.args[:1] == (2,)
    return {"error": targets.text_of(error)}, 404 if missing else 400


def _page(request) -> bool:
    """Whether it asks for the browser's side, which anybody may load."""
    pages = getattr(request.app, "pages", None)
    return pages is not None and request.method == "GET" and request.path in pages


async def _user(request):
    """Who has sent it, or None; a wrong password costs time."""
    header = request.headers.get("Authorization") or ""
    if header.startswith("Bearer "):
        return tokens.user_of(header[7:].strip())
    if header.startswith("Basic "):
        pair = tokens.basic(header)
        if pair and await _checked(request, *pair):
            return pair[0]
        raise Failed(401, "wrong user or password")
    if request.path == "/events":  # EventSource sends no headers
        return tokens.user_of((request.args or {}).get("token", ""))
    return None


async def _checked(request, user, password) -> bool:
    peer = request.client_addr[0]
    if isinstance(user, str) and isinstance(password, str) and auth.check(user, password):
        auth.succeeded(peer)
        return True
    log("http", peer, "wrong password")
    await sleep_ms(auth.failed(peer))
    return False


def _path(request, path: str, change: bool = False) -> str:
    from microdot.microdot import urldecode

    path = urldecode(path.replace("+", "%2B"))
    if "\0" in path:
        raise Failed(400, "not a name")
    if change:
        _right(request, "write")
    root = request.app.config.get("root", "/").rstrip("/") or "/"
    real = files.real(root, files.absolute("/", path))
    if change and real == root:
        raise Failed(400, "not the root itself")
    return real


def _right(request, right: str) -> None:
    if right not in request.app.config.get("rights", ("write", "fpga", "flash", "card", "csr")):
        raise Failed(403, "the configuration does not give the right `{}`".format(right))


async def _receive(request, sink, what: str) -> dict:
    """The body into a sink."""
    progress = request.app.progress
    total = request.content_length
    done = told = 0
    try:
        if total <= BODY_MAX:
            done = total
            sink.write(memoryview(request.body))
        else:
            buffer = targets.buffer_of(BUFFER_BYTES)
            while done < total:
                part = buffer[: min(len(buffer), total - done)]
                await request.stream.fill(part)
                done += len(part)
                request.g.read = done
                sink.write(part)
                if done - told >= PROGRESS_BYTES:
                    told = done
                    progress.tell(what, done, total)
                    await sleep_ms(0)
        ending, sink = sink, None
        text = ending.finish()
    except Exception as error:
        progress.tell(what, done, total, "failed: " + targets.text_of(error))
        raise
    finally:
        if sink:
            sink.abort()
    progress.tell(what, done, total, text)
    return {"done": text}


async def _drain(request) -> None:
    """Read what the client still sends, within reason, so that it comes to read the answer."""
    if request.content_length <= BODY_MAX:
        return  # microdot has read it
    buffer = targets.buffer_of(2048)
    left = min(request.content_length - getattr(request.g, "read", 0), DRAIN_MAX)
    try:
        while left > 0:
            n = await request.stream.readinto(buffer)
            if not n:
                return
            left -= n
    except OSError:
        pass


def _length_known(request) -> None:
    if "Content-Length" not in request.headers:
        raise Failed(411, "Content-Length is needed")


def _json(request):
    """What the body says, whatever type it claims."""
    from json import loads

    try:
        return loads(request.body.decode() or "{}")
    except (ValueError, UnicodeError):
        raise Failed(400, "the body is not JSON")


def _range(request, size: int) -> tuple:
    """(first, bytes) of `Range: bytes=N-M`; all where there is none that is understood."""
    text = request.headers.get("Range") or ""
    if text.startswith("bytes=") and "," not in text:
        first, _, last = text[6:].partition("-")
        if first.isdigit():
            start = int(first)
            end = min(int(last) + 1, size) if last.isdigit() else size
            if not start < end:
                raise Failed(416, "the file has {} bytes".format(size))
            return start, end - start
    return 0, size


class Part:
    """A part of a file, as microdot reads a response's body."""

    def __init__(self, file, left: int) -> None:
        self.file = file
        self.left = left
        self.buffer = targets.buffer_of(min(BUFFER_BYTES, max(left, 1)))

    def __aiter__(self):
        return self

    async def __anext__(self):
        n = self.file.readinto(self.buffer[: min(self.left, len(self.buffer))]) if self.left else 0
        if not n:
            raise StopAsyncIteration
        self.left -= n
        await sleep_ms(0)
        return self.buffer[:n]

    async def aclose(self) -> None:
        self.file.close()


class Events:
    """Server-sent events: the state of what moves, whenever it has changed."""

    def __init__(self, progress) -> None:
        self.progress = progress
        self.seen = -1

    def __aiter__(self):
        return self

    async def __anext__(self):
        from json import dumps

        if self.seen == self.progress.number:
            await self.progress.event.wait()
        self.seen = self.progress.number
        return "data: {}\n\n".format(dumps(self.progress.state))


def _info() -> dict:
    import gc

    import services

    info = {
        "platform": sys.platform,
        "version": ".".join([str(n) for n in sys.implementation[1][:3]]),
        "free": gc.mem_free(),
        "services": {name: row[0] for name, row in services.status().items()},
    }
    try:
        import litex

        info["soc"] = dict(litex.info())
    except (ImportError, AttributeError, TypeError):
        pass
    return info


def _csr():
    try:
        import litex

        return litex
    except ImportError:
        raise Failed(404, "this board has no CSRs")


def _add_routes(app) -> None:
    @app.get("/info")
    async def info(request):
        if not app.config.get("read", True) and request.g.user is None:
            raise Failed(401, "log in first")
        return _info()

    @app.post("/login")
    async def login(request):
        given = _json(request)
        user = given.get("user") if isinstance(given, dict) else None
        if not await _checked(request, user, user and given.get("password")):
            raise Failed(401, "wrong user or password")
        return {"token": tokens.new(user)}

    @app.post("/logout")
    async def logout(request):
        tokens.forget((request.headers.get("Authorization") or "")[7:].strip())
        return {"done": "logged out"}

    @app.post("/repl")
    async def repl(request):
        """The prompt over the network may be taken from this address without a password, for a while."""
        auth.unlock(request.client_addr[0])
        return {"done": "unlocked for {} s".format(auth.unlock_s)}

    @app.get("/events")
    async def events(request):
        return Events(app.progress), 200, {"Content-Type": "text/event-stream"}

    async def read(request, path=""):
        path = _path(request, path)
        info = files.stat(path)
        if info[0] & files.FOLDER:
            return {
                "entries": [
                    {
                        "name": name,
                        "folder": bool(row[0] & files.FOLDER),
                        "bytes": row[6],
                        "time": row[8],
                    }
                    for name, row in files.entries(path)
                ]
            }
        start, length = _range(request, info[6])
        source = targets.FileSource(path, start)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(length),
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
        }
        whole = length == info[6]
        if not whole:
            headers["Content-Range"] = "bytes {}-{}/{}".format(start, start + length - 1, info[6])
        if request.method == "HEAD":
            source.close()
            return "", 200, headers
        return Part(source.file, length), 200 if whole else 206, headers

    app.get("/files/")(read)
    app.get("/files/<path:path>")(read)

    @app.put("/files/<path:path>")
    async def write(request, path):
        path = _path(request, path, True)
        _length_known(request)
        at = int((request.args or {}).get("at", 0))
        return await _receive(request, targets.FileSink(path, False, at), path)

    @app.delete("/files/<path:path>")
    async def delete(request, path):
        path = _path(request, path, True)
        if files.is_folder(path):
            os.rmdir(path)
        else:
            os.remove(path)
        return {"done": "removed"}

    @app.post("/files/<path:path>")
    async def change(request, path):
        path = _path(request, path, True)
        wish = _json(request)
        if not isinstance(wish, dict):
            wish = {}
        if isinstance(wish.get("rename"), str):
            os.rename(path, _path(request, wish["rename"].replace("%", "%25"), True))
            return {"done": "renamed"}
        if wish.get("folder"):
            os.mkdir(path)
            return {"done": "made"}
        raise Failed(400, 'send {"rename": "/new"} or {"folder": true}')

    @app.get("/csr/<name>")
    async def csr_read(request, name):
        try:
            return {"name": name, "value": _csr().csr_read(name)}
        except (KeyError, AttributeError):
            raise Failed(404, "no CSR {}".format(name))

    @app.put("/csr/<name>")
    async def csr_write(request, name):
        _right(request, "csr")
        value = _json(request)
        if isinstance(value, dict):
            value = value.get("value")
        if not isinstance(value, int):
            raise Failed(400, "send a number")
        try:
            _csr().csr_write(name, value)
        except (KeyError, AttributeError):
            raise Failed(404, "no CSR {}".format(name))
        return {"name": name, "value": value}

    @app.put("/fpga")
    async def fpga(request):
        _right(request, "fpga")
        _length_known(request)
        return await _receive(request, targets.sink(("fpga", 0, None)), "fpga")

    @app.put("/flash")
    async def flash(request):
        _right(request, "flash")
        _length_known(request)
        addr = int((request.args or {}).get("addr", "0"), 0)
        return await _receive(request, targets.sink(("flash", addr, None)), "flash")
