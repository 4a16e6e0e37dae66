# SPDX-License-Identifier: MIT
"""Memory regions: which a firmware cannot do with, and what of main RAM is free."""

from __future__ import annotations

from itertools import combinations

from soc.model import InputError, Memory, Soc

# Regions that the firmware itself uses: no two of them may share an address.
OWN = ("rom", "sram", "main_ram", "csr")


def check_regions(soc: Soc, path: str) -> None:
    """Refuse regions that cannot be: misaligned ones, and those that overlap what the firmware uses."""
    for memory in soc.memories:
        if memory.base % 4:
            raise InputError(
                f"{path}: memories.{memory.name} begins at 0x{memory.base:08x}, which is not a multiple of 4; "
                "correct the region's origin in the SoC and generate it again"
            )
    for one, other in combinations([memory for memory in soc.memories if memory.size], 2):
        if one.base < other.end and other.base < one.end and not may_overlap(one, other):
            raise InputError(
                f"{path}: memories.{one.name} ({span(one)}) and memories.{other.name} ({span(other)}) overlap; "
                "move one of them in the SoC's mem_map and generate it again"
            )


def span(memory: Memory) -> str:
    return f"0x{memory.base:08x} to 0x{memory.end - 1:08x}"


def may_overlap(one: Memory, other: Memory) -> bool:
    """LiteX shows some regions as views of others: rom in spiflash, ethmac_rx in ethmac.

    A frame buffer lies in main_ram, and may reach beyond a smaller one.
    """
    own = [memory.name for memory in (one, other) if memory.name in OWN]
    if own in ([], ["main_ram"]):
        return True
    low, high = sorted((one, other), key=lambda memory: (memory.base, -memory.end))
    return len(own) == 1 and high.end <= low.end


def check_sram(soc: Soc, path: str) -> None:
    sram = soc.memory("sram")
    if sram is None or sram.size == 0:
        raise InputError(
            f"{path}: this SoC has no sram, where the firmware keeps its stack and its data; "
            "do not pass --integrated-sram-size=0"
        )


def main_ram_free(soc: Soc) -> int:
    """The bytes of main_ram below the first other region that lies in it, 0 without main_ram."""
    ram = soc.memory("main_ram")
    if ram is None:
        return 0
    others = [memory.base for memory in soc.memories if memory.name != "main_ram"]
    for instances in soc.instances.values():
        for instance in instances:
            begins = instance.group.kind.in_main_ram(soc, instance)
            if begins is not None:
                others.append(begins)
    return min((at for at in others if ram.base <= at < ram.end), default=ram.end) - ram.base
