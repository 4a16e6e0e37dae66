# SPDX-License-Identifier: MIT
"""JTAG transports, which of them is the default, who has them, and a board as a network JTAG cable.

Pins(tck, tms, tdi, tdo)   any four pins (machine.Pin, or objects that are called like one)
SlaveSPI(spi, cs)          not JTAG, but the slave SPI port of an ECP5: its SRAM only
XVC(host, port=2542)       on hosts: a network cable
and those of the port: Master(id), SPI(id, tms=pin).
"""

import _ecp5

for _name in ("Pins", "SlaveSPI", "XVC", "Master", "SPI"):
    if hasattr(_ecp5, _name):
        globals()[_name] = getattr(_ecp5, _name)

# TCP_NODELAY and TCP_QUICKACK of Linux: a client that writes a command in pieces would wait 40 ms for the
# acknowledgement of each piece.
_TCP = 6
_AT_ONCE = (1, 12)

_NOT_YET = (11, 35, 110, 116)  # EAGAIN, ETIMEDOUT on the various ports

_owners: list = []  # (transport, who) of each transport in use
_default = None


def pins(tck, tms, tdi, tdo):
    """A transport over pins that are given as machine.Pin takes them, or as pins."""
    from machine import Pin

    def pin(which, **options):
        return Pin(which, **options) if isinstance(which, (int, str, tuple)) else which

    return _ecp5.Pins(
        pin(tck, mode=Pin.OUT, value=0),
        pin(tms, mode=Pin.OUT, value=1),
        pin(tdi, mode=Pin.OUT, value=0),
        pin(tdo, mode=Pin.IN),
    )


def default():
    """The pins of jtagpin.py if there is one, else the SoC's JTAG master: the same transport for all who ask, so that
    they know of each other."""
    global _default
    if _default is None:
        _default = _find_default()
    return _default


def _find_default():
    try:
        import jtagpin
    except ImportError:
        if hasattr(_ecp5, "Master"):
            return _ecp5.Master()
        raise RuntimeError(
            "no JTAG pins are known: call ecp5.init(tck=, tms=, tdi=, tdo=), or put them into jtagpin.py"
        )
    return pins(jtagpin.tck, jtagpin.tms, jtagpin.tdi, jtagpin.tdo)


def owner(transport):
    """Who has claimed it, or None."""
    for item in _owners:
        if item[0] is transport:
            return item[1]
    return None


def _at_once(client):
    for option in _AT_ONCE:
        try:
            client.setsockopt(_TCP, option, 1)
        except (OSError, AttributeError):
            pass


def _if_any(function, *args):
    """What it returns, or None where nothing has come yet."""
    try:
        return function(*args)
    except OSError as error:
        if error.errno in _NOT_YET:
            return None
        raise


def claim(transport, who):
    """Take it; False when someone else has it."""
    if owner(transport) is None:
        _owners.append((transport, who))
        return True
    return owner(transport) is who


def release(transport, who):
    try:
        _owners.remove((transport, who))
    except ValueError:
        pass


class XVCServer:
    """A network JTAG cable: openFPGALoader -c xvc-client, OpenOCD and vendors' tools connect to it.

    serve() serves until Ctrl-C; poll() does what there is to do and returns, for programs with a loop of their own.
    While a client is connected, calls of ecp5 on the same transport are refused; while ecp5 has something
    open, clients are hung up on. port=None: no socket; push() is the protocol.
    """

    def __init__(self, port=2542, transport=None, address="0.0.0.0", vector_bytes=1024):
        self.transport = transport or default()
        self._memory = bytearray(2 * vector_bytes)
        self._protocol = None
        self._client = self._listener = None
        if port is not None:
            import socket

            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(socket.getaddrinfo(address, port)[0][-1])
            self._listener.listen(1)
            self._listener.setblocking(False)

    def open(self, write):
        """Begin with a client whose answers go to write(bytes); False when the transport is in use."""
        if not claim(self.transport, self):
            return False
        self._protocol = _ecp5.XVCServer(self.transport, self._memory, write)
        return True

    def push(self, data):
        """What came from the client, in pieces of any length; False: hang up."""
        return self._protocol is not None and self._protocol.push(data) == 0

    def hang_up(self):
        """Wherever the client left the TAPs, they are in reset afterwards, and the transport is free."""
        protocol, self._protocol = self._protocol, None
        try:
            if protocol:
                protocol.close()
        finally:
            release(self.transport, self)
            if self._client:
                self._client.close()
                self._client = None

    def poll(self):
        """Serve what has come; True while a client is connected."""
        try:
            if self._client is None:
                client = _if_any(self._listener.accept)
                if client is None:
                    return False
                client = client[0]
                if not self.open(client.write):
                    client.close()
                    return False
                self._client = client
                client.setblocking(True)
                client.settimeout(0.02)
            data = _if_any(self._client.recv, 1024)
            if data is None:
                return True
            _at_once(self._client)
            if data and self.push(data):
                return True
            self.hang_up()
        except BaseException as error:
            # Also where an answer did not go out whole: what follows it would be misunderstood.
            self.hang_up()
            if not isinstance(error, OSError):
                raise
        return False

    def serve(self):
        import time

        try:
            while True:
                if not self.poll():
                    time.sleep_ms(10)
        finally:
            self.close()

    def close(self):
        self.hang_up()
        if self._listener:
            self._listener.close()
            self._listener = None
