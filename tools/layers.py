# SPDX-License-Identifier: MIT
"""Check that no room includes or imports what docs/architecture.md forbids.

For each C file the `#include`s and for each Python file the `import`s are matched against the row of
its room. Prints `file:line: ...` for each wrong arrow and exits with 1 when there is one.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MICROPYTHON = r"(py|extmod|shared|lib)/|mp[a-z]*port\.h|mphalport\.h"
OWN = (
    "common",
    "soc",
    "drivers",
    "port",
    "flash",
    "jtag",
    "models",
    "hostnet",
    "emu",
    "rtl",
    "vecp5",
)


def includes_of(*rooms):
    """A pattern for the headers of our own rooms, by folder or by the prefix of their names."""
    prefixes = {
        "drivers": r"lx_",
        "soc": r"(csr|soc|irq|soc_config|soc_shape)\.h",
        "emu": r"emu_",
    }
    parts = [rf"(\.\./)*{room}/" for room in rooms]
    parts += [prefixes[room] for room in rooms if room in prefixes]
    return "|".join(parts)


# room: what its files may not include (pattern), and why.
FORBIDDEN = {
    "common/": (f"{MICROPYTHON}|{includes_of('soc', 'drivers', 'port', 'flash', 'jtag', 'models', 'emu', 'rtl')}", "common/ knows libc alone"),
    "soc/": (f"{MICROPYTHON}|{includes_of('drivers', 'port', 'flash', 'jtag', 'models', 'emu')}", "soc/ knows only libc, common/ and generated files"),
    "drivers/": (f"(?!(jtag/jtag|flash/bus)\\.h$)({MICROPYTHON}|{includes_of('port', 'flash', 'jtag', 'models', 'emu')}|stdio\\.h|stdlib\\.h)", "drivers/ sees soc/ and the contracts jtag/jtag.h and flash/bus.h only: no Python, heap or printf"),
    "port/": (f"{includes_of('models', 'emu', 'rtl')}|generated/csr\\.h|hw/common\\.h", "port/ touches no CSR directly and knows no simulation"),
    "jtag/usermod/": (includes_of("soc", "drivers", "port", "emu", "models"), "jtag/usermod/ is portable to any MicroPython port"),
    "flash/": (f"{MICROPYTHON}|{includes_of('soc', 'drivers', 'port', 'jtag', 'models', 'emu')}", "flash/ is portable C over libc, and knows no JTAG"),
    "jtag/": (f"{MICROPYTHON}|{includes_of('soc', 'drivers', 'port', 'emu', 'models')}", "jtag/ is portable C over libc"),
    "models/": (f"{MICROPYTHON}|{includes_of('common', 'soc', 'drivers', 'port', 'flash', 'jtag', 'emu', 'rtl', 'vecp5')}", "models/ knows neither emulator nor firmware"),
    "hostnet/": (f"{MICROPYTHON}|{includes_of('common', 'soc', 'drivers', 'port', 'flash', 'jtag', 'models', 'emu', 'rtl', 'vecp5')}", "hostnet/ knows frames alone"),
    "emu/": (f"{MICROPYTHON}|{includes_of('common', 'soc', 'drivers', 'port', 'flash', 'jtag')}|generated/", "emu/ shares only csr.json with the firmware"),
    "vecp5/": (f"{MICROPYTHON}|{includes_of('common', 'soc', 'drivers', 'port', 'flash', 'jtag', 'emu', 'rtl')}", "vecp5/ puts sockets in front of models/ only"),
    "rtl/": (f"{MICROPYTHON}|{includes_of('common', 'soc', 'drivers', 'port', 'flash', 'jtag', 'emu')}", "rtl/ shares nothing with the firmware"),
}  # fmt: skip
# The rooms inside emu/, from below to above: what each may not include, headers of emu/ itself too.
INNER = {
    "emu/soc/": (r"(models|bus|cpu|cores|host|machine)/|(gdb|options)\.h", "emu/soc/ only reads files"),
    "emu/bus/": (r"(models|soc|cpu|cores|host|machine)/|(gdb|options)\.h", "emu/bus/ knows libc alone"),
    "emu/cpu/": (r"(models|soc|cores|host|machine)/|(gdb|options)\.h", "emu/cpu/ sees emu/bus/ only"),
    "emu/cores/": (r"(cpu|host|machine)/|(gdb|options)\.h", "emu/cores/ sees of the machine what cores/host.h has"),
    "emu/host/": (r"(models|soc|cpu|cores|machine)/|(gdb|options)\.h", "emu/host/ sees emu/bus/ only"),
    "emu/machine/": (r"(gdb|options)\.h", "emu/machine/ lies below main.c and gdb.c"),
}  # fmt: skip
# The same for Python, matched against the whole name of each imported module.
PYTHON_FORBIDDEN = {
    "services/": (r"(gateware|litex\.|migen|tools)\b", "services/ run on the board"),
    "soc/": (r"(gateware|litex|migen|emu)\b", "the generator reads files, not gateware"),
    "emu/": (r"(soc|gateware|litex)\b", "emu/ shares only csr.json"),
    "gateware/": (r"(rtl|emu|soc|tools|tests|bench)\b", "gateware/ knows Migen and LiteX alone: a simulation of a SoC is rtl/"),
    "rtl/": (r"(emu|soc|tools|tests|bench)\b", "rtl/ shares nothing with the firmware or the emulator"),
    "bench/": (r"tests\b", "bench/ measures and needs no test"),
    "jtag/usermod/": (r"(soc|gateware|litex|migen|tools|rtl)\b", "jtag/usermod/ runs on any MicroPython port"),
}  # fmt: skip
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')


def includes(text):
    """Yield (line, header) for each `#include` of a C file."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1]


def imports(text):
    """Yield (line, module) for each module that a Python file imports, inside functions too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module


def rule_of(path, rules):
    """The row of the longest room that holds `path`, or None."""
    rooms = [room for room in rules if path.startswith(room)]
    return rules[max(rooms, key=len)] if rooms else None


def own_header(root, name, include):
    """Whether `include` names a header of the file's own room, from its folder or the room's."""
    room = root / name.split("/")[0]
    return ((root / name).parent / include).exists() or (room / include).exists()


def wrong_arrows(root, names):
    """Yield `file:line: ...` for each forbidden include or import in the files `names` below `root`."""
    for name in names:
        c_file = name.endswith((".c", ".h", ".S"))
        rule = rule_of(name, FORBIDDEN if c_file else PYTHON_FORBIDDEN)
        inner, inner_reason = (rule_of(name, INNER) if c_file else None) or ("(?!)", "")
        if rule is None or not (root / name).is_file():
            continue
        pattern, reason = rule
        found = (includes if c_file else imports)((root / name).read_text())
        for number, target in sorted(found):
            if re.match(inner, target):
                yield f"{name}:{number}: {target}: {inner_reason}"
            elif re.match(pattern, target) and not (c_file and own_header(root, name, target)):
                yield f"{name}:{number}: {target}: {reason}"


def tracked(root, *patterns):
    """The files that git tracks, or would, in `root`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *patterns]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted(set(filter(None, listing.split("\0"))))


def main():
    found = list(wrong_arrows(ROOT, tracked(ROOT, "*.c", "*.h", "*.S", "*.py")))
    print("\n".join(found) or "layers: no wrong arrow")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
