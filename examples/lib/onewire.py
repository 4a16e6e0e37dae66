# SPDX-License-Identifier: MIT
"""The 1-Wire bus of Dallas. The same calls as upstream's onewire module."""

import _onewire


class OneWireError(Exception):
    pass


class OneWire:
    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        """pin -- machine.Pin of a core that can switch direction; the wire has a pull-up"""
        self.pin = pin
        self.pin.init(pin.OPEN_DRAIN)

    def reset(self, required=False):
        """Reset the bus; return whether a device is there, or raise where it is required."""
        present = _onewire.reset(self.pin)
        if required and not present:
            raise OneWireError("no device on the bus")
        return present

    def readbit(self):
        return _onewire.readbit(self.pin)

    def readbyte(self):
        return _onewire.readbyte(self.pin)

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = _onewire.readbyte(self.pin)

    def writebit(self, value):
        _onewire.writebit(self.pin, value)

    def writebyte(self, value):
        _onewire.writebyte(self.pin, value)

    def write(self, buf):
        for b in buf:
            _onewire.writebyte(self.pin, b)

    def select_rom(self, rom):
        """Address the device with this ROM (8 bytes)."""
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        """Return the ROMs of all devices, by the search of Maxim's application note 187."""
        found = []
        fork = 64
        rom = None
        while fork >= 0 and len(found) < 64:
            rom, fork = self._search(rom, fork)
            if rom is None:
                break
            found.append(rom)
        return found

    def _search(self, last, fork):
        if not self.reset():
            return None, -1
        self.writebyte(self.SEARCH_ROM)
        rom = bytearray(8)
        next_fork = -1
        for n in range(64):
            at, mask = n >> 3, 1 << (n & 7)
            bit = self.readbit()
            other = self.readbit()
            if bit and other:
                return None, -1  # nobody answers any more
            if not bit and not other:
                # Devices differ here: first the way of 0, then that of 1.
                if n == fork or n < fork and last is not None and last[at] & mask:
                    bit = 1
                if not bit:
                    next_fork = n
            self.writebit(bit)
            if bit:
                rom[at] |= mask
        return (rom, next_fork) if self.crc8(rom) == 0 else (None, -1)

    def crc8(self, data):
        return _onewire.crc8(data)
