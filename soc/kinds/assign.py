# SPDX-License-Identifier: MIT
"""Find the kind of each core of a SoC, then the instances that drivers get."""

from __future__ import annotations

import re
from collections.abc import Mapping

from soc.kinds.kind import Kind, register_names
from soc.kinds.table import DECIDED, EVENT_KIND, KINDS, drivers
from soc.model import Core, Group, Instance, Register, Soc


def find_groups(cores: list[Core], verilog: str) -> list[Group]:
    """Group cores into instances of their kinds; what no kind knows is in no group."""
    found = []
    free = list(cores)
    for kind in KINDS:
        for group in kind.groups(free, DECIDED, verilog):
            free = [core for core in free if core not in group.cores]
            found.append(group)
    return found


def find_kind(
    core: str, registers: set[str], verilog: str = "", litex_class: str = ""
) -> Kind | None:
    """The kind of a single core, by its name and those of its registers."""
    alone = Core(core, 0, register_names(*registers), litex_class=litex_class)
    groups = find_groups([alone], verilog)
    return groups[0].kind if groups else None


def find_memory_kind(name: str) -> Kind | None:
    """The kind of a core that only has a memory region of this name."""
    return next((kind for kind in KINDS if kind.memory and re.fullmatch(kind.memory, name)), None)


def kinds_named(name: str) -> list[Kind]:
    return [kind for kind in KINDS if kind.name == name]


def set_widths(soc: Soc, group: Group) -> None:
    """Fill in the widths that are the same in each build, where nothing else tells them."""
    for name, bits in group.kind.widths.items():
        register = group.registers.get(name)
        if register and not register.bits and fits(soc, register, bits):
            register.bits = bits


def fits(soc: Soc, register: Register, bits: int) -> bool:
    """Whether a width is one that takes just the register's words."""
    most = soc.full_bits(register)
    return most - soc.data_width < bits <= most


def can_acknowledge(soc: Soc, pending: Register) -> bool:
    """Whether the driver, which writes bits 0 to 31, reaches the word that makes a write take effect: the last."""
    return soc.ordering == "big" or soc.full_bits(pending) <= 32


def event_managers(soc: Soc) -> list[Instance]:
    """The event managers by address.

    A core has the registers of its event manager as ev_status, ev_pending and ev_enable, behind a prefix where it has
    several (LiteEthMAC's sram_writer and sram_reader), or is nothing but one. One that cannot be acknowledged gets no
    interrupt.
    """
    found = []
    for core in soc.cores:
        for name, pending in core.registers.items():
            match = re.fullmatch(r"(|\w+_)(|ev_)pending", name)
            if match is None:
                continue
            stem = name.removesuffix("pending")
            registers = {
                part: core.registers.get(stem + part) for part in ("status", "pending", "enable")
            }
            known = {part: register for part, register in registers.items() if register}
            alone = not match[2] and len(core.registers) > len(known)
            if len(known) < len(registers) or alone:
                continue
            own = "_".join(filter(None, (core.name, match[1].rstrip("_"))))
            irq = core.irq if can_acknowledge(soc, pending) else -1
            group = Group(EVENT_KIND, own, [core], known)
            found.append((pending.addr, Instance(own, group, known, irq)))
    return [instance for _, instance in sorted(found, key=lambda pair: pair[0])]


def as_litex_numbers(group: Group, standard: str) -> tuple[int, int, int]:
    """A key that orders instances as LiteX numbers them (the standard name first), others last by address."""
    if group.name == standard:
        return (0, -1, group.base)
    number = re.fullmatch(r"\D+(\d+)", group.name)
    return (0, int(number[1]), group.base) if number else (1, 0, group.base)


def assign_kinds(soc: Soc, forced: Mapping[str, Group | None], verilog: str) -> None:
    """Set the cores' kinds and the SoC's groups. ``forced`` has what the user says, by core; None: of no kind."""
    taken = set(forced)
    taken |= {core.name for group in forced.values() if group for core in group.cores}
    free = [core for core in soc.cores if core.name not in taken and core.kind is None]
    regions = [
        Group(core.kind, core.name, [core], {})
        for core in soc.cores
        if core.kind is not None and core.name not in taken
    ]
    stated = {id(group): group for group in forced.values() if group}
    soc.groups = [*find_groups(free, verilog), *regions, *stated.values()]
    for group in soc.groups:
        for core in group.cores:
            core.kind = group.kind
        set_widths(soc, group)


def find_instances(soc: Soc) -> None:
    """Fill in soc.instances: for each driver's array its instances, in the order of their indices."""
    for array in drivers():
        groups = [
            group for group in soc.groups if group.kind.driver and group.kind.driver.array == array
        ]
        groups.sort(key=lambda group: as_litex_numbers(group, array))
        soc.instances[array] = [one for group in groups for one in group.kind.instances(group)]
    driver = EVENT_KIND.driver
    assert driver is not None
    soc.instances[driver.array] = event_managers(soc)
