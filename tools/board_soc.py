# SPDX-License-Identifier: MIT
"""Generate a board of litex-boards with whatever adds cores to its SoC: board_soc.py BOARD FOLDER.

Two things add cores, and neither knows a board: options that the target's own argument parser has (OPTIONS says
which are asked for), and cores that need no pin of the board (CORES). What was taken is written into
FOLDER/chosen.json. A target that does not come to an end with all its options is tried again with fewer.
"""

import argparse
import json
import runpy
import subprocess
import sys
from pathlib import Path

GENERATE_S = 100

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


class Target:
    """One run of a target's main() in this process."""

    def __init__(self, board, folder, wanted):
        """Nothing runs yet.

        board -- str, the target's name; folder -- Path, LiteX's output folder
        wanted -- collection of str, options to take where the target knows them
        """
        self.board = board
        self.folder = folder
        self.wanted = wanted
        self.taken = []
        self.added = []

    def choose(self, parser):
        """The wanted options that a parser knows, one of each exclusive group.

        parser -- argparse.ArgumentParser with all its arguments
        """
        known = {name: action for action in parser._actions for name in action.option_strings}
        groups = [group._group_actions for group in parser._mutually_exclusive_groups]
        chosen = []
        for name in OPTIONS:
            action = known.get(name)
            if name not in self.wanted or action is None or action.nargs != 0:
                continue
            rivals = [other for group in groups if action in group for other in group]
            if not any(known[other] in rivals for other in chosen):
                chosen.append(name)
        return chosen

    def run(self):
        """Generate the SoC."""
        parse_args = argparse.ArgumentParser.parse_args

        def parse_with_options(parser, args=None, namespace=None):
            self.taken = self.choose(parser)
            return parse_args(
                parser, [*(sys.argv[1:] if args is None else args), *self.taken], namespace
            )

        from litex.soc.integration.builder import Builder

        build = Builder.build

        def build_with_cores(builder, **options):
            self.added = add_cores(builder.soc)
            return build(builder, **options)

        argparse.ArgumentParser.parse_args = parse_with_options
        Builder.build = build_with_cores
        sys.argv = [self.board, "--no-compile-software", "--no-compile-gateware", "--build"]
        sys.argv += ["--output-dir", str(self.folder), "--csr-svd", str(self.folder / "csr.svd")]
        try:
            runpy.run_module(f"litex_boards.targets.{self.board}", run_name="__main__")
        finally:
            chosen = {"arguments": self.taken, "added": self.added}
            (self.folder / "chosen.json").write_text(json.dumps(chosen))


def add_gpio(soc):
    """Pins that switch direction, with interrupts."""
    from litex.soc.cores.gpio import GPIOTristate
    from migen import Signal

    soc.gpio = GPIOTristate(Signal(16), with_irq=soc.irq.enabled)
    if soc.irq.enabled:
        soc.irq.add("gpio", use_loc_if_exists=True)


def add_spi(soc):
    """An SPI master with two chip selects."""
    from litex.soc.cores.spi import SPIMaster
    from migen import Record

    pads = Record([("clk", 1), ("cs_n", 2), ("mosi", 1), ("miso", 1)])
    soc.spi0 = SPIMaster(pads, 8, soc.sys_clk_freq, 1_000_000)
    soc.spi0.add_clk_divider()


def add_i2c(soc):
    """A bit-bang I2C master."""
    from litex.soc.cores.bitbang import I2CMaster
    from migen import Record

    soc.i2c0 = I2CMaster(Record([("scl", 1), ("sda", 1)]))


def add_pwm(soc):
    """One PWM alone and three with one period."""
    from litex.soc.cores.pwm import PWM, MultiChannelPWM
    from migen import Signal

    soc.pwm0 = PWM(Signal())
    soc.pwm_multi = MultiChannelPWM(Signal(3))


def add_timer(soc):
    """A second timer."""
    soc.add_timer("timer1")


def add_uart(soc):
    """A second UART with a baud rate that can be set."""
    from migen import Record

    pads = Record([("tx", 1), ("rx", 1)])
    soc.add_uart("uart1", uart_name="uart1", uart_pads=pads, with_dynamic_baudrate=True)


def add_ws2812(soc):
    """The memory-mapped LED core."""
    from litex.soc.cores.led import WS2812
    from litex.soc.integration.soc import SoCRegion
    from migen import Signal

    soc.ws2812 = WS2812(Signal(), 8, soc.sys_clk_freq)
    soc.bus.add_slave("ws2812", soc.ws2812.bus, SoCRegion(size=32, cached=False))


def add_dma(soc):
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


def add_xadc(soc):
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
    ("i2c0", add_i2c),
    ("pwm0", add_pwm),
    ("timer1", add_timer),
    ("uart1", add_uart),
    ("ws2812", add_ws2812),
    ("dma_reader", add_dma),
    ("xadc", add_xadc),
)


def add_cores(soc):
    """Add what a SoC can have beside what its target gave it; return the cores' names.

    soc -- litex.soc.integration.soc.SoC before it is finalized
    """
    added = []
    for name, add in CORES:
        if soc.cpu_type is not None and not hasattr(soc, name):
            add(soc)
            added += [name] if hasattr(soc, name) else []
    return added


def attempt(board, folder, wanted):
    """Generate with these options in a process of its own; return whether it came to an end.

    board -- str; folder -- Path; wanted -- collection of str
    """
    (folder / "csr.json").unlink(missing_ok=True)
    command = [sys.executable, __file__, board, str(folder), *wanted]
    try:
        subprocess.run(command, cwd=folder, timeout=GENERATE_S)
    except subprocess.TimeoutExpired:
        return False
    return (folder / "csr.json").exists()


def main():
    """Read the command line; the exit status is 1 where the board cannot be generated at all."""
    board, folder, *wanted = sys.argv[1:]
    folder = Path(folder).resolve()
    if wanted:
        Target(board, folder, wanted).run()
        return 0
    if attempt(board, folder, OPTIONS):
        return 0
    good = []
    for name in json.loads((folder / "chosen.json").read_text())["arguments"]:
        if attempt(board, folder, [*good, name]):
            good.append(name)
    return 0 if attempt(board, folder, good or ["--"]) else 1


if __name__ == "__main__":
    sys.exit(main())
