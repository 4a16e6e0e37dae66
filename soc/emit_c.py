# SPDX-License-Identifier: MIT
"""The C files of a SoC: soc_shape.h, soc_config.h, soc_instances.h and soc_tables.c. docs/soc.md describes them."""

from __future__ import annotations

from soc import kinds, litex_output
from soc.cpus import cpu_of
from soc.kinds.members import c_reg
from soc.memory import main_ram_free
from soc.model import Constant, Instance, Soc

BANNER = "Written by soc/generate.py from LiteX's csr.json; changes are lost."

# A macro and its value, a comment, or "" for an empty line.
Entry = tuple[str, object] | str


def c_string(text: str) -> str:
    """A C string literal."""
    escaped = []
    for byte in text.encode():
        if byte in b'"\\' or not 32 <= byte < 127:
            escaped.append(f"\\{byte:03o}")
        else:
            escaped.append(chr(byte))
    return '"' + "".join(escaped) + '"'


def macro_header(name: str, purpose: str, includes: tuple[str, ...], entries: list[Entry]) -> str:
    """A header of macros: plain numbers and strings, for C, assembler and linker scripts alike."""
    guard = name.upper().replace(".", "_")
    lines = ["// " + BANNER, f"// {purpose}", "", f"#ifndef {guard}", f"#define {guard}", ""]
    lines += [f'#include "{header}"' for header in includes] + [""] * bool(includes)
    for entry in entries:
        if isinstance(entry, str):
            lines.append(entry and f"// {entry}")
        else:
            lines.append("#define {} {}".format(*entry))
    lines += ["", f"#endif // {guard}", ""]
    return "\n".join(lines)


def event_managers(soc: Soc) -> int:
    """How many event managers there are, those within a core included (Ethernet has one for each direction)."""
    names = {register.name for register in soc.registers}
    stems = [name.removesuffix("pending") for name in names if name.endswith("pending")]
    return sum(stem + "enable" in names for stem in stems)


def shape_header(soc: Soc) -> str:
    """The text of soc_shape.h."""
    cpu = cpu_of(soc.cpu)
    entries: list[Entry] = [
        ("SOC_HAS_INTERRUPT", int(soc.has("config_cpu_has_interrupt") and cpu.interrupts)),
        ("SOC_IRQ_LINES", max(1, 1 + max(core.irq for core in soc.cores))),
        ("SOC_IRQ_OWNERS", max(1, event_managers(soc))),
        ("SOC_HAS_TRAPS", int(cpu.traps)),
        ("SOC_TRAPS_VECTORED", int(cpu.vectored)),
        ("SOC_START_INSTRUCTION", f"0x{cpu.start:08x}"),
        ("SOC_HAS_PLIC", int(cpu.plic)),
        ("SOC_HAS_ICACHE", int(cpu.icache or soc.has("config_cpu_has_icache"))),
        ("SOC_HAS_DCACHE", int(soc.has("config_cpu_has_dcache"))),
        ("SOC_DCACHE_WRITES_THROUGH", int(cpu.dcache_writes_through)),
        ("SOC_BUS_DATA_WIDTH", in_a_byte(soc, "config_bus_data_width")),
        ("SOC_CSR_DATA_WIDTH", soc.data_width),
        ("SOC_CSR_ALIGNMENT", soc.alignment),
        ("SOC_CSR_ORDERING_BIG", int(soc.ordering == "big")),
        "",
    ]
    for name in ("rom", "sram", "main_ram"):
        entries.append((f"SOC_HAS_{name.upper()}", int(soc.memory(name) is not None)))
    entries += ["", "Cores with a driver; the instances are in soc_instances.h."]
    for array, driver in kinds.drivers().items():
        count = len(soc.instances[array])
        entries.append((f"SOC_HAS_{array.upper()}", int(count > 0)))
        entries.append((f"SOC_{array.upper()}_COUNT", count))
        for macro, holds in driver.flags.items():
            entries.append((macro, int(any(holds(soc, one) for one in soc.instances[array]))))
    entries += [
        "",
        "Instances with a special role.",
        ("SOC_CONSOLE_UART", soc.names("uart").index(soc.console)),
        ("SOC_TICK_TIMER", soc.names("timer").index(soc.tick_timer)),
    ]
    purpose = "What SoCs that differ only in numbers have in common; most of the firmware includes only this."
    return macro_header("soc_shape.h", purpose, (), entries)


def config_header(soc: Soc) -> str:
    """The text of soc_config.h."""
    clock_hz = soc.number("config_clock_frequency")
    entries: list[Entry] = [
        ("SOC_IDENTIFIER", c_string(soc.text("config_identifier"))),
        ("SOC_PLATFORM", c_string(soc.text("config_platform_name"))),
        ("SOC_CPU_NAME", c_string(soc.cpu)),
        ("SOC_CPU_VARIANT", c_string(cpu_variant(soc))),
        ("SOC_BUILD", c_string(soc.build)),
        ("SOC_MAP_HASH", f"0x{litex_output.map_hash(soc):08x}"),
        ("SOC_CLOCK_HZ", clock_hz),
        ("SOC_CLOCK_TEXT", c_string(clock_text(clock_hz))),
        ("SOC_CSR_BASE", f"0x{soc.csr_base:08x}"),
        ("SOC_L2_BYTES", soc.number("config_l2_size")),
        "",
        "Memory regions.",
    ]
    for memory in soc.memories:
        if memory.name != "csr":
            entries.append((f"SOC_{memory.name.upper()}_BASE", f"0x{memory.base:08x}"))
        entries.append((f"SOC_{memory.name.upper()}_SIZE", f"0x{memory.size:08x}"))
    if soc.memory("main_ram"):
        entries.append(
            "From the base of main_ram to the first other region in it, such as a frame buffer."
        )
        entries.append(("SOC_MAIN_RAM_FREE_SIZE", f"0x{main_ram_free(soc):08x}"))
    return macro_header("soc_config.h", "What this SoC is.", ("soc_shape.h",), entries)


def clock_text(clock_hz: int) -> str:
    """A clock with up to three decimals: "100 MHz", "62.5 MHz"."""
    return f"{round(clock_hz / 1e6, 3):.6g} MHz"


def cpu_variant(soc: Soc) -> str:
    """The CPU's variant, "" where unknown."""
    prefix = "config_cpu_variant_"
    return next(
        (name.removeprefix(prefix) for name in soc.constants if name.startswith(prefix)), ""
    )


def in_a_byte(soc: Soc, name: str) -> int:
    """A constant that fits into a byte, else 32."""
    value = soc.number(name, 32)
    return value if 0 <= value < 256 else 32


def instances_header(soc: Soc) -> str:
    """The text of soc_instances.h."""
    present = {array: driver for array, driver in kinds.drivers().items() if soc.instances[array]}
    lines = ["// " + BANNER, "", "#ifndef SOC_INSTANCES_H", "#define SOC_INSTANCES_H", ""]
    lines += [f'#include "{header}"' for header in sorted({d.header for d in present.values()})]
    lines.append("")
    for array, driver in present.items():
        lines.append(f"extern const {driver.type} soc_{array}[SOC_{array.upper()}_COUNT];")
    lines += ["", "#endif // SOC_INSTANCES_H", ""]
    return "\n".join(lines)


def descriptor(soc: Soc, instance: Instance) -> list[str]:
    """The lines of one instance's initialiser; members that stay zero are left out."""
    driver = instance.group.kind.driver
    assert driver is not None
    values = {member.name: member.value(soc, instance) for member in driver.members}
    lines = [f"        .name = {c_string(instance.name)},", f"        .irq = {instance.irq},"]
    lines += [f"        .{name} = {value}," for name, value in values.items() if value is not None]
    return ["    {", *lines, "    },"]


def table(name: str, array: str, entries: list[str]) -> list[str]:
    """The lines of a table of soc/soc.h and of its count."""
    # C has no empty arrays: one unused entry stands for none.
    lines = [f"const soc_{name}_t {array}[] = {{"]
    lines += [f"    {entry}," for entry in entries or ["{0}"]]
    return [*lines, "};", f"const unsigned soc_{name}_count = {len(entries)};", ""]


def constant_entry(name: str, value: Constant) -> str:
    if isinstance(value, str):
        return f"{{{c_string(name)}, {c_string(value)}, 0}}"
    if value is None:
        return f'{{{c_string(name)}, "", 1}}'
    return f"{{{c_string(name)}, NULL, INT64_C({value})}}"


def tables_source(soc: Soc) -> str:
    """The text of soc_tables.c."""
    lines = ["// " + BANNER, "", '#include "soc/soc.h"']
    lines += ['#include "soc_config.h"', '#include "soc_instances.h"', ""]
    lines += table(
        "register",
        "soc_registers",
        [
            f"{{{c_string(register.name)}, {c_reg(register)}}}"
            for register in sorted(soc.registers, key=lambda register: register.name)
        ],
    )
    lines += table(
        "memory",
        "soc_memories",
        [
            f"{{{c_string(one.name)}, 0x{one.base:08x}, 0x{one.size:08x}, {c_string(one.type)}}}"
            for one in soc.memories
        ],
    )
    entries = [constant_entry(name, value) for name, value in soc.constants.items()]
    lines += table("constant", "soc_constants", entries)
    lines += table(
        "core",
        "soc_cores",
        [
            f"{{{c_string(core.name)}, {c_string(core.kind.name if core.kind else '')}, "
            f"0x{core.base:08x}, {core.irq}}}"
            for core in soc.cores
        ],
    )
    lines += identity(soc)
    for array, driver in kinds.drivers().items():
        instances = soc.instances[array]
        if instances:
            lines.append(f"const {driver.type} soc_{array}[SOC_{array.upper()}_COUNT] = {{")
            for instance in instances:
                lines += descriptor(soc, instance)
            lines += ["};", ""]
    return "\n".join(lines)


def identity(soc: Soc) -> list[str]:
    """The lines of soc_identity."""
    has_hash = any(register.name == "soc_map_hash" for register in soc.registers)
    members = {
        "mark": "{" + ", ".join(f"'{letter}'" for letter in "LiteXmap") + "}",
        "map_hash": "SOC_MAP_HASH",
        "identifier": "SOC_IDENTIFIER",
        "platform": "SOC_PLATFORM",
        "cpu_name": "SOC_CPU_NAME",
        "cpu_variant": "SOC_CPU_VARIANT",
        "cpu_human_name": c_string(soc.text("config_cpu_human_name")),
        "bus_standard": c_string(soc.text("config_bus_standard")),
        "build": "SOC_BUILD",
        "has_map_hash": "true" if has_hash else "false",
        "clock_hz": "SOC_CLOCK_HZ",
        "csr_base": "SOC_CSR_BASE",
        "csr_data_width": "SOC_CSR_DATA_WIDTH",
        "csr_alignment": "SOC_CSR_ALIGNMENT",
        "csr_ordering_big": "SOC_CSR_ORDERING_BIG",
        "bus_data_width": in_a_byte(soc, "config_bus_data_width"),
        "bus_address_width": in_a_byte(soc, "config_bus_address_width"),
    }
    lines = [f"    .{name} = {value}," for name, value in members.items()]
    return ["const soc_identity_t soc_identity = {", *lines, "};", ""]
