# SPDX-License-Identifier: MIT
"""Read what LiteX wrote about a SoC: csr.json and, for what it lacks, its neighbours in the build folder.

- csr.json: cores, registers (address, size in bus words, access), constants, memories. It has no widths in bits
  and lower-cases its strings.
- csr.svd, where it was asked for: widths in bits.
- software/include/generated/soc.h: strings in their true letter case, so the true identifier; which LiteX
  wrote it, and when.
- software/include/generated/sdram_phy.h, where there is DRAM: how wide its ports are.
- gateware.digest, in a reference SoC's folder: a hash over all that decides what it is.
- software/include/generated/csr.h: the order of the words of wide registers, in its accessors. LiteX 2024.12
  writes the same accessors for both orders, so the order in the gateware's Verilog is preferred where it is there.
- software/include/generated/variables.mak: the compiler's flags, where LiteX's headers for the CPU are.
- litex.toml: what the user says; it overrides all of the above.
"""

import hashlib
import importlib.util
import json
import os
import re
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from soc import kinds

ADDRESS_LIMIT = 1 << 32
DATA_WIDTHS = (8, 32)
ALIGNMENTS = (32, 64)
TOML_KEYS = {"csr_ordering", "console", "tick_timer", "cores"}
TOML_CORE_KEYS = {"kind", "pins", "width"}


class InputError(Exception):
    """The input cannot be used. The text says what, where, and what to do, in one line."""


@dataclass
class Register:
    """One CSR.

    Args:
        name (str): core, underscore, register.
        addr (int): address of its first bus word.
        words (int): how many bus words it has.
        writable (bool): whether csr.json calls it "rw".
        bits (int): its exact width, 0 where unknown.
    """

    name: str
    addr: int
    words: int
    writable: bool
    bits: int = 0


@dataclass
class Core:
    """One core.

    Args:
        name (str): as in csr.json.
        base (int): address of its CSRs or of its memory region.
        registers (dict): name without the core's name to Register.
        irq (int): interrupt line, -1 for none.
        kind (kinds.Kind): None where no kind matches.
        pins (int): as litex.toml says, else 0.
    """

    name: str
    base: int
    registers: dict = field(default_factory=dict)
    irq: int = -1
    kind: kinds.Kind = None
    pins: int = 0


@dataclass
class Soc:
    """A SoC as LiteX describes it. Lists are in csr.json's order.

    Args:
        folder (str): LiteX's build folder.
        registers (list): of Register.
        cores (list): of Core, by address.
        memories (list): of (name, base, size, type).
        constants (list): of (name, value) with value an int, a str or None.
        data_width (int): of the CSR bus, bits.
        alignment (int): of CSR words in the address space, bits.
        ordering (str): "big" or "little".
        csr_base (int): where CSRs begin.
        dram_port_bits (int): of a word of LiteDRAM's ports, 0 where unknown.
        build (str): which build of the SoC this is, "" where unknown.
        console (str): the name of the UART of the prompt.
        tick_timer (str): the name of the timer of the system clock.
        variables (dict): of variables.mak.
        warnings (list): of str, for people.
    """

    folder: str
    registers: list = field(default_factory=list)
    cores: list = field(default_factory=list)
    memories: list = field(default_factory=list)
    constants: list = field(default_factory=list)
    data_width: int = 32
    alignment: int = 32
    ordering: str = "big"
    csr_base: int = 0
    dram_port_bits: int = 0
    build: str = ""
    console: str = ""
    tick_timer: str = ""
    variables: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)

    def constant(self, name, default=None):
        """The value of a constant.

        Args:
            name (str): in lower case.
            default: what to return where there is no such constant.
        """
        return dict(self.constants).get(name, default)

    def text(self, name):
        """The value of a constant that is a text, else "".

        Args:
            name (str): in lower case.
        """
        value = self.constant(name)
        return value if isinstance(value, str) else ""

    def memory(self, name):
        """The (base, size) of a memory region, or None.

        Args:
            name (str): the region's name.
        """
        for region, base, size, _ in self.memories:
            if region == name:
                return base, size
        return None


def read_text(path, what):
    """A file's text.

    Args:
        path (str): the file.
        what (str): what it is, for the error.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text"
        raise InputError(f"{path}: {reason}; {what}") from None


def is_int(value):
    """Whether a value of JSON or TOML is an integer.

    Args:
        value: what was parsed.
    """
    return isinstance(value, int) and not isinstance(value, bool)


def check(condition, path, problem):
    """Raise InputError unless the condition holds.

    Args:
        condition: anything that is true or false.
        path (str): the file.
        problem (str): what is wrong, and where in the file.
    """
    if not condition:
        raise InputError(f"{path}: {problem}; generate it again with LiteX")


def load_csr_json(soc, path):
    """Fill registers, cores, memories and constants.

    Args:
        soc (Soc): to fill.
        path (str): the csr.json.
    """
    text = read_text(path, "give the folder that LiteX built into, with csr.json in it")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "it"
        raise InputError(f"{path}: {where} is not JSON; generate it again with LiteX") from None
    check(isinstance(data, dict), path, "is no JSON object")
    for section in ("csr_bases", "csr_registers", "constants", "memories"):
        check(isinstance(data.get(section), dict), path, f"has no section {section}")
        for name in data[section]:
            good = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) is not None
            check(
                good and len(name) < 128, path, f"has a strange name in {section}: {name[:40]!r}"
            )

    for name, base in data["csr_bases"].items():
        good = is_int(base) and 0 <= base < ADDRESS_LIMIT
        check(good, path, f"csr_bases.{name} is no 32-bit address")
        soc.cores.append(Core(name, base))
    for name, info in data["csr_registers"].items():
        where = f"csr_registers.{name}"
        check(isinstance(info, dict), path, f"{where} is no object")
        addr, size, access = info.get("addr"), info.get("size"), info.get("type")
        good = is_int(addr) and 0 <= addr < ADDRESS_LIMIT
        check(good, path, f"{where}.addr is no 32-bit address")
        check(is_int(size) and 1 <= size <= 255, path, f"{where}.size is not 1 to 255 words")
        check(access in ("ro", "rw"), path, f"{where}.type is neither ro nor rw")
        soc.registers.append(Register(name, addr, size, access == "rw"))
    for name, info in data["memories"].items():
        where = f"memories.{name}"
        check(isinstance(info, dict), path, f"{where} is no object")
        base, size = info.get("base"), info.get("size")
        check(is_int(base) and base >= 0, path, f"{where}.base is no address")
        check(is_int(size) and size >= 0, path, f"{where}.size is no size")
        kind = info.get("type", "")
        check(isinstance(kind, str), path, f"{where}.type is no text")
        if base >= ADDRESS_LIMIT:
            soc.warnings.append(f"memory region {name} is beyond 4 GiB and left out")
            continue
        soc.memories.append((name, base, min(size, ADDRESS_LIMIT - base, ADDRESS_LIMIT - 1), kind))
    for name, value in data["constants"].items():
        if isinstance(value, float):
            good = value == value and abs(value) < 2**63
            check(good, path, f"constants.{name} is no finite number")
            value = int(value)
        elif isinstance(value, bool):
            value = int(value)
        good = value is None or isinstance(value, str) or is_int(value) and abs(value) < 2**63
        check(good, path, f"constants.{name} is neither a 64-bit number nor a text")
        soc.constants.append((name, value))

    soc.data_width = soc.constant("config_csr_data_width")
    soc.alignment = soc.constant("config_csr_alignment", 32)
    known = soc.data_width in DATA_WIDTHS
    check(known, path, "constants.config_csr_data_width is not 8 or 32, which is all we support")
    known = soc.alignment in ALIGNMENTS
    check(known, path, "constants.config_csr_alignment is not 32 or 64, which is all we support")
    clock = soc.constant("config_clock_frequency")
    good = is_int(clock) and 1_000_000 <= clock < ADDRESS_LIMIT
    check(good, path, "constants.config_clock_frequency is not 1 MHz to 4.29 GHz")
    region = soc.memory("csr")
    soc.csr_base = region[0] if region else min((core.base for core in soc.cores), default=0)


def assign_registers(soc):
    """Give each register to its core: the one whose name it begins with, and nearest below its address.

    Args:
        soc (Soc): with registers and cores.
    """
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


def assign_interrupts(soc, path):
    """Give each core its interrupt line, from the constants <core>_interrupt.

    Args:
        soc (Soc): with cores and constants.
        path (str): the csr.json, for errors.
    """
    for core in soc.cores:
        line = soc.constant(core.name + "_interrupt")
        if line is not None:
            good = is_int(line) and 0 <= line < 32
            check(good, path, f"constants.{core.name}_interrupt is not 0 to 31")
            core.irq = line


def load_digest(soc, path):
    """Name the build of a reference SoC by what decides it, since two builds of one commit are the same.

    Args:
        soc (Soc): to fill.
        path (str): the gateware.digest, which only gateware/build.py writes.
    """
    if os.path.exists(path):
        digest = read_text(path, "generate it again").strip()
        if re.fullmatch(r"[0-9a-f]{64}", digest):
            soc.build = f"reference {digest[:12]}"


def load_soc_header(soc, path):
    """Take the constants' strings from soc.h, which keeps their letter case.

    Args:
        soc (Soc): with constants.
        path (str): the soc.h.
    """
    if not os.path.exists(path):
        soc.warnings.append(f"{path} is missing: texts such as the identifier are in lower case")
        return
    text = read_text(path, "generate it again with LiteX")
    banner = re.search(r"^// Auto-generated by (LiteX [\x20-\x7e]{1,80}?)\s*$", text, re.MULTILINE)
    soc.build = banner[1] if banner else ""
    strings = dict(re.findall(r'^#define (\w+) "(.*)"\s*$', text, re.MULTILINE))
    constants = []
    for name, value in soc.constants:
        true_value = strings.get(name.upper())
        if isinstance(value, str) and true_value is not None:
            if true_value.lower() == value:
                value = true_value
            elif name == "config_identifier":
                raise InputError(
                    f"{path}: its identifier is not that of csr.json, so they are of two builds; "
                    "generate both again with LiteX"
                )
        constants.append((name, value))
    soc.constants = constants


def load_dram(soc, path):
    """Take the width of LiteDRAM's ports from sdram_phy.h: what the DRAM's PHY moves in a cycle.

    Args:
        soc (Soc): to fill.
        path (str): the sdram_phy.h; it is there with LiteDRAM only.
    """
    if os.path.exists(path):
        text = read_text(path, "generate it again with LiteX")
        bits, phases = (
            re.search(rf"^#define SDRAM_PHY_{name} (\d+)\s*$", text, re.MULTILINE)
            for name in ("DFI_DATABITS", "PHASES")
        )
        if bits and phases:
            soc.dram_port_bits = int(bits[1]) * int(phases[1])


def load_svd(soc, path):
    """Take the registers' widths from csr.svd.

    Args:
        soc (Soc): with registers.
        path (str): the csr.svd; it need not be there.
    """
    if not os.path.exists(path):
        return
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        soc.warnings.append(f"{path} is not used: {error}")
        return
    widths = {}
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
                    int(msb.text) + 1 for msb in entry.iter("msb") if (msb.text or "").isdigit()
                ]
                bits = max(tops, default=0)
            widths[name] = max(widths.get(name, 0), bits)
    for register in soc.registers:
        bits = widths.get(register.name, 0)
        most = register.words * soc.data_width
        if bits and not most - soc.data_width < bits <= most:
            soc.warnings.append(
                f"{path}: {register.name} has {bits} bits there but {register.words} words in csr.json"
            )
        else:
            register.bits = bits


def verilog(soc):
    """Yield the texts of the gateware's Verilog files, none where it is not there.

    Args:
        soc (Soc): with its folder.
    """
    folder = os.path.join(soc.folder, "gateware")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if name.endswith(".v"):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                yield file.read()


def ordering_of_verilog(soc):
    """The order of words in the gateware, "big" or "little", or None where that cannot be seen.

    Args:
        soc (Soc): with registers.
    """
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


def ordering_of_header(path):
    """The order of words that csr.h's accessors use, "big" or "little", or None where it has no wide register.

    Args:
        path (str): the csr.h.
    """
    if not os.path.exists(path):
        return None
    text = read_text(path, "generate it again with LiteX")
    for body in re.findall(r"^static inline \w+ \w+_read\(void\) \{\n(.*?)^\}", text, re.M | re.S):
        offsets = re.findall(r"csr_read_simple\(\(?(?:CSR_BASE \+ )?(0x[0-9a-f]+)L?", body)
        if len(offsets) > 1 and "<<=" in body:
            return "big" if int(offsets[0], 16) < int(offsets[1], 16) else "little"
    return None


def find_ordering(soc, header, override):
    """Set the order of words: as said, else as in the gateware, else as in csr.h, else big.

    Args:
        soc (Soc): to fill.
        header (str): the csr.h.
        override (str): what the user says, or None.
    """
    gateware = ordering_of_verilog(soc)
    accessors = ordering_of_header(header)
    if override is None and gateware and accessors and gateware != accessors:
        soc.warnings.append(
            f"{header} reads wide registers in {accessors} order but the gateware has {gateware}: "
            f"{gateware} is taken (litex.toml's csr_ordering overrides)"
        )
    soc.ordering = override or gateware or accessors or "big"


def load_variables(soc, path):
    """Read variables.mak.

    Args:
        soc (Soc): to fill.
        path (str): the variables.mak.
    """
    text = read_text(path, "the firmware's compiler flags come from there: generate it with LiteX")
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and re.fullmatch(r"\w+", name.strip()):
            soc.variables[name.strip()] = value.strip()
    if "CPUFLAGS" not in soc.variables:
        raise InputError(f"{path}: has no CPUFLAGS; generate it again with LiteX")


def litex_directory(soc):
    """The folder litex/soc of the LiteX that built this SoC, else of the LiteX that this Python has.

    Args:
        soc (Soc): with variables.
    """
    folder = soc.variables.get("SOC_DIRECTORY", "")
    if os.path.isdir(folder):
        return folder
    spec = importlib.util.find_spec("litex")
    places = [
        os.path.join(place, "soc") for place in (spec.submodule_search_locations if spec else [])
    ]
    for place in places:
        if os.path.isdir(place):
            return place
    raise InputError(
        f"{folder or 'SOC_DIRECTORY of variables.mak'}: is not there; LiteX's headers are needed: "
        "install litex for this Python, or generate the SoC again on this machine"
    )


def load_toml(path):
    """What the user says in litex.toml, checked.

    Args:
        path (str): the file; None or missing: nothing.
    """
    if path is None or not os.path.exists(path):
        return {}
    text = read_text(path, "give a litex.toml")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: {error}; correct it") from None

    def require(condition, problem):
        if not condition:
            raise InputError(f"{path}: {problem}; docs/soc.md lists what it may say")

    for key in data:
        require(key in TOML_KEYS, f"unknown key {key}")
    require(
        data.get("csr_ordering", "big") in ("big", "little"), "csr_ordering is not big or little"
    )
    for key in ("console", "tick_timer"):
        require(isinstance(data.get(key, ""), str), f"{key} is no core's name")
    require(isinstance(data.get("cores", {}), dict), "cores is no table")
    for name, core in data.get("cores", {}).items():
        require(isinstance(core, dict), f"cores.{name} is no table")
        for key in core:
            require(key in TOML_CORE_KEYS, f"unknown key cores.{name}.{key}")
        kind = core.get("kind", "none")
        known = ("none", *kinds.KIND_NAMES)
        require(kind in known, f"cores.{name}.kind is not one of {', '.join(known)}")
        pins = core.get("pins", 1)
        require(is_int(pins) and 1 <= pins <= 32, f"cores.{name}.pins is not 1 to 32")
        require(isinstance(core.get("width", {}), dict), f"cores.{name}.width is no table")
        for register, bits in core.get("width", {}).items():
            good = is_int(bits) and bits >= 1
            require(good, f"cores.{name}.width.{register} is no number of bits")
    return data


def apply_toml(soc, data, path):
    """Set what the user says of cores, then the kinds of all the others.

    Args:
        soc (Soc): with cores and registers.
        data (dict): of load_toml().
        path (str): the litex.toml, for errors.
    """
    overrides = data.get("cores", {})
    names = {core.name for core in soc.cores}
    for name, base, _, _ in soc.memories:
        kind = kinds.find_memory_kind(name)
        if name not in names and (kind is not None or name in overrides):
            soc.cores.append(Core(name, base, kind=kind))
    soc.cores.sort(key=lambda core: (core.base, core.name))
    gateware = "".join(verilog(soc))
    cores = {core.name: core for core in soc.cores}
    for core in soc.cores:
        if core.kind is None:
            core.kind = kinds.find_kind(core.name, set(core.registers), gateware)
    for name, said in overrides.items():
        if name not in cores:
            raise InputError(f"{path}: cores.{name} is no core of this SoC; correct the name")
        core = cores[name]
        if "kind" in said:
            core.kind = None
            choices = [kind for kind in kinds.KINDS if kind.name == said["kind"]]
            if choices:
                core.kind = choices[0]
                lacks = sorted(set(choices[0].required).difference(core.registers))
                if lacks:
                    raise InputError(
                        f"{path}: cores.{name} has no register {lacks[0]}, so it is no "
                        f"{said['kind']}; choose another kind"
                    )
                if choices[0].memory is not None and soc.memory(name) is None:
                    raise InputError(
                        f"{path}: cores.{name} is no memory region, so it is no {said['kind']}; "
                        "choose another kind"
                    )
        core.pins = said.get("pins", 0)
    for core in soc.cores:
        for register, bits in (core.kind.widths or {} if core.kind else {}).items():
            known = core.registers.get(register)
            most = known.words * soc.data_width if known else 0
            if known and not known.bits and most - soc.data_width < bits <= most:
                known.bits = bits
        for register, bits in overrides.get(core.name, {}).get("width", {}).items():
            if register not in core.registers:
                raise InputError(
                    f"{path}: cores.{core.name} has no register {register}; correct the name"
                )
            most = core.registers[register].words * soc.data_width
            if not most - soc.data_width < bits <= most:
                raise InputError(
                    f"{path}: cores.{core.name}.width.{register} does not fit the {most} bits of its "
                    "words; correct it"
                )
            core.registers[register].bits = bits


def map_hash(soc):
    """The hash of the CSR map: the first 4 bytes of SHA-256 over a text that lists it.

    Args:
        soc (Soc): with registers.
    """
    lines = [f"width={soc.data_width} ordering={soc.ordering}\n"]
    for register in sorted(soc.registers, key=lambda register: (register.addr, register.name)):
        access = "rw" if register.writable else "ro"
        lines.append(f"{register.name} 0x{register.addr:08x} {register.words} {access}\n")
    return int.from_bytes(hashlib.sha256("".join(lines).encode()).digest()[:4], "big")


def instance_key(core, standard):
    """The order of a kind's instances: as LiteX numbers them, else by address.

    Args:
        core (Core): the instance.
        standard (str): the name without number that LiteX gives such cores.
    """
    if core.name == standard:
        return (0, -1, core.base)
    number = re.fullmatch(r"\D+(\d+)", core.name)
    return (0, int(number[1]), core.base) if number else (1, 0, core.base)


def can_acknowledge(soc, pending):
    """Whether the driver, which writes bits 0 to 31, reaches the word that makes a write take effect: the last.

    Args:
        soc (Soc): the SoC.
        pending (Register): of an event manager.
    """
    return soc.ordering == "big" or pending.words * soc.data_width <= 32


def event_managers(soc):
    """The event managers, as cores of the kind kinds.EVENT_MANAGER, by address.

    A core has the registers of its event manager as ev_status, ev_pending and ev_enable, behind a prefix where
    it has several of them (LiteEthMAC's sram_writer and sram_reader), or is nothing but one. One that cannot be
    acknowledged has no interrupt.

    Args:
        soc (Soc): with cores.
    """
    found = []
    for core in soc.cores:
        for name, register in core.registers.items():
            prefix = re.fullmatch(r"(|\w+_)(|ev_)pending", name)
            if prefix is None:
                continue
            parts = ("status", "pending", "enable")
            registers = {part: core.registers.get(name[:-7] + part) for part in parts}
            alone = not prefix[2] and len(core.registers) > len(parts)
            if None in registers.values() or alone:
                continue
            own = "_".join(filter(None, (core.name, prefix[1].rstrip("_"))))
            irq = core.irq if can_acknowledge(soc, register) else -1
            found.append(Core(own, register.addr, registers, irq, kinds.EVENT_MANAGER))
    return sorted(found, key=lambda manager: manager.base)


def instances(soc, array):
    """The cores whose driver's array is this one, in order.

    Args:
        soc (Soc): with cores.
        array (str): the array's name without ``soc_``.
    """
    if array == kinds.EVENT_DRIVER.array:
        return event_managers(soc)
    found = [
        core
        for core in soc.cores
        if core.kind is not None
        and core.kind.driver is not None
        and core.kind.driver.array == array
    ]
    return sorted(found, key=lambda core: instance_key(core, array))


def choose(soc, array, said, standard, path, hint):
    """The name of the instance that has a special role.

    Args:
        soc (Soc): with cores.
        array (str): of which driver.
        said (str): the name that litex.toml gives, or None.
        standard (str): the name that LiteX gives it.
        path (str): the csr.json, for errors.
        hint (str): what to do where there is none.
    """
    names = [core.name for core in instances(soc, array)]
    if not names:
        raise InputError(f"{path}: this SoC has no {array}; {hint}")
    if said is not None and said not in names:
        raise InputError(
            f"litex.toml: {said} is no {array} of this SoC; it has {', '.join(names)}"
        )
    return said or (standard if standard in names else names[0])


def load(folder, toml=None, ordering=None):
    """Read all that LiteX wrote about a SoC.

    Args:
        folder (str): the build folder, or the csr.json in it.
        toml (str): a litex.toml instead of the one beside csr.json.
        ordering (str): "big" or "little", overriding everything.

    Returns:
        Soc: raises InputError where the input cannot be used.
    """
    path = folder if os.path.isfile(folder) else os.path.join(folder, "csr.json")
    folder = os.path.dirname(path) or "."
    generated = os.path.join(folder, "software", "include", "generated")
    soc = Soc(folder)
    load_csr_json(soc, path)
    family = soc.constant("config_cpu_family")
    if family != "riscv":
        name = soc.text("config_cpu_name") or "none"
        raise InputError(f"{path}: the CPU ({name}) is no RISC-V; build the SoC with VexRiscv")
    assign_registers(soc)
    assign_interrupts(soc, path)
    load_soc_header(soc, os.path.join(generated, "soc.h"))
    load_digest(soc, os.path.join(folder, "gateware.digest"))
    load_svd(soc, os.path.join(folder, "csr.svd"))
    load_dram(soc, os.path.join(generated, "sdram_phy.h"))
    if toml is not None and not os.path.exists(toml):
        raise InputError(f"{toml}: is not there; name an existing litex.toml")
    toml = toml or os.path.join(folder, "litex.toml")
    said = load_toml(toml)
    header = os.path.join(generated, "csr.h")
    find_ordering(soc, header, ordering or said.get("csr_ordering"))
    apply_toml(soc, said, toml)
    soc.console = choose(
        soc,
        "uart",
        said.get("console"),
        "uart",
        path,
        "the prompt needs one: do not pass --no-uart",
    )
    soc.tick_timer = choose(
        soc,
        "timer",
        said.get("tick_timer"),
        "timer0",
        path,
        "the system clock needs one: do not pass --no-timer",
    )
    load_variables(soc, os.path.join(generated, "variables.mak"))
    return soc
