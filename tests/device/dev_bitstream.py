# SPDX-License-Identifier: MIT
# Needs the full size class
# machine.bitstream: on a pin that another one hears, and into the memory of a WS2812 core.
import machine

if not hasattr(machine, "bitstream"):
    skip("no bitstream")
import time

import litex
from machine import Pin

WS2812 = (400, 850, 800, 450)

if hasattr(machine, "Pin"):
    p = Pin(0, Pin.OUT, value=0)
    # How long it takes: slow bits, so that all else is small beside them.
    slow = (20000, 30000, 30000, 20000)

    def took(data):
        best = 1 << 28  # the console may interrupt before and behind the bits
        for _ in range(4):
            start = time.ticks_us()
            machine.bitstream(p, 0, slow, data)
            best = min(best, time.ticks_diff(time.ticks_us(), start))
        return best

    check(0 < took(b"") < 2000)
    once, thrice = took(b"\x0f\xa5"), took(b"\x0f\xa5" * 3)
    check(800 <= once < 1200, once)
    check(1590 <= thrice - once <= 1620, thrice - once)
    equal(p(), 0)
    machine.bitstream(p, 0, WS2812, b"")
    machine.bitstream(p, 0, WS2812, bytearray(24))
    q = Pin(1, Pin.OUT, value=1)
    machine.bitstream(p, 0, list(WS2812), b"abc")
    equal(q(), 1)
    check("encoding" in raises(ValueError, machine.bitstream, p, 1, WS2812, b""))
    check("100 ms" in raises(ValueError, machine.bitstream, p, 0, (1 << 28,) * 4, b"a"))
    check("100 ms" in raises(ValueError, machine.bitstream, p, 0, WS2812, bytes(11000)))
    raises(ValueError, machine.bitstream, p, 0, (1, 2, 3), b"")
    raises(ValueError, machine.bitstream, p, 0, (1, 2, 3, -4), b"")
    raises(TypeError, machine.bitstream, p, 0, WS2812, 5)
    raises(TypeError, machine.bitstream, 5, 0, WS2812, b"")
    raises(TypeError, machine.bitstream, p, 0, 5, b"")
    raises(TypeError, machine.bitstream, p, 0, WS2812)
    # Interrupts are as before.
    start = time.ticks_ms()
    time.sleep_ms(3)
    check(time.ticks_diff(time.ticks_ms(), start) >= 3)
    p.init(Pin.IN)
    q.init(Pin.IN)

if hasattr(litex, "WS2812"):
    leds = litex.WS2812()
    equal(str(leds), "WS2812('ws2812', %d LEDs)" % len(leds))
    base = litex.mems.ws2812.base
    leds.fill((1, 2, 3))
    equal([leds[i] for i in range(len(leds))], [(1, 2, 3)] * len(leds))
    equal(machine.mem32[base], 0x020103)
    leds[1] = (255, 128, 64)
    leds[-1] = [9, 8, 7]
    equal((leds[1], leds[len(leds) - 1]), ((255, 128, 64), (9, 8, 7)))
    equal(machine.mem32[base + 4], 0x80FF40)
    machine.bitstream(leds, 0, WS2812, b"\x10\x20\x30\x40\x50\x60")
    equal((leds[0], leds[1]), ((0x20, 0x10, 0x30), (0x50, 0x40, 0x60)))
    leds.init(leds.OUT)
    raises(ValueError, machine.bitstream, leds, 0, WS2812, b"1234")
    raises(ValueError, machine.bitstream, leds, 0, WS2812, bytes(3 * len(leds) + 3))
    raises(IndexError, lambda: leds[len(leds)])
    raises(ValueError, leds.fill, (1, 2, 256))
    raises(ValueError, leds.fill, (1, 2))
    raises(TypeError, leds.fill, 5)
    raises(ValueError, litex.WS2812, 1)
    leds.fill((0, 0, 0))
