# SPDX-License-Identifier: MIT
"""One line a core: what `make bitstream CORES=...` and users' own targets add to a LiteX SoC.

Each function takes a SoCCore that is not finalized yet and the pads of the core, and adds core, registers,
interrupt and, where the core wants one, its way to memory. docs/bitstream.md has an example. The firmware
finds each core by its registers; no name is fixed.
"""

from typing import Any

from litex.soc.cores.gpio import GPIOTristate
from litex.soc.cores.spi import SPIMaster

from gateware.jtag_master import add_jtag_master
from gateware.maphash import add_map_hash
from gateware.trng import RingBits, Trng

__all__ = ["add_gpio", "add_jtag_master", "add_map_hash", "add_spi", "add_trng"]

SPI_HZ = 1_000_000


def add_spi(soc: Any, pads: Any, name: str = "spi", data_width: int = 8) -> None:
    """Add an SPI master whose clock software can set.

    pads: clk, mosi, miso and cs_n, a bit for each device.
    """
    core = SPIMaster(pads, data_width, int(soc.sys_clk_freq), SPI_HZ)
    core.add_clk_divider()
    soc.add_module(name=name, module=core)


def add_gpio(soc: Any, pads: Any, name: str = "gpio") -> None:
    """Add pins that software turns into inputs and outputs, with interrupts where the SoC has them.

    pads: a Signal, a bit for each pin.
    """
    soc.add_module(name=name, module=GPIOTristate(pads, with_irq=soc.irq.enabled))
    if soc.irq.enabled:
        soc.irq.add(name, use_loc_if_exists=True)


def add_trng(soc: Any, name: str = "trng") -> None:
    """Add a source of random bits: ring oscillators on ECP5 and Xilinx; ValueError for other FPGAs.

    The tools must be told that the rings are meant: nextpnr by --ignore-loops (LiteX: --nextpnr-ignoreloops).
    """
    device = soc.platform.device.lower()
    families = (("lfe5u", "ecp5"), ("xc", "xilinx"))
    family = next((name for start, name in families if device.startswith(start)), device)
    soc.add_module(name=name, module=Trng(RingBits(family, platform=soc.platform)))
