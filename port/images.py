# SPDX-License-Identifier: MIT
"""Write what the BIOS's ways of booting want beside firmware.bin: firmware.fbi and boot.json.

Usage: images.py FIRMWARE ADDRESS. firmware.fbi goes to FLASH_BOOT_ADDRESS of a SPI flash, and to litex.update(): length
and CRC-32 in little-endian words, then the image. boot.json goes to a card or a TFTP server, beside firmware.bin.
"""

import json
import struct
import sys
import zlib
from pathlib import Path


def main(firmware: Path, address: int) -> None:
    image = firmware.read_bytes()
    header = struct.pack("<2I", len(image), zlib.crc32(image))
    firmware.with_suffix(".fbi").write_bytes(header + image)
    boot = json.dumps({firmware.name: f"0x{address:08x}"}) + "\n"
    (firmware.parent / "boot.json").write_text(boot)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2], 0))
