# SPDX-License-Identifier: MIT
"""The network on the RTL of `net`, 100 Mbit/s at a clock of 100 MHz: `python -m bench.network [--lxemu] [NAME...]`.

The host at the other end of the cable is lwIP in a shared library (bench/peer/), which lives in the simulation's time, so
figures repeat to the cycle. Times are from the request to the last byte, for sending until the peer has it all.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass

from bench import figure, guest

SOC = "net"
COMMAND = "python -m bench network"
CLOCK_HZ = 100_000_000
WIRE_KB_S = 11_900  # of TCP's payload at 100 Mbit/s
PEER = guest.BUILD / "bench" / "peer.so"
LWIP = guest.BUILD / "lwip-2.2.1" / "src"
BYTES = 1 << 20
BOUND_S = 1800

UP = """
import network, socket, gc, time
lan = network.LAN(0)
lan.ifconfig(("10.0.2.15", "255.255.255.0", "10.0.2.2", "10.0.2.2"))
lan.active(True)
while not lan.isconnected():
    time.sleep_ms(1)
def connect(port, kind=socket.SOCK_STREAM):
    s = socket.socket(socket.AF_INET, kind)
    s.connect(("10.0.2.2", port))
    return s
def ready():
    gc.collect()
    return connect
"""


@dataclass(frozen=True)
class Row:
    """One figure.

    name: of the row; code: prints its cycles; goal, limit: in `unit`; count: bytes for kB/s, 0: cycles.
    """

    name: str
    code: str
    goal: int
    limit: int | None = None
    count: int = 0


RECEIVE_PYTHON = f"""
def receive(n, buf):
    s = connect(19)
    gc.collect()
    start = cycles()
    s.send(n.to_bytes(4, "little"))
    while n:
        n -= s.readinto(buf)
    end = cycles()
    s.close()
    return took(start, end)
receive(65536, bytearray(8192))
print(receive({BYTES}, bytearray(8192)))
"""

SEND_PYTHON = f"""
def send(n, data):
    s = connect(9)
    gc.collect()
    start = cycles()
    s.send(n.to_bytes(4, "little"))
    for _ in range(n // len(data)):
        s.write(data)
    assert s.read(1) == b"."
    end = cycles()
    s.close()
    return took(start, end)
send(65536, bytes(8192))
print(send({BYTES}, bytes(8192)))
"""

ECHO = """
def echo(s, n, data):
    into = bytearray(len(data))
    found = []
    for _ in range(n):
        start = cycles()
        s.send(data)
        s.recv(len(data))
        found.append(took(start, cycles()))
    s.close()
    return sorted(found)[n // 2]
"""

ROWS = (
    Row("tcp_receive_python", RECEIVE_PYTHON, 3_000, WIRE_KB_S, BYTES),
    Row("tcp_send_python", SEND_PYTHON, 3_000, WIRE_KB_S, BYTES),
    Row("udp_echo_python", ECHO + 'print(echo(connect(7, socket.SOCK_DGRAM), 31, b"x"))', 40_000),
    Row("tcp_echo_python", ECHO + 'print(echo(connect(7), 31, b"x"))', 60_000),
)


def build_peer() -> None:
    """Compile bench/peer/ and lwIP into a shared library for the simulations."""
    own = [path for path in (guest.ROOT / "bench" / "peer").rglob("*") if path.is_file()]
    own += [guest.ROOT / "hostnet" / "library.h", LWIP / "core" / "tcp.c"]
    if PEER.exists() and PEER.stat().st_mtime > max(path.stat().st_mtime for path in own):
        return
    sources = sorted([*LWIP.glob("core/*.c"), *LWIP.glob("core/ipv4/*.c")])
    PEER.parent.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-std=c11", "-O2", "-Wall", "-Wno-address", "-fPIC", "-shared"]
    command += ["-fvisibility=hidden", "-I.", "-Ibench/peer", f"-I{LWIP / 'include'}"]
    command += ["bench/peer/peer.c", *map(str, sources), str(LWIP / "netif" / "ethernet.c")]
    subprocess.run([*command, "-o", str(PEER)], cwd=guest.ROOT, check=True)


def simulation(soc: str, lxemu: bool) -> list[str]:
    """Return the command of the RTL, or of lxemu, with the peer at its cable."""
    command = guest.lxemu_command(soc, "--timing") if lxemu else guest.rtl_command(soc)
    return [*command, "--net", f"library={PEER}"]


def measure(row: Row, lxemu: bool = False) -> int:
    """Return a row's cycles."""
    code = guest.prelude(SOC) + UP + row.code
    return int(guest.execute(simulation(SOC, lxemu), code, timeout=BOUND_S).split()[-1])


def row_figure(row: Row, cycles: int):
    """Return a row for build/bench.json."""
    if row.count == 0:
        return figure(row.name, cycles, "cycles", COMMAND, row.goal, row.limit)
    rate = round(row.count * (CLOCK_HZ / 1000) / cycles)
    return figure(row.name, rate, "kB/s", COMMAND, row.goal, row.limit, better="higher")


def run(rows=ROWS, lxemu: bool = False):
    """All figures."""
    targets = ["image", "emu"] if lxemu else ["image", f"rtl-{SOC}"]
    subprocess.run(
        ["make", f"SOC={SOC}", *targets], cwd=guest.ROOT, check=True, stdout=subprocess.DEVNULL
    )
    build_peer()
    return [row_figure(row, measure(row, lxemu)) for row in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lxemu", action="store_true", help="on lxemu --timing, not the RTL")
    parser.add_argument("name", nargs="*", help="part of a row's name; default: all rows")
    options = parser.parse_args()
    rows = [row for row in ROWS if all(name in row.name for name in options.name)]
    for row in run(rows, options.lxemu):
        print(f"{row['name']:24} {row['value']:>9,} {row['unit']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
