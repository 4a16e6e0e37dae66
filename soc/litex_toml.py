# SPDX-License-Identifier: MIT
"""litex.toml: what the user says about a SoC. It overrides what LiteX wrote."""

from __future__ import annotations

import itertools
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from soc import kinds
from soc.kinds.assign import fits
from soc.kinds.kind import Kind
from soc.model import Core, Group, InputError, Soc

KEYS = {"csr_ordering", "console", "tick_timer", "cores", "flash"}
CORE_KEYS = {"kind", "pins", "width"}
FLASH_KEYS = ("bitstream", "bios", "firmware", "files")
FLASH_BLOCK = 4096


@dataclass
class Said:
    """What a litex.toml says; ``cores`` is by the core's name, then by CORE_KEYS; ``flash`` by the flash's name, then by
    FLASH_KEYS: start and length."""

    path: str
    ordering: str | None = None
    console: str | None = None
    tick_timer: str | None = None
    cores: dict[str, dict[str, Any]] = field(default_factory=dict)
    flash: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)


def read(path: str, text: str) -> Said:
    """Check the text of a litex.toml, as far as it can be without the SoC."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: {error}; correct it") from None

    def require(condition: bool, problem: str) -> None:
        if not condition:
            raise InputError(f"{path}: {problem}; docs/soc.md lists what it may say")

    for key in data:
        require(key in KEYS, f"unknown key {key}")
    ordering = data.get("csr_ordering", "big")
    require(ordering in ("big", "little"), "csr_ordering is not big or little")
    for key in ("console", "tick_timer"):
        require(isinstance(data.get(key, ""), str), f"{key} is not a core's name")
    cores = data.get("cores", {})
    require(isinstance(cores, dict), "cores is not a table")
    for name, core in cores.items():
        require(isinstance(core, dict), f"cores.{name} is not a table")
        for key in core:
            require(key in CORE_KEYS, f"unknown key cores.{name}.{key}")
        known = ("none", *kinds.KIND_NAMES)
        kind = core.get("kind", "none")
        require(kind in known, f"cores.{name}.kind is not one of {', '.join(known)}")
        pins = core.get("pins", 1)
        require(type(pins) is int and 1 <= pins <= 32, f"cores.{name}.pins is not 1 to 32")
        widths = core.get("width", {})
        require(isinstance(widths, dict), f"cores.{name}.width is not a table")
        for register, bits in widths.items():
            good = type(bits) is int and bits >= 1
            require(good, f"cores.{name}.width.{register} is not a number of bits")
    flash = data.get("flash", {})
    require(isinstance(flash, dict), "flash is not a table")
    for name, regions in flash.items():
        check_flash(name, regions, require)
    return Said(
        path, data.get("csr_ordering"), data.get("console"), data.get("tick_timer"), cores, flash
    )


def check_flash(name: str, regions: Any, require: Callable[[bool, str], None]) -> None:
    """Check the regions of one flash."""
    require(isinstance(regions, dict), f"flash.{name} is not a table")
    ends: list[tuple[int, int, str]] = []
    for key, value in regions.items():
        where = f"flash.{name}.{key}"
        require(key in FLASH_KEYS, f"{where} is not one of {', '.join(FLASH_KEYS)}")
        good = isinstance(value, list) and [type(n) for n in value] == [int, int]
        require(good, f"{where} is not [start, length]")
        start, length = value
        good = start >= 0 and length >= 0 and start + length < 1 << 32
        require(good, f"{where} does not lie within 4 GiB")
        aligned = start % FLASH_BLOCK == 0 and length % FLASH_BLOCK == 0
        require(aligned, f"{where} is not in multiples of {FLASH_BLOCK:#x}")
        if length:
            ends.append((start, start + length, key))
    ends.sort()
    for (_, end, first), (start, _, second) in itertools.pairwise(ends):
        require(end <= start, f"flash.{name}: {first} and {second} overlap")


def set_flash(soc: Soc, said: Said) -> None:
    """Regions of flashes become constants, as LiteX's are; bit n of one says that region n of FLASH_KEYS is stated."""
    for name, regions in said.flash.items():
        names = soc.names("litespi")
        if name not in names:
            has = ", ".join(names) or "none"
            raise InputError(
                f"{said.path}: flash.{name} is not a SPI flash of this SoC; it has {has}"
            )
        size = soc.number(f"{name}_module_total_size") or 1 << 32
        stated = sum(1 << FLASH_KEYS.index(key) for key in regions)
        soc.constants[f"{name}_stated_regions"] = stated
        for key, (start, length) in regions.items():
            if start + length > size:
                raise InputError(
                    f"{said.path}: flash.{name}.{key} ends at {start + length:#x}, beyond the flash's "
                    f"{size:#x} bytes; correct it"
                )
            soc.constants[f"{name}_{key}_region_start"] = start
            soc.constants[f"{name}_{key}_region_bytes"] = length


def load(path: str | None, folder: str) -> Said:
    """The litex.toml that the user names, else the one in the folder, which need not be there."""
    if path is not None and not os.path.exists(path):
        raise InputError(f"{path}: is not there; name an existing litex.toml")
    path = path or os.path.join(folder, "litex.toml")
    if not os.path.exists(path):
        return Said(path)
    try:
        with open(path, encoding="utf-8") as file:
            return read(path, file.read())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text"
        raise InputError(f"{path}: {reason}; give a litex.toml") from None


def find_core(soc: Soc, said: Said, name: str) -> Core:
    core = next((core for core in soc.cores if core.name == name), None)
    if core is None:
        raise InputError(f"{said.path}: cores.{name} is not a core of this SoC; correct the name")
    return core


def set_pins(soc: Soc, said: Said) -> None:
    for name, core in said.cores.items():
        find_core(soc, said, name).pins = core.get("pins", 0)


def set_widths(soc: Soc, said: Said) -> None:
    for name, entry in said.cores.items():
        core = find_core(soc, said, name)
        for register_name, bits in entry.get("width", {}).items():
            register = core.registers.get(register_name)
            if register is None:
                raise InputError(
                    f"{said.path}: cores.{name} has no register {register_name}; correct the name"
                )
            if not fits(soc, register, bits):
                raise InputError(
                    f"{said.path}: cores.{name}.width.{register_name} does not fit the "
                    f"{soc.full_bits(register)} bits of its words; correct it"
                )
            register.bits = bits


def forced_groups(soc: Soc, said: Said) -> dict[str, Group | None]:
    """The cores whose kind the user states: by name, as an instance of that kind, or None for kind "none"."""
    stated = {name: entry["kind"] for name, entry in said.cores.items() if "kind" in entry}
    others = {
        core.name: core for core in soc.cores if core.name not in stated and core.kind is None
    }
    forced: dict[str, Group | None] = {}
    for name, kind_name in stated.items():
        core = find_core(soc, said, name)
        core.kind = None
        choices = kinds.kinds_named(kind_name)
        forced[name] = forced_group(soc, said, core, choices, others) if choices else None
    return forced


def forced_group(
    soc: Soc, said: Said, core: Core, choices: list[Kind], others: dict[str, Core]
) -> Group:
    kind = choices[0]
    group = kind.gather_around(core, others)
    lacks = sorted(set(kind.required).difference(group.registers))
    if lacks:
        raise InputError(
            f"{said.path}: cores.{core.name} has no register {lacks[0]}, so it is not a {kind.name}; "
            "choose another kind"
        )
    if kind.memory is not None and soc.memory(core.name) is None:
        raise InputError(
            f"{said.path}: cores.{core.name} is not a memory region, so it is not a {kind.name}; "
            "choose another kind"
        )
    return group
