# SPDX-License-Identifier: MIT
"""VideoFrameBuffer and its timing generator (litex/soc/cores/video.py)."""

from __future__ import annotations

from dataclasses import dataclass

from soc.kinds.kind import Driver, Kind
from soc.kinds.members import Computed, Number, Reg, regs
from soc.model import Instance, Soc

FRAME_ALIGNMENT = 4096
DMA = ("base", "length", "enable", "done", "loop", "offset")
DMA_WIDTHS = {"base": 64, "length": 32, "enable": 1, "done": 1, "loop": 1, "offset": 32}
VIDEO_DMA = tuple(f"dma_{name}" for name in DMA)


def frame_memory(soc: Soc, name: str) -> tuple[int, int]:
    """Where the picture of a frame buffer lies: (address, bytes), (0, 0) where it has no place.

    It lies where LiteX says, if that is in main RAM. LiteX's default address is 12 MiB above the base of main RAM,
    also on boards that have less: there it moves to the end of main RAM. The driver tells the core.
    """
    name = name.lower()
    numbers = [soc.number(f"{name}_{what}") for what in ("base", "hres", "vres", "depth")]
    if not all(number > 0 for number in numbers):
        return 0, 0
    base, hres, vres, depth = numbers
    size = (hres * vres * depth + 7) // 8
    region = soc.memory(name)
    room = max(region.size if region else 0, size)
    ram = soc.memory("main_ram")
    if ram is None:
        return base, room
    if ram.base <= base and base + size <= ram.end:
        return base, min(room, ram.end - base)
    aligned = (size + FRAME_ALIGNMENT - 1) // FRAME_ALIGNMENT * FRAME_ALIGNMENT
    return (ram.end - aligned, aligned) if 2 * aligned <= ram.size else (0, 0)


def is_bgr(soc: Soc, instance: Instance) -> str | None:
    """The core exchanges red and blue of pixels that are wider than the DRAM's words."""
    depth = soc.number(f"{instance.name.lower()}_depth")
    return "true" if depth == 32 and 0 < soc.dram_port_bits < 32 else None


@dataclass(frozen=True, eq=False)
class FrameBuffer(Kind):
    def in_main_ram(self, soc: Soc, instance: Instance) -> int | None:
        return frame_memory(soc, instance.name)[0]


KINDS = (
    FrameBuffer(
        "video_framebuffer",
        required=VIDEO_DMA,
        extra=r"vtg_\w+",
        widths={f"dma_{name}": bits for name, bits in DMA_WIDTHS.items()},
        parts={"": "", "_vtg": "vtg_"},
        driver=Driver(
            "video",
            "lx_video_regs_t",
            "drivers/lx_video.h",
            (
                *regs(*VIDEO_DMA),
                Reg("vtg_enable"),
                *(Number(name, "{name}_" + name) for name in ("hres", "vres", "depth")),
                Computed("memory", lambda soc, i: f"0x{frame_memory(soc, i.name)[0]:08x}"),
                Computed("memory_bytes", lambda soc, i: str(frame_memory(soc, i.name)[1])),
                Computed("bgr", is_bgr),
            ),
        ),
    ),
    Kind(
        "video_timing",
        required=("enable", "hres", "hscan", "vres", "vscan"),
        extra=r"[hv]sync_\w+",
    ),
)
