# SPDX-License-Identifier: MIT
"""The programmer on other machines than this: built into upstream's qemu ports for ARM (Cortex-M3) and RISC-V, and as a
native module in firmware that lacks it, there and in the unix port. The scripts are those of test_unix.py."""

import json
import os
import shutil
import subprocess
import unittest

from tests.models.support import BITSTREAMS, BUILD, ROOT, bitstream
from tests.usermod.qemu import SCRIPTS, run_script

STREAMS = ["25f-compress.bit", "25f-compress.bit.gz", "25f-compress.4k.bit.gz"]
STREAMS += [
    "25f-compress-qspi.bit",
    "25f-compress-62mhz.bit",
    "85f-compress.4k.bit.gz",
    "85f-compress.bit",
    "85f-compress.bit.gz",
    "25f-background.bit",
]
USERMOD = ROOT / "jtag" / "usermod"
PYTHON_SIDE = [*sorted(USERMOD.glob("ecp5/*.py")), USERMOD / "jtag.py"]
NATIVE = "BitstreamData.NATIVE_MODULE = True"
VERDICT = r"^[1-9]\d* passed, 0 failed \("


def setUpModule():
    targets = ["natmod", "unix-bare", "qemu-arm", "qemu-riscv", "qemu-arm-bare", "qemu-riscv-bare"]
    for target in targets:
        subprocess.run(
            ["make", "-s", "-j2", "-C", str(ROOT / "tests" / "usermod"), target],
            check=True,
            stdin=subprocess.DEVNULL,
            timeout=600,
        )
    for name in STREAMS:
        bitstream(name)


class BuiltIn(unittest.TestCase):
    """The module in the firmware; the board is the transport."""

    def check(self, machine, script):
        output = run_script(f"qemu-{machine}", machine, script, STREAMS)
        self.assertRegex(output.rstrip().splitlines()[-1], VERDICT, output)


class Native(unittest.TestCase):
    """The module as a native .mpy in firmware without it; the board's pins are the transport."""

    def check(self, machine, arch, script):
        files = {"_ecp5.mpy": BUILD / "natmod" / arch / "_ecp5.mpy"}
        files.update((str(path.relative_to(USERMOD)), path) for path in PYTHON_SIDE)
        output = run_script(f"qemu-{machine}-bare", machine, script, STREAMS, files, NATIVE)
        self.assertRegex(output.rstrip().splitlines()[-1], VERDICT, output)

    def test_x64(self):
        folder = BUILD / "tests" / "natmod-x64"
        shutil.rmtree(folder, ignore_errors=True)
        # As mip installs it.
        source = BUILD / "natmod" / "x64"
        for _, name in json.loads((source / "package.json").read_text())["urls"]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, folder / name)
        (folder / "bitstream_data.py").write_text(
            "NATIVE_MODULE = True\n"
            "def read(name):\n"
            f"    with open('{BITSTREAMS}/' + name, 'rb') as file:\n"
            "        return file.read()\n"
        )
        for script in ("sram", "pins", "sources"):
            process = subprocess.run(
                [BUILD / "usermod" / "unix-bare" / "micropython", SCRIPTS / f"{script}.py"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=300,
                env=dict(os.environ, MICROPYPATH=f"{folder}:{SCRIPTS}"),
            )
            output = (process.stdout + process.stderr).decode(errors="replace")
            with self.subTest(script=script):
                self.assertRegex(output.rstrip().splitlines()[-1], VERDICT, output)


def _add(case, name, *arguments):
    setattr(case, name, lambda self: self.check(*arguments))


for _machine, _arch in (("arm", "armv7m"), ("riscv", "rv32imc")):
    for _script in (
        "sram",
        "flash",
        "faults",
        "pins",
        "sources",
        "names",
        "xvc_server",
        "records",
        "callers",
        "refusals",
        "chips",
    ):
        _add(BuiltIn, f"test_{_machine}_{_script}", _machine, _script)
    for _script in ("sram", "pins"):
        _add(Native, f"test_{_arch}_{_script}", _machine, _arch, _script)


if __name__ == "__main__":
    unittest.main()
