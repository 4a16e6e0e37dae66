# SPDX-License-Identifier: MIT
"""The same program draws the same picture on the RTL's video pins and in the emulator's PNG file."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.emu.pixels import read_png

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BOUND_S = 600

# Text, all colours, each edge; drawn into the page that is not shown. Showing waits for the begin of a
# frame: after the third, the page has been on the pins as a whole.
SCRIPT = """
import framebuf, litex
v = litex.Video(0)
w, h = v.width(), v.height()
fb = framebuf.FrameBuffer(v.page(1), w, h, framebuf.RGB565)
for x in range(w):
    fb.vline(x, 0, h, x * 409 + 7 & 0xffff)
fb.rect(0, 0, w, h, 0xffff)
fb.fill_rect(20, 20, 100, 40, 0x001f)
fb.text("RTL is right", 22, 30, 0xf800)
for i in range(3):
    v.show(1)
print("drawn")
"""


def read_ppm(data: bytes):
    """Return (width, height, bytes of RGB) of a binary PPM file."""
    magic, size, most, pixels = data.split(b"\n", 3)
    if (magic, most) != (b"P6", b"255"):
        raise ValueError("not a PPM file as rtl/modules/video.c writes it")
    width, height = (int(part) for part in size.split())
    return width, height, pixels


class VideoTest(unittest.TestCase):
    """Emulator and RTL show the same."""

    def draw(self, folder: str, *command: str) -> None:
        """Run the script."""
        script = Path(folder, "draw.py")
        script.write_text(SCRIPT)
        kernel = BUILD / "firmware" / "full" / "firmware.bin"
        run = [sys.executable, "tools/run.py", "--script", script, "--"]
        output = subprocess.run(
            [*run, *command, "--kernel", kernel],
            cwd=ROOT,
            timeout=BOUND_S,
            capture_output=True,
            text=True,
        )
        self.assertEqual(output.stdout, "drawn\n", output.stderr)

    def test_the_pins_show_what_was_drawn(self) -> None:
        """Pixel by pixel."""
        with tempfile.TemporaryDirectory() as folder:
            png, ppm = Path(folder, "out.png"), Path(folder, "out.ppm")
            self.draw(
                folder, str(BUILD / "lxemu"), "--video", str(png), str(BUILD / "soc" / "full")
            )
            self.draw(folder, sys.executable, "-m", "rtl.run", "full", "--video", str(ppm))
            ours, theirs = read_png(png.read_bytes()), read_ppm(ppm.read_bytes())
        self.assertEqual(ours[:2], (160, 100))
        self.assertEqual(ours[:2], theirs[:2])
        self.assertGreater(len(set(zip(*[iter(ours[2])] * 3, strict=True))), 100)
        wrong = [i for i in range(len(ours[2])) if ours[2][i] != theirs[2][i]]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
