# SPDX-License-Identifier: MIT
"""litex.update(): port/boot/_update.py against a flash whose power goes at every byte, judged by the first stage's own
choice (port/stage/slots.c), and against cards whose power goes at every write."""

import ctypes
import io
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

from tests.storage.support import ROOT, Flash, PowerCut, frozen

update = frozen("_update")
OUT = ROOT / "build" / "tests" / "storage"
SIZE = 0x200000
OWN = (0x12345678, "a SoC")
STAGE = b"\x6f\x00\xc0\x00LXSTAGE1" + bytes(100)
QUIET = {"say": lambda *args: None}


def setUpModule():
    OUT.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    source = ROOT / "port" / "stage" / "slots.c"
    subprocess.run([*command, source, "-o", OUT / "slots.so"], check=True)


def payload(fill, length, own=OWN):
    """An image whose bytes are `fill` but for its identity."""
    name = own[1].encode()
    identity = b"LiteX firmware1\0" + struct.pack("<I", own[0]) + name + bytes(76 - len(name))
    return (b"\x13\x00\x00\x00" + identity + bytes([fill]) * length)[:length]


def fbi(image):
    return struct.pack("<2I", len(image), zlib.crc32(image)) + image


def image_of(data, own=OWN):
    return update.Image(io.BytesIO(data), own)


def booted(flash):
    """What the first stage would run, None for nothing; or the BIOS's single image."""
    length, crc = struct.unpack_from("<2I", flash.data)
    if not 0 < length < SIZE or zlib.crc32(flash.data[8 : 8 + length]) != crc:
        return None
    if flash.data[12:20] != b"LXSTAGE1":
        return bytes(flash.data[8 : 8 + length])
    library = ctypes.CDLL(str(OUT / "slots.so"))
    ram = ctypes.create_string_buffer(SIZE)
    words = (ctypes.c_char * SIZE).from_buffer(flash.data)
    length = library.slots_load(words, ram, SIZE)
    return ram.raw[:length] if length else None


def flash_with_slots(*images):
    flash = Flash(SIZE)
    update.Slots(flash).write_stage(update.stage_image(STAGE))
    for image in images:
        update.update_flash(image_of(fbi(image)), flash, STAGE, **QUIET)
    return flash


class Updates(unittest.TestCase):
    def test_slots_take_turns(self):
        images = [payload(n, 5000 + n) for n in range(1, 6)]
        for count in range(1, 6):
            flash = flash_with_slots(*images[:count])
            self.assertEqual(booted(flash), images[count - 1])
            self.assertEqual(update.Slots(flash).active(), (count - 1) % 2)

    def test_numbers_wrap(self):
        flash = flash_with_slots()
        slots = update.Slots(flash)
        old, new = payload(1, 3000), payload(2, 3000)
        slots.write(0, 0xFFFFFFFF, image_of(fbi(old)))
        update.update_flash(image_of(fbi(new)), flash, STAGE, **QUIET)
        self.assertEqual(slots.header(1)[0], 0)
        self.assertEqual(booted(flash), new)

    def test_single_image_becomes_slots(self):
        flash = Flash(SIZE)
        old, new, newer = (payload(n, 9000) for n in (1, 2, 3))
        flash.write(fbi(old))
        self.assertEqual(booted(flash), old)
        said = []
        update.update_flash(image_of(fbi(new)), flash, STAGE, say=said.append)
        self.assertEqual(booted(flash), new)
        self.assertIn("single image", said[0])
        update.update_flash(image_of(fbi(newer)), flash, STAGE, **QUIET)
        self.assertEqual(booted(flash), newer)

    def test_power_cut_at_every_byte(self):
        """From slots, old or new boots, always; and a second try ends in new."""
        older, old, new = payload(1, 6000), payload(2, 6100), payload(3, 4600)
        whole = flash_with_slots(older, old)
        before, whole.changes = bytes(whole.data), 0
        update.update_flash(image_of(fbi(new)), whole, STAGE, **QUIET)
        ended = set()
        for cut in range(whole.changes):
            flash = Flash(SIZE)
            flash.data[:] = before
            flash.left = cut
            with self.assertRaises(PowerCut):
                update.update_flash(image_of(fbi(new)), flash, STAGE, **QUIET)
            result = booted(flash)
            self.assertIn(result, (old, new), f"after {cut} bytes")
            ended.add(result)
            if cut % 97 == 0:
                flash.left = None
                update.update_flash(image_of(fbi(new)), flash, STAGE, **QUIET)
                self.assertEqual(booted(flash), new)
        self.assertIn(old, ended)

    def test_power_cut_while_a_single_image_becomes_slots(self):
        """Nothing boots only while the first sector is written."""
        old, new = payload(1, 9000), payload(2, 4600)
        whole = Flash(SIZE)
        whole.write(fbi(old))
        before, whole.changes = bytes(whole.data), 0
        update.update_flash(image_of(fbi(new)), whole, STAGE, **QUIET)
        last = whole.changes - 4096 - 1  # the erase and the bytes of that sector
        for cut in range(0, whole.changes, 3):
            flash = Flash(SIZE)
            flash.data[:] = before
            flash.left = cut
            with self.assertRaises(PowerCut):
                update.update_flash(image_of(fbi(new)), flash, STAGE, **QUIET)
            if cut < last:
                self.assertEqual(booted(flash), old, f"after {cut} bytes")
            else:
                self.assertIn(booted(flash), (None, new), f"after {cut} bytes")

    def test_damaged_slot_falls_back(self):
        old, new = payload(1, 6000), payload(2, 6000)
        flash = flash_with_slots(old, new)
        flash.data[update.SLOTS[1] + update.SLOT_DATA + 4000] ^= 4
        self.assertEqual(booted(flash), old)
        self.assertEqual(update.Slots(flash).active(), 0)
        flash.data[update.SLOTS[0] + update.SLOT_DATA + 4000] ^= 4
        self.assertIsNone(booted(flash))
        # The next update makes it boot again.
        update.update_flash(image_of(fbi(new)), flash, STAGE, **QUIET)
        self.assertEqual(booted(flash), new)

    def test_refused(self):
        old = payload(1, 6000)
        good = fbi(payload(2, 6000))
        other = fbi(payload(2, 6000, (0x12345679, "a SoC")))
        named = fbi(payload(2, 6000, (0x12345678, "another SoC")))
        for data, words in (
            (b"", "empty"),
            (good[:7], "empty"),
            (good[:-1], "cut off"),
            (good[:2000], "cut off"),
            (good[:-1] + b"x", "damaged"),
            (good[8:], "not a firmware.fbi"),
            (fbi(bytes(6000)), "for which SoC"),
            (other, "12345679"),
            (named, "another SoC"),
        ):
            flash = flash_with_slots(old)
            with self.assertRaises(update.UpdateError) as caught:
                update.update_flash(image_of(data), flash, STAGE, **QUIET)
            self.assertIn(words, str(caught.exception))
            self.assertEqual(booted(flash), old)


class Cards(unittest.TestCase):
    def test_files_take_turns(self):
        with tempfile.TemporaryDirectory() as folder:
            for n, name in ((1, "fw_a.bin"), (2, "fw_b.bin"), (3, "fw_a.bin")):
                image = payload(n, 7000)
                update.update_card(image_of(fbi(image)), folder, 0x40000000, **QUIET)
                self.assertEqual(
                    Path(folder, "boot.json").read_text(), f'{{"{name}": "0x40000000"}}\n'
                )
                self.assertEqual(Path(folder, name).read_bytes(), image)

    def test_a_damaged_image_switches_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            update.update_card(image_of(fbi(payload(1, 7000))), folder, 0x40000000, **QUIET)
            before = Path(folder, "boot.json").read_text()
            with self.assertRaises(update.UpdateError):
                bad = fbi(payload(2, 7000))[:-1] + b"x"
                update.update_card(image_of(bad), folder, 0x40000000, **QUIET)
            self.assertEqual(Path(folder, "boot.json").read_text(), before)
            self.assertEqual(Path(folder, "fw_a.bin").read_bytes(), payload(1, 7000))


if __name__ == "__main__":
    unittest.main()
