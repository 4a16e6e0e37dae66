# SPDX-License-Identifier: MIT
"""The hash of a SoC's CSR map, as the gateware carries it in the register ``soc_map_hash``.

The firmware's generator computes the same number from csr.json, so that the firmware can tell at
boot whether it runs on the gateware that it was built for. The hash covers what a driver depends
on (where each register lies, its size and whether it can be written) and nothing else.

In a SoC, one line:  ``add_map_hash(self)``.
"""

import hashlib
import json
from typing import Any

from litex.gen import LiteXModule
from litex.soc.integration import export
from litex.soc.interconnect.csr import CSRStatus
from migen.fhdl.structure import Constant


class SocMap(LiteXModule):
    """Carries the hash of the SoC's own CSR map, set when the map is final."""

    def __init__(self) -> None:
        self.hash = CSRStatus(32, description="First 32 bits of SHA-256 over the CSR map.")


def map_text(registers: dict[str, Any], data_width: int, ordering: str):
    """Return the text that is hashed.

    registers: ``csr_registers`` of csr.json: name -> {addr, size, type}.
    data_width: width of the CSR bus in bits, 8 or 32.
    ordering: "big" or "little", the order of words in a register wider than the bus.
    """
    lines = [f"width={data_width} ordering={ordering}\n"]
    by_address = sorted(registers.items(), key=lambda item: (item[1]["addr"], item[0]))
    for name, register in by_address:
        lines.append(f"{name} 0x{register['addr']:08x} {register['size']} {register['type']}\n")
    return "".join(lines)


def map_hash(registers: dict[str, Any], data_width: int, ordering: str):
    """Return the 32-bit hash: the first four bytes, big endian, of SHA-256 over map_text()."""
    text = map_text(registers, data_width, ordering)
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:4], "big")


def soc_map_hash(soc: Any):
    """Return the hash of a finalized SoC."""
    registers = json.loads(export.get_csr_json(csr_regions=soc.csr.regions))["csr_registers"]
    return map_hash(registers, soc.csr.data_width, soc.csr.ordering)


def add_map_hash(soc: Any) -> None:
    """Add the register ``soc_map_hash`` to a SoC that is not finalized yet."""
    soc.soc_map = SocMap()
    finalize = soc.finalize

    def finalize_and_hash() -> None:
        if soc.finalized:
            return
        finalize()
        soc.soc_map.hash.status.reset = Constant(soc_map_hash(soc), 32)

    soc.finalize = finalize_and_hash
