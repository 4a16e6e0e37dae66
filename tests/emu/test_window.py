# SPDX-License-Identifier: MIT
"""`lxemu --video-window`: what SDL2's dummy driver shows, without a display.

On request the driver saves what the window shows as SDL_window<N>-<COUNT>.bmp in the working directory.
"""

import os
import re
import shutil
import subprocess
import time
from struct import unpack_from

from tests.emu import rv32
from tests.emu.support import LXEMU, RAM, ROOT, RUN_SECONDS, VIDEO, Program, Soc, TestCase

BAD_INPUT = 2
OUT_OF_CYCLES = 124
WIDTH, HEIGHT = 16, 10
SCALE = 40  # the whole number by which it fits 640 x 480
PICTURE = 0x20000  # offset in RAM
CLOCK_HZ = 100_000_000
FRAMES_HZ = 60
DISPLAY = {"SDL_VIDEODRIVER": "dummy"}
SAVING = {**DISPLAY, "SDL_VIDEO_DUMMY_SAVE_FRAMES": "1"}
RGB565 = [0xF800, 0x07E0, 0x001F, 0xFFFF, 0x0000, 0x8410]
COLOURS = [(248, 0, 0), (0, 252, 0), (0, 0, 248), (248, 252, 248), (0, 0, 0), (128, 128, 128)]


def read_bmp(data):
    """Return (width, height, function of x and y that gives red, green and blue) of a BMP file."""
    offset, _, width, height, _, bits = unpack_from("<IIiiHH", data, 10)
    count = bits // 8
    stride = (width * count + 3) // 4 * 4

    def pixel(x, y):
        row = height - 1 - y if height > 0 else y
        blue, green, red = data[offset + stride * row + count * x :][:3]
        return red, green, blue

    return width, abs(height), pixel


class WindowTest(TestCase):
    """Guests that show a picture of six colours."""

    def setUp(self):
        shutil.rmtree(self.folder)

    def soc(self, **sizes):
        """Return a SoC with a 16-bit frame buffer for each name=(width, height)."""
        sizes = sizes or {"video_framebuffer": (WIDTH, HEIGHT)}
        soc = Soc(cores=dict.fromkeys(sizes, VIDEO))
        for name, (width, height) in sizes.items():
            values = {"base": RAM + PICTURE, "hres": width, "vres": height, "depth": 16}
            soc.json["constants"].update({f"{name}_{key}": value for key, value in values.items()})
        return soc

    def program(self, soc, *ending):
        """Return a program that draws the picture's first pixels and switches all cores on."""
        program = Program(soc)
        program.add(rv32.li(5, RAM + PICTURE))
        for index, colour in enumerate(RGB565):
            program.add(rv32.li(6, colour), rv32.store("sh", 6, 5, 2 * index))
        for name in soc.addr:
            if name.endswith("dma_enable"):
                program.write(name, 1)
        return program.add(*ending)

    def start(self, program, *options, display=DISPLAY):
        """Run a program with a window; return (exit status, stderr)."""
        folder = program.soc.write(self.folder)
        (folder / "program.bin").write_bytes(program.image())
        drop = ("DISPLAY", "WAYLAND_DISPLAY")
        kept = {name: value for name, value in os.environ.items() if name not in drop}
        done = subprocess.run(
            [LXEMU, "--video-window", "--stats", *options, "--kernel", "program.bin", "."],
            env={**kept, **display},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        return done.returncode, done.stderr

    def last_frame(self):
        """Return what read_bmp() says of the last frame that was saved."""
        names = self.folder.glob("SDL_window*.bmp")
        newest = max(names, key=lambda path: int(re.findall(r"\d+", path.name)[-1]))
        return read_bmp(newest.read_bytes())

    def shown(self, errors):
        """Return the count of frames that --stats names."""
        return int(re.search(r"^frames shown: (\d+)$", errors, re.M)[1])

    def test_picture_and_end(self):
        status, errors = self.start(self.program(self.soc()), "--virtual", display=SAVING)
        self.assertEqual(status, 0, errors)
        self.assertGreaterEqual(self.shown(errors), 1)
        width, height, pixel = self.last_frame()
        self.assertEqual((width, height), (WIDTH * SCALE, HEIGHT * SCALE))
        for index, colour in enumerate(COLOURS):
            for inside in (0, SCALE - 1):
                self.assertEqual(pixel(index * SCALE + inside, inside), colour)
            self.assertEqual(pixel(index * SCALE, SCALE), (0, 0, 0))

    def test_last_picture_is_that_of_the_end(self):
        before_the_first = str(CLOCK_HZ // FRAMES_HZ // 2)
        program = self.program(self.soc(), rv32.jal(0, 0))
        status, errors = self.start(program, "--max-cycles", before_the_first, display=SAVING)
        self.assertEqual(status, OUT_OF_CYCLES, errors)
        self.assertEqual(self.last_frame()[2](0, 0), COLOURS[0])

    def test_rate_is_of_host_time(self):
        forever = self.program(self.soc(), rv32.jal(0, 0))
        for mode, seconds in (("--virtual", 20), ("--realtime", 1)):
            cycles = str(seconds * CLOCK_HZ)
            before = time.monotonic()
            status, errors = self.start(forever, mode, "--max-cycles", cycles)
            passed = time.monotonic() - before
            self.assertEqual(status, OUT_OF_CYCLES, errors)
            self.assertGreaterEqual(self.shown(errors), 1)
            self.assertLessEqual(self.shown(errors), FRAMES_HZ * passed + 1)
            self.assertLess(self.shown(errors), FRAMES_HZ * seconds + 1)

    def test_two_sizes(self):
        sizes = {"video_a": (WIDTH, HEIGHT), "video_b": (700, 20)}
        status, errors = self.start(self.program(self.soc(**sizes)), "--virtual", display=SAVING)
        self.assertEqual(status, 0, errors)
        width, height, pixel = self.last_frame()
        self.assertEqual((width, height), sizes["video_b"])
        self.assertEqual([pixel(x, 0) for x in range(len(COLOURS))], COLOURS)

    def test_closing_leaves(self):
        user = self.folder / "closing_user.so"
        flags = subprocess.check_output(["pkg-config", "--cflags", "sdl2"], text=True).split()
        source = ROOT / "tests" / "emu" / "closing_user.c"
        subprocess.check_call(["gcc", "-shared", "-fPIC", *flags, "-o", user, source])
        forever = self.program(self.soc(), rv32.jal(0, 0))
        display = {**DISPLAY, "LD_PRELOAD": str(user)}
        limit = str(10 * CLOCK_HZ)
        status, errors = self.start(forever, "--max-cycles", limit, display=display)
        self.assertEqual(status, 0, errors)

    def test_no_display(self):
        for driver in ("x11", "nonesuch"):
            status, errors = self.start(
                self.program(self.soc()), display={"SDL_VIDEODRIVER": driver}
            )
            self.assertEqual(status, BAD_INPUT, errors)
            self.assertRegex(errors, r"\Alxemu: --video-window: no window: .*display.*\n\Z")


class BuildTest(TestCase):
    """Without SDL2 the emulator builds and says what is missing; the object follows what is installed."""

    def build(self, *settings):
        """Build the one object into the test's folder; return whether make had to."""
        target = self.folder / "host" / "window.o"
        folders = [f"OBJDIR={self.folder}", f"BUILD={ROOT / 'build'}"]
        command = ["make", "-s", "-C", ROOT / "emu", *folders, *settings, target]
        return "CC host/window.c" in subprocess.check_output(command, text=True)

    def test_follows_what_is_installed(self):
        shutil.rmtree(self.folder)
        self.assertTrue(self.build("SDL2=without-sdl2"))
        self.assertFalse(self.build("SDL2=without-sdl2"))
        self.assertTrue(self.build())
        self.assertFalse(self.build())
        self.assertTrue(self.build("SDL2=without-sdl2"))

    def test_without_sdl2(self):
        self.build("SDL2=without-sdl2")
        main = self.folder / "main.c"
        main.write_text(
            '#include <stdio.h>\n#include "host/window.h"\n'
            "int main(void) { char e[99]; return window_open(e, sizeof(e)) != NULL || puts(e) < 0; }\n"
        )
        program = self.folder / "main"
        window = self.folder / "host" / "window.o"
        subprocess.check_call(["gcc", "-I", ROOT / "emu", "-o", program, main, window])
        self.assertEqual(
            subprocess.check_output([program], text=True),
            "--video-window: built without SDL2: install libsdl2-dev and build again\n",
        )
