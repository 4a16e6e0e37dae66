# SPDX-License-Identifier: MIT
"""The services in our firmware, behind the prompt of the emulated SoC `net`, with clients of this machine."""

import base64
import ftplib
import io
import json
import subprocess
import unittest
import urllib.error
import urllib.request

from tests.models import support as models
from tests.net import board as net
from tests.services.support import USERS

((USER, PASSWORD),) = USERS.items()
MPREMOTE = net.BUILD / "venv" / "bin" / "mpremote"
DATA = net.pattern(100_000)
SLEEP = """
import asyncio
async def sleep():
    print("sleeps")
    await asyncio.sleep(100)
asyncio.run(sleep())
"""
PASSIVE = 4  # ports for data connections, with the same numbers on both sides


def passive_ports():
    """The first of PASSIVE free ports in a row."""
    for first in range(42_000, 48_000, PASSIVE):
        taken = []
        try:
            for port in range(first, first + PASSIVE):
                taken.append(net.socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        finally:
            for listener in taken:
                listener.close()
        return first
    raise AssertionError("no free ports")


class Served:
    """A board with services: `ports` are this machine's."""

    def __init__(self, case, *options, soc="net", **config):
        first = passive_ports()
        guest = {"ftp": 21, "http": 80, "repl": 2323, "xvc": 2542}
        self.ports = {name: net.free_port() for name in config}
        pairs = [(self.ports[name], guest[name]) for name in config]
        pairs += [(port, port) for port in range(first, first + PASSIVE)]
        forwards = [f"hostfwd=tcp:127.0.0.1:{host}-:{port}" for host, port in pairs]
        if "ftp" in config:
            config["ftp"]["passive"] = (first, PASSIVE)
        self.board = case.board(",".join(["user", *forwards]), *options, soc=soc).up()
        self.config = config | {"users": USERS}
        self.start()

    def start(self):
        said = self.board.run(f"import services\nservices.start({self.config!r})")
        if said:
            raise AssertionError(said)

    def ftp(self):
        """A client that is logged in."""
        ftp = ftplib.FTP(timeout=net.BOUND_S)
        ftp.connect("127.0.0.1", self.ports["ftp"])
        ftp.login(USER, PASSWORD)
        return ftp

    def http(self, path, data=None, method=None, login=True):
        """The JSON that a request is answered by."""
        url = f"http://127.0.0.1:{self.ports['http']}{path}"
        request = urllib.request.Request(url, data, method=method)
        if login:
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            request.add_header("Authorization", "Basic " + pair)
        with urllib.request.urlopen(request, timeout=net.BOUND_S) as answer:
            return json.loads(answer.read())


def put(ftp, name, data):
    return ftp.storbinary(f"STOR {name}", io.BytesIO(data))


def get(ftp, name):
    parts = []
    ftp.retrbinary(f"RETR {name}", parts.append)
    return b"".join(parts)


class Ftp(net.NetTest):
    def test_behind_the_prompt(self):
        served = Served(self, ftp={})
        board = served.board
        ftp = served.ftp()
        self.assertEqual(put(ftp, "a.bin", DATA), f"226 Done: {len(DATA)} bytes")
        self.assertEqual(get(ftp, "a.bin"), DATA)
        self.assertEqual(board.run("print(len(open('a.bin', 'rb').read()))").strip(), "100000")
        # A program that runs keeps nobody waiting, and Ctrl-C is the program's.
        board.start("print('runs')\nwhile True:\n    pass")
        board.wait("runs")
        self.assertEqual(get(ftp, "a.bin"), DATA)
        board.interrupt()
        self.assertIn("KeyboardInterrupt", board.finish()[1])
        self.assertIn("a.bin", ftp.nlst())
        # With the program's own asyncio as well.
        board.start(SLEEP)
        board.wait("sleeps")
        ftp.delete("a.bin")
        board.interrupt()
        self.assertIn("KeyboardInterrupt", board.finish()[1])
        self.assertIn("200", ftp.sendcmd("NOOP"))
        self.assertEqual(board.run("print(services.status()['ftp'])").strip(), "(21, 1, 0)")
        ftp.quit()

    def test_curl(self):
        served = Served(self, ftp={})
        url = f"ftp://127.0.0.1:{served.ports['ftp']}/"
        curl = ["curl", "-sS", "-m", "60", "--user", f"{USER}:{PASSWORD}"]
        subprocess.run([*curl, "-T", "-", url + "up"], input=DATA, check=True, timeout=90)
        for options in ((), ("--disable-epsv",)):
            done = subprocess.run(
                [*curl, *options, url + "up"], stdout=subprocess.PIPE, check=True, timeout=90
            )
            self.assertEqual(done.stdout, DATA)

    def test_soft_reset(self):
        """It ends them, without a word; they start again."""
        served = Served(self, ftp={})
        put(served.ftp(), "kept", b"1")
        served.board.soft_reset()
        served.board.up()
        self.assertEqual(
            served.board.run("import services; print(services.status())").strip(), "{}"
        )
        served.start()
        self.assertEqual(put(served.ftp(), "again", DATA), f"226 Done: {len(DATA)} bytes")
        served.board.run("services.stop()")
        with self.assertRaises((OSError, EOFError)):
            served.ftp()
        self.assertEqual(served.board.run("print(services.status())").strip(), "{}")


class Fpga(net.NetTest):
    """The SoC `board` with a virtual ECP5 on its JTAG master."""

    def test_put(self):
        bit = models.bitstream("25f-compress.bit").read_bytes()
        packed = models.bitstream("25f-compress.bit.gz").read_bytes()
        options = ("--jtag", "ecp5:LFE5U-25F,flash=W25Q128")
        served = Served(self, *options, soc="board", ftp={}, http={})
        ftp = served.ftp()
        for data in (bit, packed):
            said = put(ftp, "fpga", data)
            self.assertRegex(said, rf"^226 Done: {len(bit)} bytes in \d+ ms, IDCODE 0x41111043")
        with self.assertRaisesRegex(ftplib.error_perm, "^550 "):
            put(ftp, "fpga", bit[:50_000])
        said = served.http("/fpga", packed, "PUT")["done"]
        self.assertIn("IDCODE 0x41111043", said)
        blocks = -(-len(bit) // 4096)
        said = put(ftp, "flash@0x200000", packed)
        self.assertRegex(
            said, rf"^226 Done: {blocks} blocks, 0 erased, {blocks} written, verified"
        )
        self.assertEqual(get(ftp, f"flash@0x200000+{len(bit)}"), bit)


class Http(net.NetTest):
    def test_info_and_csr(self):
        served = Served(self, http={})
        info = served.http("/info", login=False)
        self.assertEqual(info["services"], {"http": 80})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            served.http("/csr/ctrl_scratch", b'{"value": 1}', "PUT", login=False)
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()
        served.http("/csr/ctrl_scratch", b'{"value": 305419896}', "PUT")
        self.assertEqual(served.http("/csr/ctrl_scratch")["value"], 305419896)
        code = "import litex; print(hex(litex.csr_read('ctrl_scratch')))"
        self.assertEqual(served.board.run(code).strip(), "0x12345678")


class Repl(net.NetTest):
    def test_mpremote(self):
        served = Served(self, http={}, repl={})
        served.board.console.leave_raw()
        self.assertNotIn("error", served.http("/repl", b"", "POST"))
        place = f"socket://127.0.0.1:{served.ports['repl']}"

        def mpremote(*arguments):
            command = [MPREMOTE, "connect", place, *arguments]
            return subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=net.BOUND_S
            )

        done = mpremote("exec", "print(6 * 7)")
        self.assertEqual((done.returncode, done.stdout.strip()), (0, b"42"))
        done = mpremote("exec", "1 / 0")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"ZeroDivisionError", done.stdout)
        self.assertEqual(served.http("/info")["services"], {"http": 80, "repl": 2323})


if __name__ == "__main__":
    unittest.main()
