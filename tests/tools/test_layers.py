# SPDX-License-Identifier: MIT
"""The layer check finds each kind of wrong arrow and lets right ones pass."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import layers

WRONG = [
    ("soc/csr.c", '#include "py/runtime.h"'),
    ("soc/csr.c", '#include "lx_uart.h"'),
    ("drivers/lx_spi.c", "#include <stdio.h>"),
    ("drivers/lx_spi.c", '#include "py/obj.h"'),
    ("port/bindings/machine_spi.c", "#include <generated/csr.h>"),
    ("jtag/tap.c", '#include "soc/csr.h"'),
    ("flash/nor.c", '#include "jtag/jtag.h"'),
    ("drivers/lx_litespi.h", '#include "flash/nor.h"'),
    ("common/crc32.c", '#include "soc/csr.h"'),
    ("jtag/usermod/modjtag.c", '#include "../../drivers/lx_spi.h"'),
    ("models/nor.c", '#include "emu/bus/bus.h"'),
    ("emu/cores/uart.c", '#include "../../drivers/lx_uart.h"'),
    ("emu/cores/uart.c", "#include <generated/csr.h>"),
    ("emu/cores/uart.c", '#include "machine/machine.h"'),
    ("emu/cores/video.c", '#include "host/window.h"'),
    ("emu/host/console.c", '#include "machine/machine.h"'),
    ("emu/machine/machine.c", '#include "gdb.h"'),
    ("soc/generate.py", "import litex"),
    ("soc/generate.py", "import json, litex.soc"),
    ("gateware/build.py", "from rtl import verilate"),
    ("gateware/build.py", "def late():\n    import rtl.verilate"),
    ("rtl/run.py", "from soc import generate"),
]
RIGHT = [
    ("jtag/bridge.h", '#include "flash/nor.h"'),
    ("drivers/lx_litespi.h", '#include "flash/bus.h"'),
    ("soc/irq.h", '#include "common/status.h"'),
    ("soc/csr.c", '#include "csr.h"'),
    ("drivers/lx_spi.c", '#include "soc/csr.h"'),
    ("port/bindings/machine_spi.c", '#include "py/runtime.h"'),
    ("port/bindings/machine_spi.c", '#include "lx_spi.h"'),
    ("jtag/usermod/modjtag.c", '#include "py/runtime.h"'),
    ("emu/cores/uart.c", '#include "bus/bus.h"'),
    ("emu/machine/machine.c", '#include "cores/core.h"'),
    ("emu/gdb.c", '#include "machine/machine.h"'),
    ("rtl/build.py", "from gateware import build"),
    ("gateware/build.py", "from gateware.soc import Soc"),
]


class Layers(unittest.TestCase):
    def arrows(self, name, line):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True)
            comment = "#" if name.endswith(".py") else "//"
            path.write_text(f"{comment} SPDX-License-Identifier: MIT\n{line}\n")
            return list(layers.wrong_arrows(Path(folder), [name]))

    def test_wrong_arrows_are_found(self):
        for name, line in WRONG:
            with self.subTest(name=name, line=line):
                found = self.arrows(name, line)
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(f"{name}:{2 + line.count(chr(10))}: "), found)

    def test_right_arrows_pass(self):
        for name, line in RIGHT:
            with self.subTest(name=name, line=line):
                self.assertEqual(self.arrows(name, line), [])

    def test_this_tree_has_no_wrong_arrow(self):
        names = layers.tracked(layers.ROOT, "*.c", "*.h", "*.S", "*.py")
        self.assertGreater(len(names), 10)
        self.assertEqual(list(layers.wrong_arrows(layers.ROOT, names)), [])


if __name__ == "__main__":
    unittest.main()
