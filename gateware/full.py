# SPDX-License-Identifier: MIT
"""The SoC that carries one or more of each core that the port drives (docs/socs.md)."""

from litex.soc.cores.dma import WishboneDMAReader, WishboneDMAWriter
from litex.soc.cores.gpio import GPIOIn, GPIOOut, GPIOTristate
from litex.soc.cores.led import WS2812, LedChaser
from litex.soc.cores.pwm import PWM, MultiChannelPWM
from litex.soc.cores.spi import SPIMaster
from litex.soc.cores.spi.spi_mmap import SPIMMAP
from litex.soc.cores.video import VideoFrameBuffer, VideoTimingGenerator
from litex.soc.integration.soc import SoCRegion
from litex.soc.interconnect import wishbone

from gateware.litei2c_parts import LiteI2C
from gateware.soc import KIB, MIB, Soc
from gateware.standins import (
    Alert,
    DramPort,
    OpenDrainI2CMaster,
    SystemMonitor,
    VideoPins,
    open_drain_pads,
)
from gateware.trng import SeededBits, Trng

VIDEO_TIMINGS = "160x100@60Hz"
VIDEO_CYCLES_PER_PIXEL = 8
VIDEO_BASE = 0x40FF0000
# Room for two pictures.
VIDEO_SIZE = 64 * KIB
WS2812_BASE = 0x90000000
WS2812_LEDS = 8
SPI_MMAP_TX_BASE = 0x90010000
SPI_MMAP_RX_BASE = 0x90020000


class Full(Soc):
    """Every core, with wires and devices on its pins as gateware/wiring/full.txt says."""

    name = "full"
    sram_size = 64 * KIB
    main_ram_size = 16 * MIB
    trng_seed = 1

    def _add_cores(self, spec) -> None:
        """Add all cores; LiteX numbers the interrupts in this order."""
        request = self.platform.request
        clk_hz = self.sys_clk_freq
        self.leds = LedChaser(request("leds").o, clk_hz)
        self.buttons = GPIOIn(request("buttons").i, with_irq=True)
        self.switches = GPIOIn(request("switches").i)
        self.gpio = GPIOTristate(self._board_pads(request("gpio")), with_irq=True)
        self.gpio_out = GPIOOut(request("gpio_out").o)
        self.spi0 = SPIMaster(request("spi0"), 8, clk_hz, 1_000_000)
        self.spi1 = SPIMaster(request("spi1"), 32, clk_hz, 1_000_000)
        for spi in (self.spi0, self.spi1):
            spi.add_clk_divider()
        self.i2c0 = OpenDrainI2CMaster(request("i2c0"))
        self.i2c1 = LiteI2C(clk_hz, pads=open_drain_pads(request("i2c1")))
        self.pwm0 = PWM(request("pwm0").o)
        self.pwm1 = PWM(request("pwm1").o)
        self.pwm_multi = MultiChannelPWM(request("pwm_multi").o)
        self.xadc = SystemMonitor(request("xadc"))
        self.add_timer("timer1")
        self.add_watchdog("watchdog0", reset_delay=100)
        self.add_uart(
            "uart1",
            uart_name="uart1",
            uart_pads=request("uart1"),
            baudrate=115200,
            with_dynamic_baudrate=True,
        )
        for name in ("buttons", "gpio"):
            self.irq.add(name, use_loc_if_exists=True)
        self._add_spi_mmap(request("spi_mmap"))
        self._add_ws2812(request("ws2812").o)
        self._add_dma()
        self._add_video(request("video"))
        self.alert = Alert(request("alert").i)
        self.irq.add("alert", use_loc_if_exists=True)
        self.trng = Trng(SeededBits(spec["trng_seed"]))

    def _add_spi_mmap(self, pads) -> None:
        self.spi_mmap = SPIMMAP(
            pads, 32, self.sys_clk_freq, tx_origin=SPI_MMAP_TX_BASE, rx_origin=SPI_MMAP_RX_BASE
        )
        self.irq.add("spi_mmap", use_loc_if_exists=True)
        for name, part, base in (
            ("spi_mmap_tx", self.spi_mmap.tx_mmap, SPI_MMAP_TX_BASE),
            ("spi_mmap_rx", self.spi_mmap.rx_mmap, SPI_MMAP_RX_BASE),
        ):
            self.bus.add_slave(name, part.bus, SoCRegion(origin=base, size=4 * KIB, cached=False))

    def _add_ws2812(self, pad) -> None:
        self.ws2812 = WS2812(pad, WS2812_LEDS, self.sys_clk_freq)
        region = SoCRegion(origin=WS2812_BASE, size=WS2812_LEDS * 4, cached=False)
        self.bus.add_slave("ws2812", self.ws2812.bus, region)

    def _add_dma(self) -> None:
        """Add a DMA reader whose words go to a DMA writer."""
        masters = [
            wishbone.Interface(data_width=32, address_width=32, addressing="word")
            for _ in range(2)
        ]
        self.dma_reader = WishboneDMAReader(masters[0], with_csr=True)
        self.dma_writer = WishboneDMAWriter(masters[1], with_csr=True)
        self.bus.add_master("dma_reader", masters[0])
        self.bus.add_master("dma_writer", masters[1])
        self.comb += self.dma_reader.source.connect(self.dma_writer.sink)
        self.add_constant("DMA_READER_LOOPBACK", "dma_writer")

    def _add_video(self, pads) -> None:
        """Do what add_video_framebuffer() does, which wants LiteDRAM."""
        name = "video_framebuffer"
        hres, vres = (int(part) for part in VIDEO_TIMINGS.split("@")[0].split("x"))
        region = SoCRegion(origin=VIDEO_BASE, size=VIDEO_SIZE, linker=True)
        self.bus.add_region(name, region)
        master = DramPort.master()
        self.bus.add_master(name, master)
        self.video_port = DramPort(master)
        self.video_framebuffer_vtg = VideoTimingGenerator(VIDEO_TIMINGS)
        self.video_framebuffer = VideoFrameBuffer(
            self.video_port.port, hres, vres, VIDEO_BASE, fifo_depth=1 * KIB, format="rgb565"
        )
        self.video_pins = VideoPins(
            self.video_framebuffer_vtg.source, pads, VIDEO_CYCLES_PER_PIXEL
        )
        self.comb += [
            self.video_pins.timing.connect(self.video_framebuffer.vtg_sink),
            self.video_framebuffer.source.connect(self.video_pins.sink),
        ]
        for constant, value in (
            ("BASE", VIDEO_BASE),
            ("HRES", hres),
            ("VRES", vres),
            ("DEPTH", self.video_framebuffer.depth),
        ):
            self.add_constant(f"VIDEO_FRAMEBUFFER_{constant}", value)
