# SPDX-License-Identifier: MIT
"""A core of ours by itself, as Verilog that can be placed and routed: its own figures, without a SoC's.

The core gets its bank of CSRs. All its signals but the pins hang on registers that are shifted in and out through
two pins, so that nothing is optimized away and every path begins and ends in a register.
"""

from collections.abc import Callable
from typing import Any

from litex.gen import LiteXModule
from litex.gen.fhdl import verilog
from litex.soc.interconnect import csr_bus
from migen import ClockDomain, Record, Signal

from gateware.jtag_master import JTAGMaster
from gateware.maphash import SocMap
from gateware.trng import RingBits, Trng

# A value that no bit of is a constant for the whole bus.
SOME_HASH = 0x5A17C3E9


def jtag_master() -> tuple[Any, list[Signal], list[Signal], list[Signal]]:
    """The JTAG master: core, its inputs, its outputs, its pins."""
    pads = Record([(name, 1) for name in ("tck", "tms", "tdi", "tdo")], name="pads")
    core = JTAGMaster(pads)
    bus = core.bus
    inputs = [bus.dat_r, bus.ack, bus.err]
    outputs = [bus.adr, bus.dat_w, bus.sel, bus.cyc, bus.stb, bus.we, core.ev.irq]
    return core, inputs, outputs, [pads.tck, pads.tms, pads.tdi, pads.tdo]


def map_hash() -> tuple[Any, list[Signal], list[Signal], list[Signal]]:
    """The hash of the CSR map: a register that is only read."""
    core = SocMap()
    core.hash.status.reset.value = SOME_HASH
    return core, [], [], []


def trng() -> tuple[Any, list[Signal], list[Signal], list[Signal]]:
    """The source of random bits with an ECP5's ring oscillators."""
    return Trng(RingBits("ecp5")), [], [], []


CORES: dict[str, Callable[[], Any]] = {
    "jtag_master": jtag_master,
    "map_hash": map_hash,
    "trng": trng,
}


class Alone(LiteXModule):
    """A core with its CSR bank on a CSR bus of its own."""

    def __init__(self, core: Any) -> None:
        self.cd_sys = ClockDomain("sys")
        self.core = core
        self.csr = csr_bus.Interface(data_width=32, address_width=14)
        self.bank = csr_bus.CSRBank(core.get_csrs(), bus=self.csr)


def port(direction: str, name: str, signal: Signal) -> str:
    """A port of a Verilog module."""
    return f"{direction} {f'[{len(signal) - 1}:0] ' if len(signal) > 1 else ''}{name}"


def text(name: str) -> str:
    """The Verilog of `core` and of `top`, which has the pins clk, shift_in, shift_out and the core's own."""
    core, inputs, outputs, pins = CORES[name]()
    module = Alone(core)
    csr = module.csr
    inputs = [module.cd_sys.rst, csr.adr, csr.we, csr.re, csr.dat_w, *inputs]
    outputs = [csr.dat_r, *outputs]
    signals = {*inputs, *outputs, *pins, module.cd_sys.clk}
    made = verilog.convert(module, ios=signals, name="core")
    names = {signal: made.ns.get_name(signal) for signal in signals}
    driven = [signal for signal in pins if names[signal] not in ("pads_tdo",)]
    ports = [
        port("output" if signal in driven else "input", names[signal], signal) for signal in pins
    ]
    connect = [f".{names[module.cd_sys.clk]}(clk)"]
    connect += [f".{names[signal]}({names[signal]})" for signal in pins]
    into, at = [], 0
    for signal in inputs:
        into.append(f".{names[signal]}(in[{at + len(signal) - 1}:{at}])")
        at += len(signal)
    out = ", ".join(names[signal] for signal in outputs)
    wires = "\n".join(f"    {port('wire', names[signal], signal)};" for signal in outputs)
    connect += into + [f".{names[signal]}({names[signal]})" for signal in outputs]
    width = sum(len(signal) for signal in outputs)
    top = f"""
module top({", ".join(["input clk", "input shift_in", "output shift_out", *ports])});
    reg [{at}:0] in;
    reg [{width - 1}:0] out;
{wires}
    core core({", ".join(connect)});
    assign shift_out = out[{width - 1}];
    always @(posedge clk) begin
        in <= {{in[{at - 1}:0], shift_in}};
        out <= in[{at}] ? {{{out}}} : {{out[{width - 2}:0], 1'b0}};
    end
endmodule
"""
    return f"{made.main_source}\n{top}"
