# SPDX-License-Identifier: MIT
"""What stands between LiteX's cores and a simulation's pins where a board has a vendor's primitive.

The cores themselves are LiteX's own; here are only their far ends.
"""

from types import SimpleNamespace
from typing import Any

from litedram.common import LiteDRAMNativePort
from liteeth.common import eth_phy_description
from litex.gen import LiteXModule
from litex.soc.cores.bitbang import I2CMaster
from litex.soc.cores.video import video_data_layout, video_timing_layout
from litex.soc.cores.xadc import S7SystemMonitorChannels, XilinxSystemMonitor
from litex.soc.interconnect import stream, wishbone
from litex.soc.interconnect.csr import CSRField, CSRStatus, CSRStorage
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourceLevel
from migen import ClockDomain, ClockSignal, If, Module, ResetSignal, Signal
from migen.genlib.cdc import MultiReg
from migen.genlib.misc import WaitTimer


class OpenDrainI2CMaster(I2CMaster):
    """LiteX's bit-bang I2C master on separate wires instead of tristate pads.

    The pads are `scl_o`, `sda_o` (0 pulls low, 1 releases the line), `scl_i` and `sda_i`.
    """

    def connect(self, pads: Any) -> None:
        """Connect the core to the pads."""
        w = self._w.fields
        self.comb += [
            pads.scl_o.eq(w.scl),
            pads.sda_o.eq(~(w.oe & ~w.sda)),
            self._r.fields.sda.eq(pads.sda_o & pads.sda_i),
        ]


def open_drain_pads(pads: Any):
    """Return ``scl`` and ``sda`` for a core that puts its SDRTristate on them; see WireTristate."""
    return SimpleNamespace(
        scl=WirePair(pads.scl_o, pads.scl_i),
        sda=WirePair(pads.sda_o, pads.sda_i),
    )


class WirePair(Signal):
    """A pad of one bit that stands for two wires: ``out`` pulls low or lets go, ``level`` is what others make of it."""

    def __init__(self, out: Signal, level: Signal) -> None:
        Signal.__init__(self)
        self.out = out
        self.level = level


class WireTrio(Signal):
    """A pad of one bit that stands for three wires: the level, whether it is driven, and what is on the pin."""

    def __init__(self, o: Signal, oe: Signal, i: Signal) -> None:
        Signal.__init__(self)
        self.o = o
        self.oe = oe
        self.i = i


def sdcard_pads(pads: Any):
    """Return ``clk``, ``cmd``, ``data`` and ``cd`` for LiteSDCard, which puts its SDRTristates on them."""
    return SimpleNamespace(
        clk=pads.clk,
        cmd=WireTrio(pads.cmd_o, pads.cmd_oe, pads.cmd_i),
        data=[WireTrio(pads.data_o[n], pads.data_oe[n], pads.data_i[n]) for n in range(4)],
        cd=pads.cd,
    )


class WireTristate(Module):
    """What an SDRTristate becomes on a WirePair or a WireTrio instead of a pad."""

    def __init__(self, special: Any) -> None:
        if isinstance(special.io, WireTrio):
            self.sync += [special.io.o.eq(special.o), special.io.oe.eq(special.oe)]
            if special.i is not None:
                self.sync += special.i.eq(special.io.i)
            return
        out, level = special.io.out, special.io.level
        lets_go = Signal(reset=1)
        self.comb += out.eq(lets_go)
        self.sync += lets_go.eq(special.o | ~special.oe)
        if special.i is not None:
            self.sync += special.i.eq(out & level)

    @staticmethod
    def lower(special: Any):
        """Return the module; Migen calls this."""
        return WireTristate(special)


class SystemMonitor(XilinxSystemMonitor):
    """The registers of S7SystemMonitor; the pads say what its XADC primitive would convert.

    pads: one signal of 12 bits for each channel.
    cycles: from one conversion to the next, in system clock cycles.
    """

    def __init__(self, pads: Any, cycles: int = 26 * 4) -> None:
        for channel in S7SystemMonitorChannels:
            self.add_channel(channel)
        self.eoc = CSRStatus(description="End of conversion, ``1``: done.")
        self.eos = CSRStatus(description="End of sequence, ``1``: done.")
        self.timer = timer = WaitTimer(cycles - 1)
        channel = Signal(max=len(S7SystemMonitorChannels))
        last = len(S7SystemMonitorChannels) - 1
        eos = timer.done & (channel == last)
        self.comb += timer.wait.eq(~timer.done)
        self.sync += [
            If(timer.done, channel.eq(channel + 1), If(channel == last, channel.eq(0))),
            self.eoc.status.eq((self.eoc.status & ~self.eoc.we) | timer.done),
            self.eos.status.eq((self.eos.status & ~self.eos.we) | eos),
        ]
        for index, source in enumerate(S7SystemMonitorChannels):
            update = timer.done & (channel == index)
            self.sync += If(update, source.status.eq(getattr(pads, source.name)))


class Alert(LiteXModule):
    """An interrupt as long as a pin is high: nothing but the event manager of an EventSourceLevel."""

    def __init__(self, level: Signal) -> None:
        self.ev = EventManager()
        self.ev.level = EventSourceLevel(description="The pin is high.")
        self.ev.finalize()
        self.comb += self.ev.level.trigger.eq(level)


class VideoPins(LiteXModule):
    """A video PHY with a pixel every few system clock cycles, so that no second clock is needed.

    LiteX's frame buffer takes it that a PHY is always ready, so it is the timing generator that is held back.
    """

    def __init__(self, timing: Any, pads: Any, cycles: int) -> None:
        self.sink = sink = stream.Endpoint(video_data_layout)
        self.timing = held = stream.Endpoint(video_timing_layout)
        tick = Signal()
        count = Signal(max=cycles)
        self.sync += If(count == cycles - 1, count.eq(0)).Else(count.eq(count + 1))
        self.comb += [
            tick.eq(count == 0),
            timing.connect(held, omit={"valid", "ready"}),
            held.valid.eq(timing.valid & tick),
            timing.ready.eq(held.ready & tick),
            sink.ready.eq(1),
        ]
        self.sync += pads.valid.eq(tick)
        de = sink.de & sink.valid
        for name, signal in (("de", de), ("hsync", sink.hsync), ("vsync", sink.vsync)):
            self.sync += If(tick, getattr(pads, name).eq(signal))
        for name in ("r", "g", "b"):
            pad = getattr(pads, name)
            self.sync += If(tick, pad.eq(0), If(de, pad.eq(getattr(sink, name))))


class DramPort(LiteXModule):
    """A read port of LiteDRAM's native kind on the SoC's bus, for SoCs with their main RAM on chip."""

    def __init__(self, bus: Any) -> None:
        self.port = port = LiteDRAMNativePort("read", bus.adr_width, bus.data_width)
        self.comb += [
            bus.cyc.eq(port.cmd.valid & ~port.cmd.we),
            bus.stb.eq(port.cmd.valid & ~port.cmd.we),
            bus.sel.eq(2 ** (bus.data_width // 8) - 1),
            bus.adr.eq(port.cmd.addr),
            port.cmd.ready.eq(bus.ack | port.cmd.we),
            # The reader has reserved room for the answer.
            port.rdata.valid.eq(bus.ack),
            port.rdata.data.eq(bus.dat_r),
        ]

    @staticmethod
    def master():
        """Return the interface that it needs."""
        return wishbone.Interface(data_width=32, address_width=32, addressing="word")


class Mdio(LiteXModule):
    """The registers of LiteEthPHYMDIO on separate wires instead of a tristate pad."""

    def __init__(self, pads: Any) -> None:
        fields = [CSRField("mdc", size=1), CSRField("oe", size=1), CSRField("w", size=1)]
        self._w = CSRStorage(fields=fields, name="w")
        self._r = CSRStatus(fields=[CSRField("r", size=1)], name="r")
        self.comb += [
            pads.mdc.eq(self._w.fields.mdc),
            pads.mdio_oe.eq(self._w.fields.oe),
            pads.mdio_o.eq(self._w.fields.w),
        ]
        self.specials += MultiReg(pads.mdio_i, self._r.fields.r)


class EthernetReset(LiteXModule):
    """The clock domains of a PHY, both in the system clock's, and its reset register."""

    def __init__(self, pads: Any) -> None:
        self._reset = CSRStorage()
        self.cd_eth_rx = ClockDomain()
        self.cd_eth_tx = ClockDomain()
        self.comb += pads.rst_n.eq(~self._reset.storage)
        for domain in (self.cd_eth_rx, self.cd_eth_tx):
            self.comb += [
                domain.clk.eq(ClockSignal("sys")),
                domain.rst.eq(ResetSignal("sys") | self._reset.storage),
            ]


class EthernetPhy(LiteXModule):
    """A PHY with MDIO that moves a byte every few system clock cycles, so that no second clock is needed.

    Bytes are on the pads with preamble and FCS, and are there in the cycles with ``tick``.

    cycles: for a byte; 8 is 100 Mbit/s at 100 MHz, 1 is 800 Mbit/s.
    """

    dw = 8
    model = True  # no timing constraints

    def __init__(self, pads: Any, cycles: int) -> None:
        self.crg = EthernetReset(pads)
        self.mdio = Mdio(pads)
        self.sink = sink = stream.Endpoint(eth_phy_description(8))
        self.source = source = stream.Endpoint(eth_phy_description(8))
        tick = Signal()
        if cycles == 1:
            self.comb += tick.eq(1)
        else:
            count = Signal(max=cycles)
            self.sync += If(tick, count.eq(0)).Else(count.eq(count + 1))
            self.comb += tick.eq(count == cycles - 1)
        received_valid = Signal()
        received = Signal(8)
        self.sync += If(tick, received_valid.eq(pads.rx_dv), received.eq(pads.rx_data))
        self.comb += [
            pads.tick.eq(tick),
            pads.tx_en.eq(sink.valid),
            pads.tx_data.eq(sink.data),
            sink.ready.eq(tick),
            source.valid.eq(tick & received_valid),
            source.data.eq(received),
            # Only the byte after it tells that a byte was the last one.
            source.last.eq(~pads.rx_dv),
        ]
