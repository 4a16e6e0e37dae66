# SPDX-License-Identifier: MIT
"""A JTAG master for LiteX: it clocks TMS and TDI out of registers or memory, and TDO into them.

In a SoC, one line:  ``add_jtag_master(self, platform.request("jtag"))``. docs/jtag-master.md has the
registers and what software may do when; drivers/lx_jtag.c is the driver of this port.

An operation is a run of up to 2**32 - 1 clocks. It is described by the registers when ``command`` is
written, and one more can be described while it runs. TMS comes from a vector of 32 bits whose last
bit stays, so that 0 and 0xffffffff are constants; TDI likewise, or from memory; TDO goes to a register
that keeps the last 32 bits and, when asked for, to memory. Memory is read and written by bytes of any
address and number, in either bit order.
"""

from typing import Any

from litex.gen import LiteXModule
from litex.soc.interconnect import stream, wishbone
from litex.soc.interconnect.csr import CSRField, CSRStatus, CSRStorage
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourcePulse
from migen import FSM, Array, Case, Cat, If, Mux, NextState, NextValue, ResetInserter, Signal

# Words that wait between bus and pins. A word lasts 64 cycles at the fastest TCK.
FIFO_WORDS = 4
# Registers between the TDO pad and the logic.
SYNCHRONIZER = 2


def at_pad(register: Signal) -> None:
    """Mark a register for the flip-flop of its pin: Lattice's attribute and Xilinx's."""
    register.attr.add(("syn_useioff", 1))
    register.attr.add(("IOB", "TRUE"))


class JTAGMaster(LiteXModule):
    """The core. TCK is ``sys / (2 * divider)`` and comes out of a register."""

    def __init__(self, pads: Any, divider: int = 50) -> None:
        self.pads = pads
        self.bus = wishbone.Interface(data_width=32, address_width=32, addressing="word")

        self.divider = CSRStorage(16, reset=divider, description="TCK is sys_clk / (2 * divider).")
        self.length = CSRStorage(32, description="Clocks of the operation.")
        self.tms = CSRStorage(32, description="TMS: bit n at clock n, bit 31 from then on.")
        self.tdi = CSRStorage(32, description="TDI, likewise, unless it comes from memory.")
        self.tdi_base = CSRStorage(32, description="Byte address of TDI in memory.")
        self.tdo_base = CSRStorage(32, description="Byte address of TDO in memory.")
        self.command = CSRStorage(
            description="Writing it queues the operation.",
            fields=[
                CSRField("tdi_memory", size=1, description="TDI comes from memory."),
                CSRField("tdo_memory", size=1, description="TDO goes to memory as well."),
                CSRField("msb_first", size=1, description="Bit 7 of a byte in memory goes first."),
                CSRField("last", size=1, description="TMS is 1 at the last clock."),
                CSRField("abort", size=1, description="Queue nothing; drop what is in flight."),
            ],
        )
        self.status = CSRStatus(
            fields=[CSRField("in_flight", size=2, description="Operations that have not ended.")]
        )
        self.tdo = CSRStatus(32, description="The last 32 bits of TDO; the newest is bit 31.")

        self.ev = EventManager()
        self.ev.done = EventSourcePulse(description="An operation has ended.")
        self.ev.finalize()

        # # #

        # The operation that runs.
        start = Signal()
        abort = Signal()  # of what runs
        running = Signal()
        queued = Signal()
        self.comb += self.status.fields.in_flight.eq(queued + running)
        flags = {name: Signal() for name in ("tdi_memory", "tdo_memory", "msb_first", "last")}
        half = Signal(16)  # cycles of half a period, less one
        self.sync += [
            If(
                self.command.re,
                If(
                    self.command.fields.abort,
                    queued.eq(0),
                    abort.eq(running),
                ).Else(queued.eq(1)),
            ),
            If(
                start,
                queued.eq(0),
                half.eq(Mux(self.divider.storage == 0, 0, self.divider.storage - 1)),
                *[flag.eq(getattr(self.command.fields, name)) for name, flag in flags.items()],
            ),
        ]

        self._add_memory(start, abort, flags)
        self._add_capture(start, abort, flags)
        self._add_clock(start, abort, running, queued, flags, half)

    def _add_memory(self, start: Signal, abort: Signal, flags: Any) -> None:
        """Words between memory and the two FIFOs.

        start: the registers describe the operation that begins with this cycle.
        """
        # Both FIFOs are empty at the end of an operation, unless it was aborted.
        self.tdi_fifo = tdi_fifo = ResetInserter()(stream.SyncFIFO([("data", 32)], FIFO_WORDS))
        self.tdo_fifo = tdo_fifo = stream.SyncFIFO(
            [("adr", 30), ("data", 32), ("sel", 4)], FIFO_WORDS
        )
        self.comb += tdi_fifo.reset.eq(start)
        bus = self.bus
        adr = Signal(30)
        words = Signal(31)
        first = self.tdi_base.storage
        self.bus_fsm = fsm = FSM(reset_state="IDLE")
        fsm.act(
            "IDLE",
            If(tdo_fifo.source.valid, NextState("WRITE")).Elif(
                (words != 0) & tdi_fifo.sink.ready & ~start & ~abort, NextState("READ")
            ),
        )
        fsm.act(
            "WRITE",
            bus.cyc.eq(1),
            bus.stb.eq(1),
            bus.we.eq(1),
            bus.adr.eq(tdo_fifo.source.adr),
            bus.dat_w.eq(tdo_fifo.source.data),
            bus.sel.eq(tdo_fifo.source.sel),
            If(bus.ack | bus.err, tdo_fifo.source.ready.eq(1), NextState("IDLE")),
        )
        fsm.act(
            "READ",
            bus.cyc.eq(1),
            bus.stb.eq(1),
            bus.adr.eq(adr),
            bus.sel.eq(0b1111),
            tdi_fifo.sink.data.eq(bus.dat_r),
            If(
                bus.ack | bus.err,
                tdi_fifo.sink.valid.eq(1),
                NextValue(adr, adr + 1),
                NextValue(words, words - 1),
                NextState("IDLE"),
            ),
        )
        # No bus cycle is open when an operation begins or was aborted: these do not meet READ's.
        self.sync += [
            If(abort & fsm.ongoing("IDLE"), words.eq(0)),
            If(
                start,
                adr.eq(first[2:]),
                words.eq(
                    Mux(
                        self.command.fields.tdi_memory,
                        (((self.length.storage + 7) >> 3) + first[:2] + 3) >> 2,
                        0,
                    )
                ),
            ),
        ]

        # Bytes of TDI in the order of the bits on the pin: bit 0 goes first.
        self.byte = byte = Signal(8)
        self.byte_take = Signal()
        self.byte_last = Signal()  # of the operation: what is left of its word is dropped
        lane = Signal(2)
        plain = Signal(8)
        self.comb += [
            plain.eq(Array(tdi_fifo.source.data[8 * n : 8 * n + 8] for n in range(4))[lane]),
            byte.eq(Mux(flags["msb_first"], plain[::-1], plain)),
            tdi_fifo.source.ready.eq(self.byte_take & ((lane == 3) | self.byte_last)),
        ]
        self.sync += [
            If(self.byte_take, lane.eq(lane + 1)),
            If(start, lane.eq(first[:2])),
        ]

    def _add_capture(self, start: Signal, abort: Signal, flags: Any) -> None:
        """TDO into the register and into words for memory.

        start: the registers describe the operation that begins with this cycle.
        """
        levels = [Signal(reset_less=True) for _ in range(SYNCHRONIZER)]
        at_pad(levels[0])
        self.sync += Cat(*levels).eq(Cat(self.pads.tdo, *levels))
        tdo = levels[-1]
        # The strobe takes as many cycles as the pin's level, which is that at TCK's rising edge.
        self.sample = Signal()
        delay = Signal(SYNCHRONIZER)
        strobe = Signal()
        self.sync += delay.eq(Cat(self.sample, delay))
        self.comb += strobe.eq(delay[-1])

        left = Signal(32)
        index = Signal(3)
        lane = Signal(2)
        adr = Signal(30)
        byte = Signal(8)  # what there is of this byte
        word = Signal(32)  # the bytes before it
        sel = Signal(4)
        next_byte = Signal(8)
        next_word = Signal(32)
        next_sel = Signal(4)
        byte_done = Signal()
        word_done = Signal()
        position = Signal(3)
        self.comb += [
            position.eq(Mux(flags["msb_first"], 7 - index, index)),
            next_byte.eq(Mux(index == 0, 0, byte) | (tdo << position)),
            next_word.eq(word),
            Case(lane, {n: next_word[8 * n : 8 * n + 8].eq(next_byte) for n in range(4)}),
            next_sel.eq(sel | (1 << lane)),
            byte_done.eq(strobe & ((index == 7) | (left == 1))),
            word_done.eq(byte_done & ((lane == 3) | (left == 1))),
            self.tdo_fifo.sink.valid.eq(word_done & flags["tdo_memory"]),
            self.tdo_fifo.sink.adr.eq(adr),
            self.tdo_fifo.sink.data.eq(next_word),
            self.tdo_fifo.sink.sel.eq(next_sel),
        ]
        self.sync += [
            If(
                strobe,
                self.tdo.status.eq(Cat(self.tdo.status[1:], tdo)),
                left.eq(left - 1),
                index.eq(index + 1),
                byte.eq(next_byte),
            ),
            If(byte_done, word.eq(next_word), sel.eq(next_sel), lane.eq(lane + 1)),
            If(word_done, sel.eq(0), adr.eq(adr + 1)),
            If(
                start,
                left.eq(self.length.storage),
                index.eq(0),
                sel.eq(0),
                lane.eq(self.tdo_base.storage[:2]),
                adr.eq(self.tdo_base.storage[2:]),
            ),
        ]
        # Room for the byte that is still on its way here and for one more.
        self.capture_ready = Signal()
        self.capture_done = Signal()
        self.comb += [
            self.capture_ready.eq(~flags["tdo_memory"] | (self.tdo_fifo.level <= FIFO_WORDS - 2)),
            self.capture_done.eq(
                ((left == 0) | abort) & (delay == 0) & ~self.tdo_fifo.source.valid
            ),
        ]

    def _add_clock(
        self,
        start: Signal,
        abort: Signal,
        running: Signal,
        queued: Signal,
        flags: Any,
        half: Signal,
    ) -> None:
        """The three outputs. They change with TCK's falling edge or while it is low.

        start: set for the cycle in which an operation is taken over.
        half: cycles of half a period of TCK, less one.
        """
        tck, tms, tdi = Signal(), Signal(), Signal()
        for register in (tck, tms, tdi):
            at_pad(register)
        self.comb += [self.pads.tck.eq(tck), self.pads.tms.eq(tms), self.pads.tdi.eq(tdi)]
        left = Signal(32)
        count = Signal(16)
        index = Signal(3)
        tms_vector, tdi_vector = Signal(32), Signal(32)
        tdi_byte = Signal(7)
        next_tdi = Signal()
        present = Signal()  # put the next bit on the pins
        can_present = Signal()
        new_byte = Signal()
        self.comb += [
            new_byte.eq(index == 0),
            can_present.eq(
                ~new_byte
                | ((~flags["tdi_memory"] | self.tdi_fifo.source.valid) & self.capture_ready)
            ),
            self.byte_take.eq(present & new_byte & flags["tdi_memory"]),
            self.byte_last.eq(left <= 8),
            If(flags["tdi_memory"], next_tdi.eq(Mux(new_byte, self.byte[0], tdi_byte[0]))).Else(
                next_tdi.eq(tdi_vector[0])
            ),
        ]
        self.sync += [
            If(
                present,
                tdi.eq(next_tdi),
                tms.eq(tms_vector[0] | (flags["last"] & (left == 1))),
                tdi_byte.eq(Mux(new_byte, self.byte[1:], tdi_byte[1:])),
                tdi_vector.eq(Cat(tdi_vector[1:], tdi_vector[-1])),
                tms_vector.eq(Cat(tms_vector[1:], tms_vector[-1])),
                index.eq(index + 1),
                left.eq(left - 1),
            ),
            If(
                start,
                tms_vector.eq(self.tms.storage),
                tdi_vector.eq(self.tdi.storage),
                left.eq(self.length.storage),
                index.eq(0),
            ),
        ]
        self.fsm = fsm = FSM(reset_state="IDLE")
        fsm.act(
            "IDLE",
            NextValue(abort, 0),
            If(queued & ~self.command.re, start.eq(1), NextValue(running, 1), NextState("LOAD")),
        )
        # A cycle for the FIFO's reset and for length 0.
        fsm.act("LOAD", If(left == 0, NextState("DRAIN")).Else(NextState("WAIT")))
        fsm.act(
            "WAIT",
            NextValue(count, half),
            If(abort, NextState("DRAIN")).Elif(can_present, present.eq(1), NextState("LOW")),
        )
        fsm.act(
            "LOW",
            NextValue(count, count - 1),
            If(
                count == 0,
                NextValue(tck, 1),
                NextValue(count, half),
                self.sample.eq(1),
                NextState("HIGH"),
            ),
        )
        fsm.act(
            "HIGH",
            NextValue(count, count - 1),
            If(
                count == 0,
                NextValue(tck, 0),
                NextValue(count, half),
                If((left == 0) | abort, NextState("DRAIN"))
                .Elif(can_present, present.eq(1), NextState("LOW"))
                .Else(NextState("WAIT")),
            ),
        )
        fsm.act(
            "DRAIN",
            If(
                self.capture_done & self.bus_fsm.ongoing("IDLE"),
                self.ev.done.trigger.eq(1),
                NextValue(running, 0),
                NextState("IDLE"),
            ),
        )


def add_jtag_master(soc: Any, pads: Any, name: str = "jtag", divider: int | None = None) -> None:
    """Add a JTAG master to a SoC: its registers, its way to memory, and its interrupt.

    divider: value of the divider at reset; None for 1 MHz.
    """
    if divider is None:
        divider = max(1, round(soc.sys_clk_freq / 2e6))
    master = JTAGMaster(pads, divider)
    soc.add_module(name=name, module=master)
    soc.bus.add_master(name=name, master=master.bus)
    if soc.irq.enabled:
        soc.irq.add(name, use_loc_if_exists=True)
