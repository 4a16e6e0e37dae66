# SPDX-License-Identifier: MIT
"""The emulated SoC `net` at its raw prompt, with or without a network."""

import re
import subprocess
import textwrap
import time
from pathlib import Path

from tests.device.run import BUILD, repl

SOC = "net"
SILENCE_S = 60
HOST = "10.0.2.2"  # this machine, as libslirp shows it to the board

LAN = """
import network, time
lan = network.LAN(0)
lan.active(True)
lan.ifconfig("dhcp")
for _ in range(1000):
    if lan.isconnected() and lan.ifconfig()[0] != "0.0.0.0":
        break
    time.sleep_ms(10)
else:
    raise OSError("no lease")
"""


class Board:
    """Use `run` for scripts, `close` at the end."""

    def __init__(self, *options, soc=SOC, forward=(), network=False) -> None:
        """Start it.

        options: further ones of lxemu.
        forward: ports of the board that this machine reaches; see `ports`.
        network: libslirp, and a lease before anything else.
        """
        if network:
            specs = ["user", *(f"hostfwd=tcp:127.0.0.1:0-:{port}" for port in forward)]
            options = (*options, "--net", ",".join(specs))
        kernel = BUILD / "firmware" / f"{soc}-tls" / "firmware.bin"
        command = [BUILD / "lxemu", *options, "--kernel", kernel, BUILD / "soc" / soc]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.console = repl.Repl(
            self.process.stdout.fileno(), self.process.stdin.fileno(), SILENCE_S
        )
        self.console.read_until(repl.PROMPT)
        self.console.enter_raw()
        # lxemu says on stderr which ports it took, in the order of the options.
        self.ports = {}
        for port in forward:
            line = self.process.stderr.readline().decode()
            self.ports[port] = int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])
        if network:
            self.check(LAN)

    def start(self, code) -> None:
        """Start a script and go on."""
        self.console.paste(textwrap.dedent(code).encode())

    def finish(self, bound_s=120):
        """Wait for the script; return (what it printed, its traceback)."""
        output, error = self.console.follow(bound_s)
        return output.decode().strip().replace("\r\n", "\n"), error.decode()

    def run(self, code, bound_s=120):
        """Run a script; return (what it printed, its traceback)."""
        self.start(code)
        return self.finish(bound_s)

    def check(self, code, bound_s=120):
        """Run a script that must not fail; return what it printed."""
        output, error = self.run(code, bound_s)
        if error:
            raise AssertionError(output + error)
        return output

    def wait_for(self, text) -> None:
        """Read the running script's output up to a text."""
        self.console.read_until(text.encode())

    def set_clock(self) -> None:
        """Set the board's clock to this machine's."""
        now = time.gmtime()
        self.check(f"import machine; machine.RTC().datetime({(*now[:3], 0, *now[3:6], 0)})")

    def put(self, path: Path) -> None:
        """Copy a file to the board, under its own name."""
        self.check(f"with open({path.name!r}, 'wb') as f: f.write({path.read_bytes()!r})")

    def close(self) -> None:
        """End the emulator."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
