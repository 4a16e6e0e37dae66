# SPDX-License-Identifier: MIT
"""Let LiteX describe a SoC with one or more of each core: ``many_cores.py <width> <ordering> <folder>``.

Nothing is compiled or synthesised; what matters is what LiteX writes about it.
"""

import sys

from litex.build.generic_platform import Pins, Subsignal
from litex.build.sim import SimPlatform
from litex.gen import LiteXModule
from litex.soc.cores.bitbang import I2CMaster
from litex.soc.cores.dma import WishboneDMAReader, WishboneDMAWriter
from litex.soc.cores.gpio import GPIOIn, GPIOInOut, GPIOOut, GPIOTristate
from litex.soc.cores.led import WS2812, LedChaser
from litex.soc.cores.pwm import PWM, MultiChannelPWM
from litex.soc.cores.spi import SPIMaster
from litex.soc.cores.spi.spi_mmap import SPIMMAP
from litex.soc.cores.timer import Timer
from litex.soc.cores.watchdog import Watchdog
from litex.soc.integration.builder import Builder
from litex.soc.integration.soc import SoCRegion
from litex.soc.integration.soc_core import SoCCore
from litex.soc.interconnect import wishbone
from litex.soc.interconnect.csr import CSRStorage
from migen import ClockDomain, Record, Signal

IDENTIFIER = "Many Cores: LETTER case kept"

PINS = [
    ("sys_clk", 0, Pins(1)),
    ("sys_rst", 0, Pins(1)),
    (
        "serial",
        0,
        Subsignal("source_valid", Pins(1)),
        Subsignal("source_ready", Pins(1)),
        Subsignal("source_data", Pins(8)),
        Subsignal("sink_valid", Pins(1)),
        Subsignal("sink_ready", Pins(1)),
        Subsignal("sink_data", Pins(8)),
    ),
]


class Odd(LiteXModule):
    """A core of the user's own."""

    def __init__(self):
        self.wide = CSRStorage(100)
        self.x1 = CSRStorage(3)


class ManyCores(SoCCore):
    """One or more of each.

    Args:
        width (int): of the CSR bus.
        ordering (str): "big" or "little".
    """

    def __init__(self, width, ordering):
        SoCCore.__init__(
            self,
            SimPlatform("SIM", PINS),
            100e6,
            ident=IDENTIFIER,
            uart_name="sim",
            timer_uptime=True,
            integrated_rom_size=0x1000,
            integrated_main_ram_size=0x10000,
            csr_data_width=width,
            csr_ordering=ordering,
        )
        self.cd_sys = ClockDomain()
        self.leds = LedChaser(Signal(4), 100e6)
        self.leds.add_pwm()
        pads = Record([("o", 12), ("oe", 12), ("i", 12)])
        self.gpio = GPIOTristate(pads, with_irq=True)
        self.irq.add("gpio")
        self.buttons = GPIOIn(Signal(3), with_irq=True)
        self.irq.add("buttons")
        self.outs = GPIOOut(Signal(40))
        self.io = GPIOInOut(Signal(5), Signal(6))
        self.pwm0 = PWM(Signal())
        self.pwms = MultiChannelPWM(Signal(3))
        self.i2c0 = I2CMaster()
        self.spi_pmod = SPIMaster(None, 24, 100e6, 1e6)
        self.spi_pmod.add_clk_divider()
        self.spisdcard = SPIMaster(None, 8, 100e6, 1e6)
        self.watchdog0 = Watchdog()
        self.timer1 = Timer()
        self.irq.add("timer1")
        self.dma_reader0 = WishboneDMAReader(wishbone.Interface(), with_csr=True)
        self.dma_writer0 = WishboneDMAWriter(wishbone.Interface(), with_csr=True)
        self.add_constant("DMA_READER0_LOOPBACK", "dma_writer0")
        self.ws = WS2812(Signal(), 8, 100e6)
        self.bus.add_slave("ws2812", self.ws.bus, SoCRegion(origin=0x20000000, size=64))
        pads = Record([("clk", 1), ("cs_n", 2), ("mosi", 1), ("miso", 1)])
        self.spi_mm = SPIMMAP(pads, 32, 100e6)
        self.odd = Odd()


def main(width, ordering, folder):
    """Generate it.

    Args:
        width (int): of the CSR bus.
        ordering (str): "big" or "little".
        folder (str): where to.
    """
    builder = Builder(
        ManyCores(width, ordering),
        output_dir=folder,
        compile_software=False,
        compile_gateware=False,
        csr_json=f"{folder}/csr.json",
        csr_svd=f"{folder}/csr.svd",
    )
    builder.build(run=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
