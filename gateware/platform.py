# SPDX-License-Identifier: MIT
"""The pins of the reference SoCs: a simulated platform without a vendor's tool behind it.

Every pin record here is an interface that a simulation module (rtl/modules/) can attach to by the
record's name. A record that no core requests does not reach the Verilog.
"""

from litex.build.generic_platform import Pins, Subsignal
from litex.build.sim import SimPlatform

# The console as a byte stream with ready and valid in both directions: no baud rate, no loss.
SERIAL_STREAM = (
    "serial",
    0,
    Subsignal("source_valid", Pins(1)),
    Subsignal("source_ready", Pins(1)),
    Subsignal("source_data", Pins(8)),
    Subsignal("sink_valid", Pins(1)),
    Subsignal("sink_ready", Pins(1)),
    Subsignal("sink_data", Pins(8)),
)

# The console as the two wires of an RS232 PHY.
SERIAL_PINS = (
    "serial",
    0,
    Subsignal("tx", Pins(1)),
    Subsignal("rx", Pins(1)),
)

COMMON = [
    ("sys_clk", 0, Pins(1)),
    (
        "gpio",
        0,
        Subsignal("oe", Pins(32)),
        Subsignal("o", Pins(32)),
        Subsignal("i", Pins(32)),
    ),
    (
        "spi",
        0,
        Subsignal("clk", Pins(1)),
        Subsignal("cs_n", Pins(1)),
        Subsignal("mosi", Pins(1)),
        Subsignal("miso", Pins(1)),
    ),
    ("leds", 0, Pins(8)),
    # What the simulation watches: see Monitor in socs.py.
    (
        "monitor",
        0,
        Subsignal("adr", Pins(16)),
        Subsignal("re", Pins(1)),
        Subsignal("we", Pins(1)),
        Subsignal("dat_w", Pins(32)),
        Subsignal("dat_r", Pins(32)),
        Subsignal("entered", Pins(1)),
    ),
]


class Platform(SimPlatform):
    """The simulated board that carries every reference SoC.

    Args:
        name (str): the SoC's name, which LiteX reports as the platform's.
        serial_pins (bool): True for an RS232 PHY's wires, False for a byte stream.
    """

    def __init__(self, name, serial_pins):
        io = [SERIAL_PINS if serial_pins else SERIAL_STREAM, *COMMON]
        SimPlatform.__init__(self, "SIM", io, name=name)
