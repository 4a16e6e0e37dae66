# SPDX-License-Identifier: MIT
"""Write stubs (.pyi) of machine and litex for one SoC: ``stubs.py <LiteX build folder> --output <folder>``.

An editor or a type checker that finds them knows what the firmware for that SoC has: the classes whose
cores are there, and every register, memory and constant by name, with LiteX's own description of it.

The signatures stand in tools/stubs/*.pyi. There, a line `# needs: CONDITION` keeps the statement behind it
only where the condition holds; its names are those that the bindings test (SOC_HAS_SPI, PORT_FULL). Lines
`# registers`, `# memories`, `# constants` and `# bases` become attributes.
"""

import argparse
import ast
import os
import re
import sys
import textwrap
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from soc import litex_output  # noqa: E402
from soc.emit_c import shape_header  # noqa: E402
from soc.litex_output import InputError  # noqa: E402
from soc.memory import main_ram_free  # noqa: E402

TEMPLATES = ROOT / "tools" / "stubs"
SMALL_BYTES = 0x100000  # as in port/size_class.h
NEEDS = re.compile(r"^( *)# needs: (.*)$")
WIDTH = 90


def shape(soc: Any):
    """The numbers that the firmware's conditions are about (dict)."""
    text = shape_header(soc)
    names = {name: int(value) for name, value in re.findall(r"^#define (\w+) (\d+)$", text, re.M)}
    full = soc.memory("main_ram") is not None and main_ram_free(soc) >= SMALL_BYTES
    return names | {"PORT_FULL": int(full)}


def statements(body: Any):
    """Yield the statements of a module and of its classes."""
    for node in body:
        yield node
        if isinstance(node, ast.ClassDef):
            yield from statements(node.body)


def select(text: str, names: dict[str, Any]):
    """The template without what this SoC lacks, and without the conditions."""
    lines = text.splitlines()
    gone: set[int] = set()
    for node in statements(ast.parse(text).body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        condition = NEEDS.match(lines[first - 2]) if first > 1 else None
        if condition and not eval(condition[2], {"__builtins__": {}}, names):
            gone.update(range(first - 1, node.end_lineno))
    kept = [line for at, line in enumerate(lines) if at not in gone and not NEEDS.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)) + "\n"


def descriptions(path: Path):
    """What csr.svd says of registers: {name: [description, fields]}."""
    if not path.exists():
        return {}
    found: dict[str, Any] = {}
    for peripheral in ElementTree.parse(path).getroot().iter("peripheral"):
        core = peripheral.findtext("name", "").lower()
        for entry in peripheral.iter("register"):
            text = " ".join(entry.findtext("description", "").split())
            name = f"{core}_{entry.findtext('name', '').lower()}"
            # Each word of a wide register is an entry of its own, which says so.
            part = re.match(r"Bits \d+-\d+ of `(\w+)`\.? ?(.*)", text)
            if part:
                name, text = part[1].lower(), part[2]
            fields = []
            for field in entry.iter("field"):
                what = " ".join(field.findtext("description", "").split())
                if what:
                    fields.append(f"{field.findtext('name')} {field.findtext('bitRange')}: {what}")
            found.setdefault(name, (text, fields))
    return found


def docstring(*paragraphs: str):
    """The lines of a docstring.

    paragraphs: what it says; empty ones are left out.
    """
    text = "\n\n".join(textwrap.fill(part, WIDTH) for part in paragraphs if part)
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    if "\n" in text:
        text += "\n"
    elif text.endswith('"'):
        text += " "
    return f'"""{text}"""'.splitlines()


def attribute(name: str, kind: str, *paragraphs: str):
    """The lines of one attribute with its docstring."""
    if not name.isidentifier():
        return []
    return [f"{name}: {kind}", *docstring(*paragraphs)]


def registers(soc: Any, texts: dict[str, Any]):
    """The attributes of litex.regs."""
    lines = []
    for register in sorted(soc.registers, key=lambda register: register.name):
        bits = register.bits or register.words * soc.data_width
        text, fields = texts.get(register.name, ("", []))
        plural = "" if bits == 1 else "s"
        access = "rw" if register.writable else "ro"
        fact = f"0x{register.addr:08x}, {bits} bit{plural}, {access}"
        lines += attribute(register.name, "CSR", text, *fields, fact)
    return lines


def constants(soc: Any):
    """The attributes of litex.constants."""
    lines = []
    for name, value in soc.constants.items():
        kind = {str: "str", type(None): "bool"}.get(type(value), "int")
        lines += attribute(name, kind, repr(True if value is None else value))
    return lines


def stub(template: Path, soc: Any):
    """The text of a module's stub."""
    texts = descriptions(Path(soc.folder) / "csr.svd")
    csr = soc.memory("csr")
    csr_end = csr.end if csr else soc.csr_base
    tables = {
        "registers": registers(soc, texts),
        "memories": [
            line
            for one in soc.memories
            for line in attribute(
                one.name, "Memory", f"0x{one.base:08x}, {one.size} bytes, {one.type}"
            )
        ],
        "constants": constants(soc),
        "bases": [
            line
            for core in soc.cores
            if core.registers or soc.csr_base <= core.base < csr_end
            for line in attribute(core.name, "int", f"0x{core.base:08x}")
        ],
    }
    text = select(template.read_text(), shape(soc))
    for name, lines in tables.items():
        text = text.replace(f"    # {name}\n", textwrap.indent("\n".join(lines), "    ") + "\n")
    identifier = soc.text("config_identifier") or soc.folder
    return f"# Written by tools/stubs.py for {identifier!r}; changes are lost.\n{text}"


def main(arguments: list[str] | None = None):
    """Read the command line and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="LiteX's build folder")
    parser.add_argument("--output", required=True, type=Path, help="where the stubs go")
    options = parser.parse_args(arguments)
    try:
        soc = litex_output.load(options.folder)
    except InputError as error:
        print(f"stubs: {error}", file=sys.stderr)
        return 2
    os.makedirs(options.output, exist_ok=True)
    for template in sorted(TEMPLATES.glob("*.pyi")):
        text = stub(template, soc)
        ast.parse(text)
        (options.output / template.name).write_text(text)
        print(options.output / template.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
