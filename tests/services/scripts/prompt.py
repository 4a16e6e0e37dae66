# SPDX-License-Identifier: MIT
"""A stand-in for the port's prompt where os.dupterm() is missing: it echoes what is typed, and a line that ends in CR is
answered by what eval() makes of it. `slow` takes a byte at a time, with a pause after each 256."""

from asyncio import core

import services.terminal
from services.loop import loop

received = bytearray()  # all that was read


class Os:
    attached = None

    @staticmethod
    def dupterm(terminal):
        Os.attached, before = terminal, Os.attached
        if terminal and not before:
            loop.spawn(prompt(terminal))
        return before

    @staticmethod
    def dupterm_notify(_):
        Os.notified += 1

    notified = 0


async def prompt(terminal):
    line = bytearray()
    byte = bytearray(1)
    while Os.attached is terminal:
        for _ in range(256):
            if not terminal.readinto(byte):
                break
            received.extend(byte)
            if byte[0] == 13:
                terminal.write(b"\r\n")
                try:
                    value = eval(line.decode(), globals())
                    text = value if isinstance(value, str) else repr(value)
                    terminal.write(text.encode() + b"\r\n")
                except Exception as error:
                    terminal.write(repr(error).encode() + b"\r\n")
                terminal.write(b">>> ")
                line[:] = b""
            else:
                line.extend(byte)
                if len(line) < 100:
                    terminal.write(bytes(byte))
        await core.sleep_ms(1)


services.terminal.os = Os
