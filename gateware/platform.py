# SPDX-License-Identifier: MIT
"""The pins of the reference SoCs: a simulated platform without a vendor's tool behind it.

Every pin record here is an interface that a simulation module (rtl/modules/) can attach to by the
record's name. A record that no core requests does not reach the Verilog.
"""

from litex.build.generic_platform import Pins, Subsignal
from litex.build.io import SDRTristate
from litex.build.sim import SimPlatform

from gateware.standins import WireTristate

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


def spi_pins(chip_selects: int):
    """Return the subsignals of an SPI master's record."""
    return (
        Subsignal("clk", Pins(1)),
        Subsignal("cs_n", Pins(chip_selects)),
        Subsignal("mosi", Pins(1)),
        Subsignal("miso", Pins(1)),
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
    ("spi", 0, *spi_pins(1)),
    # Bytes with preamble and FCS, in the cycles with `tick`, and the PHY's management.
    (
        "eth",
        0,
        *(Subsignal(name, Pins(1)) for name in ("rst_n", "tick", "tx_en", "rx_dv")),
        *(Subsignal(name, Pins(8)) for name in ("tx_data", "rx_data")),
        *(Subsignal(name, Pins(1)) for name in ("mdc", "mdio_oe", "mdio_o", "mdio_i")),
    ),
    ("jtag", 0, *(Subsignal(name, Pins(1)) for name in ("tck", "tms", "tdi", "tdo"))),
    ("leds", 0, Subsignal("o", Pins(8))),
    # What the simulation watches: see Monitor in soc.py.
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


# An open-drain bus: the levels that the master lets (1) or pulls low (0), and what is on the wires.
I2C_PINS = (
    Subsignal("scl_o", Pins(1)),
    Subsignal("sda_o", Pins(1)),
    Subsignal("scl_i", Pins(1)),
    Subsignal("sda_i", Pins(1)),
)

# The pins of an SD card: what the SoC drives and where, and what is on the wires; cd is 0 with a card in the slot.
SDCARD_PINS = (
    Subsignal("clk", Pins(1)),
    Subsignal("cmd_o", Pins(1)),
    Subsignal("cmd_oe", Pins(1)),
    Subsignal("cmd_i", Pins(1)),
    Subsignal("data_o", Pins(4)),
    Subsignal("data_oe", Pins(4)),
    Subsignal("data_i", Pins(4)),
    Subsignal("cd", Pins(1)),
)

# The pins of `storage`.
STORAGE = [
    ("sdcard", 0, *SDCARD_PINS),
    ("spisdcard", 0, *spi_pins(1)),
    ("spiflash", 0, *spi_pins(1)),
]

# The pins of `full`. A record has the name of its core.
FULL = [
    ("buttons", 0, Subsignal("i", Pins(4))),
    ("switches", 0, Subsignal("i", Pins(8))),
    ("alert", 0, Subsignal("i", Pins(1))),
    ("gpio_out", 0, Subsignal("o", Pins(8))),
    ("spi0", 0, *spi_pins(2)),
    ("spi1", 0, *spi_pins(1)),
    ("spi_mmap", 0, *spi_pins(2)),
    ("i2c0", 0, *I2C_PINS),
    ("i2c1", 0, *I2C_PINS),
    ("pwm0", 0, Subsignal("o", Pins(1))),
    ("pwm1", 0, Subsignal("o", Pins(1))),
    ("pwm_multi", 0, Subsignal("o", Pins(3))),
    ("uart1", 0, Subsignal("tx", Pins(1)), Subsignal("rx", Pins(1))),
    ("ws2812", 0, Subsignal("o", Pins(1))),
    # Raw values of 12 bits, as the Xilinx primitive converts them.
    (
        "xadc",
        0,
        *(Subsignal(name, Pins(12)) for name in ("temperature", "vccint", "vccaux", "vccbram")),
    ),
    # One pixel is there in each cycle with `valid`.
    (
        "video",
        0,
        Subsignal("valid", Pins(1)),
        Subsignal("de", Pins(1)),
        Subsignal("hsync", Pins(1)),
        Subsignal("vsync", Pins(1)),
        Subsignal("r", Pins(8)),
        Subsignal("g", Pins(8)),
        Subsignal("b", Pins(8)),
    ),
]


class Platform(SimPlatform):
    """The simulated board that carries every reference SoC.

    name: the SoC's name, which LiteX reports as the platform's.
    serial_pins: True for an RS232 PHY's wires, False for a byte stream.
    """

    def __init__(self, name: str, serial_pins: bool) -> None:
        io = [SERIAL_PINS if serial_pins else SERIAL_STREAM, *COMMON, *STORAGE, *FULL]
        SimPlatform.__init__(self, "SIM", io, name=name)

    def get_verilog(self, fragment, **options):
        """Return LiteX's Verilog, with wires for tristates."""
        overrides = {SDRTristate: WireTristate}
        return SimPlatform.get_verilog(self, fragment, special_overrides=overrides, **options)
