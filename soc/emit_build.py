# SPDX-License-Identifier: MIT
"""What builds a SoC's firmware: soc_memory.ld for the linker and soc.mk for make."""

from __future__ import annotations

import os
import re
import shlex

from soc import kinds, litex_output
from soc.emit_c import BANNER, cpu_variant
from soc.memory import main_ram_free
from soc.model import InputError, Soc

LINKER_REGIONS = {"rom": "rx", "sram": "rwx", "main_ram": "rwx"}


def march(flags: str, cpu: str = "") -> str:
    """The -march that Debian's gcc 12 has a C library for, from CPUFLAGS, such as "rv32i2p0_mac".

    The firmware uses no floating-point unit. It uses atomic instructions only where the multilib with them has the
    multiplication, too.
    """
    found = re.search(r"-march=rv(32|64)([a-z])(\w*)", flags)
    if not found:
        raise InputError(
            "variables.mak: CPUFLAGS has no -march=rv...; generate it again with LiteX"
        )
    width, base, rest = found.groups()
    name = f"the CPU {cpu}".rstrip()
    if width == "64":
        raise InputError(
            f"variables.mak: {name} has 64 bits ({found[0]}), the firmware is for 32; "
            "build the SoC with a 32-bit CPU or variant, for example --cpu-type=vexriscv"
        )
    if base not in "ig":
        raise InputError(
            f"variables.mak: {name} has half of the registers ({found[0]}), the firmware needs all 32; "
            "build the SoC with an rv32i CPU, for example --cpu-type=vexriscv"
        )
    # Without versions and multi-letter extensions, what remains are single letters.
    letters = re.sub(r"\d+p\d+", "", rest)
    letters = "".join(part for part in letters.split("_") if part[:1] not in ("z", "s", "x"))
    letters += "imafd" if base == "g" else ""
    result = "rv32i"
    if "m" in letters:
        result += "m"
    if "a" in letters and "m" in letters and "c" in letters:
        result += "a"
    if "c" in letters:
        result += "c"
    return result


def linker_script(soc: Soc) -> str:
    """The text of soc_memory.ld."""
    lines = ["/* " + BANNER + " */", "", "MEMORY", "{"]
    for memory in soc.memories:
        if memory.name in LINKER_REGIONS:
            size = main_ram_free(soc) if memory.name == "main_ram" else memory.size
            attributes = LINKER_REGIONS[memory.name]
            lines.append(
                f"    {memory.name} ({attributes}) : ORIGIN = 0x{memory.base:08x}, LENGTH = 0x{size:08x}"
            )
    lines += ["}", ""]
    return "\n".join(lines)


def cpu_headers(soc: Soc, litex: str) -> str:
    """The folder with irq.h and system.h of the CPU."""
    folder = soc.variables.get("CPU_DIRECTORY", "")
    if not os.path.isdir(folder):
        folder = os.path.join(litex, "cores", "cpu", soc.cpu)
    if not os.path.isfile(os.path.join(folder, "irq.h")):
        raise InputError(
            f"{folder}: has no irq.h; LiteX's headers for the CPU are needed: install litex "
            "for this Python, or generate the SoC again on this machine"
        )
    return folder


def make_fragment(soc: Soc) -> str:
    """The text of soc.mk."""
    litex = litex_output.litex_directory(soc)
    flags = soc.variables["CPUFLAGS"]
    defines = " ".join(re.findall(r"-D\w+(?:=\w+)?", flags))
    includes = [
        os.path.join(litex, "software", "include"),
        os.path.abspath(os.path.join(soc.folder, "software", "include")),
        cpu_headers(soc, litex),
    ]
    for place in includes:
        if re.search(r"[\s#$%:;'\"\\]", place):
            raise InputError(
                f"{place}: make cannot use such a path; move it to one without spaces"
            )
    cpu = soc.cpu
    sram, main_ram = soc.memory("sram"), soc.memory("main_ram")
    lines = [
        "# " + BANNER,
        "# Include it anywhere; the order of includes does not matter to it.",
        "",
        "SOC_GEN_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))",
        f"SOC_CPU := {cpu}",
        f"SOC_CPU_VARIANT := {cpu_variant(soc)}",
        f"SOC_MARCH := {march(flags, cpu)}",
        "SOC_MABI := ilp32",
        f"SOC_CLOCK_HZ := {soc.number('config_clock_frequency')}",
        f"SOC_MAIN_RAM_SIZE := {main_ram_free(soc)}",
        f"SOC_SRAM_SIZE := {sram.size if sram else 0}",
        f"SOC_MAIN_RAM_BASE := 0x{main_ram.base if main_ram else 0:08x}",
        f"SOC_FLASH_BOOT_ADDRESS := 0x{soc.number('flash_boot_address'):08x}",
    ]
    for array in kinds.drivers():
        lines.append(f"SOC_HAS_{array.upper()} := {int(bool(soc.instances[array]))}")
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
