# SPDX-License-Identifier: MIT
"""LiteI2C in Migen's simulator: its registers over a CSR bus, and a device on its two wires.

The device is written from UM10204 alone. A watcher looks at the wires in every cycle: a phase of SCL that is
too short, or a change of SDA while SCL is high that is neither a start nor a stop, fails every test.
"""

import unittest

from litex.build.io import SDRTristate
from migen import Record, passive, run_simulation

from gateware.litei2c_parts import LiteI2C
from gateware.standins import WireTristate, open_drain_pads
from tests.gateware.registers import RegistersBench

CLK_HZ = 8_000_000
ADDRESS = 0x2D
SPEEDS = (100_000, 400_000, 1_000_000)
TX_READY, RX_READY, NACK = 1, 2, 1 << 8
TX_UNFINISHED, RX_UNFINISHED = 1 << 16, 1 << 17
RECOVER = 1 << 16
MORE = 5
# What software may wait for, in bits: start, address, 4 bytes, start, address, 4 bytes, stop, bus free.
REQUEST_BITS = 110


class Device:
    """At ADDRESS; keeps what is written, sends 0x81, 0x82, ... and writes down all that happens."""

    def __init__(self, takes=1000) -> None:
        self.takes = takes  # bytes of data that it acknowledges
        self.holds = 0  # clocks for which it holds SDA low from now on
        self.events = []
        self.low = False  # it pulls SDA
        self.bits: list | None = None  # of the byte on the wire; None: not addressed
        self.next = 0x81

    def condition(self, starts) -> None:
        """A start or a stop."""
        self.events.append("start" if starts else "stop")
        self.bits = [] if starts else None
        self.low = False
        self.sends = False
        self.addressing = True

    def rise(self, sda) -> None:
        """SCL rises."""
        if self.bits is not None:
            self.bits.append(sda)

    def fall(self) -> None:
        """SCL falls."""
        self.holds -= self.holds > 0
        if self.bits is None:
            return
        self.low = False
        if len(self.bits) == 8 and not self.sends:
            self.low = self.take(int("".join(map(str, self.bits)), 2))
        elif len(self.bits) == 9:
            acknowledged = not self.bits[8]
            if self.sends:
                self.events.append("ack" if acknowledged else "nack")
            if not acknowledged:
                self.bits = None
                return
            self.bits = []
            self.sends = self.reading
            if self.sends:
                self.byte, self.next = self.next, self.next + 1
        if self.sends and len(self.bits) < 8:
            self.low = not self.byte >> (7 - len(self.bits)) & 1

    def take(self, byte):
        """A byte of the master's; return whether to acknowledge it."""
        if self.addressing:
            self.addressing = False
            self.reading = byte & 1
            self.events.append(("read" if byte & 1 else "write", byte >> 1))
            return byte >> 1 == ADDRESS
        self.events.append(byte)
        self.takes -= 1
        return self.takes >= 0


class Bench(RegistersBench):
    """The core, the CSR bus and the wires."""

    def __init__(self, device: Device, mode: int = 2) -> None:
        self.device = device
        self.mode = mode
        self.pads = Record([(name, 1) for name in ("scl_o", "sda_o", "scl_i", "sda_i")])
        super().__init__(LiteI2C(CLK_HZ, pads=open_drain_pads(self.pads)))
        self.cycle = 0
        self.edges = []  # (cycle, level of SCL)
        self.violations = []

    def activate(self):
        """Choose the speed and go."""
        yield from self.write("master_active", 0)
        yield from self.write("phy_speed_mode", self.mode)
        yield
        yield from self.write("master_active", 1)

    def ask(self, settings, data=0, address=ADDRESS):
        """Write a request."""
        yield from self.write("master_addr", address)
        yield from self.write("master_settings", settings)
        yield from self.write("master_rxtx", data)

    def answer(self):
        """Wait for an answer; return (status, data)."""
        end = self.cycle + REQUEST_BITS * (CLK_HZ // SPEEDS[self.mode] + 4)
        while self.cycle < end:
            status = yield from self.read("master_status")
            if status & RX_READY:
                return status, (yield from self.read("master_rxtx"))
        raise AssertionError("no answer")

    def request(self, len_tx, len_rx, data=0, address=ADDRESS):
        """A request and its answer."""
        yield from self.ask(len_tx | len_rx << 8, data, address)
        return (yield from self.answer())

    @passive
    def watch(self):
        """Join the wires, move the device, look for what must not be."""
        device = self.device
        half = CLK_HZ // SPEEDS[self.mode] // 2
        scl, sda = 1, 1
        yield self.pads.scl_i.eq(1)
        while True:
            self.cycle += 1
            scl_now = yield self.pads.scl_o
            sda_now = int((yield self.pads.sda_o) and not device.low and not device.holds)
            if scl_now != scl:
                if sda_now != sda:
                    self.violations.append((self.cycle, "both wires change"))
                if self.edges and self.cycle - self.edges[-1][0] < half:
                    self.violations.append((self.cycle, "SCL is too fast"))
                self.edges.append((self.cycle, scl_now))
                device.rise(sda_now) if scl_now else device.fall()
            elif sda_now != sda and scl:
                if self.edges and self.cycle - self.edges[-1][0] < half // 2:
                    self.violations.append((self.cycle, "SDA changes too early"))
                device.condition(not sda_now)
            sda = int((yield self.pads.sda_o) and not device.low and not device.holds)
            yield self.pads.sda_i.eq(sda)
            scl = scl_now
            yield

    def run(self, program) -> None:
        """Run a program of the CSR bus beside the watcher."""

        def whole():
            yield from self.activate()
            yield from program

        overrides = {SDRTristate: WireTristate}
        run_simulation(self, [whole(), self.watch()], special_overrides=overrides)
        if self.violations:
            raise AssertionError(self.violations)


READY = TX_READY | RX_READY


class Transfers(unittest.TestCase):
    """What software asks for, and what the device sees."""

    def transfer(self, *requests, device=None, mode=2, address=ADDRESS):
        """Run requests (len_tx, len_rx, data); return ([(status, data)], events)."""
        bench = Bench(device or Device(), mode)
        answers = []

        def program():
            for len_tx, len_rx, data in requests:
                answers.append((yield from bench.request(len_tx, len_rx, data, address)))

        bench.run(program())
        self.bench = bench
        return answers, bench.device.events

    def test_only_the_address(self) -> None:
        answers, events = self.transfer((0, 0, 0))
        self.assertEqual([status for status, _ in answers], [READY])
        self.assertEqual(events, ["start", ("write", ADDRESS), "stop"])

    def test_nobody_there(self) -> None:
        for lengths in ((0, 0), (1, 0), (4, 4), (0, 1)):
            with self.subTest(lengths):
                answers, events = self.transfer((*lengths, 0), address=0x51)
                self.assertEqual([status for status, _ in answers], [READY | NACK])
                way = "read" if lengths == (0, 1) else "write"
                self.assertEqual(events, ["start", (way, 0x51), "stop"])

    def test_write(self) -> None:
        sent = (0x11, 0xA5, 0x00, 0xFF)
        for count in range(1, 5):
            with self.subTest(count):
                data = int.from_bytes(sent[:count], "big") | 0xC3000000 * (count < 4)
                answers, events = self.transfer((count, 0, data))
                self.assertEqual([status for status, _ in answers], [READY])
                self.assertEqual(events, ["start", ("write", ADDRESS), *sent[:count], "stop"])

    def test_write_in_pieces(self) -> None:
        pieces = ((MORE, 0, 0x01020304), (MORE, 0, 0x05060708), (3, 0, 0x090A0B))
        answers, events = self.transfer(*pieces)
        unfinished = READY | TX_UNFINISHED
        self.assertEqual([status for status, _ in answers], [unfinished, unfinished, READY])
        self.assertEqual(events, ["start", ("write", ADDRESS), *range(1, 12), "stop"])

    def test_read(self) -> None:
        sent = (0x81, 0x82, 0x83, 0x84)
        for count in range(1, 5):
            with self.subTest(count):
                answers, events = self.transfer((0, count, 0))
                self.assertEqual(answers, [(READY, int.from_bytes(sent[:count], "big"))])
                acks = ["ack"] * (count - 1) + ["nack"]
                self.assertEqual(events, ["start", ("read", ADDRESS), *acks, "stop"])

    def test_read_in_pieces(self) -> None:
        answers, events = self.transfer((0, MORE, 0), (0, MORE, 0), (0, 2, 0))
        unfinished = READY | RX_UNFINISHED
        expected = [(unfinished, 0x81828384), (unfinished, 0x85868788), (READY, 0x898A)]
        self.assertEqual(answers, expected)
        self.assertEqual(events, ["start", ("read", ADDRESS), *["ack"] * 9, "nack", "stop"])

    def test_write_then_read(self) -> None:
        answers, events = self.transfer((2, 3, 0x1234))
        self.assertEqual(answers, [(READY, 0x818283)])
        begin = ["start", ("write", ADDRESS), 0x12, 0x34, "start", ("read", ADDRESS)]
        self.assertEqual(events, [*begin, "ack", "ack", "nack", "stop"])

    def test_write_in_pieces_then_read_in_pieces(self) -> None:
        answers, events = self.transfer((MORE, 0, 0x01020304), (1, MORE, 5), (0, 1, 0))
        expected = [(READY | RX_UNFINISHED, 0x81828384), (READY, 0x85)]
        self.assertEqual(answers[1:], expected)
        begin = ["start", ("write", ADDRESS), 1, 2, 3, 4, 5, "start", ("read", ADDRESS)]
        self.assertEqual(events, [*begin, *["ack"] * 4, "nack", "stop"])

    def test_data_is_refused(self) -> None:
        answers, events = self.transfer((4, 2, 0x01020304), device=Device(takes=2))
        self.assertEqual([status for status, _ in answers], [READY | NACK])
        self.assertEqual(events, ["start", ("write", ADDRESS), 1, 2, 3, "stop"])

    def test_a_later_piece_is_refused(self) -> None:
        pieces = ((MORE, 0, 0x01020304), (2, 0, 0x0506), (1, 0, 7))
        answers, events = self.transfer(*pieces, device=Device(takes=4))
        statuses = [status for status, _ in answers]
        self.assertEqual(statuses, [READY | TX_UNFINISHED, READY | NACK, READY | NACK])
        begin = ["start", ("write", ADDRESS)]
        self.assertEqual(events, [*begin, 1, 2, 3, 4, 5, "stop", *begin, 7, "stop"])

    def test_one_after_the_other(self) -> None:
        answers, events = self.transfer((1, 0, 1), (0, 1, 0), (0, 0, 0))
        self.assertEqual(answers[1], (READY, 0x81))
        self.assertEqual(events.count("stop"), 3)

    def test_speeds(self) -> None:
        for mode, hz in enumerate(SPEEDS):
            with self.subTest(hz):
                self.transfer((1, 0, 0), mode=mode)
                rises = [cycle for cycle, level in self.bench.edges if level]
                self.assertEqual(
                    {b - a for a, b in zip(rises, rises[1:], strict=False)}, {CLK_HZ // hz}
                )


class Registers(unittest.TestCase):
    """What software sees where it does not wait for each answer."""

    def test_a_pause_holds_scl_low(self) -> None:
        bench = Bench(Device())

        def program():
            yield from bench.request(MORE, 0, 0x01020304)
            edges = len(bench.edges)
            for _ in range(500):
                yield
            self.assertEqual((len(bench.edges), bench.edges[-1][1]), (edges, 0))
            yield from bench.request(1, 0, 5)

        bench.run(program())
        self.assertEqual(bench.device.events[-2:], [5, "stop"])

    def test_inactive(self) -> None:
        """A request waits until the core is active."""
        bench = Bench(Device())

        def program():
            yield from bench.write("master_active", 0)
            yield from bench.ask(1, 0x77)
            for _ in range(500):
                yield
            self.assertEqual((yield from bench.read("master_status")), 0)
            self.assertEqual(bench.device.events, [])
            yield from bench.write("master_active", 1)
            self.assertEqual((yield from bench.answer())[0], READY)

        bench.run(program())
        self.assertEqual(bench.device.events, ["start", ("write", ADDRESS), 0x77, "stop"])

    def test_the_speed_of_an_active_core_stays(self) -> None:
        bench = Bench(Device())

        def program():
            yield from bench.write("phy_speed_mode", 0)
            yield from bench.request(1, 0, 0)

        bench.run(program())
        rises = [cycle for cycle, level in bench.edges if level]
        self.assertEqual(rises[1] - rises[0], CLK_HZ // SPEEDS[2])

    def test_requests_ahead(self) -> None:
        """One answer is kept, one waits in the PHY, one request waits; what comes on top is lost."""
        bench = Bench(Device())

        def program():
            for data in (1, 2, 3, 4):
                yield from bench.ask(1 | 1 << 8, data)
                for _ in range(CLK_HZ // SPEEDS[2] * REQUEST_BITS):
                    yield
            self.assertEqual((yield from bench.read("master_status")), RX_READY)
            for byte in (0x81, 0x82, 0x83):
                self.assertEqual((yield from bench.answer())[1], byte)
            for _ in range(500):
                yield
            self.assertEqual((yield from bench.read("master_status")) & READY, TX_READY)

        bench.run(program())
        writes = [event for event in bench.device.events if isinstance(event, int)]
        self.assertEqual(writes, [1, 2, 3])

    def test_recover(self) -> None:
        """Nine clocks are enough for a device that holds SDA low; then there is a stop."""
        device = Device()
        device.holds = 9
        bench = Bench(device)

        def program():
            yield from bench.ask(RECOVER)
            self.assertEqual((yield from bench.answer())[0], READY)
            self.assertEqual(device.holds, 0)
            yield from bench.request(1, 0, 0x42)

        bench.run(program())
        end = ["start", "stop", "start", ("write", ADDRESS), 0x42, "stop"]
        self.assertEqual(bench.device.events[-6:], end)


if __name__ == "__main__":
    unittest.main()
