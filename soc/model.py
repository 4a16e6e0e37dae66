# SPDX-License-Identifier: MIT
"""A SoC as LiteX describes it: registers, cores, memory regions, constants, and the instances that drivers get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soc.kinds.kind import Kind

ADDRESS_LIMIT = 1 << 32

Constant = int | str | None


class InputError(Exception):
    """The input cannot be used. The text says what, where, and what to do, in one line."""


@dataclass
class Register:
    """One CSR, under its full name in csr.json. ``bits`` is the exact width, 0 where unknown."""

    name: str
    addr: int
    words: int
    writable: bool
    bits: int = 0


@dataclass
class Core:
    """One core of csr.json, or a memory region that a kind knows. Registers go by their names without the core's."""

    name: str
    base: int
    registers: dict[str, Register] = field(default_factory=dict)
    irq: int = -1  # -1: none
    litex_class: str = ""  # LiteX's class, "" where csr.json does not say
    kind: Kind | None = None
    pins: int = 0  # as litex.toml says, else 0


@dataclass(frozen=True)
class Memory:
    """One memory region. ``type`` is LiteX's text, such as "cached" or "io+linker"."""

    name: str
    base: int
    size: int
    type: str = ""

    @property
    def end(self) -> int:
        return self.base + self.size


@dataclass
class Group:
    """The cores that make one instance of a kind, with their registers under the kind's names for them."""

    kind: Kind
    name: str
    cores: list[Core]
    registers: dict[str, Register]

    @property
    def base(self) -> int:
        return self.cores[0].base

    @property
    def irq(self) -> int:
        return max(core.irq for core in self.cores)

    @property
    def pins(self) -> int:
        return max(core.pins for core in self.cores)


@dataclass
class Instance:
    """What one descriptor of a driver is about: a group of cores, or one of its channels."""

    name: str
    group: Group
    registers: dict[str, Register]
    irq: int
    channel: str = ""


@dataclass
class Soc:
    """A SoC. All collections are in csr.json's order unless they say otherwise."""

    folder: str  # LiteX's build folder
    registers: list[Register] = field(default_factory=list)
    cores: list[Core] = field(default_factory=list)  # by address
    memories: list[Memory] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)  # by name in lower case
    fields: dict[str, int] = field(default_factory=dict)  # <register>_<field>: offset in bits
    groups: list[Group] = field(default_factory=list)
    instances: dict[str, list[Instance]] = field(default_factory=dict)  # by a driver's array
    data_width: int = 32  # of the CSR bus, bits
    alignment: int = 32  # of CSR words in the address space, bits
    ordering: str = "big"  # or "little"
    csr_base: int = 0
    dram_port_bits: int = 0  # of a word of LiteDRAM's ports, 0 where unknown
    build: str = ""  # which build of the SoC this is, "" where unknown
    console: str = ""  # the name of the UART of the prompt
    tick_timer: str = ""  # the name of the timer of the system clock
    variables: dict[str, str] = field(default_factory=dict)  # of variables.mak
    warnings: list[str] = field(default_factory=list)  # for people

    def has(self, name: str) -> bool:
        """Whether LiteX defines a constant, with or without a value."""
        return name in self.constants

    def number(self, name: str, default: int = 0) -> int:
        """A constant that is a number, else the default."""
        value = self.constants.get(name)
        return value if isinstance(value, int) else default

    def text(self, name: str) -> str:
        """A constant that is a text, else ""."""
        value = self.constants.get(name)
        return value if isinstance(value, str) else ""

    @property
    def cpu(self) -> str:
        """LiteX's type of the CPU; its name is the same for VexRiscv and VexRiscv-SMP."""
        prefix = "config_cpu_type_"
        types = [name.removeprefix(prefix) for name in self.constants if name.startswith(prefix)]
        return types[0] if types else self.text("config_cpu_name")

    def memory(self, name: str) -> Memory | None:
        return next((memory for memory in self.memories if memory.name == name), None)

    def full_bits(self, register: Register) -> int:
        """The bits of a register's bus words."""
        return register.words * self.data_width

    def low_32_bits(self, register: Register) -> Register:
        """The part of a register that holds its bits 0 to 31."""
        words = min(register.words, 32 // self.data_width)
        if words == register.words:
            return register
        skip = register.words - words if self.ordering == "big" else 0
        addr = register.addr + skip * self.alignment // 8
        return Register(register.name, addr, words, register.writable, 32)

    def names(self, array: str) -> list[str]:
        """The names of the instances in a driver's array, in order."""
        return [instance.name for instance in self.instances[array]]
