# SPDX-License-Identifier: MIT
"""litex.update(): a new firmware, from a firmware.fbi that was made for this SoC.

port/stage/slots.h has the flash's layout, and why the power may go at any time. On a card there are two files and
boot.json, which names one of them: the BIOS reads it, and to switch is to write one sector.
"""

import binascii
import struct

SECTOR = 4096
SLOT_MAGIC = 0x4C53584C
SLOT_DATA = 0x1000
SLOTS = (0x10000, 0x100000)
SLOT_BYTES = 0xF0000
HEADER = "<5I"
STAGE_MARK = b"LXSTAGE1"
STAGE_AT = 12  # length, CRC, a jump
ID_MAGIC = b"LiteX firmware1\0"
ID_WITHIN = 4096
FILES = ("fw_a.bin", "fw_b.bin")


class UpdateError(ValueError):
    """The image is not one to boot; nothing was switched."""


class Image:
    """A firmware.fbi as a stream: checked as it is read."""

    def __init__(self, source, own) -> None:
        self._close = None
        if isinstance(source, str):
            source = self._close = open(source, "rb")
        elif not hasattr(source, "readinto"):
            import io

            source = io.BytesIO(source)
        self._source = source
        head = bytearray(8)
        if self._fill(head) != 8:
            raise UpdateError("the image is empty: give a firmware.fbi")
        self.length, self.crc = struct.unpack("<2I", head)
        if not 0 < self.length <= SLOT_BYTES - SLOT_DATA:
            raise UpdateError(
                "the image is not a firmware.fbi, or above {} bytes: its length would be {}".format(
                    SLOT_BYTES - SLOT_DATA, self.length
                )
            )
        self._left = self.length
        self._sum = 0
        self.first = bytearray(min(ID_WITHIN, self.length))
        self._first_used = False
        if self._fill(self.first) != len(self.first):
            raise UpdateError("the image is cut off")
        self._check_id(own)

    def close(self) -> None:
        if self._close:
            self._close.close()

    def _fill(self, buf) -> int:
        view = memoryview(buf)
        done = 0
        while done < len(view):
            n = self._source.readinto(view[done:])
            if not n:
                break
            done += n
        return done

    def _check_id(self, own) -> None:
        at = bytes(self.first).find(ID_MAGIC)
        if at < 0 or at + 96 > len(self.first):
            raise UpdateError(
                "the image is not a firmware.fbi, or does not say for which SoC it was built"
            )
        map_hash = struct.unpack_from("<I", self.first, at + 16)[0]
        name = bytes(self.first[at + 20 : at + 96]).split(b"\0")[0].decode()
        if (map_hash, name) != own:
            raise UpdateError(
                "the image is for '{}' with map {:08x}, this is '{}' with map {:08x}".format(
                    name, map_hash, own[1], own[0]
                )
            )

    def readinto(self, buf) -> int:
        """Fill a buffer, which is at least as long as the part that was looked at; the last time with less."""
        n = min(len(buf), self._left)
        view = memoryview(buf)[:n]
        done = 0
        if not self._first_used:
            self._first_used = True
            done = min(len(self.first), n)
            view[:done] = self.first[:done]
        if done + self._fill(view[done:]) != n:
            raise UpdateError("the image is cut off: {} bytes are missing".format(self._left))
        self._sum = binascii.crc32(view, self._sum)
        self._left -= n
        return n

    def check(self) -> None:
        if self._left == 0 and self._sum != self.crc:
            raise UpdateError(
                "the image is damaged: its CRC-32 is {:08x}, not {:08x}".format(
                    self._sum, self.crc
                )
            )


class Slots:
    """The images in a flash; dev begins at the first stage."""

    def __init__(self, dev) -> None:
        self.dev = dev
        self._block = bytearray(SECTOR)

    def header(self, slot: int):
        """Number, length and CRC of a slot, None where it has none."""
        data = bytearray(20)
        self.dev.readinto(data, SLOTS[slot])
        magic, number, length, crc, check = struct.unpack(HEADER, data)
        if magic != SLOT_MAGIC or check != binascii.crc32(data[:16]):
            return None
        return (number, length, crc) if 0 < length <= SLOT_BYTES - SLOT_DATA else None

    def crc_of(self, at: int, length: int) -> int:
        value = 0
        view = memoryview(self._block)
        while length:
            n = min(length, SECTOR)
            self.dev.readinto(view[:n], at)
            value = binascii.crc32(view[:n], value)
            at += n
            length -= n
        return value

    def is_valid(self, slot: int):
        header = self.header(slot)
        return header and self.crc_of(SLOTS[slot] + SLOT_DATA, header[1]) == header[2]

    def active(self):
        """The slot that boots, None where none does."""
        slots = [slot for slot in (0, 1) if self.is_valid(slot)]
        if len(slots) == 2:
            newer = (self.header(1)[0] - self.header(0)[0]) & 0xFFFFFFFF
            return int(0 < newer < 0x80000000)
        return slots[0] if slots else None

    def has_stage(self) -> bool:
        mark = bytearray(len(STAGE_MARK))
        self.dev.readinto(mark, STAGE_AT)
        return mark == STAGE_MARK

    def single_bytes(self) -> int:
        """What the BIOS's single image takes, 0 where there is none that it would boot."""
        head = bytearray(8)
        self.dev.readinto(head)
        length, crc = struct.unpack("<2I", head)
        if not 0 < length < 2 * SLOTS[1] - 8 or self.crc_of(8, length) != crc:
            return 0
        return 8 + length

    def write(self, slot: int, number: int, image) -> None:
        """Write an image; its header, which makes it valid, comes last."""
        dev = self.dev
        at = SLOTS[slot]
        dev.ioctl(6, at // SECTOR)
        written = 0
        buf = bytearray(4 * SECTOR)
        while written < image.length:
            n = image.readinto(buf)
            image.check()
            dev.write(memoryview(buf)[:n], at + SLOT_DATA + written)
            written += n
        if self.crc_of(at + SLOT_DATA, image.length) != image.crc:
            raise OSError(5, "the flash does not hold what was written")
        head = struct.pack("<4I", SLOT_MAGIC, number, image.length, image.crc)
        dev.writeblocks(at // SECTOR, head + struct.pack("<I", binascii.crc32(head)), 0)

    def write_stage(self, stage) -> None:
        """Put the first stage where the BIOS looks: from then on the slots count."""
        self.dev.writeblocks(0, stage + b"\xff" * (SECTOR - len(stage)))


def stage_image(code) -> bytes:
    return struct.pack("<2I", len(code), binascii.crc32(code)) + code


def update_flash(image, dev, code, say=print) -> None:
    """Write an image to the slot that does not boot; make slots of a single image."""
    slots = Slots(dev)
    if slots.has_stage():
        active = slots.active()
        slot = 0 if active is None else 1 - active
        number = 1 if active is None else (slots.header(active)[0] + 1) & 0xFFFFFFFF
        slots.write(slot, number, image)
    else:
        if slots.single_bytes() > SLOTS[1]:
            raise OSError(28, "the image in the flash is too large for an update beside it")
        slots.write(1, 1, image)
        say(
            "The flash has a single image: it boots until its first sector is replaced, now, which takes"
        )
        say(
            "up to half a second. Should the power go meanwhile, the BIOS waits for a serial boot."
        )
        slot = 1
        slots.write_stage(stage_image(code))
    say("Slot {} has the new firmware: machine.reset() starts it.".format(slot))


def _boot_json(folder: str) -> str:
    try:
        with open(folder + "/boot.json") as file:
            return file.read()
    except OSError:
        return ""


def update_card(image, folder: str, address: int, say=print) -> None:
    """Write the image to the file that boot.json does not name, then name it."""
    import os

    now = _boot_json(folder)
    name = FILES[1] if FILES[0] in now else FILES[0]
    path = folder + "/" + name
    buf = bytearray(4 * SECTOR)
    with open(path, "wb") as file:
        left = image.length
        while left:
            n = image.readinto(buf)
            image.check()
            file.write(memoryview(buf)[:n])
            left -= n
    if hasattr(os, "sync"):
        os.sync()
    value = 0
    with open(path, "rb") as file:
        while n := file.readinto(buf):
            value = binascii.crc32(memoryview(buf)[:n], value)
    if value != image.crc:
        raise OSError(5, "the card does not hold what was written")
    # Of the same length each time: only the content's sector changes.
    text = '{{"{}": "0x{:08x}"}}\n'.format(name, address)
    with open(folder + "/boot.json", "r+" if len(now) == len(text) else "w") as file:
        file.write(text)
    if hasattr(os, "sync"):
        os.sync()
    say("{} has the new firmware: machine.reset() starts it.".format(path))


def update(source, to=None) -> None:
    """Update the firmware from a firmware.fbi (path, stream or bytes): in the SPI flash, or with to="/sd" on a card."""
    import litex

    info = litex.info()
    image = Image(source, (info["csr"]["map_hash"], info["identifier"]))
    try:
        if to is not None:
            update_card(image, to.rstrip("/"), info["memories"]["main_ram"][0])
            return
        if not hasattr(litex, "SPIFlash"):
            raise OSError(19, "this SoC has no SPI flash: name the card, update(source, '/sd')")
        dev = litex.SPIFlash(region="firmware")
        if dev.ioctl(4, 0) * SECTOR < 2 * SLOTS[1]:
            raise OSError(
                19, "LiteX does not say where in the flash it boots from, or there is no room"
            )
        update_flash(image, dev, litex._first_stage())
    finally:
        image.close()
