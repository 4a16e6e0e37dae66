# SPDX-License-Identifier: MIT
"""The PHY of LiteI2C: from a request to the two wires of the bus (UM10204, section 3.1) and to an answer.

A bit lasts from one ``tx`` of LiteX's clock generator, in the middle of SCL's low phase, to the next; SDA
is looked at at ``rx``, in the middle of the high phase. SCL itself is never looked at.

A request is up to four bytes to write, then up to four to read after a repeated start; without either only
the address is sent. A length above four leaves the bus with SCL low after the fourth byte, and the next
request goes on from there. A request to recover is a start, nine clocks, a start and a stop.
"""

from typing import Any

from litei2c.clkgen import LiteI2CClkGen
from litei2c.common import i2c_core2phy_layout, i2c_phy2core_layout
from litex.build.io import SDRTristate
from litex.gen import LiteXModule
from litex.soc.interconnect import stream
from litex.soc.interconnect.csr import CSRStorage
from migen import FSM, Case, Cat, Constant, If, Mux, NextState, NextValue, Signal

# Bytes each way in a request; a greater length says that more follow.
MOST = 4
RECOVER_CLOCKS = 9


class LiteI2CPHYCore(LiteXModule):
    """The PHY."""

    def __init__(self, pads: Any, clock_domain: str, sys_clk_freq: int) -> None:
        if clock_domain != "sys":
            raise ValueError(f"no LiteI2C in clock domain {clock_domain}: only in sys")
        self.source = source = stream.Endpoint(i2c_phy2core_layout)
        self.sink = sink = stream.Endpoint(i2c_core2phy_layout)
        self.active = active = Signal()
        self.speed_mode = CSRStorage(
            2,
            description="0: 100 kHz, 1: 400 kHz, 2: 1 MHz; taken while the master is not active.",
        )

        # # #

        speed_mode = Signal(2)
        self.sync += If(~active, speed_mode.eq(self.speed_mode.storage))
        self.clkgen = clkgen = LiteI2CClkGen(pads, speed_mode, sys_clk_freq)

        low = Signal()  # SDA is pulled low
        sda = Signal()  # level of the wire
        self.specials += SDRTristate(io=pads.sda, o=Constant(0), oe=low, i=sda)

        reading = Signal()  # what the address byte says
        nack = Signal()
        clocked = Signal()  # to recover, the nine clocks are over
        bits = Signal(max=RECOVER_CLOCKS + 1)
        done = Signal(max=MOST + 1)  # bytes of this request in this direction
        shifted = Signal(8)
        received = Signal(8 * MOST)

        # The first byte to write is the uppermost of those that there are.
        to_write = Signal(max=MOST + 1)
        byte = Signal(8)
        self.comb += [
            to_write.eq(Mux(sink.len_tx > MOST, MOST, sink.len_tx)),
            Case(
                to_write - done,
                {n + 1: byte.eq(sink.data[8 * n : 8 * n + 8]) for n in range(MOST)},
            ),
            source.last.eq(1),
            source.data.eq(received),
        ]

        def in_bits(count: int, then: Any):
            """Return what ends a bit of several."""
            return [NextValue(bits, bits + 1), If(bits == count - 1, NextValue(bits, 0), then)]

        # What comes after an acknowledgement, or with the next request of a transfer.
        next_step = (
            If(nack, NextState("STOP"))
            .Elif(reading, NextState("READ"))
            .Elif(
                done < to_write,
                NextValue(shifted, byte),
                NextValue(done, done + 1),
                NextState("WRITE"),
            )
            .Elif(sink.len_tx > MOST, sink.ready.eq(1), NextState("TELL-UNFINISHED"))
            .Elif(sink.len_rx > 0, NextState("RESTART"))
            .Else(NextState("STOP"))
        )

        self.fsm = fsm = FSM(reset_state="IDLE")
        fsm.act(
            "IDLE",
            NextValue(reading, (sink.len_tx == 0) & (sink.len_rx > 0)),
            NextValue(nack, 0),
            NextValue(clocked, 0),
            NextValue(done, 0),
            If(active & sink.valid, NextState("START")),
        )
        fsm.act(
            "START",
            clkgen.en.eq(1),
            low.eq(1),
            If(
                clkgen.tx,
                NextValue(shifted, Cat(reading, sink.addr)),
                NextState("WRITE"),
                If(sink.recover, If(clocked, NextState("STOP")).Else(NextState("CLOCK"))),
            ),
        )
        fsm.act(
            "WRITE",
            clkgen.en.eq(1),
            low.eq(~shifted[7]),
            If(
                clkgen.tx,
                NextValue(shifted, shifted << 1),
                *in_bits(8, NextState("TAKE-ACK")),
            ),
        )
        fsm.act(
            "TAKE-ACK",
            clkgen.en.eq(1),
            If(clkgen.rx, NextValue(nack, sda)),
            If(clkgen.tx, If(reading, NextValue(received, 0)), next_step),
        )
        fsm.act(
            "READ",
            clkgen.en.eq(1),
            If(clkgen.rx, NextValue(received, Cat(sda, received))),
            If(
                clkgen.tx,
                *in_bits(8, [NextValue(done, done + 1), NextState("GIVE-ACK")]),
            ),
        )
        fsm.act(
            "GIVE-ACK",
            clkgen.en.eq(1),
            low.eq(done < sink.len_rx),
            If(
                clkgen.tx,
                If(~low, NextState("STOP"))
                .Elif(done == MOST, sink.ready.eq(1), NextState("TELL-UNFINISHED"))
                .Else(NextState("READ")),
            ),
        )
        fsm.act(
            "TELL-UNFINISHED",
            clkgen.keep_low.eq(1),
            source.valid.eq(1),
            source.unfinished_tx.eq(~reading),
            source.unfinished_rx.eq(reading),
            If(source.ready, NextState("PAUSE")),
        )
        fsm.act(
            "PAUSE",
            clkgen.keep_low.eq(1),
            NextValue(done, 0),
            If(active & sink.valid, NextState("RESUME")),
        )
        fsm.act(
            "RESUME",
            clkgen.en.eq(1),
            If(clkgen.tx, If(reading, NextValue(received, 0)), next_step),
        )
        fsm.act(
            "RESTART",
            clkgen.en.eq(1),
            NextValue(done, 0),
            If(clkgen.rx, NextValue(reading, 1), NextState("START")),
        )
        fsm.act(
            "CLOCK",
            clkgen.en.eq(1),
            If(
                clkgen.tx,
                *in_bits(RECOVER_CLOCKS, [NextValue(clocked, 1), NextState("RESTART")]),
            ),
        )
        fsm.act(
            "STOP",
            clkgen.en.eq(1),
            low.eq(1),
            If(clkgen.rx, sink.ready.eq(1), NextState("TELL")),
        )
        fsm.act(
            "TELL",
            source.valid.eq(1),
            source.nack.eq(nack),
            If(source.ready, NextState("REST")),
        )
        # The bus stays free for a bit.
        fsm.act(
            "REST",
            clkgen.en.eq(1),
            clkgen.suppress.eq(1),
            If(clkgen.rx, NextState("IDLE")),
        )
