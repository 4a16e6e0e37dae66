# SPDX-License-Identifier: MIT
"""The network on the RTL of `net`, 100 Mbit/s at a clock of 100 MHz: `python -m bench.network [--lxemu] [NAME...]`.

The host at the other end of the cable is lwIP in a shared library (bench/peer/), which lives in the simulation's time, so
figures repeat to the cycle. Times are from the request to the last byte, for sending until the peer has it all. The
last piece is sent with TCP_NODELAY, as its end would else wait for the peer's delayed acknowledgement.

tcp_receive_c, tcp_send_c    by lwIP's own interface, in a firmware with bench/modules/netbench
gigabit_no_collapse          frames of 1 MiB that found no free slot, of 8, at 800 Mbit/s on a link of 1000BASE-T
ecp5_sram_http               a bitstream by HTTP into the SRAM of an ECP5, on `board`
"""

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass

from bench import figure, guest, jtag

SOC = "net"
WITH_MODULE = "net-bench"  # the firmware
GIGABIT = "net-gigabit"  # `net` with 8 slots and a PHY that moves a byte each cycle
BOARD = "board"
COMMAND = "python -m bench network"
CLOCK_HZ = 100_000_000
WIRE_KB_S = 11_900  # of TCP's payload at 100 Mbit/s
PEER = guest.BUILD / "bench" / "peer.so"
LWIP = guest.BUILD / "lwip-2.2.1" / "src"
BYTES = 1 << 20
BOUND_S = 1800
BITSTREAM, BITSTREAM_AT = jtag.FILES["compressed"]

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

    name: of the row; code: prints its cycles at the end; goal, limit: in kB/s or cycles; count: bytes for
    kB/s, 0: cycles; on: SoC or firmware.
    """

    name: str
    code: str
    goal: int
    limit: int | None = None
    count: int = 0
    on: str = SOC


IN_C = """
import _netbench
_netbench.{name}(65536)
print(_netbench.{name}({count}))
"""

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
    for _ in range(n // len(data) - 1):
        s.write(data)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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

LOST = """
s = lan.stats()
print(s["rx_overflows"] + s["rx_dropped"] + s["tcp_retransmissions"] if lan.status("speed") == 1000 else -1)
"""

# Twice each: the first time, code is loaded and names are looked up. The rate of the same file in memory is the limit.
HTTP = """
import ecp5, jtag, uctypes
p = ecp5.Programmer(jtag.Master())
def best(source):
    found = 0
    for _ in range(2):
        gc.collect()
        r = p.program(source)
        assert "DONE" in p.status(), p.status()
        found = max(found, r.bytes / r.seconds)
    return round(found / 1000)
print(best(memoryview(uctypes.bytearray_at({at}, {size}))), best("http://10.0.2.2/25f.bit"))
"""

ROWS = (
    Row(
        "tcp_receive_c",
        IN_C.format(name="receive", count=BYTES),
        6_500,
        WIRE_KB_S,
        BYTES,
        WITH_MODULE,
    ),
    Row("tcp_send_c", IN_C.format(name="send", count=BYTES), 5_000, WIRE_KB_S, BYTES, WITH_MODULE),
    Row("tcp_receive_python", RECEIVE_PYTHON, 3_000, WIRE_KB_S, BYTES),
    Row("tcp_send_python", SEND_PYTHON, 3_000, WIRE_KB_S, BYTES),
    Row("udp_echo_python", ECHO + 'print(echo(connect(7, socket.SOCK_DGRAM), 31, b"x"))', 40_000),
    Row("tcp_echo_python", ECHO + 'print(echo(connect(7), 31, b"x"))', 60_000),
    Row("gigabit_no_collapse", RECEIVE_PYTHON + LOST, 0, on=GIGABIT),
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


def simulation(on: str, lxemu: bool, *options: str) -> list[str]:
    """Return the command of the RTL, or of lxemu, with the peer at its cable.

    on: a SoC or a firmware, as in Row; options: further ones.
    """
    soc = SOC if on == WITH_MODULE else on
    firmware = guest.BUILD / "firmware" / on / "firmware.bin"
    if lxemu:
        command = guest.lxemu_command(soc, "--timing", firmware=firmware)
        if on == GIGABIT:
            command[-1:] = ["--net", "rate=1000", str(guest.BUILD / "bench" / GIGABIT)]
    else:
        command = guest.rtl_command(soc, firmware)
        if on == GIGABIT:
            wiring = PEER.parent / "gigabit.txt"
            wiring.write_text("value ethphy.gigabit 1\n")
            command += ["--wiring", str(wiring)]
    return [*command, "--net", f"library={PEER}", *options]


def measure(row: Row, lxemu: bool = False) -> int:
    """Return what a row's code prints at last."""
    code = guest.prelude(SOC) + UP + row.code
    return int(guest.execute(simulation(row.on, lxemu), code, timeout=BOUND_S).split()[-1])


def row_figure(row: Row, value: int):
    """Return a row for build/bench.json."""
    if row.count == 0:
        unit = "frames" if row.on == GIGABIT else "cycles"
        return figure(row.name, value, unit, COMMAND, row.goal, row.limit)
    rate = round(row.count * (CLOCK_HZ / 1000) / value)
    return figure(row.name, rate, "kB/s", COMMAND, row.goal, row.limit, better="higher")


def http_figure(lxemu: bool):
    """Return the row of ecp5_sram_http, whose goal is nine tenths of what the same file in memory reaches."""
    file = jtag.BITSTREAMS / BITSTREAM
    os.environ["PEER_FILE"] = str(file)
    options = ("--jtag", jtag.BOARD, "--load", f"{BITSTREAM_AT:#x}={file}")
    code = guest.prelude(BOARD) + UP + HTTP.format(at=BITSTREAM_AT, size=file.stat().st_size)
    said = guest.execute(simulation(BOARD, lxemu, *options), code, timeout=BOUND_S)
    memory, http = map(int, said.split())
    limits = {"goal": round(0.9 * memory), "limit": memory, "better": "higher"}
    return figure("ecp5_sram_http", http, "kB/s", COMMAND, **limits)


def build(on: str, lxemu: bool) -> None:
    """Make the firmware and the simulation of a row's SoC."""

    def make(*words: str) -> None:
        subprocess.run(["make", *words], cwd=guest.ROOT, check=True, stdout=subprocess.DEVNULL)

    if on == WITH_MODULE:
        firmware = f"FIRMWARE={guest.BUILD / 'firmware' / on / 'firmware.bin'}"
        make(f"SOC={SOC}", firmware, f"USER_C_MODULES={guest.ROOT / 'bench' / 'modules'}", "image")
    elif on == GIGABIT:
        soc = guest.BUILD / "bench" / GIGABIT
        command = [sys.executable, "-m", "gateware.build" if lxemu else "rtl.build", SOC]
        command += ["--eth-rx-slots", "8", "--eth-byte-cycles", "1", "--output-dir", str(soc)]
        command += [] if lxemu else ["--rtl", str(guest.BUILD / "rtl" / GIGABIT)]
        subprocess.run(command, cwd=guest.ROOT, check=True)
        make(f"BUILD_DIRECTORY={soc}", "image")
    else:
        make(f"SOC={on}", "image")
    if lxemu:
        make("emu")
    elif on != GIGABIT:
        make(f"rtl-{SOC if on == WITH_MODULE else on}")


def run(rows=ROWS, lxemu: bool = False, http: bool = True):
    """All figures."""
    names = dict.fromkeys([*(row.on for row in rows), *([BOARD] if http else [])])
    for on in names:
        build(on, lxemu)
    build_peer()
    figures = [row_figure(row, measure(row, lxemu)) for row in rows]
    if http:
        make_bitstream = [sys.executable, "tests/jtag/bitstreams.py", "--output"]
        command = [*make_bitstream, str(jtag.BITSTREAMS), BITSTREAM]
        subprocess.run(command, cwd=guest.ROOT, check=True, stdout=subprocess.DEVNULL)
        figures.append(http_figure(lxemu))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lxemu", action="store_true", help="on lxemu --timing, not the RTL")
    parser.add_argument("name", nargs="*", help="part of a row's name; default: all rows")
    options = parser.parse_args()
    rows = [row for row in ROWS if all(name in row.name for name in options.name)]
    http = all(name in "ecp5_sram_http" for name in options.name)
    for row in run(rows, options.lxemu, http):
        print(f"{row['name']:24} {row['value']:>9,} {row['unit']}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
