# SPDX-License-Identifier: MIT
"""`lxemu --video`: the picture of a frame buffer in the formats that csr.json tells, pixel by pixel.

One of 8 bits may also be grey; csr.json does not tell, and the emulator shows colours.
"""

import random

from tests.emu.pixels import DEPTHS, read_png, shown
from tests.emu.support import RAM, VIDEO, Program, Soc, TestCase

WIDTH, HEIGHT = 19, 8  # rows that do not end at a byte with one bit for each pixel
PICTURE = RAM + 0x20000


class FormatTest(TestCase):
    def check(self, kind, **dram):
        """Compare what is shown of random pixels with what LiteX's core shows of them.

        Args:
            kind (str): their format.
            dram (int): what sdram_phy.h says.
        """
        soc = Soc(cores={"video_framebuffer": VIDEO})
        values = {"base": PICTURE, "hres": WIDTH, "vres": HEIGHT, "depth": DEPTHS[kind]}
        soc.json["constants"].update({f"video_framebuffer_{k}": v for k, v in values.items()})
        memory = random.Random(1).randbytes(WIDTH * HEIGHT * DEPTHS[kind] // 8)
        load, png = self.folder / "picture.bin", self.folder / "shown.png"
        load.write_bytes(memory)
        png.unlink(missing_ok=True)
        lines = (f"#define SDRAM_PHY_{name} {number}\n" for name, number in dram.items())
        (self.folder / "sdram_phy.h").write_text("".join(lines))
        program = Program(soc).write("video_framebuffer_dma_enable", 1)
        program.run(self.name, "--video", png, "--load", f"{PICTURE:#x}={load}")
        expected = shown(kind, memory, WIDTH * HEIGHT)
        self.assertEqual(read_png(png.read_bytes()), (WIDTH, HEIGHT, expected))

    def test_rgb888(self):
        self.check("rgb888")

    def test_narrow_dram(self):
        self.check("bgr888", DATABITS=8, DFI_DATABITS=16, PHASES=1)

    def test_narrow_dram_with_phases(self):
        self.check("rgb888", DATABITS=8, DFI_DATABITS=16, PHASES=2)

    def test_rgb565(self):
        self.check("rgb565")

    def test_rgb332(self):
        self.check("rgb332")

    def test_mono1(self):
        self.check("mono1")
