# SPDX-License-Identifier: MIT
"""The prompt on a TCP port, in upstream's unix port; the prompt itself is a stand-in (scripts/prompt.py)."""

import socket
import threading
import unittest

from tests.services.support import USERS, Services, build, told

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

    def test_paste(self):
        """A megabyte at once arrives whole and in order, and the server takes no more of it than it has room for."""
        with Services(repl={}, prompt=True) as services:
            client = Client(services)
            client.say(b"", b"Password: ")
            client.say(PASSWORD.encode() + b"\n", b"\r\n")
            client.say(b"received.clear()\r", b">>> ")
            text = b"".join(b"%07d " % i for i in range(1 << 17))
            sender = threading.Thread(target=client.sock.sendall, args=(text + b"\r",))
            sender.start()
            client.say(b"", b">>> ")
            sender.join()
            self.assertIn(told(text), client.say(b"received.told()\r", b">>> "))
            client.sock.close()

    def test_telnet(self):
        """Options are answered once, 0xFF is doubled both ways, and settings of the serial port are agreed to."""
        with Services(repl={}, prompt=True) as services:
            client = Client(services)
            client.say(b"", b"Password: ")
            client.say(PASSWORD.encode() + b"\n", b"\r\n")
            client.sock.close()
            client = Client(services)
            answers = b"\xff\xfb\x03\xff\xfd\x00\xff\xfe\x63"
            self.assertEqual(client.say(b"\xff\xfd\x03\xff\xfb\x00\xff\xfb\x63", answers), answers)
            rate = b"\xff\xfa\x2c%c\x00\x01\xc2\xff\xff\xff\xf0"
            self.assertEqual(client.say(rate % 1, rate % 101), rate % 101)
            said = client.say(b"'\xff\xff' and 6\xff\xf1 + 1\r", b">>> ")
            self.assertIn(b"'\xff\xff' and 6 + 1", said)  # echoed
            client.sock.close()


if __name__ == "__main__":
    unittest.main()
