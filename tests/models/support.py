# SPDX-License-Identifier: MIT
"""What the tests of vecp5 share: building it, starting and stopping it, real bitstreams, the outside tools."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
SCRATCH = BUILD / "tests" / "models"
BITSTREAMS = BUILD / "bitstreams"
TOOL_BOUND_S = 100
HEADER_END = b"\xff\xff\xbd\xb3"


def build():
    """Build vecp5 with the sanitizers; return its path."""
    subprocess.run(
        [
            "flock",
            str(BUILD / ".vecp5-asan.lock"),
            "make",
            "-s",
            "-C",
            str(ROOT / "vecp5"),
            f"BUILD={BUILD}",
            "SANITIZE=1",
        ],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=300,
    )
    SCRATCH.mkdir(parents=True, exist_ok=True)
    return BUILD / "vecp5-asan"


def bitstream(name):
    """The path of a real bitstream of tests/jtag/bitstreams.py, made when it is missing.

    name: str, such as "25f-compress.bit"
    """
    path = BITSTREAMS / name
    if not path.exists():
        subprocess.run(
            [sys.executable, str(ROOT / "tests" / "jtag" / "bitstreams.py"), name],
            check=True,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=900,
        )
    return path


def svf(device, *options):
    """The path of the SVF that ecppack writes for the design of bitstream(f"{device}.bit").

    device: str, such as "25f"; options: str, of ecppack
    """
    bitstream(f"{device}.bit")
    config = BITSTREAMS / "work" / f"{device}.config"
    path = BITSTREAMS / f"{device}{''.join(options).replace('--', '-')}.svf"
    if not path.exists():
        part = path.with_suffix(".part")
        subprocess.run(
            [
                str(BUILD / "fpga-venv" / "bin" / "yowasp-ecppack"),
                *options,
                "--svf",
                str(part.relative_to(ROOT)),
                str(config.relative_to(ROOT)),
            ],
            check=True,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )
        part.rename(path)
    return path


class Board:
    """A running vecp5. Use it in a `with` statement; `xvc` and `bitbang` are its ports.

    options: str, further options; flash_file: Path or None
    """

    def __init__(self, *options, device="LFE5U-25F", flash="W25Q128", flash_file=None):
        self.folder = Path(tempfile.mkdtemp(dir=SCRATCH))
        self.report_path = self.folder / "report.json"
        command = [
            str(BUILD / "vecp5-asan"),
            *("--device", device, "--flash", flash, "--xvc", "0", "--bitbang", "0"),
            *("--report", str(self.report_path), "--timeout", "300"),
            *options,
        ]
        if flash_file is not None:
            command += ["--flash-file", str(flash_file)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors = None
        lines = [self.process.stdout.readline() for _ in range(2)]
        if not all(lines):
            self.stop()
            raise AssertionError(f"vecp5 did not start: {self.errors}")
        self.xvc, self.bitbang = (int(line.split(":")[1]) for line in lines)
        self.reports = self.report_path.stat().st_mtime_ns

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.stop()
        if details[0] is None and self.process.returncode != 0:
            raise AssertionError(f"vecp5 ended with {self.process.returncode}: {self.errors}")

    def stop(self):
        """End it; its stderr is in `errors` afterwards."""
        if self.errors is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.errors = self.process.communicate(timeout=20)[1]
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.errors = self.process.communicate()[1]
            if self.report_path.exists():
                self.last = json.loads(self.report_path.read_text() or "{}")
            shutil.rmtree(self.folder, ignore_errors=True)

    def report(self):
        """The board's report after the client that was connected has left."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            stamp = self.report_path.stat().st_mtime_ns
            text = self.report_path.read_text()
            if stamp != self.reports and text.endswith("}\n"):
                self.reports = stamp
                return json.loads(text)
            time.sleep(0.01)
        raise AssertionError("no report after the client had left")

    def loader(self, *arguments, bound_s=TOOL_BOUND_S):
        """Run openFPGALoader on the board; return (exit status, output, report).

        arguments: str or Path; bound_s: int, after which it is killed and the status is None
        """
        status, output = run(
            "openFPGALoader",
            *("-c", "xvc-client", "--ip", "127.0.0.1", "--port", str(self.xvc), "--freq", "25M"),
            *map(str, arguments),
            bound_s=bound_s,
        )
        return status, output, self.report()

    def play(self, path, idcode):
        """Let OpenOCD play an SVF; return (exit status, output, report).

        path: Path; idcode: int, what the tap is expected to have
        """
        status, output = run(
            "openocd",
            *("-c", "adapter driver remote_bitbang", "-c", "transport select jtag"),
            *("-c", "remote_bitbang host 127.0.0.1"),
            *("-c", f"remote_bitbang port {self.bitbang}"),
            *("-c", f"jtag newtap ecp5 tap -irlen 8 -expected-id {idcode:#x}"),
            *("-c", "init", "-c", f"svf -tap ecp5.tap -quiet {path}", "-c", "exit"),
        )
        return status, output, self.report()

    def connect(self, port):
        """A socket to one of the board's ports, with a time bound."""
        return socket.create_connection(("127.0.0.1", port), timeout=20)


def run(*command, bound_s=TOOL_BOUND_S):
    """Run one of the outside tools; return (exit status, output with carriage returns as new lines).

    command: str; bound_s: int, after which it is killed and the status is None
    """
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=bound_s,
            env=os.environ | {"LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        return None, (error.output or b"").decode(errors="replace").replace("\r", "\n")
    return result.returncode, result.stdout.decode(errors="replace").replace("\r", "\n")


def stripped(data):
    """What openFPGALoader writes of a .bit: without the comments before the preamble.

    data: bytes
    """
    return data[data.index(HEADER_END) - 1 :]


def available(*programs):
    """The first of the outside tools that is not installed, or None."""
    return next((name for name in programs if shutil.which(name) is None), None)
