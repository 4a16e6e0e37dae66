# SPDX-License-Identifier: MIT
"""Firmware for SoCs that differ from ours in one thing: large or little main RAM, no pins, no hash of the map.

Each is the build folder of base or full with another csr.json; the firmware is built for it and runs on the emulator.
"""

import json
import re
import shutil
import sys
import unittest

from tests.clients import support

sys.path.insert(0, str(support.ROOT / "tools"))
import boards  # noqa: E402

WORK = support.BUILD / "tests" / "socs"
BOUND_S = 900
BOOT_CYCLES = 100_000_000  # a second at base's 100 MHz
OTHERS = 3 << 20  # bytes for code, data, stack and files, and to spare
HEAP = "import gc; print(gc.mem_free() + gc.mem_alloc())"


def build(name, change, of="base"):
    """Build the firmware for a changed SoC; return the SoC's folder and the image.

    name -- str, of the folders
    change -- called with the content of csr.json
    of -- str, the SoC that is changed
    """
    soc = WORK / name
    shutil.rmtree(soc, ignore_errors=True)
    ignore = shutil.ignore_patterns("gateware", "csr.svd", "*.o", "*.a", "bios.*")
    shutil.copytree(support.soc_folder(of), soc, ignore=ignore)
    description = json.loads((soc / "csr.json").read_text())
    change(description)
    (soc / "csr.json").write_text(json.dumps(description))
    made = support.make("firmware", f"BUILD_DIRECTORY={soc}", bound_s=BOUND_S)
    if made.returncode:
        raise AssertionError(made.stderr[-3000:])
    return soc, support.firmware(name)


def boot(soc, firmware, *options):
    """What is printed within a second of simulated time, the prompt included.

    soc -- Path, the SoC's build folder
    firmware -- Path, its image
    options -- str, further options of lxemu
    """
    limit = ["--virtual", "--timing", "--max-cycles", str(BOOT_CYCLES)]
    result = support.run([support.LXEMU, *limit, *options, "--kernel", firmware, soc], input="")
    if not result.stdout.endswith(">>> "):
        raise AssertionError(f"no prompt: {result.stdout!r} {result.stderr!r}")
    return result.stdout.replace("\r\n", "\n")


def heap_bytes(soc, firmware):
    """The size of the heap that the firmware has."""
    command = [support.LXEMU, "--virtual", "--kernel", firmware, soc]
    said = support.run(command, input=HEAP + "\r").stdout
    return int(re.search(r"\n(\d+)\r?\n>>> ", said)[1])


class LargeRam(unittest.TestCase):
    """From power-up to the prompt in less than a second, with all of main RAM as heap."""

    def check(self, name, size, block):
        """Build and boot.

        name -- str, of the SoC
        size -- int, bytes of its main RAM
        block -- int, bytes of a block of the heap, for each of which its tables take 6 bits
        """

        def change(soc):
            soc["memories"]["main_ram"]["size"] = size

        soc, firmware = build(name, change)
        said = boot(soc, firmware)
        # The gateware that the emulator plays tells its own map, so there is nothing to warn of.
        self.assertTrue(said.startswith("MicroPython v"), said)
        self.assertGreater(heap_bytes(soc, firmware), (size - OTHERS) * block // (block + 1))

    def test_256_mib(self):
        self.check("ram256m", 256 << 20, 16)

    def test_1_gib(self):
        self.check("ram1g", 1 << 30, 64)


class SmallWithCores(unittest.TestCase):
    """The small size class on a SoC with many cores: what is there works, as on a board without external RAM."""

    def test_acceptance(self):
        def change(soc):
            soc["memories"]["main_ram"]["size"] = 384 << 10

        soc, firmware = build("small", change, "full")
        board = boards.Board("small", "default")
        board.soc_folder, board.firmware = soc, firmware
        board.log_path = soc / "log"
        board.record["memory"] = {"main_ram": 384 << 10}
        self.assertTrue(board.step(board.accept), board.record["why"])
        for name in ("LED", "Pin", "Timer", "PWM", "UART", "ADC", "WS2812", "DMA", "WDT"):
            self.assertIn(name, board.record["classes"])


class NoMapHash(unittest.TestCase):
    """The identity guard where the SoC does not carry the hash of its map."""

    @classmethod
    def setUpClass(cls):
        def change(soc):
            del soc["csr_registers"]["soc_map_hash"]
            del soc["csr_bases"]["soc_map"]

        cls.soc, cls.firmware = build("nohash", change)

    def test_same_identifier(self):
        said = boot(self.soc, self.firmware)
        text = "it has no map hash, so the CSR addresses are not compared"
        self.assertTrue(
            said.startswith(f"SoC identifier as expected; {text}\nMicroPython v"), said
        )

    def test_other_identifier(self):
        said = boot(self.soc, self.firmware, "--identifier", "another SoC")
        self.assertRegex(
            said,
            r"^WRONG SoC\? this firmware is for 'MicroPython for LiteX, reference SoC base.*', "
            r"the gateware is 'another SoC' \(it has no map hash to compare\)\nMicroPython v",
        )


class NoPins(unittest.TestCase):
    """Some boards' SoCs have neither LEDs nor GPIO: what works on pins is not there, and nothing else misses it."""

    def test_bare(self):
        def change(soc):
            for core in ("leds", "gpio"):
                del soc["csr_bases"][core]
                for name in [name for name in soc["csr_registers"] if name.startswith(core + "_")]:
                    del soc["csr_registers"][name]

        soc, firmware = build("bare", change)
        command = [support.LXEMU, "--virtual", "--kernel", firmware, soc]
        code = "import machine, litex; print([n for n in dir(machine) + dir(litex) if n in 'Pin Signal LED time_pulse_us'])"
        said = support.run(command, input=code + "\r").stdout
        self.assertIn("\n[]\n>>> ", said)


if __name__ == "__main__":
    unittest.main()
