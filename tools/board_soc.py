# SPDX-License-Identifier: MIT
"""Generate a board of litex-boards with whatever adds cores to its SoC: board_soc.py BOARD FOLDER.

Three things add cores, and none knows a board: options that the target's own argument parser has (OPTIONS says
which are asked for), cores that need no pin of the board (CORES), and main RAM in the FPGA where the board has no
other and the FPGA has enough (BLOCK_RAM_KIB). What was taken is written into FOLDER/chosen.json. A target that does
not come to an end with all its options is tried again with fewer.
"""

import argparse
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

GENERATE_S = 100
KIB = 1024
# What the smallest size class of the firmware needs (port/size_class.h).
LEAST_RAM = 256 * KIB
# LiteX's own option, which each target has.
MAIN_RAM = "--integrated-main-ram-size="

# In the order of preference where a target takes only one of several. Not asked for: bridges that take the place
# of the console, cores of packages that no index has, and what the released LiteX cannot build (the terminal's font).
OPTIONS = (
    "--timer-uptime",
    "--with-watchdog",
    "--with-ethernet",
    "--with-sdcard",
    "--with-spi-sdcard",
    "--with-spi-flash",
    "--with-video-framebuffer",
    "--with-i2c",
    "--with-xadc",
    "--with-dna",
    "--with-ws2812",
    "--with-neopixel",
    "--with-pmod-gpio",
    "--with-syzygy-gpio",
    "--with-led-chaser",
    "--with-hyperram",
    "--with-sdram",
    "--with-ddr3",
)

# KiB of RAM that an FPGA has, by the beginning of its name in LiteX: blocks of 2 or 4 KiB of data (without parity
# bits), and where there are such, the larger ones (SPRAM, LRAM, URAM). From the vendors' product tables; an FPGA
# that is not in this table gets no main RAM.
BLOCK_RAM_KIB = (
    (r"xc6slx9", 64),
    (r"xc6slx16", 64),
    (r"xc6slx25", 104),
    (r"xc6slx45", 232),
    (r"xc6slx100", 536),
    (r"xc7s15", 40),
    (r"xc7s50", 300),
    (r"xc7z010", 240),
    (r"xc7z020", 560),
    (r"xc7a35t", 200),
    (r"xc7a50t", 300),
    (r"xc7a100t", 540),
    (r"xc7a200t", 1460),
    (r"xc7k70t", 540),
    (r"xc7k160t", 1300),
    (r"xc7k325t", 1780),
    (r"xc7k420t", 3340),
    (r"xcvu33p", 2688 + 10240),
    (r"xcvu37p", 8064 + 30720),
    (r"xcku040", 2400),
    (r"lfe5u\w*-(12|25)f", 112),
    (r"lfe5u\w*-45f", 216),
    (r"lfe5u\w*-85f", 416),
    (r"lifcl-40", 168 + 320),
    (r"ice40-[hl][xp]8k", 16),
    (r"ice40-up5k", 15 + 128),
    (r"gw1n\w*-(uv|lv)1", 8),
    (r"gw1n\w*-(uv|lv)4", 20),
    (r"gw1n\w*-(uv|lv)9", 52),
    (r"gw5a-lv25", 112),
    (r"gw5ast-lv138", 680),
    (r"eg4s20", 128),
    (r"ep4ce115", 432),
    (r"5cs\w\w[ac]6", 557),
    (r"10m50", 182),
)


def block_ram(device: str):
    """Bytes of RAM that an FPGA has; 0 where that is not known."""
    for start, kib in BLOCK_RAM_KIB:
        if re.match(start + r"(?!\d)", device.lower()):
            return kib * KIB
    return 0


def taken_ram(memories):
    """Bytes of the FPGA's RAM that ROM and SRAM take; a ROM in the SPI flash takes none."""
    flash = memories.get("spiflash", {"base": 0, "size": 0})
    return sum(
        memory["size"]
        for name, memory in memories.items()
        if name in ("rom", "sram") and not 0 <= memory["base"] - flash["base"] < flash["size"]
    )


def main_ram_for(free: int):
    """Bytes of main RAM to put into an FPGA: all there is in steps of 64 KiB, 0 where that is too little.

    free: bytes of RAM that the FPGA has left.
    """
    size = free // (64 * KIB) * (64 * KIB)
    return size if size >= LEAST_RAM else 0


class Target:
    """One run of a target's main() in this process."""

    def __init__(self, board: str, folder, wanted) -> None:
        """Nothing runs yet.

        board: the target's name; folder -- Path, LiteX's output folder.
        wanted: collection of str, options to take where the target knows them, and MAIN_RAM with a
            size.
        """
        self.board = board
        self.folder = folder
        self.wanted = wanted
        self.taken: list[str] = []
        self.added: list[str] = []
        self.device = None

    def choose(self, parser):
        """The wanted options that a parser knows, one of each exclusive group."""
        known = {name: action for action in parser._actions for name in action.option_strings}
        groups = [group._group_actions for group in parser._mutually_exclusive_groups]
        chosen: list[str] = []
        for name in OPTIONS:
            action = known.get(name)
            if name not in self.wanted or action is None or action.nargs != 0:
                continue
            rivals = [other for group in groups if action in group for other in group]
            if not any(known[other] in rivals for other in chosen):
                chosen.append(name)
        return chosen

    def run(self) -> None:
        """Generate the SoC."""
        parse_args = argparse.ArgumentParser.parse_args

        def parse_with_options(parser, args=None, namespace=None):
            self.taken = self.choose(parser)
            self.taken += [name for name in self.wanted if name.startswith(MAIN_RAM)]
            return parse_args(
                parser, [*(sys.argv[1:] if args is None else args), *self.taken], namespace
            )

        from litex.soc.integration.builder import Builder

        build = Builder.build

        def build_with_cores(builder, **options):
            self.device = builder.soc.platform.device
            self.added = add_cores(builder.soc)
            return build(builder, **options)

        argparse.ArgumentParser.parse_args = parse_with_options  # type: ignore[method-assign]
        Builder.build = build_with_cores
        sys.argv = [self.board, "--no-compile-software", "--no-compile-gateware", "--build"]
        sys.argv += ["--output-dir", str(self.folder), "--csr-svd", str(self.folder / "csr.svd")]
        try:
            runpy.run_module(f"litex_boards.targets.{self.board}", run_name="__main__")
        finally:
            chosen = {"arguments": self.taken, "added": self.added, "device": self.device}
            (self.folder / "chosen.json").write_text(json.dumps(chosen))


def add_gpio(soc) -> None:
    """Pins that switch direction, with interrupts."""
    from litex.soc.cores.gpio import GPIOTristate
    from migen import Signal

    soc.gpio = GPIOTristate(Signal(16), with_irq=soc.irq.enabled)
    if soc.irq.enabled:
        soc.irq.add("gpio", use_loc_if_exists=True)


def add_spi(soc) -> None:
    """An SPI master with two chip selects."""
    from litex.soc.cores.spi import SPIMaster
    from migen import Record

    pads = Record([("clk", 1), ("cs_n", 2), ("mosi", 1), ("miso", 1)])
    soc.spi0 = SPIMaster(pads, 8, soc.sys_clk_freq, 1_000_000)
    soc.spi0.add_clk_divider()


def add_spi_mmap(soc) -> None:
    """An SPI master with FIFOs in memory and a slot for each chip select."""
    from litex.soc.cores.spi.spi_mmap import SPIMMAP
    from litex.soc.integration.soc import SoCRegion
    from migen import Record

    regions = [f"spi_mmap_{way}" for way in ("tx", "rx")]
    for name in regions:
        soc.bus.add_region(name, SoCRegion(size=4 * KIB, cached=False))
    tx, rx = (soc.bus.regions[name].origin for name in regions)
    pads = Record([("clk", 1), ("cs_n", 2), ("mosi", 1), ("miso", 1)])
    soc.spi_mmap = SPIMMAP(pads, 32, soc.sys_clk_freq, tx_origin=tx, rx_origin=rx)
    for name, part in zip(regions, (soc.spi_mmap.tx_mmap, soc.spi_mmap.rx_mmap), strict=True):
        soc.bus.add_slave(name, part.bus)
    if soc.irq.enabled:
        soc.irq.add("spi_mmap", use_loc_if_exists=True)


def add_i2c(soc) -> None:
    """A bit-bang I2C master."""
    from litex.soc.cores.bitbang import I2CMaster
    from migen import Record

    soc.i2c0 = I2CMaster(Record([("scl", 1), ("sda", 1)]))


def add_pwm(soc) -> None:
    """One PWM alone and three with one period."""
    from litex.soc.cores.pwm import PWM, MultiChannelPWM
    from migen import Signal

    soc.pwm0 = PWM(Signal())
    soc.pwm_multi = MultiChannelPWM(Signal(3))


def add_timer(soc) -> None:
    """A second timer."""
    soc.add_timer("timer1")


def add_uart(soc) -> None:
    """A second UART with a baud rate that can be set."""
    from migen import Record

    pads = Record([("tx", 1), ("rx", 1)])
    soc.add_uart("uart1", uart_name="uart1", uart_pads=pads, with_dynamic_baudrate=True)


def add_ws2812(soc) -> None:
    """The memory-mapped LED core."""
    from litex.soc.cores.led import WS2812
    from litex.soc.integration.soc import SoCRegion
    from migen import Signal

    soc.ws2812 = WS2812(Signal(), 8, soc.sys_clk_freq)
    soc.bus.add_slave("ws2812", soc.ws2812.bus, SoCRegion(size=32, cached=False))


def add_dma(soc) -> None:
    """A DMA reader whose words go to a DMA writer."""
    from litex.soc.cores.dma import WishboneDMAReader, WishboneDMAWriter
    from litex.soc.interconnect import wishbone

    for name, core in (("dma_reader", WishboneDMAReader), ("dma_writer", WishboneDMAWriter)):
        width = soc.bus.data_width
        master = wishbone.Interface(data_width=width, address_width=32, addressing="word")
        soc.add_module(name, core(master, with_csr=True))
        soc.bus.add_master(name, master)
    soc.comb += soc.dma_reader.source.connect(soc.dma_writer.sink)
    soc.add_constant("DMA_READER_LOOPBACK", "dma_writer")


def add_xadc(soc) -> None:
    """The system monitor that the FPGA has."""
    from litex.soc.cores import xadc

    device = soc.platform.device.lower()
    if device.startswith("xc7"):
        soc.xadc = xadc.S7SystemMonitor()
    elif device.startswith(("xcku", "xcvu", "xczu", "xcu")):
        soc.xadc = xadc.USSystemMonitor()


# In the order in which they are added: a core's name and what adds it, unless the SoC has one of that name.
CORES = (
    ("gpio", add_gpio),
    ("spi0", add_spi),
    ("spi_mmap", add_spi_mmap),
    ("i2c0", add_i2c),
    ("pwm0", add_pwm),
    ("timer1", add_timer),
    ("uart1", add_uart),
    ("ws2812", add_ws2812),
    ("dma_reader", add_dma),
    ("xadc", add_xadc),
)


def add_cores(soc):
    """Add what a SoC that the firmware is for can have beside what its target gave it; return the cores' names."""
    added = []
    for name, add in CORES:
        if getattr(soc.cpu, "family", None) == "riscv" and not hasattr(soc, name):
            add(soc)
            added += [name] if hasattr(soc, name) else []
    return added


def attempt(board, folder, wanted):
    """Generate with these options in a process of its own; return whether it came to an end.

    board: str; folder -- Path; wanted -- collection of str.
    """
    (folder / "csr.json").unlink(missing_ok=True)
    command = [sys.executable, __file__, board, str(folder), *wanted]
    try:
        subprocess.run(command, cwd=folder, timeout=GENERATE_S)
    except subprocess.TimeoutExpired:
        return False
    return (folder / "csr.json").exists()


def possible_options(board, folder):
    """Generate with as many options as go together; return them, None where none do."""
    if attempt(board, folder, OPTIONS):
        return OPTIONS
    good: list[str] = []
    for name in json.loads((folder / "chosen.json").read_text())["arguments"]:
        if attempt(board, folder, [*good, name]):
            good.append(name)
    good = good or ["--"]
    return good if attempt(board, folder, good) else None


def missing_main_ram(folder):
    """Bytes of main RAM that the FPGA can give a SoC which has none, else 0."""
    memories = json.loads((folder / "csr.json").read_text())["memories"]
    device = json.loads((folder / "chosen.json").read_text())["device"]
    if "main_ram" in memories:
        return 0
    return main_ram_for(block_ram(device) - taken_ram(memories))


def main():
    """Read the command line; the exit status is 1 where the board cannot be generated at all."""
    board, path, *wanted = sys.argv[1:]
    folder = Path(path).resolve()
    if wanted:
        Target(board, folder, wanted).run()
        return 0
    good = possible_options(board, folder)
    if good is None:
        return 1
    size = missing_main_ram(folder)
    if size and not attempt(board, folder, [*good, f"{MAIN_RAM}{size}"]):
        return 0 if attempt(board, folder, good) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
