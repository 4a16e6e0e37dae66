# SPDX-License-Identifier: MIT
# Runs on the board: two ends of TLS in one program, over two bytearrays instead of a network.
import io
import ssl

EAGAIN = 11
ROUNDS = 100


class Pipe(io.IOBase):
    """One end: what it writes goes to `out`, what it reads comes from `into`."""

    def __init__(self, into, out):
        self.into = into
        self.out = out

    def readinto(self, buffer):
        count = min(len(buffer), len(self.into))
        if count == 0:
            return -EAGAIN
        buffer[:count] = self.into[:count]
        self.into[:] = self.into[count:]
        return count

    def write(self, data):
        self.out.extend(data)
        return len(data)

    def ioctl(self, request, argument):
        return argument if request == 3 else 0


def connect(server_context, client_context, hostname=None):
    """Both ends after the handshake."""
    up, down = bytearray(), bytearray()
    server = server_context.wrap_socket(
        Pipe(up, down), server_side=True, do_handshake_on_connect=False
    )
    client = client_context.wrap_socket(
        Pipe(down, up), server_hostname=hostname, do_handshake_on_connect=False
    )
    for _ in range(ROUNDS):
        # Reading and writing move the handshake; a write is taken when it is over.
        if client.write(b"hello"):
            break
        server.read(1)
    else:
        raise OSError("the handshake does not end")
    return server, client


def server_context(cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def client_context(authority=None, ciphers=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority)
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def read_exactly(end, count):
    data = b""
    for _ in range(ROUNDS):
        if len(data) == count:
            return data
        data += end.read(count - len(data)) or b""
    raise OSError("no data")
