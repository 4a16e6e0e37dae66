# SPDX-License-Identifier: MIT
"""Host scripts on the host and on the board: the same file, the same output.

Each script of scripts/ runs under CPython against LiteX's RemoteClient, whose litex_server talks Etherbone
to lxemu, and at the prompt of the emulated board. Everything happens in a network namespace of its own
where the machine allows that (then port 1234, RemoteClient's default, is always free); LiteX's litex_server
as it is needs one, as it takes the port that it talks to.
"""

import ctypes
import json
import os
import re
import socket
import subprocess
import sys
import unittest
from pathlib import Path

from tests.device.run import Board

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SCRIPTS = Path(__file__).resolve().parent / "scripts"
PROGRAMS = Path(sys.executable).parent
LITEX_SERVER = [str(PROGRAMS / "litex_server")]
OUR_SERVER = [sys.executable, str(ROOT / "tools" / "litex_server.py")]
BOUND_S = 60
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
ADDRESS, GATEWAY = "192.168.1.50", "192.168.1.100"  # litex_server's default, and the other end
isolated = False


def setUpModule():
    """Move this process into a network namespace, if that is allowed."""
    global isolated
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWNET if uid == 0 else CLONE_NEWUSER | CLONE_NEWNET
    if ctypes.CDLL(None).unshare(flags) != 0:
        print("no network namespace: port 1234 must be free, and LiteX's own server is not tested")
        return
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    isolated = True


class Emulator:
    """lxemu with an Etherbone port."""

    def __init__(self, soc, where, *prefix):
        """Start it.

        soc -- str, name of a reference SoC
        where -- str, as --etherbone takes it
        prefix -- str, a command that runs the rest
        """
        command = [BUILD / "lxemu", "--etherbone", where, "--uart", "none", "--kernel"]
        command += [BUILD / "firmware" / soc / "firmware.bin", BUILD / "soc" / soc]
        self.process = subprocess.Popen([*prefix, *command], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"Etherbone on ([\d.]+):(\d+)", line)
            if found:
                self.address, self.port = found[1], int(found[2])
                return
        raise AssertionError("lxemu does not say where its Etherbone port is")

    def close(self):
        self.process.terminate()
        status = self.process.wait()
        self.process.stderr.close()
        if status != 128 + 15:
            raise AssertionError(f"lxemu ended with {status}")


class Server:
    """A litex_server over UDP."""

    def __init__(self, command, emulator, port):
        """Start it and wait until it serves.

        command -- list of str, which server
        emulator -- Emulator
        port -- int, its TCP port
        """
        self.process = subprocess.Popen(
            [*command, "--udp", "--udp-ip", emulator.address, "--udp-port", str(emulator.port)]
            + ["--bind-port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"},
        )
        said = b""
        # It listens before it has probed the other end, which it does without a word.
        while b"tcp port" not in said:
            data = self.process.stdout.read1()
            if not data:
                raise AssertionError(f"litex_server ended: {said.decode()}")
            said += data

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def free_port():
    """1234 in a namespace of our own, else any free TCP port: RemoteClient's default is 1234."""
    if isolated:
        return 1234
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def litex_cli(soc, port, *options):
    """Run LiteX's litex_cli; return what it prints."""
    command = [PROGRAMS / "litex_cli", "--port", str(port)]
    command += ["--csr-csv", BUILD / "soc" / soc / "csr.csv", *options]
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, timeout=BOUND_S, check=True
    ).stdout


def check_cli(test, soc, port):
    """litex_cli's --ident, --regs, --read and --write do what they should."""
    info = json.loads((BUILD / "soc" / soc / "csr.json").read_text())
    identifier = litex_cli(soc, port, "--ident").strip("\0\n")
    test.assertEqual(identifier, f"MicroPython for LiteX: reference SoC {soc}")
    litex_cli(soc, port, "--write", "ctrl_scratch", "0x600df00d")
    test.assertIn(": 0x600df00d", litex_cli(soc, port, "--read", "ctrl_scratch"))
    lines = litex_cli(soc, port, "--regs").splitlines()
    found = {line.split()[-1]: line.split()[0] for line in lines}
    test.assertEqual(
        found, {name: f"0x{r['addr']:08x}" for name, r in info["csr_registers"].items()}
    )
    test.assertIn(
        f"0x{info['csr_registers']['ctrl_scratch']['addr']:08x} : 0x600df00d ctrl_scratch", lines
    )


class ScriptTest(unittest.TestCase):
    """Scripts written for the host."""

    def on_host(self, soc, script):
        """What a script prints under CPython."""
        done = subprocess.run(
            [sys.executable, script],
            cwd=BUILD / "soc" / soc,  # RemoteClient reads the csr.csv of the folder
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        )
        self.assertEqual(done.stderr, "")
        return done.stdout

    def compare(self, soc, scripts):
        """Run scripts on the host and on the board and compare what they print."""
        emulator = Emulator(soc, "0")
        self.addCleanup(emulator.close)
        server = Server(OUR_SERVER, emulator, 1234)
        self.addCleanup(server.close)
        board = Board(soc, False)
        self.addCleanup(board.close)
        for script in scripts:
            with self.subTest(soc=soc, script=script.name):
                expected = self.on_host(soc, script)
                output, error = board.run(script.read_text())
                self.assertEqual(error, "")
                self.assertGreater(len(expected), 20)
                self.assertEqual(output, expected)

    def test_base(self):
        """Every script on base, and the example."""
        self.compare("base", [*sorted(SCRIPTS.glob("*.py")), ROOT / "examples" / "remote.py"])

    def test_full(self):
        """The tables of the SoC with one or more of each core."""
        self.compare("full", [SCRIPTS / "tables.py", SCRIPTS / "identifier.py"])


class CliTest(unittest.TestCase):
    """LiteX's own programs."""

    def test_here(self):
        """Over our start of litex_server, on one machine."""
        emulator = Emulator("base", "0")
        self.addCleanup(emulator.close)
        port = free_port()
        server = Server(OUR_SERVER, emulator, port)
        self.addCleanup(server.close)
        self.assertEqual(emulator.address, "127.0.0.1")
        check_cli(self, "base", port)

    def test_litex_server(self):
        """Over LiteX's litex_server as it is, the emulator at an address of its own."""
        if not isolated:
            self.skipTest("needs a network namespace")
        other = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE
        )
        self.addCleanup(other.stdout.close)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        other.stdout.readline()
        pid = str(other.pid)
        inside = ["nsenter", "-t", pid, "-n"]
        for command in (
            ["ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", pid],
            ["ip", "addr", "add", f"{GATEWAY}/24", "dev", "here"],
            ["ip", "link", "set", "here", "up"],
            [*inside, "ip", "addr", "add", f"{ADDRESS}/24", "dev", "there"],
            [*inside, "ip", "link", "set", "there", "up"],
        ):
            subprocess.run(command, check=True)
        emulator = Emulator("base", f"{ADDRESS}:1234", *inside)
        self.addCleanup(emulator.close)
        server = Server(LITEX_SERVER, emulator, 1234)
        self.addCleanup(server.close)
        check_cli(self, "base", 1234)


if __name__ == "__main__":
    unittest.main()
