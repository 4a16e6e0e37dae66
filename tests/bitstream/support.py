# SPDX-License-Identifier: MIT
"""A joined file on virtual boards: written by our programmer and by openFPGALoader, booted, and read back."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.models.support import Board

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import flash_image  # noqa: E402

BUILD = ROOT / "build"
LXEMU = BUILD / "lxemu"
# Where in the RAM of the SoC `jtag` the file lies that its firmware programs.
BASE = 0x40600000
BOUND_S = 300
# What the firmware of the SoC `jtag` does: SRAM first, then the flash, from which the FPGA boots at the end.
PROGRAM = """
import ecp5, uctypes
bit = memoryview(uctypes.bytearray_at({base:#x}, {bit}))
image = memoryview(uctypes.bytearray_at({base:#x}, {image}))
p = ecp5.Programmer()
loaded = p.program(bit)
print("sram", hex(loaded.idcode), "DONE" in p.status(), hex(p.status_register()))
written = p.flash.write(image)
print("flash", written.verified, hex(written.crc32))
p.refresh()
print("boot", "DONE" in p.status())
"""


def program(image: Path, bit_bytes: int, device: str, flash: Path) -> str:
    """Let the emulated SoC `jtag` load a joined file into a virtual ECP5 and its flash; return what it prints.

    bit_bytes: length of the bitstream at the beginning; flash: file that keeps the flash's content.
    """
    script = PROGRAM.format(base=BASE, bit=bit_bytes, image=image.stat().st_size)
    command = [
        *("timeout", str(BOUND_S), str(LXEMU), "--virtual", "--uart", "stdio"),
        *("--jtag", f"ecp5:{device},flash=W25Q128,file={flash}", "--load", f"{BASE:#x}={image}"),
        *("--kernel", str(BUILD / "firmware" / "jtag" / "firmware.bin"), str(BUILD / "soc" / "jtag")),
    ]  # fmt: skip
    with tempfile.TemporaryFile() as source:
        source.write(b"\x01" + script.encode() + b"\x04")
        source.seek(0)
        process = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        said = b""
        while not re.search(rb">OK.*?\x04.*?\x04", said, re.DOTALL):
            data = process.stdout.read1()
            if not data:
                break
            said += data
        process.terminate()
        errors = process.communicate()[1]
    found = re.search(rb">OK(.*?)\x04(.*?)\x04", said, re.DOTALL)
    assert found and not found[2], (said + errors).decode(errors="replace")
    return found[1].decode().replace("\r\n", "\n")


def load_with_openfpgaloader(image: Path, bit: Path, device: str, flash: Path):
    """Load the bitstream, then the joined file into the flash; return both reports of the virtual board."""
    with Board(device=device, flash_file=flash) as board:
        status, output, sram = board.loader(bit, bound_s=BOUND_S)
        assert status == 0, output
        status, output, boot = board.loader("-f", "--file-type", "raw", image, bound_s=BOUND_S)
        assert status == 0, output
    return sram, boot


def boot_from_flash(flash: Path, offset: int, soc: Path, folder: Path) -> str:
    """Read the firmware out of a flash's content as the BIOS does, and start it; return what it prints."""
    firmware = folder / "firmware-from-flash.bin"
    firmware.write_bytes(flash_image.read_firmware(flash.read_bytes(), offset))
    done = subprocess.run(
        [str(LXEMU), "--virtual", "--kernel", str(firmware), str(soc)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BOUND_S,
    )
    return done.stdout


def boot_by_bios(flash: Path, soc: Path) -> str:
    """Run the BIOS of a build folder with this flash behind LiteSPI in the emulator; return the console."""
    command = [
        *(LXEMU, "--virtual", "--rom", soc / "software" / "bios" / "bios.bin"),
        "--spiflash",
    ]
    done = subprocess.run(
        [*map(str, command), f"{flash},chip=W25Q128", str(soc)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=BOUND_S,
    )
    return done.stdout
