# SPDX-License-Identifier: MIT
"""Firmware for each 32-bit RISC-V CPU of LiteX that can be had: it is built, boots on the emulator and on the RTL,
and its timers call back, whether the CPU takes interrupts or is polled."""

import subprocess
import sys
import unittest

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
        soc = soc_with(cpu, main_ram)
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


if __name__ == "__main__":
    unittest.main()
