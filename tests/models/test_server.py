# SPDX-License-Identifier: MIT
"""vecp5's command line and its two protocols, good and bad."""

import signal
import socket
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.models.support import BUILD, SCRATCH, Board, build

IDCODE = 0x41111043


def setUpModule():
    build()


def receive(sock, count):
    """Exactly `count` bytes, or fewer when the peer has closed."""
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            break
        data += piece
    return data


def shift_message(tms, tdi):
    """A shift: command for two strings of 0 and 1, first bit first."""
    count = (len(tms) + 7) // 8
    vectors = [int(bits[::-1], 2).to_bytes(count, "little") for bits in (tms, tdi)]
    return b"shift:" + struct.pack("<I", len(tms)) + vectors[0] + vectors[1]


def read_idcode(sock, pieces=1):
    """Reset the chain by XVC and read 32 bits of DR; the message is sent in `pieces`."""
    tms = "111110" + "100" + "0" * 31 + "1" + "10"
    message = shift_message(tms, "0" * len(tms))
    step = -(-len(message) // pieces)
    for at in range(0, len(message), step):
        sock.sendall(message[at : at + step])
    answer = int.from_bytes(receive(sock, (len(tms) + 7) // 8), "little")
    return answer >> 9 & 0xFFFFFFFF


class Xvc(unittest.TestCase):
    def test_commands(self):
        with Board() as board, board.connect(board.xvc) as sock:
            sock.sendall(b"getinfo:")
            self.assertEqual(sock.recv(100), b"xvcServer_v1.0:4096\n")
            sock.sendall(b"settck:" + struct.pack("<I", 100))
            self.assertEqual(receive(sock, 4), struct.pack("<I", 100))
            self.assertEqual(read_idcode(sock), IDCODE)
            self.assertEqual(read_idcode(sock, pieces=40), IDCODE)
            sock.sendall(shift_message("1", "0") * 3 + b"getinfo:")  # several in one packet
            self.assertEqual(receive(sock, 3 + 20), b"\1\1\1xvcServer_v1.0:4096\n")
            sock.sendall(b"shift:" + struct.pack("<I", 0) + b"getinfo:")
            self.assertEqual(receive(sock, 20), b"xvcServer_v1.0:4096\n")

    def test_largest_shift(self):
        with Board() as board, board.connect(board.xvc) as sock:
            sock.sendall(b"shift:" + struct.pack("<I", 65536 * 8) + bytes(2 * 65536))
            self.assertEqual(len(receive(sock, 65536)), 65536)
            self.assertEqual(read_idcode(sock), IDCODE)

    def test_rubbish_ends_the_connection_only(self):
        for message, said in (
            (b"GET / HTTP/1.0\r\n\r\n", "no XVC command"),
            (b"shift:" + struct.pack("<I", 65536 * 8 + 1), "more than 65536 bytes"),
            (b"shift:" + struct.pack("<I", 0xFFFFFFFF), "more than 65536 bytes"),
        ):
            with self.subTest(message), Board() as board:
                with board.connect(board.xvc) as sock:
                    sock.sendall(message)
                    self.assertEqual(sock.recv(10), b"")
                with board.connect(board.xvc) as sock:
                    self.assertEqual(read_idcode(sock), IDCODE)
                board.stop()
                self.assertIn(said, board.errors)

    def test_clients_come_and_go(self):
        with Board() as board:
            for _ in range(20):
                with board.connect(board.xvc) as sock:
                    sock.sendall(b"shift:" + struct.pack("<I", 100))  # left in the middle
            with board.connect(board.xvc) as first, board.connect(board.xvc) as second:
                self.assertEqual(read_idcode(first), IDCODE)
                second.settimeout(0.2)
                second.sendall(b"getinfo:")
                self.assertRaises(TimeoutError, second.recv, 1)  # one at a time
                first.close()
                second.settimeout(20)
                self.assertEqual(second.recv(100), b"xvcServer_v1.0:4096\n")


class Bitbang(unittest.TestCase):
    def bits(self, sock, tms, read=False):
        """Clock the TMS bits; with `read`, TDO before each rising edge as a number."""
        text = ""
        for bit in tms:
            level = 2 if bit == "1" else 0
            text += f"{level}{'R' if read else ''}{4 + level}"
        sock.sendall(text.encode())
        return int(receive(sock, len(tms))[::-1], 2) if read else None

    def test_idcode(self):
        with Board() as board, board.connect(board.bitbang) as sock:
            sock.sendall(b"Brb")
            self.bits(sock, "111110100")
            self.assertEqual(self.bits(sock, "0" * 31 + "1", read=True), IDCODE)
            sock.sendall(b"Q")
            self.assertEqual(sock.recv(1), b"")

    def test_both_protocols_share_the_board(self):
        with Board() as board:
            with board.connect(board.bitbang) as sock, board.connect(board.xvc) as xvc:
                self.bits(sock, "111110100", read=True)  # the answer says that it is done
                self.assertEqual(read_idcode(xvc), IDCODE)
                self.bits(sock, "100")
                self.assertEqual(self.bits(sock, "0" * 31 + "1", read=True), IDCODE)

    def test_rubbish(self):
        with Board() as board:
            with board.connect(board.bitbang) as sock:
                sock.sendall(b"\xff\x00")
                self.assertEqual(sock.recv(1), b"")
            with board.connect(board.bitbang) as sock:
                sock.sendall(b"R")
                self.assertIn(sock.recv(1), (b"0", b"1"))
            board.stop()
            self.assertIn("no remote_bitbang character", board.errors)


class Power(unittest.TestCase):
    def test_signal_cycles_the_power(self):
        with Board() as board:
            with board.connect(board.xvc) as sock:
                self.assertEqual(read_idcode(sock), IDCODE)
            before = board.report()["clears"]
            board.process.send_signal(signal.SIGUSR1)
            with board.connect(board.xvc) as sock:
                self.assertEqual(read_idcode(sock), IDCODE)
            self.assertEqual(board.report()["clears"], 1)  # the FPGA has started anew
            self.assertEqual(before, 1)

    def test_connecting_again_after_a_loss(self):
        for fault in ("power-loss=100", "disconnect=100"):
            with self.subTest(fault), Board("--fault", fault) as board:
                with board.connect(board.xvc) as sock:
                    self.assertEqual(read_idcode(sock), IDCODE)
                    sock.sendall(b"shift:" + struct.pack("<I", 2000) + bytes(500))
                    self.assertEqual(len(receive(sock, 250)), 250)
                    sock.sendall(shift_message("111110100", "0" * 9))
                    receive(sock, 2)
                    sock.sendall(b"shift:" + struct.pack("<I", 2000) + bytes(500))
                    receive(sock, 250)
                    self.assertEqual(read_idcode(sock), 0xFFFFFFFF)
                with board.connect(board.xvc) as sock:
                    self.assertEqual(read_idcode(sock), IDCODE)


class Time(unittest.TestCase):
    def session(self, *options):
        """Half a second's worth of clocks at 1 MHz; the board's time at the end."""
        with Board(*options) as board:
            with board.connect(board.xvc) as sock:
                sock.sendall(b"settck:" + struct.pack("<I", 1000))
                receive(sock, 4)
                sock.sendall(b"shift:" + struct.pack("<I", 500000) + bytes(125000))
                receive(sock, 62500)
            return board.report()

    def test_tck_clock_repeats_exactly(self):
        reports = [self.session("--clock", "tck") for _ in range(2)]
        self.assertEqual(reports[0]["time_ns"], 500_000_000)
        self.assertEqual(reports[0], reports[1])
        self.assertEqual(reports[0]["status"], "0x06400000")  # the boot has failed by then

    def test_wall_clock_is_never_behind(self):
        self.assertGreaterEqual(self.session()["time_ns"], 500_000_000)


class CommandLine(unittest.TestCase):
    def refused(self, *options):
        """Run with bad options: exit status 2 and one line, which is returned."""
        result = subprocess.run(
            [str(BUILD / "vecp5-asan"), *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        return result.stderr

    def test_bad_input(self):
        with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
            folder = Path(name)
            large = folder / "large.bin"
            large.write_bytes(bytes((16 << 20) + 1))
            port = ("--xvc", "0")
            for said, options in {
                "LFE5U-44F": (*port, "--device", "LFE5U-44F"),
                "W25Q999": (*port, "--flash", "W25Q999"),
                "sunshine": (*port, "--fault", "sunshine"),
                "disconnect=x": (*port, "--fault", "disconnect=x"),
                "larger than the chip": (*port, "--flash-file", str(large)),
                "Is a directory": (*port, "--flash-file", name),
                "No such file": (*port, "--flash-file", str(folder / "no" / "flash.bin")),
                "there is no flash": (*port, "--flash", "none", "--flash-file", str(large)),
                "give --xvc PORT": (),
                "65536": ("--xvc", "65536"),
                "-1": ("--bitbang", "-1"),
                "fast": (*port, "--times", "fast"),
                "moon": (*port, "--clock", "moon"),
                "soon": (*port, "--timeout", "soon"),
                "stray": (*port, "stray"),
                "unrecognized option": (*port, "--unheard"),
                "requires an argument": ("--xvc",),
                "r.json": (*port, "--report", str(folder / "no" / "r.json")),
            }.items():
                with self.subTest(said):
                    self.assertIn(said, self.refused(*options))

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            flash = SCRATCH / "not-made.bin"
            self.assertIn("in use", self.refused("--xvc", port, "--flash-file", str(flash)))
            self.assertFalse(flash.exists())
            self.assertIn(port, self.refused("--bitbang", port))

    def test_lists(self):
        for option, known in (
            ("--device", "LFE5UM5G-85F 0x81113043"),
            ("--flash", "W25Q256JV 32768 KiB"),
            ("--fault", "flash-power-loss"),
        ):
            result = subprocess.run(
                [str(BUILD / "vecp5-asan"), option, "list"], capture_output=True, text=True
            )
            self.assertEqual(result.returncode, 0)
            self.assertIn(known, result.stdout)

    def test_flash_file(self):
        with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
            new, short = Path(name) / "new.bin", Path(name) / "short.bin"
            short.write_bytes(b"front")
            with Board(flash_file=new, flash="W25Q32"):
                pass
            self.assertEqual(new.read_bytes(), b"\xff" * (4 << 20))
            with Board(flash_file=short, flash="M25P16"):
                pass
            self.assertEqual(short.read_bytes(), b"front" + b"\xff" * ((2 << 20) - 5))

    def test_timeout_and_no_flash(self):
        result = subprocess.run(
            [
                str(BUILD / "vecp5-asan"),
                *("--bitbang", "0", "--flash", "none", "--timeout", "1", "--clock", "tck"),
            ],
            capture_output=True,
            text=True,
            timeout=20,
        )
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"\Abitbang 127\.0\.0\.1:\d+\n\Z")


if __name__ == "__main__":
    unittest.main()
