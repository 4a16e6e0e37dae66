# SPDX-License-Identifier: MIT
"""A web server that answers in each way that a client has to understand, and in wrong ones."""

import base64
import contextlib
import http.server
import json
import ssl
import threading

BODY = bytes(range(256)) * 40
OK = "HTTP/1.1 200 OK"
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"


def chunks(data, size=999, last=b"0\r\nTrailer: x\r\n\r\n"):
    """Data in chunks, with extensions and a trailer."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in parts) + last


class Handler(http.server.BaseHTTPRequestHandler):
    """Each path is a way of answering."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words) -> None:
        """Say nothing."""

    def say(self, *lines, body=b"") -> None:
        """Send lines as they are, then a body, and hang up."""
        head = "".join(line + "\r\n" for line in (*lines, "")).encode("latin-1")
        with contextlib.suppress(OSError):
            self.wfile.write(head if self.command == "HEAD" else head + body)
        self.close_connection = True

    def body(self):
        """What the client has sent."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self) -> None:
        """Answer any method."""
        server = self.server
        path = self.path.partition("?")[0]
        body = self.body()
        moved = "HTTP/1.1 302 Found"
        silent = {"/silent": (), "/silent-body": (OK, LENGTH)}
        table = {
            "/body": ((OK, LENGTH), BODY),
            "/chunked": ((OK, CHUNKED), chunks(BODY)),
            "/close": (("HTTP/1.0 200 OK",), BODY),
            "/text": ((OK, "Content-Length: 2"), "ä".encode()),
            "/204": (("HTTP/1.1 204 No Content", "Content-Length: 5"), b""),
            "/twice": ((OK, "X-Two: 1", "x-two: 2", "Content-Length: 0"), b""),
            "/early": (
                ("HTTP/1.1 103 Early Hints", "Link: x", "", OK, "Content-Length: 4"),
                b"late",
            ),
            "/moved": ((moved, "Location: /body"), b""),
            "/moved-far": (("HTTP/1.1 301 Moved", f"Location: {server.address}/moved"), b""),
            "/moved-near": ((moved, "Location: body"), b""),
            "/loop": ((moved, "Location: /loop"), b""),
            "/303": (("HTTP/1.1 303 See Other", "Location: /echo"), b""),
            "/307": (("HTTP/1.1 307 Temporary Redirect", "Location: /echo"), b""),
            "/to-user": ((moved, "Location: /user"), b""),
            "/to-other": ((moved, f"Location: {server.other}/echo"), b""),
            "/to-secure": ((moved, f"Location: {server.secure}/body"), b""),
            "/short": ((OK, LENGTH), BODY[:5000]),
            "/bad-chunk": ((OK, CHUNKED), chunks(BODY[:5000], last=b"zz\r\n")),
            "/garbage": (("SSH-2.0-dropbear",), b""),
            "/long-line": (("x" * 5000,), b""),
            "/many-headers": ((OK, *(f"X-{i}: {i}" for i in range(1000))), b""),
        }
        if path == "/echo":
            said = json.dumps(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": list(body),
                }
            ).encode()
            self.say(OK, f"Content-Length: {len(said)}", body=said)
        elif path == "/user":
            wanted = "Basic " + base64.b64encode(b"me:p:w").decode()
            known = self.headers.get("Authorization") == wanted
            status = OK if known else "HTTP/1.1 401 Unauthorized"
            self.say(status, "Content-Length: 0")
        elif path == "/empty":
            self.close_connection = True
        elif path in silent:
            if silent[path]:
                self.say(*silent[path], body=BODY[:5000])
            with contextlib.suppress(OSError):
                self.rfile.read(1)  # until the client has had enough
            self.close_connection = True
        elif path in table:
            lines, content = table[path]
            self.say(*lines, body=content)
        elif path in server.files:
            content = server.files[path]
            self.say(OK, f"Content-Length: {len(content)}", body=content)
        else:
            self.say("HTTP/1.1 404 Not Found", "Content-Length: 0")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer


class Server(http.server.ThreadingHTTPServer):
    """The server; `files` are further paths and their content."""

    daemon_threads = True
    address = other = secure = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.port = self.server_port

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is not an error."""


@contextlib.contextmanager
def serve(certificates=None, host="127.0.0.1"):
    """Run a plain and an encrypted server, and one that is another; yield the three.

    certificates: the folder with good.pem and good.key; None: all are plain.
    host: the name by which clients reach them.
    """
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server()) for _ in range(3)]
        plain, secure, other = servers
        plain.address = f"http://{host}:{plain.port}"
        secure.address = f"https://{host}:{secure.port}"
        other.address = f"http://{host}:{other.port}"
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates / "good.pem", certificates / "good.key")
            # The handshake is the connection's own thread's, so that a bad one holds up nobody.
            secure.socket = context.wrap_socket(
                secure.socket, server_side=True, do_handshake_on_connect=False
            )
        for server in servers:
            server.other, server.secure = other.address, secure.address
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield plain, secure, other
