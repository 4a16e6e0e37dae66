# SPDX-License-Identifier: MIT
"""What the tests of jtag/usermod share: building upstream's unix port with it, and running scripts there."""

import os
import subprocess

from tests.models.support import BITSTREAMS, BUILD, ROOT, bitstream

SCRIPTS = ROOT / "tests" / "usermod" / "scripts"
UNIX = BUILD / "usermod" / "unix" / "micropython"
BOUND_S = 200


def build_unix():
    """Build the unix port and the bitstreams that the scripts want."""
    subprocess.run(
        ["make", "-s", "-j2", "-C", str(ROOT / "tests" / "usermod"), "unix"],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    for name in ("25f-compress.bit", "25f-compress.bit.gz", "25f-compress.4k.bit.gz"):
        bitstream(name)
    for name in ("25f-compress-qspi.bit", "85f-compress.4k.bit.gz", "85f-compress.bit"):
        bitstream(name)


def environment():
    return dict(os.environ, BITSTREAMS=str(BITSTREAMS), MICROPYPATH=f"{SCRIPTS}:.frozen")


def run_script(script, *arguments, bound_s=BOUND_S):
    """Run a script; return all that it printed."""
    process = subprocess.run(
        [UNIX, script, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=bound_s,
        cwd=ROOT,
        env=environment(),
    )
    return process.stdout.decode(errors="replace")
