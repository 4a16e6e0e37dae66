# SPDX-License-Identifier: MIT
"""The server's side of a WebSocket (RFC 6455): frames of any length, a piece at a time."""

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
CONTROL_MAX = 125

_UNIT = 64  # bytes that are unmasked at a time


class Broken(Exception):
    """The client does not speak the protocol."""


async def exactly(connection, view) -> None:
    at = 0
    while at < len(view):
        n = await connection.readinto(view[at:])
        if not n:
            raise OSError(104)  # ECONNRESET
        at += n


def accept_key(key: str) -> str:
    from binascii import b2a_base64

    text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()
    try:
        from hashlib import sha1

        digest = sha1(text).digest()
    except ImportError:
        from webrepl.sha1 import sha1 as own

        digest = own(text)
    return b2a_base64(digest)[:-1].decode()


def header(kind: int, length: int) -> bytes:
    """The head of a frame to the client, which is not masked."""
    if length < 126:
        return bytes((0x80 | kind, length))
    if length < 65536:
        return bytes((0x80 | kind, 126, length >> 8, length & 255))
    return bytes((0x80 | kind, 127)) + length.to_bytes(8, "big")


class Mask:
    """Takes a client's mask off, in pieces of any length. Long integers do that faster than bytes one by one."""

    def __init__(self, key: bytes) -> None:
        self.key = bytes(key)
        self.at = 0
        self.unit = int.from_bytes(self.key * (_UNIT // 4), "little")

    def apply(self, view) -> None:
        if self.at:  # the rest of four bytes that a piece before began
            first = min(4 - self.at, len(view))
            self._bytes(view[:first])
            view = view[first:]
        whole = len(view) // _UNIT * _UNIT
        unit = self.unit
        for at in range(0, whole, _UNIT):
            piece = view[at : at + _UNIT]
            piece[:] = (int.from_bytes(piece, "little") ^ unit).to_bytes(_UNIT, "little")
        self._bytes(view[whole:])

    def _bytes(self, view) -> None:
        key, at = self.key, self.at
        for i in range(len(view)):
            view[i] ^= key[at]
            at = (at + 1) & 3
        self.at = at


class Frames:
    """What the client sends: next() gives (kind, bytes of its payload); read() then the payload piece by piece."""

    def __init__(self, connection) -> None:
        self.connection = connection
        self.left = 0  # bytes of the frame that were not read yet
        self._kind = BINARY  # of the message that may be continued
        self._mask = None
        self._head = memoryview(bytearray(14))

    async def next(self) -> tuple:
        head = self._head
        await exactly(self.connection, head[:2])
        kind, length = head[0] & 15, head[1] & 127
        if head[0] & 0x70 or not head[1] & 0x80:
            raise Broken("a frame without a mask, or with reserved bits")
        more = 2 if length == 126 else 8 if length == 127 else 0
        await exactly(self.connection, head[2 : 6 + more])
        if more:
            length = int.from_bytes(head[2 : 2 + more], "big")
        if kind >= CLOSE and (length > CONTROL_MAX or not head[0] & 0x80):
            raise Broken("a control frame that is too long, or in parts")
        if length >> 40:
            raise Broken("a frame without end")
        self._mask = Mask(head[2 + more : 6 + more])
        self.left = length
        if kind == CONTINUED:
            kind = self._kind
        elif kind < CLOSE:
            self._kind = kind
        return kind, length

    async def read(self, view) -> int:
        """The next bytes of the frame, 0 at its end."""
        if not self.left:
            return 0
        n = await self.connection.readinto(view[: min(len(view), self.left)])
        if not n:
            raise OSError(104)
        self._mask.apply(view[:n])
        self.left -= n
        return n
