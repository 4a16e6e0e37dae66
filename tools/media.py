# SPDX-License-Identifier: MIT
"""What the SoC of `make run` remembers: files for its SPI flash and its SD card.

    media.py [--fresh] --run FOLDER --kernel FIRMWARE --emulator LXEMU SOC_FOLDER -- ARGS...

Prints the options of lxemu that put the media in, and says on standard error where they are. A card is formatted
when it is made, by the SoC's own firmware. What ARGS names itself is left alone.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run_flash  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
CARD_BYTES = 64 << 20
KIND = "kind=sdhc"  # which LiteX's BIOS can boot from, too
FORMAT = "import litex, machine\nlitex.format(machine.SDCard())\n"
FORMAT_S = 60
FLASH_REGISTERS = {"spiflash_master_cs", "spiflash_core_master_cs"}
CARD_PREFIXES = ("sdcard_", "spisdcard_")


def registers(folder: Path) -> set[str]:
    """The names of a SoC's registers; none where it cannot be read, which the emulator says better."""
    try:
        return set(json.loads((folder / "csr.json").read_text())["csr_registers"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def names(option: str, args: list[str]) -> bool:
    """Whether the user's own options have this one."""
    return any(arg == option or arg.startswith(option + "=") for arg in args)


def make_card(image: Path, emulator: Path, kernel: Path, folder: Path) -> bool:
    """Make a formatted card; False where the firmware cannot."""
    blank = image.with_suffix(".new")
    with blank.open("wb") as file:
        file.truncate(CARD_BYTES)
    script = image.with_suffix(".py")
    script.write_text(FORMAT)
    command: list[str | Path] = [sys.executable, ROOT / "tools" / "run.py", "--script", script]
    command += [
        "--timeout",
        str(FORMAT_S),
        "--",
        emulator,
        "--sdcard",
        f"{blank},{KIND},times=none",
    ]
    command += ["--kernel", kernel, folder]
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    script.unlink()
    if result.returncode:
        blank.unlink()
        return False
    blank.rename(image)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fresh", action="store_true", help="forget what the media had")
    parser.add_argument("--run", type=Path, required=True, help="where the files are")
    parser.add_argument("--kernel", type=Path, required=True)
    parser.add_argument("--emulator", type=Path, required=True)
    parser.add_argument("folder", type=Path, help="of the SoC")
    parser.add_argument("args", nargs="*", help="the user's options of lxemu")
    options = parser.parse_args()
    found = registers(options.folder)
    flash, card = options.run / "flash.bin", options.run / "card.img"
    if options.fresh:
        flash.unlink(missing_ok=True)
        card.unlink(missing_ok=True)
    said = []
    if found & FLASH_REGISTERS and not names("--spiflash", options.args):
        options.run.mkdir(parents=True, exist_ok=True)
        run_flash.main_for(options.folder, flash)
        print("--spiflash", flash)
        said.append(f"{flash}, the SPI flash")
    if any(name.startswith(CARD_PREFIXES) for name in found) and not names(
        "--sdcard", options.args
    ):
        options.run.mkdir(parents=True, exist_ok=True)
        if card.exists() or make_card(card, options.emulator, options.kernel, options.folder):
            print("--sdcard", f"{card},{KIND}")
            said.append(f"{card}, the card at /sd")
    if said:
        print(f"Files stay in {' and in '.join(said)}; FRESH=1 forgets them.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
