# SPDX-License-Identifier: MIT
"""The prompt for clients of Telnet (RFC 854) and of serial ports over the network (RFC 2217: `rfc2217://board:2323`).

Options and settings of a serial port are agreed to and have no effect: there is no line whose rate could be set.
"""

from services.terminal import Client

IAC = 255
_DONT, _DO, _WONT, _WILL, _SB, _SE = 254, 253, 252, 251, 250, 240
_COM_PORT = 44
_AGREED = (0, 1, 3, _COM_PORT)  # binary, echo, no go-ahead
_ANSWERS = {_WILL: (_DO, _DONT), _WONT: (_DONT, _DONT), _DO: (_WILL, _WONT), _DONT: (_WONT, _WONT)}
_ACKNOWLEDGED = 100  # added to a command of RFC 2217 by the server's answer
_SUBOPTION_MAX = 32


def begins(data) -> bool:
    """Whether a connection begins as such a client's does: with an option."""
    return len(data) > 1 and data[0] == IAC and data[1] in _ANSWERS


class TelnetClient(Client):
    def __init__(self, sock) -> None:
        super().__init__(sock)
        self._rest = b""  # that the socket did not take
        self._expected = self._data
        self._verb = 0
        self._suboption = bytearray()
        self._said: dict = {}  # (side, option): what was answered

    # To the client.

    def flushed(self) -> bool:
        if self._rest:
            n = self.sock.write(self._rest)
            self._rest = self._rest[n or 0 :]
        return not self._rest

    def send(self, data):
        if not self.flushed():
            return None
        at = bytes(data).find(b"\xff")
        if at < 0:
            return self.sock.write(data)
        if at:
            return self.sock.write(data[:at])
        self._answer(b"\xff\xff")
        return 1

    def _answer(self, data: bytes) -> None:
        self._rest += data
        self.flushed()

    # From the client: a state for each byte that may come next.

    def typed(self, data):
        """What is for the prompt of what came."""
        if self._expected == self._data and bytes(data).find(b"\xff") < 0:
            return data
        text = bytearray()
        for byte in data:
            self._expected(byte, text)
        return text

    def _data(self, byte: int, text) -> None:
        if byte == IAC:
            self._expected = self._command
        else:
            text.append(byte)

    def _command(self, byte: int, text) -> None:
        self._expected = self._data
        if byte == IAC:
            text.append(IAC)
        elif byte in _ANSWERS:
            self._verb = byte
            self._expected = self._option
        elif byte == _SB:
            self._suboption[:] = b""
            self._expected = self._inside

    def _option(self, byte: int, text) -> None:
        self._expected = self._data
        verb = self._verb
        answer = _ANSWERS[verb][byte not in _AGREED]
        side = verb in (_WILL, _WONT), byte
        if self._said.get(side) != answer:  # an answer to an answer would go on for ever
            self._said[side] = answer
            self._answer(bytes((IAC, answer, byte)))

    def _inside(self, byte: int, text) -> None:
        if byte == IAC:
            self._expected = self._inside_command
        elif len(self._suboption) < _SUBOPTION_MAX:
            self._suboption.append(byte)

    def _inside_command(self, byte: int, text) -> None:
        if byte == _SE:
            self._expected = self._data
            self._agree(bytes(self._suboption))
        else:
            self._expected = self._inside
            if byte == IAC and len(self._suboption) < _SUBOPTION_MAX:
                self._suboption.append(IAC)

    def _agree(self, said: bytes) -> None:
        if len(said) > 1 and said[0] == _COM_PORT and said[1] < _ACKNOWLEDGED:
            value = bytes((_COM_PORT, said[1] + _ACKNOWLEDGED)) + said[2:]
            self._answer(b"\xff\xfa" + value.replace(b"\xff", b"\xff\xff") + b"\xff\xf0")
