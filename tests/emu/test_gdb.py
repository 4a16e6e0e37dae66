# SPDX-License-Identifier: MIT
"""The GDB remote stub, driven by gdb-multiarch and by bare packets."""

import re
import socket
import subprocess

from tests.emu import rv32
from tests.emu.support import LXEMU, RAM, Program, Soc, TestCase

GDB_SECONDS = 60
COUNTER = 0x20000  # offset in RAM


class Gdb(TestCase):
    """A debugger on a small program."""

    def setUp(self):
        soc = Soc()
        program = Program(soc)
        program.add(rv32.addi(5, 0, 0), rv32.li(6, RAM + COUNTER))
        self.loop = program.here()
        program.add(rv32.addi(5, 5, 1), rv32.store("sw", 5, 6, 0), rv32.jal(0, -8))
        folder = soc.write(self.folder)
        (folder / "program.bin").write_bytes(program.image())
        command = [LXEMU, "--gdb", "0", "--virtual", "--kernel", folder / "program.bin", folder]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(self.stop)
        line = self.process.stderr.readline().decode()
        self.port = int(re.search(r"localhost:(\d+)", line)[1])

    def stop(self):
        """End the emulator."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def gdb(self, *commands):
        """Run gdb-multiarch in batch mode; return what it printed.

        Args:
            *commands (str): after the connection.
        """
        command = ["gdb-multiarch", "-batch", "-nx", "-ex", f"target remote localhost:{self.port}"]
        for text in commands:
            command += ["-ex", text]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=GDB_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout + done.stderr

    def test_architecture_and_registers(self):
        text = self.gdb(
            "show architecture", "p/x $pc", "set var $t3=0x1234", "p/x $t3", "p/x $mstatus"
        )
        self.assertIn("riscv:rv32", text)
        self.assertIn(f"$1 = {RAM:#x}", text)
        self.assertIn("$2 = 0x1234", text)
        self.assertIn("$3 = 0x1800", text)

    def test_breakpoint_step_and_memory(self):
        text = self.gdb(
            f"break *{self.loop + 4:#x}",
            "continue",
            "continue",
            "p $t0",
            f"x/1xw {RAM + COUNTER:#x}",
            "stepi",
            f"x/1xw {RAM + COUNTER:#x}",
            "delete",
            "stepi",
            "p/x $pc",
            f"set var *(int *){RAM + COUNTER:#x} = 0x77",
            f"x/1xw {RAM + COUNTER:#x}",
        )
        self.assertEqual(text.count("Breakpoint 1,"), 2)
        self.assertIn("$1 = 2", text)
        values = re.findall(rf"{RAM + COUNTER:#x}:\s+(0x\w+)", text)
        self.assertEqual([int(value, 16) for value in values], [1, 2, 0x77])
        self.assertIn(f"$2 = {self.loop:#x}", text)

    def test_csr_of_the_soc(self):
        self.assertRegex(self.gdb("x/1xw 0xf0000004"), r"0xf0000004:\s+0x12345678")

    def test_kill_ends_the_emulator(self):
        self.gdb("kill")
        self.assertEqual(self.process.wait(timeout=GDB_SECONDS), 0)

    def packet(self, connection, text):
        """Send a packet; return the reply's text."""
        total = sum(text.encode()) & 0xFF
        connection.sendall(f"${text}#{total:02x}".encode())
        return self.reply(connection)

    def reply(self, connection):
        """Return the next packet's text."""
        data = b""
        while not re.search(rb"\$([^#]*)#..", data):
            more = connection.recv(4096)
            if not more:
                raise AssertionError(f"the connection ended after {data!r}")
            data += more
        return re.search(rb"\$([^#]*)#..", data)[1].decode()

    def test_ctrl_c(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=GDB_SECONDS) as connection:
            connection.sendall(b"$c#63")
            self.assertEqual(connection.recv(1), b"+")
            connection.sendall(b"\x03")
            self.assertEqual(self.reply(connection), "S02")
            self.assertGreater(
                int.from_bytes(bytes.fromhex(self.packet(connection, "p5")), "little"), 0
            )

    def test_nonsense(self):
        # What a debugger never sends must not end the emulator.
        with socket.create_connection(("127.0.0.1", self.port), timeout=GDB_SECONDS) as connection:
            for text in (
                "",
                "m",
                "mzz,1",
                "m70000000,4",
                "M",
                "M40000000,4:zz",
                "p",
                "pffff",
                "P",
                "G1",
            ):
                self.packet(connection, text)
            for text in (
                "Z",
                "Z9,1,1",
                "z0",
                "qXfer:features:read:target.xml:99999,1",
                "vCont",
                "X",
                "H",
            ):
                self.packet(connection, text)
            connection.sendall(b"$" + b"x" * 20000 + b"#00")
            connection.sendall(b"\xff" * 100)
            self.assertEqual(self.packet(connection, "?"), "S05")

    def test_debugger_may_come_again(self):
        self.gdb("detach")
        self.assertIn("$1 = ", self.gdb("p $t0"))
