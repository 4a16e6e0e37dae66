# SPDX-License-Identifier: MIT
"""DHT11 and DHT22: temperature and humidity over one wire. The same calls as upstream's dht module."""

from machine import dht_readinto


class DHTBase:
    def __init__(self, pin):
        """pin -- machine.Pin of a core that can switch direction; the wire has a pull-up"""
        self.pin = pin
        self.buf = bytearray(5)

    def measure(self):
        """Ask the sensor, at most every two seconds; OSError where it does not answer."""
        buf = self.buf
        dht_readinto(self.pin, buf)
        if (buf[0] + buf[1] + buf[2] + buf[3]) & 0xFF != buf[4]:
            raise OSError("DHT: wrong checksum")


class DHT11(DHTBase):
    def humidity(self):
        return self.buf[0]

    def temperature(self):
        return self.buf[2]


class DHT22(DHTBase):
    def humidity(self):
        return (self.buf[0] << 8 | self.buf[1]) * 0.1

    def temperature(self):
        tenths = (self.buf[2] & 0x7F) << 8 | self.buf[3]
        return -tenths * 0.1 if self.buf[2] & 0x80 else tenths * 0.1
