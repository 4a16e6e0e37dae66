# SPDX-License-Identifier: MIT
"""Where bitstreams come from: a path, an http:// address, an object with readinto() or read(), or bytes.

open_source() makes all of them one thing: readinto(buffer) (0 at the end), length (0: unknown), close(); or a view of
all of it where it is in memory.
"""

TIMEOUT_S = 10
LINE_MAX = 1024
REDIRECTS_MAX = 5


class Memory:
    def __init__(self, data):
        self.view = memoryview(data)
        self.length = len(self.view)

    def close(self):
        pass


class Stream:
    """An object that is open already, and stays open."""

    view = None

    def __init__(self, stream):
        self.stream = stream
        self.length = 0

    def readinto(self, buffer):
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

    def close(self):
        pass


class File(Stream):
    def __init__(self, path):
        try:
            super().__init__(open(path, "rb"))
        except OSError as error:
            raise OSError(error.errno, "cannot open " + path)
        self.length = self.stream.seek(0, 2)
        self.stream.seek(0)

    def close(self):
        self.stream.close()


def _absolute(target, host, path):
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


class Http:
    """The body of a GET, HTTP/1.0 or 1.1, by length, in chunks or until the server closes."""

    view = None

    def __init__(self, url):
        self.socket = None
        try:
            for _ in range(REDIRECTS_MAX + 1):
                self.url = url
                url = self._get()
                if url is None:
                    return
                self.close()
            self._fail("redirected more than {} times".format(REDIRECTS_MAX))
        except BaseException:
            self.close()
            raise

    def _fail(self, what):
        raise OSError("{}: {}".format(self.url, what))

    def _connect(self, socket, name, port):
        """To the first of the name's addresses that answers, of whichever family."""
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

    def _get(self):
        """Ask; return where a redirection leads, or None when the body follows."""
        if self.url[:7].lower() != "http://":
            self._fail("only http:// works here")
        try:
            import socket
        except ImportError:
            self._fail("this firmware has no network: give a file")
        host, _, path = self.url[7:].partition("/")
        name, _, port = host.partition(":")
        try:
            self._connect(socket, name, int(port or 80))
            request = "GET /{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept-Encoding: identity\r\n\r\n"
            self.socket.write(request.format(path.replace(" ", "%20"), host).encode())
        except (OSError, ValueError) as error:
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

    def _line(self):
        line = self._receive(self.socket.readline, LINE_MAX)
        if len(line) == LINE_MAX:
            self._fail("a line of the server's answer is too long")
        if not line.endswith(b"\n"):
            self._fail("the server's answer ends too early")
        try:
            return str(line, "utf-8").strip()
        except UnicodeError:
            self._fail("the server does not speak HTTP/1")

    def _chunk(self):
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

    def readinto(self, buffer):
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

    def close(self):
        if self.socket:
            self.socket.close()
            self.socket = None


def open_source(source):
    if isinstance(source, str):
        return Http(source) if "://" in source else File(source)
    if hasattr(source, "readinto") or hasattr(source, "read"):
        return Stream(source)
    return Memory(source)
