# SPDX-License-Identifier: MIT
"""The time from an NTP server (RFC 4330), and its address from DNS (RFC 1035), without ever waiting in a call."""

import socket
from asyncio import core, wait_for
from time import ticks_us

WAIT_S = 5
DNS_PORT, NTP_PORT = 53, 123
_SECONDS_1900_2000 = 3_155_673_600
_SECONDS_1900_1970 = 2_208_988_800


def _exchange(address: str, port: int, request: bytes):  # async
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        # Of a number, so nobody is asked for it.
        sock.connect(socket.getaddrinfo(address, port)[0][-1])
        sock.send(request)
        yield core._io_queue.queue_read(sock)
        return sock.recv(512)
    finally:
        sock.close()


def _is_number(name: str) -> bool:
    return name.replace(".", "").isdigit()


async def resolve(name: str, server: str) -> str:
    """The IPv4 address of a name, asked of a DNS server; OSError where there is none."""
    if _is_number(name):
        return name
    question = b"".join([bytes([len(part)]) + part.encode() for part in name.split(".")])
    number = ticks_us()
    request = bytes((number & 255, number >> 8 & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)) + question
    request += b"\x00\x00\x01\x00\x01"
    answer = await wait_for(_exchange(server, DNS_PORT, request), WAIT_S)
    if answer[:2] != request[:2] or answer[3] & 15 or len(answer) < len(request):
        raise OSError("the DNS server has no address of " + name)
    try:
        found = _address_in(answer, len(request))
    except IndexError:
        found = ""
    if not found:
        raise OSError("no address of " + name)
    return found


def _address_in(answer: bytes, at: int) -> str:
    """The first A record behind the question."""
    for _ in range(answer[7]):
        while answer[at] and answer[at] < 0xC0:
            at += answer[at] + 1
        at += 2 if answer[at] else 1
        kind, length = answer[at + 1], answer[at + 8] << 8 | answer[at + 9]
        at += 10
        if kind == 1 and length == 4:
            return ".".join([str(byte) for byte in answer[at : at + 4]])
        at += length
    return ""


async def seconds(server: str, dns: str) -> int:
    """Seconds since 1900."""
    address = await resolve(server, dns)
    answer = await wait_for(_exchange(address, NTP_PORT, b"\x1b" + bytes(47)), WAIT_S)
    if len(answer) < 48 or not answer[1]:
        raise ValueError("not an answer of NTP")
    value = int.from_bytes(answer[40:44], "big")
    return value if value >= 1 << 31 else value + (1 << 32)  # from 2036 on


async def query(server: str, dns: str) -> None:
    """Set machine.RTC by this server."""
    from time import gmtime

    from machine import RTC

    epoch = _SECONDS_1900_1970 if gmtime(0)[0] == 1970 else _SECONDS_1900_2000
    now = gmtime(await seconds(server, dns) - epoch)
    RTC().datetime((now[0], now[1], now[2], now[6], now[3], now[4], now[5], 0))
