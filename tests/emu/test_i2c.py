# SPDX-License-Identifier: MIT
"""The model of LiteI2C, seen from the guest; no reference SoC carries the core."""

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
RECOVER = 1 << 16
MORE = 5
ANDI = 7  # funct3


class LiteI2C(TestCase):
    """An EEPROM of 256 bytes at 0x50; each request leaves its status and its data."""

    def setUp(self):
        self.program = Program(Soc(cores={"i2c0": LITEI2C}))
        self.program.write("i2c0_phy_speed_mode", 2).write("i2c0_master_active", 1)

    def request(self, address, data, len_tx, len_rx, flags=0):
        """Append a request and the wait for its answer."""
        program = self.program
        program.write("i2c0_master_addr", address)
        program.write("i2c0_master_settings", len_tx | len_rx << 8 | flags)
        program.write("i2c0_master_rxtx", data)
        start = program.here()
        program.read(10, "i2c0_master_status")
        program.add(rv32.i_type(0x13, 11, ANDI, 10, RX_READY))
        program.add(rv32.branch("beq", 11, 0, start - program.here()))
        program.read(12, "i2c0_master_rxtx").store(10, 12)

    def run_program(self):
        """Run it on an emulator with the EEPROM; return [(status, data)]."""
        wiring = self.folder / "wiring.txt"
        wiring.write_text("device i2c0 eeprom address=0x50 size=256 write_us=0\n")
        found = self.program.run(self.name, "--wiring", wiring)
        return list(zip(found[::2], found[1::2], strict=True))

    def test_write_and_read(self):
        self.request(0x50, 0x10AABBCC, 4, 0)
        self.request(0x50, 0x10, 1, 3)
        (first, _), second = self.run_program()
        self.assertEqual(first, TX_READY | RX_READY)
        self.assertEqual(second, (TX_READY | RX_READY, 0xAABBCC))

    def test_more_than_four_bytes(self):
        self.request(0x50, 0x20010203, MORE, 0)
        self.request(0x50, 0x0405, 2, 0)
        self.request(0x50, 0x20, 1, MORE)
        self.request(0x50, 0, 0, 2)
        answers = self.run_program()
        self.assertEqual(answers[0][0], TX_READY | RX_READY | TX_UNFINISHED)
        self.assertEqual(answers[1][0], TX_READY | RX_READY)
        self.assertEqual(answers[2], (TX_READY | RX_READY | RX_UNFINISHED, 0x01020304))
        self.assertEqual(answers[3], (TX_READY | RX_READY, 0x05FF))

    def test_nobody_there(self):
        self.request(0x51, 0, 1, 0)
        self.request(0x50, 0, 0, 0)
        self.request(0x50, 0, 0, 0, RECOVER)
        ready = TX_READY | RX_READY
        self.assertEqual(
            [status for status, _ in self.run_program()], [ready | NACK, ready, ready]
        )

    def test_inactive(self):
        program = self.program
        program.write("i2c0_master_active", 0).write("i2c0_master_rxtx", 0)
        program.read(10, "i2c0_master_status").store(10)
        wiring = self.folder / "wiring.txt"
        wiring.write_text("")
        self.assertEqual(program.run(self.name, "--wiring", wiring), [TX_READY])
