# SPDX-License-Identifier: MIT
"""Firmware for SoCs that differ from ours in one thing: large or little main RAM, no pins, no hash of the map.

Each is the build folder of base or full with another csr.json; the firmware is built for it and runs on the
emulator. And a board of litex-boards with LiteX's video terminal, to which frame buffers of all formats are added.
"""

import json
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

from tests.clients import support
from tests.emu.pixels import DEPTHS, pixel, read_png

sys.path.insert(0, str(support.ROOT / "tools"))
import boards  # noqa: E402

WORK = support.BUILD / "tests" / "socs"
BOUND_S = 900
BOOT_CYCLES = 100_000_000  # a second at base's 100 MHz
OTHERS = 3 << 20  # bytes for code, data, stack and files, and to spare
HEAP = "import gc; print(gc.mem_free() + gc.mem_alloc())"


def describe(name: str, change, of: str = "base") -> Path:
    """The build folder of a SoC whose csr.json differs."""
    soc = WORK / name
    shutil.rmtree(soc, ignore_errors=True)
    ignore = shutil.ignore_patterns("gateware", "csr.svd", "*.o", "*.a", "bios.*")
    shutil.copytree(support.soc_folder(of), soc, ignore=ignore)
    description = json.loads((soc / "csr.json").read_text())
    change(description)
    (soc / "csr.json").write_text(json.dumps(description))
    return soc


def build(name: str, change, of: str = "base"):
    """Build the firmware for a changed SoC; return the SoC's folder and the image."""
    soc = describe(name, change, of)
    return soc, make_firmware(soc)


def make_firmware(soc):
    """Build the firmware for a SoC's folder; return the image."""
    made = support.make("firmware", f"BUILD_DIRECTORY={soc}", bound_s=BOUND_S)
    if made.returncode:
        raise AssertionError(made.stderr[-3000:])
    return support.firmware(soc.name)


def boot(soc: Path, firmware: Path, *options):
    """What is printed within a second of simulated time, the prompt included."""
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

    def check(self, name: str, size: int, block: int) -> None:
        """Build and boot.

        block: bytes of a block of the heap; the tables take 6 bits for each.
        """

        def change(soc) -> None:
            soc["memories"]["main_ram"]["size"] = size

        soc, firmware = build(name, change)
        said = boot(soc, firmware)
        # The gateware that the emulator plays tells its own map, so there is nothing to warn of.
        self.assertTrue(said.startswith("MicroPython v"), said)
        self.assertGreater(heap_bytes(soc, firmware), (size - OTHERS) * block // (block + 1))

    def test_256_mib(self) -> None:
        self.check("ram256m", 256 << 20, 16)

    def test_1_gib(self) -> None:
        self.check("ram1g", 1 << 30, 64)


class SmallWithCores(unittest.TestCase):
    """The small size class on a SoC with many cores: what is there works, as on a board without external RAM."""

    def test_acceptance(self) -> None:
        def change(soc) -> None:
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

    firmware: Any
    soc: Any

    @classmethod
    def setUpClass(cls) -> None:
        def change(soc) -> None:
            del soc["csr_registers"]["soc_map_hash"]
            del soc["csr_bases"]["soc_map"]

        cls.soc, cls.firmware = build("nohash", change)

    def test_same_identifier(self) -> None:
        said = boot(self.soc, self.firmware)
        text = "it has no map hash, so the CSR addresses are not compared"
        self.assertTrue(
            said.startswith(f"SoC identifier as expected; {text}\nMicroPython v"), said
        )

    def test_other_identifier(self) -> None:
        said = boot(self.soc, self.firmware, "--identifier", "another SoC")
        self.assertRegex(
            said,
            r"^WRONG SoC\? this firmware is for 'MicroPython for LiteX: reference SoC base.*', "
            r"the gateware is 'another SoC' \(it has no map hash to compare\)\nMicroPython v",
        )


class NoPins(unittest.TestCase):
    """Some boards' SoCs have neither LEDs nor GPIO: what works on pins is not there, and nothing else misses it."""

    def test_bare(self) -> None:
        def change(soc) -> None:
            for core in ("leds", "gpio"):
                del soc["csr_bases"][core]
                for name in [name for name in soc["csr_registers"] if name.startswith(core + "_")]:
                    del soc["csr_registers"][name]

        soc, firmware = build("bare", change)
        command = [support.LXEMU, "--virtual", "--kernel", firmware, soc]
        code = "import machine, litex; print([n for n in dir(machine) + dir(litex) if n in 'Pin Signal LED time_pulse_us'])"
        said = support.run(command, input=code + "\r").stdout
        self.assertIn("\n[]\n>>> ", said)


WIDTH, HEIGHT = 32, 12
SCREENS = ("rgb888", "rgb565", "rgb332", "mono1")
SCREEN_BASE = 0x41000000
DMA_WORDS = {"base": 2, "length": 1, "enable": 1, "done": 1, "loop": 1, "offset": 1}
# Any value of a pixel, by its place; with the most bits that framebuf has.
COLOUR = "(x * 2654435 + y * 40503 >> 4)"
DRAW = f"""
import framebuf, litex
v = litex.Video("video_%s")
w, h = v.width(), v.height()
kind, bits = {{
    "rgb888": (framebuf.RGB565, 16), "bgr888": (framebuf.RGB565, 16), "rgb565": (framebuf.RGB565, 16),
    "rgb332": (framebuf.GS8, 8), "mono1": (framebuf.MONO_HMSB, 1),
}}[v.format()]
# framebuf draws on the screen itself, but for 32 bits: there blitbuf() takes its picture.
buf = v if v.bpp() == bits else bytearray(w * h * bits // 8)
fb = framebuf.FrameBuffer(buf, w, h, kind)
for y in range(h):
    for x in range(w):
        fb.pixel(x, y, {COLOUR} & (1 << bits) - 1)
if v.bpp() == 32:
    v.blitbuf(buf)
    m = memoryview(v)
    for x in range(w):
        m[x * 4 : x * 4 + 4] = ({COLOUR.replace("y", "0")} & 0xFFFFFFFF).to_bytes(4, "little")
v.flush()
print(v.format(), v.bpp(), v.stride_bytes(), len(memoryview(v)))
"""


def from_rgb565(value):
    """(red, green, blue) of 8 bits whose lowest bits repeat the highest, so that white stays white."""
    red, green, blue = value >> 11, value >> 5 & 0x3F, value & 0x1F
    return red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2


class Screens(unittest.TestCase):
    """A board with the video terminal, and frame buffers of the formats that csr.json tells apart."""

    cores: Any
    firmware: Any
    soc: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.soc = WORK / "screens"
        shutil.rmtree(cls.soc, ignore_errors=True)
        cls.soc.mkdir(parents=True)
        # VideoTerminal loads its font from the Internet, unless the working directory has one.
        glyphs = (f"ENCODING {n}\nBITMAP\n" + 16 * "00\n" + "ENDCHAR\n" for n in range(256))
        (cls.soc / "ter-u16b.bdf").write_text("".join(glyphs))
        options = "--no-compile-software --no-compile-gateware --build --output-dir . --with-video-terminal"
        target = [support.VENV / "python", "-m", "litex_boards.targets.digilent_nexys4ddr"]
        made = subprocess.run(
            [*target, *options.split()],
            cwd=cls.soc,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        )
        if made.returncode:
            raise AssertionError(made.stderr[-3000:])
        description = json.loads((cls.soc / "csr.json").read_text())
        cls.cores = set(description["csr_bases"])
        for index, kind in enumerate(SCREENS):
            name = f"video_{kind}"
            at = max(description["csr_bases"].values()) + 0x800
            description["csr_bases"][name] = at
            for register, words in DMA_WORDS.items():
                entry = {"addr": at, "size": words, "type": "rw"}
                description["csr_registers"][f"{name}_dma_{register}"] = entry
                at += 4 * words
            values = {"base": SCREEN_BASE + 0x10000 * index, "hres": WIDTH, "vres": HEIGHT}
            values["depth"] = DEPTHS[kind]
            description["constants"].update({f"{name}_{k}": v for k, v in values.items()})
        (cls.soc / "csr.json").write_text(json.dumps(description))
        cls.firmware = make_firmware(cls.soc)

    def run_script(self, script, *options):
        """What a script prints on the emulated board."""
        path = self.soc / "script.py"
        path.write_text(script)
        runner = [support.VENV / "python", "tools/run.py", "--script", path, "--"]
        emulator = [support.LXEMU, *options, "--kernel", self.firmware, self.soc]
        result = support.run([*runner, *emulator])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_terminal(self) -> None:
        """It shows what the console says. Its timing generator is there, and is not taken for a frame buffer."""
        self.assertEqual({c for c in self.cores if "video" in c}, {"video_terminal_vtg"})
        said = self.run_script(
            "import litex\n"
            "print(litex.regs.video_terminal_vtg_enable.read())\n"
            "try:\n    litex.Video('video_terminal')\n"
            "except ValueError as error:\n    print(error)\n"
        )
        enabled, screens = said.splitlines()
        self.assertEqual(enabled, "1")
        found = re.findall(r"\((video_\w+)\)", screens)
        self.assertEqual(sorted(found), sorted(f"video_{kind}" for kind in SCREENS))

    def check(self, screen: str, kind: str) -> None:
        """What is drawn on a screen is what is shown, pixel by pixel."""
        png = self.soc / f"{kind}.png"
        said = self.run_script(DRAW % screen, "--video", png)
        depth = DEPTHS[kind]
        sizes = f"{depth} {WIDTH * depth // 8} {WIDTH * HEIGHT * depth // 8}"
        self.assertEqual(said, f"{kind} {sizes}\n")
        expected = bytearray()
        for y in range(HEIGHT):
            for x in range(WIDTH):
                value = eval(COLOUR, {"x": x, "y": y})
                if depth == 32 and y > 0:
                    expected += bytes(from_rgb565(value & 0xFFFF))
                else:
                    expected += bytes(pixel(kind, value & (1 << depth) - 1))
        self.assertEqual(read_png(png.read_bytes()), (WIDTH, HEIGHT, bytes(expected)))

    def test_formats(self) -> None:
        """And then as if the DRAM's ports were narrow, which exchanges red and blue."""
        for kind in SCREENS:
            with self.subTest(kind):
                self.check(kind, kind)
        header = self.soc / "software" / "include" / "generated" / "sdram_phy.h"
        text, count = re.subn(
            r"(SDRAM_PHY_(DFI_DATABITS|PHASES)) \d+", r"\1 4", header.read_text()
        )
        self.assertEqual(count, 2)
        header.write_text(text)
        (self.soc / "csr.json").touch()
        make_firmware(self.soc)
        self.check("rgb888", "bgr888")


if __name__ == "__main__":
    unittest.main()
