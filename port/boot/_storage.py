# SPDX-License-Identifier: MIT
"""File systems on cards and flashes: what is mounted at start, litex.format(), litex.partitions()."""

import vfs

_BLOCKS_MIN = 16  # a flash region with fewer blocks has no files
_TABLE = 446  # of an MBR's four entries
_ENTRY = 16
_SIGNATURE = b"\x55\xaa"
_EXTENDED = (0x05, 0x0F, 0x85)
_PROTECTIVE = 0xEE
_LOGICAL_MAX = 64
_GPT_ENTRIES_MAX = 128
_GPT_ENTRY_MAX = 1024
_BLOCK_SIZES = (512, 1024, 2048, 4096)


def flash_fs(dev):
    """The littlefs on a flash, as _boot.py mounts it. It reads 128 to 512 bytes at a time."""
    return vfs.VfsLfs2(dev, readsize=128, progsize=64, lookahead=256)


def flash_files():
    """The file system in the flash's free region, a new one where that is blank; None where there is none."""
    import litex

    try:
        dev = litex.SPIFlash()
        if dev.ioctl(4, 0) < _BLOCKS_MIN:
            return None
        try:
            return flash_fs(dev)
        except OSError:
            pass
        dev.info()  # says so where no flash answers, and wakes one that sleeps
        if dev.erased():
            vfs.VfsLfs2.mkfs(dev, progsize=64)
            return flash_fs(dev)
        try:
            return flash_fs(dev)
        except OSError:
            fat = vfs.VfsFat(dev)
            fat.mount(False, False)  # its constructor does not look
            return fat
    except (OSError, ValueError) as error:
        print("MPY: files are in RAM, not in flash:", error)
        if error.args and error.args[0] == 19 and len(error.args) == 1:
            print("MPY: its region has other data: litex.format(litex.SPIFlash()) would clear it")
        return None


def mount_card() -> None:
    """Mount the card at /sd, where there is one with a file system."""
    import machine

    if not hasattr(machine, "SDCard"):
        return
    try:
        card = machine.SDCard()
        if not hasattr(card, "present") or card.present():
            vfs.mount(card, "/sd")
    except Exception as error:
        print("MPY: the card is not mounted:", error)


def format(dev, fs=None) -> None:
    """Make an empty file system on a block device: "littlefs", "fat" or "exfat"; a flash's is littlefs if not named."""
    import litex

    flash = hasattr(litex, "SPIFlash") and isinstance(getattr(dev, "dev", dev), litex.SPIFlash)
    fs = fs or ("littlefs" if flash else "fat")
    if fs == "littlefs":
        vfs.VfsLfs2.mkfs(dev, progsize=64)
    elif fs in ("fat", "exfat") and hasattr(litex, "_mkfs"):
        litex._mkfs(dev, fs == "exfat")
    else:
        raise ValueError("fs must be 'littlefs', 'fat' or 'exfat'")


class Partition:
    """A part of a block device, which is a block device itself."""

    def __init__(self, dev, start: int, count: int, type, name: str = "") -> None:
        self.dev = dev
        self.start = start
        self.count = count
        self.type = type
        self.name = name

    def __repr__(self) -> str:
        return "Partition(start={}, count={}, type={!r}, name={!r})".format(
            self.start, self.count, self.type, self.name
        )

    def _block(self, n: int, offset: int, length: int) -> int:
        size = self.dev.ioctl(5, 0)
        if n < 0 or n * size + offset + length > self.count * size:
            raise OSError(5, "beyond the end of the partition")
        return self.start + n

    def readblocks(self, n, buf, offset=None):
        block = self._block(n, offset or 0, len(buf))
        if offset is None:
            return self.dev.readblocks(block, buf)
        return self.dev.readblocks(block, buf, offset)

    def writeblocks(self, n, buf, offset=None):
        block = self._block(n, offset or 0, len(buf))
        if offset is None:
            return self.dev.writeblocks(block, buf)
        return self.dev.writeblocks(block, buf, offset)

    def ioctl(self, op, arg):
        if op == 4:
            return self.count
        if op == 6:
            return self.dev.ioctl(op, self._block(arg, 0, 1))
        return self.dev.ioctl(op, arg)


def _u32(data, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _u64(data, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _entries(block):
    """The entries of an MBR or extended boot record: [(type, first, count)]."""
    found = []
    for at in range(_TABLE, _TABLE + 4 * _ENTRY, _ENTRY):
        if block[at] not in (0x00, 0x80):
            return []  # the boot sector of a file system without a table
        if block[at + 4] and _u32(block, at + 12):
            found.append((block[at + 4], _u32(block, at + 8), _u32(block, at + 12)))
    return found


class _Reader:
    """Partitions of a device, with bounds."""

    def __init__(self, dev) -> None:
        self.dev = dev
        self.size = dev.ioctl(5, 0) or 512
        self.blocks = dev.ioctl(4, 0)
        self.found = []
        if self.size not in _BLOCK_SIZES:
            raise ValueError("a device with blocks of {} bytes".format(self.size))

    def read(self, n: int):
        block = bytearray(self.size)
        self.dev.readblocks(n, block)
        return block

    def add(self, first: int, count: int, type, name: str = "") -> None:
        if 0 < first < self.blocks and 0 < count <= self.blocks - first:
            self.found.append(Partition(self.dev, first, count, type, name))

    def logical(self, first: int) -> None:
        """Those of an extended partition, a chain of tables."""
        at = first
        for _ in range(_LOGICAL_MAX):
            if not 0 < at < self.blocks:
                return
            block = self.read(at)
            if block[510:512] != _SIGNATURE:
                return
            following = 0
            for type, start, count in _entries(block):
                if type in _EXTENDED:
                    following = first + start
                else:
                    self.add(at + start, count, type)
            if following <= at:
                return  # the last one, or a loop
            at = following

    def gpt(self, at: int) -> bool:
        """Those of the GUID partition table whose header is at a block; False where it is damaged."""
        import binascii

        if not 0 < at < self.blocks:
            return False
        header = self.read(at)
        length = _u32(header, 12)
        entries, count, each = _u64(header, 72), _u32(header, 80), _u32(header, 84)
        if header[:8] != b"EFI PART" or not 92 <= length <= self.size or _u64(header, 24) != at:
            return False
        crc = _u32(header, 16)
        header[16:20] = bytes(4)
        if binascii.crc32(header[:length]) != crc:
            return False
        if not 128 <= each <= _GPT_ENTRY_MAX or each % 128 or not 0 < count <= _GPT_ENTRIES_MAX:
            return False
        blocks = (count * each + self.size - 1) // self.size
        if not 0 < entries <= self.blocks - blocks:
            return False
        table = bytearray(blocks * self.size)
        view = memoryview(table)
        for n in range(blocks):
            self.dev.readblocks(entries + n, view[n * self.size : (n + 1) * self.size])
        if binascii.crc32(view[: count * each]) != _u32(header, 88):
            return False
        for n in range(count):
            entry = view[n * each : (n + 1) * each]
            kind = bytes(entry[:16])
            first, last = _u64(entry, 32), _u64(entry, 40)
            if kind != bytes(16) and first <= last:
                name = "".join(chr(entry[i] | entry[i + 1] << 8) for i in range(56, 128, 2))
                self.add(first, last - first + 1, guid(kind), name.split("\0")[0])
        return True

    def all(self):
        block = self.read(0)
        if block[510:512] != _SIGNATURE:
            return self.found
        entries = _entries(block)
        if any(type == _PROTECTIVE for type, _, _ in entries):
            # The second copy is in the last block.
            if not self.gpt(1) and not self.gpt(self.blocks - 1):
                raise OSError(5, "the GUID partition table and its copy are damaged")
            return self.found
        for type, first, count in entries:
            if type in _EXTENDED:
                self.logical(first)
            else:
                self.add(first, count, type)
        return self.found


def guid(data) -> str:
    """A GUID as it is written."""
    parts = bytes(reversed(data[:4])), bytes(reversed(data[4:6])), bytes(reversed(data[6:8]))
    parts += (data[8:10], data[10:16])
    return "-".join("".join("{:02x}".format(byte) for byte in part) for part in parts)


def partitions(dev):
    """The partitions of a block device, by its MBR or GUID partition table: block devices with start, count (blocks),
    type (a number, or a GUID) and name. Those that do not fit on the device are left out."""
    return _Reader(dev).all()
