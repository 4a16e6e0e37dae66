# SPDX-License-Identifier: MIT
"""Write the C tables of a SoC from LiteX's build folder: ``python soc/generate.py <folder> --output <folder>``.

Writes soc_shape.h and soc_config.h (macros), soc_tables.c (tables of soc/soc.h and the instances of all cores with a driver),
soc_instances.h (their declarations), soc_memory.ld (regions for the linker) and soc.mk (for make). Files whose
content has not changed keep their time. docs/soc.md describes them.

Input that cannot be used gives one line on stderr, exit status 2, and no file is touched.
"""

import argparse
import os
import re
import shlex
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from soc import kinds, litex_output  # noqa: E402
from soc.litex_output import InputError  # noqa: E402

FRAME_ALIGNMENT = 4096
# Their data caches never hold what main memory lacks.
WRITE_THROUGH_CPUS = ("vexriscv",)
BANNER = "Written by soc/generate.py from LiteX's csr.json; changes are lost."


def c_string(text):
    """A C string literal.

    Args:
        text (str): what it says.
    """
    escaped = []
    for byte in text.encode():
        if byte in b'"\\' or not 32 <= byte < 127:
            escaped.append(f"\\{byte:03o}")
        else:
            escaped.append(chr(byte))
    return '"' + "".join(escaped) + '"'


def c_reg(soc, register):
    """The initialiser of a csr_reg_t.

    Args:
        soc (litex_output.Soc): the SoC.
        register (litex_output.Register): the register.
    """
    access = "CSR_ACCESS_RW" if register.writable else "CSR_ACCESS_RO"
    return f"{{0x{register.addr:08x}, {register.words}, {access}, {register.bits}}}"


def low_32_bits(soc, register):
    """The part of a register that holds its bits 0 to 31.

    Args:
        soc (litex_output.Soc): the SoC.
        register (litex_output.Register): the register.
    """
    words = min(register.words, 32 // soc.data_width)
    if words == register.words:
        return register
    skip = register.words - words if soc.ordering == "big" else 0
    addr = register.addr + skip * soc.alignment // 8
    return litex_output.Register(register.name, addr, words, register.writable, 32)


def driver_arrays():
    """All arrays that drivers want: name to Driver, in the order of the kinds."""
    everything = (*kinds.KINDS, kinds.EVENT_MANAGER)
    return {kind.driver.array: kind.driver for kind in everything if kind.driver is not None}


def descriptors(soc, array):
    """The entries of a driver's array: pairs of a core and a channel's name, None where it is no channel.

    Args:
        soc (litex_output.Soc): the SoC.
        array (str): the array's name without ``soc_``.
    """
    found = []
    for core in litex_output.instances(soc, array):
        pattern = core.kind.driver.channels
        matches = [
            (register.addr, match[1])
            for name, register in core.registers.items()
            if pattern is not None and (match := re.fullmatch(pattern, name))
        ]
        channels = [channel for _, channel in sorted(matches)]
        found += [(core, channel) for channel in (channels if pattern else [None])]
    return found


def core_pins(soc, core):
    """The number of pins of a core.

    Args:
        soc (litex_output.Soc): the SoC.
        core (litex_output.Core): a core whose driver wants pins.
    """
    registers = [core.registers[name] for name in core.kind.driver.pins if name in core.registers]
    widths = [register.bits or register.words * soc.data_width for register in registers]
    return min(core.pins or max(widths), 32)


def march(flags):
    """The -march that Debian's gcc 12 has a C library for, from LiteX's compiler flags.

    LiteX says for example rv32i2p0_mac. Floating-point units are not used, and the atomic instructions only
    where the multilib with them has the multiplication, too.

    Args:
        flags (str): CPUFLAGS.
    """
    found = re.search(r"-march=rv(32|64)([a-z])(\w*)", flags)
    if not found:
        raise InputError(
            "variables.mak: CPUFLAGS has no -march=rv...; generate it again with LiteX"
        )
    width, base, rest = found.groups()
    if width != "32" or base not in "ig":
        raise InputError(f"variables.mak: {found[0]} is no CPU that we support; use an rv32i one")
    # Versions and multi-letter extensions out; what remains are single letters.
    letters = re.sub(r"\d+p\d+", "", rest)
    letters = "".join(part for part in letters.split("_") if part[:1] not in "zsx")
    letters += "imafd" if base == "g" else ""
    result = "rv32i"
    if "m" in letters:
        result += "m"
    if "a" in letters and "m" in letters and "c" in letters:
        result += "a"
    if "c" in letters:
        result += "c"
    return result


def macro_header(name, purpose, includes, entries):
    """The text of a header of macros: plain numbers and strings, for C, assembler and linker scripts alike.

    Args:
        name (str): of the file.
        purpose (str): what is in it.
        includes (tuple): headers before the macros.
        entries (list): (macro, value), or a str for a comment, "" for an empty line.
    """
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


def shape_header(soc):
    """The text of soc_shape.h.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    entries = [
        ("SOC_HAS_INTERRUPT", int(has_interrupt(soc))),
        ("SOC_HAS_ICACHE", int(has_constant(soc, "config_cpu_has_icache"))),
        ("SOC_HAS_DCACHE", int(has_constant(soc, "config_cpu_has_dcache"))),
        ("SOC_DCACHE_WRITES_THROUGH", int(soc.text("config_cpu_name") in WRITE_THROUGH_CPUS)),
        ("SOC_BUS_DATA_WIDTH", small(soc, "config_bus_data_width")),
        ("SOC_CSR_DATA_WIDTH", soc.data_width),
        ("SOC_CSR_ALIGNMENT", soc.alignment),
        ("SOC_CSR_ORDERING_BIG", int(soc.ordering == "big")),
        "",
    ]
    for name in ("rom", "sram", "main_ram"):
        entries.append((f"SOC_HAS_{name.upper()}", int(soc.memory(name) is not None)))
    entries += ["", "Cores with a driver; the instances are in soc_instances.h."]
    for array in driver_arrays():
        count = len(descriptors(soc, array))
        entries.append((f"SOC_HAS_{array.upper()}", int(count > 0)))
        entries.append((f"SOC_{array.upper()}_COUNT", count))
    entries.append(("SOC_HAS_DMA_LOOPBACK", int(has_peers(soc, "dma_reader", "loopback"))))
    pins_with_events = [
        core
        for core in litex_output.instances(soc, "gpio")
        if core.irq >= 0 and "ev_enable" in core.registers
    ]
    entries.append(("SOC_HAS_GPIO_EVENT", int(bool(pins_with_events))))
    entries += ["", "Which of them has a special role."]
    for macro, array, name in (
        ("SOC_CONSOLE_UART", "uart", soc.console),
        ("SOC_TICK_TIMER", "timer", soc.tick_timer),
    ):
        names = [core.name for core in litex_output.instances(soc, array)]
        entries.append((macro, names.index(name)))
    purpose = (
        "What SoCs have in common that differ only in numbers: most of the firmware knows no more."
    )
    return macro_header("soc_shape.h", purpose, (), entries)


def config_header(soc):
    """The text of soc_config.h.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    entries = [
        ("SOC_IDENTIFIER", c_string(soc.text("config_identifier"))),
        ("SOC_PLATFORM", c_string(soc.text("config_platform_name"))),
        ("SOC_CPU_NAME", c_string(soc.text("config_cpu_name"))),
        ("SOC_CPU_VARIANT", c_string(cpu_variant(soc))),
        ("SOC_BUILD", c_string(soc.build)),
        ("SOC_MAP_HASH", f"0x{litex_output.map_hash(soc):08x}"),
        ("SOC_CLOCK_HZ", soc.constant("config_clock_frequency")),
        ("SOC_CLOCK_TEXT", c_string(clock_text(soc.constant("config_clock_frequency")))),
        ("SOC_CSR_BASE", f"0x{soc.csr_base:08x}"),
        ("SOC_L2_BYTES", soc.constant("config_l2_size", 0)),
        "",
        "Memory regions.",
    ]
    for name, base, size, _ in soc.memories:
        if name != "csr":
            entries.append((f"SOC_{name.upper()}_BASE", f"0x{base:08x}"))
        entries.append((f"SOC_{name.upper()}_SIZE", f"0x{size:08x}"))
    if soc.memory("main_ram"):
        entries.append("What no other region (a frame buffer) lies in, from the base upwards.")
        entries.append(("SOC_MAIN_RAM_FREE_SIZE", f"0x{main_ram_free(soc):08x}"))
    return macro_header("soc_config.h", "What this SoC is.", ("soc_shape.h",), entries)


def clock_text(clock_hz):
    """A clock as people say it, with up to three decimals: "100 MHz", "62.5 MHz".

    Args:
        clock_hz (int): the clock.
    """
    return f"{round(clock_hz / 1e6, 3):.6g} MHz"


def has_constant(soc, name):
    """Whether LiteX defines a constant, with or without value.

    Args:
        soc (litex_output.Soc): the SoC.
        name (str): in lower case.
    """
    return name in dict(soc.constants)


def has_interrupt(soc):
    """Whether the CPU takes interrupts, and so has LiteX's functions for them.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    return has_constant(soc, "config_cpu_has_interrupt")


def cpu_variant(soc):
    """The CPU's variant, "" where unknown.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    prefix = "config_cpu_variant_"
    names = [name[len(prefix) :] for name, _ in soc.constants if name.startswith(prefix)]
    return names[0] if names else ""


def main_ram_free(soc):
    """The bytes of main_ram below the first other region that lies in it.

    Args:
        soc (litex_output.Soc): a SoC with main_ram.
    """
    base, size = soc.memory("main_ram")
    others = [at for name, at, _, _ in soc.memories if name != "main_ram"]
    for core in soc.cores:
        if core.kind is not None and core.kind.driver is not None and core.kind.driver.frame:
            others.append(frame_memory(soc, core)[0])
    return min((at for at in others if base <= at < base + size), default=base + size) - base


def frame_memory(soc, core):
    """Where the picture of a frame buffer lies: (address, bytes), (0, 0) where there is none.

    It lies where LiteX says, if that is in main RAM. LiteX's default address is 12 MiB above the base of main RAM
    also on boards that have less: there it is the end of main RAM. The driver tells the core.

    Args:
        soc (litex_output.Soc): the SoC.
        core (litex_output.Core): the frame buffer.
    """
    names = ("base", "hres", "vres", "depth")
    numbers = [soc.constant(f"{core.name}_{name}") for name in names]
    if not all(litex_output.is_int(number) and number > 0 for number in numbers):
        return 0, 0
    base, hres, vres, depth = numbers
    size = (hres * vres * depth + 7) // 8
    region = soc.memory(core.name)
    ram = soc.memory("main_ram")
    if ram is None:
        return base, max(region[1] if region else 0, size)
    end = ram[0] + ram[1]
    if ram[0] <= base and base + size <= end:
        return base, min(max(region[1] if region else 0, size), end - base)
    pages = (size + FRAME_ALIGNMENT - 1) // FRAME_ALIGNMENT
    room = pages * FRAME_ALIGNMENT
    return (end - room, room) if 2 * room <= ram[1] else (0, 0)


def peer(soc, core, member):
    """The instance that a member of another one points to: (array, index), or None.

    Args:
        soc (litex_output.Soc): the SoC.
        core (litex_output.Core): a core whose driver has such a member.
        member (str): the member.
    """
    form, array = core.kind.driver.peers[member]
    constant = form.format(core=core.name)
    name = soc.text(constant)
    if not has_constant(soc, constant):
        return None
    names = [other.name for other in litex_output.instances(soc, array)]
    if name not in names:
        known = f"it has {', '.join(names)}" if names else "it has none"
        raise InputError(
            f"csr.json: constants.{constant} is {name or 'no name'}, which is no {array} of this SoC; {known}"
        )
    return array, names.index(name)


def has_peers(soc, array, member):
    """Whether any instance of an array has a peer.

    Args:
        soc (litex_output.Soc): the SoC.
        array (str): the array.
        member (str): its member.
    """
    return any(peer(soc, core, member) for core in litex_output.instances(soc, array))


def instances_header(soc):
    """The text of soc_instances.h.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    present = {
        array: driver for array, driver in driver_arrays().items() if descriptors(soc, array)
    }
    lines = ["// " + BANNER, "", "#ifndef SOC_INSTANCES_H", "#define SOC_INSTANCES_H", ""]
    lines += [f'#include "{header}"' for header in sorted({d.header for d in present.values()})]
    lines.append("")
    for array, driver in present.items():
        lines.append(f"extern const {driver.type} soc_{array}[SOC_{array.upper()}_COUNT];")
    lines += ["", "#endif // SOC_INSTANCES_H", ""]
    return "\n".join(lines)


def instance_initialiser(soc, core, channel):
    """The initialiser of one instance.

    Args:
        soc (litex_output.Soc): the SoC.
        core (litex_output.Core): a core with a driver.
        channel (str): which of its channels, None where its driver knows none.
    """
    driver = core.kind.driver
    name = (
        core.name
        if channel is None
        else driver.channel_name.format(core=core.name, channel=channel)
    )
    lines = ["    {", f"        .name = {c_string(name)},", f"        .irq = {core.irq},"]
    if driver.pins:
        lines.append(f"        .pins = {core_pins(soc, core)},")
    if driver.base:
        lines.append(f"        .base = 0x{core.base:08x},")
    if driver.size:
        lines.append(f"        .size = 0x{soc.memory(core.name)[1]:08x},")
    for name, value in (driver.fields or {}).items():
        lines.append(f"        .{name} = {value},")
    for name, form in (driver.regions or {}).items():
        region = soc.memory(form.format(core=core.name))
        if region is not None:
            lines.append(f"        .{name} = 0x{region[0]:08x},")
    for name in driver.registers:
        source = (driver.formats or {}).get(name, name).format(channel=channel)
        if source in core.registers:
            register = core.registers[source]
            if driver.pins or driver is kinds.EVENT_DRIVER:
                register = low_32_bits(soc, register)
            lines.append(f"        .{name} = {c_reg(soc, register)},")
    everything = {register.name: register for register in soc.registers}
    for name, form in (driver.linked or {}).items():
        register = everything.get(form.format(core=core.name))
        if register is not None:
            lines.append(f"        .{name} = {c_reg(soc, register)},")
    for name, form in (driver.constants or {}).items():
        number = soc.constant(form.format(core=core.name))
        lines.append(f"        .{name} = {number if litex_output.is_int(number) else 0},")
    for name in driver.peers or ():
        found = peer(soc, core, name)
        if found is not None:
            lines.append(f"        .{name} = &soc_{found[0]}[{found[1]}],")
    if driver.frame:
        memory, size = frame_memory(soc, core)
        lines += [f"        .memory = 0x{memory:08x},", f"        .memory_bytes = {size},"]
        # litex/soc/cores/video.py: it exchanges red and blue of pixels wider than the DRAM's words.
        if soc.constant(f"{core.name}_depth") == 32 and 0 < soc.dram_port_bits < 32:
            lines.append("        .bgr = true,")
    lines.append("    },")
    return lines


def tables_source(soc):
    """The text of soc_tables.c.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    lines = ["// " + BANNER, "", '#include "soc/soc.h"']
    lines += ['#include "soc_config.h"', '#include "soc_instances.h"', ""]

    def table(name, array, entries):
        # C has no empty arrays: one unused entry stands for none.
        lines.append(f"const soc_{name}_t {array}[] = {{")
        lines.extend(f"    {entry}," for entry in entries or ["{0}"])
        lines.append("};")
        lines.append(f"const unsigned soc_{name}_count = {len(entries)};")
        lines.append("")

    def constant(name, value):
        if isinstance(value, str):
            return f"{{{c_string(name)}, {c_string(value)}, 0}}"
        if value is None:
            return f'{{{c_string(name)}, "", 1}}'
        return f"{{{c_string(name)}, NULL, INT64_C({value})}}"

    table(
        "register",
        "soc_registers",
        [
            f"{{{c_string(register.name)}, {c_reg(soc, register)}}}"
            for register in sorted(soc.registers, key=lambda register: register.name)
        ],
    )
    table(
        "memory",
        "soc_memories",
        [
            f"{{{c_string(name)}, 0x{base:08x}, 0x{size:08x}, {c_string(kind)}}}"
            for name, base, size, kind in soc.memories
        ],
    )
    table("constant", "soc_constants", [constant(*entry) for entry in soc.constants])
    table(
        "core",
        "soc_cores",
        [
            f"{{{c_string(core.name)}, {c_string(core.kind.name if core.kind else '')}, "
            f"0x{core.base:08x}, {core.irq}}}"
            for core in soc.cores
        ],
    )
    has_hash = any(register.name == "soc_map_hash" for register in soc.registers)
    identity = {
        "identifier": "SOC_IDENTIFIER",
        "platform": "SOC_PLATFORM",
        "cpu_name": "SOC_CPU_NAME",
        "cpu_variant": "SOC_CPU_VARIANT",
        "cpu_human_name": c_string(soc.text("config_cpu_human_name")),
        "bus_standard": c_string(soc.text("config_bus_standard")),
        "build": "SOC_BUILD",
        "map_hash": "SOC_MAP_HASH",
        "has_map_hash": "true" if has_hash else "false",
        "clock_hz": "SOC_CLOCK_HZ",
        "csr_base": "SOC_CSR_BASE",
        "csr_data_width": "SOC_CSR_DATA_WIDTH",
        "csr_alignment": "SOC_CSR_ALIGNMENT",
        "csr_ordering_big": "SOC_CSR_ORDERING_BIG",
        "bus_data_width": small(soc, "config_bus_data_width"),
        "bus_address_width": small(soc, "config_bus_address_width"),
    }
    lines.append("const soc_identity_t soc_identity = {")
    lines.extend(f"    .{name} = {value}," for name, value in identity.items())
    lines += ["};", ""]
    for array, driver in driver_arrays().items():
        entries = descriptors(soc, array)
        if not entries:
            continue
        lines.append(f"const {driver.type} soc_{array}[SOC_{array.upper()}_COUNT] = {{")
        for core, channel in entries:
            lines += instance_initialiser(soc, core, channel)
        lines += ["};", ""]
    return "\n".join(lines)


def small(soc, name):
    """A constant that fits into a byte, else 32.

    Args:
        soc (litex_output.Soc): the SoC.
        name (str): the constant's name.
    """
    value = soc.constant(name, 32)
    return value if litex_output.is_int(value) and 0 <= value < 256 else 32


def linker_script(soc):
    """The text of soc_memory.ld.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    attributes = {"rom": "rx", "sram": "rwx", "main_ram": "rwx"}
    lines = ["/* " + BANNER + " */", "", "MEMORY", "{"]
    for name, base, size, _ in soc.memories:
        if name in attributes:
            if name == "main_ram":
                size = main_ram_free(soc)
            lines.append(
                f"    {name} ({attributes[name]}) : ORIGIN = 0x{base:08x}, LENGTH = 0x{size:08x}"
            )
    lines += ["}", ""]
    return "\n".join(lines)


def make_fragment(soc):
    """The text of soc.mk.

    Args:
        soc (litex_output.Soc): the SoC.
    """
    litex = litex_output.litex_directory(soc)
    cpu = soc.text("config_cpu_name")
    cpu_directory = soc.variables.get("CPU_DIRECTORY", "")
    if not os.path.isdir(cpu_directory):
        cpu_directory = os.path.join(litex, "cores", "cpu", cpu)
    if not os.path.isfile(os.path.join(cpu_directory, "irq.h")):
        raise InputError(
            f"{cpu_directory}: has no irq.h; LiteX's headers for the CPU are needed: install litex "
            "for this Python, or generate the SoC again on this machine"
        )
    flags = soc.variables["CPUFLAGS"]
    defines = " ".join(re.findall(r"-D\w+(?:=\w+)?", flags))
    includes = [
        os.path.join(litex, "software", "include"),
        os.path.abspath(os.path.join(soc.folder, "software", "include")),
        cpu_directory,
    ]
    for place in includes:
        if re.search(r"[\s#$%:;'\"\\]", place):
            raise InputError(
                f"{place}: make cannot use such a path; move it to one without spaces"
            )
    main_ram = soc.memory("main_ram")
    lines = [
        "# " + BANNER,
        "# Include it anywhere; the order of includes does not matter to it.",
        "",
        "SOC_GEN_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))",
        f"SOC_CPU := {cpu}",
        f"SOC_CPU_VARIANT := {cpu_variant(soc)}",
        f"SOC_MARCH := {march(flags)}",
        "SOC_MABI := ilp32",
        f"SOC_CLOCK_HZ := {soc.constant('config_clock_frequency')}",
        f"SOC_MAIN_RAM_SIZE := {main_ram_free(soc) if main_ram else 0}",
        f"SOC_SRAM_SIZE := {(soc.memory('sram') or (0, 0))[1]}",
    ]
    for array in driver_arrays():
        lines.append(f"SOC_HAS_{array.upper()} := {int(bool(descriptors(soc, array)))}")
    lines += [
        "",
        "# The instruction set, in the spelling that Debian's gcc 12 and picolibc have a multilib for.",
        "SOC_ARCH_CFLAGS := -march=$(SOC_MARCH) -mabi=$(SOC_MABI) -misa-spec=2.2 -Wa,-misa-spec=2.2",
        "# These tables, then LiteX's own headers (hw/common.h, generated/*.h, irq.h and system.h of the CPU).",
        f"SOC_CFLAGS := $(SOC_ARCH_CFLAGS) {defines} -I$(SOC_GEN_DIR) \\",
        "    " + " ".join(f"-isystem {shlex.quote(place)}" for place in includes),
        "# What to compile besides soc/*.c.",
        "SOC_SRC := $(SOC_GEN_DIR)/soc_tables.c",
        "",
    ]
    return "\n".join(lines)


def write_files(folder, files):
    """Write all files, or none: each is complete under another name before the first is moved into place.

    Args:
        folder (str): is made where it is missing.
        files (dict): name to text.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".soc-", dir=folder) as temporary:
            for name, text in files.items():
                with open(os.path.join(temporary, name), "w", encoding="utf-8") as file:
                    file.write(text)
            for name, text in files.items():
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, encoding="utf-8", errors="replace") as file:
                        if file.read() == text:
                            continue
                os.replace(os.path.join(temporary, name), path)
    except OSError as error:
        raise InputError(
            f"{error.filename or folder}: {error.strerror}; give a folder that can be written"
        ) from None


def generate(folder, toml=None, ordering=None):
    """The files of a SoC: name to text, and warnings for people.

    Args:
        folder (str): LiteX's build folder.
        toml (str): a litex.toml, or None for the one in the folder.
        ordering (str): "big", "little", or None to find out.
    """
    soc = litex_output.load(folder, toml, ordering)
    files = {
        "soc_shape.h": shape_header(soc),
        "soc_config.h": config_header(soc),
        "soc_instances.h": instances_header(soc),
        "soc_tables.c": tables_source(soc),
        "soc_memory.ld": linker_script(soc),
        "soc.mk": make_fragment(soc),
    }
    for events in litex_output.event_managers(soc):
        if not litex_output.can_acknowledge(soc, events.registers["pending"]):
            soc.warnings.append(
                f"{events.name} has more than 32 events, which little ordering of its registers does not let "
                "the firmware acknowledge: it is used without interrupt"
            )
    return files, soc.warnings


def main(arguments=None):
    """The command line.

    Args:
        arguments (list): instead of the process's.

    Returns:
        int: the exit status.
    """
    parser = argparse.ArgumentParser(description="Write the C tables of a SoC that LiteX built.")
    parser.add_argument("folder", help="LiteX's build folder, or the csr.json in it")
    parser.add_argument("--output", required=True, help="folder for the tables")
    parser.add_argument("--litex-toml", help="instead of litex.toml beside csr.json")
    parser.add_argument("--csr-ordering", choices=("big", "little"), help="of wide registers")
    options = parser.parse_args(arguments)
    try:
        files, warnings = generate(options.folder, options.litex_toml, options.csr_ordering)
        write_files(options.output, files)
    except InputError as error:
        print(f"soc/generate.py: {error}", file=sys.stderr)
        return 2
    for warning in warnings:
        print(f"soc/generate.py: warning: {warning}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
