# SPDX-License-Identifier: MIT
"""One file for the SPI flash that an FPGA boots from: bitstream, and behind it the firmware.

The firmware lies where LiteX's BIOS looks for it (the constant FLASH_BOOT_ADDRESS, less the flash's base): its
length and its CRC-32, little-endian words, then its bytes, which is LiteX's flash boot image (.fbi).

    flash_image.py join BITSTREAM FIRMWARE OFFSET OUTPUT
    flash_image.py firmware IMAGE OFFSET OUTPUT       the firmware, read back by the BIOS's rules
"""

import argparse
import struct
import sys
import zlib
from pathlib import Path

ERASED = b"\xff"
HEADER = struct.Struct("<II")
# The BIOS takes no image outside of these bounds (check_image_in_flash() in LiteX's bios/boot.c).
LEAST_BYTES = 32
MOST_BYTES = 16 * 1024 * 1024


class ImageError(Exception):
    """What is wrong with an image, a sentence."""


def flash_boot_image(firmware: bytes) -> bytes:
    """The firmware with the header that the BIOS wants."""
    if not LEAST_BYTES <= len(firmware) <= MOST_BYTES:
        raise ImageError(
            f"a firmware of {len(firmware)} bytes: the BIOS boots {LEAST_BYTES} to {MOST_BYTES}"
        )
    return HEADER.pack(len(firmware), zlib.crc32(firmware)) + firmware


def join(bitstream: bytes, firmware: bytes, offset: int, flash_bytes: int) -> bytes:
    """The content of the flash from its first byte to the firmware's last.

    offset: of the firmware's header; flash_bytes: size of the flash.
    """
    if len(bitstream) > offset:
        raise ImageError(
            f"the bitstream of {len(bitstream)} bytes reaches into the firmware, which begins at {offset:#x}:"
            " compress it, or move the firmware"
        )
    image = bitstream.ljust(offset, ERASED) + flash_boot_image(firmware)
    if len(image) > flash_bytes:
        raise ImageError(
            f"bitstream and firmware want {len(image)} bytes, the flash has {flash_bytes}: boot the firmware"
            " from an SD card or over the serial port"
        )
    return image


def read_firmware(image: bytes, offset: int) -> bytes:
    """The firmware in an image, checked as the BIOS checks it."""
    if len(image) < offset + HEADER.size:
        raise ImageError(f"the image ends before {offset:#x}, where the firmware should begin")
    length, crc = HEADER.unpack_from(image, offset)
    if not LEAST_BYTES <= length <= MOST_BYTES:
        raise ImageError(f"no firmware at {offset:#x}: its length reads {length:#x}")
    firmware = image[offset + HEADER.size : offset + HEADER.size + length]
    if len(firmware) < length:
        raise ImageError(f"the firmware at {offset:#x} is cut: {len(firmware)} of {length} bytes")
    if zlib.crc32(firmware) != crc:
        raise ImageError(
            f"the firmware at {offset:#x} has CRC-32 {zlib.crc32(firmware):08x}, its header says {crc:08x}"
        )
    return firmware


def number(text: str) -> int:
    return int(text, 0)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    joining = commands.add_parser("join")
    for name in ("bitstream", "firmware"):
        joining.add_argument(name, type=Path)
    joining.add_argument("offset", type=number)
    joining.add_argument("output", type=Path)
    joining.add_argument("--flash-bytes", type=number, default=MOST_BYTES)
    reading = commands.add_parser("firmware")
    reading.add_argument("image", type=Path)
    reading.add_argument("offset", type=number)
    reading.add_argument("output", type=Path)
    options = parser.parse_args()
    try:
        if options.command == "join":
            content = join(
                options.bitstream.read_bytes(),
                options.firmware.read_bytes(),
                options.offset,
                options.flash_bytes,
            )
        else:
            content = read_firmware(options.image.read_bytes(), options.offset)
        options.output.write_bytes(content)
    except (ImageError, OSError) as error:
        print(f"flash_image: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
