# SPDX-License-Identifier: MIT
"""The SPI flash of `make run`: a new one starts the services of a SoC with Ethernet, behind a password of its own.

    run_flash.py FOLDER FLASH       makes the file FLASH where it is missing; FOLDER is the SoC's

The password is made here once; it is in /services.json of the flash, from where the hint of tools/run.py reads it.
"""

import json
import secrets
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import littlefs_image  # noqa: E402

CONFIG = "services.json"
USER = "me"


def fits(folder: Path) -> bool:
    """Whether the SoC has Ethernet, and the flash that littlefs_image knows with nothing but the default regions."""
    try:
        soc = json.loads((folder / "csr.json").read_text())
        flash = soc["memories"]["spiflash"]["size"]
        ethernet = any(name.endswith("_sram_writer_slot") for name in soc["csr_registers"])
    except (OSError, ValueError, KeyError):
        return False
    toml = folder / "litex.toml"
    regions = toml.exists() and "region" in toml.read_text()
    return ethernet and flash == littlefs_image.SIZE and not regions


def config(password: str) -> dict:
    """What starts at boot."""
    return {
        "users": {USER: password},
        "net": {"ntp": ""},
        "ftp": {},
        "http": {},
        "webrepl": {},
        "repl": {},
        "xvc": {},
    }


def make(path: Path) -> None:
    """Write a new flash."""
    fs = littlefs_image.file_system()
    with fs.open("/" + CONFIG, "w") as file:
        file.write(json.dumps(config(secrets.token_urlsafe(9))))
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(littlefs_image.flash_with(fs))
    new.replace(path)


def configured(path: Path) -> dict:
    """The configuration in a flash; an empty one where it has none that can be read."""
    from littlefs import LittleFSError

    try:
        fs = littlefs_image.file_system(path.read_bytes())
        with fs.open("/" + CONFIG, "r") as file:
            found = json.loads(file.read())
    except (OSError, ValueError, LittleFSError):
        return {}
    return found if isinstance(found, dict) else {}


def main_for(folder: Path, path: Path) -> None:
    """Make the flash of a SoC's folder, where it is missing and the SoC has such services."""
    if not path.exists() and fits(folder):
        make(path)


if __name__ == "__main__":
    main_for(*map(Path, sys.argv[1:]))
