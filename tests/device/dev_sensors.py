# SPDX-License-Identifier: MIT
# Needs the full size class
# Uses examples/lib/dht.py
# Uses examples/lib/onewire.py
# Uses examples/lib/ds18x20.py
# Uses examples/lib/neopixel.py
# The drivers of examples/lib with the sensors that the wiring has, and neopixel.
import machine

if not hasattr(machine, "dht_readinto"):
    skip("no GPIO")
import time

import litex
from dht import DHT11, DHT22
from ds18x20 import DS18X20
from machine import Pin
from neopixel import NeoPixel
from onewire import OneWire, OneWireError

np = NeoPixel(Pin(0, Pin.OUT), 3)
np[0] = (1, 2, 3)
np[2] = (255, 0, 128)
equal(bytes(np.buf), b"\x02\x01\x03\x00\x00\x00\x00\xff\x80")
equal((len(np), np[0], np[2]), (3, (1, 2, 3), (255, 0, 128)))
np.write()
np.fill((4, 5, 6))
equal(np[1], (4, 5, 6))
rgbw = NeoPixel(Pin(0), 1, bpp=4)
rgbw[0] = (1, 2, 3, 4)
equal(bytes(rgbw.buf), b"\x02\x01\x03\x04")
if hasattr(litex, "WS2812"):
    leds = litex.WS2812()
    np = NeoPixel(leds, len(leds))
    np.fill((7, 8, 9))
    np.write()
    equal([leds[i] for i in range(len(leds))], [(7, 8, 9)] * len(leds))
    leds.fill((0, 0, 0))

if "PULLED_UP" in globals():
    # Nobody answers.
    empty = Pin(PULLED_UP)
    equal(OneWire(empty).reset(), False)
    raises(OneWireError, OneWire(empty).reset, True)
    equal(OneWire(empty).scan(), [])
    if FAST:
        raises(OSError, DHT22(empty).measure)
    empty.init(Pin.IN)

if "DS18B20_AT" in globals():
    name, celsius, rom = DS18B20_AT
    ow = OneWire(Pin(name))
    equal(ow.reset(True), True)
    sensors = DS18X20(ow)
    found = sensors.scan()
    equal(len(found), 1)
    equal(bytes(found[0][:7]), rom)
    equal(ow.crc8(found[0]), 0)
    equal(sensors.read_temp(found[0]), 85.0)  # after power-up
    if FAST:
        sensors.convert_temp()
        time.sleep_ms(751)
        equal(sensors.read_temp(found[0]), celsius)
    other = bytearray(found[0])
    other[3] ^= 1
    raises(OSError, sensors.read_temp, other)  # nobody has that ROM: ones, with a wrong checksum


if "DHT22_AT" in globals() and FAST:  # it waits for a quarter of a second
    name, celsius, percent = DHT22_AT
    sensor = DHT22(Pin(name))
    sensor.measure()
    check(abs(sensor.temperature() - celsius) < 0.01, sensor.temperature())
    check(abs(sensor.humidity() - percent) < 0.01, sensor.humidity())
    eleven = DHT11(Pin(name))
    eleven.buf[:] = b"\x32\x00\x17\x00\x49"
    equal((eleven.humidity(), eleven.temperature()), (50, 23))
