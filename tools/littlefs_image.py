# SPDX-License-Identifier: MIT
"""The content of the flash of the SoC `storage`, made and read by littlefs-python."""

from pathlib import Path

from littlefs import LittleFS

SIZE = 1 << 24
FILES = 0x80_0000  # where the file system is
BLOCK = 4096


def file_system(data: bytes | None = None) -> LittleFS:
    """An empty file system, or the one in a flash."""
    fs = LittleFS(
        block_size=BLOCK,
        block_count=(SIZE - FILES) // BLOCK,
        prog_size=64,
        read_size=64,
        mount=data is None,
    )
    if data is not None:
        fs.context.buffer[:] = data[FILES:]
        fs.mount()
    return fs


def flash_with(fs: LittleFS) -> bytearray:
    """The flash that has this file system, and is blank below it."""
    return bytearray(b"\xff" * FILES) + fs.context.buffer


def write_flash(path: Path) -> None:
    """Write a flash with an empty file system, which a board need not format."""
    path.write_bytes(flash_with(file_system()))
