# SPDX-License-Identifier: MIT
"""What a kind of core is: how its instances are found, and what their driver gets to know.

csr.json gives cores names. Their types it gives since the end of 2025, and only of cores that are attributes of the SoC.
So a core's kind shows in the names of its registers (its signature). Where several cores share a signature, LiteX's class
decides if csr.json has it, else the names that SoCs use for such cores; a core without registers is known by the name of
its memory region.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from soc.kinds.members import Member
from soc.model import Core, Group, Instance, Register, Soc

Predicate = Callable[[Soc, Instance], bool]


@dataclass(frozen=True)
class Channels:
    """For a core that is several instances: ``pattern`` matches a register of each, its group is the channel.

    ``name`` is an instance's name, with ``{name}`` and ``{channel}``.
    """

    pattern: str
    name: str


@dataclass(frozen=True)
class Driver:
    """How instances are handed to their driver: an array ``soc_<array>`` of the C type that ``header`` declares.

    A descriptor has the members ``name`` and ``irq``, then these. ``flags`` are further macros, 1 where the predicate
    holds for an instance.
    """

    array: str
    type: str
    header: str
    members: tuple[Member, ...] = ()
    channels: Channels | None = None
    flags: Mapping[str, Predicate] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of core. The names of registers are those in the group, see ``parts``."""

    name: str  # as litex.info() prints it and litex.toml says it
    required: tuple[str, ...] = ()  # registers that each such core has
    optional: tuple[str, ...] = ()  # registers that it may have
    extra: str | None = None  # a regular expression of further registers
    names: str | None = None  # a regular expression that the core's name has to match
    memory: str | None = (
        None  # a regular expression of the memory region of a core without registers
    )
    classes: tuple[
        str, ...
    ] = ()  # LiteX's classes that are of this kind, whatever the core's name
    primitive: str | None = None  # of the FPGA, which the gateware's Verilog has to instantiate
    widths: Mapping[str, int] = field(default_factory=dict)  # bits that are the same in each build
    # The cores that an instance may own: suffix of a core's name to the prefix of its registers' names.
    parts: Mapping[str, str] = field(default_factory=lambda: {"": ""})
    driver: Driver | None = None

    def groups(
        self, cores: Iterable[Core], decided: frozenset[str], verilog: str
    ) -> Iterator[Group]:
        """The instances of this kind among cores. ``decided`` are the classes that some kind lists."""
        free = {core.name: core for core in cores}
        stems = {
            name[: len(name) - len(suffix)]
            for name in free
            for suffix in self.parts
            if name.endswith(suffix)
        }
        # The shortest first: spiflash owns spiflash_core, which would match alone.
        for stem in sorted(stems, key=lambda stem: (len(stem), stem)):
            group = self.gather(stem, free)
            if group.cores and self.matches(group, decided, verilog):
                for core in group.cores:
                    del free[core.name]
                yield group

    def gather(self, stem: str, cores: Mapping[str, Core]) -> Group:
        """The cores that belong to a stem, as one instance."""
        group = Group(self, stem, [], {})
        for suffix, prefix in self.parts.items():
            core = cores.get(stem + suffix)
            if core is not None:
                group.cores.append(core)
                group.registers.update(
                    (prefix + name, reg) for name, reg in core.registers.items()
                )
        return group

    def gather_around(self, core: Core, cores: Mapping[str, Core]) -> Group:
        """The instance that a core belongs to, where the user says that it is of this kind."""
        for suffix in sorted(self.parts, key=len, reverse=True):
            if core.name.endswith(suffix):
                return self.gather(
                    core.name[: len(core.name) - len(suffix)], {**cores, core.name: core}
                )
        return Group(self, core.name, [core], dict(core.registers))

    def matches(self, group: Group, decided: frozenset[str], verilog: str) -> bool:
        litex_class = group.cores[0].litex_class if len(group.cores) == 1 else ""
        if self.memory is not None or not group.registers and (self.required or not self.names):
            return False
        if litex_class in decided:
            if litex_class not in self.classes:
                return False
        elif not self.looks_like(group.name, verilog):
            return False
        if not group.registers.keys() >= set(self.required):
            return False
        rest = group.registers.keys() - {*self.required, *self.optional}
        return all(self.extra is not None and re.fullmatch(self.extra, name) for name in rest)

    def looks_like(self, name: str, verilog: str) -> bool:
        """What decides between kinds of one signature where LiteX's class is not known."""
        if self.primitive is not None and not re.search(rf"\b{self.primitive}\b", verilog):
            return False
        return self.names is None or re.fullmatch(self.names, name.lower()) is not None

    def instances(self, group: Group) -> Iterator[Instance]:
        """The descriptors of a group, for a kind with a driver."""
        channels = self.driver.channels if self.driver else None
        if channels is None:
            yield Instance(group.name, group, group.registers, group.irq)
            return
        found = sorted(
            (register.addr, match[1])
            for name, register in group.registers.items()
            if (match := re.fullmatch(channels.pattern, name))
        )
        for _, channel in found:
            name = channels.name.format(name=group.name, channel=channel)
            yield Instance(name, group, group.registers, group.irq, channel)

    def in_main_ram(self, soc: Soc, instance: Instance) -> int | None:
        """Where memory begins that an instance needs and that no region of csr.json shows, or None."""
        return None


def register_names(*names: str) -> dict[str, Register]:
    """Registers whose names alone matter."""
    return {name: Register(name, 0, 1, True) for name in names}
