# SPDX-License-Identifier: MIT
"""The model of LiteI2C, seen from the guest. tests/device/dev_i2c.py finds the same on RTL."""

from tests.emu import rv32
from tests.emu.support import Program, Soc, TestCase

LITEI2C = (
    ("phy_speed_mode", 2, "rw"),
    ("master_active", 1, "rw"),
    ("master_settings", 17, "rw"),
    ("master_addr", 7, "rw"),
    ("master_rxtx", 32, "rw"),
    ("master_status", 18, "ro"),
)
TX_READY, RX_READY, NACK = 1, 2, 1 << 8
TX_UNFINISHED, RX_UNFINISHED = 1 << 16, 1 << 17
READY = TX_READY | RX_READY
RECOVER = 1 << 16
MORE = 5
ANDI = 7  # funct3


class LiteI2C(TestCase):
    """An EEPROM of 256 bytes at 0x50; each request leaves its status and its data."""

    def setUp(self):
        self.program = Program(Soc(cores={"i2c0": LITEI2C}))
        self.program.write("i2c0_phy_speed_mode", 2).write("i2c0_master_active", 1)

    def ask(self, address, data, len_tx, len_rx, flags=0):
        """Append a request."""
        self.program.write("i2c0_master_addr", address)
        self.program.write("i2c0_master_settings", len_tx | len_rx << 8 | flags)
        self.program.write("i2c0_master_rxtx", data)

    def wait(self):
        """Append the wait until an answer is there and another request can be written; x10 is the status."""
        start = self.program.here()
        self.program.read(10, "i2c0_master_status")
        self.program.add(rv32.i_type(0x13, 11, ANDI, 10, READY), rv32.addi(12, 0, READY))
        self.program.add(rv32.branch("bne", 11, 12, start - self.program.here()))

    def request(self, address, data, len_tx, len_rx, flags=0):
        """Append a request and the wait for its answer."""
        self.ask(address, data, len_tx, len_rx, flags)
        self.wait()
        self.program.read(12, "i2c0_master_rxtx").store(10, 12)

    def run_program(self, fault=""):
        """Run it on an emulator with the EEPROM; return [(status, data)]."""
        wiring = self.folder / "wiring.txt"
        wiring.write_text(f"device i2c0 eeprom address=0x50 size=256 write_us=0 {fault}\n")
        found = self.program.run(self.name, "--wiring", wiring)
        return list(zip(found[::2], found[1::2], strict=True))

    def test_write_and_read(self):
        self.request(0x50, 0x10AABBCC, 4, 0)
        self.request(0x50, 0x10, 1, 3)
        (first, _), second = self.run_program()
        self.assertEqual(first, READY)
        self.assertEqual(second, (READY, 0xAABBCC))

    def test_more_than_four_bytes(self):
        self.request(0x50, 0x20010203, MORE, 0)
        self.request(0x50, 0x0405, 2, 0)
        self.request(0x50, 0x20, 1, MORE)
        self.request(0x50, 0, 0, 2)
        answers = self.run_program()
        self.assertEqual(answers[0][0], READY | TX_UNFINISHED)
        self.assertEqual(answers[1][0], READY)
        self.assertEqual(answers[2], (READY | RX_UNFINISHED, 0x01020304))
        self.assertEqual(answers[3], (READY, 0x05FF))

    def test_nobody_there(self):
        self.request(0x51, 0, 1, 0)
        self.request(0x50, 0, 0, 0)
        self.request(0x50, 0, 0, 0, RECOVER)
        statuses = [status for status, _ in self.run_program()]
        self.assertEqual(statuses, [READY | NACK, READY, READY])

    def test_inactive(self):
        """A request waits until the core is active; another one is lost."""
        program = self.program.write("i2c0_master_active", 0)
        self.ask(0x50, 0, 0, 0)
        self.ask(0x51, 0, 0, 0)
        program.read(10, "i2c0_master_status").store(10)
        program.write("i2c0_master_active", 1)
        self.wait()
        program.store(10)
        self.assertEqual(self.run_program(), [(0, READY)])

    def test_requests_ahead(self):
        """One answer is kept in the FIFO, one in the PHY, and one request waits."""
        program = self.program
        self.ask(0x50, 0x10AABBCC, 4, 0)
        self.wait()
        self.ask(0x51, 0, 1, 0)
        self.wait()
        program.store(10)
        self.ask(0x50, 0x10, 1, 2)
        program.read(10, "i2c0_master_status").store(10)
        for _ in range(2):
            program.read(12, "i2c0_master_rxtx")
            self.wait()
            program.store(10)
        program.read(12, "i2c0_master_rxtx").store(12)
        # An empty FIFO shows what it had last.
        program.read(10, "i2c0_master_status").store(10)
        found = self.run_program()
        self.assertEqual(found, [(READY, RX_READY), (READY | NACK, READY), (0xAABB, TX_READY)])

    def test_time(self):
        """Quarters of a bit are whole cycles; an active core keeps its speed; the bus rests for a bit."""
        wiring = self.folder / "wiring.txt"
        wiring.write_text("device i2c0 eeprom address=0x50 size=256 write_us=0\n")
        for mode, cycles in ((0, 250), (1, 63), (2, 25)):
            with self.subTest(mode):
                program = self.program = Program(Soc(cores={"i2c0": LITEI2C}))
                program.write("i2c0_phy_speed_mode", mode).write("i2c0_master_active", 1)
                program.write("i2c0_phy_speed_mode", 2 - mode)
                for len_tx, len_rx in ((0, 0), (1, 4), (MORE, 0), (1, 0)):
                    program.cycles(14)
                    self.ask(0x50, 0, len_tx, len_rx)
                    self.wait()
                    program.cycles(15)
                    program.read(12, "i2c0_master_rxtx").store(14, 15)
                found = program.run(self.name, "--wiring", wiring)
                times = [b - a for a, b in zip(found[::2], found[1::2], strict=True)]
                # Start, stop and repeated start: 2, 2 and 4 quarters; a byte 36; going on 2; the rest 4.
                quarters = (
                    2 + 36 + 2,
                    4 + 2 + 36 * 2 + 4 + 36 * 5 + 2,
                    4 + 2 + 36 * 5,
                    2 + 36 + 2,
                )
                for time, wanted in zip(times, quarters, strict=True):
                    self.assertLess(abs(time - wanted * cycles), 40, (times, quarters))

    def test_sda_held_low(self):
        """Zeros and acknowledgements, from the first address on."""
        self.request(0x50, 0, 1, 2)
        self.request(0x33, 0, 4, 0)
        self.request(0x33, 0, 0, 0, RECOVER)
        found = self.run_program("fault=holds-sda")
        self.assertEqual(found, [(READY, 0), (READY, 0), (READY, 0)])

    def test_a_pause_that_is_recovered(self):
        """It ends as it would without the flag: a read by one more byte."""
        self.request(0x50, 0x10AABBCC, 4, 0)
        self.request(0x50, 0x10, 1, MORE)
        self.request(0x50, 0, 0, 0, RECOVER)
        self.request(0x50, 0, 0, 1)
        found = self.run_program()
        self.assertEqual(found[1], (READY | RX_UNFINISHED, 0xAABBCCFF))
        self.assertEqual(found[2:], [(READY, 0xFF), (READY, 0xFF)])
