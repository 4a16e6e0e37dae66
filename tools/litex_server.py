# SPDX-License-Identifier: MIT
"""LiteX's litex_server for an Etherbone port on the same machine: the same options, the same server.

LiteX's binds its UDP socket to the port number that it sends to. On one machine that number is taken, by
`lxemu --etherbone`; here the socket gets any free one. docs/remote.md has an example.
"""

import socket

from litex.tools import litex_server
from litex.tools.remote import comm_udp


class Socket(socket.socket):
    """A socket that takes any free port."""

    def bind(self, address) -> None:
        """Bind to the address with port 0."""
        super().bind((address[0], 0))


class SocketModule:
    """The module socket as comm_udp sees it."""

    socket = Socket

    def __getattr__(self, name):
        return getattr(socket, name)


if __name__ == "__main__":
    comm_udp.socket = SocketModule()
    litex_server.main()
