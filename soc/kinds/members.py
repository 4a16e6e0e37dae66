# SPDX-License-Identifier: MIT
"""The members of a driver's descriptor: each knows its C type and how it gets its value from the SoC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from soc.model import InputError, Instance, Register, Soc


def c_reg(register: Register) -> str:
    """The initialiser of a csr_reg_t."""
    access = "CSR_ACCESS_RW" if register.writable else "CSR_ACCESS_RO"
    return f"{{0x{register.addr:08x}, {register.words}, {access}, {register.bits}}}"


def named(form: str, instance: Instance) -> str:
    """The name of a constant or region: csr.json has both in lower case, whatever the core's letter case."""
    return form.format(name=instance.group.name).lower()


@dataclass(frozen=True)
class Member:
    """One member. ``form`` in subclasses is a text with ``{name}`` for the name of the instance's group."""

    name: str
    c_type: ClassVar[str] = "uint32_t"

    def value(self, soc: Soc, instance: Instance) -> str | None:
        """Its C initialiser, or None where it stays zero."""
        raise NotImplementedError


@dataclass(frozen=True)
class Reg(Member):
    """A register. ``source`` is its name in the group where that differs, with ``{channel}`` for the channel."""

    source: str = ""
    c_type: ClassVar[str] = "csr_reg_t"

    def value(self, soc: Soc, instance: Instance) -> str | None:
        source = (self.source or self.name).format(channel=instance.channel)
        register = instance.registers.get(source)
        return None if register is None else c_reg(self.part(soc, register))

    def part(self, soc: Soc, register: Register) -> Register:
        return register


@dataclass(frozen=True)
class LowReg(Reg):
    """Bits 0 to 31 of a register."""

    def part(self, soc: Soc, register: Register) -> Register:
        return soc.low_32_bits(register)


@dataclass(frozen=True)
class Pins(Member):
    """The number of pins: the width of the widest of some registers, at most 32, unless litex.toml says it."""

    sources: tuple[str, ...] = ()
    c_type: ClassVar[str] = "uint16_t"

    def value(self, soc: Soc, instance: Instance) -> str:
        registers = [
            instance.registers[name] for name in self.sources if name in instance.registers
        ]
        widths = [register.bits or soc.full_bits(register) for register in registers]
        return str(min(instance.group.pins or max(widths), 32))


@dataclass(frozen=True)
class Base(Member):
    """The address of the first core's CSRs or memory region."""

    def value(self, soc: Soc, instance: Instance) -> str:
        return f"0x{instance.group.base:08x}"


@dataclass(frozen=True)
class RegionBase(Member):
    """The base of a memory region."""

    form: str = "{name}"

    def value(self, soc: Soc, instance: Instance) -> str | None:
        region = soc.memory(named(self.form, instance))
        return None if region is None else f"0x{region.base:08x}"


@dataclass(frozen=True)
class RegionSize(Member):
    """The bytes of a memory region."""

    form: str = "{name}"

    def value(self, soc: Soc, instance: Instance) -> str | None:
        region = soc.memory(named(self.form, instance))
        return None if region is None else f"0x{region.size:08x}"


@dataclass(frozen=True)
class Number(Member):
    """A number among LiteX's constants, 0 where there is none."""

    form: str = ""

    def value(self, soc: Soc, instance: Instance) -> str:
        return str(soc.number(named(self.form, instance)))


@dataclass(frozen=True)
class Literal(Member):
    """The same C value in all descriptors of a kind."""

    text: str = ""

    def value(self, soc: Soc, instance: Instance) -> str:
        return self.text


@dataclass(frozen=True)
class Computed(Member):
    """A value that a kind computes."""

    compute: Callable[[Soc, Instance], str | None] = lambda soc, instance: None

    def value(self, soc: Soc, instance: Instance) -> str | None:
        return self.compute(soc, instance)


@dataclass(frozen=True)
class Peer(Member):
    """A pointer to the instance of another array that one of LiteX's constants names."""

    form: str = ""
    array: str = ""
    c_type: ClassVar[str] = "*"

    def value(self, soc: Soc, instance: Instance) -> str | None:
        constant = named(self.form, instance)
        if not soc.has(constant):
            return None
        name = soc.text(constant)
        names = soc.names(self.array)
        if name not in names:
            known = f"it has {', '.join(names)}" if names else "it has none"
            raise InputError(
                f"csr.json: constants.{constant} is {name or 'not a name'}, which is not a {self.array} "
                f"of this SoC; {known}"
            )
        return f"&soc_{self.array}[{names.index(name)}]"


def regs(*names: str) -> tuple[Reg, ...]:
    """Registers that the descriptor calls as LiteX does."""
    return tuple(Reg(name) for name in names)
