# SPDX-License-Identifier: MIT
"""One request over HTTP/1.1 (RFC 9112) and its answer as a stream: what requests, mip and the programmer are made of.

    with open("x.bin", "wb") as file, fetch("http://host/x.bin") as answer:
        answer.copy_to(file)

Nothing of a body is kept, so that its size does not matter. Redirections are followed, bodies come by length, in chunks
or until the server closes. Each wait for the server is bounded. What goes wrong is an OSError that begins with the URL,
without the password. Runs on MicroPython and CPython.
"""

TIMEOUT_S = 10
LINE_MAX = 1024
HEADERS_MAX = 100
REDIRECTS_MAX = 5
COPY_BYTES = 4096
PORTS = {"http": 80, "https": 443}
# A POST that is answered so goes on as GET, as browsers have it; 307 and 308 repeat the request.
BECOMES_GET = (301, 302, 303)
REDIRECTIONS = BECOMES_GET + (307, 308)
# Answers without a body, whatever their headers say.
BODILESS = (204, 304)


class Address:
    """The parts of http://user:password@host:port/path."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        rest = rest.partition("#")[0]
        end = min([i for i in (rest.find("/"), rest.find("?")) if i >= 0] or [len(rest)])
        place, path = rest[:end], rest[end:]
        user, _, self.host = place.rpartition("@")
        self.scheme = scheme.lower()
        self.path = path if path.startswith("/") else "/" + path
        self.url = scheme + "://" + self.host + path
        if self.scheme not in PORTS:
            self.fail("only http:// and https:// work here")
        try:
            self.user = _unquoted(user)
            self.name, self.port = _split(self.host, PORTS[self.scheme])
        except ValueError:
            self.fail("not an address: give {}://user:password@host:port/path".format(scheme))
        if not self.name:
            self.fail("no host: give {}://host/path".format(scheme))

    def error(self, what: str) -> OSError:
        return OSError("{}: {}".format(self.url, what))

    def fail(self, what: str):
        raise self.error(what)

    def origin(self):
        """What has to stay the same for a password to go along."""
        return self.scheme, self.name, self.port

    def join(self, target: str) -> str:
        """Where a redirection leads."""
        if "://" in target.partition("?")[0]:
            return target
        if target.startswith("//"):
            return self.scheme + ":" + target
        path = self.path.partition("?")[0]
        if target.startswith("?"):
            target = path + target
        elif not target.startswith("/"):
            target = path.rpartition("/")[0] + "/" + target
        return self.scheme + "://" + self.host + target


def _unquoted(text: str) -> bytes:
    """The bytes of a part of a URL, whose unusual ones are written %XX."""
    first, *rest = text.split("%")
    data = first.encode()
    for part in rest:
        data += bytes((int(part[:2], 16),)) + part[2:].encode()
    return data


def _split(host: str, default: int):
    """The name and the port of HOST, HOST:PORT, [IPV6] or [IPV6]:PORT."""
    name, _, port = host.rpartition(":")
    if host.endswith("]") or not name:
        name, port = host, ""
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return name, int(port or default)


def basic(user, password="") -> str:
    """The value of Authorization for a name and a password."""
    from binascii import b2a_base64

    if isinstance(user, str):
        user = (user + ":" + password).encode()
    return "Basic " + str(b2a_base64(user), "ascii").strip()


def _context(verify):
    """A context of TLS. verify: the certificates to trust, a file or bytes; None: nothing is checked."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if hasattr(context, "check_hostname"):
        context.check_hostname = verify is not None
    context.verify_mode = ssl.CERT_NONE if verify is None else ssl.CERT_REQUIRED
    if isinstance(verify, str):
        context.load_verify_locations(cafile=verify)
    elif verify is not None:
        context.load_verify_locations(cadata=verify)
    return context


def _connect(address: Address, timeout, verify, context):
    """A stream to the first of the host's addresses that answers, IPv4 or IPv6."""
    try:
        import socket
    except ImportError:
        address.fail("this firmware has no network: give a file")
    if address.scheme == "https" and context is None:
        try:
            context = _context(verify)
        except ImportError:
            address.fail("this firmware has no TLS: give an http:// address")
    failed = OSError("no address")
    try:
        infos = socket.getaddrinfo(address.name, address.port, 0, socket.SOCK_STREAM)
    except OSError as error:
        infos, failed = [], error
    for info in infos:
        sock = None
        try:
            sock = socket.socket(info[0], info[1])
            sock.settimeout(timeout)
            sock.connect(info[-1])
            if address.scheme == "https":
                sock = context.wrap_socket(sock, server_hostname=address.name)
            # CPython's sockets are not streams.
            return sock if hasattr(sock, "readinto") else sock.makefile("rwb", 0), sock
        except (OSError, ValueError) as error:
            failed = error
            if sock is not None:
                sock.close()
    raise address.error("cannot reach the server ({})".format(str(failed).strip()))


class Answer:
    """Status and headers of an answer, and its body, which readinto() and read() give out."""

    def __init__(self, address: Address, method: str, stream, sock) -> None:
        self._address = address
        self._stream = stream
        self._socket = sock
        self.url = address.url
        self._left = None  # of the body or the chunk; None: until the server closes
        self._chunked = False
        self._first = True
        self.length = 0  # of the body; 0: unknown
        while True:
            self._read_status()
            self._read_headers()
            if self.status >= 200:
                break
        self._frame(method)

    def _read_status(self) -> None:
        status = self._line().split(None, 2)
        if len(status) < 2 or not status[0].startswith("HTTP/1.") or not status[1].isdigit():
            self._address.fail("the server does not speak HTTP/1")
        self.status = int(status[1])
        self.reason = status[2] if len(status) > 2 else ""

    def _read_headers(self) -> None:
        self.headers = {}  # by names in lower case; what comes twice is joined by commas
        for _ in range(HEADERS_MAX):
            line = self._line()
            if not line:
                return
            name, _, value = line.partition(":")
            name = name.lower()
            value = value.strip()
            if name in self.headers:
                value = self.headers[name] + ", " + value
            self.headers[name] = value
        self._address.fail("more than {} headers".format(HEADERS_MAX))

    def _frame(self, method: str) -> None:
        """Where the body ends, from the headers (RFC 9112, section 6.3)."""
        if method == "HEAD" or self.status in BODILESS:
            self._left = 0
        elif self.headers.get("transfer-encoding", "").lower() == "chunked":
            self._chunked = True
            self._left = 0
        elif self.headers.get("content-length", "").isdigit():
            self._left = self.length = int(self.headers["content-length"])

    def _receive(self, function, *args):
        try:
            return function(*args)
        except OSError as error:
            self._address.fail("the server does not answer any more ({})".format(error))

    def _line(self) -> str:
        line = self._receive(self._stream.readline, LINE_MAX) or b""
        if len(line) == LINE_MAX:
            self._address.fail("a line of the server's answer is too long")
        if not line.endswith(b"\n"):
            self._address.fail("the server's answer ends too early")
        try:
            return str(line, "utf-8").strip()
        except UnicodeError:
            self._address.fail("the server does not speak HTTP/1")

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
            self._address.fail("a broken chunk")
        if size == 0:
            while self._line():
                pass
        return size

    def readinto(self, buffer) -> int:
        """Put the next bytes into a buffer; return how many, 0 at the end."""
        if self._stream is None:
            return 0
        if self._chunked and self._left == 0:
            self._left = self._chunk()
        if self._left == 0:
            self.close()
            return 0
        count = len(buffer) if self._left is None else min(len(buffer), self._left)
        view = buffer if count == len(buffer) else memoryview(buffer)[:count]
        got = self._receive(self._stream.readinto, view)
        if got:
            if self._left is not None:
                self._left -= got
        elif got is None or self._left:
            self._address.fail("the server stopped before the end")
        else:
            self.close()
        return got

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, less at the end alone; all that is left without it."""
        parts = []
        while size:
            buffer = bytearray(COPY_BYTES if size < 0 else min(size, COPY_BYTES))
            got = self.readinto(buffer)
            if not got:
                break
            parts.append(bytes(memoryview(buffer)[:got]))
            if size > 0:
                size -= got
        return b"".join(parts)

    def copy_to(self, file) -> int:
        """Write the rest of the body into a file; return its length."""
        buffer = memoryview(bytearray(COPY_BYTES))
        total = 0
        while True:
            got = self.readinto(buffer)
            if not got:
                return total
            file.write(buffer[:got])
            total += got

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._socket.close()
            self._stream = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _send(stream, address: Address, method: str, headers, body) -> None:
    lines = ["{} {} HTTP/1.1".format(method, address.path.replace(" ", "%20"))]
    lines += ["{}: {}".format(name, value) for name, value in headers.items()]
    _write(stream, ("\r\n".join(lines) + "\r\n\r\n").encode())
    if body is None:
        return
    if isinstance(body, (bytes, bytearray, memoryview)):
        _write(stream, body)
        return
    for part in body:
        part = part.encode() if isinstance(part, str) else part
        if part:
            _write(stream, "{:x}\r\n".format(len(part)).encode())
            _write(stream, part)
            _write(stream, b"\r\n")
    _write(stream, b"0\r\n\r\n")


def _write(stream, data) -> None:
    view = memoryview(data)
    while len(view):
        view = view[stream.write(view) :]


def _blocks(file):
    """The content of a file, in pieces."""
    while True:
        data = file.read(COPY_BYTES)
        if not data:
            return
        yield data


def _headers(address: Address, body, given, auth):
    headers = {
        "Host": address.host,
        "Connection": "close",
        "Accept-Encoding": "identity",
    }
    if isinstance(body, (bytes, bytearray, memoryview)):
        headers["Content-Length"] = len(body)
    elif body is not None:
        headers["Transfer-Encoding"] = "chunked"
    names = {name.lower(): name for name in headers}
    for name, value in (given or {}).items():
        # A newline would begin a header that the caller did not mean to send.
        if "\r" in name + str(value) or "\n" in name + str(value):
            raise ValueError("a newline in the header " + repr(name))
        headers[names.get(name.lower(), name)] = value
    if auth:
        headers["Authorization"] = auth
    return headers


def fetch(
    url: str,
    method: str = "GET",
    body=None,
    headers=None,
    auth=None,
    timeout=TIMEOUT_S,
    redirects: int = REDIRECTS_MAX,
    verify=None,
    context=None,
) -> Answer:
    """Send a request; return the answer, whatever its status.

    body: bytes, text, an open file or an iterable of bytes.
    auth: (name, password), or a value for Authorization; a name and password in the URL do as well.
    timeout: seconds of silence that end it, None for never.
    redirects: how many redirections are followed.
    verify: certificates to trust, as a file or bytes; None: https:// checks nothing.
    context: an ssl.SSLContext to use instead.
    """
    if isinstance(body, str):
        body = body.encode()
    elif hasattr(body, "read"):
        body = _blocks(body)
    if isinstance(auth, tuple):
        auth = basic(*auth)
    first = address = Address(url)
    for _ in range(redirects + 1):
        user = address.user
        if user:
            auth = basic(user if b":" in user else user + b":")
        stream, sock = _connect(address, timeout, verify, context)
        try:
            try:
                _send(stream, address, method, _headers(address, body, headers, auth), body)
            except OSError as error:
                address.fail("cannot reach the server ({})".format(error))
            answer = Answer(address, method, stream, sock)
        except BaseException:
            stream.close()
            sock.close()
            raise
        target = answer.headers.get("location")
        if answer.status not in REDIRECTIONS or not target or redirects == 0:
            return answer
        answer.close()
        following = Address(address.join(target))
        if following.origin() != address.origin():
            auth = None
            headers = {
                name: value
                for name, value in (headers or {}).items()
                if name.lower() not in ("authorization", "cookie", "host")
            }
        address = following
        if answer.status in BECOMES_GET and method not in ("GET", "HEAD"):
            method, body = "GET", None
        elif body is not None and not isinstance(body, (bytes, bytearray, memoryview)):
            address.fail("redirected, and the body cannot be sent again: give bytes")
    raise first.error("redirected more than {} times".format(redirects))
