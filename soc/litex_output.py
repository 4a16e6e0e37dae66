# SPDX-License-Identifier: MIT
"""Read what LiteX wrote about a SoC: csr.json and, for what it lacks, its neighbours in the build folder.

- csr.json: cores, registers (address, size in bus words, access), constants, memories. It has no widths in bits.
  LiteX 2024.12 lower-cases its strings; later LiteX keeps their letter case, says the order of words and names classes.
- csr.svd, where LiteX was asked for it: widths in bits.
- software/include/generated/soc.h: strings in their true letter case, LiteX's revision and the date.
- software/include/generated/csr.h: the fields of registers, and the order of the words of wide ones.
- software/include/generated/sdram_phy.h, where there is DRAM: how wide its ports are.
- software/include/generated/variables.mak: the compiler's flags, where LiteX's headers for the CPU are.
- gateware/*.v: the order of words and the FPGA's primitives as they were built.
- gateware.digest, in a reference SoC's folder: a hash over all that decides what it is.
- litex.toml: what the user says; it overrides all of the above (litex_toml.py).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

from soc import kinds, litex_toml
from soc.memory import check_regions, check_sram
from soc.model import ADDRESS_LIMIT, Core, InputError, Memory, Register, Soc

__all__ = ["InputError", "Soc", "load", "litex_directory", "map_hash"]

DATA_WIDTHS = (8, 32)
ALIGNMENTS = (32, 64)
AGAIN = "generate it again with LiteX"


def read_text(path: str, hint: str) -> str:
    """A file's text; ``hint`` is what to do where it cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text"
        raise InputError(f"{path}: {reason}; {hint}") from None


def is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_address(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < ADDRESS_LIMIT


def check(condition: bool, path: str, problem: str) -> None:
    """Raise InputError unless the condition holds; ``problem`` says what is wrong, and where in the file."""
    if not condition:
        raise InputError(f"{path}: {problem}; {AGAIN}")


def parse_json(path: str) -> dict[str, Any]:
    text = read_text(path, "give the folder that LiteX built into, with csr.json in it")
    try:
        data: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "it"
        raise InputError(f"{path}: {where} is not JSON; {AGAIN}") from None
    check(isinstance(data, dict), path, "is not a JSON object")
    for section in ("csr_bases", "csr_registers", "constants", "memories"):
        check(isinstance(data.get(section), dict), path, f"has no section {section}")
        for name in data[section]:
            good = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) is not None and len(name) < 128
            check(good, path, f"has a name in {section} that C cannot have: {name[:40]!r}")
    return data


def load_cores(soc: Soc, data: dict[str, Any], path: str) -> None:
    # LiteX names classes since November 2025.
    classes = data.get("cores", {})
    check(isinstance(classes, dict), path, "cores is not an object")
    for name, base in data["csr_bases"].items():
        check(is_address(base), path, f"csr_bases.{name} is not a 32-bit address")
        check(
            base % 4 == 0, path, f"csr_bases.{name} is 0x{base:08x}, which is not a multiple of 4"
        )
        litex_class = classes.get(name, "")
        check(isinstance(litex_class, str), path, f"cores.{name} is not a text")
        soc.cores.append(Core(name, base, litex_class=litex_class))


def load_registers(soc: Soc, data: dict[str, Any], path: str) -> None:
    for name, info in data["csr_registers"].items():
        where = f"csr_registers.{name}"
        check(isinstance(info, dict), path, f"{where} is not an object")
        addr, size, access = info.get("addr"), info.get("size"), info.get("type")
        check(is_address(addr), path, f"{where}.addr is not a 32-bit address")
        check(addr % 4 == 0, path, f"{where}.addr is 0x{addr:08x}, which is not a multiple of 4")
        check(is_int(size) and 1 <= size <= 255, path, f"{where}.size is not 1 to 255 words")
        check(access in ("ro", "rw"), path, f"{where}.type is neither ro nor rw")
        soc.registers.append(Register(name, addr, size, access == "rw"))


def check_registers(soc: Soc, path: str) -> None:
    """Refuse registers that share an address: LiteX gives each its own."""
    ordered = sorted(soc.registers, key=lambda register: register.addr)
    for one, other in zip(ordered, ordered[1:], strict=False):
        last = one.addr + (one.words - 1) * soc.alignment // 8
        check(
            last < other.addr,
            path,
            f"csr_registers.{one.name} and csr_registers.{other.name} are both at 0x{other.addr:08x}",
        )


def load_memories(soc: Soc, data: dict[str, Any], path: str) -> None:
    for name, info in data["memories"].items():
        where = f"memories.{name}"
        check(isinstance(info, dict), path, f"{where} is not an object")
        base, size, kind = info.get("base"), info.get("size"), info.get("type", "")
        check(is_int(base) and base >= 0, path, f"{where}.base is not an address")
        check(is_int(size) and size >= 0, path, f"{where}.size is not a number of bytes")
        check(isinstance(kind, str), path, f"{where}.type is not a text")
        if base >= ADDRESS_LIMIT:
            soc.warnings.append(f"memory region {name} is beyond 4 GiB and left out")
            continue
        size = min(size, ADDRESS_LIMIT - base, ADDRESS_LIMIT - 1)
        soc.memories.append(Memory(name, base, size, kind))


def load_constants(soc: Soc, data: dict[str, Any], path: str) -> None:
    for name, value in data["constants"].items():
        if isinstance(value, float):
            good = value == value and abs(value) < 2**63
            check(good, path, f"constants.{name} is not a finite number")
            value = int(value)
        elif isinstance(value, bool):
            value = int(value)
        good = value is None or isinstance(value, str) or is_int(value) and abs(value) < 2**63
        check(good, path, f"constants.{name} is neither a 64-bit number nor a text")
        soc.constants[name] = value


def load_csr_json(soc: Soc, path: str) -> None:
    """Fill registers, cores, memories and constants, and what the constants say of the buses."""
    data = parse_json(path)
    load_cores(soc, data, path)
    load_registers(soc, data, path)
    load_memories(soc, data, path)
    load_constants(soc, data, path)
    soc.data_width = soc.number("config_csr_data_width")
    known = soc.data_width in DATA_WIDTHS
    check(known, path, "constants.config_csr_data_width is not 8 or 32, which is all we support")
    soc.alignment = soc.number("config_csr_alignment", 32)
    known = soc.alignment in ALIGNMENTS
    check(known, path, "constants.config_csr_alignment is not 32 or 64, which is all we support")
    clock = soc.number("config_clock_frequency")
    good = 1_000_000 <= clock < ADDRESS_LIMIT
    check(good, path, "constants.config_clock_frequency is not 1 MHz to 4.29 GHz")
    region = soc.memory("csr")
    soc.csr_base = region.base if region else min((core.base for core in soc.cores), default=0)
    check_registers(soc, path)
    check_regions(soc, path)


def assign_registers(soc: Soc) -> None:
    """Give each register to its core: the one whose name it begins with, and nearest below its address."""
    for register in soc.registers:
        owners = [
            core
            for core in soc.cores
            if register.name.startswith(core.name + "_") and core.base <= register.addr
        ]
        if owners:
            owner = max(owners, key=lambda core: (core.base, len(core.name)))
            owner.registers[register.name[len(owner.name) + 1 :]] = register
        else:
            soc.warnings.append(f"register {register.name} belongs to no core")


def assign_interrupts(soc: Soc, path: str) -> None:
    """Give each core its interrupt line, from the constants <core>_interrupt.

    LiteX numbers none where the CPU has no interrupts: there each core with an event manager gets a number for the
    dispatch that polls (soc/irq.h).
    """
    if not soc.has("config_cpu_has_interrupt"):
        polled = [core for core in soc.cores if any("pending" in name for name in core.registers)]
        for line, core in enumerate(polled[:32]):
            core.irq = line
        return
    for core in soc.cores:
        name = core.name.lower() + "_interrupt"
        if soc.has(name):
            core.irq = soc.number(name, -1)
            check(0 <= core.irq < 32, path, f"constants.{name} is not 0 to 31")


def load_digest(soc: Soc, path: str) -> None:
    """Name the build of a reference SoC by what decides it: two builds of one commit are the same."""
    if os.path.exists(path):
        digest = read_text(path, "generate it again").strip()
        if re.fullmatch(r"[0-9a-f]{64}", digest):
            soc.build = f"reference {digest[:12]}"


def load_soc_header(soc: Soc, path: str) -> None:
    """Take the constants' strings from soc.h, which keeps their letter case."""
    if not os.path.exists(path):
        soc.warnings.append(
            f"{path} is missing: texts such as the identifier may be in lower case"
        )
        return
    text = read_text(path, AGAIN)
    banner = re.search(r"^// Auto-generated by (LiteX [\x20-\x7e]{1,80}?)\s*$", text, re.MULTILINE)
    soc.build = banner[1] if banner else ""
    strings = dict(re.findall(r'^#define (\w+) "(.*)"\s*$', text, re.MULTILINE))
    for name, value in soc.constants.items():
        true_value = strings.get(name.upper())
        if not isinstance(value, str) or true_value is None:
            continue
        if true_value.lower() == value.lower():
            soc.constants[name] = true_value
        elif name == "config_identifier":
            raise InputError(
                f"{path}: its identifier is not that of csr.json, so they are of two builds; "
                "generate both again with LiteX"
            )


def load_dram(soc: Soc, path: str) -> None:
    """Take the width of LiteDRAM's ports from sdram_phy.h: what the DRAM's PHY moves in a cycle."""
    if os.path.exists(path):
        text = read_text(path, AGAIN)
        bits, phases = (
            re.search(rf"^#define SDRAM_PHY_{name} (\d+)\s*$", text, re.MULTILINE)
            for name in ("DFI_DATABITS", "PHASES")
        )
        if bits and phases:
            soc.dram_port_bits = int(bits[1]) * int(phases[1])


def load_fields(soc: Soc, path: str) -> None:
    """Take the offsets of registers' fields from csr.h."""
    if os.path.exists(path):
        text = read_text(path, AGAIN)
        found = re.findall(r"^#define CSR_(\w+)_OFFSET (\d+)\s*$", text, re.MULTILINE)
        soc.fields = {name.lower(): int(offset) for name, offset in found}


def load_svd(soc: Soc, path: str) -> None:
    """Take the registers' widths from csr.svd, which need not be there."""
    if not os.path.exists(path):
        return
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        soc.warnings.append(f"{path} is not used: {error}")
        return
    widths: dict[str, int] = {}
    for peripheral in root.iter("peripheral"):
        core = peripheral.findtext("name", "").lower()
        for entry in peripheral.iter("register"):
            # Each word of a wide register is an entry of its own, which says so.
            part = re.match(
                r"Bits (\d+)-(\d+) of `(\w+)`", entry.findtext("description", "").strip()
            )
            if part:
                name, bits = part[3].lower(), int(part[2]) + 1
            else:
                name = core + "_" + entry.findtext("name", "").lower()
                tops = [
                    int(text) + 1
                    for msb in entry.iter("msb")
                    if (text := msb.text or "").isdigit()
                ]
                bits = max(tops, default=0)
            widths[name] = max(widths.get(name, 0), bits)
    for register in soc.registers:
        bits = widths.get(register.name.lower(), 0)
        most = soc.full_bits(register)
        if bits and not most - soc.data_width < bits <= most:
            soc.warnings.append(
                f"{path}: {register.name} has {bits} bits there but {register.words} words in csr.json"
            )
        else:
            register.bits = bits


def verilog(soc: Soc) -> Iterator[str]:
    """The texts of the gateware's Verilog files, none where it is not there."""
    folder = os.path.join(soc.folder, "gateware")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if name.endswith(".v"):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                yield file.read()


def ordering_of_verilog(soc: Soc) -> str | None:
    """The order of words in the gateware, "big" or "little", or None where that cannot be seen."""
    wide = {
        (name, register.words)
        for core in soc.cores
        for name, register in core.registers.items()
        if register.words > 1
    }
    for text in verilog(soc) if wide else ():
        reads = re.findall(r"dat_r <= (\w*csrbank\d+_)(\w+)_w;", text)
        position = {bank + word: at for at, (bank, word) in enumerate(reads)}
        banks = {bank for bank, _ in reads}
        for register, words in sorted(wide):
            for bank in banks:
                low = position.get(f"{bank}{register}0")
                high = position.get(f"{bank}{register}{words - 1}")
                if low is not None and high is not None and abs(high - low) == words - 1:
                    return "big" if high < low else "little"
    return None


def ordering_of_header(path: str) -> str | None:
    """The order of words that csr.h's accessors use, or None where it has no wide register."""
    if not os.path.exists(path):
        return None
    text = read_text(path, AGAIN)
    for body in re.findall(r"^static inline \w+ \w+_read\(void\) \{\n(.*?)^\}", text, re.M | re.S):
        offsets = re.findall(r"csr_read_simple\(\(?(?:CSR_BASE \+ )?(0x[0-9a-f]+)L?", body)
        if len(offsets) > 1 and "<<=" in body:
            return "big" if int(offsets[0], 16) < int(offsets[1], 16) else "little"
    return None


def ordering_of_constants(soc: Soc) -> str | None:
    """The order of words as LiteX says since September 2025."""
    said = [order for order in ("big", "little") if soc.has(f"config_csr_ordering_{order}")]
    return said[0] if len(said) == 1 else None


def find_ordering(soc: Soc, header: str, option: str | None, said: litex_toml.Said) -> None:
    """Set the order of words by the rule of docs/soc.md, which the emulator follows, too.

    The emulator does not read the gateware: where that contradicts the rule, the user has to decide for both.
    """
    sources = (
        ("litex.toml", said.ordering),
        ("csr.json", ordering_of_constants(soc)),
        (header, ordering_of_header(header)),
        ("the rule without csr.h", "big"),
    )
    source, soc.ordering = next((source, order) for source, order in sources if order is not None)
    if option is not None:
        soc.ordering = option
        return
    gateware = ordering_of_verilog(soc)
    if gateware is not None and gateware != soc.ordering:
        raise InputError(
            f"{source} reads wide registers in {soc.ordering} order but the gateware has {gateware}; "
            f'put the line csr_ordering = "{gateware}" into {said.path}'
        )


def load_variables(soc: Soc, path: str) -> None:
    text = read_text(path, "the firmware's compiler flags come from there: generate it with LiteX")
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and re.fullmatch(r"\w+", name.strip()):
            soc.variables[name.strip()] = value.strip()
    if "CPUFLAGS" not in soc.variables:
        raise InputError(f"{path}: has no CPUFLAGS; {AGAIN}")


def litex_directory(soc: Soc) -> str:
    """The folder litex/soc of the LiteX that built this SoC, else of the LiteX that this Python has."""
    folder = soc.variables.get("SOC_DIRECTORY", "")
    if os.path.isdir(folder):
        return folder
    spec = importlib.util.find_spec("litex")
    places = (spec.submodule_search_locations or ()) if spec else ()
    for place in places:
        if os.path.isdir(os.path.join(place, "soc")):
            return os.path.join(place, "soc")
    raise InputError(
        f"{folder or 'SOC_DIRECTORY of variables.mak'}: is not there; LiteX's headers are needed: "
        "install litex for this Python, or generate the SoC again on this machine"
    )


def map_hash(soc: Soc) -> int:
    """The hash of the CSR map: the first 4 bytes of SHA-256 over a text that lists it (docs/soc.md)."""
    lines = [f"width={soc.data_width} ordering={soc.ordering}\n"]
    for register in sorted(soc.registers, key=lambda register: (register.addr, register.name)):
        access = "rw" if register.writable else "ro"
        lines.append(f"{register.name} 0x{register.addr:08x} {register.words} {access}\n")
    return int.from_bytes(hashlib.sha256("".join(lines).encode()).digest()[:4], "big")


def add_memory_cores(soc: Soc, said: litex_toml.Said) -> None:
    """Add the cores that are only a memory region: those of a kind, and those that the user names."""
    names = {core.name for core in soc.cores}
    for memory in soc.memories:
        kind = kinds.find_memory_kind(memory.name)
        if memory.name not in names and (kind is not None or memory.name in said.cores):
            soc.cores.append(Core(memory.name, memory.base, kind=kind))
    soc.cores.sort(key=lambda core: (core.base, core.name))


def choose(soc: Soc, array: str, said: str | None, standard: str, path: str, hint: str) -> str:
    """The instance with a special role: the one that litex.toml names, the standard one of LiteX, or the first."""
    names = soc.names(array)
    if not names:
        raise InputError(f"{path}: this SoC has no {array}; {hint}")
    if said is not None and said not in names:
        raise InputError(
            f"litex.toml: {said} is not a {array} of this SoC; it has {', '.join(names)}"
        )
    return said or (standard if standard in names else names[0])


def load(folder: str, toml: str | None = None, ordering: str | None = None) -> Soc:
    """Read all that LiteX wrote about a SoC. Raises InputError where the input cannot be used.

    ``folder`` is the build folder, or the csr.json in it; ``toml`` a litex.toml instead of the one beside csr.json;
    ``ordering`` overrides all else.
    """
    path = folder if os.path.isfile(folder) else os.path.join(folder, "csr.json")
    folder = os.path.dirname(path) or "."
    generated = os.path.join(folder, "software", "include", "generated")
    places = [os.path.join(place, "csr.h") for place in (generated, folder)]
    header = next(filter(os.path.exists, places), places[0])
    soc = Soc(folder)
    load_csr_json(soc, path)
    if soc.constants.get("config_cpu_family") != "riscv":
        name = soc.text("config_cpu_name") or "none"
        raise InputError(f"{path}: the CPU ({name}) is not a RISC-V; build the SoC with VexRiscv")
    check_sram(soc, path)
    assign_registers(soc)
    assign_interrupts(soc, path)
    load_soc_header(soc, os.path.join(generated, "soc.h"))
    load_digest(soc, os.path.join(folder, "gateware.digest"))
    load_svd(soc, os.path.join(folder, "csr.svd"))
    load_dram(soc, os.path.join(generated, "sdram_phy.h"))
    load_fields(soc, header)
    said = litex_toml.load(toml, folder)
    find_ordering(soc, header, ordering, said)
    add_memory_cores(soc, said)
    litex_toml.set_pins(soc, said)
    kinds.assign_kinds(soc, litex_toml.forced_groups(soc, said), "".join(verilog(soc)))
    litex_toml.set_widths(soc, said)
    kinds.find_instances(soc)
    litex_toml.set_flash(soc, said)
    soc.console = choose(
        soc, "uart", said.console, "uart", path, "the prompt needs one: do not pass --no-uart"
    )
    soc.tick_timer = choose(
        soc,
        "timer",
        said.tick_timer,
        "timer0",
        path,
        "the system clock needs one: do not pass --no-timer",
    )
    load_variables(soc, os.path.join(generated, "variables.mak"))
    return soc
