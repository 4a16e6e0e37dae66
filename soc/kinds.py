# SPDX-License-Identifier: MIT
"""The kinds of LiteX cores, as a table: what identifies a core, and what its driver needs to know.

LiteX's csr.json gives cores names, not types, so a core's kind shows in the names of its registers (its
signature). Where several cores share a signature, the names that SoCs use for them decide (``names``); where a
core has no registers, its memory region's name does (``memory``). A user's litex.toml overrides both.

Adding a kind is adding an entry to ``KINDS``. A kind whose driver exists gets a ``Driver``: the generator then
writes an array ``soc_<array>`` with one descriptor for each instance (docs/soc.md shows the steps).
"""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Driver:
    """How instances of a kind are handed to their driver.

    Args:
        array (str): the array is ``soc_<array>``, the macros ``SOC_HAS_<ARRAY>`` and ``SOC_<ARRAY>_COUNT``.
        type (str): the C type of a descriptor, with the members ``name`` and ``irq``.
        header (str): the header that declares it.
        registers (tuple): its members of type csr_reg_t, named as LiteX's registers.
        pins (tuple): registers of which the first present one gives the member ``pins``; none: no such member.
        linked (dict): members that are a register of another core: name to a format with ``{core}``.
        base (bool): whether it has the member ``base``.
        constants (dict): members that are a number among LiteX's constants: name to a format with ``{core}``.
        peers (dict): members that point to an instance of another array, which one of LiteX's constants names:
            name to (format with ``{core}``, array).
        frame (bool): whether it has the members ``memory`` and ``memory_bytes``: where its picture lies.
        size (bool): whether it has the member ``size``, of the memory region of that name.
        channels (str): a regular expression of registers; each that matches gives a descriptor of its own, and its
            group is what ``{channel}`` stands for. None: one descriptor for the core.
        channel_name (str): a channel's name, with ``{core}`` and ``{channel}``.
        formats (dict): of channels: member to the name of its register, with ``{channel}``; default: the same.
        fields (dict): further members with the same C value in all descriptors.
        regions (dict): members that are the base of a memory region, 0 where there is none: name to a format
            with ``{core}``.
    """

    array: str
    type: str
    header: str
    registers: tuple = ()
    pins: tuple = ()
    linked: dict = None
    base: bool = False
    constants: dict = None
    peers: dict = None
    frame: bool = False
    size: bool = False
    channels: str = None
    channel_name: str = None
    formats: dict = None
    fields: dict = None
    regions: dict = None


@dataclass(frozen=True)
class Kind:
    """One kind of core.

    Args:
        name (str): the kind's name, as litex.info() prints it and litex.toml says it.
        core (str): LiteX's class, for people.
        required (tuple): registers that each such core has.
        optional (tuple): registers that it may have.
        extra (str): a regular expression of further registers that it may have.
        names (str): a regular expression that the core's name has to match; None: any name.
        memory (str): a regular expression of the memory region of a core without registers.
        widths (dict): registers whose width in bits is the same wherever LiteX builds this core.
        primitive (str): the FPGA's primitive that tells it from others of its signature, as the gateware's Verilog
            instantiates it; None: nothing has to be there.
        driver (Driver): None while there is no driver.
    """

    name: str
    core: str
    required: tuple = ()
    optional: tuple = ()
    extra: str = None
    names: str = None
    memory: str = None
    widths: dict = None
    primitive: str = None
    driver: Driver = None

    def matches(self, core, registers, verilog=""):
        """Whether a core is of this kind.

        Args:
            core (str): its name.
            registers (set): the names of its registers, without the core's name.
            verilog (str): the gateware, where it is known.
        """
        if self.memory is not None:
            return False
        if self.primitive is not None and not re.search(rf"\b{self.primitive}\b", verilog):
            return False
        if self.names is not None and not re.fullmatch(self.names, core):
            return False
        if not registers.issuperset(self.required):
            return False
        rest = registers.difference(self.required, self.optional)
        return all(self.extra is not None and re.fullmatch(self.extra, name) for name in rest)


EVENTS = ("ev_status", "ev_pending", "ev_enable")
DMA = ("base", "length", "enable", "done", "loop", "offset")
DMA_WIDTHS = {"base": 64, "length": 32, "enable": 1, "done": 1, "loop": 1, "offset": 32}
GPIO_IRQ = ("mode", "edge", *EVENTS)
SPI = ("control", "status", "mosi", "miso")
SPI_OPTIONAL = ("cs", "loopback", "clk_divider")
VIDEO_DMA = tuple(f"dma_{name}" for name in DMA)
JTAG_MASTER = (
    "divider", "length", "tms", "tdi", "tdi_base", "tdo_base", "command", "status", "tdo",
)  # fmt: skip
LED_NAMES = r"(\w+_)?(rgb_?)?(user_?)?(leds?(\d*|_\w+)|ledchaser\d*)"

GPIO_DRIVER = Driver(
    "gpio",
    "lx_gpio_regs_t",
    "drivers/lx_gpio.h",
    registers=("oe", "in", "out", *GPIO_IRQ),
    pins=("in", "out"),
)

PWM_DRIVER = Driver(
    "pwm",
    "lx_pwm_regs_t",
    "drivers/lx_pwm.h",
    registers=("enable", "width", "period", "run", "run_width"),
)
SYSMON = ("temperature", "vccint", "vccaux", "eoc", "eos")


def sysmon(name, core, bits, primitive=None, required=()):
    """One of Xilinx's system monitors; csr.json shows them all alike.

    Args:
        name (str): the kind's name.
        core (str): LiteX's classes.
        bits (int): of a conversion.
        primitive (str): see Kind.
        required (tuple): registers beyond those that all have.
    """
    return Kind(
        name,
        core,
        required=(*SYSMON, *required),
        extra=r"\w+",
        widths=dict.fromkeys(SYSMON[:3], bits) | {"eoc": 1, "eos": 1},
        primitive=primitive,
        driver=Driver(
            "adc",
            "lx_xadc_regs_t",
            "drivers/lx_xadc.h",
            registers=("value", "eos"),
            channels=r"(?!eo[cs]$|drp_)(\w+)",
            channel_name="{channel}",
            formats={"value": "{channel}"},
            fields={"monitor": f"LX_{name.upper()}"},
        ),
    )


def spi_driver(array):
    """The driver of SPI masters, for one of their arrays.

    Args:
        array (str): its name.
    """
    return Driver(array, "lx_spi_regs_t", "drivers/lx_spi.h", registers=(*SPI, *SPI_OPTIONAL))


LEDS_DRIVER = Driver(
    "leds",
    "lx_gpio_regs_t",
    "drivers/lx_gpio.h",
    registers=("oe", "in", "out", *GPIO_IRQ),
    pins=("in", "out"),
)
# Of no kind: each core with the registers of an event manager has an instance.
EVENT_DRIVER = Driver(
    "event", "lx_event_regs_t", "drivers/lx_event.h", registers=("status", "pending", "enable")
)


# The first kind that matches is taken, so kinds with a name come before those without for the same signature.
KINDS = (
    Kind(
        "ctrl",
        "SoCController",
        optional=("reset", "scratch", "bus_errors"),
        names=r"ctrl",
        widths={"reset": 2, "scratch": 32, "bus_errors": 32},
        driver=Driver(
            "ctrl", "lx_ctrl_regs_t", "drivers/lx_ctrl.h", ("reset", "scratch", "bus_errors")
        ),
    ),
    Kind(
        "identifier",
        "Identifier",
        names=r"(.*_)?identifier_mem",
        driver=Driver("identifier", "lx_identifier_regs_t", "drivers/lx_identifier.h", base=True),
    ),
    Kind(
        "jtag_master",
        "JTAGMaster",
        required=(*JTAG_MASTER, *EVENTS),
        widths={"divider": 16, "command": 5, "status": 2, "ev_status": 1},
        driver=Driver(
            "jtag_master", "lx_jtag_regs_t", "drivers/lx_jtag.h", (*JTAG_MASTER, *EVENTS)
        ),
    ),
    Kind("soc_map", "SoCMapHash", required=("hash",), names=r"soc_map", widths={"hash": 32}),
    Kind(
        "timer",
        "Timer",
        required=("load", "reload", "en", "update_value", "value", *EVENTS),
        optional=("uptime_latch", "uptime_cycles"),
        widths={
            "load": 32,
            "reload": 32,
            "en": 1,
            "update_value": 1,
            "value": 32,
            "ev_status": 1,
            "ev_pending": 1,
            "ev_enable": 1,
            "uptime_latch": 1,
            "uptime_cycles": 64,
        },
        driver=Driver(
            "timer",
            "lx_timer_regs_t",
            "drivers/lx_timer.h",
            (
                "load",
                "reload",
                "en",
                "update_value",
                "value",
                *EVENTS,
                "uptime_latch",
                "uptime_cycles",
            ),
        ),
    ),
    Kind(
        "uart",
        "UART",
        required=("rxtx", "txfull", "rxempty", *EVENTS),
        optional=("txempty", "rxfull"),
        extra=r"(xover|phy)_\w+",
        widths={
            "rxtx": 8,
            "txfull": 1,
            "rxempty": 1,
            "ev_status": 2,
            "ev_pending": 2,
            "ev_enable": 2,
            "txempty": 1,
            "rxfull": 1,
        },
        driver=Driver(
            "uart",
            "lx_uart_regs_t",
            "drivers/lx_uart.h",
            ("rxtx", "txfull", "rxempty", *EVENTS, "txempty", "rxfull"),
            linked={"phy_tuning_word": "{core}_phy_tuning_word"},
            constants={"baudrate": "{core}_baudrate"},
        ),
    ),
    Kind("uart_phy", "RS232PHY", required=("tuning_word",), widths={"tuning_word": 32}),
    Kind(
        "leds",
        "LedChaser",
        required=("out",),
        optional=("pwm_enable", "pwm_width", "pwm_period"),
        names=LED_NAMES,
        widths={"pwm_enable": 1, "pwm_width": 32, "pwm_period": 32},
        driver=LEDS_DRIVER,
    ),
    Kind("gpio_out", "GPIOOut", required=("out",), driver=GPIO_DRIVER),
    Kind("gpio_in", "GPIOIn", required=("in",), optional=GPIO_IRQ, driver=GPIO_DRIVER),
    Kind("gpio_inout", "GPIOInOut", required=("in", "out"), driver=GPIO_DRIVER),
    Kind(
        "gpio_tristate",
        "GPIOTristate",
        required=("oe", "in", "out"),
        optional=GPIO_IRQ,
        driver=GPIO_DRIVER,
    ),
    Kind(
        "spi_sdcard",
        "SPIMaster on an SD card",
        required=SPI,
        optional=SPI_OPTIONAL,
        names=r".*spi_?sdcard\w*|sdspi\w*",
        widths={"status": 2, "clk_divider": 16},
        driver=spi_driver("spi_sdcard"),
    ),
    Kind(
        "spi",
        "SPIMaster",
        required=SPI,
        optional=SPI_OPTIONAL,
        widths={"status": 2, "loopback": 1, "clk_divider": 16},
        driver=spi_driver("spi"),
    ),
    Kind(
        "spi_mmap",
        "SPIMMAP",
        required=("ctrl_slot_count", "ctrl_tx_control", "ctrl_rx_control", *EVENTS),
        extra=r"ctrl_\w+",
        driver=Driver(
            "spi_mmap",
            "lx_spi_mmap_regs_t",
            "drivers/lx_spi_mmap.h",
            registers=(
                "ctrl_slot_count",
                "ctrl_tx_control",
                "ctrl_tx_status",
                "ctrl_rx_control",
                "ctrl_rx_status",
                "ctrl_engine",
                "ctrl_slot_control0",
                *EVENTS,
            ),
            regions={"tx_base": "{core}_tx", "rx_base": "{core}_rx"},
        ),
    ),
    Kind(
        "i2c",
        "I2CMaster (bit-bang)",
        required=("w", "r"),
        widths={"w": 3, "r": 1},
        driver=Driver("i2c", "lx_i2c_regs_t", "drivers/lx_i2c.h", registers=("w", "r")),
    ),
    Kind(
        "litei2c",
        "LiteI2C",
        required=("master_active", "master_addr", "master_rxtx", "master_status"),
        extra=r"(phy|master|ev)_\w+",
        driver=Driver(
            "litei2c",
            "lx_litei2c_regs_t",
            "drivers/lx_litei2c.h",
            registers=(
                "master_active",
                "master_settings",
                "master_addr",
                "master_rxtx",
                "master_status",
                "phy_speed_mode",
            ),
        ),
    ),
    Kind("i2c_wishbone", "I2CMaster (Wishbone)", required=EVENTS, names=r"i2c\w*"),
    Kind(
        "pwm",
        "PWM",
        required=("enable", "width", "period"),
        widths={"enable": 1, "width": 32, "period": 32},
        driver=PWM_DRIVER,
    ),
    Kind(
        "pwm_multi",
        "MultiChannelPWM",
        required=("channel0_enable", "channel0_width", "channel0_period"),
        extra=r"channel\d+_(enable|width)",
        widths={"channel0_enable": 1, "channel0_width": 32, "channel0_period": 32},
        driver=replace(
            PWM_DRIVER,
            channels=r"channel(\d+)_width",
            channel_name="{core}[{channel}]",
            formats={
                "enable": "channel{channel}_enable",
                "width": "channel{channel}_width",
                "period": "channel0_period",
                "run": "channel0_enable",
                "run_width": "channel0_width",
            },
        ),
    ),
    Kind(
        "watchdog",
        "Watchdog",
        required=("control", "cycles", "remaining"),
        optional=EVENTS,
        widths={"control": 25, "ev_status": 1, "ev_pending": 1, "ev_enable": 1},
        driver=Driver(
            "watchdog",
            "lx_watchdog_regs_t",
            "drivers/lx_watchdog.h",
            ("control", "cycles", "remaining", *EVENTS),
        ),
    ),
    sysmon("sysmone4", "USPSystemMonitor", 10, primitive="SYSMONE4"),
    sysmon("sysmone4", "ZynqUSPSystemMonitor", 10, required=("vccpsintlp",)),
    sysmon("sysmone1", "USSystemMonitor", 10, primitive="SYSMONE1"),
    sysmon("xadc", "S7SystemMonitor", 12),
    Kind("dna", "XilinxDNA", required=("id",), names=r".*dna\w*"),
    Kind("icap", "ICAP", required=("addr", "data", "write", "done"), optional=("read",)),
    Kind("icap", "ICAPBitstream", required=("sink_data", "sink_ready")),
    Kind(
        "dma_reader",
        "WishboneDMAReader",
        required=DMA,
        optional=EVENTS,
        names=r".*(read|mem2|tx)\w*",
        widths=DMA_WIDTHS,
        driver=Driver(
            "dma_reader",
            "lx_dma_regs_t",
            "drivers/lx_dma.h",
            (*DMA, *EVENTS),
            peers={"loopback": ("{core}_loopback", "dma_writer")},
        ),
    ),
    Kind(
        "dma_writer",
        "WishboneDMAWriter",
        required=DMA,
        optional=EVENTS,
        names=r".*(write|2mem|rx)\w*",
        widths=DMA_WIDTHS,
        driver=Driver("dma_writer", "lx_dma_regs_t", "drivers/lx_dma.h", (*DMA, *EVENTS)),
    ),
    Kind("sdcard_phy", "SDPHY", required=("card_detect", "clocker_divider"), extra=r"\w+"),
    Kind(
        "sdcard_core",
        "SDCore",
        required=("cmd_argument", "cmd_command", "cmd_send", "cmd_response"),
        extra=r"\w+",
    ),
    Kind(
        "sdcard_block2mem",
        "SDBlock2MemDMA",
        required=tuple(f"dma_{name}" for name in DMA),
        names=r".*block2mem\w*",
        widths={f"dma_{name}": bits for name, bits in DMA_WIDTHS.items()},
    ),
    Kind(
        "sdcard_mem2block",
        "SDMem2BlockDMA",
        required=tuple(f"dma_{name}" for name in DMA),
        names=r".*mem2block\w*",
        widths={f"dma_{name}": bits for name, bits in DMA_WIDTHS.items()},
    ),
    Kind(
        "sdcard_irq",
        "EventManager of the SD card",
        required=("status", "pending", "enable"),
        names=r".*sdcard_irq\w*",
    ),
    Kind("event_manager", "EventManager", required=("status", "pending", "enable")),
    Kind("event_manager", "a core with nothing but its EventManager", required=EVENTS),
    Kind(
        "video_framebuffer",
        "VideoFrameBuffer",
        required=VIDEO_DMA,
        widths={f"dma_{name}": bits for name, bits in DMA_WIDTHS.items()},
        driver=Driver(
            "video",
            "lx_video_regs_t",
            "drivers/lx_video.h",
            VIDEO_DMA,
            linked={"vtg_enable": "{core}_vtg_enable"},
            constants={name: "{core}_" + name for name in ("hres", "vres", "depth")},
            frame=True,
        ),
    ),
    Kind(
        "video_timing",
        "VideoTimingGenerator",
        required=("enable", "hres", "hscan", "vres", "vscan"),
        extra=r"[hv]sync_\w+",
    ),
    Kind(
        "ethmac",
        "LiteEthMAC",
        required=("sram_writer_slot", "sram_writer_length", "sram_reader_start"),
        extra=r"\w+",
    ),
    Kind(
        "ethphy",
        "LiteEthPHY",
        required=("mdio_w", "mdio_r"),
        extra=r"\w+",
    ),
    Kind("ethphy", "LiteEthPHY without MDIO", names=r"\w*ethphy\w*", extra=r"\w+"),
    Kind(
        "spiflash",
        "LiteSPI master",
        required=("master_cs", "master_phyconfig", "master_rxtx", "master_status"),
        extra=r"\w+",
    ),
    Kind(
        "spiflash_mmap", "LiteSPI memory-mapped", required=("mmap_dummy_bits",), extra=r"mmap_\w+"
    ),
    Kind("spiflash_phy", "LiteSPIPHY", required=("clk_divisor",)),
    Kind("sdram", "LiteDRAM DFI injector", required=("dfii_control",), extra=r"\w+"),
    Kind("ddrctrl", "LiteDRAM init", required=("init_done", "init_error")),
    Kind("ddrphy", "LiteDRAM PHY", names=r"\w*(ddr|sdram)phy\w*", extra=r"\w+"),
    Kind("hyperram", "HyperRAM", required=("config", "reg_control"), extra=r"\w+"),
    Kind("freqmeter", "FreqMeter", required=("value",), names=r"\w*freq\w*"),
    Kind(
        "ws2812",
        "WS2812",
        memory=r".*(ws2812|neopixel)\w*",
        driver=Driver("ws2812", "lx_ws2812_regs_t", "drivers/lx_ws2812.h", base=True, size=True),
    ),
)

# What an event manager is handed over as.
EVENT_MANAGER = Kind("events", "EventManager", driver=EVENT_DRIVER)

KIND_NAMES = sorted({kind.name for kind in KINDS})


def find_kind(core, registers, verilog=""):
    """The kind of a core.

    Args:
        core (str): its name in csr.json.
        registers (set): the names of its registers, without the core's name.
        verilog (str): the gateware, where it is known.

    Returns:
        Kind: or None where no kind matches.
    """
    for kind in KINDS:
        if (registers or not kind.required and kind.names) and kind.matches(
            core, registers, verilog
        ):
            return kind
    return None


def find_memory_kind(name):
    """The kind of a core that only has a memory region.

    Args:
        name (str): the region's name.

    Returns:
        Kind: or None.
    """
    for kind in KINDS:
        if kind.memory is not None and re.fullmatch(kind.memory, name):
            return kind
    return None
