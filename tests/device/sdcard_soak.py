# SPDX-License-Identifier: MIT
"""Cards that fail, on the emulated SoC `storage`: each fault on both cores, and power cuts in an
update. Not named test_*: a core that hangs waits for seconds of the board's time, so this is for `make soak`.

CUTS_EVERY=1 cuts the power after every sector, else after some.
"""

import json
import os
import unittest

from tests.device import test_sdcard
from tests.device.test_sdcard import SECTOR, boot_firmwares, fbi, tool

CUTS_EVERY = int(os.environ.get("CUTS_EVERY", "0"))


def cuts(last, few):
    """After how many sectors to cut: each, or a few."""
    return range(0, last, CUTS_EVERY) if CUTS_EVERY else few


class PowerCuts(test_sdcard.Card):
    size = 16 << 20

    def repair(self):
        """fsck.fat finds nothing that it cannot repair; what it repaired is clean."""
        tool("fsck.fat", "-a", "-w", self.image, status=(0, 1))
        tool("fsck.fat", "-n", self.image)

    def test_an_update_ends_in_old_or_new(self):
        old, new = boot_firmwares()
        tool("mkfs.fat", "-F", 16, "-s", 8, self.image)
        for name, content in (("fw_a.bin", old), ("new.fbi", fbi(new))):
            source = self.folder / name
            source.write_bytes(content)
            tool("mcopy", "-i", self.image, source, f"::/{name}")
        source.write_bytes(b'{"fw_a.bin": "0x40000000"}\n')
        tool("mcopy", "-i", self.image, source, "::/boot.json")
        before = self.image.read_bytes()
        body = len(new) // SECTOR
        ended = set()
        few = (1, body // 2, *range(body, body + 14, 2), 2 * body)
        for sectors in cuts(body + 40, few):
            with self.subTest(sectors=sectors):
                self.image.write_bytes(before)
                self.start(card=f",fault=power-cut,argument={sectors}")
                _, error = self.attempt("import litex\nlitex.update('/sd/new.fbi', '/sd')")
                self.stop()
                self.repair()
                target = self.folder / "got"
                tool("mcopy", "-n", "-o", "-i", self.image, "::/boot.json", target)
                (name,) = json.loads(target.read_text())
                tool("mcopy", "-n", "-o", "-i", self.image, f"::/{name}", target)
                self.assertIn(target.read_bytes(), (old, new))
                ended.add(target.read_bytes() == new)
                if not error:
                    self.assertEqual(target.read_bytes(), new)
        self.assertEqual(ended, {True, False})


# fault: words of the sentence that reading or writing ends in, on LiteSDCard and in SPI mode; "": nothing fails.
HUNG = "only a reset of the SoC"
LOST = "pulled out"
FAULTS = {
    "read-crc=20": ("wrong CRCs", "wrong CRCs"),
    "no-effect=0": ("does not read back", "does not read back"),
    "write-crc=0": (HUNG, "wrong CRCs"),
    "command-crc=0": ("", ""),
    "write-error=0": (HUNG, "cannot write"),
    "read-error=20": ("cannot read", "sends no data"),
    "stuck-busy=0": ("busy", "busy"),
    "no-data=20": ("sends no data", "sends no data"),
    "no-init": ("does not end its initialization", "does not end its initialization"),
    "absent": ("no card", "no card"),
    "removed=40": (LOST, LOST),
    "early-data": ("wrong CRCs", ""),
    "no-cmd23": ("", ""),
    "power-cut=0": (HUNG, LOST),
    "torn-sector=0": (HUNG, LOST),
    "protected": ("write-protected", "write-protected"),
    "slow-clock=20000000": ("", ""),
}
TRY = """
import machine, time
def attempt(slot):
    start = time.ticks_ms()
    text = ""
    try:
        sd = machine.SDCard(slot, verify=True)
        data = bytes(range(256)) * 8
        back = bytearray(2048)
        for i in range(12):
            sd.writeblocks(100, data)
            sd.readblocks(100, back)
            if back != data: text = "wrong data"
    except OSError as error:
        text = str(error)
    print(slot, time.ticks_diff(time.ticks_ms(), start), text)
attempt("sdcard")
attempt("spisdcard")
"""
BOUND_MS = 15000  # a card in SPI mode that sends nothing, at four clocks


class Faults(test_sdcard.Card):
    size = 1 << 20

    def test_each_ends_in_a_sentence(self):
        """On LiteSDCard and in SPI mode; within a bound of the board's time; and the prompt goes on."""
        other = self.folder / "other.img"
        for fault, words in FAULTS.items():
            name, _, argument = fault.partition("=")
            card = f",fault={name}" + (f",argument={argument}" if argument else "")
            with self.subTest(fault):
                self.blank()
                other.write_bytes(bytes(self.size))
                self.start("--sdcard", f"{other},slot=spisdcard,times=none{card}", card=card)
                output = self.run_on(TRY)
                self.assertEqual(self.run_on("print(1)"), "1\n")
                lines = output.splitlines()
                for slot, line, wanted in zip(("sdcard", "spisdcard"), lines, words, strict=True):
                    where, ms, text = line.split(" ", 2)
                    self.assertEqual(where, slot)
                    self.assertLess(int(ms), BOUND_MS, line)
                    self.assertIn(wanted, text)
                    self.assertEqual(bool(wanted), bool(text), line)


if __name__ == "__main__":
    unittest.main()
