# SPDX-License-Identifier: MIT
"""LiteX's video cores in Migen's simulator: what docs/video.md and the other tests say of them.

VideoFrameBuffer is the judge of tests/emu/pixels.py, which in turn judges the emulator and the firmware.
"""

import contextlib
import random
import tempfile
import unittest
from pathlib import Path

from litedram.common import LiteDRAMNativePort
from litex.soc.cores.video import VideoFrameBuffer, VideoTerminal, VideoTimingGenerator
from migen import Memory, Module, passive, run_simulation

from tests.emu.pixels import DEPTHS, shown

WIDTH, HEIGHT = 16, 4
BLANK = {"h_blanking": 4, "v_blanking": 2}
SYNC = {"h_sync_offset": 1, "h_sync_width": 1, "v_sync_offset": 1, "v_sync_width": 1}
TIMINGS = {"pix_clk": 1e6, "h_active": WIDTH, "v_active": HEIGHT, **BLANK, **SYNC}
BOUND = 1000  # cycles until a whole picture was shown


class Screen(Module):
    """A frame buffer with its timing generator and a PHY that is always ready."""

    def __init__(self, kind: str, bits: int) -> None:
        self.port = LiteDRAMNativePort("read", 32, bits)
        self.submodules.timing = VideoTimingGenerator(TIMINGS)
        self.submodules.core = VideoFrameBuffer(
            self.port, WIDTH, HEIGHT, 0, fifo_depth=64, format=kind
        )
        self.comb += [
            self.timing.source.connect(self.core.vtg_sink),
            self.core.source.ready.eq(1),
        ]

    @passive
    def dram(self, memory):
        """Answer the frame buffer's reads, in order, a cycle after they come."""
        port, size, asked = self.port, self.port.data_width // 8, []
        yield port.cmd.ready.eq(1)
        while True:
            if (yield port.cmd.valid):
                asked.append((yield port.cmd.addr))
            ready = bool(asked) and (yield port.rdata.ready)
            yield port.rdata.valid.eq(ready)
            if ready:
                at = asked.pop(0) * size
                yield port.rdata.data.eq(int.from_bytes(memory[at : at + size], "little"))
            yield

    def watch(self, pixels):
        """Switch the core on; append a picture's pixels, bytes of RGB."""
        source = self.core.source
        yield self.core.dma._enable.storage.eq(1)
        for _ in range(BOUND):
            if (yield source.valid) and (yield source.de):
                for colour in (source.r, source.g, source.b):
                    pixels.append((yield colour))
                if len(pixels) == 3 * WIDTH * HEIGHT:
                    return
            yield


class Formats(unittest.TestCase):
    def check(self, kind, bits=32, seen=None) -> None:
        """Compare a picture of random pixels with what is expected of it, or of the format `seen`."""
        memory = random.Random(1).randbytes(WIDTH * HEIGHT * DEPTHS[kind] // 8)
        screen, pixels = Screen(kind, bits), bytearray()
        run_simulation(screen, [screen.dram(memory), screen.watch(pixels)])
        self.assertEqual(bytes(pixels), shown(seen or kind, memory, WIDTH * HEIGHT))

    def test_formats(self) -> None:
        for kind in set(DEPTHS) - {"bgr888"}:
            with self.subTest(kind):
                self.check(kind)

    def test_wide_dram(self) -> None:
        self.check("rgb888", 128)

    def test_narrow_dram(self) -> None:
        self.check("rgb888", 16, seen="bgr888")


class Terminal(unittest.TestCase):
    """What stays on the screen of the video terminal."""

    ROWS, ROW = 3, 128

    def screen(self, sent):
        """The rows, without the spaces at their ends, after what the UART sent (bytes)."""
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            # Else it loads its font from the Internet.
            Path("ter-u16b.bdf").write_text("ENCODING 0\n")
            terminal = VideoTerminal(640, 16 * self.ROWS)
        size = self.ROWS * self.ROW
        fragment = terminal.get_fragment()
        (memory,) = (
            special
            for special in fragment.specials
            if isinstance(special, Memory) and special.depth == size
        )
        rows = []

        def send():
            sink = terminal.uart_sink
            for byte in (None, *sent):
                if byte is not None:
                    yield sink.data.eq(byte)
                    yield sink.valid.eq(1)
                    yield
                    while not (yield sink.ready):
                        yield
                    yield sink.valid.eq(0)
                # It empties the screen at first, and a line at most for a character.
                for _ in range(size if byte is None else 2 * self.ROW):
                    yield
            for row in range(self.ROWS):
                cells = bytearray()
                for column in range(self.ROW):
                    cells.append((yield memory[row * self.ROW + column]) & 0xFF)
                rows.append(bytes(cells).rstrip())

        run_simulation(fragment, send())
        return rows

    def test_lines_of_the_bios_stay(self) -> None:
        self.assertEqual(self.screen(b"AB\n\rCD\n\rE"), [b"AB", b"CD", b"E"])

    def test_lines_of_micropython_do_not(self) -> None:
        self.assertEqual(self.screen(b"AB\r\nCD\r\nE"), [b"", b"", b"E"])

    def test_editing_is_not_shown(self) -> None:
        self.assertEqual(self.screen(b"AB\x08\x1b[KC\x1b[1DD"), [b"AB\x08CD", b"", b""])


if __name__ == "__main__":
    unittest.main()
