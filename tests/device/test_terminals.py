# SPDX-License-Identifier: MIT
"""The console's two kinds of reader, lines and bytes, and a second prompt by os.dupterm()."""

import unittest

from tests.device.test_repl import CTRL_A, CTRL_B, CTRL_D, PROMPT, PromptTest

# A terminal that types what is in `typed` and keeps what it is shown.
TERMINAL = r"""
import io, os, micropython, sys
class Terminal(io.IOBase):
    def __init__(self, typed=b""):
        self.typed, self.shown = bytearray(typed), bytearray()
    def readinto(self, buf):
        if not self.typed:
            return None
        buf[0] = self.typed[0]
        self.typed[:] = self.typed[1:]
        return 1
    def write(self, data):
        self.shown.extend(data)
    def ioctl(self, request, argument):
        return 0
"""
BYTES = b"a\nb\r\n\nc\n"


class Lines(PromptTest):
    """Line ends: translated where a line is read, never for a program that reads bytes."""

    def read_bytes(self, setup):
        """Run a program that reads bytes; return what it got, as printed."""
        self.terminal.port.write(
            setup + b"print('now' + 'ready'); x = sys.stdin.buffer.read(%d)\r" % len(BYTES)
        )
        self.terminal.wait(b"nowready\r\n")
        self.terminal.port.write(BYTES)
        self.terminal.wait(PROMPT)
        self.terminal.type("micropython.kbd_intr(3)")
        return self.terminal.type("x")

    def test_bytes_at_the_prompt(self):
        self.terminal.type("import sys, micropython")
        self.assertEqual(self.read_bytes(b""), f"{BYTES!r}\n")

    def test_bytes_without_ctrl_c(self):
        """micropython.kbd_intr(-1) is the program's: the prompt is not what reads."""
        self.terminal.type("import sys, micropython")
        self.assertEqual(self.read_bytes(b"micropython.kbd_intr(-1); "), f"{BYTES!r}\n")

    def test_bytes_in_main(self):
        lines = (
            "import sys, micropython",
            "micropython.kbd_intr(-1)",
            "print('main' + 'ready')",
            f"x = sys.stdin.buffer.read({len(BYTES)})",
            "micropython.kbd_intr(3)",
        )
        self.terminal.type(f"n = open('main.py', 'w').write({chr(10).join(lines)!r})")
        self.terminal.port.write(CTRL_D)
        self.terminal.wait(b"soft reboot", b"mainready\r\n")
        self.terminal.port.write(BYTES)
        self.terminal.wait(PROMPT)
        self.assertEqual(self.terminal.type("x"), f"{BYTES!r}\n")
        self.terminal.type("import os; os.remove('main.py')")

    def test_line_ends_at_the_prompt(self):
        for end in (b"\r", b"\n", b"\r\n"):
            self.terminal.port.write(b"6 * 7" + end)
            self.terminal.wait(b"6 * 7\r\n42\r\n", PROMPT)
        self.terminal.port.write(b"\n\n")
        self.terminal.wait(PROMPT, PROMPT)

    def raw_paste_after_input(self, end):
        """Answer input() in raw mode with a line that ends so, then ask for raw paste."""
        self.terminal.port.write(CTRL_A)
        self.terminal.wait(b"raw REPL; CTRL-B to exit\r\n>")
        try:
            self.terminal.port.write(b"print(input('name? '))" + CTRL_D)
            self.terminal.wait(b"OKname? ")
            self.terminal.port.write(b"me" + end)
            self.terminal.wait(b"me\r\n", b"me\r\n\x04\x04>")
            self.terminal.port.write(b"\x05A\x01")
            # Supported, and the size of the window.
            self.terminal.wait(b"R\x01")
            self.assertEqual(len(self.terminal.port.read(3)), 3)
            self.terminal.port.write(b"print(6 * 7)" + CTRL_D)
            self.terminal.wait(b"\x0442\r\n\x04\x04>")
        finally:
            self.terminal.port.write(CTRL_B)

    def test_raw_paste_after_input(self):
        """The LF behind input()'s CR is not text for the raw prompt."""
        for end in (b"\r", b"\n", b"\r\n"):
            self.raw_paste_after_input(end)

    def test_bytes_after_input(self):
        """A program's bytes are its own, also the first after input()."""
        self.terminal.type("import sys")
        self.terminal.port.write(
            b"y = input('answer' + '?'), sys.stdin.buffer.read(3)\r",
        )
        self.terminal.wait(b"answer?")
        self.terminal.port.write(b"me\r\n\nx")
        self.terminal.wait(PROMPT)
        self.assertEqual(self.terminal.type("y"), "('me', b'\\n\\nx')\n")


class LinesSmall(Lines):
    soc = "mini"


class SecondPrompt(PromptTest):
    """A terminal in Python beside the console."""

    def setUp(self):
        super().setUp()
        self.terminal.type(f"exec({TERMINAL!r})")

    def test_a_prompt_on_it(self):
        """What it types is run, and it is shown the echo and the result like the console."""
        self.terminal.port.write(b"t = Terminal(b'40 + 2\\r'); r = os.dupterm(t)\r")
        self.terminal.wait(b"40 + 2\r\n42\r\n", PROMPT)
        self.terminal.type("r = os.dupterm(None)")
        shown = self.terminal.type("t.shown.replace(b'>', b'<')")
        self.assertIn(r"<<< 40 + 2\r\n42\r\n<<< ", shown)

    def test_soft_reset_from_it(self):
        """Ctrl-D on it resets; the stream belongs to the old heap, so it is detached."""
        self.terminal.port.write(b"t = Terminal(b'\\x04'); r = os.dupterm(t)\r")
        self.terminal.wait(b"MPY: soft reboot\r\n", PROMPT)
        self.terminal.prompt()
        self.terminal.type("import os, gc; gc.collect()")
        self.assertEqual(self.terminal.type("print(os.dupterm(None))"), "None\n")

    def test_soft_reset_with_a_pending_byte(self):
        """What os.dupterm_notify() has fetched before a soft reset is not typed after it."""
        self.terminal.type(
            "n = open('main.py', 'w').write('import os; print(os.dupterm(None))')",
        )
        self.terminal.port.write(
            b"t = Terminal(b'1/0\\r'); r = os.dupterm(t); os.dupterm_notify(None); raise SystemExit\r"
        )
        got = self.terminal.wait(b"MPY: soft reboot\r\n", b"None\r\n", PROMPT)
        self.assertNotIn(b"1/0", got.partition(b"soft reboot")[2])
        self.terminal.type("import os; os.remove('main.py')")

    def test_trap_detaches_it(self):
        self.terminal.type("import uctypes; t = Terminal(); r = os.dupterm(t)")
        self.terminal.port.write(
            b"uctypes.struct(0x40000001, {'x': uctypes.UINT32 | 0}, uctypes.NATIVE).x\r"
        )
        self.terminal.wait(b"CPU exception ", b"MPY: restarted", PROMPT)
        self.terminal.prompt()
        self.terminal.type("import os")
        self.assertEqual(self.terminal.type("print(os.dupterm(None))"), "None\n")

    def test_a_broken_stream_is_dropped(self):
        self.terminal.type("Terminal.write = lambda self, data: 1/0")
        self.terminal.port.write(b"r = os.dupterm(Terminal())\r")
        self.terminal.wait(
            b"dupterm: Exception in write() method, deactivating: ", b"divide by zero"
        )
        self.terminal.prompt()
        self.assertEqual(self.terminal.type("print(os.dupterm(None))"), "None\n")


if __name__ == "__main__":
    unittest.main()
