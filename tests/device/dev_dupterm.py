# SPDX-License-Identifier: MIT
# os.dupterm() with a stream in Python: output and input go both ways, Ctrl-C comes from it, a broken stream is dropped.
import os

if not hasattr(os, "dupterm"):
    skip("the small size class has one terminal")

import io
import select
import sys
import time


class Terminal(io.IOBase):
    def __init__(self, typed=b""):
        self.typed = bytearray(typed)
        self.shown = bytearray()
        self.broken = self.closed = False

    def readinto(self, buf):
        if self.broken:
            raise RuntimeError("read fails")
        if not self.typed:
            return None
        n = min(len(buf), len(self.typed))
        buf[:n] = self.typed[:n]
        self.typed[:] = self.typed[n:]
        return n

    def write(self, data):
        if self.broken:
            raise RuntimeError("write fails")
        self.shown.extend(data)
        return len(data)

    def ioctl(self, request, argument):
        if request == 4:
            self.closed = True
            return 0
        if request != 3:
            return 0
        return argument & (4 | (1 if self.typed else 0))


equal(os.dupterm(None), None)

# Output goes to both terminals; dupterm() returns the stream before.
first, second = Terminal(), Terminal()
equal(os.dupterm(first), None)
print("to both")
equal(os.dupterm(second), first)
print("to the second")
equal(os.dupterm(None), second)
print("to the console")
equal(first.shown, b"to both\r\n")
equal(second.shown, b"to the second\r\n")

# Index 0 is the only one; what is not a stream is refused.
raises(ValueError, os.dupterm, None, 1)
raises(OSError, os.dupterm, 5)

# Input: bytes for sys.stdin, a line for input() with each kind of line end.
terminal = Terminal(b"ab\n\x00\xff")
os.dupterm(terminal)
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
equal(len(poll.poll(0)), 1)
got = sys.stdin.buffer.read(5)
equal(len(poll.poll(0)), 0)
equal(got, b"ab\n\x00\xff")
for end in (b"\r", b"\n", b"\r\n"):
    terminal.typed.extend(b"name" + end)
    equal(input(), "name")
terminal.typed.extend(b"\r\nafter the LF of the last line\r")
equal(input(), "")
equal(input(), "after the LF of the last line")

# A wait for input ends when a timer's callback types.
import machine

timer = machine.Timer(
    -1, mode=machine.Timer.ONE_SHOT, period=5, callback=lambda t: terminal.typed.extend(b"!")
)
equal(sys.stdin.read(1), "!")
timer.deinit()

# dupterm_notify() fetches what was typed while a program runs, and finds Ctrl-C in it.
terminal.typed.extend(b"xy")
os.dupterm_notify(None)
equal(len(terminal.typed), 0)
equal(len(poll.poll(0)), 1)
equal(sys.stdin.read(2), "xy")
terminal.typed.extend(b"\x03rest")
try:
    os.dupterm_notify(None)
    time.sleep_ms(100)
    check(False, "no KeyboardInterrupt")
except KeyboardInterrupt:
    pass
equal(sys.stdin.read(4), "rest")


# A callback from a timer notifies: it ends a loop that never reads.
def interrupt(t):
    terminal.typed.extend(b"\x03")
    os.dupterm_notify(None)


timer = machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=5, callback=interrupt)
try:
    while True:
        pass
except KeyboardInterrupt:
    pass
timer.deinit()

# A stream that raises is dropped and closed, with a message on the console; then the console works alone.
terminal.broken = True
print("this breaks it")
equal(os.dupterm(None), None)
check(terminal.closed, "closed")

broken = Terminal()
os.dupterm(broken)
broken.broken = True
poll.poll(0)
os.dupterm_notify(None)
equal(os.dupterm(None), None)


# End of file drops it as well.
class Ended(Terminal):
    def readinto(self, buf):
        return 0


ended = Ended()
os.dupterm(ended)
os.dupterm_notify(None)
equal(os.dupterm(None), None)
check(ended.closed, "closed")
