# SPDX-License-Identifier: MIT
"""A frame buffer's memory and colours."""

import os

from soc.kinds import video
from tests.soc.case import CORES, GenerateTest, make_csr_json


class VideoTest(GenerateTest):
    """soc_video[] and what it leaves of main RAM."""

    def test_frame_buffer_limits_the_free_ram(self):
        """The heap ends where another region begins."""
        data = make_csr_json()
        data["memories"]["video"] = {"base": 0x40C00000, "size": 0x800000, "type": "cached"}
        self.generate(data)
        self.assertEqual(self.config()["SOC_MAIN_RAM_FREE_SIZE"], "0x00c00000")
        with open(os.path.join(self.output, "soc_memory.ld")) as file:
            self.assertIn("main_ram (rwx) : ORIGIN = 0x40000000, LENGTH = 0x00c00000", file.read())

    def frame(self, base, region=None, ram=0x1000000, hres=160):
        """A SoC with a frame buffer: what the driver gets, and how much of main RAM is free.

        Args:
            base (int): where LiteX puts the picture.
            region (int): the size of its region, None: csr.json has none.
            ram (int): the size of main RAM.
            hres (int): pixels of a row, of 16 bits, in 100 rows.
        """
        registers = [(name, 32, "rw") for name in video.VIDEO_DMA]
        data = make_csr_json({**CORES, "video_framebuffer": registers})
        data["memories"]["main_ram"]["size"] = ram
        if region:
            memory = {"base": base, "size": region, "type": "cached+linker"}
            data["memories"]["video_framebuffer"] = memory
        for name, value in (("base", base), ("hres", hres), ("vres", 100), ("depth", 16)):
            data["constants"][f"video_framebuffer_{name}"] = value
        self.generate(data)
        found = self.probe()["video"][0].split()
        self.assertEqual(found[:3], [str(hres), "100", "16"])
        free = int(self.config()["SOC_MAIN_RAM_FREE_SIZE"], 0)
        return int(found[3]), int(found[4]), free

    def test_frame_in_main_ram(self):
        """Stays where LiteX puts it, with what of the region is in main RAM."""
        self.assertEqual(self.frame(0x40C00000, 0x10000), (0x40C00000, 0x10000, 0xC00000))
        self.assertEqual(self.frame(0x40C00000, 0x800000), (0x40C00000, 0x400000, 0xC00000))
        # As where a target sets mem_map: no region, but the constant.
        self.assertEqual(self.frame(0x40C00000), (0x40C00000, 32000, 0xC00000))
        # A region that is smaller than the picture.
        self.assertEqual(self.frame(0x40C00000, 4096), (0x40C00000, 32000, 0xC00000))

    def test_frame_outside_of_main_ram(self):
        """Is taken to the end of main RAM, where that leaves half of it."""
        self.assertEqual(
            self.frame(0x40C00000, 0x800000, ram=0x800000), (0x407F8000, 0x8000, 0x7F8000)
        )
        # It would begin in main RAM and end behind it.
        self.assertEqual(
            self.frame(0x40C00000, 0x800000, ram=0xC00100), (0x40BF8100, 0x8000, 0xBF8100)
        )
        self.assertEqual(self.frame(0x40C00000, 0x800000, ram=0xF000), (0, 0, 0xF000))

    def test_order_of_colours(self):
        """Red is first, unless a pixel has more bits than a word of the DRAM's ports."""
        registers = [(name, 32, "rw") for name in video.VIDEO_DMA]
        data = make_csr_json({**CORES, "video_framebuffer": registers})
        numbers = {"base": 0x40C00000, "hres": 16, "vres": 16}
        data["constants"].update({f"video_framebuffer_{k}": v for k, v in numbers.items()})
        generated = os.path.join(self.folder, "software", "include", "generated")
        os.makedirs(generated)
        for depth, bits, phases, bgr in (
            (32, None, None, 0),
            (32, 16, 1, 1),
            (32, 16, 2, 0),
            (32, 32, 4, 0),
            (16, 8, 1, 0),
        ):
            data["constants"]["video_framebuffer_depth"] = depth
            if bits is not None:
                with open(os.path.join(generated, "sdram_phy.h"), "w") as file:
                    file.write(
                        f"#define SDRAM_PHY_DATABITS 8\n#define SDRAM_PHY_DFI_DATABITS {bits}\n"
                        f"#define SDRAM_PHY_PHASES {phases}\n"
                    )
            self.generate(data)
            self.assertEqual(self.probe()["bgr"], [str(bgr)], (depth, bits, phases))

    def test_frame_without_constants(self):
        """Has no place; the firmware says so."""
        registers = [(name, 32, "rw") for name in video.VIDEO_DMA]
        self.generate(make_csr_json({**CORES, "screen": registers}))
        self.assertEqual(self.probe()["video"], ["0 0 0 0 0"])

    def test_video_terminal(self):
        """Has a timing generator and nothing to draw on; it takes no memory."""
        names = "enable hres hsync_start hsync_end hscan vres vsync_start vsync_end vscan"
        registers = [(name, 12, "rw") for name in names.split()]
        self.generate(make_csr_json({**CORES, "video_terminal_vtg": registers}))
        found = self.probe()
        self.assertNotIn("video", found)
        self.assertTrue(any(r.startswith("video_terminal_vtg_enable ") for r in found["register"]))
        self.assertEqual(self.config()["SOC_MAIN_RAM_FREE_SIZE"], "0x01000000")
