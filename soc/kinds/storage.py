# SPDX-License-Identifier: MIT
"""LiteSDCard and LiteSPI, which LiteX 2024.12 builds as several cores and later LiteX as one.

The names of the registers in a group are those of the one core: ``sdcard_core_cmd_send`` is ``core_cmd_send`` of
``sdcard`` in either, ``spiflash_core_master_cs`` is ``master_cs`` of ``spiflash``.
"""

from __future__ import annotations

from soc.kinds.kind import Driver, Kind
from soc.kinds.members import Computed, Number, RegionBase, RegionSize, regs
from soc.kinds.video import DMA, DMA_WIDTHS
from soc.model import Instance, Soc

EVENTS = ("ev_status", "ev_pending", "ev_enable")
SDCARD_EVENTS = ("card_detect", "block2mem_dma", "mem2block_dma", "data_done", "cmd_done")
SDCARD_PHY = (
    "phy_card_detect",
    "phy_clocker_divider",
    "phy_init_initialize",
    "phy_cmdr_timeout",
    "phy_dataw_status",
    "phy_datar_timeout",
    "phy_settings",
)
SDCARD_CORE = (
    "core_cmd_argument",
    "core_cmd_command",
    "core_cmd_send",
    "core_cmd_response",
    "core_cmd_event",
    "core_data_event",
    "core_block_length",
    "core_block_count",
)
SDCARD_DMA = tuple(f"{side}_dma_{name}" for side in ("block2mem", "mem2block") for name in DMA)


def event_mask(soc: Soc, instance: Instance, event: str) -> str | None:
    """The bit of an event in the event registers, which csr.h tells; None where the core lacks the event.

    Without csr.h: bits in the order of SDCARD_EVENTS. A core reads, writes, or both; data_done came with phy_settings.
    """
    pending = instance.registers.get("ev_pending")
    if pending is None:
        return None
    stem = pending.name.lower() + "_"
    offset = soc.fields.get(stem + event)
    if offset is None and not any(name.startswith(stem) for name in soc.fields):
        needs = {
            "block2mem_dma": "block2mem_dma_base",
            "mem2block_dma": "mem2block_dma_base",
            "data_done": "phy_settings",
        }
        there = [
            name for name in SDCARD_EVENTS if needs.get(name, "ev_pending") in instance.registers
        ]
        offset = there.index(event) if event in there else None
    return None if offset is None else f"0x{1 << offset:02x}"


def event_member(event: str) -> Computed:
    return Computed(f"{event}_event", lambda soc, instance: event_mask(soc, instance, event))


SDCARD = Kind(
    "sdcard",
    required=("core_cmd_argument", "core_cmd_command", "core_cmd_send", "core_cmd_response"),
    extra=r"(phy|core|block2mem|mem2block|ev)_\w+",
    widths={
        **{
            f"{side}_dma_{name}": bits
            for side in ("block2mem", "mem2block")
            for name, bits in DMA_WIDTHS.items()
        },
        "phy_card_detect": 1,
        "phy_clocker_divider": 9,
        "core_cmd_argument": 32,
        "core_cmd_response": 128,
        "core_block_length": 10,
        "core_block_count": 32,
    },
    parts={
        "": "",
        "_core": "core_",
        "_phy": "phy_",
        "_block2mem": "block2mem_",
        "_mem2block": "mem2block_",
        "_irq": "ev_",
    },
    driver=Driver(
        "sdcard",
        "lx_sdcard_regs_t",
        "drivers/lx_sdcard.h",
        (
            *regs(*SDCARD_PHY, *SDCARD_CORE, *SDCARD_DMA, *EVENTS),
            *(event_member(event) for event in SDCARD_EVENTS),
        ),
    ),
)

# The registers of the bus master lie in ``core`` in 2024.12; a PHY with a fixed clock has no divisor.
LITESPI_PARTS = {"": "", "_core": "", "_phy": "phy_"}
LITESPI_DRIVER = Driver(
    "litespi",
    "lx_litespi_regs_t",
    "drivers/lx_litespi.h",
    (
        *regs(
            "mmap_dummy_bits", "mmap_clk_divisor", "master_cs", "master_phyconfig", "master_rxtx"
        ),
        *regs("master_status", "master_clk_divisor", *(f"master_{name}" for name in EVENTS)),
        *regs("phy_clk_divisor", "phy_mode"),
        RegionBase("base"),
        RegionSize("size"),
        Number("phy_hz", "{name}_phy_frequency"),
        Number("module_size", "{name}_module_total_size"),
        Number("module_page_size", "{name}_module_page_size"),
        Number("boot_address", "flash_boot_address"),
        Number("stated_regions", "{name}_stated_regions"),
        *(
            Number(f"{region}_{what}", f"{{name}}_{region}_region_{what}")
            for region in ("bitstream", "bios", "firmware", "files")
            for what in ("start", "bytes")
        ),
    ),
)
LITESPI_MASTER = ("master_cs", "master_phyconfig", "master_rxtx", "master_status")
LITESPI_EXTRA = r"(mmap|master|phy)_\w+"

KINDS = (
    SDCARD,
    # A RAM on a LiteSPI is memory to the firmware, like any other region.
    Kind("spiram", extra=LITESPI_EXTRA, names=r"\w*(spiram|psram)\w*", parts=LITESPI_PARTS),
    Kind(
        "spiflash",
        required=LITESPI_MASTER,
        extra=LITESPI_EXTRA,
        parts=LITESPI_PARTS,
        driver=LITESPI_DRIVER,
    ),
    Kind(  # memory-mapped only
        "spiflash",
        required=("mmap_dummy_bits",),
        extra=LITESPI_EXTRA,
        parts=LITESPI_PARTS,
        driver=LITESPI_DRIVER,
    ),
    Kind("spiflash_phy", required=("clk_divisor",)),
)
