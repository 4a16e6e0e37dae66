# SPDX-License-Identifier: MIT
"""The FTP server in upstream's unix port, with the clients that people use; the FPGA is vecp5's."""

import contextlib
import ftplib
import gzip
import io
import os
import socket
import subprocess
import time
import unittest
from typing import Any

from tests.models import support as models
from tests.services.support import SCRATCH, USERS, Services, build

((USER, PASSWORD),) = USERS.items()
DATA = bytes((7 * i + (i >> 8)) & 255 for i in range(200_000))
ALL = ["write", "fpga", "flash", "card", "site", "run"]


def setUpModule():
    build()
    models.build()


def login(services, user=USER, password=PASSWORD):
    ftp = ftplib.FTP()
    ftp.connect("127.0.0.1", services.ports["ftp"], timeout=20)
    ftp.login(user, password)
    return ftp


def put(ftp, name, data):
    return ftp.storbinary(f"STOR {name}", io.BytesIO(data))


def get(ftp, name, rest=None):
    parts = []
    ftp.retrbinary(f"RETR {name}", parts.append, rest=rest)
    return b"".join(parts)


class Raw:
    """A control connection without a client's mercy."""

    def __init__(self, services):
        self.sock = socket.create_connection(("127.0.0.1", services.ports["ftp"]), timeout=30)
        self.file = self.sock.makefile("rb")
        self.file.readline()

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.file.close()
        self.sock.close()

    def say(self, line):
        """The last line of the answer to it."""
        self.sock.sendall(line if isinstance(line, bytes) else line.encode() + b"\r\n")
        while True:
            answer = self.file.readline().decode()
            if not answer or answer[3:4] == " " and answer[:3].isdigit():
                return answer.rstrip()


def heap_free(services):
    """Bytes, as the server counts them."""
    said = login(services).sendcmd(
        'SITE exec "import gc, memory; gc.collect(); print(memory.free())"'
    )
    return int(said.splitlines()[0].partition("-")[2])


class Verbs(unittest.TestCase):
    """Each verb by ftplib."""

    services: Services

    @classmethod
    def setUpClass(cls):
        cls.services = Services(ftp={"rights": ALL})

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__(None)

    def setUp(self):
        self.ftp = login(self.services)

    def tearDown(self):
        self.ftp.close()

    def test_files(self):
        ftp = self.ftp
        self.assertEqual(put(ftp, "a.bin", DATA), f"226 Done: {len(DATA)} bytes")
        self.assertEqual(ftp.size("a.bin"), len(DATA))
        self.assertEqual(get(ftp, "a.bin"), DATA)
        self.assertEqual(get(ftp, "/a.bin", rest=1234), DATA[1234:])
        ftp.storbinary("STOR a.bin", io.BytesIO(b"xy"), rest=10)
        ftp.storbinary("APPE a.bin", io.BytesIO(b"end"))
        self.assertEqual(get(ftp, "a.bin"), DATA[:10] + b"xy" + DATA[12:] + b"end")
        self.assertRegex(ftp.sendcmd("MDTM a.bin"), r"^213 20\d{12}$")
        ftp.rename("a.bin", "b.bin")
        self.assertEqual(ftp.nlst(), ["b.bin"])
        ftp.delete("b.bin")
        self.assertEqual(ftp.nlst(), [])

    def test_folders(self):
        ftp = self.ftp
        self.assertEqual(ftp.mkd("one"), "/one")
        ftp.cwd("one")
        self.assertEqual(ftp.pwd(), "/one")
        for name in ("a.py", "b.py", "c.txt", "ä ö.txt"):
            put(ftp, name, b"12345")
        self.assertEqual(sorted(ftp.nlst("*.py")), ["a.py", "b.py"])
        self.assertEqual(ftp.nlst("/one/?.txt"), ["/one/c.txt"])
        lines = []
        ftp.retrlines("LIST -la", lines.append)
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[0], r"^-rw-r--r-- 1 owner group +5 \w{3} +\d+ [\d:]+ ")
        listed = dict(ftp.mlsd())
        self.assertEqual(listed["ä ö.txt"]["size"], "5")
        self.assertIn("type=dir", ftp.sendcmd("MLST /one"))
        self.assertIn("c.txt", ftp.sendcmd("STAT /one/c*"))
        with self.assertRaisesRegex(ftplib.error_perm, "550 the folder is not empty"):
            ftp.rmd("/one")
        for name in ftp.nlst():
            ftp.delete(name)
        ftp.sendcmd("CDUP")
        ftp.rmd("one")
        with self.assertRaisesRegex(ftplib.error_perm, "550 one: not a folder"):
            ftp.cwd("one")

    def test_root_holds(self):
        ftp = self.ftp
        put(ftp, "x", b"1")
        self.assertEqual(get(ftp, "/../../x"), b"1")
        ftp.cwd("../..")
        self.assertEqual(ftp.pwd(), "/")
        for name in ("/etc/passwd", "../../../../../etc/passwd", "....//etc/passwd"):
            with self.assertRaisesRegex(ftplib.error_perm, "550 no such file"):
                get(ftp, name)
        for line in ("DELE /", "RMD ..", "MKD", "RNTO y", "DELE"):
            with self.assertRaisesRegex(ftplib.error_perm, "^50?"):
                ftp.sendcmd(line)
        with Raw(self.services) as raw:
            self.assertEqual(raw.say(b"RETR a\0b\r\n"), "500 Not a command")
        ftp.delete("x")

    def test_modes_of_data_connections(self):
        ftp = self.ftp
        put(ftp, "m", DATA)
        for passive in (True, False):
            for family in (socket.AF_INET, socket.AF_INET6):
                ftp.af = family  # chooses PASV and PORT, or EPSV and EPRT
                ftp.set_pasv(passive)
                if family == socket.AF_INET6 and not passive:
                    continue  # ftplib would say ::1
                with self.subTest(passive=passive, family=family):
                    self.assertEqual(get(ftp, "m"), DATA)
        ftp.delete("m")

    def test_only_to_the_client(self):
        for line in ("PORT 127,0,0,2,200,10", "EPRT |1|192.168.1.1|5555|", "PORT 127,0,0,1,0,21"):
            with self.assertRaisesRegex(ftplib.error_perm, "504 "):
                self.ftp.sendcmd(line)
        for line in ("PORT 1,2,3", "PORT a,b,c,d,e,f", "EPRT |", "PORT 300,0,0,1,1,1"):
            with self.assertRaisesRegex(ftplib.error_perm, "501 "):
                self.ftp.sendcmd(line)

    def test_abort(self):
        ftp = self.ftp
        data = ftp.transfercmd("STOR long")
        data.sendall(DATA)
        self.assertIn("200", ftp.sendcmd("NOOP"))  # the control connection lives
        self.assertIn("bytes moved", ftp.sendcmd("STAT"))
        ftp.sock.sendall(b"\xff\xf4\xff\xf2ABOR\r\n")
        self.assertIn("426 Aborted", ftp.getmultiline())
        self.assertIn("226", ftp.getmultiline())
        data.close()
        put(ftp, "long", b"short")
        self.assertEqual(get(ftp, "long"), b"short")
        ftp.delete("long")

    def test_many_sessions(self):
        clients = [login(self.services) for _ in range(8)]
        datas = []
        for i, client in enumerate(clients):
            datas.append(client.transfercmd(f"STOR many{i}"))
        for at in range(0, len(DATA), 50_000):
            for data in datas:
                data.sendall(DATA[at : at + 50_000])
        for data, client in zip(datas, clients, strict=True):
            data.close()
            client.voidresp()
        for i, client in enumerate(clients):
            self.assertEqual(get(client, f"many{i}"), DATA)
            client.delete(f"many{i}")
            client.quit()

    def test_malformed(self):
        with Raw(self.services) as raw:
            for line, answer in (
                ("", "502 "),
                ("FROB x", "502 FROB"),
                (b"\xff\xfe\xfd\x80\x81\r\n", "50"),
                ("x" * 100_000, "500 The line is longer"),
                ("LIST", "530 "),
                ("__init__", "502"),
                ("obey x", "502"),
                ("RUN", "502"),
                ("STOR", "530"),
                ("NOOP", "200"),
            ):
                self.assertTrue(raw.say(line).startswith(answer), (line[:20], answer))
            raw.say(f"USER {USER}")
            raw.say(f"PASS {PASSWORD}")
            for line, answer in (
                ("RETR x", "425"),
                ("STOR x", "425"),
                ("LIST", "425"),
                ("REST -1", "501"),
                ("RNTO x", "503"),
                ("EPSV 2", "522"),
                ("SITE", "501"),
                ("TYPE X", "504"),
                ("SIZE nothing", "550 no such file"),
            ):
                self.assertTrue(raw.say(line).startswith(answer), line)

    def test_site(self):
        ftp = self.ftp
        self.assertIn("site flash FILE ADDR", ftp.sendcmd("SITE help"))
        put(ftp, "hello.py", b"for i in range(3):\n    print('line', i)\n")
        self.assertIn("250-line 2", ftp.sendcmd("SITE run hello.py"))
        self.assertIn("250-7", ftp.sendcmd('SITE exec "print(3 + 4)"'))
        with self.assertRaisesRegex(ftplib.error_perm, "550 ZeroDivisionError"):
            ftp.sendcmd("SITE exec 1 // 0")
        ftp.delete("hello.py")


class Rights(unittest.TestCase):
    def test_passwords(self):
        with Services(ftp={"anonymous": None}) as services:
            start = time.monotonic()
            for user, password in (
                (USER, PASSWORD + "x"),
                ("nobody", PASSWORD),
                ("anonymous", ""),
            ):
                with self.assertRaisesRegex(ftplib.error_perm, "530 Wrong user or password"):
                    login(services, user, password)
            self.assertGreater(time.monotonic() - start, 3)  # 0.5, 1 and 2 s
            start = time.monotonic()
            login(services).quit()
            self.assertLess(time.monotonic() - start, 0.4)
            with Raw(services) as raw:
                raw.say("USER root")
                self.assertIn("530", raw.say("PASS x"))

    def test_anonymous(self):
        with Services(ftp={"anonymous": {"root": str(SCRATCH)}}) as services:
            ftp = login(services, "anonymous", "me@")
            put(ftp, "file", DATA)
            self.assertEqual(get(ftp, "file"), DATA)
            ftp.delete("file")
            for line in ("SITE run x.py", "SITE exec print(1)", "SITE mount", "SITE flash x 0"):
                with self.assertRaisesRegex(ftplib.error_perm, "550 Your login lacks"):
                    ftp.sendcmd(line)
            for name in ("flash@0", "sd@0"):
                with self.assertRaisesRegex(ftplib.error_perm, "550 Your login may not use"):
                    put(ftp, name, b"")
            ftp.close()
            with self.assertRaisesRegex(ftplib.error_perm, "550 Your login lacks the right `run`"):
                login(services).sendcmd("SITE exec print(1)")

    def test_guessing(self):
        """Many wrong passwords at once from another address: the owner gets a place, is not delayed, and nothing leaks."""
        with Services(ftp={"limit": 4, "rights": ALL}) as services:
            self.guess(services)
            free = heap_free(services)
            self.guess(services)
            self.assertLess(free - heap_free(services), 8192)

    def guess(self, services):
        guesses = []
        for i in range(self.GUESSES):
            place = ("127.0.0.1", services.ports["ftp"])
            sock = socket.create_connection(place, 20, source_address=("127.0.0.2", 0))
            guesses.append(sock)
            sock.sendall(b"USER %s\r\nPASS wrong%d\r\n" % (USER.encode(), i))
            if i % 10 == 9:
                start = time.monotonic()
                login(services).quit()
                waited = time.monotonic() - start
                self.assertLess(waited, 8, "the guesser waits for 16 s by now")
        said = b"".join(iter(lambda: self.received(guesses), b""))
        self.assertNotIn(b"230", said)
        for sock in guesses:
            sock.close()

    GUESSES = 30

    def received(self, socks):
        said = b""
        for sock in socks:
            sock.setblocking(False)
            with contextlib.suppress(OSError):
                said += sock.recv(1000)
        return said

    def test_limits(self):
        with Services(ftp={"limit": 2, "idle_s": 1}) as services:
            clients = [login(services) for _ in range(2)]
            with socket.create_connection(
                ("127.0.0.1", services.ports["ftp"]), timeout=20
            ) as sock:
                self.assertEqual(sock.recv(100), b"421 Too many connections\r\n")
            for client in clients:  # idle: the server hangs up
                client.sock.settimeout(20)
                self.assertEqual(client.sock.recv(100), b"")
            login(services).quit()


class Clients(unittest.TestCase):
    """curl, lftp and tnftp, as people call them."""

    folder: Any
    services: Services

    @classmethod
    def setUpClass(cls):
        cls.services = Services(ftp={})
        cls.folder = SCRATCH / "client"
        cls.folder.mkdir(exist_ok=True)
        (cls.folder / "up.bin").write_bytes(DATA)

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__(None)

    def run_client(self, *command, text=None):
        result = subprocess.run(
            command,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            text=True,
            timeout=60,
            env=os.environ | {"HOME": str(self.folder)},
        )
        return result.returncode, result.stdout

    def test_curl(self):
        url = f"ftp://127.0.0.1:{self.services.ports['ftp']}/"
        curl = ("curl", "-sS", "--user", f"{USER}:{PASSWORD}")
        for options in ((), ("--disable-epsv",), ("-P", "-"), ("-P", "-", "--disable-eprt")):
            with self.subTest(options):
                self.assertEqual(self.run_client(*curl, *options, "-T", "up.bin", url), (0, ""))
                down = self.run_client(*curl, *options, url + "up.bin", "-o", "down.bin")
                self.assertEqual(down, (0, ""))
                self.assertEqual((self.folder / "down.bin").read_bytes(), DATA)
        self.assertIn("up.bin", self.run_client(*curl, url)[1])
        code, output = self.run_client(*curl, "-T", "up.bin", url + "fpga")
        self.assertEqual(code, 25, output)

    def test_lftp(self):
        commands = (
            "set net:max-retries 1; mkdir d; put up.bin -o d/l.bin; cls -l d; mirror d mirrored; "
            "mv d/l.bin d/m.bin; cls d; rm d/m.bin; rmdir d; bye"
        )
        place = f"ftp://127.0.0.1:{self.services.ports['ftp']}"
        code, output = self.run_client("lftp", "-u", f"{USER},{PASSWORD}", "-e", commands, place)
        self.assertEqual(code, 0, output)
        self.assertIn("d/m.bin", output)
        self.assertEqual((self.folder / "mirrored" / "l.bin").read_bytes(), DATA)

    def test_tnftp(self):
        """A here-document, as shell scripts do it."""
        text = f'user {USER} "{PASSWORD}"\nput up.bin t.bin\nget t.bin back.bin\nls\nprompt\nmget t*\nquit\n'
        for mode in ("-p", "-A"):
            with self.subTest(mode):
                port = str(self.services.ports["ftp"])
                code, output = self.run_client("tnftp", "-n", mode, "127.0.0.1", port, text=text)
                self.assertEqual(code, 0, output)
                for name in ("back.bin", "t.bin"):
                    self.assertEqual((self.folder / name).read_bytes(), DATA, output)
                    (self.folder / name).unlink()


class Fpga(unittest.TestCase):
    bit: Any
    other: Any
    packed: Any

    @classmethod
    def setUpClass(cls):
        cls.bit = models.bitstream("25f-compress.bit").read_bytes()
        cls.packed = models.bitstream("25f-compress.bit.gz").read_bytes()
        cls.other = models.bitstream("85f-compress.bit").read_bytes()

    def test_load(self):
        with models.Board() as board, Services(board.xvc, ftp={}) as services:
            ftp = login(services)
            for name in ("fpga", "/fpga"):
                for data in (self.bit, self.packed):
                    self.assertRegex(
                        put(ftp, name, data),
                        rf"^226 Done: {len(self.bit)} bytes in \d+ ms, IDCODE 0x41111043",
                    )
            with self.assertRaisesRegex(ftplib.error_perm, "550 bitstream is for LFE5U-85F"):
                put(ftp, "fpga", self.other)
            with self.assertRaisesRegex(ftplib.error_perm, "^550 "):
                put(ftp, "fpga", self.bit[:50_000])
            with self.assertRaisesRegex(ftplib.error_perm, "550 .*(empty|no data|nothing)"):
                put(ftp, "fpga", b"")
            put(ftp, "x.bit", self.packed)
            self.assertIn("250 Done", ftp.sendcmd("SITE x.bit"))
            with self.assertRaisesRegex(ftplib.error_perm, "550 no such file"):
                ftp.sendcmd("SITE nothing.bit")
            anonymous = login(services, "anonymous", "")
            self.assertIn("226 Done", put(anonymous, "fpga", self.packed))
            services.stop()
            self.assertTrue(board.report()["user_mode"])

    def test_flash(self):
        with models.Board("--times", "none") as board, Services(board.xvc, ftp={}) as services:
            ftp = login(services)
            blocks = -(-len(self.bit) // 4096)
            first = put(ftp, "flash@0x200000", self.bit)
            self.assertRegex(
                first, rf"^226 Done: {blocks} blocks, 0 erased, {blocks} written, verified"
            )
            again = put(ftp, "flash@0x200000", self.packed)
            self.assertRegex(again, rf"^226 Done: {blocks} blocks, 0 erased, 0 written, verified")
            self.assertRegex(put(ftp, "flash@0", self.bit), "written, verified; booted$")
            got = get(ftp, f"flash@0x200000+{len(self.bit)}")
            self.assertEqual(got, self.bit)
            with self.assertRaisesRegex(ftplib.error_perm, "550 .* multiple of 4096"):
                put(ftp, "flash@0x200100", self.bit)
            with self.assertRaisesRegex(ftplib.error_perm, "550 no bitstream"):
                put(ftp, "flash@0", DATA)
            with self.assertRaisesRegex(ftplib.error_perm, "550 flash@0x1g: not an address"):
                put(ftp, "flash@0x1g", DATA)

    def test_abort_frees_the_port(self):
        with models.Board() as board, Services(board.xvc, ftp={}) as services:
            for _ in range(3):
                ftp = login(services)
                data = self.when_free(lambda ftp=ftp: ftp.transfercmd("STOR fpga"))
                data.sendall(self.bit[:20_000])
                ftp.sock.close()  # the client is gone
                data.close()
            ftp = login(services)
            self.assertIn("226 Done", self.when_free(lambda: put(ftp, "fpga", self.bit)))

    def when_free(self, call):
        """What `call` returns once the FPGA is no longer in use: the server notices soon that a client is gone."""
        end = time.monotonic() + 10
        while True:
            try:
                return call()
            except ftplib.error_perm as error:
                if "in use" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def test_card(self):
        with Services(ftp={"rights": ALL}, card=True) as services:
            ftp = login(services)
            image = DATA[:10_000]
            self.assertRegex(put(ftp, "sd@0", image), r"^226 Done: 20 blocks of the card written$")
            self.assertEqual(get(ftp, "sd@0+10000"), image)
            put(ftp, "sd@-8192", DATA[:8192])
            self.assertEqual(get(ftp, "sd@-8192"), DATA[:8192])
            self.assertEqual(get(ftp, "/sd@0+512"), image[:512])
            with self.assertRaisesRegex(ftplib.error_perm, "55[02] no space left"):
                put(ftp, "sd@-8192", DATA)
            with self.assertRaisesRegex(ftplib.error_perm, "not a multiple of 512"):
                put(ftp, "sd@100", DATA)
            packed = gzip.compress(DATA[:60_000])
            self.assertRegex(put(ftp, "sd@512", packed), r"^226 Done: 118 blocks of the card")
            self.assertEqual(get(ftp, "sd@512+60000"), DATA[:60_000])
            with self.assertRaisesRegex(ftplib.error_perm, "550 the gzip data ends too early"):
                put(ftp, "sd@0", packed[:-100])
            with self.assertRaisesRegex(ftplib.error_perm, "550 the gzip data is damaged"):
                put(ftp, "sd@0", packed[:9] + bytes(20) + packed[40:])
            ftp.sendcmd('SITE exec "import memory; memory.card.broken = True"')
            with self.assertRaisesRegex(ftplib.error_perm, "550 the device reports an error"):
                put(ftp, "sd@0", image)
            with self.assertRaisesRegex(ftplib.error_perm, "550 the device is not there"):
                get(ftp, "sd@0")


class LowMemory(unittest.TestCase):
    """64 KiB of free heap for everything, as on an ESP32-WROOM: files, and `put fpga`.

    The heap's rest is the test's own: 24 KiB of it the buffers of the cable to vecp5, which a board with pins has not.
    What is free once the server has started is less than 32,768 bytes, so nothing can allocate that much.
    """

    def check(self, heap, free, name):
        bit = models.bitstream(name).read_bytes()
        ftp_options = {"limit": 3, "buffer": 2048}
        with models.Board() as board, Services(board.xvc, heap=heap, ftp=ftp_options) as services:
            self.assertLess(services.free_before, free)
            ftp = login(services)
            for _ in range(5):
                self.assertIn("226 Done", put(ftp, "fpga", bit))
                put(ftp, "a", DATA)
                self.assertEqual(get(ftp, "a"), DATA)
                self.assertEqual(ftp.nlst(), ["a"])
            ftp.quit()
        print(f"\nheap free before {services.free_before}, with FTP {services.free_started}")
        return services.free_started

    def test_plain(self):
        started = self.check("90k", 65536, "25f-compress.bit")
        self.assertLess(started, 32768)  # so nothing can allocate that much

    def test_packed(self):
        """A window of 4 KiB, on a host whose objects are twice as large as an ESP32's."""
        self.check("120k", 96000, "25f-compress.4k.bit.gz")


if __name__ == "__main__":
    unittest.main()
