# SPDX-License-Identifier: MIT
"""TLS on the RTL of `net`, in a firmware with TLS=1: `python -m bench.tls [--lxemu]`.

Both ends run on the target, over two bytearrays instead of a network, and each end's cycles are counted apart: in the
calls that move that end. So the figures are of TLS alone. The certificate is upstream's own for tests (ECDSA, P-256);
the client of the handshake verifies nothing, which the server does not notice.

tls_handshake    the server's side of a handshake of TLS 1.2, ECDHE-ECDSA on P-256
tls_aes_gcm, tls_chacha20    records of 4,096 bytes sent, of TLS 1.3; *_receive: received
"""

import argparse
import subprocess

from bench import figure, guest

SOC = "net"
FIRMWARE = guest.BUILD / "firmware" / "net-tls" / "firmware.bin"
COMMAND = "python -m bench.tls"
CLOCK_HZ = 100_000_000
CERTIFICATES = guest.BUILD / "micropython-1.25.0" / "tests" / "multi_net"
BYTES = 4096
CURVE_SUITE = "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256"
BULK = {
    "tls_aes_gcm": "TLS1-3-AES-128-GCM-SHA256",
    "tls_chacha20": "TLS1-3-CHACHA20-POLY1305-SHA256",
}

CODE = """
import io, tls

class Pipe(io.IOBase):
    def __init__(self, into, out):
        self.into = into
        self.out = out
    def readinto(self, buffer):
        n = min(len(buffer), len(self.into))
        if not n:
            return -11
        buffer[:n] = self.into[:n]
        self.into[:] = self.into[n:]
        return n
    def write(self, data):
        self.out.extend(data)
        return len(data)
    def ioctl(self, request, argument):
        return 0

class End:
    def __init__(self, protocol, into, out, suite=None):
        context = tls.SSLContext(protocol)
        context.verify_mode = tls.CERT_NONE
        server = protocol == tls.PROTOCOL_TLS_SERVER
        if server:
            context.load_cert_chain(CERT, KEY)
        else:
            context.set_ciphers([suite])
        self.tls = context.wrap_socket(Pipe(into, out), server_side=server, do_handshake_on_connect=False)
        self.cycles = 0
    def call(self, function, *args):
        start = cycles()
        result = function(*args)
        self.cycles += took(start, cycles())
        return result

def connect(suite):
    up, down = bytearray(), bytearray()
    server = End(tls.PROTOCOL_TLS_SERVER, up, down)
    client = End(tls.PROTOCOL_TLS_CLIENT, down, up, suite)
    while not client.call(client.tls.write, b"x"):
        server.call(server.tls.read, 1)
    while not server.call(server.tls.read, 1):
        pass
    assert client.tls.cipher()[0] == suite
    return server, client

def bulk(suite, size):
    server, client = connect(suite)
    data, into = bytes(size), bytearray(size)
    for _ in range(2):  # the second time memory and caches are as they stay
        server.cycles = client.cycles = 0
        assert client.call(client.tls.write, data) == size
        assert server.call(server.tls.readinto, into) == size
    return client.cycles, server.cycles
"""


def measure(lxemu=False):
    """Return {name: cycles}."""
    if lxemu:
        command = guest.lxemu_command(SOC, "--timing", firmware=FIRMWARE)
    else:
        command = guest.rtl_command(SOC, FIRMWARE)
    files = {
        name: (CERTIFICATES / file).read_bytes()
        for name, file in (("CERT", "ec_cert.der"), ("KEY", "ec_key.der"))
    }
    code = guest.prelude(SOC) + "".join(f"{name} = {data!r}\n" for name, data in files.items())
    code += CODE + f"print('tls_handshake', connect({CURVE_SUITE!r})[0].cycles)\n"
    for name, suite in BULK.items():
        code += f"print('{name}', *bulk({suite!r}, {BYTES}))\n"
    found = {}
    for line in guest.execute(command, code, timeout=1500).splitlines():
        name, *numbers = line.split()
        for suffix, number in zip(("", "_receive"), numbers, strict=False):
            found[name + suffix] = int(number)
    return found


def run(lxemu=False):
    """The figures for build/bench.json."""
    firmware = ["make", f"SOC={SOC}", "TLS=1", f"FIRMWARE={FIRMWARE}", "image"]
    for make in (firmware, ["make", "emu" if lxemu else f"rtl-{SOC}"]):
        subprocess.run(make, cwd=guest.ROOT, check=True, stdout=subprocess.DEVNULL)
    rows = []
    for name, value in measure(lxemu).items():
        if name == "tls_handshake":
            rows.append(figure(name, round(value / 1e6, 1), "M cycles", COMMAND, goal=60))
        else:
            rate = CLOCK_HZ / 1000 * BYTES / value
            rows.append(figure(name, round(rate), "kB/s", COMMAND, goal=300, better="higher"))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Figures of TLS.")
    parser.add_argument("--lxemu", action="store_true", help="lxemu --timing instead of RTL")
    for row in run(parser.parse_args().lxemu):
        print(row["name"], row["value"], row["unit"])
