# SPDX-License-Identifier: MIT
"""`lxemu --etherbone`: the protocol as liteeth/frontend/etherbone.py has it, packet by packet.

LiteX's own programs over it are in tests/remote; tests/fuzz/etherbone.c feeds the parser nonsense.
"""

import random
import re
import socket
import subprocess
import time
from struct import pack, unpack

from tests.emu import rv32
from tests.emu.support import (
    CSR,
    LEDS,
    LXEMU,
    LXEMU_ASAN,
    RAM,
    ROOT,
    Program,
    Soc,
    TestCase,
    lxemu,
)

PROBE, PROBE_REPLY = 1, 2
ALL = 15  # byte enables
MARK = 0x5EED0000
DATA = RAM + 0x20000
WAIT_S = 30
SILENCE_S = 0.2
SEEDS = 300


def packet(*records, flags=0, sizes=0x44, magic=0x4E6F, version=1):
    """A packet (bytes) of records (bytes)."""
    return pack(">HBB4x", magic, version << 4 | flags, sizes) + b"".join(records)


def record(writes=None, reads=(), enable=ALL, back=0):
    """A record (bytes).

    Args:
        writes (tuple): address and list of words.
        reads (tuple of int): addresses.
        enable (int): which bytes are written.
        back (int): the address to answer to.
    """
    address, words = writes or (0, [])
    body = pack(">BBBB", 0, enable, len(words), len(reads))
    if words:
        body += pack(f">{1 + len(words)}I", address, *words)
    if reads:
        body += pack(f">{1 + len(reads)}I", back, *reads)
    return body


def written(reply):
    """The records of an answer: list of (address, list of words)."""
    assert reply[:8] == packet(), reply
    records = []
    at = 8
    while at < len(reply):
        _, enable, writes, reads = reply[at : at + 4]
        assert reads == 0 and writes > 0 and enable == ALL, reply
        words = unpack(f">{1 + writes}I", reply[at + 4 : at + 8 + 4 * writes])
        records.append((words[0], list(words[1:])))
        at += 8 + 4 * writes
    return records


class EtherboneTest(TestCase):
    """A guest that counts in a register of its memory, for ever, and a host that asks."""

    def start(self, *options, emulator=LXEMU, program=None):
        """Run a guest with an Etherbone port; `self.ask` talks to it."""
        soc = Soc(cores={"leds": LEDS})
        if program is None:
            program = Program(soc)
            program.add(rv32.li(5, DATA), rv32.li(6, 0))
            program.add(rv32.addi(6, 6, 1), rv32.store("sw", 6, 5, 0), rv32.jal(0, -8))
        folder = soc.write(self.folder)
        (folder / "program.bin").write_bytes(program.image())
        self.soc = soc
        command = [emulator, "--etherbone", "0", "--uart", "none", *options]
        process = subprocess.Popen(
            [*map(str, command), "--kernel", str(folder / "program.bin"), str(folder)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.process = process
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        line = process.stderr.readline()
        self.port = int(re.fullmatch(r"lxemu: Etherbone on 127\.0\.0\.1:(\d+)\n", line)[1])
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(("127.0.0.1", self.port))

    def ask(self, data):
        """Send a packet and return the answer (bytes)."""
        self.socket.send(data)
        return self.socket.recv(65536)

    def read(self, *addresses):
        """The words at addresses (list of int)."""
        ((back, words),) = written(self.ask(packet(record(reads=addresses, back=MARK))))
        self.assertEqual(back, MARK)
        return words

    def unanswered(self, data):
        """Check that there is no answer to a packet."""
        self.socket.settimeout(SILENCE_S)
        self.assertRaises(TimeoutError, self.ask, data)
        self.socket.settimeout(WAIT_S)

    def test_probe(self):
        self.start()
        self.assertEqual(
            self.ask(packet(bytes(4), flags=PROBE)), packet(bytes(4), flags=PROBE_REPLY)
        )
        self.assertEqual(self.ask(packet(flags=PROBE, sizes=0xFF)), packet(flags=PROBE_REPLY))

    def test_while_the_guest_runs(self):
        """The guest counts on between two reads, idle or not, in real and in virtual time."""
        for options in ((), ("--virtual",)):
            with self.subTest(options=options):
                self.start(*options)
                first = self.read(DATA)[0]
                while self.read(DATA)[0] == first:
                    pass
                self.process.terminate()
                self.assertEqual(self.process.wait(), 128 + 15)

    def test_idle_guest(self):
        """An idle guest and an ended input end no run that a host may still talk to."""
        soc = Soc()
        for options in ((), ("--virtual",)):
            with self.subTest(options=options):
                self.start(*options, program=Program(soc))
                for _ in range(20):
                    self.assertEqual(self.read(DATA), [0])

    def test_writes(self):
        """Bursts, single bytes, registers; a write alone is not answered."""
        self.start()
        scratch, out = self.soc.addr["ctrl_scratch"], self.soc.addr["leds_out"]
        words = [(i * 0x9E3779B1) & 0xFFFFFFFF for i in range(255)]
        self.unanswered(packet(record(writes=(DATA + 64, words))))
        self.assertEqual(self.read(*range(DATA + 64, DATA + 64 + 1020, 4)), words)
        self.socket.send(packet(record(writes=(DATA + 64, [0xAABBCCDD]), enable=0b0101)))
        expected = (words[0] & 0xFF00FF00) | 0x00BB00DD
        self.assertEqual(self.read(DATA + 64), [expected])
        self.socket.send(packet(record(writes=(DATA + 64, [0]), enable=0)))
        self.assertEqual(self.read(DATA + 67), [expected])  # an address means its word
        self.socket.send(packet(record(writes=(scratch, [0x12345678]))))
        self.socket.send(packet(record(writes=(out, [0xA5]), enable=1)))
        self.assertEqual(self.read(scratch, out), [0x12345678, 0xA5])
        self.assertEqual(self.read(out, scratch, out), [0xA5, 0x12345678, 0xA5])

    def test_records(self):
        """A record writes before it reads; a packet may have several."""
        self.start()
        at = DATA + 64
        reply = self.ask(
            packet(
                record(writes=(at, [1, 2]), reads=(at + 4, at), back=7),
                record(writes=(at, [3])),
                record(),
                record(reads=(at,), back=8),
            )
        )
        self.assertEqual(written(reply), [(7, [2, 1]), (8, [3])])

    def test_cut_off(self):
        """A record that is not whole, and all behind it, is not acted upon."""
        self.start()
        at = DATA + 64
        whole = packet(record(writes=(at, [5]), reads=(at,)), record(writes=(at, [6, 7])))
        first = len(packet(record(writes=(at, [5]), reads=(at,))))
        for size in range(first, len(whole)):
            self.assertEqual(written(self.ask(whole[:size])), [(0, [5])])
        self.assertEqual(self.read(at, at + 4), [5, 0])
        for size in range(first):
            self.socket.send(whole[:size])
        self.assertEqual(self.read(at), [5])

    def test_not_for_us(self):
        self.start()
        request = record(writes=(DATA + 64, [1]), reads=(DATA,))
        for wrong in (
            b"",
            packet(request, magic=0x4E6E),
            packet(request, version=2),
            packet(request, sizes=0x84),
            packet(request)[:7],
        ):
            self.unanswered(wrong)
        self.assertEqual(self.read(DATA + 64), [0])

    def test_nobody_answers(self):
        """An unmapped address reads all ones and counts as a bus error, as on LiteX's bus."""
        self.start()
        errors = self.soc.addr["ctrl_bus_errors"]
        self.assertEqual(self.read(0x90000000, errors), [0xFFFFFFFF, 1])
        self.socket.send(packet(record(writes=(0x90000000, [1, 2]))))
        self.assertEqual(self.read(errors), [3])
        self.socket.send(packet(record(writes=(0, [0xFFFFFFFF]))))  # ROM
        self.assertEqual(self.read(0, 0xFFFFFFFC), [0, 0xFFFFFFFF])

    def test_code_and_reset(self):
        """What the host writes is executed, and ctrl_reset resets the SoC."""
        self.start()
        loop = RAM + 4 * (len(Program(self.soc).code) + len(rv32.li(5, DATA)) + len(rv32.li(6, 0)))
        self.assertEqual(self.read(loop), [rv32.addi(6, 6, 1)])
        self.socket.send(packet(record(writes=(loop, [rv32.addi(6, 0, 77)]))))
        while self.read(DATA) != [77]:
            pass
        self.socket.send(packet(record(writes=(self.soc.addr["ctrl_reset"], [1]))))
        while self.read(DATA) == [77]:
            pass
        self.assertEqual(self.read(loop), [rv32.addi(6, 6, 1)])  # the image is loaded again

    def test_nonsense(self):
        """Random packets under AddressSanitizer, to all addresses: the emulator lives on."""
        command = ["make", "-s", "-C", ROOT / "emu", "SANITIZE=1"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        rnd = random.Random(1)
        self.start(emulator=LXEMU_ASAN)
        self.socket.setblocking(False)
        # Not ctrl: a reset at each turn would test little.
        places = (
            DATA,
            CSR + 0x800,
            CSR + 0x1000,
            CSR + 0x1800,
            CSR + 0xFFF0,
            0x10000000,
            0xFFFFFFF8,
        )
        for _ in range(SEEDS):
            records = b""
            for _ in range(rnd.randrange(4)):
                at = (rnd.choice(places) + rnd.randrange(64)) & 0xFFFFFFFF
                words = [rnd.getrandbits(32) for _ in range(rnd.randrange(8))]
                reads = [(at + rnd.randrange(64)) & 0xFFFFFFFF for _ in range(rnd.randrange(8))]
                records += record((at, words), reads, rnd.randrange(16))
            data = bytearray(packet(records))
            for _ in range(rnd.choice((0, 0, 1, 8))):
                data[rnd.randrange(8, len(data) + 1) - 1] = rnd.getrandbits(8)
            self.socket.send(data[: rnd.choice((len(data), rnd.randrange(len(data) + 1)))])
        # After that number of packets at once the kernel may have dropped some: ask until there is an answer.
        self.socket.settimeout(1)
        deadline = time.monotonic() + WAIT_S
        reply = None
        while reply != packet(b"last", flags=PROBE_REPLY):
            self.assertLess(time.monotonic(), deadline, "no answer")
            if reply is None:
                self.socket.send(packet(b"last", flags=PROBE))
            try:
                reply = self.socket.recv(65536)
            except TimeoutError:
                reply = None
        self.process.terminate()
        self.assertEqual(self.process.wait(), 128 + 15)

    def test_bad_input(self):
        """Addresses and ports that are none, and one that is taken."""
        self.start()
        image = ("--kernel", self.folder / "program.bin", self.folder)
        for where in (
            "",
            "x",
            "70000",
            "-1",
            "1:2",
            "300.0.0.1:5",
            "1.2.3.4.5.6.7.8.9.10:5",
            "127.0.0.1:",
        ):
            done = lxemu("--etherbone", where, "--uart", "none", *image)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(
                done.stderr, rb"--etherbone .*: give PORT or ADDRESS:PORT, as 1234\n$"
            )
        done = lxemu("--etherbone", self.port, "--uart", "none", *image)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, rb"in use: choose another port\n$")
