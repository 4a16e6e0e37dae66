# SPDX-License-Identifier: MIT
"""LiteEth's MAC with its PHY, MDIO and frame buffers (liteeth/mac/sram.py, liteeth/phy/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from soc.kinds.kind import Driver, Kind
from soc.kinds.members import Computed, Number, Reg, regs
from soc.model import Core, Group, Instance, Soc

EVENTS = ("ev_status", "ev_pending", "ev_enable")
PHY_NAME = r"\w*eth\w*phy\w*"


def buffers(soc: Soc, instance: Instance, side: str) -> str | None:
    """The address of the first receive ("rx") or transmit ("tx") slot.

    LiteX gives each side a region of its own; before, one region held the receive slots, then the transmit slots.
    """
    name = instance.group.name.lower()
    region = soc.memory(f"{name}_{side}")
    if region is not None:
        return f"0x{region.base:08x}"
    both = soc.memory(name)
    if both is None:
        return None
    receive = soc.number(f"{name}_rx_slots") * soc.number(f"{name}_slot_size")
    return f"0x{both.base + (receive if side == 'tx' else 0):08x}"


def software_fcs(soc: Soc, instance: Instance) -> str | None:
    """Whether frames lie in the slots with preamble and FCS: in MACs without either, unless the PHY needs none."""
    hardware = "preamble_crc" in instance.registers or soc.has("hw_preamble_crc")
    return None if hardware else "true"


@dataclass(frozen=True, eq=False)
class Ethernet(Kind):
    """A MAC. Its PHY is a core of its own: that of the same name (ethmac1, ethphy1), else the only one."""

    def groups(
        self, cores: Iterable[Core], decided: frozenset[str], verilog: str
    ) -> Iterator[Group]:
        cores = list(cores)
        phys = [core for core in cores if core.registers and re.fullmatch(PHY_NAME, core.name)]
        for group in super().groups(cores, decided, verilog):
            named = [phy for phy in phys if phy.name == group.name.replace("mac", "phy")]
            for phy in named or (phys if len(phys) == 1 else ()):
                group.registers |= {f"phy_{name}": reg for name, reg in phy.registers.items()}
            yield group


ETHMAC = Ethernet(
    "ethmac",
    required=("sram_writer_slot", "sram_writer_length", "sram_reader_start"),
    extra=r"\w+",
    widths={"sram_writer_errors": 32, "phy_mdio_w": 3, "phy_mdio_r": 1},
    driver=Driver(
        "ethmac",
        "lx_liteeth_regs_t",
        "drivers/lx_liteeth.h",
        (
            *regs("sram_writer_slot", "sram_writer_length", "sram_writer_errors"),
            *regs(*(f"sram_writer_{name}" for name in ("timestamp", *EVENTS))),
            *regs("sram_reader_start", "sram_reader_ready", "sram_reader_level"),
            *regs("sram_reader_slot", "sram_reader_length"),
            *regs(*(f"sram_reader_{name}" for name in ("timestamp_slot", "timestamp", *EVENTS))),
            *regs("preamble_crc", "rx_datapath_preamble_errors", "rx_datapath_crc_errors"),
            Reg("phy_reset", "phy_crg_reset"),
            *regs("phy_mdio_w", "phy_mdio_r", "phy_rx_inband_status"),
            Computed("rx_base", lambda soc, instance: buffers(soc, instance, "rx")),
            Computed("tx_base", lambda soc, instance: buffers(soc, instance, "tx")),
            Number("rx_slots", "{name}_rx_slots"),
            Number("tx_slots", "{name}_tx_slots"),
            Number("slot_size", "{name}_slot_size"),
            Computed("keep_phy", lambda soc, _: "true" if soc.has("eth_phy_no_reset") else None),
            Computed("software_fcs", software_fcs),
        ),
    ),
)

KINDS = (
    ETHMAC,
    Kind("ethphy", required=("mdio_w", "mdio_r"), extra=r"\w+"),
    Kind("ethphy", names=r"\w*ethphy\w*", extra=r"\w+"),  # without MDIO
)
