# SPDX-License-Identifier: MIT
"""Named fields of everything that is reported: to users, and by _ecp5.Session to this package."""

from collections import namedtuple

# Reports to users.

# `warnings` are sentences about what is unusual but no error.

Loaded = namedtuple(
    "Loaded", ("bytes", "seconds", "total_seconds", "idcode", "usercode", "warnings")
)

Written = namedtuple(
    "Written",
    (
        "bytes",
        "skipped",
        "erased",
        "written",
        "verified",
        "crc32",
        "seconds",
        "compared",
        "retries",
        "sectors",
        "sectors_erased",
        "sectors_written",
        "total_seconds",
        "warnings",
    ),
)

Compared = namedtuple(
    "Compared", ("bytes", "sectors", "sectors_different", "crc32", "seconds", "warnings")
)

Checked = namedtuple(
    "Checked",
    (
        "bytes",
        "device",
        "idcode",
        "usercode",
        "frames",
        "crcs",
        "compressed",
        "spi_mode",
        "kind",
        "mclk_hz",
        "warnings",
    ),
)

Chip = namedtuple(
    "Chip",
    (
        "id",
        "name",
        "bytes",
        "sector_bytes",
        "page_bytes",
        "address_bytes",
        "sfdp",
        "status",
        "protected",
        "locked",
        "quad",
        "power_up_locks",  # power-up locks all blocks: p.flash.unprotect() lifts that until the next
    ),
)

# What the methods of _ecp5.Session return, in the order of session.c.

Stream = namedtuple(
    "Stream",
    (
        "bytes_in",
        "bytes_out",
        "loading",
        "is_bitstream",
        "idcode",
        "usercode",
        "frames",
        "crcs",
        "compressed",
        "spi_mode",
        "encrypted",
        "known",
        "kind",  # _ecp5.COMPLETE, PARTIAL, JUMP, ENCRYPTED; 0: none, or not known yet
        "header_bytes",  # before the preamble
        "mclk_hz",  # the clock that the bitstream boots by, 0: unknown
        "trailing",  # bytes after the end of packed data
    ),
)

Boot = namedtuple(
    "Boot",
    (
        "problems",  # _ecp5.BOOT_NO_BITSTREAM, ...
        "kind",
        "idcode",
        "mclk_hz",
        "spi_mode",  # 0: opcode 03, 0x49 fast, 0x51 dual, 0x59 quad
        "slow_read_hz",  # limit of opcode 03 by the chip's data sheet, 0: unknown
        "quad",
    ),
)

Mismatch = namedtuple("Mismatch", ("address", "wanted", "found", "worn"))

FlashChip = namedtuple(
    "FlashChip",
    (
        "id",
        "name",
        "bytes",
        "sector_bytes",  # the smallest erase
        "address_bytes",
        "sfdp",
        "page_bytes",
        "largest_sector",  # the memory that a write needs
        "reach_known",
    ),
)

FlashStatus = namedtuple(
    "FlashStatus",
    ("registers", "known", "start", "bytes", "individual", "locked", "quad", "at_power_up"),
)
