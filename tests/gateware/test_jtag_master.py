# SPDX-License-Identifier: MIT
"""The JTAG master in Migen's simulator: registers over a CSR bus, memory on Wishbone, a TAP on the pins.

What is expected is computed here bit by bit from the description of an operation. A monitor looks at
the pins in every cycle, so that a short pulse of TCK, or a change of TMS or TDI at the wrong time,
fails every test.
"""

import random
import unittest

from migen import Record, passive, run_simulation

from gateware.jtag_master import JTAGMaster
from tests.gateware.registers import RegistersBench

BASE = 0x40000000
IDCODE = 0x41111043
TDI_MEMORY, TDO_MEMORY, MSB_FIRST, LAST, ABORT = (1 << n for n in range(5))
ONES = 0xFFFFFFFF

# IEEE 1149.1, figure 6-1: the next state for TMS 0 and 1.
NEXT = {
    "reset": ("idle", "reset"),
    "idle": ("idle", "select-dr"),
    "select-dr": ("capture-dr", "select-ir"),
    "capture-dr": ("shift-dr", "exit1-dr"),
    "shift-dr": ("shift-dr", "exit1-dr"),
    "exit1-dr": ("pause-dr", "update-dr"),
    "pause-dr": ("pause-dr", "exit2-dr"),
    "exit2-dr": ("shift-dr", "update-dr"),
    "update-dr": ("idle", "select-dr"),
    "select-ir": ("capture-ir", "reset"),
    "capture-ir": ("shift-ir", "exit1-ir"),
    "shift-ir": ("shift-ir", "exit1-ir"),
    "exit1-ir": ("pause-ir", "update-ir"),
    "pause-ir": ("pause-ir", "exit2-ir"),
    "exit2-ir": ("shift-ir", "update-ir"),
    "update-ir": ("idle", "select-dr"),
}


class Tap:
    """A device whose data register alone matters: its IDCODE after reset, then what came in."""

    def __init__(self) -> None:
        self.state = "reset"
        self.register = [0]

    def rise(self, tms, tdi) -> None:
        """A rising edge of TCK."""
        if self.state == "capture-dr":
            self.register = [IDCODE >> n & 1 for n in range(32)]
        elif self.state == "shift-dr":
            self.register = [*self.register[1:], tdi]
        self.state = NEXT[self.state][tms]

    def level(self):
        """TDO after a falling edge."""
        return self.register[0] if self.state == "shift-dr" else 1


class Delay:
    """A wire from TDI to TDO through some flip-flops."""

    def __init__(self, bits) -> None:
        self.bits = [0] * bits

    def rise(self, _tms, tdi) -> None:
        """A rising edge of TCK."""
        self.bits = [*self.bits[1:], tdi]

    def level(self):
        """TDO after a falling edge."""
        return self.bits[0]


class Bench(RegistersBench):
    """The core with all that surrounds it.

    seed: of the memory's content and of its latencies.
    latency: the longest time that an access to memory takes, in cycles.
    """

    def __init__(self, device, seed: int = 0, latency: int = 12) -> None:
        self.device = device
        self.random = random.Random(seed)
        self.latency = latency
        self.pads = Record([("tck", 1), ("tms", 1), ("tdi", 1), ("tdo", 1)])
        super().__init__(JTAGMaster(self.pads))
        self.memory = bytearray(self.random.randbytes(4096))
        self.clocks = []  # (tms, tdi, tdo) at each rising edge
        self.rises = []  # the cycle of each
        self.writes = []  # byte addresses that were written
        self.cycle = 0
        self.half = 1
        self.violations = []

    def set_divider(self, divider):
        """Choose TCK."""
        self.half = max(divider, 1)
        yield from self.write("divider", divider)

    def queue(self, bits, command, tms=0, tdi=0, tdi_at=0, tdo_at=0):
        """Describe and queue an operation; addresses are offsets into memory."""
        yield from self.write("length", bits)
        yield from self.write("tms", tms)
        yield from self.write("tdi", tdi)
        yield from self.write("tdi_base", BASE + tdi_at)
        yield from self.write("tdo_base", BASE + tdo_at)
        yield from self.write("command", command)

    def wait(self, in_flight=0, cycles=50000):
        """Wait until at most that number of operations has not ended."""
        for _ in range(cycles // 2):
            if (yield from self.read("status")) <= in_flight:
                return
        raise AssertionError("the core does not end")

    def operate(self, bits, command, **more):
        """One operation from begin to end."""
        yield from self.queue(bits, command, **more)
        yield from self.wait()

    def slave(self):
        """Memory on the bus, as slow as it likes."""
        bus = self.core.bus
        while True:
            if (yield bus.cyc) and (yield bus.stb):
                for _ in range(self.random.randrange(self.latency + 1)):
                    yield
                at = (yield bus.adr) * 4 - BASE
                sel = yield bus.sel
                if (yield bus.we):
                    data = (yield bus.dat_w).to_bytes(4, "little")
                    for lane in range(4):
                        if sel >> lane & 1:
                            self.memory[at + lane] = data[lane]
                            self.writes.append(at + lane)
                else:
                    yield bus.dat_r.eq(int.from_bytes(self.memory[at : at + 4], "little"))
                yield bus.ack.eq(1)
                yield
                yield bus.ack.eq(0)
            yield

    def monitor(self):
        """What a device sees, and whether it is as it should be."""
        pads = self.pads
        before = (0, 0, 0)
        edge = change = -1000
        while True:
            now = ((yield pads.tck), (yield pads.tms), (yield pads.tdi))
            if now[0] != before[0]:
                if self.cycle - edge < self.half:
                    self.violations.append(f"TCK for {self.cycle - edge} cycles")
                edge = self.cycle
            if now[1:] != before[1:]:
                change = self.cycle
                if now[0]:
                    self.violations.append("TMS or TDI change while TCK is high")
            if now[0] and not before[0]:
                if self.cycle - change < self.half:
                    self.violations.append(f"TMS or TDI only {self.cycle - change} cycles ahead")
                self.clocks.append((now[1], now[2], (yield pads.tdo)))
                self.rises.append(self.cycle)
                self.device.rise(now[1], now[2])
            elif before[0] and not now[0]:
                yield pads.tdo.eq(self.device.level())
            before = now
            self.cycle += 1
            yield

    def run(self, program) -> None:
        """Simulate until the program ends."""
        # The pins are looked at in the middle of each cycle, as if TDO took that long.
        run_simulation(
            self,
            {"sys": [program, passive(self.slave)()], "pins": [passive(self.monitor)()]},
            clocks={"sys": 10, "pins": (10, 5)},
        )
        if self.violations:
            raise AssertionError(self.violations[0])


def expected_bits(memory, at, bits, msb_first):
    """The bits of memory in the order of the pin."""
    order = [7 - n if msb_first else n for n in range(8)]
    return [memory[at + n // 8] >> order[n % 8] & 1 for n in range(bits)]


def packed(bits, msb_first):
    """Bits as bytes of memory; what is missing in the last byte is 0."""
    data = bytearray((len(bits) + 7) // 8)
    for n, bit in enumerate(bits):
        data[n // 8] |= bit << (7 - n % 8 if msb_first else n % 8)
    return bytes(data)


def vector(word, bits):
    """The levels that a vector of 32 bits stands for."""
    return [word >> min(n, 31) & 1 for n in range(bits)]


class JtagMaster(unittest.TestCase):
    """Every kind of operation."""

    def test_reads_an_idcode(self) -> None:
        bench = Bench(Tap())

        def program():
            yield from bench.set_divider(2)
            yield from bench.operate(6, 0, tms=ONES)
            yield from bench.operate(4, 0, tms=0b0010)
            self.assertEqual(bench.device.state, "shift-dr")
            yield from bench.operate(32, LAST, tdi=0x12345678)
            self.assertEqual((yield from bench.read("tdo")), IDCODE)
            yield from bench.operate(2, 0, tms=0b01)
            self.assertEqual(bench.device.state, "idle")

        bench.run(program())
        self.assertEqual(packed(bench.device.register, False), (0x12345678).to_bytes(4, "little"))
        self.assertEqual(len(bench.clocks), 44)

    def test_registers_give_vectors_whose_last_bit_stays(self) -> None:
        bench = Bench(Delay(3))
        words = random.Random(1)
        expected = []

        def program():
            yield from bench.set_divider(1)
            for bits in (1, 2, 7, 31, 32, 33, 40):
                tms, tdi = words.getrandbits(32), words.getrandbits(32)
                expected.extend(zip(vector(tms, bits), vector(tdi, bits), strict=True))
                yield from bench.operate(bits, 0, tms=tms, tdi=tdi)
                captured = [tdo for _, _, tdo in bench.clocks[-min(bits, 32) :]]
                word = (yield from bench.read("tdo")) >> (32 - len(captured))
                self.assertEqual(vector(word, len(captured)), captured)

        bench.run(program())
        self.assertEqual([clock[:2] for clock in bench.clocks], expected)
        self.assertEqual(bench.writes, [])

    def test_shifts_memory_of_any_alignment(self) -> None:
        for divider in (1, 2, 3):
            for seed in range(4):
                with self.subTest(divider=divider, seed=seed):
                    self.shift_memory(divider, seed)

    def shift_memory(self, divider, seed) -> None:
        """One random operation with all it can have; what is around it in memory stays."""
        choose = random.Random(seed * 7 + divider)
        bench = Bench(Delay(choose.randrange(1, 9)), seed)
        bits = choose.choice((1, 7, 8, 9, 24, 32, 33, 64, 100, 257))
        tdi_at, tdo_at = choose.randrange(64), choose.randrange(1024, 1088)
        msb_first = choose.choice((0, MSB_FIRST))
        command = TDI_MEMORY | TDO_MEMORY | msb_first | choose.choice((0, LAST))
        before = bytes(bench.memory)

        def program():
            yield from bench.set_divider(divider)
            yield from bench.operate(bits, command, tms=0, tdi_at=tdi_at, tdo_at=tdo_at)

        bench.run(program())
        tms = [0] * (bits - 1) + [1 if command & LAST else 0]
        tdi = expected_bits(before, tdi_at, bits, msb_first)
        self.assertEqual([clock[0] for clock in bench.clocks], tms)
        self.assertEqual([clock[1] for clock in bench.clocks], tdi)
        answer = packed([clock[2] for clock in bench.clocks], msb_first)
        end = tdo_at + len(answer)
        self.assertEqual(bytes(bench.memory[tdo_at:end]), answer)
        self.assertEqual(bench.writes, list(range(tdo_at, end)))
        self.assertEqual(
            bench.memory[:tdo_at] + bench.memory[end:], before[:tdo_at] + before[end:]
        )

    def test_bits_follow_each_other_without_a_pause(self) -> None:
        for divider in (1, 2, 5):
            with self.subTest(divider=divider):
                bench = Bench(Delay(1), latency=4)

                def program(bench=bench, divider=divider):
                    yield from bench.set_divider(divider)
                    command = TDI_MEMORY | TDO_MEMORY | MSB_FIRST
                    yield from bench.operate(512, command, tdi_at=3, tdo_at=2001)

                bench.run(program())
                pause = {b - a for a, b in zip(bench.rises, bench.rises[1:], strict=False)}
                self.assertEqual(pause, {2 * divider})

    def test_slow_memory_only_makes_tck_wait(self) -> None:
        bench = Bench(Delay(2), latency=200)
        before = bytes(bench.memory)

        def program():
            yield from bench.set_divider(1)
            yield from bench.operate(300, TDI_MEMORY | TDO_MEMORY, tdi_at=1, tdo_at=1027)

        bench.run(program())
        self.assertEqual(
            [clock[1] for clock in bench.clocks], expected_bits(before, 1, 300, False)
        )
        answer = packed([clock[2] for clock in bench.clocks], False)
        self.assertEqual(bytes(bench.memory[1027 : 1027 + 38]), answer)

    def test_two_in_flight(self) -> None:
        bench = Bench(Delay(1))
        before = bytes(bench.memory)
        seen = []

        def program():
            yield from bench.set_divider(2)
            yield from bench.queue(400, TDI_MEMORY, tdi_at=5)
            yield from bench.queue(9, TDI_MEMORY | TDO_MEMORY | LAST, tdi_at=0, tdo_at=3000)
            seen.append((yield from bench.read("status")))
            yield from bench.wait(1)
            seen.append(len(bench.clocks))
            # The registers are free again; the third runs after the second.
            yield from bench.queue(3, 0, tms=0b101, tdi=0b010)
            yield from bench.wait(0)

        bench.run(program())
        self.assertEqual(seen[0], 2)
        self.assertGreaterEqual(seen[1], 400)
        tdi = expected_bits(before, 5, 400, False) + expected_bits(before, 0, 9, False) + [0, 1, 0]
        self.assertEqual([clock[1] for clock in bench.clocks], tdi)
        self.assertEqual(
            [clock[0] for clock in bench.clocks], [0] * 400 + [0] * 8 + [1] + [1, 0, 1]
        )
        self.assertEqual(
            bytes(bench.memory[3000:3002]),
            packed([clock[2] for clock in bench.clocks[400:409]], False),
        )

    def test_event_at_each_end(self) -> None:
        bench = Bench(Delay(1))

        def program():
            yield from bench.set_divider(1)
            yield from bench.write("ev_enable", 1)
            for bits in (5, 0, 3):
                self.assertEqual((yield bench.core.ev.irq), 0)
                yield from bench.operate(bits, 0)
                self.assertEqual((yield from bench.read("ev_pending")), 1)
                self.assertEqual((yield bench.core.ev.irq), 1)
                yield from bench.write("ev_pending", 1)
                yield

        bench.run(program())
        self.assertEqual(len(bench.clocks), 8)

    def test_abort_ends_both_and_leaves_nothing_behind(self) -> None:
        for pause in (0, 5, 111):
            with self.subTest(pause=pause):
                bench = Bench(Delay(1), seed=pause, latency=20)
                before = bytes(bench.memory)

                def program(bench=bench, pause=pause):
                    yield from bench.set_divider(2)
                    command = TDI_MEMORY | TDO_MEMORY
                    yield from bench.queue(8000, command, tdi_at=0, tdo_at=2000)
                    yield from bench.queue(500, command, tdi_at=0, tdo_at=2000)
                    for _ in range(pause):
                        yield
                    yield from bench.write("command", ABORT)
                    yield from bench.wait(0, 200)
                    self.assertEqual((yield bench.pads.tck), 0)
                    bench.clocks.clear()
                    for _ in range(100):
                        yield
                    self.assertEqual(bench.clocks, [])
                    yield from bench.operate(40, TDI_MEMORY, tdi_at=17)

                bench.run(program())
                tdi = expected_bits(before, 17, 40, False)
                self.assertEqual([clock[1] for clock in bench.clocks], tdi)

    def test_abort_at_rest_does_nothing(self) -> None:
        bench = Bench(Delay(1))

        def program():
            yield from bench.set_divider(1)
            yield from bench.write("command", ABORT)
            self.assertEqual((yield from bench.read("status")), 0)
            yield from bench.operate(7, 0, tms=0, tdi=0b1010101)

        bench.run(program())
        self.assertEqual([clock[1] for clock in bench.clocks], [1, 0, 1, 0, 1, 0, 1])

    def test_divider_0_is_1(self) -> None:
        bench = Bench(Delay(1))

        def program():
            yield from bench.set_divider(0)
            yield from bench.operate(16, 0)

        bench.run(program())
        self.assertEqual(bench.rises[-1] - bench.rises[0], 30)

    def test_divider_counts_from_the_next_operation(self) -> None:
        bench = Bench(Delay(1))

        def program():
            yield from bench.set_divider(4)
            yield from bench.queue(10, 0)
            for _ in range(8):
                yield
            yield from bench.write("divider", 1)
            yield from bench.wait()
            self.assertEqual(bench.rises[-1] - bench.rises[0], 9 * 8)

        bench.run(program())


if __name__ == "__main__":
    unittest.main()
