# SPDX-License-Identifier: MIT
"""Run a light along the LEDs, then leave them as they were."""

import time

import litex

leds = []
while True:
    try:
        leds.append(litex.LED(len(leds)))
    except ValueError:
        break

before = [led.value() for led in leds]
for _ in range(2):
    for led in leds:
        led.on()
        time.sleep_ms(50)
        led.off()
for led in leds:
    led.value(before.pop(0))
print("blinked", len(leds), "LEDs")
