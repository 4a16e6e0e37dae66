# SPDX-License-Identifier: MIT
"""Memory images for the simulation: from flat or ELF files to what $readmemh reads."""

import struct
from pathlib import Path
from typing import Any

ELF_MAGIC = b"\x7fELF"
ELF32_LITTLE = b"\x01\x01"
EM_RISCV = 243
PT_LOAD = 1


class InputError(Exception):
    """A file of the user cannot be used; the text says which, why and what to do."""


def flat_from_elf(data: bytes, path: str, base: int):
    """Return the flat image of an ELF file's loadable segments, from base on."""
    if data[4:6] != ELF32_LITTLE or len(data) < 52:
        raise InputError(f"{path}: not a 32-bit little-endian ELF file")
    machine = struct.unpack_from("<H", data, 18)[0]
    if machine != EM_RISCV:
        raise InputError(f"{path}: an ELF file for machine {machine}, not for RISC-V (243)")
    table, entry_size, entries = struct.unpack_from("<28xI10xHH", data)
    image = bytearray()
    for index in range(entries):
        try:
            header = struct.unpack_from("<8I", data, table + index * entry_size)
        except struct.error:
            raise InputError(f"{path}: the ELF file is cut short") from None
        kind, offset, _, address, size = header[:5]
        if kind != PT_LOAD or size == 0:
            continue
        if address < base:
            raise InputError(f"{path}: linked at 0x{address:08x}, not at 0x{base:08x} or above")
        if len(data) < offset + size:
            raise InputError(f"{path}: the ELF file is cut short")
        start = address - base
        image.extend(bytes(max(0, start + size - len(image))))
        image[start : start + size] = data[offset : offset + size]
    return bytes(image)


def load(path: Path | str, memory: dict[str, Any], name: str):
    """Return the content of a memory from a flat or ELF file."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    if data[:4] == ELF_MAGIC:
        data = flat_from_elf(data, str(path), memory["base"])
    if not data:
        raise InputError(f"{path}: empty")
    if len(data) > memory["size"]:
        raise InputError(f"{path}: {len(data)} bytes do not fit {name}'s {memory['size']}")
    return data


def write(path: Path, data: bytes, word_bytes: int) -> None:
    """Write an image as hexadecimal words.

    path: the file to write; a link there is replaced.
    word_bytes: width of the memory, 1, 2, 4 or 8 bytes.
    """
    data += bytes(-len(data) % word_bytes)
    code = {1: "B", 2: "H", 4: "I", 8: "Q"}[word_bytes]
    words = struct.unpack(f"<{len(data) // word_bytes}{code}", data)
    path.unlink(missing_ok=True)
    path.write_text("".join(f"{word:x}\n" for word in words))


def add_load(folder: Path, layout: dict[str, Any], memory: dict[str, Any], argument: str) -> None:
    """Put a file at an address of main RAM, beside what is there already."""
    address, _, path = argument.partition("=")
    if len(layout["images"]) != 1 or layout["word_bytes"] != 4:
        raise InputError(f"--load {argument}: only into a main RAM that is one memory of 32 bits")
    try:
        offset = int(address, 0) - memory["base"]
    except ValueError:
        raise InputError(f"--load {argument}: give ADDR=FILE, as 0x40800000=file") from None
    if offset < 0 or offset % 4:
        raise InputError(f"--load {argument}: no multiple of 4 in main_ram")
    data = load(path, {**memory, "size": memory["size"] - offset}, "the rest of main_ram")
    part = folder / "load.part"
    write(part, data, 4)
    with (folder / layout["images"][0]).open("a") as image:
        image.write(f"@{offset // 4:x}\n{part.read_text()}")
    part.unlink()


def write_main_ram(folder: Path, layout: dict[str, Any], data: bytes) -> None:
    """Write main RAM's images; its memories may take turns, as the banks of an SDRAM do."""
    names = layout["images"]
    step = layout["interleave"]
    for index, name in enumerate(names):
        starts = range(index * step, len(data), step * len(names))
        part = b"".join(data[start : start + step] for start in starts)
        write(folder / name, part or bytes(layout["word_bytes"]), layout["word_bytes"])
