# SPDX-License-Identifier: MIT
"""flash_waits.py on the emulated SoC `storage` with VexRiscv's timing and a flash of typical times, whose files are there."""

import tempfile
import unittest
from pathlib import Path

from bench import guest
from tests.device.run import HERE  # which puts tools/ on the path

from littlefs_image import write_flash  # isort: skip


class Waits(unittest.TestCase):
    def test_interrupts_do_not_wait_for_the_flash(self):
        with tempfile.TemporaryDirectory() as folder:
            flash = Path(folder, "flash.bin")
            write_flash(flash)
            command = guest.lxemu_command("storage", "--timing", "--spiflash", str(flash))
            script = (HERE / "prelude.py").read_text() + (HERE / "flash_waits.py").read_text()
            output = guest.execute(command, script + "\nprint('OK', Count.checks)\n")
        self.assertIn("OK ", output)


if __name__ == "__main__":
    unittest.main()
