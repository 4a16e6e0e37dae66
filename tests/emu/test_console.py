# SPDX-License-Identifier: MIT
"""Where the console can be, the two clocks, and how a run ends."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import termios
import time
import tty

from tests.emu import rv32
from tests.emu.support import LXEMU, OUTPUT, Program, Soc, TestCase, lxemu

SECONDS = 30
LFLAG = 3  # of what tcgetattr gives
CTRL_RIGHT_BRACKET = b"\x1d"


def echo(soc, idle):
    """Return a program that sends back what it gets, plus one.

    Args:
        soc (Soc): where it runs.
        idle (bool): waits in wfi, else it polls.
    """
    program = Program(soc)
    program.add(rv32.li(5, soc.addr["uart_rxtx"]), rv32.addi(6, 0, 2))
    offset = {
        name: soc.addr[f"uart_{name}"] - soc.addr["uart_rxtx"]
        for name in ("rxempty", "ev_pending")
    }
    start = program.here()
    program.add(rv32.WFI if idle else rv32.NOP, rv32.load("lw", 10, 5, offset["rxempty"]))
    program.add(rv32.branch("bne", 10, 0, start - program.here()))
    program.add(rv32.load("lw", 10, 5, 0), rv32.addi(10, 10, 1), rv32.store("sw", 10, 5, 0))
    program.add(rv32.store("sw", 6, 5, offset["ev_pending"]))
    return program.add(rv32.jal(0, start - program.here()))


class Console(TestCase):
    """The echo program on each console."""

    def command(self, *options, idle=True):
        """Write the echo program; return a command line (list of str)."""
        soc = Soc()
        folder = soc.write(self.folder)
        (folder / "echo.bin").write_bytes(echo(soc, idle).image())
        command = [LXEMU, "--kernel", folder / "echo.bin", *options, folder]
        return [str(part) for part in command]

    def start(self, *options, **kwargs):
        """Start lxemu; return the process."""
        kwargs = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **kwargs,
        }
        process = subprocess.Popen(self.command(*options), **kwargs)
        self.addCleanup(self.stop, process)
        return process

    def stop(self, process):
        """End a process."""
        process.kill()
        process.communicate()

    def read(self, fd, count):
        """Return a number of bytes from a descriptor, or fail."""
        data = b""
        while len(data) < count:
            ready, _, _ = select.select([fd], [], [], SECONDS)
            self.assertTrue(ready, f"only {data!r} came")
            data += os.read(fd, count - len(data))
        return data

    def wait_raw(self, slave):
        """Wait until lxemu has put a terminal into raw mode."""
        end = time.monotonic() + SECONDS
        while tty.tcgetattr(slave)[LFLAG] & termios.ECHO:
            self.assertLess(time.monotonic(), end, "the terminal stays as it was")
            time.sleep(0.001)

    def test_pipe(self):
        for idle in (True, False):
            done = subprocess.run(
                [*self.command("--max-cycles", "100000000", idle=idle)],
                input=b"HAL",
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
            self.assertEqual(done.stdout, b"IBM")
            # A guest that polls is never idle: only --max-cycles ends it.
            self.assertEqual(done.returncode, 0 if idle else 124)

    def test_long_pipe(self):
        data = bytes(range(200)) * 500
        done = subprocess.run(
            self.command(), input=data, capture_output=True, timeout=SECONDS, check=False
        )
        self.assertEqual(done.stdout, bytes(b + 1 for b in data))

    def test_conversation_over_pipes(self):
        process = self.start(stdin=subprocess.PIPE)
        for letter in b"ABC":
            os.write(process.stdin.fileno(), bytes([letter]))
            self.assertEqual(self.read(process.stdout.fileno(), 1), bytes([letter + 1]))
        process.stdin.close()
        self.assertEqual(process.wait(SECONDS), 0)
        process.stdin = None

    def test_output_that_nobody_wants(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            self.command(),
            input=b"x" * 1000,
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_pty(self):
        for clock in ("--realtime", "--virtual"):
            process = self.start("--pty", clock)
            name = process.stdout.readline().decode().strip()
            self.assertRegex(name, r"^/dev/pts/\d+$")
            for _ in range(2):  # clients may come and go
                fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
                os.write(fd, b"HAL\r\n\x03")
                self.assertEqual(self.read(fd, 6), b"IBM\x0e\x0b\x04")
                os.close(fd)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(SECONDS), 128 + signal.SIGTERM)
            self.assertEqual(process.stdout.read(), b"")

    def test_tcp(self):
        process = self.start("--uart", "tcp:0")
        port = int(re.search(rb":(\d+)", process.stderr.readline())[1])
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as client:
                client.sendall(b"HAL")
                self.assertEqual(self.read(client.fileno(), 3), b"IBM")

    def test_terminal_and_how_to_leave_it(self):
        master, slave = pty.openpty()
        before = tty.tcgetattr(slave)
        process = self.start(stdin=slave, stdout=slave)
        self.wait_raw(slave)
        os.write(master, b"HAL")
        self.assertEqual(self.read(master, 3), b"IBM")
        os.write(master, b"A" + CTRL_RIGHT_BRACKET)
        self.assertEqual(process.wait(SECONDS), 0)
        self.assertEqual(tty.tcgetattr(slave), before)
        os.close(master)
        os.close(slave)

    def test_interrupted_terminal_is_restored(self):
        master, slave = pty.openpty()
        before = tty.tcgetattr(slave)
        process = self.start(stdin=slave, stdout=slave)
        self.wait_raw(slave)
        os.write(master, b"H")
        self.read(master, 1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(SECONDS), 128 + signal.SIGTERM)
        self.assertEqual(tty.tcgetattr(slave), before)
        os.close(master)
        os.close(slave)


class Clock(TestCase):
    """Real time and virtual time."""

    def wait_image(self, soc, cycles):
        """Return a program that waits in wfi until the uptime reaches a number of cycles."""
        program = Program(soc)
        program.add(rv32.li(20, cycles))
        start = program.here()
        program.add(rv32.WFI).cycles(10)
        program.add(rv32.branch("bltu", 10, 20, start - program.here()))
        return program.store(10)

    def took(self, *options):
        """Return seconds that half a guest's second took."""
        program = self.wait_image(Soc(), 50_000_000)
        start = time.monotonic()
        found = program.run(self.name, *options)
        self.assertGreaterEqual(found[0], 50_000_000)
        return time.monotonic() - start

    def test_real_time_keeps_to_the_wall_clock(self):
        took = self.took("--realtime")
        self.assertGreater(took, 0.49)
        self.assertLess(took, 5)

    def test_virtual_time_does_not_wait(self):
        # Ten guest minutes.
        program = self.wait_image(Soc(), 4_000_000_000)
        start = time.monotonic()
        program.run(self.name, "--virtual")
        self.assertLess(time.monotonic() - start, 10)

    def test_idle_guest_sleeps(self):
        soc = Soc()
        folder = soc.write(OUTPUT / self.name)
        (folder / "echo.bin").write_bytes(echo(soc, True).image())
        process = subprocess.Popen(
            [LXEMU, "--pty", "--kernel", folder / "echo.bin", folder], stdout=subprocess.PIPE
        )
        name = process.stdout.readline().decode().strip()
        fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
        os.write(fd, b"H")
        os.read(fd, 1)
        ticks = self.cpu_ticks(process.pid)
        select.select([fd], [], [], 1)  # nothing comes: a second passes
        used = self.cpu_ticks(process.pid) - ticks
        process.kill()
        process.communicate()
        os.close(fd)
        self.assertLess(used, os.sysconf("SC_CLK_TCK") // 5)

    def cpu_ticks(self, pid):
        """Return the processor time of a process in clock ticks."""
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def test_start_is_instant(self):
        soc = Soc()
        soc.json["memories"]["main_ram"]["size"] = 256 << 20
        folder = soc.write(self.folder)
        (folder / "end.bin").write_bytes(rv32.words([rv32.WFI, rv32.jal(0, -4)]))
        best = 9.0
        for _ in range(5):
            start = time.monotonic()
            self.assertEqual(lxemu("--kernel", folder / "end.bin", folder).returncode, 0)
            best = min(best, time.monotonic() - start)
        self.assertLess(best, 0.2)
