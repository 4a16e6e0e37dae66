# SPDX-License-Identifier: MIT
"""What the tests of jtag/usermod share: building upstream's unix port with it, and running scripts there."""

import os
import subprocess
from pathlib import Path

from tests.models.support import BITSTREAMS, BUILD, ROOT, bitstream

MICROPYTHON = Path(
    os.environ.get("MICROPY_DIR")
    or BUILD / f"micropython-{os.environ.get('MICROPY_VERSION') or '1.25.0'}"
)
SCRIPTS = ROOT / "tests" / "usermod" / "scripts"
# harness.py and verdicts.py are what the others import.
TESTS = sorted(set(SCRIPTS.glob("*.py")) - {SCRIPTS / "harness.py", SCRIPTS / "verdicts.py"})
UNIX = BUILD / "usermod" / "unix" / "micropython"
UNIX_ASAN = BUILD / "usermod" / "unix-asan" / "micropython"
ALL_PASSED = r"^[1-9]\d* passed, 0 failed \("
BOUND_S = 200


def build_unix(target="unix"):
    """Build the unix port and the bitstreams that the scripts want.

    target: str, of tests/usermod/Makefile
    """
    subprocess.run(
        ["make", "-s", "-j2", "-C", str(ROOT / "tests" / "usermod"), target],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
    )
    for name in ("25f-compress.bit", "25f-compress.bit.gz", "25f-compress.4k.bit.gz"):
        bitstream(name)
    for name in (
        "25f-compress-qspi.bit",
        "25f-compress-62mhz.bit",
        "85f-compress.4k.bit.gz",
        "85f-compress.bit",
        "25f-background.bit",
    ):
        bitstream(name)


def environment():
    """The environment of a script. What MicroPython leaves to the system at its end does not count as a leak."""
    return dict(
        os.environ,
        BITSTREAMS=str(BITSTREAMS),
        MICROPYPATH=f"{SCRIPTS}:.frozen",
        ASAN_OPTIONS="detect_leaks=0:detect_stack_use_after_return=0",
    )


def run_script(script, *arguments, program=UNIX, bound_s=BOUND_S):
    """Run a script; return all that it printed."""
    process = subprocess.run(
        [program, script, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=bound_s,
        cwd=ROOT,
        env=environment(),
    )
    return process.stdout.decode(errors="replace")
