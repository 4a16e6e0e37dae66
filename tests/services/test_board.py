# SPDX-License-Identifier: MIT
"""The services in our firmware, behind the prompt of the emulated SoC `net`, with clients of this machine."""

import base64
import ftplib
import gzip
import io
import json
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from tests.models import support as models
from tests.net import board as net
from tests.services.support import USERS

sys.path.insert(0, str(net.ROOT / "tools"))
import run  # noqa: E402
import run_flash  # noqa: E402

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
    """A board with services: `ports` are this machine's; `same` are ports with one number on both sides."""

    def __init__(self, case, *options, soc="net", same=(), **config):
        first = passive_ports()
        guest = {"ftp": 21, "http": 80, "repl": 2323, "webrepl": 8266, "xvc": 2542}
        self.ports = {name: net.free_port() for name in config if guest.get(name) not in same}
        pairs = [(host, guest[name]) for name, host in self.ports.items()]
        pairs += [(port, port) for port in (*same, *range(first, first + PASSIVE))]
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


class Boot(net.NetTest):
    """The board as `make run` starts it: nobody types, and the services of /services.json run."""

    def test_from_the_flash(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "flash.bin"
            run_flash.make(path)
            first = run_flash.configured(path)
            run_flash.main_for(net.BUILD / "soc" / "board", path)
            self.assertEqual(run_flash.configured(path), first, "a flash that is there stays")
            port = net.free_port()
            forward = f"user,hostfwd=tcp:127.0.0.1:{port}-:80"
            board = self.board(forward, "--spiflash", str(path), soc="board")
            url = f"http://127.0.0.1:{port}"

            def page(name):
                request = urllib.request.Request(url + name, headers={"Accept-Encoding": "gzip"})
                with urllib.request.urlopen(request, timeout=net.BOUND_S) as answer:
                    self.assertEqual(answer.headers["Content-Encoding"], "gzip")
                    return gzip.decompress(answer.read()).decode()

            main = page("/")
            parts = re.findall(r'(?:src|href)="(/[^"]+)"', main)
            self.assertEqual(len(parts), 5)
            for part in parts:
                self.assertGreater(len(page(part)), 400, part)
            names = {"ftp": 21, "http": 80, "repl": 2323, "webrepl": 8266, "xvc": 2542}
            with urllib.request.urlopen(url + "/info", timeout=net.BOUND_S) as answer:
                self.assertEqual(json.loads(answer.read())["services"], names)
            board.soft_reset()
            with urllib.request.urlopen(url + "/info", timeout=net.BOUND_S) as answer:
                self.assertEqual(json.loads(answer.read())["services"], names)

    def test_configurations_that_are_wrong(self):
        for text, wanted in (
            ("users: none", "is not JSON"),
            ("[1]", "is not an object"),
            ('{"ftp": {"port": "x"}}', "ftp is not started"),
            ('{"http": {"nonsense": 1}}', ""),
        ):
            board = self.board(soc="net")
            board.run(f"with open('/services.json', 'w') as f: f.write({text!r})")
            board.console.write(net.repl.CTRL_D)
            said = board.console.read_until(b"raw REPL; CTRL-B to exit\r\n>").decode()
            self.assertIn(wanted, said)
            self.assertNotIn("Traceback", said)
            self.assertEqual(board.run("print(1)").strip(), "1")


class Hint(unittest.TestCase):
    """What `make run` prints."""

    PORTS = {80: 8081, 443: 8443, 21: 2121, 2323: 2323, 8266: 8266, 2542: 2542}

    def test_addresses(self):
        said = run.addresses(run_flash.config("secret"), self.PORTS, run.PASSIVE_FIRST)
        for text in (
            "user me, password secret",
            "http://127.0.0.1:8081/",
            "ftp ftp://me:secret@127.0.0.1:2121/",
            "curl -T FILE.bit ftp://me:secret@127.0.0.1:2121/fpga",
            "mpremote connect socket://127.0.0.1:2323",
        ):
            self.assertIn(text, said)

    def test_other_configurations(self):
        said = run.addresses({"users": {"a": "b"}, "ftp": {"port": 80}}, self.PORTS, 0)
        self.assertIn("ftp://a:b@127.0.0.1:8081/", said)
        self.assertNotIn("browser", said)


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
    def setUp(self):
        self.served = Served(self, http={}, repl={})
        self.served.board.console.leave_raw()
        self.assertNotIn("error", self.served.http("/repl", b"", "POST"))

    def mpremote(self, *arguments, scheme="socket"):
        """What mpremote printed on the port of the prompt, and its status."""
        place = f"{scheme}://127.0.0.1:{self.served.ports['repl']}"
        done = subprocess.run(
            [MPREMOTE, "connect", place, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=net.BOUND_S,
        )
        return done.stdout.decode(errors="replace").replace("\r\n", "\n"), done.returncode

    def test_mpremote(self):
        self.assertEqual(self.mpremote("exec", "print(6 * 7)"), ("42\n", 0))
        said, status = self.mpremote("exec", "1 / 0")
        self.assertEqual(status, 1)
        self.assertIn("ZeroDivisionError", said)
        self.assertEqual(self.served.http("/info")["services"], {"http": 80, "repl": 2323})

    def test_mpremote_files(self):
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            (here / "tree" / "deep").mkdir(parents=True)
            (here / "tree" / "one.bin").write_bytes(DATA[:5000])
            (here / "tree" / "deep" / "two.bin").write_bytes(bytes(range(256)) * 8)
            (here / "hello.py").write_text("print('from a script')\n")
            (here / "module.py").write_text("VALUE = 'over the cable'\n")
            said, status = self.mpremote("cp", "-r", str(here / "tree"), ":/")
            self.assertEqual(status, 0, said)
            said, status = self.mpremote("cp", "-r", ":/tree", str(here / "back"))
            self.assertEqual(status, 0, said)
            for name in ("one.bin", "deep/two.bin"):
                copied = (
                    here / "back" / "tree" if (here / "back" / "tree").exists() else here / "back"
                ) / name
                self.assertEqual(copied.read_bytes(), (here / "tree" / name).read_bytes())
            self.assertEqual(self.mpremote("run", str(here / "hello.py")), ("from a script\n", 0))
            said, status = self.mpremote(
                "mount", folder, "exec", "import module; print(module.VALUE)"
            )
            self.assertEqual(status, 0, said)
            self.assertIn("over the cable\n", said)

    def test_rfc2217(self):
        code = "import sys; sys.stdout.buffer.write(bytes([13, 10, 253, 254, 255, 255, 65]))"
        said = self.mpremote("exec", code + "; print(6 * 7)", scheme="rfc2217")
        self.assertEqual(said[1], 0, said)
        self.assertTrue(said[0].endswith("A42\n"), said)


if __name__ == "__main__":
    unittest.main()
