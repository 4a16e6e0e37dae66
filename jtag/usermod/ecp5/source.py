# SPDX-License-Identifier: MIT
"""Where bitstreams come from: a path, an http:// address, an object with readinto() or read(), or bytes.

open_source() makes all of them one thing: readinto(buffer) (0 at the end), length (0: unknown), close(), where it
`rewinds` rewind(), and a view of all of it where it is in memory.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

TIMEOUT_S = 10
LINE_MAX = 1024
REDIRECTS_MAX = 5

_ENOENT = 2
_EISDIR = 21


class Memory:
    rewinds = True

    def __init__(self, data) -> None:
        self.view = memoryview(data)
        self.length = len(self.view)

    def rewind(self) -> None:
        pass

    def close(self) -> None:
        pass


class Stream:
    """An object that is open already, and stays open."""

    view = None
    rewinds = False

    def __init__(self, stream) -> None:
        self.stream = stream
        self.length = 0

    def readinto(self, buffer) -> int:
        if hasattr(self.stream, "readinto"):
            count = self.stream.readinto(buffer)
        else:
            data = self.stream.read(len(buffer))
            count = None if data is None else len(data)
            if count:
                buffer[:count] = data
        if count is None:
            raise OSError("the stream has nothing to read yet: give one that blocks")
        return count

    def close(self) -> None:
        pass


def _is_folder(path: str) -> bool:
    try:
        from os import stat

        return stat(path)[0] & 0x4000 != 0
    except (ImportError, OSError):
        return False


class File(Stream):
    rewinds = True

    def __init__(self, path: str) -> None:
        if _is_folder(path):
            raise OSError(_EISDIR, path + " is a folder: give a file in it")
        try:
            super().__init__(open(path, "rb"))
        except OSError as error:
            reason = ": there is no such file" if error.errno == _ENOENT else ""
            raise OSError(error.errno, "cannot open " + path + reason)
        self.length = self.stream.seek(0, 2)
        self.stream.seek(0)

    def rewind(self) -> None:
        self.stream.seek(0)

    def close(self) -> None:
        self.stream.close()


# Web servers.


def _is_url(text: str) -> bool:
    return "://" in text


def _restored(text: str) -> str:
    """The URL of a path like /http:/host/x.bit, to which FTP servers and the like collapse it."""
    bare = text.lstrip("/")
    for scheme in ("http:/", "https:/"):
        if bare.lower().startswith(scheme) and not bare.startswith("/", len(scheme)):
            return scheme + "/" + bare[len(scheme) :]
        if bare.lower().startswith(scheme):
            return bare
    return text


def _unquoted(text: str) -> bytes:
    """The bytes of a part of a URL, whose unusual ones are written %XX."""
    first, *rest = text.split("%")
    data = first.encode()
    for part in rest:
        data += bytes((int(part[:2], 16),)) + part[2:].encode()
    return data


def _split(host: str):
    """The name and the port of HOST, HOST:PORT, [IPV6] or [IPV6]:PORT."""
    name, _, port = host.rpartition(":")
    if host.endswith("]") or not name:
        name, port = host, ""
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return name, int(port or 80)


def _absolute(target: str, host: str, path: str) -> str:
    """Where a redirection from this path of a host leads."""
    if "://" in target.partition("?")[0]:
        return target
    if target.startswith("//"):
        return "http:" + target
    if target.startswith("?"):
        target = path + target
    elif not target.startswith("/"):
        target = path.rpartition("/")[0] + "/" + target
    return "http://" + host + target


def _base64(data: bytes) -> str:
    from binascii import b2a_base64

    return str(b2a_base64(data), "ascii").strip()


class Http:
    """The body of a GET, HTTP/1.0 or 1.1, by length, in chunks or until the server closes."""

    view = None
    rewinds = False

    def __init__(self, url: str) -> None:
        self.socket: Any = None
        self._host = ""
        self._user = b""
        try:
            for _ in range(REDIRECTS_MAX + 1):
                url = self._get(url)
                if url is None:
                    return
                self.close()
            self._fail("redirected more than {} times".format(REDIRECTS_MAX))
        except BaseException:
            self.close()
            raise

    def _fail(self, what: str) -> "NoReturn":
        raise OSError("{}: {}".format(self.url, what))

    def _connect(self, socket, name: str, port: int) -> None:
        """Connect to the first of the name's addresses that answers, of whichever family."""
        failed = OSError("no address")
        for info in socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM):
            try:
                self.socket = socket.socket(info[0], info[1])
                self.socket.settimeout(TIMEOUT_S)
                self.socket.connect(info[-1])
                return
            except OSError as error:
                failed = error
                self.close()
        raise failed

    def _get(self, url: str):
        """Ask; return where a redirection leads, or None when the body follows."""
        # Messages and redirections name no password.
        scheme, _, rest = url.partition("://")
        place, slash, path = rest.partition("/")
        user, _, host = place.rpartition("@")
        self.url = scheme + "://" + host + slash + path
        if scheme.lower() != "http":
            self._fail("only http:// works here")
        try:
            import socket
        except ImportError:
            self._fail("this firmware has no network: give a file")
        try:
            name, port = _split(host)
            if user or host != self._host:  # a redirection on the same server keeps the user
                self._host, self._user = host, _unquoted(user)
        except ValueError:
            self._fail("not an address: give http://user:password@host:port/path")
        request = "GET /{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept-Encoding: identity\r\n".format(
            path.replace(" ", "%20"), host
        )
        if self._user:
            request += "Authorization: Basic {}\r\n".format(_base64(self._user))
        try:
            self._connect(socket, name, port)
            self.socket.write((request + "\r\n").encode())
        except OSError as error:
            self._fail("cannot reach the server ({})".format(error))
        status = self._line().split(None, 2)
        if len(status) < 2 or not status[0].startswith("HTTP/1.") or not status[1].isdigit():
            self._fail("the server does not speak HTTP/1")
        code = int(status[1])
        self.length = 0
        self._left = None  # of the body or the chunk; None: until the server closes
        self._chunked = False
        target = None
        while True:
            line = self._line()
            if not line:
                break
            name, _, value = line.partition(":")
            name = name.lower()
            value = value.strip()
            if name == "content-length" and value.isdigit():
                self._left = self.length = int(value)
            elif name == "transfer-encoding" and value.lower() == "chunked":
                self._chunked = True
            elif name == "location":
                target = value
        if code in (301, 302, 303, 307, 308) and target:
            return _absolute(target.partition("#")[0], host, "/" + path.partition("?")[0])
        if code != 200:
            self._fail(" ".join(status[1:]))
        if self._chunked:
            self.length = self._left = 0
            self._first = True
        return None

    def _receive(self, function, *args):
        try:
            return function(*args)
        except OSError as error:
            self._fail("the server does not answer any more ({})".format(error))

    def _line(self) -> str:
        line = self._receive(self.socket.readline, LINE_MAX)
        if len(line) == LINE_MAX:
            self._fail("a line of the server's answer is too long")
        if not line.endswith(b"\n"):
            self._fail("the server's answer ends too early")
        try:
            return str(line, "utf-8").strip()
        except UnicodeError:
            self._fail("the server does not speak HTTP/1")

    def _chunk(self) -> int:
        """The length of the next chunk."""
        size = -1
        if self._first or not self._line():
            try:
                size = int(self._line().partition(";")[0], 16)
            except ValueError:
                pass
        self._first = False
        if size < 0:
            self._fail("a broken chunk")
        if size == 0:
            while self._line():
                pass
        return size

    def readinto(self, buffer) -> int:
        if self.socket is None:
            return 0
        if self._chunked and self._left == 0:
            self._left = self._chunk()
        if self._left == 0:
            self.close()
            return 0
        count = len(buffer) if self._left is None else min(len(buffer), self._left)
        got = self._receive(self.socket.readinto, buffer, count)
        if got:
            if self._left is not None:
                self._left -= got
        elif got is None or self._left:
            self._fail("the server stopped before the end")
        return got

    def close(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None


def open_source(source):
    if isinstance(source, str):
        source = _restored(source)
        return Http(source) if _is_url(source) else File(source)
    if hasattr(source, "readinto") or hasattr(source, "read"):
        return Stream(source)
    try:
        return Memory(source)
    except TypeError:
        raise TypeError(
            "a source is a path, an http:// address, a stream or bytes, not {!r}".format(source)
        )
