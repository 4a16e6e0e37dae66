# SPDX-License-Identifier: MIT
"""What the firmware must know of a CPU beyond what LiteX says of it: how it takes traps.

Adding a CPU that differs from the privileged specification is adding a row to CPUS. All others take traps in
machine mode at the address in mtvec, and interrupts where LiteX gives them any.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cpu:
    """How a CPU takes traps."""

    traps: bool = True  # has mtvec, mepc and mcause
    vectored: bool = False  # an interrupt enters at mtvec plus four bytes for each cause
    dcache_writes_through: bool = False  # never holds what main memory lacks
    icache: bool = False  # has an instruction cache though LiteX writes no constant for it
    plic: bool = False  # external interrupts pass a PLIC; the timer interrupt is the CLINT's
    interrupts: bool = True  # the firmware can take LiteX's interrupts; else it polls
    start: int = 0x00000013  # instruction that the firmware runs first, with -1 in t0; a NOP


CPUS = {
    "vexriscv": Cpu(dcache_writes_through=True),
    "vexriscv_smp": Cpu(plic=True, icache=True, dcache_writes_through=True),
    "vexiiriscv": Cpu(plic=True, icache=True),
    "naxriscv": Cpu(plic=True, icache=True),
    # Interrupts and exceptions enter 16 bytes behind the reset address, which is LiteX's ROM: the firmware masks
    # all of them (MASKIRQ x0, t0).
    "picorv32": Cpu(traps=False, interrupts=False, start=0x0602E00B),
    "femtorv": Cpu(traps=False, interrupts=False),
    "firev": Cpu(traps=False, interrupts=False),
    "serv": Cpu(interrupts=False),
    "ibex": Cpu(vectored=True),
    "cv32e40p": Cpu(vectored=True),
    "cv32e41p": Cpu(vectored=True),
}


def cpu_of(name: str) -> Cpu:
    """The row for LiteX's name of a CPU."""
    return CPUS.get(name, Cpu())
