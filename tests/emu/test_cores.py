# SPDX-License-Identifier: MIT
"""The models of LiteX's cores, seen from the guest."""

import hashlib
import re

from tests.emu import rv32
from tests.emu.support import GPIO, GPIO_IRQ, LEDS, UART, Program, Soc, TestCase, lxemu

SOC_MAP = (("hash", 32, "ro"),)
SPI = (
    ("control", 16, "rw"),
    ("status", 1, "ro"),
    ("mosi", 8, "rw"),
    ("miso", 8, "ro"),
    ("cs", 1, "rw"),
    ("loopback", 1, "rw"),
)
PENDING_TX, PENDING_RX = 1, 2
BAUD = 115200
CYCLES_PER_BYTE = 10 * 100_000_000 // BAUD
FIFO = 17  # LiteX's FIFO of 16 has a buffered output
WORD = 4


def loop(program, count, *code):
    """Append code that runs count times; x25 counts.

    Args:
        program (Program): to append to.
        count (int): how often.
        *code: words.
    """
    program.add(rv32.li(25, count))
    start = program.here()
    program.add(*code).add(rv32.addi(25, 25, -1))
    program.add(rv32.branch("bne", 25, 0, start - program.here()))


class CsrLayout(TestCase):
    """CSR data width 8 and 32, both orderings, any base."""

    def layouts(self):
        """Yield (SoC, options) of every layout."""
        for width in (8, 32):
            for ordering in ("big", "little"):
                for base in (0xF0000000, 0x82000000, 0xE0000000):
                    with self.subTest(f"{width} {ordering} {base:#x}"):
                        yield Soc(width=width, csr=base), ordering

    def offsets(self, soc, bits, ordering):
        """Return [(offset, shift)] of a register's words, the most significant written first."""
        width = soc.json["constants"]["config_csr_data_width"]
        count = (bits + width - 1) // width
        shifts = [width * (count - 1 - i) for i in range(count)]
        if ordering == "little":
            shifts.reverse()
        return [(WORD * i, shift) for i, shift in enumerate(shifts)]

    def test_scratch(self):
        for soc, ordering in self.layouts():
            program = Program(soc)
            words = self.offsets(soc, 32, ordering)
            width = soc.json["constants"]["config_csr_data_width"]
            for offset, _ in words:
                program.read(10, "ctrl_scratch", offset).store(10)
            for offset, shift in words:
                program.write("ctrl_scratch", 0xCAFEBABE >> shift & ((1 << width) - 1), offset)
            for offset, _ in words:
                program.read(10, "ctrl_scratch", offset).store(10)
            found = program.run(self.name, "--csr-ordering", ordering)
            values = [
                sum(value << shift for value, (_, shift) in zip(part, words, strict=True))
                for part in (found[: len(words)], found[len(words) :])
            ]
            self.assertEqual(values, [0x12345678, 0xCAFEBABE])

    def test_uptime(self):
        for soc, ordering in self.layouts():
            program = Program(soc)
            program.write("timer0_uptime_latch", 1)
            words = self.offsets(soc, 64, ordering)
            for offset, _ in words:
                program.read(10, "timer0_uptime_cycles", offset).store(10)
            found = program.run(self.name, "--csr-ordering", ordering)
            uptime = sum(value << shift for value, (_, shift) in zip(found, words, strict=True))
            self.assertTrue(0 < uptime < 100, uptime)

    def test_timer_load(self):
        for soc, ordering in self.layouts():
            program = Program(soc)
            width = soc.json["constants"]["config_csr_data_width"]
            for offset, shift in self.offsets(soc, 32, ordering):
                program.write("timer0_load", 0x12345 >> shift & ((1 << width) - 1), offset)
            program.write("timer0_en", 0).write("timer0_update_value", 1)
            words = self.offsets(soc, 32, ordering)
            for offset, _ in words:
                program.read(10, "timer0_value", offset).store(10)
            found = program.run(self.name, "--csr-ordering", ordering)
            self.assertEqual(sum(v << s for v, (_, s) in zip(found, words, strict=True)), 0x12345)

    def test_ordering_from_csr_h(self):
        soc = Soc(width=8)
        folder = soc.write(self.folder)
        program = Program(soc)
        for offset, _ in self.offsets(soc, 32, "little"):
            program.read(10, "ctrl_scratch", offset).store(10)
        header = folder / "csr.h"
        header.write_text(
            "static inline uint32_t ctrl_scratch_read(void) {\n"
            "\tuint32_t r = csr_read_simple((CSR_BASE + 0x10L));\n\tr <<= 8;\n"
            "\tr |= csr_read_simple((CSR_BASE + 0xcL));\n\treturn r;\n}\n"
        )
        try:
            self.assertEqual(program.run(self.name), [0x78, 0x56, 0x34, 0x12])
        finally:
            header.unlink()

    def test_widths_from_csr_svd(self):
        soc = Soc(cores={"leds": LEDS})
        folder = soc.write(self.folder)
        (folder / "csr.svd").write_text(
            "<peripheral><name>LEDS</name><registers><register><name>OUT</name><fields><field>"
            "<name>out</name><msb>7</msb></field></fields></register></registers></peripheral>"
        )
        program = Program(soc)
        program.write("leds_out", 0x1FF).read(10, "leds_out").store(10)
        self.assertEqual(program.run(self.name), [0xFF])


class Timer(TestCase):
    """Timer: LiteX's cores/timer.py."""

    def test_pending_since_reset(self):
        program = Program(Soc())
        program.read(10, "timer0_ev_pending").read(11, "timer0_ev_status").store(10, 11)
        program.write("timer0_ev_pending", 1).read(10, "timer0_ev_pending").store(10)
        self.assertEqual(program.run(self.name), [1, 1, 0])

    def test_one_shot(self):
        program = Program(Soc())
        program.write("timer0_load", 1000).write("timer0_ev_pending", 1).write("timer0_en", 1)
        program.write("timer0_update_value", 1).read(10, "timer0_value").store(10)
        program.read(10, "timer0_ev_pending").store(10)
        loop(program, 1000, rv32.addi(0, 0, 0))
        program.write("timer0_update_value", 1).read(10, "timer0_value").store(10)
        program.read(10, "timer0_ev_pending").read(11, "timer0_ev_status").store(10, 11)
        first, *rest = program.run(self.name)
        self.assertAlmostEqual(first, 1000 - 5, delta=5)
        self.assertEqual(rest, [0, 0, 1, 1])

    def test_periodic_has_no_drift(self):
        # Zero comes every reload + 1 cycles; after 50 of them the count says what the uptime says.
        program = Program(Soc())
        period = 100
        program.write("timer0_load", period - 1).write("timer0_reload", period - 1)
        program.write("timer0_en", 1).cycles(20)
        program.write("timer0_update_value", 1).read(10, "timer0_value")
        loop(program, 1667, rv32.NOP)
        program.cycles(21).write("timer0_update_value", 1).read(11, "timer0_value")
        program.store(10, 11, 20, 21)
        before, after, start, end = program.run(self.name)
        self.assertEqual((before - after) % period, (end - start) % period)

    def test_reload_counts_from_the_next_period(self):
        program = Program(Soc())
        program.write("timer0_load", 100).write("timer0_reload", 10_000).write("timer0_en", 1)
        loop(program, 500, rv32.NOP)
        program.write("timer0_reload", 50)
        program.write("timer0_update_value", 1).read(10, "timer0_value").store(10)
        (value,) = program.run(self.name)
        self.assertTrue(5_000 < value < 10_000, value)

    def test_interrupt_wakes_from_wfi(self):
        program = Program(Soc(variant="full"))
        program.add(rv32.li(5, 2), rv32.csrw(0xBC0, 5), rv32.li(5, 0x800), rv32.csrw(0x304, 5))
        program.write("timer0_load", 5_000_000).write("timer0_ev_pending", 1)
        program.write("timer0_ev_enable", 1).write("timer0_en", 1).cycles(20).add(rv32.WFI).cycles(
            21
        )
        program.add(rv32.r_type(0x33, 21, 0, 21, 20, 0x20)).store(21)
        program.add(rv32.csrw(0x304, 0))  # or wfi would never wait again
        self.assertAlmostEqual(program.run(self.name)[0], 5_000_000, delta=50)


class Uart(TestCase):
    """UART: LiteX's cores/uart.py."""

    def test_events_since_reset(self):
        program = Program(Soc())
        program.read(10, "uart_ev_pending").read(11, "uart_ev_status").store(10, 11)
        program.read(10, "uart_rxempty").read(11, "uart_txempty").store(10, 11)
        self.assertEqual(program.run(self.name), [PENDING_TX, PENDING_TX, 1, 1])

    def test_reading_takes_nothing_and_clearing_takes_a_byte(self):
        program = Program(Soc())
        wait = [rv32.load("lw", 10, 28, 0), rv32.branch("bne", 10, 0, -4)]
        program.add(rv32.li(28, program.soc.addr["uart_rxempty"]), wait)
        program.read(10, "uart_rxtx").read(11, "uart_rxtx").store(10, 11)
        program.write("uart_ev_pending", PENDING_RX).read(10, "uart_rxtx").store(10)
        found = program.run(self.name, stdin=b"ABCDEFGH")
        self.assertIn(found, ([65, 65, 66], [65, 65, 65]))

    def test_full_fifo_at_a_baud_rate(self):
        program = Program(Soc())
        for _ in range(FIFO - 1):
            program.write("uart_rxtx", 0x41)
        program.read(10, "uart_txfull").store(10)
        program.write("uart_rxtx", 0x42).read(10, "uart_txfull").store(10)
        program.write("uart_rxtx", 0x43)  # lost
        loop(program, CYCLES_PER_BYTE * (FIFO + 1), rv32.NOP)
        program.read(10, "uart_txempty").store(10)
        done = self.raw(program, "--baud", str(BAUD), fifo=True)
        self.assertEqual(done.stdout[:FIFO], b"A" * (FIFO - 1) + b"B")

    def raw(self, program, *options, stdin=b"", fifo=False):
        """Run a program and return the process; the results are not looked at."""
        folder = program.soc.write(self.folder)
        if fifo:
            # The results would meet a full FIFO: leave them out.
            program.add(rv32.WFI, rv32.jal(0, -4))
        (folder / "program.bin").write_bytes(program.image())
        return lxemu("--kernel", folder / "program.bin", "--stats", *options, folder, stdin=stdin)

    def overflows(self, text):
        """Return the count of lost bytes in lxemu's statistics."""
        return int(re.search(rb"uart overflows: (\d+)", text)[1])

    def test_overflow_is_counted(self):
        # The guest looks for input, then away for 100 byte times.
        sent = 60
        program = Program(Soc())
        program.add(rv32.li(28, program.soc.addr["uart_rxempty"]))
        program.add(rv32.load("lw", 10, 28, 0), rv32.branch("bne", 10, 0, -4))
        loop(program, CYCLES_PER_BYTE * 100, rv32.NOP)
        done = self.raw(program, "--baud", str(BAUD), stdin=b"x" * sent)
        self.assertEqual(self.overflows(done.stderr), sent - FIFO)

    def test_nothing_is_lost_without_a_baud_rate(self):
        program = Program(Soc())
        program.add(rv32.li(28, program.soc.addr["uart_rxempty"]))
        program.add(rv32.load("lw", 10, 28, 0), rv32.branch("bne", 10, 0, -4))
        loop(program, CYCLES_PER_BYTE * 100, rv32.NOP)
        done = self.raw(program, stdin=b"x" * 60)
        self.assertEqual(self.overflows(done.stderr), 0)

    def test_deeper_fifo(self):
        program = Program(Soc())
        program.add(rv32.li(28, program.soc.addr["uart_rxempty"]))
        program.add(rv32.load("lw", 10, 28, 0), rv32.branch("bne", 10, 0, -4))
        loop(program, CYCLES_PER_BYTE * 100, rv32.NOP)
        done = self.raw(program, "--baud", str(BAUD), "--uart-fifo", "64", stdin=b"x" * 60)
        self.assertEqual(self.overflows(done.stderr), 0)

    def test_crossover(self):
        """Its far side, which a bridge reads on a board, is not another core and sends nothing."""
        xover = tuple((f"xover_{name}", bits, access) for name, bits, access in UART)
        program = Program(Soc(cores={"uart": (*UART, *xover)}))
        program.read(10, "uart_xover_rxempty").read(11, "uart_xover_txfull").store(10, 11)
        self.assertEqual(program.run(self.name), [1, 0])

    def test_output_pace(self):
        program = Program(Soc())
        program.cycles(20)
        for _ in range(FIFO):
            program.write("uart_rxtx", 0x41)
        program.add(rv32.li(28, program.soc.addr["uart_txempty"]))
        program.add(rv32.load("lw", 10, 28, 0), rv32.branch("beq", 10, 0, -4))
        program.cycles(21).add(rv32.r_type(0x33, 21, 0, 21, 20, 0x20)).store(21)
        done = self.raw(program, "--baud", str(BAUD))
        cycles = int.from_bytes(done.stdout[FIFO : FIFO + 4], "little")
        self.assertAlmostEqual(cycles, FIFO * CYCLES_PER_BYTE, delta=CYCLES_PER_BYTE // 100)

    def test_phy_of_its_own(self):
        """LiteX of 2026 makes the PHY a part of the UART."""
        program = Program(Soc(cores={"uart1": (*UART, ("phy_tuning_word", 32, "rw"))}))
        program.read(10, "uart1_phy_tuning_word").store(10)
        for name in ("txempty", "txfull", "rxempty"):
            program.read(10, f"uart1_{name}").store(10)
        program.write("uart1_phy_tuning_word", 1 << 28).read(10, "uart1_phy_tuning_word").store(10)
        default = (115200 << 32) // 100000000
        self.assertEqual(program.run(self.name), [default, 1, 0, 1, 1 << 28])


class Others(TestCase):
    """The smaller cores."""

    def identifier(self, *options):
        """Return the identifier that a guest reads."""
        soc = Soc(cores={"leds": LEDS})
        soc.json["csr_bases"]["identifier_mem"] = soc.addr["identifier"] = 0xF0008000
        program = Program(soc)
        for index in range(20):
            program.read(10, "identifier", WORD * index).store(10)
        return bytes(program.run(self.name, *options)).rstrip(b"\0").decode()

    def test_identifier(self):
        self.assertEqual(self.identifier(), "test soc")
        self.assertEqual(self.identifier("--identifier", "Another"), "Another")

    def test_identifier_in_its_own_letters(self):
        header = self.folder / "soc.h"
        header.write_text('#define CONFIG_IDENTIFIER "Test SoC"\n')
        try:
            self.assertEqual(self.identifier(), "Test SoC")
        finally:
            header.unlink()

    def test_map_hash(self):
        soc = Soc(cores={"soc_map": SOC_MAP})
        text = "width=32 ordering=big\n"
        entries = sorted((r["addr"], name, r) for name, r in soc.json["csr_registers"].items())
        for addr, name, r in entries:
            text += f"{name} 0x{addr:08x} {r['size']} {r['type']}\n"
        expected = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        program = Program(soc)
        program.read(10, "soc_map_hash").store(10)
        self.assertEqual(program.run(self.name), [expected])
        self.assertEqual(program.run(self.name, "--map-hash", "0x1234"), [0x1234])

    def test_gpio_reads_what_it_drives(self):
        program = Program(Soc(cores={"gpio": GPIO}))
        program.write("gpio_oe", 0xF0).write("gpio_out", 0xFF).read(10, "gpio_in").store(10)
        self.assertEqual(program.run(self.name), [0xF0])

    def test_gpio_change_is_an_event(self):
        program = Program(Soc(cores={"gpio": GPIO_IRQ}))
        program.write("gpio_oe", 0xFF).write("gpio_mode", 1).write("gpio_edge", 0)
        for level in (1, 0):
            program.write("gpio_ev_pending", 0xFF).write("gpio_out", level)
            program.read(10, "gpio_ev_pending").store(10)
        self.assertEqual(program.run(self.name), [1, 1])

    def test_spi_loopback(self):
        # Without csr.svd the register looks 32 bits wide, and what is sent is at its top.
        program = Program(Soc(cores={"spi": SPI}))
        program.write("spi_loopback", 1).write("spi_mosi", 0xA5 << 24).write("spi_control", 0x0801)
        program.add(rv32.li(28, program.soc.addr["spi_status"]))
        program.add(rv32.load("lw", 10, 28, 0), rv32.branch("beq", 10, 0, -4))
        program.read(10, "spi_miso").store(10)
        self.assertEqual(program.run(self.name), [0xA5])

    def test_monitor_of_a_zynq_has_ten_bits(self):
        names = (
            "temperature",
            "vccint",
            "vccaux",
            "vccbram",
            "vccpsintlp",
            "vccpsintfp",
            "vccpsaux",
        )
        for channels, most in ((names[:4], 4095), (names, 1023)):
            registers = tuple((name, 12, "ro") for name in (*channels, "eoc", "eos"))
            program = Program(Soc(cores={"sysmon": registers}))
            loop(program, 1000, rv32.addi(0, 0, 0))
            program.read(10, "sysmon_temperature").store(10)
            (value,) = program.run(self.name)
            self.assertTrue(most // 4 < value < most, (channels, value))

    def test_unknown_core_stores(self):
        program = Program(Soc(cores={"mystery": (("a", 64, "rw"), ("b", 32, "ro"))}))
        program.write("mystery_a", 1).write("mystery_a", 2, WORD).write("mystery_b", 3)
        program.read(10, "mystery_a").read(11, "mystery_a", WORD).read(12, "mystery_b")
        self.assertEqual(program.store(10, 11, 12).run(self.name), [1, 2, 0])

    def test_reset_restarts_and_ram_survives(self):
        # The kernel is loaded again; what lies elsewhere in RAM is still there.
        soc = Soc()
        program = Program(soc)
        program.add(rv32.li(5, soc.ram + 0x40000), rv32.load("lw", 10, 5, 0))
        program.add(rv32.addi(10, 10, 1), rv32.store("sw", 10, 5, 0))
        program.add(rv32.addi(6, 0, 3))
        program.add(rv32.branch("bge", 10, 6, 4 * 7))
        program.write("ctrl_reset", 1)
        program.add(rv32.jal(0, 0))
        program.read(11, "ctrl_scratch").cycles(12).store(10, 11)
        self.assertEqual(program.run(self.name), [3, 0x12345678])

    def test_cpu_held_in_reset(self):
        program = Program(Soc())
        program.write("ctrl_reset", 2).store(10)
        folder = program.soc.write(self.folder)
        (folder / "program.bin").write_bytes(program.image())
        done = lxemu("--kernel", folder / "program.bin", "--max-cycles", "100000000", folder)
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_max_cycles(self):
        program = Program(Soc())
        program.add(rv32.jal(0, 0))
        folder = program.soc.write(self.folder)
        (folder / "program.bin").write_bytes(program.image())
        done = lxemu(
            "--kernel", folder / "program.bin", "--max-cycles", "12345", "--stats", folder
        )
        self.assertEqual(done.returncode, 124)
        self.assertIn(b"cycles: 12345\n", done.stderr)

    def test_runs_repeat_exactly(self):
        program = Program(Soc())
        for _ in range(5):
            program.add(rv32.WFI).cycles(10).store(10)
        runs = [program.run(self.name) for _ in range(2)]
        self.assertEqual(runs[0], runs[1])

    def test_traces(self):
        program = Program(Soc(cores={"leds": LEDS}))
        program.write("leds_out", 5).read(10, "leds_out").write("ctrl_scratch", 0xABCD)
        trace, csrs = self.folder / "trace.txt", self.folder / "csr.txt"
        program.run(self.name, "--trace", str(trace), "--trace-csr", str(csrs))
        self.assertEqual(
            csrs.read_text().splitlines(),
            ["W leds_out 0x5", "R leds_out 0x5", "W ctrl_scratch 0xabcd"],
        )
        self.assertRegex(trace.read_text().splitlines()[0], r"^0 40000000 [0-9a-f]{8} x26=")

    def test_self_modifying_code(self):
        # A store into the block that runs, and one into a block that ran before.
        soc = Soc()
        program = Program(soc)
        patch = rv32.addi(10, 0, 2)
        program.add(rv32.li(6, patch), rv32.addi(7, 0, 2))
        target = program.here() + 4 * 3
        program.add(rv32.li(5, target + 8), rv32.addi(8, 0, 0))
        program.add(rv32.store("sw", 6, 5, 0), rv32.FENCE_I, rv32.addi(10, 0, 1))
        program.store(10)
        self.assertEqual(program.run(self.name), [2])
