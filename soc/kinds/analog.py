# SPDX-License-Identifier: MIT
"""Xilinx's system monitors (litex/soc/cores/xadc.py), which csr.json shows alike before it names classes."""

from __future__ import annotations

from soc.kinds.kind import Channels, Driver, Kind
from soc.kinds.members import Literal, Reg

SYSMON = ("temperature", "vccint", "vccaux", "eoc", "eos")


def sysmon(
    name: str,
    litex_class: str,
    bits: int,
    primitive: str | None = None,
    required: tuple[str, ...] = (),
) -> Kind:
    """A system monitor with conversions of some bits; ``required`` are registers beyond those that all have."""
    return Kind(
        name,
        required=(*SYSMON, *required),
        extra=r"\w+",
        widths=dict.fromkeys(SYSMON[:3], bits) | {"eoc": 1, "eos": 1},
        classes=(litex_class,),
        primitive=primitive,
        driver=Driver(
            "adc",
            "lx_xadc_regs_t",
            "drivers/lx_xadc.h",
            (Reg("value", "{channel}"), Reg("eos"), Literal("monitor", f"LX_{name.upper()}")),
            Channels(r"(?!eo[cs]$|drp_)(\w+)", "{channel}"),
        ),
    )


KINDS = (
    sysmon("sysmone4", "USPSystemMonitor", 10, primitive="SYSMONE4"),
    sysmon("sysmone4", "ZynqUSPSystemMonitor", 10, required=("vccpsintlp",)),
    sysmon("sysmone1", "USSystemMonitor", 10, primitive="SYSMONE1"),
    sysmon("xadc", "S7SystemMonitor", 12),
)
