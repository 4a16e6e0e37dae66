# SPDX-License-Identifier: MIT
"""DS18B20 and DS18S20: temperature over 1-Wire. The same calls as upstream's ds18x20 module."""

CONVERT = 0x44
READ_SCRATCHPAD = 0xBE
FAMILIES = (0x10, 0x22, 0x28)
DS18S20 = 0x10


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire
        self.buf = bytearray(9)

    def scan(self):
        return [rom for rom in self.ow.scan() if rom[0] in FAMILIES]

    def convert_temp(self):
        """Let all sensors measure; that takes 750 ms."""
        self.ow.reset(True)
        self.ow.writebyte(self.ow.SKIP_ROM)
        self.ow.writebyte(CONVERT)

    def read_scratch(self, rom):
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(READ_SCRATCHPAD)
        self.ow.readinto(self.buf)
        if self.ow.crc8(self.buf):
            raise OSError("DS18X20: wrong checksum")
        return self.buf

    def read_temp(self, rom):
        """Return the degrees Celsius of the last measurement."""
        buf = self.read_scratch(rom)
        value = buf[1] << 8 | buf[0]
        if value & 0x8000:
            value -= 0x10000
        if rom[0] == DS18S20:
            # Half degrees, and the rest from the counter.
            return (value >> 1) - 0.25 + (buf[7] - buf[6]) / buf[7]
        return value / 16
