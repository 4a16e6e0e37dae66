# SPDX-License-Identifier: MIT
"""Runs Python programs on a simulated SoC so that their cycle counts repeat exactly.

The raw REPL's input is a file that the simulation reads as its standard input, so what arrives in which
cycle does not depend on the host. Each run boots afresh. Cycles are read by the program itself from the
timer's uptime counter, by `cycles()` of the prelude.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
TIMEOUT_S = 600
NEVER = 1 << 60

PRELUDE = """
import machine
def cycles(mem=machine.mem32):
    mem[{latch}] = 1
    return mem[{low}]
def took(start, end):
    return (end - start) & 0xffffffff
"""


class BenchError(Exception):
    """The guest did not do what the benchmark asked; the text has its output."""


def register(soc, name):
    """The entry of csr.json for a register.

    soc: name of the reference SoC; name: as in csr.json.
    """
    return json.loads((BUILD / "soc" / soc / "csr.json").read_text())["csr_registers"][name]


def prelude(soc):
    """Guest code that defines cycles() and took(start, end) for a SoC with uptime.

    soc: name of the reference SoC.
    """
    uptime = register(soc, "timer0_uptime_cycles")
    # Big ordering: the low word is the last.
    low = uptime["addr"] + 4 * (uptime["size"] - 1)
    return PRELUDE.format(latch=register(soc, "timer0_uptime_latch")["addr"], low=low)


def wiring(soc):
    """Options that connect what hangs on the pins of a SoC, where boards/ says something of that.

    soc: name of the reference SoC.
    """
    path = ROOT / "gateware" / "wiring" / f"{soc}.txt"
    return ["--wiring", str(path)] if path.exists() else []


def rtl_command(soc, firmware=None):
    """The command line of the Verilated SoC with its firmware.

    soc: name of the reference SoC; firmware: another image (path).
    """
    image = firmware or BUILD / "firmware" / soc / "firmware.bin"
    return [sys.executable, "-m", "rtl.run", soc, *wiring(soc), "--kernel", str(image), "--stdio"]


def lxemu_command(soc, *options, firmware=None):
    """The command line of the emulator with a SoC's firmware, in virtual time.

    soc: name of the reference SoC; options: further options of lxemu; firmware: another image (path).
    """
    image = firmware or BUILD / "firmware" / soc / "firmware.bin"
    command = [str(BUILD / "lxemu"), "--virtual", "--uart", "stdio", *wiring(soc), *options]
    return [*command, "--kernel", str(image), str(BUILD / "soc" / soc)]


def execute(command, code, timeout=TIMEOUT_S):
    """Run `code` (text) over the raw REPL of the simulation that `command` starts; return its output.

    The simulation is ended as soon as the program is. An exception of the guest is raised here.
    """
    if "rtl.run" in command:
        command = [*command, "--quiet-cycles", str(NEVER)]
    with tempfile.TemporaryFile() as source:
        source.write(b"\x01" + code.encode() + b"\x04")
        source.seek(0)
        process = subprocess.Popen(
            ["timeout", str(timeout), *command],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        assert process.stdout
        said = b""
        try:
            # "OK", the output, 0x04, the error, 0x04.
            while (found := re.search(rb">OK(.*?)\x04(.*?)\x04", said, re.DOTALL)) is None:
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    raise BenchError(f"the guest ended: {said[-1000:]!r}")
                said += data
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.close()
            process.wait()
    if found.group(2):
        raise BenchError(found.group(2).decode(errors="replace"))
    return found.group(1).decode(errors="replace").replace("\r\n", "\n")


def boot(soc):
    """Cycles from the SoC's reset to the first prompt's last character, to within 1,024 above.

    soc: name of the reference SoC, run on RTL.
    """
    quiet = 2_000_000
    command = [*rtl_command(soc), "--quiet-cycles", str(quiet)]
    result = subprocess.run(
        ["timeout", str(TIMEOUT_S), *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    ended = re.search(rb"cycles: (\d+)", result.stderr)
    if not result.stdout.endswith(b">>> ") or ended is None:
        raise BenchError(f"no prompt: {result.stdout[-1000:]!r} {result.stderr[-1000:]!r}")
    return int(ended.group(1)) - quiet
