# SPDX-License-Identifier: MIT
"""Firmware for the CSR buses that LiteX can build: words of 8 and of 32 bits, each in both orders."""

import json
import shutil
import unittest
from pathlib import Path

from tests.clients import support

WORK = support.BUILD / "tests" / "csr_bus"
BOUND_S = 900
SMOKE = """\
import litex, time
before = time.ticks_ms()
time.sleep_ms(20)
assert 20 <= time.ticks_diff(time.ticks_ms(), before) < 40
litex.csr_write("ctrl_scratch", 0x12345678)
assert litex.csr_read("ctrl_scratch") == 0x12345678
for value in (0, 1, 0x123456789ABCDEF0FEDCBA9876543210, (1 << 128) - 1, 1 << 96, True):
    litex.csr_write("wide_value", value)
    assert litex.csr_read("wide_value") == value, value
for value in (1 << 128, -1):
    try:
        litex.csr_write("wide_value", value)
    except ValueError as error:
        assert "takes 0 to 2**128 - 1" in str(error), error
    else:
        assert False, value
print("smoke")
"""


class CsrBus(unittest.TestCase):
    def check(self, width: int, ordering: str) -> None:
        """Generate `base` with such a CSR bus, build its firmware and run it to the prompt."""
        soc = WORK / f"csr{width}{ordering}"
        shutil.rmtree(soc, ignore_errors=True)
        options = ["--csr-data-width", str(width), "--csr-ordering", ordering]
        python = support.VENV / "python"
        made = support.run(
            [python, "-m", "gateware.build", "base", *options, "--output-dir", soc], BOUND_S
        )
        self.assertEqual(made.returncode, 0, made.stderr)
        self.add_wide_register(soc, width)
        (soc / "litex.toml").write_text(f'csr_ordering = "{ordering}"\n')
        made = support.make("firmware", f"BUILD_DIRECTORY={soc}", bound_s=BOUND_S)
        self.assertEqual(made.returncode, 0, made.stderr[-3000:])
        firmware = support.firmware(soc.name)
        self.assertEqual(self.entry_section(firmware.with_suffix(".elf")), ".entry")
        runner = [python, support.ROOT / "tools" / "run.py", "--", support.LXEMU]
        emulator = ["--kernel", firmware, soc]  # which reads litex.toml, too
        said = support.run([*runner, *emulator], input=SMOKE)
        self.assertEqual(said.stdout, "smoke\n", said.stderr)

    def add_wide_register(self, soc: Path, width: int) -> None:
        """Describe a core with a register of 128 bits, which only the emulator then has."""
        path = soc / "csr.json"
        data = json.loads(path.read_text())
        base = max(data["csr_bases"].values()) + 0x800
        data["csr_bases"]["wide"] = base
        register = {"addr": base, "size": 128 // width, "type": "rw"}
        data["csr_registers"]["wide_value"] = register
        path.write_text(json.dumps(data))

    def entry_section(self, elf) -> str:
        """The input section at the image's first byte, from the link map."""
        lines = elf.with_suffix(".map").read_text().splitlines()
        start = next(i for i, line in enumerate(lines) if "__text_start = ." in line)
        line = next(line for line in lines[start + 1 :] if " 0x" in line and ".o" in line)
        return line.split()[0]

    def test_8_big(self):
        self.check(8, "big")

    def test_8_little(self):
        self.check(8, "little")

    def test_32_little(self):
        self.check(32, "little")


if __name__ == "__main__":
    unittest.main()
