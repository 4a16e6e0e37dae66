# SPDX-License-Identifier: MIT
"""Runs scripts in upstream's MicroPython on a machine that QEMU emulates: no network and no file system.

The files that a script imports or reads are put into the machine's RAM by QEMU; a read-only file system in Python
hands them out.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.models.support import BITSTREAMS, BUILD, ROOT

sys.path.insert(0, str(ROOT / "tools"))
import repl  # noqa: E402

SCRIPTS = ROOT / "tests" / "usermod" / "scripts"
SILENCE_S = 150


@dataclass(frozen=True)
class Machine:
    """A machine of QEMU: how it starts, and the part of its RAM that nobody else uses."""

    name: str
    command: tuple
    files_address: int


MACHINES = {
    machine.name: machine
    for machine in (
        Machine("arm", ("qemu-system-arm", "-machine", "mps2-an385"), 0x21E00000),
        Machine("riscv", ("qemu-system-riscv32", "-machine", "virt", "-bios", "none"), 0x83000000),
    )
}

PRELUDE = """
import io, sys, uctypes, vfs
FILES = {files!r}
class File(io.IOBase):
    def __init__(self, address, length):
        self.data = uctypes.bytearray_at(address, length)
        self.at = 0
    def readinto(self, buf):
        n = min(len(buf), len(self.data) - self.at)
        buf[:n] = self.data[self.at:self.at + n]
        self.at += n
        return n
    def read(self):
        return self.data
    def ioctl(self, request, arg):
        return 0
class Files:
    def mount(self, readonly, mkfs):
        pass
    def chdir(self, path):
        pass
    def stat(self, path):
        path = path.strip("/")
        if path in FILES:
            return (0x8000,) + (0,) * 9
        if any(name.startswith(path + "/") for name in FILES):
            return (0x4000,) + (0,) * 9
        raise OSError(2)
    def open(self, path, mode):
        self.stat(path)
        return File(*FILES[path.strip("/")])
vfs.mount(Files(), "/files")
sys.path.insert(0, "/files")
class BitstreamData:
    @staticmethod
    def read(name):
        return uctypes.bytearray_at(*FILES[name])
sys.modules["bitstream_data"] = BitstreamData
"""


def run_script(
    firmware: str,
    machine: str,
    script: str,
    bitstreams: Iterable[str],
    files: Mapping[str, Path] | None = None,
    head: str = "",
) -> str:
    """Run a script of scripts/ in build/usermod/FIRMWARE; return all that it printed.

    bitstreams are files of build/bitstreams that it reads, files are further ones by their path on the machine, and
    head is code that runs before it.
    """
    what = MACHINES[machine]
    paths = {path.name: path for path in SCRIPTS.glob("*.py")}
    paths.update(files or {})
    paths.update((name, BITSTREAMS / name) for name in bitstreams)
    command = [*what.command, "-display", "none", "-monitor", "none", "-serial", "stdio"]
    command += ["-semihosting", "-kernel", str(BUILD / "usermod" / firmware / "firmware.elf")]
    table = {}
    address = what.files_address
    for name, path in paths.items():
        length = path.stat().st_size
        if length:
            table[name] = (address, length)
            command += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
            address += -(-length // 4096) * 4096
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        console = repl.Repl(process.stdout.fileno(), process.stdin.fileno(), SILENCE_S)
        console.read_until(repl.PROMPT)
        console.enter_raw()
        source = PRELUDE.format(files=table) + head + f"\nimport {script}\n"
        console.paste(source.encode())
        output, error = console.follow()
        return (output + error).decode(errors="replace").replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
