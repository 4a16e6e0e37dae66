# SPDX-License-Identifier: MIT
"""What the reference SoCs share: a class of attributes that it turns into LiteX cores."""

from collections.abc import Callable
from typing import Any

from litedram import modules as litedram_modules
from litedram.phy.model import BankModel, SDRAMPHYModel
from litex.build.io import CRG as LiteXCRG
from litex.gen import LiteXModule
from litex.soc.cores.gpio import GPIOTristate
from litex.soc.cores.led import LedChaser
from litex.soc.cores.spi import SPIMaster
from litex.soc.integration.soc_core import SoCCore
from migen import If, Memory, Record, Signal

from gateware.maphash import add_map_hash
from gateware.platform import Platform
from gateware.standins import EthernetPhy
from gateware.trng import SeededBits, Trng

KIB = 1024
MIB = 1024 * KIB

# What lies in the ROM of a simulation without the BIOS: lui t0, 0x40000; jr t0. Ibex starts 128 bytes behind
# its reset address.
JUMP_TO_MAIN_RAM = [0x400002B7, 0x00028067]
ROM_STUB = JUMP_TO_MAIN_RAM + [0] * 30 + JUMP_TO_MAIN_RAM


class Monitor(LiteXModule):
    """Shows the CSR bus and the firmware's first instruction to the simulation; no CSR of its own.

    buses: returns the CSR bus, the CPU's instruction bus, and the byte address whose first fetch
        sets ``entered``; called when the SoC is finalized, which is when its CSR bus appears.
    """

    def __init__(self, pads: Record, buses: Callable[..., Any]) -> None:
        self.pads = pads
        self.buses = buses

    def do_finalize(self) -> None:
        """Connect the pads."""
        pads = self.pads
        csr, ibus, entry = self.buses()
        self.comb += [
            pads.adr.eq(csr.adr),
            pads.re.eq(csr.re),
            pads.we.eq(csr.we),
            pads.dat_w.eq(csr.dat_w),
            pads.dat_r.eq(csr.dat_r),
        ]
        entered = Signal()
        self.sync += If(ibus.cyc & ibus.stb & (ibus.adr == entry // 4), entered.eq(1))
        self.comb += pads.entered.eq(entered)


class CRG(LiteXCRG):
    """Clock and reset where ctrl_reset resets the whole SoC, as a board's PLL reset does."""

    def __init__(self, clk: Signal) -> None:
        self.rst = Signal()
        LiteXCRG.__init__(self, clk, rst=self.rst)


class Soc(SoCCore):
    """What the reference SoCs share. Sizes in bytes, frequencies in Hz, None or 0 for absent.

    overrides: attributes of the class to change for this instance.
    """

    name: str = ""
    clk_hz = 100_000_000
    cpu_type = "vexriscv"
    cpu_variant = "standard"
    rom_size = 128 * KIB
    sram_size = 8 * KIB
    main_ram_size = 16 * MIB
    csr_data_width = 32
    csr_ordering = "big"
    uptime = True
    leds = 8
    gpio = True
    spi_width = 0
    serial_pins = False
    baud = 115200
    uart_fifo_depth = 16
    sdram_module: str | None = None
    sdram_width = 16
    l2_size = 8 * KIB
    eth_rx_slots = 0
    eth_tx_slots = 2
    eth_byte_cycles = 8
    trng_seed = 0

    _l2_tags: list[Memory] = []

    # Attributes that the command line can override, with the type of their value.
    OPTIONS = {
        "clk_hz": int,
        "cpu_type": str,
        "cpu_variant": str,
        "rom_size": int,
        "sram_size": int,
        "main_ram_size": int,
        "csr_data_width": int,
        "csr_ordering": str,
        "baud": int,
        "uart_fifo_depth": int,
        "l2_size": int,
        "eth_rx_slots": int,
        "eth_tx_slots": int,
        "eth_byte_cycles": int,
        "trng_seed": int,
    }

    def __init__(self, **overrides) -> None:
        for key, value in overrides.items():
            if key not in self.OPTIONS:
                raise ValueError(f"no option {key} in SoC {self.name}")
            setattr(self, key, value)
        # LiteX's SoCCore keeps attributes of some of these names itself.
        spec = {key: getattr(self, key) for key in vars(Soc) if not key.startswith("_")}
        platform = Platform(self.name, spec["serial_pins"])
        self.crg = CRG(platform.request("sys_clk"))
        SoCCore.__init__(
            self,
            platform,
            spec["clk_hz"],
            cpu_type=spec["cpu_type"],
            cpu_variant=spec["cpu_variant"],
            integrated_rom_size=spec["rom_size"],
            integrated_sram_size=spec["sram_size"],
            integrated_main_ram_size=0 if spec["sdram_module"] else spec["main_ram_size"],
            csr_data_width=spec["csr_data_width"],
            csr_ordering=spec["csr_ordering"],
            ident=f"MicroPython for LiteX: reference SoC {self.name}",
            ident_version=False,
            uart_name="serial" if spec["serial_pins"] else "sim",
            uart_baudrate=spec["baud"],
            uart_fifo_depth=spec["uart_fifo_depth"],
            timer_uptime=spec["uptime"],
        )
        self.rom.mem.init = ROM_STUB
        if spec["sdram_module"]:
            self._add_sdram(spec)
        else:
            # Any content makes the Verilog read an image, which the runner writes.
            self.main_ram.mem.init = [0]
        self._add_cores(spec)
        add_map_hash(self)
        self.monitor = Monitor(
            self.platform.request("monitor"),
            lambda: (
                self.csr_bridge.csr,
                getattr(self.cpu, "ibus", None) or self.cpu.idbus,
                self.bus.regions["main_ram"].origin,
            ),
        )

    def _board_pads(self, pads: Record):
        """Return pads that read back what the SoC drives, as a board's do.

        pads: of the simulation, with separate wires for output, enable and input.
        """
        inner = Record([(name, len(pads.o)) for name in ("oe", "o", "i")])
        self.comb += [
            pads.oe.eq(inner.oe),
            pads.o.eq(inner.o),
            inner.i.eq((inner.o & inner.oe) | (pads.i & ~inner.oe)),
        ]
        return inner

    def _add_cores(self, spec) -> None:
        """Add the cores that the attributes ask for; replaces the attribute by the core."""
        if spec["leds"]:
            self.leds = LedChaser(self.platform.request("leds").o, self.sys_clk_freq)
        if spec["gpio"]:
            self.gpio = GPIOTristate(self._board_pads(self.platform.request("gpio")))
        if spec["spi_width"]:
            self.spi = SPIMaster(
                self.platform.request("spi"),
                data_width=spec["spi_width"],
                sys_clk_freq=self.sys_clk_freq,
                spi_clk_freq=1_000_000,
            )

        if spec["eth_rx_slots"]:
            self.ethphy = EthernetPhy(self.platform.request("eth"), spec["eth_byte_cycles"])
            self.add_ethernet(
                phy=self.ethphy, nrxslots=spec["eth_rx_slots"], ntxslots=spec["eth_tx_slots"]
            )
        if spec["trng_seed"]:
            self.trng = Trng(SeededBits(spec["trng_seed"]))

    def _add_sdram(self, spec) -> None:
        """Put LiteDRAM and its model of an SDRAM chip where the integrated main RAM would be."""
        module = getattr(litedram_modules, spec["sdram_module"])(spec["clk_hz"], "1:1")
        # The init only makes the model read its memory files; the runner writes their content.
        geometry = module.geom_settings
        row_words = 2**geometry.colbits * spec["sdram_width"] // 32
        self.sdrphy = SDRAMPHYModel(
            module=module,
            data_width=spec["sdram_width"],
            clk_freq=spec["clk_hz"],
            init=[0] * (row_words * 2**geometry.bankbits),
        )
        self.add_sdram(
            "sdram",
            phy=self.sdrphy,
            module=module,
            size=spec["main_ram_size"],
            l2_cache_size=spec["l2_size"],
        )
        for special in self.l2_cache._fragment.specials if spec["l2_size"] else ():
            if isinstance(special, Memory) and special.name_override == "tag_mem":
                # Tag 0 is the ROM's, so this says "empty"; it is read again with main RAM.
                special.init = [0] * special.depth
                self._l2_tags = [special]

    def reset_memories(self):
        """Return the memories whose images the simulation reads again when the SoC resets.

        These are main RAM's and, so that it does not hide them, the tags of the L2 cache.
        """
        return self.main_ram_memories()[0] + self._l2_tags

    def main_ram_memories(self):
        """Return the memories that make up main RAM, in the order in which they interleave.

        Returns (list of Memory, int): the memories and how many consecutive bytes of main RAM
        each of them holds before the next one's turn.
        """
        if not hasattr(self, "sdrphy"):
            return [self.main_ram.mem], self.bus.regions["main_ram"].size
        banks = [bank for _, bank in self.sdrphy._submodules if isinstance(bank, BankModel)]
        memories = [
            special
            for bank in banks
            for special in bank._fragment.specials
            if isinstance(special, Memory)
        ]
        row_bytes = 2**self.sdrphy.module.geom_settings.colbits * memories[0].width // 8
        return memories, row_bytes
