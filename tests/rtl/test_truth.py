# SPDX-License-Identifier: MIT
"""What VexRiscv does, in truth programs that run on the RTL and on the emulator.

The programs are in truth/, one printed line per fact. For the standard variant the RTL's facts are
also recorded in truth/expected.txt, so that a change of LiteX or VexRiscv shows itself here first.
"""

import functools
import subprocess
import unittest
from typing import Any

from tests.rtl import truth_build

SOC = truth_build.ROOT / "build" / "soc" / "base"
HAS_EMULATOR = (truth_build.ROOT / "build" / "lxemu").exists()

# Variants besides standard that LiteX's boards use with main RAM.
VARIANTS = ("minimal", "lite", "imac", "full")
# Without the accesses that end in time-outs, which take millions of cycles and are not the CPU's.
VARIANT_PROGRAMS = ("traps", "csrs", "muldiv")

# The bus gives up after a million cycles; a line of the cache is eight words.
TIMEOUT = 1_000_000
TIMEOUT_CYCLES = {
    "load_uncached_unmapped": TIMEOUT,
    "load_byte_uncached_unmapped": TIMEOUT,
    "store_uncached_unmapped": TIMEOUT,
    "store_cached_unmapped": TIMEOUT,
    "load_cached_unmapped": 8 * TIMEOUT,
    "load_beyond_sram": 8 * TIMEOUT,
    "jump_to_unmapped_uncached": 8 * TIMEOUT,
}
TIMEOUT_SLACK = 1000

# Cycles per instruction on the RTL: mean over what is between LOOP and END_LOOP in timing.S,
# counted as eight instructions.
COSTS = {
    "add": 1.0,
    "shift": 1.0,
    "shift_then_use": 1.5,
    "load": 1.0,
    "load_then_use": 2.0,
    "load_gap_then_use": 1.25,
    "load_byte_then_use": 2.0,
    "store": 1.75,
    "store_every_other": 1.0,
    "store_then_load": 3.5,
    "load_conflict": 21.25,
    "csr_load": 4.0,
    "csr_store": 1.75,
    "csr_store_then_load": 3.0,
    "cpu_csr_read": 2.88,
    "cpu_csr_write": 2.88,
    "branch_not_taken": 3.62,
    "branch_taken_forward": 4.0,
    "branch_taken_backward": 1.75,
    "jump": 2.0,
    "call_and_return": 3.0,
    "jump_register": 3.0,
    "fence": 1.0,
    "multiply": 1.0,
    "multiply_then_use": 2.0,
    "multiply_high": 1.0,
    "divide": 34.0,
    "divide_small": 34.0,
    "remainder": 34.0,
    "fetch_conflict": 27.1,
}
COST_TOLERANCE = 0.15
INSTRUCTIONS = 64 * 8
# The emulator's estimate of a single instruction's cost may be off by this factor; its error over
# whole programs is what `make bench` reports.
ESTIMATE_FACTOR = 1.25


@functools.cache
def on_rtl(name: str, program: str):
    """Return a program's cases on the RTL."""
    return truth_build.run_rtl(name, truth_build.build(program, SOC.parent / name))


@functools.cache
def on_emulator(name: str, program: str, *options: str):
    """Return a program's cases on the emulator."""
    folder = SOC.parent / name
    return truth_build.run_emulator(folder, truth_build.build(program, folder), *options)


def build_soc(name: str, *options: str) -> None:
    """Generate a variant of base and its simulation."""
    root = truth_build.ROOT
    command = [truth_build.LITEX, "-m", "rtl.build", "base", *options]
    command += ["--output-dir", str(root / "build" / "soc" / name)]
    command += ["--rtl", str(root / "build" / "rtl" / name)]
    subprocess.run(command, check=True, cwd=root)


def costs(cases: dict[str, Any]):
    """Return {case: cycles per instruction} of timing.S."""
    loop = cases["loop_64"]["a0"]
    return {name: (cases[name]["a0"] - loop) / INSTRUCTIONS for name in COSTS}


class Standard(unittest.TestCase):
    """The variant `standard`, in the SoC `base`."""

    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        build_soc("base")

    def test_rtl_is_as_recorded(self) -> None:
        recorded = {}
        for line in truth_build.EXPECTED.read_text().splitlines():
            recorded.update(truth_build.parse(line))
        found = {}
        for program in truth_build.FACT_PROGRAMS:
            for name, fields in truth_build.facts(on_rtl("base", program)).items():
                found[f"{program}.{name}"] = fields
        self.assertEqual(recorded, found)

    @unittest.skipUnless(HAS_EMULATOR, "the emulator is not built")
    def test_emulator_agrees(self) -> None:
        for program in truth_build.FACT_PROGRAMS:
            with self.subTest(program):
                self.assertEqual(
                    truth_build.facts(on_rtl("base", program)),
                    truth_build.facts(on_emulator("base", program)),
                )

    def test_bus_timeouts_on_rtl(self) -> None:
        self.check_timeouts(on_rtl("base", "bus"))

    @unittest.skipUnless(HAS_EMULATOR, "the emulator is not built")
    def test_bus_timeouts_on_emulator(self) -> None:
        self.check_timeouts(on_emulator("base", "bus"))

    def check_timeouts(self, cases) -> None:
        for name, cycles in TIMEOUT_CYCLES.items():
            with self.subTest(name):
                self.assertAlmostEqual(cases[name]["cycles"], cycles, delta=TIMEOUT_SLACK)

    def test_costs_on_rtl(self) -> None:
        for name, cost in costs(on_rtl("base", "timing")).items():
            with self.subTest(name):
                self.assertAlmostEqual(cost, COSTS[name], delta=COST_TOLERANCE)

    @unittest.skipUnless(HAS_EMULATOR, "the emulator is not built")
    def test_costs_estimated_by_emulator(self) -> None:
        for name, cost in costs(on_emulator("base", "timing", "--timing")).items():
            with self.subTest(name):
                self.assertGreater(cost, COSTS[name] / ESTIMATE_FACTOR)
                self.assertLess(cost, COSTS[name] * ESTIMATE_FACTOR)


@unittest.skipUnless(HAS_EMULATOR, "the emulator is not built")
class Variants(unittest.TestCase):
    """Other variants: the emulator follows the one that csr.json names."""

    maxDiff = None

    def test_emulator_agrees(self) -> None:
        for variant in VARIANTS:
            name = f"base-{variant}"
            build_soc(name, "--cpu-variant", variant)
            for program in VARIANT_PROGRAMS:
                with self.subTest(f"{variant} {program}"):
                    self.assertEqual(
                        truth_build.facts(on_rtl(name, program)),
                        truth_build.facts(on_emulator(name, program)),
                    )


if __name__ == "__main__":
    unittest.main()
