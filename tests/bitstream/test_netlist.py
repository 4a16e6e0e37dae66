# SPDX-License-Identifier: MIT
"""What yosys makes of our cores for an ECP5 does what their Verilog says: both in one simulation, cycle by cycle.

The netlist runs on yosys's own models of the cells, in Verilator, beside the Verilog that it was made of. Both get the
same random accesses to registers, answers of the bus and levels at the pins; any output that differs is a failure.
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
import open_tools  # noqa: E402

from gateware import alone  # noqa: E402

BUILD = ROOT / "build" / "tests" / "netlist"
TOOL_S = 900
CYCLES = 200_000
PORT = re.compile(r"^\s*(input|output)\s+(?:wire|reg)\s*(?:\[(\d+):0\])?\s*(\w+)", re.M)
SYNTHESIS = (
    "read_verilog alone.v; synth_ecp5 -top core; delete t:$scopeinfo; rename core core_netlist;"
    " write_verilog -noattr netlist.v; tee -q -o stat.json stat -json"
)
# Cells that yosys has models of; block RAM and multipliers are black boxes in its library.
CELLS = {"LUT4", "TRELLIS_FF", "CCU2C", "PFUMX", "L6MUX21", "TRELLIS_DPR16X4"}
# What an input gets in each cycle, from `r`, 64 random bits; 0 to 2**32 - 1 where it is not named.
STIMULI = {
    "sys_rst": "cycle < 3 || r % 5003 == 0",
    "csr_adr": "r >> 8 & 15",
    "csr_we": "r % 8 == 0",
    "csr_re": "r % 8 == 1",
    # Short operations at a fast TCK mostly, anything at times.
    "csr_dat_w": "(r >> 12) & (r % 64 ? 31 : 0xffffffff)",
    "bus_err": "(r >> 20) % 16 == 0",
}
MAIN = """
#include <cstdint>
#include <cstdio>
#include "Vpair.h"

int main() {{
    Vpair pair;
    uint64_t state = 88172645463325252ull, activity = 0;
    unsigned before = 0;
    for (long cycle = 0; cycle < {cycles}; cycle++) {{
        state ^= state << 13; state ^= state >> 7; state ^= state << 17;
        uint64_t r = state * 2685821657736338717ull >> 8;
{drive}
        for (int clk = 0; clk < 2; clk++) {{
            pair.sys_clk = clk;
            pair.eval();
            if (pair.differ) {{
                printf("cycle %ld: differs\\n", cycle);
                return 1;
            }}
        }}
        activity += pair.watched != before;
        before = pair.watched;
    }}
    printf("%llu\\n", (unsigned long long)activity);
    return 0;
}}
"""


def call(folder, *words):
    """Run a tool in a folder; its output is shown where it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TOOL_S,
    )
    if done.returncode:
        raise AssertionError(f"{words[0]}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def pair(ports, watched):
    """Verilog with both cores on the same inputs."""
    inputs = [(width, name) for way, width, name in ports if way == "input"]
    outputs = [(width, name) for way, width, name in ports if way == "output"]
    text = ["module pair(output differ, output watched"]
    text += [f", input [{width or 0}:0] {name}" for width, name in inputs]
    text.append(");\n")
    for core in ("core", "core_netlist"):
        text += [f"wire [{width or 0}:0] {core}_{name};\n" for width, name in outputs]
        wires = [f".{name}({name})" for _, name in inputs]
        wires += [f".{name}({core}_{name})" for _, name in outputs]
        text.append(f"{core} {core}({', '.join(wires)});\n")
    terms = [f"(core_{name} !== core_netlist_{name})" for _, name in outputs]
    text.append(f"assign differ = {' || '.join(terms)};\nassign watched = ^core_{watched};\n")
    return "".join(text) + "endmodule\n"


def build(name, watched):
    """Build the simulation of a core beside its netlist; return its folder. watched: an output that has to move."""
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    text = alone.text(name).partition("\nmodule top(")[0]
    (folder / "alone.v").write_text(text)
    programs = open_tools.environment("ecp5")
    call(folder, programs / "yosys", "-q", "-p", SYNTHESIS)
    ports = PORT.findall(text.partition(");")[0])
    (folder / "pair.v").write_text(pair(ports, watched))
    drive = "\n".join(
        f"        pair.{port} = ({STIMULI.get(port, 'r >> 24')}) & {hex((1 << int(width or 0) + 1) - 1)}u;"
        for way, width, port in ports
        if way == "input" and port != "sys_clk"
    )
    (folder / "main.cpp").write_text(MAIN.format(cycles=CYCLES, drive=drive))
    cells = open_tools.cells("ecp5")
    call(
        folder, "verilator", "--cc", "--exe", "--build", "-O3", "--no-timing", "-Wno-fatal", "-Wno-lint",
        "--top-module", "pair", "--Mdir", "obj", f"-I{cells}", "-CFLAGS", "-O1",
        "pair.v", "alone.v", "netlist.v", cells / "cells_sim.v", "main.cpp",
    )  # fmt: skip
    return folder


class Netlist(unittest.TestCase):
    def test_jtag_master(self):
        folder = build("jtag_master", "pads_tck")
        kinds = set(re.findall(r"^  (\w+) (?:#\(|\\?\S+ +\()", (folder / "netlist.v").read_text(), re.M))  # fmt: skip
        self.assertLessEqual(kinds - {"wire", "assign"}, CELLS)
        edges = int(call(folder, "obj/Vpair"))
        self.assertGreater(
            edges, CYCLES / 100, "TCK hardly moved: the stimuli do not start operations"
        )


if __name__ == "__main__":
    unittest.main()
