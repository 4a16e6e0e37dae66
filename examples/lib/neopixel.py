# SPDX-License-Identifier: MIT
"""A chain of WS2812 ("NeoPixel") LEDs on a pin, or of a core: `NeoPixel(litex.WS2812(), 8)`.

The same calls as upstream's neopixel module.
"""

from machine import bitstream


class NeoPixel:
    ORDER = (1, 0, 2, 3)  # where red, green, blue and white are in the stream

    def __init__(self, pin, n, bpp=3, timing=1):
        """Say where the LEDs are; they keep what they show until write().

        pin -- machine.Pin or litex.WS2812
        n -- int, number of LEDs
        bpp -- 3, or 4 for LEDs that have white as well
        timing -- 1 for 800 kHz, 0 for 400 kHz, or the four times of machine.bitstream in ns
        """
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)
        self.pin.init(pin.OUT)
        if isinstance(timing, int):
            timing = (400, 850, 800, 450) if timing else (800, 1700, 1600, 900)
        self.timing = timing

    def __len__(self):
        return self.n

    def __setitem__(self, i, colour):
        for j in range(self.bpp):
            self.buf[i * self.bpp + self.ORDER[j]] = colour[j]

    def __getitem__(self, i):
        return tuple(self.buf[i * self.bpp + self.ORDER[j]] for j in range(self.bpp))

    def fill(self, colour):
        for i in range(self.n):
            self[i] = colour

    def write(self):
        """Show it."""
        bitstream(self.pin, 0, self.timing, self.buf)
