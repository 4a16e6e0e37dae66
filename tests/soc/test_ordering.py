# SPDX-License-Identifier: MIT
"""The order of a register's words: the generator and the emulator follow the one rule of docs/soc.md."""

import os
from pathlib import Path

from tests.emu import support
from tests.soc.case import CORES, GenerateTest, make_csr_json, make_folder, run

BASE = 0xF0000000
HEADERS = {
    "big": (0x10, 0x14),
    "little": (0x14, 0x10),
}


class OrderingTest(GenerateTest):
    """Both programs on the same folder."""

    def header(self, order):
        """Write a csr.h whose accessors read a wide register in this order."""
        lines = "".join(
            f"\tr <<= 8;\n\tr |= csr_read_simple((CSR_BASE + 0x{at:x}L));\n"
            for at in HEADERS[order]
        )
        path = os.path.join(self.folder, "software", "include", "generated", "csr.h")
        with open(path, "w") as file:
            file.write(
                f"static inline uint32_t timer0_value_read(void) {{\n\tuint32_t r = 0;\n{lines}}}\n"
            )

    def gateware(self, order):
        """Write the Verilog of a bank with a register of two words."""
        os.makedirs(os.path.join(self.folder, "gateware"), exist_ok=True)
        words = (1, 0) if order == "big" else (0, 1)
        with open(os.path.join(self.folder, "gateware", "top.v"), "w") as file:
            for word in words:
                file.write(f"interface0_dat_r <= csrbank0_odd{word}_w;\n")

    def emulated(self, *options):
        """What the emulator takes: ctrl_scratch is 0x12345678 after a reset."""
        soc = support.Soc(width=8)
        soc.addr = {
            "ctrl_scratch": BASE + 4,
            "uart_rxtx": BASE + 0x800 * list(CORES).index("uart"),
        }
        program = support.Program(soc).read(10, "ctrl_scratch").store(10)
        image = Path(self.folder, "program.bin")
        image.write_bytes(program.image())
        done = support.lxemu("--kernel", image, *options, self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {0x12: "big", 0x78: "little"}[done.stdout[0]]

    def generated(self, *options):
        status, text = run(self.folder, "--output", self.output, *options)
        self.assertEqual(status, 0, text)
        return "big" if self.config()["SOC_CSR_ORDERING_BIG"] == "1" else "little"

    def assert_both(self, order, *options):
        self.assertEqual((self.generated(*options), self.emulated(*options)), (order, order))

    def make(self, constant=None):
        cores = {"odd": [("odd", 16, "rw")]}
        constants = {f"config_csr_ordering_{constant}": None} if constant else {}
        make_folder(self.folder, make_csr_json({**CORES, **cores}, width=8, **constants))

    def test_one_reading(self):
        """The first place that says something wins, in both."""
        for order, other in (("big", "little"), ("little", "big")):
            with self.subTest(order):
                self.setUp()
                self.make()
                self.assert_both("big")
                self.header(order)
                self.assert_both(order)
                self.make(constant=other)
                self.header(order)
                self.assert_both(other)
                self.toml(
                    f'# csr_ordering = "{other}"\n  csr_ordering="{order}" # as built\n[cores.leds]\npins = 3\n'
                )
                self.assert_both(order)
                self.assert_both(other, "--csr-ordering", other)

    def test_a_gateware_that_contradicts(self):
        """LiteX up to 2024.12 writes the same csr.h for both orders: the user has to say it, to both."""
        self.make()
        self.header("big")
        self.gateware("little")
        self.assert_fails(
            'csr.h reads wide registers .* put the line csr_ordering = "little" into .*litex.toml$'
        )
        self.toml('csr_ordering = "little"\n')
        self.assert_both("little")
        self.gateware("big")
        self.assert_fails(
            "litex.toml reads wide registers in little order but the gateware has big; put the line"
        )
        self.assert_both("little", "--csr-ordering", "little")
