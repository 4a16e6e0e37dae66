# SPDX-License-Identifier: MIT
"""Storage for a reference SoC: SD cards on LiteSDCard and on an SPI master, a NOR on LiteSPI."""

from typing import Any

from litespi.modules import W25Q128JV
from litespi.opcodes import SpiNorFlashOpCodes

from gateware.standins import sdcard_pads

SPIFLASH_BASE = 0x20000000  # below 0x80000000, so that the CPU caches it
SPIFLASH_HZ = 25_000_000
FIRMWARE_OFFSET = 0x400000  # in the flash: behind the bitstream of any ECP5


def add_sdcard(soc: Any) -> None:
    """Add LiteSDCard with four data lines and DMA in both directions."""
    platform = soc.platform
    pads = sdcard_pads(platform.request("sdcard"))
    request = platform.request
    # add_sdcard() asks the platform for the pads by name.
    platform.request = lambda name, *args, **kwargs: pads
    try:
        soc.add_sdcard("sdcard")
    finally:
        platform.request = request


def add_spisdcard(soc: Any) -> None:
    """Add an SPI master for a card in SPI mode."""
    soc.add_spi_sdcard("spisdcard")


def add_spiflash(soc: Any) -> None:
    """Add LiteSPI with a NOR of 16 MiB, one data line in each direction."""
    soc.mem_map = {**soc.mem_map, "spiflash": SPIFLASH_BASE}
    soc.add_spi_flash(
        "spiflash",
        mode="1x",
        clk_freq=SPIFLASH_HZ,
        module=W25Q128JV(SpiNorFlashOpCodes.READ_1_1_1),
        with_master=True,
    )
    soc.add_constant("FLASH_BOOT_ADDRESS", SPIFLASH_BASE + FIRMWARE_OFFSET)
