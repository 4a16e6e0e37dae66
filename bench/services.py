# SPDX-License-Identifier: MIT
"""The services on the RTL of `net` and `board`, 100 Mbit/s at a clock of 100 MHz: `python -m bench.services [--lxemu] [NAME]`.

The client is the peer of bench/network.py, which a program at the board's prompt asks to connect to the board: the program
speaks FTP's control connection through it, the data goes between peer and service alone. Times are from the command to the
last reply. With --lxemu they are estimates of the emulator's timing model.

ftp_put_ram, ftp_get    512 KiB into the file system in RAM, and out of it
ftp_put_fpga            a bitstream into the SRAM of an ECP5, of `board`
ftp_put_flash           the same into its flash
net_repl_echo           a byte to a program that reads the console, and back
webrepl_put             512 KiB by WebREPL, in frames of 1,024 bytes
http_get_file           512 KiB
"""

import argparse
import os
import struct
import subprocess
import sys
from dataclasses import dataclass

from bench import figure, guest, jtag, network

COMMAND = "python -m bench services"
BYTES = 512 << 10
WEBREPL_BYTES = 512 << 10
PASSWORD = "secret"
KEY = b"\x12\x34\x56\x78"

START = f"""
import services, os, sys
services.start({{"users": {{"me": "{PASSWORD}"}}, "ftp": {{}}, "http": {{}}, "webrepl": {{}}, "repl": {{}}}})
def order(kind, port, count=0):
    s = connect(999)
    s.write(kind + port.to_bytes(2, "little") + count.to_bytes(4, "little"))
    return s
"""

FTP = (
    START
    + f"""
control = order(b"c", 21)
control.readline()
def reply():
    line = control.readline()
    assert line[:1] in b"123", line
    return line
def say(line):
    control.write(line + b"\\r\\n")
    return reply()
say(b"USER me")
say(b"PASS {PASSWORD}")
def transfer(command, kind, count=0):
    port = int(say(b"EPSV").split(b"|")[3])
    gc.collect()
    start = cycles()
    control.write(command + b"\\r\\n")
    data = order(kind, port, count)
    reply()
    last = reply()
    end = cycles()
    data.close()
    return took(start, end), last
"""
)


@dataclass(frozen=True)
class Row:
    """One figure.

    code: prints its cycles at the end; goal: in `unit`; count: bytes for kB/s, 0: cycles, -1: of the bitstream; file: what
    the peer sends; on: the SoC.
    """

    name: str
    code: str
    goal: float
    count: int = 0
    file: bytes = b""
    on: str = "net"


def masked(kind: int, data: bytes) -> bytes:
    """A client's frame of a WebSocket."""
    n = len(data)
    head = bytes((0x80 | kind, 0x80 | n)) if n < 126 else struct.pack(">BBH", 0x80 | kind, 0xFE, n)
    key = int.from_bytes((KEY * (n // 4 + 1))[:n], "little")
    return head + KEY + (int.from_bytes(data, "little") ^ key).to_bytes(n, "little")


def webrepl_stream() -> bytes:
    """All that a client of WebREPL sends to put a file."""
    said = b"GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    said += masked(1, PASSWORD.encode() + b"\r")
    name = b"w.bin"
    said += masked(2, struct.pack("<2sBBQLH64s", b"WA", 1, 0, 0, WEBREPL_BYTES, len(name), name))
    return said + masked(2, bytes(range(256)) * 4) * (WEBREPL_BYTES // 1024)


PUT = f"transfer(b'STOR x', b's', {BYTES})"
WEBREPL = (
    START
    + f"""
start = cycles()
s = order(b"f", 8266)
while True:
    try:
        if os.stat("/w.bin")[6] == {WEBREPL_BYTES}:
            break
    except OSError:
        pass
    time.sleep_ms(1)
print(took(start, cycles()))
"""
)
HTTP = (
    FTP
    + f"""
{PUT}
gc.collect()
start = cycles()
s = order(b"g", 80)
s.read()
print(took(start, cycles()))
"""
)
REQUEST = b"GET /files/x HTTP/1.0\r\nAuthorization: Basic bWU6c2VjcmV0\r\n\r\n"
ECHO = (
    START
    + f"""
c = order(b"c", 2323)
c.read(10)
c.write(b"{PASSWORD}\\n")
c.read(2)
import select
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
found = []
for _ in range(31):
    start = cycles()
    c.write(b"x")
    sys.stdout.write(sys.stdin.read(1))
    poll.poll(0)
    c.read(1)
    found.append(took(start, cycles()))
c.close()
time.sleep_ms(50)
print()
print(sorted(found)[15])
"""
)

ROWS = (
    Row("ftp_put_ram", f"{FTP}\ntransfer(b'STOR x', b's', 65536)\nprint({PUT}[0])", 2000, BYTES),
    Row("ftp_get", f"{FTP}\n{PUT}\nprint(transfer(b'RETR x', b'r')[0])", 2000, BYTES),
    Row(
        "ftp_put_fpga",
        f"{FTP}\nfor _ in range(2):\n    n, said = transfer(b'STOR fpga', b'f')\nprint(n)",
        0,
        -1,
        on="board",
    ),
    Row(
        "ftp_put_flash",
        f"{FTP}\nprint(transfer(b'STOR flash@0', b'f')[0])",
        0,
        -1,
        on="board",
    ),
    Row("net_repl_echo", ECHO, 200_000),
    Row("webrepl_put", WEBREPL, 500, WEBREPL_BYTES, webrepl_stream()),
    Row("http_get_file", HTTP, 2000, BYTES, REQUEST),
)


def measure(row: Row, lxemu: bool) -> int:
    """Return a row's cycles."""
    options: tuple[str, ...] = ()
    file = guest.BUILD / "bench" / "peer-file"
    if row.on == "board":
        file = jtag.BITSTREAMS / network.BITSTREAM
        options = ("--jtag", jtag.BOARD)
    else:
        file.write_bytes(row.file)
    os.environ["PEER_FILE"] = str(file)
    code = guest.prelude(row.on) + network.UP + row.code
    command = network.simulation(row.on, lxemu, *options)
    return int(guest.execute(command, code, timeout=network.BOUND_S).split()[-1])


def run(rows=ROWS, lxemu: bool = False):
    """The figures for build/bench.json."""
    for on in dict.fromkeys(row.on for row in rows):
        network.build(on, lxemu)
    network.build_peer()
    figures = []
    for row in rows:
        value = measure(row, lxemu)
        if row.count == 0:
            figures.append(figure(row.name, value, "cycles", COMMAND, row.goal))
            continue
        count = row.count
        if count < 0:
            count = (jtag.BITSTREAMS / network.BITSTREAM).stat().st_size
        rate = round(count * (network.CLOCK_HZ / 1000) / value)
        figures.append(figure(row.name, rate, "kB/s", COMMAND, row.goal or None, better="higher"))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lxemu", action="store_true", help="on lxemu --timing, not the RTL")
    parser.add_argument("name", nargs="*", help="part of a row's name; default: all rows")
    options = parser.parse_args()
    rows = [row for row in ROWS if all(name in row.name for name in options.name)]
    if any(row.on == "board" for row in rows):
        command = ["tests/jtag/bitstreams.py", "--output", str(jtag.BITSTREAMS), network.BITSTREAM]
        subprocess.run([sys.executable, *command], cwd=guest.ROOT, check=True)
    for row in run(rows, options.lxemu):
        print(f"{row['name']:24} {row['value']:>9,} {row['unit']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
