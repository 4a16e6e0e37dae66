# SPDX-License-Identifier: MIT
"""Stubs: for each SoC they have what its firmware has, neither more nor less, and a type checker takes them."""

import ast
import json
import os
import subprocess
import sys
import unittest
import unittest.mock
from pathlib import Path

from tests.device.run import Board

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
OUTPUT = BUILD / "tests" / "stubs"
SOCS = ("base", "mini", "full")
MODULES = ("machine", "litex", "time")
# Types that only objects have, and where there is one.
OBJECTS = {
    "CSR": "litex.regs.ctrl_scratch",
    "Memory": "litex.mems.main_ram",
    "RemoteClient": "litex.RemoteClient()",
    "_Registers": "litex.regs",
    "_Memories": "litex.mems",
    "_Constants": "litex.constants",
    "_Bases": "litex.RemoteClient().bases",
}
# Prints {name of the module: {attribute: None, or what a class has}}, and what the objects have.
SHOW = """
import json, machine, litex, time
found = {}
def public(of):
    return sorted([name for name in dir(of) if name[0] != "_"])
for module in (machine, litex, time):
    names = found[module.__name__] = {}
    for name in public(module):
        value = getattr(module, name)
        names[name] = public(value) if isinstance(value, type) else None
objects = {}
for name, text in %r.items():
    try:
        # A tuple's own methods are not attributes of a memory.
        value = eval(text)
        objects[name] = [n for n in public(value) if n not in (public(()) if name == "Memory" else ())]
    except AttributeError:
        pass
print(json.dumps([found, objects]))
"""
# The examples are written without annotations.
CHECKER = [sys.executable, "-m", "mypy", "--config-file=", "--disable-error-code=var-annotated"]
CHECKER += ["--disable-error-code=has-type", f"--cache-dir={OUTPUT / 'cache'}"]
# What a check must find: text of a script, and a part of the complaint.
WRONG = (
    (
        "import litex\nlitex.regs.ctrl_scratsh.read()\n",
        '"_Registers" has no attribute "ctrl_scratsh"',
    ),
    ('import litex\nlitex.regs.ctrl_scratch.write("1")\n', "incompatible type"),
    ("import litex\nlitex.regs.ctrl_scratch = 1\n", "Incompatible types in assignment"),
    ("import litex\nx: str = litex.mems.main_ram.base\n", "Incompatible types in assignment"),
    ("import litex\nlitex.constants.no_such\n", '"_Constants" has no attribute "no_such"'),
    ("import litex\nlitex.RemoteClient().read()\n", "at least one argument"),
    ("import machine\nmachine.SPI(0)\n", 'has no attribute "SPI"'),
    ("import machine\nmachine.Pin(1.5)\n", "No overload variant"),
    ("from machine import Pin\nPin(0).irq()\n", 'has no attribute "irq"'),
)
RIGHT = """
import litex
from litex import RemoteClient
from machine import Pin, Timer

litex.regs.ctrl_scratch.write(litex.regs.ctrl_bus_errors.read() + litex.mems.main_ram.base)
wb = RemoteClient(debug=True)
word: int = wb.read(wb.regs.ctrl_scratch.addr)
words: list[int] = wb.read(wb.bases.ctrl, 4, burst="fixed")
wb.write(wb.mems.main_ram.base, [word, *words])
clock: int = wb.constants.config_clock_frequency
pin = Pin("gpio", 3, Pin.OUT, value=1)
pin(not Pin("gpio[4]", Pin.IN)())
Timer(-1, freq=2.5, callback=lambda timer: timer.deinit())
"""


def write_stubs(soc):
    """Write the stubs of a SoC with tools/stubs.py, as `make stubs` does; return their folder."""
    folder = OUTPUT / soc
    subprocess.run(
        [sys.executable, ROOT / "tools" / "stubs.py", BUILD / "soc" / soc, "--output", folder],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return folder


def names_of(body):
    """The names that statements define: {name: the statement}."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = node
    return found


def members(classes, name):
    """What a class of a stub has, its bases' included: {name: the statement}."""
    node = classes[name]
    found = {}
    for base in node.bases:
        found |= members(classes, base.id)
    return found | names_of(node.body)


def public(names):
    """Those without an underscore (sorted list)."""
    return sorted(name for name in names if not name.startswith("_"))


class SameTest(unittest.TestCase):
    """dir() on the emulated board against the stub."""

    maxDiff = None

    def compare(self, soc):
        """Compare all modules of one SoC."""
        folder = write_stubs(soc)
        board = Board(soc, False)
        self.addCleanup(board.close)
        output, error = board.run(SHOW % OBJECTS)
        self.assertEqual(error, "")
        modules, objects = json.loads(output)
        for module in MODULES:
            names = names_of(ast.parse((folder / f"{module}.pyi").read_text()).body)
            found = modules[module]
            with self.subTest(soc=soc, module=module):
                shown = [name for name in public(names) if name in found or name not in objects]
                self.assertEqual(shown, public(found))
            for name, attributes in found.items():
                if attributes is None or not isinstance(names.get(name), ast.ClassDef):
                    continue
                with self.subTest(soc=soc, module=module, type=name):
                    inside = members(names, name)
                    # Lower-case attributes that are not methods belong to objects.
                    static = [
                        key
                        for key, node in inside.items()
                        if isinstance(node, ast.FunctionDef) or key.isupper()
                    ]
                    self.assertEqual(public(static), public(attributes))
            for name in objects if module == "litex" else ():
                with self.subTest(soc=soc, object=name):
                    self.assertEqual(public(members(names, name)), public(objects[name]))
        return objects

    def test_base(self):
        self.assertEqual(set(self.compare("base")), set(OBJECTS))

    def test_mini(self):
        self.assertEqual(self.compare("mini"), {})

    def test_full(self):
        self.assertEqual(set(self.compare("full")), set(OBJECTS))


class CheckerTest(unittest.TestCase):
    """mypy with the stubs."""

    def check(self, soc, *files):
        """Run it on files; (exit status, what it says)."""
        done = subprocess.run(
            [*CHECKER, *map(str, files)],
            cwd=OUTPUT,
            env=os.environ | {"MYPYPATH": str(OUTPUT / soc)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def script(self, name, text):
        """A file with a script's text."""
        path = OUTPUT / f"{name}.py"
        path.write_text(text)
        return path

    def test_stubs_and_examples(self):
        for soc in SOCS:
            with self.subTest(soc=soc):
                stubs = sorted(write_stubs(soc).glob("*.pyi"))
                examples = [] if soc == "mini" else sorted((ROOT / "examples").glob("*.py"))
                self.assertEqual(self.check(soc, *stubs, *examples)[1].count("error:"), 0)
                self.assertEqual(self.check(soc, *stubs, *examples)[0], 0)

    def test_right(self):
        write_stubs("base")
        self.assertEqual(self.check("base", self.script("right", RIGHT)), (0, unittest.mock.ANY))

    def test_wrong(self):
        write_stubs("base")
        for number, (text, complaint) in enumerate(WRONG):
            with self.subTest(text=text):
                status, said = self.check("base", self.script(f"wrong{number}", text))
                self.assertEqual(status, 1, said)
                self.assertIn(complaint, said)


class TextTest(unittest.TestCase):
    """What an editor shows."""

    def test_registers(self):
        """Each register is an attribute with LiteX's description, address, width and access."""
        text = (write_stubs("base") / "litex.pyi").read_text()
        body = names_of(ast.parse(text).body)["_Registers"].body
        shown = {
            node.target.id: after.value.value
            for node, after in zip(body, body[1:], strict=False)
            if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr)
        }
        info = json.loads((BUILD / "soc" / "base" / "csr.json").read_text())
        self.assertEqual(set(shown), set(info["csr_registers"]))
        self.assertIn("scratch space", shown["ctrl_scratch"])
        self.assertIn("0xf0000004, 32 bits, rw", shown["ctrl_scratch"])
        self.assertIn("cpu_rst [1:1]: Write `1`", shown["ctrl_reset"])
        self.assertIn("64 bits, ro", shown["timer0_uptime_cycles"])

    def test_bad_input(self):
        command = [
            sys.executable,
            ROOT / "tools" / "stubs.py",
            OUTPUT / "nothing",
            "--output",
            OUTPUT,
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^stubs: .*csr\.json.*\n$")


if __name__ == "__main__":
    unittest.main()
