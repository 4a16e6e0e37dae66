# SPDX-License-Identifier: MIT
"""The prompt on a TCP port, in upstream's unix port; the prompt itself is a stand-in (scripts/prompt.py)."""

import socket
import unittest

from tests.services.support import USERS, Services, build

((USER, PASSWORD),) = USERS.items()


def setUpModule():
    build()


class Client:
    def __init__(self, services):
        self.sock = socket.create_connection(("127.0.0.1", services.ports["repl"]), timeout=20)

    def say(self, data, end):
        """What comes, to this end."""
        self.sock.sendall(data)
        text = b""
        while not text.endswith(end):
            byte = self.sock.recv(1)
            if not byte:
                raise EOFError(text)
            text += byte
        return text


class Port(unittest.TestCase):
    def test_password_and_unlocking(self):
        with Services(repl={}, prompt=True) as services:
            client = Client(services)
            client.say(b"", b"Password: ")
            self.assertIn(b"Access denied", client.say(b"1 + 1\r\n", b"Password: "))
            client.say(PASSWORD.encode() + b"\n", b"\r\n")
            self.assertIn(b"\r\n23\r\n", client.say(b"20 + 3\r", b">>> "))
            client.sock.close()
            again = Client(services)  # as mpremote does, which can give no password
            self.assertIn(b"\r\n11\r\n", again.say(b"5 + 6\r", b">>> "))
            again.sock.close()


if __name__ == "__main__":
    unittest.main()
