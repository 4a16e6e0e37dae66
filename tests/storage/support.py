# SPDX-License-Identifier: MIT
"""The frozen modules of port/boot/ under CPython, over devices in memory."""

import importlib.util
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class PowerCut(BaseException):
    """The power went."""


def frozen(name):
    """Import a module of port/boot/, which expects MicroPython's vfs."""
    sys.modules.setdefault("vfs", types.ModuleType("vfs"))
    path = ROOT / "port" / "boot" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Blocks:
    """A block device over bytes."""

    def __init__(self, data, size=512):
        self.data = bytearray(data)
        self.size = size
        self.reads = 0

    def readblocks(self, n, buf, offset=0):
        self.reads += 1
        at = n * self.size + offset
        part = self.data[at : at + len(buf)]
        assert len(part) == len(buf), "a read beyond the end"
        buf[:] = part

    def ioctl(self, op, arg):
        return {4: len(self.data) // self.size, 5: self.size}.get(op)


class Flash:
    """A NOR flash as litex.SPIFlash has it, whose power goes after a number of bytes that changed.

    An erase that is cut leaves a mixture; a byte that is cut has some of its bits programmed.
    """

    SECTOR = 4096

    def __init__(self, size):
        self.data = bytearray(b"\xff" * size)
        self.left = None  # bytes until the power goes; None: never
        self.changes = 0

    def _spend(self, n):
        """How many of n bytes still change."""
        self.changes += n
        if self.left is None:
            return n
        done = min(n, self.left)
        self.left -= done
        return done

    def _erase(self, block):
        # One step of a cut is enough for an erase: before it, in the middle, after it.
        at = block * self.SECTOR
        if self._spend(1) == 0:
            for i in range(at, at + self.SECTOR):
                self.data[i] |= (i * 37) & 0xFF
            raise PowerCut
        self.data[at : at + self.SECTOR] = b"\xff" * self.SECTOR

    def _program(self, at, data):
        done = self._spend(len(data))
        for i, byte in enumerate(data[:done]):
            assert self.data[at + i] & byte == byte, "programmed without an erase"
            self.data[at + i] &= byte
        if done < len(data):
            self.data[at + done] &= data[done] | 0x55
            raise PowerCut

    def readinto(self, buf, at=0):
        buf[:] = self.data[at : at + len(buf)]
        return len(buf)

    def readblocks(self, n, buf, offset=0):
        self.readinto(buf, n * self.SECTOR + offset)

    def writeblocks(self, n, data, offset=None):
        if offset is None:
            assert len(data) % self.SECTOR == 0
            for i in range(len(data) // self.SECTOR):
                self._erase(n + i)
        self._program(n * self.SECTOR + (offset or 0), bytes(data))

    def write(self, data, at=0):
        """Blocks that differ, as nor_write.c does: what follows the data in the last one stays."""
        assert at % self.SECTOR == 0
        for i in range(0, len(data), self.SECTOR):
            part = bytes(data[i : i + self.SECTOR])
            old = bytes(self.data[at + i : at + i + self.SECTOR])
            new = part + old[len(part) :]
            if new != old:
                self._erase((at + i) // self.SECTOR)
                self._program(at + i, new)

    def ioctl(self, op, arg):
        if op == 6:
            self._erase(arg)
            return 0
        return {4: len(self.data) // self.SECTOR, 5: self.SECTOR}.get(op)
