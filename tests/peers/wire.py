# SPDX-License-Identifier: MIT
"""A network of its own for a test: a namespace with a bridge, this machine's end of it, TAPs for boards, and servers.

The whole test process moves into the namespace, so that its own sockets are peers of the board. Without root a user
namespace gives the rights.
"""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from tests.net.board import process

HERE = Path(__file__).resolve().parent
HOST = "10.77.0.1"
HOST6 = "fd77::1"
POOL = ("10.77.0.50", "10.77.0.60")
ADDRESS = "10.9.8.7"  # of answer4.test
ADDRESS6 = "fd77::9"  # of answer6.test
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

PROGRAMS = ("ip", "dnsmasq", "nmap", "ping", "curl")


def ip(*arguments: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *arguments], check=True)


def enter() -> None:
    """Move this process into a network namespace, once, with a bridge that 10.77.0.1 and fd77::1 are on."""
    if os.environ.get("PEERS_NAMESPACE") == str(os.getpid()):
        return
    missing = [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]
    if missing:
        raise RuntimeError(f"no {', '.join(missing)}: run `make test-packages`")
    os.environ["PATH"] = search_path()
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNET | (CLONE_NEWUSER if user != 0 else 0)
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise unittest.SkipTest("no TAP on this machine: /dev/net/tun cannot be opened")
    if libc.unshare(flags) != 0:
        raise unittest.SkipTest(
            f"no network namespace: {os.strerror(ctypes.get_errno())}; run as root, or allow user namespaces"
        )
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    os.environ["PEERS_NAMESPACE"] = str(os.getpid())
    ip("link", "set", "lo", "up")
    ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    ip("link", "set", "br0", "address", "02:77:00:00:00:01")
    Path("/proc/sys/net/ipv6/conf/br0/accept_dad").write_text("0")
    ip("address", "add", f"{HOST}/24", "dev", "br0")
    ip("address", "add", f"{HOST6}/64", "dev", "br0", "nodad")
    ip("link", "set", "br0", "up")
    ip("route", "add", "default", "via", "10.77.0.254")  # where nobody is
    for name in ("tap0", "tap1"):
        ip("tuntap", "add", "dev", name, "mode", "tap")
        ip("link", "set", name, "master", "br0", "up")


def search_path() -> str:
    """PATH with the folders of a system's daemons."""
    return os.environ["PATH"] + ":/usr/sbin:/sbin"


class Program:
    """A program that runs beside the test, its output in a file.

    ready -- what it prints when it can be used
    """

    def __init__(self, *command: str, ready: str = "", bound_s: float = 20) -> None:
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            preexec_fn=process.die_with_parent,
        )
        if ready:
            self.wait(ready, bound_s)

    def text(self) -> str:
        """What it has printed."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def wait(self, text: str, bound_s: float = 20, count: int = 1) -> None:
        """Wait until it has printed a text `count` times."""
        end = time.monotonic() + bound_s
        while self.text().count(text) < count:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(
                    f"{self.process.args[0]} has not said {text!r}:\n{self.text()}"
                )
            time.sleep(0.05)

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def dnsmasq(folder: Path, *options: str, pool: tuple[str, str] = POOL) -> Program:
    """DHCP, names and router advertisements on the bridge; leases stay in the folder, and are renewed after 3 s."""
    return Program(
        "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--interface=br0", "--bind-interfaces",
        "--user=root", "--group=root", "--pid-file", f"--dhcp-leasefile={folder}/leases", "--log-facility=-",
        "--log-dhcp", "--no-resolv", "--no-hosts", "--dhcp-authoritative", "--no-ping",
        f"--dhcp-range={pool[0]},{pool[1]},255.255.255.0,120", "--dhcp-option=option:T1,3", "--dhcp-option=option:T2,60",
        f"--dhcp-option=option:dns-server,{HOST}", f"--dhcp-option=option:router,{HOST}",
        "--dhcp-range=::,constructor:br0,ra-only,64,300", "--enable-ra",
        f"--host-record=answer4.test,{ADDRESS}",
        f"--host-record=answer6.test,{ADDRESS6}", *options, ready="started",
    )  # fmt: skip


class Squatter:
    """A host that answers ARP (RFC 826) for an address which is another's."""

    MAC = bytes.fromhex("0277000000aa")

    def __init__(self, address: str) -> None:
        self.address = socket.inet_aton(address)
        ip("link", "add", "squatter0", "type", "veth", "peer", "name", "squatter1")
        for name in ("squatter0", "squatter1"):
            ip("link", "set", name, "up")
        ip("link", "set", "squatter1", "master", "br0")
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
        self.socket.bind(("squatter0", 0x0806))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                frame = self.socket.recv(2000)
                if frame[20:22] == b"\x00\x01" and frame[38:42] == self.address:
                    asker = frame[22:32]
                    answer = frame[12:20] + b"\x00\x02" + self.MAC + self.address + asker
                    self.socket.send(frame[6:12] + self.MAC + answer)

    def close(self) -> None:
        self.socket.close()
        ip("link", "del", "squatter0")


def mdns(*arguments: str) -> Program:
    """Python's zeroconf, of Debian, as the other host on the link (mdns_peer.py)."""
    return Program("/usr/bin/python3", str(HERE / "mdns_peer.py"), *arguments)
