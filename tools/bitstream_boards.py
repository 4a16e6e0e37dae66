# SPDX-License-Identifier: MIT
"""What `make bitstream` knows of a board beyond litex-boards: which wires are free, and how it is loaded.

Any target of litex-boards builds without a row here; a row adds pins for CORES and the command that loads the
board. Pins are those of the makers' constraint files; a name such as `pmode` is a connector of the platform in
litex-boards.
"""

import dataclasses
import difflib
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Board:
    """A board. Every field but the target has a default that suits any board."""

    target: str  # the module in litex_boards.targets
    arguments: Sequence[str] = ()  # that come before the user's
    load: str = ""  # openFPGALoader's options that choose board or cable
    places: Mapping[str, str] = dataclasses.field(default_factory=dict)  # name -> pins, in order
    free: Sequence[str] = ()  # places and connectors that CORES may take by themselves, in order
    io_standard: str = "LVCMOS33"
    note: str = ""  # what the owner of the board should know


BOARDS = {
    "radiona_ulx3s": Board(
        "radiona_ulx3s",
        load="-b ulx3s",
        places={
            # Header J1: gp0 gn0 gp1 gn1 ... gp10 gn10.
            "j1": "B11 C11 A10 A11 A9 B10 B9 C10 A7 A8 C8 B8 C6 C7 A6 B6 A4 A5 A2 B1 C4 B4",
            # Header J2: gp14 gn14 ... gp20 gn20, then gp21 gn21 ... gp27 gn27.
            "j2": "U18 U17 N17 P16 N16 M17 L16 L17 H18 H17 F17 G18 D18 E17"
            " C18 D17 B15 C15 B17 C17 C16 D16 D14 E14 B13 C13 D13 E13",
            # The JTAG pins of the ESP32 (GPIO 13, 14, 12, 15), which are the SD card's wires.
            "esp32": "K2 H2 K1 J1",
        },
        free=("j1", "j2"),
    ),
    "colorlight_5a_75b": Board(
        "colorlight_5a_75x",
        arguments=("--board", "5a-75b"),
        load="-c CABLE",
        free=("j1", "j2", "j3", "j4", "j5", "j6", "j7", "j8"),
        note="its connectors are outputs at 5 V behind 74HC245 buffers: an input works only where its buffer"
        " was replaced",
    ),
    "colorlight_5a_75e": Board(
        "colorlight_5a_75x",
        arguments=("--board", "5a-75e"),
        load="-c CABLE",
        note="its connectors are outputs at 5 V behind 74HC245 buffers: an input works only where its buffer"
        " was replaced",
    ),
    "colorlight_i5": Board("colorlight_i5", load="-b colorlight-i5", free=("pmode", "pmodf")),
    "gsd_butterstick": Board(
        "gsd_butterstick",
        load="-c CABLE",
        # Port A, single-ended pins S0 to S15.
        places={"syzygy0": "G2 J3 F1 K3 J4 K2 J5 J1 N2 L3 M1 L2 N3 N4 M3 P5"},
        free=("syzygy0",),
        io_standard="LVCMOS18",
        note="the console is LiteX's crossover UART, read over a bridge to the bus",
    ),
    "gsd_orangecrab": Board(
        "gsd_orangecrab",
        load="-b orangeCrab",
    ),
    "lambdaconcept_ecpix5": Board(
        "lambdaconcept_ecpix5",
        load="-b ecpix5",
        free=("pmod0", "pmod1", "pmod2", "pmod3"),
    ),
    "muselab_icesugar": Board("muselab_icesugar", load="-b ice40_generic"),
    "sipeed_tang_nano_20k": Board("sipeed_tang_nano_20k", load="-b tangnano20k"),
    "sipeed_tang_primer_20k": Board("sipeed_tang_primer_20k", load="-b tangprimer20k"),
}

# Signals of a core in the order in which it takes the pins of a place; GPIO takes up to its row's number of pins.
SIGNALS = {
    "jtag_master": ("tck", "tms", "tdi", "tdo"),
    "spi": ("clk", "mosi", "miso", "cs_n"),
}
GPIO_PINS = 8

# Cores that a target adds by an option of its own: core -> options, the first that the target knows is taken.
TARGET_OPTIONS = {
    "ethernet": ("--with-ethernet",),
    "sdcard": ("--with-sdcard", "--with-spi-sdcard"),
}
CORES = (*SIGNALS, "gpio", *TARGET_OPTIONS, "trng")

# Bytes from the start of the SPI flash that the largest, uncompressed bitstream of a device leaves to it: there
# the firmware begins. FPGA: (beginning of its name in LiteX, bytes).
FIRMWARE_OFFSETS = (
    ("lfe5u-12f", 0x100000),
    ("lfe5u-25f", 0x100000),
    ("lfe5um-25f", 0x100000),
    ("lfe5um5g-25f", 0x100000),
    ("lfe5u", 0x200000),
    ("ice40", 0x40000),
    ("gw", 0x200000),
)


def firmware_offset(device: str) -> int | None:
    """Where in the flash the firmware of a board with this FPGA lies; None where that is not known."""
    for start, offset in FIRMWARE_OFFSETS:
        if device.lower().startswith(start):
            return offset
    return None


def find(name: str, targets: Sequence[str]) -> Board:
    """The board of that name: a row of BOARDS, else a target of litex-boards.

    Raises LookupError with the closest names.
    """
    if name in BOARDS:
        return BOARDS[name]
    if name in targets:
        return Board(name)
    known = sorted({*BOARDS, *targets})
    if not name:
        raise LookupError("no board: BOARD=radiona_ulx3s, or another target of litex-boards")
    within = [other for other in known if name.lower().replace("-", "_") in other]
    near = within or difflib.get_close_matches(name.lower(), known, 3, 0.5)
    near = near or [other for other in known if any(part in other for part in name.split("_"))]
    text = f"; is it {' or '.join(near[:3])}?" if near else "; `make boards` knows the names"
    raise LookupError(f"litex-boards has no {name}{text}")
