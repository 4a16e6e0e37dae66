# SPDX-License-Identifier: MIT
"""The table of kinds. The first kind that matches a core takes it.

So a kind that owns several cores comes before the kinds of those cores, and a kind with a name before those without for
the same signature. A core that needs more than a row describes itself in a file of its own and is listed in KINDS.
"""

from __future__ import annotations

from dataclasses import replace

from soc.kinds import analog, network, storage, video
from soc.kinds.kind import Channels, Driver, Kind
from soc.kinds.members import Base, LowReg, Number, Peer, Pins, Reg, RegionBase, RegionSize, regs
from soc.kinds.video import DMA, DMA_WIDTHS
from soc.model import Instance, Soc

EVENTS = ("ev_status", "ev_pending", "ev_enable")
GPIO_IRQ = ("mode", "edge", *EVENTS)
SPI = ("control", "status", "mosi", "miso")
SPI_OPTIONAL = ("cs", "loopback", "clk_divider")
LED_NAMES = r"(\w+_)?(rgb_?)?(user_?)?(leds?(\d*|_\w+)|ledchaser\d*)"
CTRL = ("reset", "scratch", "bus_errors")
JTAG_MASTER = (
    *("divider", "length", "tms", "tdi", "tdi_base", "tdo_base", "command", "status", "tdo"),
    *EVENTS,
)
TIMER = ("load", "reload", "en", "update_value", "value", *EVENTS)
TIMER_OPTIONAL = ("uptime_latch", "uptime_cycles")
UART = ("rxtx", "txfull", "rxempty", *EVENTS)
UART_OPTIONAL = ("txempty", "rxfull")
WATCHDOG = ("control", "cycles", "remaining")
SPI_MMAP = (
    *("ctrl_slot_count", "ctrl_tx_control", "ctrl_tx_status", "ctrl_rx_control"),
    *("ctrl_rx_status", "ctrl_engine", "ctrl_slot_control0"),
)
LITEI2C = (
    *("master_active", "master_settings", "master_addr", "master_rxtx", "master_status"),
    "phy_speed_mode",
)


def has_events(soc: Soc, instance: Instance) -> bool:
    return instance.irq >= 0 and "ev_enable" in instance.registers


def gpio_driver(array: str) -> Driver:
    return Driver(
        array,
        "lx_gpio_regs_t",
        "drivers/lx_gpio.h",
        (
            Pins("pins", ("in", "out")),
            *(LowReg(name) for name in ("oe", "in", "out", *GPIO_IRQ)),
        ),
        flags={"SOC_HAS_GPIO_EVENT": has_events} if array == "gpio" else {},
    )


def spi_driver(array: str) -> Driver:
    return Driver(array, "lx_spi_regs_t", "drivers/lx_spi.h", regs(*SPI, *SPI_OPTIONAL))


def is_joined(soc: Soc, instance: Instance) -> bool:
    return LOOPBACK.value(soc, instance) is not None


GPIO_DRIVER = gpio_driver("gpio")
PWM_DRIVER = Driver(
    "pwm",
    "lx_pwm_regs_t",
    "drivers/lx_pwm.h",
    regs("enable", "width", "period", "run", "run_width"),
)
LOOPBACK = Peer("loopback", "{name}_loopback", "dma_writer")
DMA_READER_DRIVER = Driver(
    "dma_reader",
    "lx_dma_regs_t",
    "drivers/lx_dma.h",
    (*regs(*DMA, *EVENTS), LOOPBACK),
    flags={"SOC_HAS_DMA_LOOPBACK": is_joined},
)

KINDS: tuple[Kind, ...] = (
    Kind(
        "ctrl",
        optional=CTRL,
        names=r"ctrl",
        widths={"reset": 2, "scratch": 32, "bus_errors": 32},
        driver=Driver("ctrl", "lx_ctrl_regs_t", "drivers/lx_ctrl.h", regs(*CTRL)),
    ),
    Kind(
        "identifier",
        names=r"(.*_)?identifier_mem",
        driver=Driver(
            "identifier", "lx_identifier_regs_t", "drivers/lx_identifier.h", (Base("base"),)
        ),
    ),
    Kind(
        "jtag_master",
        required=JTAG_MASTER,
        widths={"divider": 16, "command": 5, "status": 2, "ev_status": 1},
        driver=Driver("jtag_master", "lx_jtag_regs_t", "drivers/lx_jtag.h", regs(*JTAG_MASTER)),
    ),
    Kind(
        "trng",
        required=("data", "status", "control"),
        names=r"trng\w*",
        classes=("Trng",),
        widths={"data": 32, "status": 3, "control": 2},
        driver=Driver(
            "trng", "lx_trng_regs_t", "drivers/lx_trng.h", regs("data", "status", "control")
        ),
    ),
    Kind("soc_map", required=("hash",), names=r"soc_map", widths={"hash": 32}),
    Kind(
        "timer",
        required=TIMER,
        optional=TIMER_OPTIONAL,
        widths={
            **dict.fromkeys(("load", "reload", "value"), 32),
            **dict.fromkeys(("en", "update_value", *EVENTS, "uptime_latch"), 1),
            "uptime_cycles": 64,
        },
        driver=Driver(
            "timer", "lx_timer_regs_t", "drivers/lx_timer.h", regs(*TIMER, *TIMER_OPTIONAL)
        ),
    ),
    Kind(
        "uart",
        required=UART,
        optional=UART_OPTIONAL,
        extra=r"(xover|phy)_\w+",
        widths={
            "rxtx": 8,
            **dict.fromkeys(("txfull", "rxempty", "txempty", "rxfull"), 1),
            **dict.fromkeys(EVENTS, 2),
            "phy_tuning_word": 32,
        },
        # The PHY is a core of its own in LiteX 2024.12 and the UART's in later ones.
        parts={"": "", "_phy": "phy_"},
        driver=Driver(
            "uart",
            "lx_uart_regs_t",
            "drivers/lx_uart.h",
            (
                *regs(*UART, *UART_OPTIONAL, "phy_tuning_word"),
                Number("baudrate", "{name}_baudrate"),
            ),
        ),
    ),
    Kind("uart_phy", required=("tuning_word",), widths={"tuning_word": 32}),
    Kind(
        "leds",
        required=("out",),
        optional=("pwm_enable", "pwm_width", "pwm_period"),
        names=LED_NAMES,
        classes=("LedChaser",),
        widths={"pwm_enable": 1, "pwm_width": 32, "pwm_period": 32},
        driver=gpio_driver("leds"),
    ),
    Kind("gpio_out", required=("out",), driver=GPIO_DRIVER),
    Kind("gpio_in", required=("in",), optional=GPIO_IRQ, driver=GPIO_DRIVER),
    Kind("gpio_inout", required=("in", "out"), driver=GPIO_DRIVER),
    Kind("gpio_tristate", required=("oe", "in", "out"), optional=GPIO_IRQ, driver=GPIO_DRIVER),
    Kind(
        "spi_sdcard",
        required=SPI,
        optional=SPI_OPTIONAL,
        names=r".*spi_?sdcard\w*|sdspi\w*",
        widths={"status": 2, "clk_divider": 16},
        driver=spi_driver("spi_sdcard"),
    ),
    Kind(
        "spi",
        required=SPI,
        optional=SPI_OPTIONAL,
        widths={"status": 2, "loopback": 1, "clk_divider": 16},
        driver=spi_driver("spi"),
    ),
    Kind(
        "spi_mmap",
        required=("ctrl_slot_count", "ctrl_tx_control", "ctrl_rx_control", *EVENTS),
        extra=r"ctrl_\w+",
        driver=Driver(
            "spi_mmap",
            "lx_spi_mmap_regs_t",
            "drivers/lx_spi_mmap.h",
            (
                *regs(*SPI_MMAP, *EVENTS),
                RegionBase("tx_base", "{name}_tx"),
                RegionBase("rx_base", "{name}_rx"),
            ),
        ),
    ),
    Kind(  # bit-bang
        "i2c",
        required=("w", "r"),
        widths={"w": 3},
        driver=Driver("i2c", "lx_i2c_regs_t", "drivers/lx_i2c.h", regs("w", "r")),
    ),
    Kind(
        "litei2c",
        required=("master_active", "master_addr", "master_rxtx", "master_status"),
        extra=r"(phy|master|ev)_\w+",
        driver=Driver("litei2c", "lx_litei2c_regs_t", "drivers/lx_litei2c.h", regs(*LITEI2C)),
    ),
    Kind("i2c_wishbone", required=EVENTS, names=r"i2c\w*"),
    Kind(
        "pwm",
        required=("enable", "width", "period"),
        widths={"enable": 1, "width": 32, "period": 32},
        driver=PWM_DRIVER,
    ),
    Kind(
        "pwm_multi",
        required=("channel0_enable", "channel0_width", "channel0_period"),
        extra=r"channel\d+_(enable|width)",
        widths={"channel0_enable": 1, "channel0_width": 32, "channel0_period": 32},
        driver=replace(
            PWM_DRIVER,
            members=(
                Reg("enable", "channel{channel}_enable"),
                Reg("width", "channel{channel}_width"),
                Reg("period", "channel0_period"),
                Reg("run", "channel0_enable"),
                Reg("run_width", "channel0_width"),
            ),
            channels=Channels(r"channel(\d+)_width", "{name}[{channel}]"),
        ),
    ),
    Kind(
        "watchdog",
        required=WATCHDOG,
        optional=EVENTS,
        widths={"control": 25, **dict.fromkeys(EVENTS, 1)},
        driver=Driver(
            "watchdog", "lx_watchdog_regs_t", "drivers/lx_watchdog.h", regs(*WATCHDOG, *EVENTS)
        ),
    ),
    *analog.KINDS,
    Kind("dna", required=("id",), names=r".*dna\w*", classes=("XilinxDNA",)),
    Kind("icap", required=("addr", "data", "write", "done"), optional=("read",)),
    Kind("icap", required=("sink_data", "sink_ready")),
    Kind(
        "dma_reader",
        required=DMA,
        optional=EVENTS,
        names=r".*(read|mem2|tx)\w*",
        classes=("WishboneDMAReader",),
        widths=DMA_WIDTHS,
        driver=DMA_READER_DRIVER,
    ),
    Kind(
        "dma_writer",
        required=DMA,
        optional=EVENTS,
        names=r".*(write|2mem|rx)\w*",
        classes=("WishboneDMAWriter",),
        widths=DMA_WIDTHS,
        driver=Driver("dma_writer", "lx_dma_regs_t", "drivers/lx_dma.h", regs(*DMA, *EVENTS)),
    ),
    *storage.KINDS,
    Kind("event_manager", required=("status", "pending", "enable")),
    Kind("event_manager", required=EVENTS),  # a core with nothing but its EventManager
    *video.KINDS,
    *network.KINDS,
    Kind("sdram", required=("dfii_control",), extra=r"\w+"),  # LiteDRAM's DFI injector
    Kind("ddrctrl", required=("init_done", "init_error")),
    Kind("ddrphy", names=r"\w*(ddr|sdram)phy\w*", extra=r"\w+"),
    Kind("hyperram", required=("config", "reg_control"), extra=r"\w+"),
    Kind("freqmeter", required=("value",), names=r"\w*freq\w*", classes=("FreqMeter",)),
    Kind(
        "ws2812",
        memory=r".*(ws2812|neopixel)\w*",
        driver=Driver(
            "ws2812",
            "lx_ws2812_regs_t",
            "drivers/lx_ws2812.h",
            (Base("base"), RegionSize("size")),
        ),
    ),
)

# Each core with the registers of an event manager has an instance, whatever its kind.
EVENT_KIND = Kind(
    "events",
    driver=Driver(
        "event",
        "lx_event_regs_t",
        "drivers/lx_event.h",
        tuple(LowReg(name) for name in ("status", "pending", "enable")),
    ),
)

KIND_NAMES = sorted({kind.name for kind in KINDS})
# LiteX's classes that decide: a core of one of them is of no other kind.
DECIDED = frozenset(name for kind in KINDS for name in kind.classes)


def drivers() -> dict[str, Driver]:
    """All arrays that drivers get: name to driver, in the order of the kinds."""
    return {kind.driver.array: kind.driver for kind in (*KINDS, EVENT_KIND) if kind.driver}
