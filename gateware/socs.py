# SPDX-License-Identifier: MIT
"""The reference SoCs. A SoC is a class of attributes; adding one is adding a class to SOCS.

docs/socs.md has the table of what each SoC is for.
"""

from gateware.full import Full
from gateware.jtag_master import add_jtag_master
from gateware.soc import KIB, MIB, Soc
from gateware.storage import add_sdcard, add_spiflash, add_spisdcard


class Mini(Soc):
    """The smallest SoC that the port supports: no uptime counter, 256 KiB of main RAM."""

    name = "mini"
    main_ram_size = 256 * KIB
    uptime = False
    leds = 0
    gpio = False


class Base(Soc):
    """What most tests run on."""

    name = "base"


class Bench(Soc):
    """The SoC that the benchmarks measure: a change to it changes their figures."""

    name = "bench"
    clk_hz = 50_000_000
    sram_size = 64 * KIB
    main_ram_size = 8 * MIB
    spi_width = 8


class Phy(Base):
    """As base, with the console on a real RS232 PHY that can lose bytes."""

    name = "phy"
    serial_pins = True


class Sdram(Bench):
    """As bench, with main RAM in a modelled SDR SDRAM chip behind LiteDRAM and LiteX's L2 cache."""

    name = "sdram"
    sdram_module = "MT48LC16M16"


class Jtag(Soc):
    """Three ways to JTAG: a master of its own, SPI of 32 bits, GPIO. Figures of the programmer."""

    name = "jtag"
    sram_size = 64 * KIB
    spi_width = 32

    def _add_cores(self, spec) -> None:
        Soc._add_cores(self, spec)
        self.spi.add_clk_divider()
        add_jtag_master(self, self.platform.request("jtag"))


class Net(Base):
    """As base, with Ethernet at 100 Mbit/s and a source of random bits."""

    name = "net"
    eth_rx_slots = 2
    trng_seed = 1


class Storage(Soc):
    """As base, with two slots for SD cards, a NOR flash, and a JTAG master that files go to."""

    name = "storage"
    sram_size = 64 * KIB

    def _add_cores(self, spec) -> None:
        Soc._add_cores(self, spec)
        add_sdcard(self)
        add_spisdcard(self)
        add_spiflash(self)
        add_jtag_master(self, self.platform.request("jtag"))


class Board(Soc):
    """What `make run` runs: Ethernet, an SD card, a NOR flash and a JTAG master, as a board to work with has them."""

    name = "board"
    sram_size = 64 * KIB
    eth_rx_slots = 8
    eth_tx_slots = 4
    trng_seed = 1

    def _add_cores(self, spec) -> None:
        Soc._add_cores(self, spec)
        add_sdcard(self)
        add_spiflash(self)
        add_jtag_master(self, self.platform.request("jtag"))


SOCS = {soc.name: soc for soc in (Mini, Base, Bench, Phy, Sdram, Full, Jtag, Net, Storage, Board)}
