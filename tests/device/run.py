# SPDX-License-Identifier: MIT
"""Run the scripts dev_*.py of this folder on simulated SoCs.

    run.py [--rtl] [--soc NAME]... [--define NAME=VALUE]... [SCRIPT]...

On the emulator by default (base, mini, bench and full), with --rtl on the Verilated RTL (base, mini and full).
What hangs on a SoC's pins says gateware/wiring/<soc>.txt; gateware/wiring/<soc>.py tells the scripts.
A line `# Uses PATH` puts that file of the tree on the board's disk.
A line `# SOFT RESET` divides a script: what follows runs on the next virtual machine.
A script fails by an uncaught exception; it may print `SKIP why` and end. Each starts on a fresh virtual
machine (soft reset) of the same run. Closes with `N passed, N failed, N skipped`.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import repl  # noqa: E402

BUILD = ROOT / "build"
SOCS = {False: ["base", "mini", "bench", "full"], True: ["base", "mini", "full"]}
SMALL = {"mini"}
# What is on the pins of a SoC beside the wiring: options of the simulation.
DEVICES = {"storage": ["--spiflash", ","]}
# On RTL, which is slower the more cores there are, `full` runs only what uses a core that base does not have.
COMMON = {
    *("bitstream", "csr", "drift", "dupterm", "events_view", "files", "hub", "memory", "modules"),
    *("modules_full", "native", "pins", "regs", "rtc", "time", "timers", "timers_gc"),
}
SOFT_RESET = "\n# SOFT RESET\n"
# Bounds each silence of the guest; a simulated millisecond at 100 MHz takes 40 ms on RTL.
SILENCE_S = {False: 60, True: 300}


def start(soc: str, rtl: bool, *wiring, firmware: Path | None = None):
    """Start a simulation; return (process, console at the first prompt).

    wiring: files that say what hangs on the pins; firmware: another image than the SoC's own.
    """
    options = [
        "--kernel",
        str(firmware or BUILD / "firmware" / soc / "firmware.bin"),
        *DEVICES.get(soc, []),
    ]
    for path in wiring:
        options += ["--wiring", str(path)]
    if rtl:
        command = [sys.executable, "-m", "rtl.run", soc, *options]
    else:
        command = [str(BUILD / "lxemu"), *options, str(BUILD / "soc" / soc)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    console = repl.Repl(process.stdout.fileno(), process.stdin.fileno(), SILENCE_S[rtl])
    console.read_until(repl.PROMPT)
    return process, console


class Board:
    """A running simulation of a SoC and its console."""

    def __init__(self, soc: str, rtl: bool, firmware: Path | None = None) -> None:
        """Start it, with its own firmware or another one."""
        wiring = ROOT / "gateware" / "wiring" / f"{soc}.txt"
        files = [wiring] if wiring.exists() else []
        self.process, self.console = start(soc, rtl, *files, firmware=firmware)
        self.console.enter_raw()

    def run(self, source):
        """Run a script on a fresh virtual machine; return (output, error), both str."""
        self.console.write(repl.CTRL_D)
        self.console.read_until(b"raw REPL; CTRL-B to exit\r\n>")
        self.console.paste(source.encode())
        output, error = self.console.follow()
        return output.decode(errors="replace").replace("\r\n", "\n"), error.decode(
            errors="replace"
        )

    def close(self) -> None:
        """End the simulation."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


def run_soc(soc: str, rtl: bool, scripts: list[Path], defines: Sequence[str] = ()):
    """Run the scripts on one SoC; return [passed, failed, skipped]."""
    counts = [0, 0, 0]
    prelude = (HERE / "prelude.py").read_text() + f"\nFAST = {not rtl}\n"
    wiring = ROOT / "gateware" / "wiring" / f"{soc}.py"
    if wiring.exists():
        prelude += wiring.read_text()
    prelude += "\n".join(defines) + "\n"
    board = Board(soc, rtl)
    try:
        for script in scripts:
            name = f"{'rtl' if rtl else 'emu'} {soc} {script.name}"
            text = script.read_text()
            if soc in SMALL and "# Needs the full size class" in text:
                print(f"skip {name}: needs the full size class", flush=True)
                counts[2] += 1
                continue
            for name_of_file in re.findall(r"^# Uses (\S+)$", text, re.MULTILINE):
                file = ROOT / name_of_file
                text = f"with open({file.name!r}, 'w') as f: f.write({file.read_text()!r})\n{text}"
            checks = 0
            began = time.monotonic()
            try:
                for part in text.split(SOFT_RESET):
                    source = prelude + part + '\nprint("OK", Count.checks)\n'
                    output, error = board.run(source)
                    last = output.strip().rpartition("\n")[2]
                    if error or not last.startswith("OK "):
                        break
                    checks += int(last[3:])
            except (repl.ReplError, TimeoutError) as problem:
                print(f"FAIL {name}: {problem}", flush=True)
                counts[1] += 1
                board.close()
                board = Board(soc, rtl)
                continue
            if error:
                print(f"FAIL {name}\n{output}{error}", flush=True)
                counts[1] += 1
            elif last.startswith("SKIP "):
                print(f"skip {name}: {last[5:]}", flush=True)
                counts[2] += 1
            elif last.startswith("OK "):
                seconds = time.monotonic() - began
                print(f"pass {name}: {checks} checks in {seconds:.1f} s", flush=True)
                counts[0] += 1
            else:
                print(f"FAIL {name}: ended without its last line: {last!r}", flush=True)
                counts[1] += 1
    finally:
        board.close()
    return counts


def main():
    """Read the command line and run; the exit status is 1 where something failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--soc", action="append")
    parser.add_argument("--define", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("script", nargs="*")
    args = parser.parse_args()
    scripts = sorted(HERE.glob("dev_*.py"))
    if args.script:
        wanted = {Path(name).name for name in args.script}
        scripts = [script for script in scripts if script.name in wanted]
    total = [0, 0, 0]
    for soc in args.soc or SOCS[args.rtl]:
        chosen = scripts
        if args.rtl and soc == "full" and not args.script:
            chosen = [script for script in scripts if script.stem[4:] not in COMMON]
        counts = run_soc(soc, args.rtl, chosen, args.define)
        total = [a + b for a, b in zip(total, counts, strict=True)]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
