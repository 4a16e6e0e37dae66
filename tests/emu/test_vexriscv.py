# SPDX-License-Identifier: MIT
"""What VexRiscv does differently from the manual, as measured on RTL (tests/rtl/truth)."""

from tests.emu import rv32
from tests.emu.support import GPIO_IRQ, LEDS, RAM, RAM_SIZE, Program, Soc, TestCase, lxemu

ALL_ONES = 0xFFFFFFFF
UNMAPPED_IO = 0x90000000
UNMAPPED_CACHED = 0x60000000
TIMEOUT = 1_000_000
ILLEGAL, LOAD_MISALIGNED, STORE_MISALIGNED, ECALL = 2, 4, 6, 11
NO_TRAP = [ALL_ONES] * 3


class Standard(TestCase):
    """The variant `standard`."""

    variant = "standard"

    def program(self, **options):
        """Return a new program on a SoC of this variant."""
        return Program(Soc(variant=self.variant, **options))

    def access(self, address, *code):
        """Return [a0, cycles, bus errors] of code that finds the address in x5.

        Args:
            address (int): the address.
            *code: words.
        """
        program = self.program()
        program.add(rv32.li(5, address), rv32.addi(10, 0, 0))
        program.cycles(6).add(*code).cycles(7)
        program.add(rv32.r_type(0x33, 7, 0, 7, 6, 0x20)).read(8, "ctrl_bus_errors")
        return program.store(10, 7, 8).run(self.name)

    def test_uncached_load_times_out(self):
        value, cycles, errors = self.access(UNMAPPED_IO, rv32.load("lw", 10, 5, 0))
        self.assertEqual([value, errors], [ALL_ONES, 1])
        self.assertAlmostEqual(cycles, TIMEOUT, delta=100)

    def test_uncached_store_times_out(self):
        _, cycles, errors = self.access(UNMAPPED_IO, rv32.store("sw", 5, 5, 0))
        self.assertEqual(errors, 1)
        self.assertAlmostEqual(cycles, TIMEOUT, delta=100)

    def test_cached_load_times_out_for_a_line(self):
        value, cycles, errors = self.access(UNMAPPED_CACHED, rv32.load("lw", 10, 5, 0))
        self.assertEqual([value, errors], [ALL_ONES, 8])
        self.assertAlmostEqual(cycles, 8 * TIMEOUT, delta=100)

    def test_load_behind_main_ram(self):
        value, _, errors = self.access(RAM + RAM_SIZE, rv32.load("lbu", 10, 5, 0))
        self.assertEqual([value, errors], [0xFF, 8])

    def test_load_from_zero_reads_rom(self):
        program = self.program()
        program.add(rv32.load("lw", 10, 0, 0)).store(10)
        (self.folder / "rom.bin").write_bytes(rv32.words([0x12345678]))
        self.assertEqual(program.run(self.name, "--rom", self.folder / "rom.bin"), [0x12345678])

    def test_store_to_rom_does_nothing(self):
        program = self.program()
        program.add(rv32.li(5, 0x1234), rv32.store("sw", 5, 0, 0), rv32.load("lw", 10, 0, 0))
        program.store(10).read(8, "ctrl_bus_errors").store(8)
        self.assertEqual(program.run(self.name), [0, 0])

    def test_missing_csrs_read_zero(self):
        program = self.program()
        numbers = (0xC00, 0xB00, 0x301, 0xF14, 0xC01, 0xC02, 0x340, 0x7C0, 0x180)
        for number in numbers:
            program.add(rv32.li(5, 0x5A5A), rv32.csrw(number, 5), rv32.csrr(10, number)).store(10)
        self.assertEqual(program.run(self.name), [0] * len(numbers))

    def test_misaligned_accesses_trap(self):
        program = self.program()
        address = RAM + 0x20001
        expected = []
        program.add(rv32.li(5, address))
        for name in ("lw", "lh", "lhu"):
            expected += [LOAD_MISALIGNED, program.here() + 8, address]
            program.trapping(rv32.load(name, 10, 5, 0))
        for name in ("sw", "sh"):
            expected += [STORE_MISALIGNED, program.here() + 8, address]
            program.trapping(rv32.store(name, 10, 5, 0))
        self.assertEqual(program.run(self.name), expected)

    def causes(self, words):
        """Return the cause and value of each word's trap, or None.

        Args:
            words (list of int): instructions.
        """
        program = self.program()
        for word in words:
            program.add(rv32.li(5, RAM + 0x20000)).trapping(word)
        found = program.run(self.name)
        return [
            None if found[i : i + 3] == NO_TRAP else (found[i], found[i + 2])
            for i in range(0, len(found), 3)
        ]

    def test_what_is_illegal(self):
        illegal = [
            rv32.EBREAK,
            rv32.r_type(0x2F, 10, 2, 5, 0, 0),  # amoadd.w
            rv32.r_type(0x2F, 10, 2, 5, 0, 2 << 2),  # lr.w
            0x00000000,
            0xFFFFFFFF,
            0x0002A007,  # flw
            rv32.i_type(0x03, 10, 3, 5, 0),
            rv32.csr(4, 10, 0x300, 0),
        ]
        self.assertEqual(self.causes(illegal), [(ILLEGAL, word) for word in illegal])

    def test_what_is_not(self):
        fine = [
            0x0000500F,  # flush of the data cache
            rv32.FENCE_I,
            rv32.WFI,
            rv32.i_type(0x03, 10, 6, 5, 0),  # lw in the decoder's eyes
            rv32.i_type(0x13, 10, 5, 5, 0x025),  # srli with bit 25 set
            rv32.r_type(0x33, 10, 4, 5, 5, 1),
        ]
        self.assertEqual(self.causes(fine), [None] * len(fine))

    def test_ecall(self):
        self.assertEqual(self.causes([rv32.ECALL]), [(ECALL, rv32.ECALL)])

    def test_jump_to_half_word_traps_and_writes_nothing(self):
        program = self.program()
        program.add(rv32.addi(10, 0, 7), rv32.li(5, RAM + 0x20002))
        program.trapping(rv32.jalr(10, 5, 0)).store(10)
        found = program.run(self.name)
        self.assertEqual([found[0], found[2], found[3]], [0, RAM + 0x20002, 7])

    def test_registers_of_the_interrupt_controller(self):
        program = self.program()
        program.add(rv32.li(5, 0xFFFFFFFF), rv32.csrw(0xBC0, 5), rv32.csrr(10, 0xBC0))
        program.add(rv32.csrr(11, 0xFC0), rv32.csrr(12, 0x344)).store(10, 11, 12)
        program.write("timer0_ev_enable", 1)  # pending since reset
        program.add(rv32.csrr(11, 0xFC0), rv32.csrr(12, 0x344)).store(11, 12)
        self.assertEqual(program.run(self.name), [ALL_ONES, 0, 0, 2, 0x800])

    def test_interrupt(self):
        program = self.program()
        program.add(rv32.li(5, 2), rv32.csrw(0xBC0, 5), rv32.li(5, 0x800), rv32.csrw(0x304, 5))
        program.write("timer0_ev_enable", 1)
        program.trapping(rv32.csr(6, 0, 0x300, 8))
        self.assertEqual(program.run(self.name)[0], 0x8000000B)

    def test_registers_of_one_csr_page_in_bytes(self):
        program = self.program(cores={"leds": LEDS})
        program.add(rv32.li(5, program.soc.addr["ctrl_scratch"]), rv32.li(6, 0x44332211))
        program.add(rv32.store("sw", 6, 5, 0), rv32.load("lbu", 10, 5, 3)).store(10)
        program.add(rv32.li(6, 0xAB), rv32.store("sb", 6, 5, 2), rv32.load("lw", 10, 5, 0)).store(
            10
        )
        program.add(rv32.load("lw", 10, 5, 0x700)).store(10)  # nothing there
        self.assertEqual(program.run(self.name), [0x44, 0xABABABAB, 0])

    def test_gpio_interrupt_by_change(self):
        program = self.program(cores={"gpio": GPIO_IRQ})
        program.write("gpio_oe", 1).write("gpio_mode", 1).write("gpio_out", 1)
        program.read(10, "gpio_in").read(11, "gpio_ev_pending").store(10, 11)
        program.write("gpio_ev_pending", 1).read(11, "gpio_ev_pending").store(11)
        program.write("gpio_out", 0).read(11, "gpio_ev_pending").store(11)
        self.assertEqual(program.run(self.name), [1, 1, 0, 1])


class Minimal(Standard):
    """No caches, no multiplication."""

    variant = "minimal"

    def test_cached_load_times_out_for_a_line(self):
        value, cycles, errors = self.access(UNMAPPED_CACHED, rv32.load("lw", 10, 5, 0))
        self.assertEqual([value, errors], [ALL_ONES, 1])
        self.assertAlmostEqual(cycles, TIMEOUT, delta=100)

    def test_load_behind_main_ram(self):
        value, _, errors = self.access(RAM + RAM_SIZE, rv32.load("lbu", 10, 5, 0))
        self.assertEqual([value, errors], [0xFF, 1])

    def test_what_is_illegal(self):
        words = [rv32.r_type(0x33, 10, f, 5, 5, 1) for f in range(8)] + [0x0000500F]
        self.assertEqual(self.causes(words), [(ILLEGAL, word) for word in words])

    def test_what_is_not(self):
        self.assertEqual(self.causes([rv32.FENCE_I, rv32.WFI]), [None, None])


class Full(Standard):
    """All CSRs; what is missing traps; wfi waits."""

    variant = "full"

    def test_missing_csrs_read_zero(self):
        words = [rv32.csrr(10, 0x7C0), rv32.csrr(10, 0xC01), rv32.csrw(0xC00, 5)]
        self.assertEqual(self.causes(words), [(ILLEGAL, word) for word in words])

    def test_what_is_not(self):
        fine = [rv32.csrr(10, n) for n in (0xB00, 0xC00, 0xC02, 0x340, 0x301, 0xF11)]
        self.assertEqual(self.causes(fine), [None] * len(fine))

    def test_identification(self):
        program = self.program()
        for number in (0xF11, 0xF12, 0xF13, 0xF14, 0x301):
            program.add(rv32.csrr(10, number)).store(10)
        self.assertEqual(program.run(self.name), [0xB, 0x16, 0x21, 0, 0x40000042])


class Imac(Full):
    """Compressed instructions, lr and sc, but no other atomics."""

    variant = "imac"

    def test_what_is_illegal(self):
        words = [rv32.r_type(0x2F, 10, 2, 5, 0, 0), rv32.EBREAK]
        self.assertEqual(self.causes(words), [(ILLEGAL, word) for word in words])

    def test_jump_to_half_word_traps_and_writes_nothing(self):
        program = self.program()
        # c.li x10, 5 at a half word, and back to the whole one behind it.
        program.add(rv32.jal(0, 6), 0x45150001)
        self.assertEqual(program.store(10).run(self.name), [5])

    def test_lr_sc(self):
        program = self.program()
        lr = rv32.r_type(0x2F, 11, 2, 5, 0, 2 << 2)
        sc = rv32.r_type(0x2F, 12, 2, 5, 5, 3 << 2)
        program.add(rv32.li(5, RAM + 0x20000), lr, sc).store(11, 12).add(sc).store(12)
        # The reservation is a flag without an address.
        program.add(lr, rv32.addi(5, 5, 64), sc).store(12)
        self.assertEqual(program.run(self.name), [0, 0, 1, 0])


class Strict(TestCase):
    """--strict stops with a report and status 3."""

    def check(self, pattern, *code):
        program = Program(Soc())
        program.add(*code)
        folder = program.soc.write(self.folder)
        (folder / "program.bin").write_bytes(program.image())
        done = lxemu("--strict", "--kernel", folder / "program.bin", folder)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr.decode(), pattern)

    def test_load(self):
        self.check(
            "load of 4 bytes at 0x90000000", rv32.li(5, 0x90000000), rv32.load("lw", 10, 5, 0)
        )

    def test_store(self):
        self.check("store of 1 bytes", rv32.li(5, 0x60000000), rv32.store("sb", 5, 5, 0))

    def test_rom(self):
        self.check("read-only", rv32.store("sw", 5, 0, 0))

    def test_csr(self):
        self.check("trap: cause 2", rv32.csrr(10, 0x7C0))

    def test_misaligned(self):
        self.check("trap: cause 4", rv32.li(5, RAM + 1), rv32.load("lw", 10, 5, 0))

    def test_fetch(self):
        self.check("fetch", rv32.li(5, 0x60000000), rv32.jalr(0, 5, 0))
