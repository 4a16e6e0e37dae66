# SPDX-License-Identifier: MIT
"""Firmware for each 32-bit RISC-V CPU of LiteX that can be had: it is built, boots on the emulator and on the RTL,
and its timers call back, whether the CPU takes interrupts or is polled."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

from tests.builds import test_socs
from tests.builds.test_socs import make_firmware
from tests.clients import support

WORK = support.BUILD / "tests" / "cpus"
LITTLE_RAM = 512 << 10  # the small size class, which builds quickly

SCRIPT = """
import machine, time
count = 0
def called(timer):
    global count
    count += 1
timer = machine.Timer(-1)
timer.init(period=2, callback=called)
start = time.ticks_us()
while count < 5 and time.ticks_diff(time.ticks_us(), start) < 1000000:
    pass
took = time.ticks_diff(time.ticks_us(), start)
timer.deinit()
print("called", count, "early" if took < 9000 else "late" if took > 40000 else "in time")
start = time.ticks_us()
time.sleep_ms(3)
print("slept", time.ticks_diff(time.ticks_us(), start) >= 3000)
print(3 ** 35 // 7, 1.5 * 3)
"""
EXPECTED = f"called 5 in time\nslept True\n{3**35 // 7} 4.5\n"
# What LiteX writes for the CPUs with a PLIC, whose Verilog PyPI does not carry: the constants of the CPU and the
# memory regions of its interrupt controllers. After litex/soc/cores/cpu/vexriscv_smp/core.py and
# litex/soc/cores/cpu/vexiiriscv/core.py.
SMP = {
    "config_cpu_count": 1,
    "config_cpu_isa": "rv32i2p0_ma",
    "config_cpu_mmu": "sv32",
    "config_cpu_dcache_size": 4096,
    "config_cpu_dcache_ways": 1,
    "config_cpu_dcache_block_size": 64,
    "config_cpu_icache_size": 4096,
    "config_cpu_icache_ways": 1,
    "config_cpu_icache_block_size": 64,
    "config_cpu_type_vexriscv_smp": None,
    "config_cpu_variant_standard": None,
    "config_cpu_name": "vexriscv",
    "config_cpu_human_name": "vexriscv smp",
}
VEXII = {
    "config_cpu_count": 1,
    "config_cpu_isa": "rv32i2p0_m",
    "config_cpu_mmu": "sv32",
    "config_cpu_type_vexiiriscv": None,
    "config_cpu_variant_standard": None,
    "config_cpu_name": "vexiiriscv",
    "config_cpu_human_name": "vexiiriscv 32-bit",
}
VIPER = """
@micropython.viper
def total(n: int) -> int:
    s = 0
    for i in range(n):
        s += i
    return s
print(total(100))
"""


def soc_with(cpu: str, main_ram: int):
    """The build folder of `base` with another CPU."""
    folder = WORK / cpu
    command = [sys.executable, "-m", "gateware.build", "base", "--output-dir", str(folder)]
    command += ["--cpu-type", cpu, "--main-ram-size", str(main_ram)]
    subprocess.run(command, cwd=support.ROOT, check=True, capture_output=True)
    return folder


def described_soc(cpu: str, constants: dict, flags: str, regions: str) -> Path:
    """The build folder of `base` as LiteX would have written it for a CPU that cannot be generated here.

    flags: CPUFLAGS of variables.mak. regions: the type of the regions of the interrupt controllers.
    """

    def change(soc) -> None:
        kept = {
            name: value
            for name, value in soc["constants"].items()
            if not name.startswith(("config_cpu_type_", "config_cpu_variant_", "config_cpu_has_"))
        }
        soc["constants"] = {**kept, "config_cpu_has_interrupt": None, **constants}
        # Line 0 is reserved, as the PLIC has no source 0.
        soc["constants"].update(uart_interrupt=1, timer0_interrupt=2, config_cpu_interrupts=3)
        soc["memories"]["main_ram"]["size"] = LITTLE_RAM
        soc["memories"]["plic"] = {"base": 0xF0C00000, "size": 0x400000, "type": regions}
        soc["memories"]["clint"] = {"base": 0xF0010000, "size": 0x10000, "type": regions}

    folder = test_socs.describe(cpu, change)
    variables = folder / "software" / "include" / "generated" / "variables.mak"
    text = re.sub(r"^CPU=.*", f"CPU={cpu}", variables.read_text(), flags=re.M)
    text = re.sub(r"^CPUFLAGS=.*", f"CPUFLAGS={flags}", text, flags=re.M)
    variables.write_text(re.sub(r"^(CPU_DIRECTORY=.*/)\w+$", rf"\1{cpu}", text, flags=re.M))
    header = folder / "software" / "include" / "generated" / "soc.h"
    lines = header.read_text()
    for name, line in (("UART", 1), ("TIMER0", 2)):
        lines = re.sub(rf"(#define {name}_INTERRUPT) \d+", rf"\1 {line}", lines)
    header.write_text(lines)
    return folder


def said_to(command: list[str], script: str) -> str:
    """What a script prints that is sent over the raw REPL of a simulation."""
    raw = f"\x01{script}\x04\x02"
    done = subprocess.run(
        command,
        cwd=support.ROOT,
        input=raw.encode(),
        capture_output=True,
        timeout=600,
        check=False,
    )
    text = done.stdout.decode(errors="replace").replace("\r\n", "\n")
    return text.partition(">OK")[2].partition("\x04")[0]


class Cpus(unittest.TestCase):
    def check(
        self, cpu: str, main_ram: int = LITTLE_RAM, script: str = SCRIPT, expected: str = EXPECTED
    ):
        """Build for a CPU; run a script on the emulator."""
        self.check_soc(soc_with(cpu, main_ram), script, expected)

    def check_soc(self, soc: Path, script: str = SCRIPT, expected: str = EXPECTED):
        """Build for a SoC's folder; run a script on the emulator."""
        firmware = make_firmware(soc)
        emulator = [str(support.LXEMU), "--virtual", "--max-cycles", "400000000"]
        self.assertEqual(
            said_to([*emulator, "--kernel", str(firmware), str(soc)], script), expected
        )

    def check_rtl(self, cpu: str):
        """Run the script on the Verilated RTL, with the firmware that check() has built."""
        folder = WORK / f"{cpu}-rtl"
        command = [sys.executable, "-m", "rtl.build", "base", "--cpu-type", cpu]
        command += ["--output-dir", str(folder / "soc"), "--rtl", str(folder / "rtl")]
        subprocess.run(command, cwd=support.ROOT, check=True, capture_output=True)
        simulation = [sys.executable, "-m", "rtl.run", str(folder / "rtl"), "--stdio"]
        simulation += ["--quiet-cycles", str(60_000_000), "--kernel", str(support.firmware(cpu))]
        self.assertEqual(said_to(simulation, SCRIPT), EXPECTED)

    def test_picorv32(self):
        self.check("picorv32")
        self.check_rtl("picorv32")

    def test_ibex(self):
        self.check("ibex", 16 << 20, SCRIPT + VIPER, EXPECTED + "4950\n")

    def test_cv32e40p(self):
        self.check("cv32e40p")
        self.check_rtl("cv32e40p")

    def test_serv(self):
        self.check("serv")

    def test_femtorv(self):
        self.check("femtorv")

    def test_firev(self):
        self.check("firev")

    def test_vexriscv_smp(self):
        flags = "-march=rv32i2p0_ma -mabi=ilp32 -D__vexriscv_smp__ -D__riscv_plic__"
        self.check_soc(described_soc("vexriscv_smp", SMP, flags, "io"))

    def test_vexiiriscv(self):
        flags = "-march=rv32i2p0_m -mabi=ilp32 -D__VexiiRiscv__ -D__riscv_plic__"
        self.check_soc(described_soc("vexiiriscv", VEXII, flags, "io+linker"))


if __name__ == "__main__":
    unittest.main()
