# SPDX-License-Identifier: MIT
"""Models that follow the clock, to the cycle: waveforms against LiteX's own cores in Migen's simulator, counters
against the uptime. The programs are bare; nothing of the firmware takes part.
"""

import itertools
import unittest

from litex.soc.cores.led import WS2812, LedChaser
from litex.soc.cores.pwm import PWM, MultiChannelPWM
from migen import Signal, run_simulation

from tests.emu import rv32
from tests.emu.support import LEDS, Program, Soc, TestCase

NS = 1_000_000_000
EXIT_MAX_CYCLES = 124
PWM_REGS = (("enable", 1, "rw"), ("width", 32, "rw"), ("period", 32, "rw"))
MULTI_REGS = (
    ("channel0_enable", 1, "rw"),
    ("channel0_width", 32, "rw"),
    ("channel0_period", 32, "rw"),
    ("channel1_enable", 1, "rw"),
    ("channel1_width", 32, "rw"),
)
WATCHDOG = (
    ("control", 25, "rw"),
    ("cycles", 32, "rw"),
    ("remaining", 32, "ro"),
    ("ev_status", 1, "ro"),
    ("ev_pending", 1, "rw"),
    ("ev_enable", 1, "rw"),
)
FEED, ENABLE, RESET = 1, 1 << 8, 1 << 16
XADC = tuple(
    (name, bits, "ro")
    for name, bits in (
        ("temperature", 12),
        ("vccint", 12),
        ("vccaux", 12),
        ("vccbram", 12),
        ("eoc", 1),
        ("eos", 1),
    )
)
CONVERSION = 26 * 4  # cycles
CHANNELS = 4


def changes(all_pulses):
    """Return pulses without those equal to the one before, as a capture does."""
    return [one for one, _ in itertools.groupby(all_pulses)]


def pulses(levels):
    """Return the changes of a signal's pulses, [(high, low)] in cycles.

    Args:
        levels (list of int): cycle by cycle; what comes before the first and behind the last rise is left out.
    """
    rises = [n for n in range(1, len(levels)) if levels[n] and not levels[n - 1]]
    spans = [levels[start:end] for start, end in itertools.pairwise(rises)]
    return changes((sum(span), len(span) - sum(span)) for span in spans)


def simulate(core, signals, cycles, at=()):
    """Return the levels of signals of a core, a list for each.

    Args:
        core (Module): in Migen's simulator.
        signals (list of Signal): which.
        cycles (int): how long it runs.
        at (dict): {cycle: [(signal, value)]}, what to set when.
    """
    levels = [[] for _ in signals]

    def watch():
        for cycle in range(cycles):
            for signal, value in dict(at).get(cycle, ()):
                yield signal.eq(value)
            for one, signal in zip(levels, signals, strict=True):
                one.append((yield signal))
            yield

    run_simulation(core, watch())
    return levels


def until(program, cycle):
    """Append code that waits until the uptime says so.

    Args:
        program (Program): to append to.
        cycle (int): its lower word.
    """
    program.add(rv32.li(24, cycle))
    start = program.here()
    program.cycles(23)
    program.add(rv32.branch("bltu", 23, 24, start - program.here()))


class Waves(TestCase):
    """What leaves a core's pins."""

    def soc(self, clk_hz, cores):
        """Return a SoC with this clock."""
        soc = Soc(cores=cores)
        soc.json["constants"]["config_clock_frequency"] = clk_hz
        return soc

    def capture(self, program, pins, cycles):
        """Run a program for a number of cycles; return the pulses of each pin in cycles."""
        clk_hz = program.soc.json["constants"]["config_clock_frequency"]
        wiring = self.folder / "wiring.txt"
        files = [self.folder / f"capture{n}" for n in range(len(pins))]
        wiring.write_text(
            "".join(
                f"device {pin} capture file={file}\n"
                for pin, file in zip(pins, files, strict=True)
            )
        )
        program.run(self.name, "--wiring", wiring, "--max-cycles", cycles, status=EXIT_MAX_CYCLES)
        return [
            changes(
                tuple(round(int(ns) * clk_hz / NS) for ns in line.split())
                for line in file.read_text().splitlines()
            )
            for file in files
        ]

    def compare(self, found, expected, least):
        """Check that one is the other's beginning, and has at least `least` pulses."""
        count = min(len(found), len(expected))
        self.assertGreaterEqual(count, least, (found, expected))
        self.assertEqual(found[:count], expected[:count])

    def ws2812(self, clk_hz, leds, frames, at=None):
        """Compare the emulator with LiteX's core.

        Args:
            clk_hz (int): the clock.
            leds (list of int): what is in the memory from the start.
            frames (int): the number of frames that it runs.
            at (tuple): (cycle, led, value), a change.
        """
        cycles = frames * int(360e-6 * clk_hz + 24 * 1.4e-6 * clk_hz * len(leds))
        pad = Signal()
        core = WS2812(pad, len(leds), clk_hz, init=leds)
        memory = core.wb_mem.mem
        change = {} if at is None else {at[0]: [(memory[at[1]], at[2])]}
        (levels,) = simulate(core, [pad], cycles, change)
        soc = self.soc(clk_hz, {})
        base = 0x90000000
        soc.json["memories"]["ws2812"] = {"base": base, "size": 4 * len(leds), "type": "io"}
        program = Program(soc)
        for n, value in enumerate(leds):
            soc.addr[f"led{n}"] = base + 4 * n
            program.write(f"led{n}", value)
        if at is not None:
            until(program, at[0])
            program.write(f"led{at[1]}", at[2])
        (found,) = self.capture(program, ["ws2812"], cycles)
        self.compare(found, pulses(levels), 8)

    def test_ws2812(self):
        self.ws2812(10_000_000, [0x102030, 0xFF00AA, 0x000001], 2)

    def test_ws2812_of_one_led(self):
        # LiteX makes its memory one of two words; the region says how many LEDs there are.
        self.ws2812(10_000_000, [0x5500F0], 3)

    def test_ws2812_at_another_clock(self):
        self.ws2812(48_000_000, [0x800001, 0x7FFFFE], 2)

    def test_ws2812_reads_an_led_while_the_one_before_is_sent(self):
        # The last LED changes while the first is on its way, the second when it is its own turn.
        clk_hz = 10_000_000
        first = int(280e-6 * 1.25 * clk_hz)
        led = int(24 * 1.25e-6 * clk_hz)
        leds = [0x0F0F0F, 0x00FF00, 0xF0F0F0]
        self.ws2812(clk_hz, leds, 2, (first + led // 2, 2, 0x123456))
        self.ws2812(clk_hz, leds, 2, (first + led // 2, 1, 0x123456))

    def test_led_chaser(self):
        clk_hz = 2000
        cycles = 8000
        pads = Signal(32)
        core = LedChaser(pads, clk_hz)
        watched = [0, 5, 31]
        levels = simulate(core, [pads[n] for n in watched], cycles)
        program = Program(self.soc(clk_hz, {"leds": LEDS}))
        # Without csr.svd the register is as wide as its word.
        found = self.capture(program, [f"leds[{n}]" for n in watched], cycles)
        for one, expected in zip(found, levels, strict=True):
            self.compare(one, pulses(expected), 1)

    def test_led_chaser_ends_with_a_write(self):
        program = Program(self.soc(10_000, {"leds": LEDS}))
        program.write("leds_out", 1).write("leds_out", 0).write("leds_out", 1)
        program.add(rv32.jal(0, 0))
        found = self.capture(program, ["leds[0]", "leds[1]"], 30_000)
        self.assertEqual([len(one) for one in found], [1, 0])

    def pwm(self, width, period):
        """Return the pulses of LiteX's core and of the emulator's."""
        core = PWM()
        registers = (core._enable, core._width, core._period)
        settings = [
            (register.storage, value)
            for register, value in zip(registers, (1, width, period), strict=True)
        ]
        (levels,) = simulate(core, [core.pwm], 400, {0: settings})
        program = Program(self.soc(100_000_000, {"pwm0": PWM_REGS}))
        program.write("pwm0_width", width).write("pwm0_period", period).write("pwm0_enable", 1)
        # The emulator runs such a block of instructions at a time: its edges are exact nevertheless.
        program.add([rv32.NOP] * 40, rv32.jal(0, -4 * 40))
        (found,) = self.capture(program, ["pwm0"], 5000)
        return pulses(levels), found

    def test_pwm(self):
        for width, period in ((1, 50), (30, 50), (49, 50), (60, 100)):
            with self.subTest(f"{width} of {period}"):
                expected, found = self.pwm(width, period)
                self.assertEqual((expected, found), ([(width, period - width)],) * 2)

    def test_pwm_without_pulses(self):
        for width, period in ((0, 50), (50, 50), (70, 50), (5, 0)):
            with self.subTest(f"{width} of {period}"):
                self.assertEqual(self.pwm(width, period), ([], []))

    def test_pwm_of_several_channels(self):
        # The first one's counter and period are those of all.
        pads = Signal(2)
        core = MultiChannelPWM(pads)
        settings = [
            (core.channel0._enable.storage, 1),
            (core.channel0._width.storage, 20),
            (core.channel0._period.storage, 90),
            (core.channel1._enable.storage, 1),
            (core.channel1._width.storage, 70),
        ]
        levels = simulate(core, [pads[0], pads[1]], 400, {0: settings})
        self.assertEqual([pulses(one) for one in levels], [[(20, 70)], [(70, 20)]])
        program = Program(self.soc(100_000_000, {"pwm": MULTI_REGS}))
        program.write("pwm_channel0_width", 20).write("pwm_channel1_width", 70)
        program.write("pwm_channel0_period", 90)
        program.write("pwm_channel1_enable", 1).write("pwm_channel0_enable", 1)
        found = self.capture(program, ["pwm[0]", "pwm[1]"], 5000)
        # Until the first one counts, the second is high.
        self.assertEqual([one[-1] for one in found], [(20, 70), (70, 20)])


class Watchdog(TestCase):
    """litex/soc/cores/watchdog.py."""

    def setUp(self):
        soc = Soc(variant="full", cores={"watchdog0": WATCHDOG})
        soc.json["constants"]["watchdog0_interrupt"] = 3
        self.program = Program(soc)

    def sample(self):
        """Append a look at the count and at the uptime, one result each."""
        self.program.read(10, "watchdog0_remaining").cycles(11).store(10, 11)

    def wait(self, cycles):
        """Append code that takes about that number of cycles."""
        self.program.add(rv32.li(25, cycles // 2))
        self.program.add(rv32.addi(25, 25, -1), rv32.branch("bne", 25, 0, -4))

    def test_counts_cycles(self):
        self.program.write("watchdog0_cycles", 100_000).write("watchdog0_control", FEED | ENABLE)
        self.sample()
        self.wait(3000)
        self.sample()
        first, start, second, end = self.program.run(self.name)
        self.assertEqual(first - second, end - start)
        self.assertLess(first, 100_000)

    def test_stands_still_while_disabled(self):
        self.program.write("watchdog0_cycles", 5000).write("watchdog0_control", FEED)
        self.program.read(10, "watchdog0_remaining").store(10)
        self.program.write("watchdog0_control", ENABLE)
        self.wait(1000)
        self.program.write("watchdog0_control", 0)
        self.sample()
        self.wait(1000)
        self.sample()
        loaded, first, _, second, _ = self.program.run(self.name)
        self.assertEqual((loaded, first), (5000, second))
        self.assertTrue(3900 < first < 4100, first)

    def test_event(self):
        program = self.program
        program.write("watchdog0_cycles", 1000).write("watchdog0_control", FEED | ENABLE)
        events = ("watchdog0_ev_status", "watchdog0_ev_pending")
        program.read(10, events[0]).read(11, events[1]).store(10, 11)
        self.wait(1200)
        program.read(10, events[0]).read(11, events[1]).store(10, 11)
        program.read(10, "watchdog0_remaining").store(10)
        # It is a rising edge that is pending: acknowledged, it stays away while the status stays.
        program.write("watchdog0_ev_pending", 1)
        program.read(10, events[0]).read(11, events[1]).store(10, 11)
        program.write("watchdog0_control", FEED | ENABLE)
        program.read(10, events[0]).read(11, events[1]).store(10, 11)
        self.wait(1200)
        program.read(10, events[0]).read(11, events[1]).store(10, 11)
        self.assertEqual(program.run(self.name), [0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1])

    def interrupt_after(self, cycles):
        """Return the cycles from the feeding to the interrupt that ends a wfi."""
        self.setUp()
        program = self.program
        program.add(rv32.li(5, 8), rv32.csrw(0xBC0, 5), rv32.li(5, 0x800), rv32.csrw(0x304, 5))
        program.write("watchdog0_cycles", cycles).write("watchdog0_ev_enable", 1).cycles(20)
        program.write("watchdog0_control", FEED | ENABLE).add(rv32.WFI).cycles(21)
        program.add(rv32.r_type(0x33, 21, 0, 21, 20, 0x20)).store(21)
        program.add(rv32.csrw(0x304, 0))
        return program.run(self.name)[0]

    def test_interrupt_comes_to_the_cycle(self):
        short, long = self.interrupt_after(1000), self.interrupt_after(765_432)
        self.assertEqual(long - short, 764_432)
        # Beside the instructions before and behind: LiteX's event is a cycle behind the count.
        self.assertTrue(1001 <= short < 1020, short)

    def test_resets_the_soc(self):
        program = self.program
        place = program.soc.ram + 0x40000
        program.add(rv32.li(5, place), rv32.load("lw", 10, 5, 0), rv32.addi(10, 10, 1))
        program.add(rv32.store("sw", 10, 5, 0), rv32.addi(6, 0, 3))
        skip = len(program.code)
        program.add(rv32.NOP)
        program.write("watchdog0_cycles", 5000)
        program.write("watchdog0_control", FEED | ENABLE | RESET)
        program.add(rv32.jal(0, 0))
        program.code[skip] = rv32.branch("bge", 10, 6, 4 * (len(program.code) - skip))
        # The third start leaves it alone, and it has forgotten all.
        program.read(11, "watchdog0_control").read(12, "watchdog0_remaining").store(10, 11, 12)
        self.assertEqual(program.run(self.name), [3, 0, 0])


class SystemMonitor(TestCase):
    """Xilinx's system monitors: litex/soc/cores/xadc.py, and gateware/standins.py for their times."""

    def setUp(self):
        self.program = Program(Soc(cores={"xadc": XADC}))

    def run_with(self, *lines):
        """Run the program with these lines of wiring."""
        wiring = self.folder / "wiring.txt"
        wiring.write_text("".join(f"{line}\n" for line in lines))
        return self.program.run(self.name, "--wiring", wiring)

    def channels(self):
        """Append a look at all channels."""
        for name in ("temperature", "vccint", "vccaux", "vccbram"):
            self.program.read(10, f"xadc_{name}").store(10)

    def test_values(self):
        until(self.program, CHANNELS * CONVERSION)
        self.channels()
        found = self.run_with(
            "value xadc.temperature 0x123", "value xadc.vccint 0xfff", "value xadc.vccbram 0x1abc"
        )
        # Twelve bits of each; a usual value where the wiring says none.
        self.assertEqual(found, [0x123, 0xFFF, 2458, 0xABC])

    def test_one_channel_after_the_other(self):
        for n in range(CHANNELS):
            until(self.program, n * CONVERSION + CONVERSION // 2)
            self.channels()
        found = self.run_with(
            *(f"value xadc.{name} 1" for name in ("temperature", "vccint", "vccaux", "vccbram"))
        )
        self.assertEqual(
            [sum(found[n : n + CHANNELS]) for n in range(0, CHANNELS**2, CHANNELS)], [0, 1, 2, 3]
        )

    def ends(self, name):
        """Return the uptimes at which a poll saw the end of a conversion or sequence, eight times."""
        program = self.program
        program.add(rv32.li(20, program.soc.addr[f"xadc_{name}"]))
        for _ in range(8):
            program.add(rv32.load("lw", 10, 20, 0), rv32.branch("beq", 10, 0, -4)).cycles(11)
            program.store(11)
        return self.run_with()

    def check_ends(self, name, period):
        """Check that they come with this period; a poll sees them a few instructions late."""
        late = 12
        for n, time in enumerate(self.ends(name), 1):
            self.assertTrue(n * period <= time < n * period + late, (n, time))

    def test_end_of_conversion(self):
        self.check_ends("eoc", CONVERSION)

    def test_end_of_sequence(self):
        self.check_ends("eos", CHANNELS * CONVERSION)


if __name__ == "__main__":
    unittest.main()
