# SPDX-License-Identifier: MIT
"""A board of litex-boards from its name to the flash that it boots from, by open tools (a suite of `make test-long`).

The smallest of the ECP5 boards is built for real. Its joined file is loaded into the virtual ECP5 by our programmer
and by openFPGALoader, and the SoC's own BIOS boots the firmware out of the flash in the emulator. BOARD, ARGUMENTS
and CORES in the environment name another one.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

from tests.bitstream import support
from tests.models.support import SCRATCH, available, build

ROOT = support.ROOT
sys.path.insert(0, str(ROOT / "tools"))
import bitstream  # noqa: E402

BOARD = os.environ.get("BOARD", "colorlight_i5")
ARGUMENTS = os.environ.get("ARGUMENTS", "")
CORES = os.environ.get("CORES", "jtag_master")
NAME = bitstream.folder_name(BOARD, ARGUMENTS.split(), CORES.split())
OUTPUT = support.BUILD / "bitstream" / NAME
BUILD_S = 1800


def make():
    """Build the board, or find that it is built; return what was said on stderr."""
    command = [
        sys.executable,
        "tools/bitstream.py",
        BOARD,
        f"--arguments={ARGUMENTS}",
        f"--cores={CORES}",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD_S,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stderr


def setUpModule():
    subprocess.run(
        ["make", "SOC=jtag", "image", "emu"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    make()
    build()


class Built(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=SCRATCH)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.flash = self.folder / "content.bin"
        self.summary = json.loads((OUTPUT / "summary.json").read_text())
        files = self.summary["files"]
        self.bit, self.image = OUTPUT / files["bitstream"], OUTPUT / files["flash"]
        self.device = self.summary["device"].rpartition("-")[0]
        constants = json.loads((OUTPUT / "soc" / "csr.json").read_text())
        base = constants["memories"]["spiflash"]["base"]
        self.offset = constants["constants"]["flash_boot_address"] - base

    def check_boot(self):
        """The BIOS finds the firmware in the flash and starts it."""
        said = support.boot_by_bios(self.flash, OUTPUT / "soc")
        self.assertIn("Booting from flash...", said)
        self.assertIn("Liftoff!", said)
        self.assertTrue(said.rstrip("\n").endswith(">>> "), said[-2000:])

    def test_summary(self):
        """The clock is met, and the figures are those of a SoC that is whole."""
        for name in ("luts", "ffs", "brams"):
            used, there = self.summary[name]
            self.assertTrue(0 < used <= there, name)
        self.assertGreater(self.summary["luts"][0], 3000)
        for name, (got, asked) in self.summary["fmax"].items():
            self.assertGreaterEqual(got, asked, name)
        for name in self.summary["files"].values():
            self.assertTrue((OUTPUT / name).exists(), name)

    def test_the_jtag_master_sits_at_its_pads(self):
        """Place and route took the registers of TCK, TMS, TDI and TDO into the pads."""
        if "jtag_master" not in CORES:
            self.skipTest("no JTAG master")
        log = (OUTPUT / "logs" / "nextpnr-ecp5.log").read_text()
        self.assertEqual(
            len(re.findall(r"IOLOGIC component \S*jtagmaster\S* connected to PIO", log)), 4
        )

    def test_our_programmer(self):
        image = self.image.read_bytes()
        said = support.program(self.image, self.bit.stat().st_size, self.device, self.flash)
        sram, flash, boot = said.splitlines()
        self.assertIn("True", sram)
        self.assertTrue(flash.endswith(f" {zlib.crc32(image):#x}"), said)
        self.assertEqual(boot, "boot True")
        self.assertEqual(self.flash.read_bytes()[: len(image)], image)
        firmware = support.flash_image.read_firmware(self.flash.read_bytes(), self.offset)
        self.assertEqual(firmware, (OUTPUT / "firmware.bin").read_bytes())
        self.check_boot()

    @unittest.skipIf(available("openFPGALoader"), "openFPGALoader is not installed")
    def test_openfpgaloader(self):
        sram, boot = support.load_with_openfpgaloader(
            self.image, self.bit, self.device, self.flash
        )
        self.assertTrue(sram["done"] and boot["done"])
        self.assertEqual(boot["memory_crc32"], sram["memory_crc32"])
        self.check_boot()

    def test_nothing_is_built_again(self):
        said = make()
        self.assertNotIn("yosys", said)
        self.assertNotIn("SoC and BIOS", said)

    def test_it_goes_on_where_it_was_interrupted(self):
        """Without the packer's stamp, as after a power cut, only the packer runs; its file is not believed."""
        before = self.bit.read_bytes()
        (OUTPUT / "soc" / "gateware" / ".ecppack.done").unlink()
        self.bit.write_bytes(before[:1000])
        said = make()
        self.assertIn("ecppack ...", said)
        self.assertNotIn("nextpnr", said)
        self.assertEqual(self.bit.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
