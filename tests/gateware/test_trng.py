# SPDX-License-Identifier: MIT
"""The source of random bits in Migen's simulator: words, health tests, restart; and the rings as they are written."""

import re
import unittest

from litex.gen.fhdl.verilog import convert
from migen import ClockDomain, Module, Signal, run_simulation

from gateware import trng
from tests.gateware.registers import RegistersBench

VALID, REPETITION, PROPORTION = 1, 2, 4
TAKE, RESTART = 1, 2
SAMPLE_CYCLES = 2
STARTUP = trng.STARTUP_SAMPLES * SAMPLE_CYCLES


class Pattern(Module):
    """A source whose bit a test sets."""

    def __init__(self) -> None:
        self.bit = Signal()


def lfsr(seed, steps):
    """The states of SeededBits, one for each cycle."""
    for _ in range(steps):
        yield seed
        bit = (seed >> 63 ^ seed >> 62 ^ seed >> 60 ^ seed >> 59) & 1
        seed = (seed << 1 | bit) % 2**64


class Bench(RegistersBench):
    def __init__(self, bits) -> None:
        RegistersBench.__init__(self, trng.Trng(bits, sample_cycles=SAMPLE_CYCLES))

    def wait(self, cycles):
        """Look at status until it is not 0; the number of cycles is bounded."""
        for _ in range(cycles // 2):
            status = yield from self.read("status")
            if status:
                return status
        return 0

    def word(self):
        """Take the next word."""
        status = yield from self.wait(STARTUP + 40 * SAMPLE_CYCLES)
        data = yield from self.read("data")
        yield from self.write("control", TAKE)
        return status, data


class Words(unittest.TestCase):
    def test_words_are_the_bits_of_the_source(self) -> None:
        bench = Bench(trng.SeededBits(seed=0x123456789))
        words = []

        def run():
            for _ in range(3):
                words.append((yield from bench.word()))

        run_simulation(bench, run())
        self.assertEqual([status for status, _ in words], [VALID] * 3)
        # Each word is somewhere in every other bit of the register's output.
        stream = "".join(str(state >> 63) for state in lfsr(0x123456789, STARTUP + 500))
        for _, word in words:
            self.assertTrue(any(f"{word:032b}" in stream[i::SAMPLE_CYCLES] for i in (0, 1)))
        self.assertEqual(len({word for _, word in words}), 3)

    def test_nothing_before_the_startup_test(self) -> None:
        bench = Bench(trng.SeededBits(seed=1 << 60))
        found = []

        def run():
            for _ in range(STARTUP // 2):
                found.append((yield from bench.read("status")))

        run_simulation(bench, run())
        self.assertEqual(set(found), {0})

    def test_a_taken_word_is_gone(self) -> None:
        bench = Bench(trng.SeededBits(seed=77))
        found = []

        def run():
            yield from bench.word()
            found.append((yield from bench.read("status")))
            found.append((yield from bench.read("data")) >> 8)

        run_simulation(bench, run())
        self.assertEqual(found, [0, 0])

    def test_seeds(self) -> None:
        for seed in (0, -1, 2**64):
            with self.assertRaises(ValueError):
                trng.SeededBits(seed)


class Health(unittest.TestCase):
    """Each test fails at its cut-off and not before; see SP 800-90B, sections 4.4.1 and 4.4.2."""

    def feed(self, pattern, samples):
        """Status after a source gave the bits of ``pattern(n)``, n from 0; then whether a restart mends it."""
        source = Pattern()
        bench = Bench(source)
        found = []

        def run():
            for n in range(samples):
                yield source.bit.eq(pattern(n))
                for _ in range(SAMPLE_CYCLES):
                    yield
            found.append((yield from bench.read("status")))
            yield from bench.write("control", RESTART)
            found.append((yield from bench.read("status")))

        run_simulation(bench, run())
        return found

    def test_cutoffs(self) -> None:
        self.assertEqual(trng.repetition_cutoff(1.0), 21)
        # The standard's own example of a binary source: H = 1, W = 1024, alpha = 2**-20.
        self.assertEqual(trng.proportion_cutoff(1.0), 589)
        self.assertEqual((trng.repetition_cutoff(), trng.proportion_cutoff()), (81, 915))

    def test_repetition(self) -> None:
        cutoff = trng.repetition_cutoff()
        # Up to one sample is in flight at either end.
        self.assertEqual(self.feed(lambda n: int(n >= 8), 8 + cutoff + 3)[0], REPETITION)

    def test_a_run_below_the_cutoff_passes(self) -> None:
        cutoff = trng.repetition_cutoff()
        status, _ = self.feed(lambda n: n % (cutoff - 1) == 0, 3 * cutoff)
        self.assertEqual(status, 0)

    def test_dead_source(self) -> None:
        for level in (0, 1):
            status, after = self.feed(lambda n, level=level: level, 200)
            self.assertEqual((status, after), (REPETITION, 0))

    def test_proportion(self) -> None:
        # 19 of 20 equal: no run is long, but the window has too many.
        status, after = self.feed(lambda n: int(n % 20 != 0), 2 * trng.PROPORTION_WINDOW)
        self.assertEqual((status, after), (PROPORTION, 0))
        # 7 of 8 are within what 0.25 bits per bit allow.
        status, _ = self.feed(lambda n: int(n % 8 != 0), trng.STARTUP_SAMPLES)
        self.assertEqual(status, 0)


class Rings(unittest.TestCase):
    def verilog(self, family):
        core = trng.RingBits(family, rings=3)
        core.clock_domains.cd_sys = ClockDomain("sys")
        # As LiteX's toolchains translate it.
        attributes = {"keep": ("keep", "true"), "dont_touch": ("dont_touch", "true")}
        return str(convert(core, ios={core.bit}, attr_translate=attributes))

    def test_every_stage_is_a_primitive_that_tools_keep(self) -> None:
        for family, primitive in (("ecp5", "LUT4"), ("xilinx", "LUT2")):
            text = self.verilog(family)
            # Rings of 3, 5 and 7 stages.
            self.assertEqual(len(re.findall(rf"^\s*{primitive}\b", text, re.MULTILINE)), 15)
            # The instances and the nets between them.
            self.assertGreaterEqual(text.count("keep"), 30)

    def test_bad_input(self) -> None:
        with self.assertRaises(ValueError):
            trng.RingBits("ice40")
        with self.assertRaises(ValueError):
            trng.Ring("ecp5", 4, Signal())
